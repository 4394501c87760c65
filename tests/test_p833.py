"""Loss in a wood, Recommendation P.833-10, section 2.1: its table of measurements, limit values, laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phusong.kernels.added_losses import added_loss
from phusong.kernels.itu.p833 import FORESTS, greatest_loss_db, specific_attenuation_db_m

# Frequency [MHz], specific attenuation [dB/m] and greatest loss [dB] measured in a mixed forest near St Petersburg
# (P.833-10, section 2.1); A_1 and alpha of "mixed" were fitted to these.
MEASURED = [(105.9, 0.04, 9.4), (466.475, 0.12, 18.0), (949.0, 0.17, 26.5), (1852.2, 0.30, 29.0), (2117.5, 0.34, 34.1)]


@pytest.mark.parametrize(("frequency_mhz", "gamma", "most_db"), MEASURED)
def test_measured_forest(frequency_mhz: float, gamma: float, most_db: float) -> None:
    """The fit passes within 3.4 dB; the curve of Figure 2, an average of woods, within a quarter."""
    assert greatest_loss_db(frequency_mhz, FORESTS["mixed"]) == pytest.approx(most_db, abs=3.4)
    assert specific_attenuation_db_m(frequency_mhz) == pytest.approx(gamma, rel=0.25)


def test_figure_2() -> None:
    for frequency_mhz, gamma in [(30.0, 0.02), (1000.0, 0.2), (30_000.0, 6.0), (10_000.0, 2.0)]:
        assert specific_attenuation_db_m(frequency_mhz) == pytest.approx(gamma, rel=1e-12)


def test_limit_values() -> None:
    link = {"frequency_mhz": 900.0, "specific_attenuation_db_m": 0.2}
    assert added_loss("p833", depth_m=0.0, **link) == 0.0
    assert added_loss("p833", depth_m=1e-3, **link) == pytest.approx(2e-4, rel=1e-4)
    for word, first, exponent in [("mixed", 1.37, 0.42), ("tropical park", 0.18, 0.752), ("wood", 1.15, 0.43)]:
        most_db = first * 900.0**exponent
        assert added_loss("p833", depth_m=1e5, forest=word, **link) == pytest.approx(most_db, rel=1e-12)
        half = most_db * np.log(2.0) / 0.2
        assert added_loss("p833", depth_m=half, forest=word, **link) == pytest.approx(0.5 * most_db, rel=1e-12)


@given(st.floats(0.0, 1000.0), st.floats(0.1, 100.0), st.floats(30.0, 30_000.0))
@settings(max_examples=50, deadline=None)
def test_grows_with_depth_but_never_past_the_greatest(depth_m: float, further_m: float, frequency_mhz: float) -> None:
    near_db, far_db = np.asarray(
        added_loss("p833", depth_m=[depth_m, depth_m + further_m], frequency_mhz=frequency_mhz)
    )  # fmt: skip
    assert 0.0 <= near_db <= far_db <= greatest_loss_db(frequency_mhz, FORESTS["mixed"])
