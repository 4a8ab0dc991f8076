"""Compare intervals with SciPy."""

import numpy as np
import pytest
import scipy.stats

from thesis_lib.records.intervals import interval


def test_interval_is_scipys_t_interval_widened_for_shared_training_clips():
    values = [0.61, 0.7, 0.66, 0.75, 0.58]
    plain = scipy.stats.ttest_1samp(values, 0).confidence_interval(0.95)
    mean, low, high = interval(values)
    assert mean == pytest.approx(np.mean(values), abs=1e-12)
    assert high - low == pytest.approx(1.5 * (plain.high - plain.low), abs=1e-12)
    assert mean - low == pytest.approx(high - mean, abs=1e-12)


def test_interval_covers_the_mean_of_correlated_folds():
    """Scores whose correlation is the share of test clips, as the correction supposes: 95 of 100 intervals cover."""
    rng, k, rho = np.random.default_rng(0), 5, 0.2
    shared, own = rng.normal(size=(4000, 1)), rng.normal(size=(4000, k))
    bounds = np.array([interval(row)[1:] for row in np.sqrt(rho) * shared + np.sqrt(1 - rho) * own])
    assert np.mean((bounds[:, 0] <= 0) & (bounds[:, 1] >= 0)) == pytest.approx(0.95, abs=0.01)


def test_one_value_has_no_interval():
    assert interval([0.5])[0] == 0.5
    assert np.isnan(interval([0.5])[1:]).all()


def test_no_value_is_an_error():
    with pytest.raises(ValueError, match="at least one value"):
        interval([])
