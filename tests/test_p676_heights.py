"""P.676-13 Annex 2: the layers of Annex 1 beside it, limits; the ITU's examples are among the reference sets."""

from __future__ import annotations

import pytest

from phusong.errors import InputError
from phusong.kernels.added_losses import added_loss


@pytest.mark.parametrize("frequency_ghz", [2.0, 12.0, 30.0, 90.0])
def test_it_is_near_the_layers_of_annex_1(frequency_ghz: float) -> None:
    """In the reference atmosphere both annexes mean the same; the equivalent heights are a fit to some per cent."""
    link = {"elevation_deg": 45.0, "frequency_mhz": 1000.0 * frequency_ghz}
    dry_hpa = 1013.25 - 7.5 * 288.15 / 216.7
    assert added_loss("p676_zenith", pressure_hpa=dry_hpa, **link) == pytest.approx(
        added_loss("p676_slant", **link), rel=0.1
    )


@pytest.mark.parametrize(("field", "value"), [("elevation_deg", 4.9), ("frequency_mhz", 999.0), ("pressure_hpa", 0.0)])
def test_outside_the_limits_is_refused(field: str, value: float) -> None:
    link = {"elevation_deg": 5.0, "frequency_mhz": 350_000.0}
    assert 0.0 < float(added_loss("p676_zenith", **link)) < 1000.0
    with pytest.raises(InputError, match=field):
        added_loss("p676_zenith", **{**link, field: value})
