"""Check the agreement of rankings against SciPy and a closed form."""

import itertools

import numpy as np
import pytest
import scipy.stats

from thesis_lib.records.rankings import agreement


@pytest.mark.parametrize("n", range(2, 10))
def test_tau_and_its_exact_p_are_scipys(n):
    x, y = np.random.default_rng(n).normal(size=(2, n))
    y += x
    expected = scipy.stats.kendalltau(x, y, method="exact", alternative="greater")
    assert agreement([(x, y)]) == pytest.approx((expected.statistic, expected.pvalue), abs=1e-3)


def test_ties_count_as_in_tau_b():
    x, y = [1, 2, 2, 4, 5], [1, 3, 3, 2, 6]
    assert agreement([(x, y)]).tau == pytest.approx(scipy.stats.kendalltau(x, y).statistic, abs=1e-3)


def test_several_sets_are_permuted_together():
    one = ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])
    assert agreement([one]).p == pytest.approx(1 / 120, abs=1e-3)
    assert agreement([one, one, one]) == pytest.approx(agreement([one])), "the same set again is no more evidence"
    other = ([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])
    taus = [
        np.mean([scipy.stats.kendalltau(x, np.array(y)[list(order)]).statistic for x, y in (one, other)])
        for order in itertools.permutations(range(5))
    ]
    assert agreement([one, other]) == pytest.approx((taus[0], np.mean(np.array(taus) >= taus[0] - 1e-9)), abs=1e-3)


def test_unrelated_rankings_are_rarely_above_zero():
    rng = np.random.default_rng(0)
    found = [agreement([rng.normal(size=(2, 6)) for _ in range(3)]).p for _ in range(400)]
    assert np.mean(np.array(found) <= 0.05) == pytest.approx(0.05, abs=0.03)


def test_what_cannot_be_ranked():
    assert np.isnan(agreement([([1, 1, 1], [1, 2, 3])]).tau)
    with pytest.raises(ValueError, match="from 2 to 9 systems.*got 1, 1"):
        agreement([([1], [2])])
    with pytest.raises(ValueError, match="got 3, 3, 2, 2"):
        agreement([([1, 2, 3], [1, 2, 3]), ([1, 2], [1, 2])])
