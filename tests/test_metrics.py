"""Intervals against SciPy."""

import numpy as np
import pytest
import scipy.stats

from thesis_lib.metrics import interval


def test_interval_equals_scipys_t_interval():
    values = [0.61, 0.7, 0.66, 0.75, 0.58]
    expected = scipy.stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert interval(values) == pytest.approx((np.mean(values), expected.low, expected.high), abs=1e-12)


def test_one_value_has_no_interval():
    assert interval([0.5])[0] == 0.5
    assert np.isnan(interval([0.5])[1:]).all()


def test_no_value_is_an_error():
    with pytest.raises(ValueError, match="at least one value"):
        interval([])
