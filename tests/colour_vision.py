"""How far apart colours look: CIEDE2000 with any colour vision (Machado, Oliveira, Fernandes 2009), and contrast."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]

# Simulated sight, severity 1.0, on linear RGB.
SIGHTS: dict[str, Vector] = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colour: str) -> Vector:
    """Return "#rrggbb" as linear RGB."""
    parts = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255.0
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(colour: str, sight: str = "usual") -> Vector:
    """Return CIE L*a*b* of a colour as an eye sees it."""
    xyz = _TO_XYZ @ np.clip(SIGHTS[sight] @ linear(colour), 0.0, 1.0) / _WHITE
    edge = 6.0 / 29.0
    f = np.where(xyz > edge**3, np.cbrt(xyz), xyz / (3.0 * edge**2) + 4.0 / 29.0)
    return np.array([116.0 * f[1] - 16.0, 500.0 * (f[0] - f[1]), 200.0 * (f[1] - f[2])])


def delta_e(one: Vector, other: Vector) -> float:
    """Return CIEDE2000 between two colours in L*a*b* (Sharma, Wu and Dalal 2005)."""
    chroma = np.mean([np.hypot(*colour[1:]) for colour in (one, other)])
    grey = 0.5 * (1.0 - np.sqrt(chroma**7 / (chroma**7 + 25.0**7)))
    light, chromas, hues = [], [], []
    for colour in (one, other):
        a = colour[1] * (1.0 + grey)
        light.append(float(colour[0]))
        chromas.append(float(np.hypot(a, colour[2])))
        hues.append(float(np.degrees(np.arctan2(colour[2], a)) % 360.0))
    turn = hues[1] - hues[0]
    is_grey = chromas[0] * chromas[1] == 0.0
    if is_grey:
        turn = 0.0
    elif abs(turn) > 180.0:
        turn -= 360.0 * np.sign(turn)
    middle = sum(hues) if is_grey else hues[0] + turn / 2.0
    middle %= 360.0
    mean_light, mean_chroma = np.mean(light), np.mean(chromas)
    weight = (
        1.0
        - 0.17 * np.cos(np.radians(middle - 30.0))
        + 0.24 * np.cos(np.radians(2.0 * middle))
        + 0.32 * np.cos(np.radians(3.0 * middle + 6.0))
        - 0.20 * np.cos(np.radians(4.0 * middle - 63.0))
    )
    of_light = (light[1] - light[0]) / (
        1.0 + 0.015 * (mean_light - 50.0) ** 2 / np.sqrt(20.0 + (mean_light - 50.0) ** 2)
    )
    of_chroma = (chromas[1] - chromas[0]) / (1.0 + 0.045 * mean_chroma)
    of_hue = (
        2.0 * np.sqrt(chromas[0] * chromas[1]) * np.sin(np.radians(turn / 2.0)) / (1.0 + 0.015 * mean_chroma * weight)
    )
    rotation = -2.0 * np.sqrt(mean_chroma**7 / (mean_chroma**7 + 25.0**7))
    rotation *= np.sin(np.radians(60.0 * np.exp(-(((middle - 275.0) / 25.0) ** 2))))
    return float(np.sqrt(of_light**2 + of_chroma**2 + of_hue**2 + rotation * of_chroma * of_hue))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2."""
    dark, light = sorted(float(np.array([0.2126, 0.7152, 0.0722]) @ linear(colour)) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)
