"""Check the training clips of chapter VI: nested, equal for all systems, never from a held-out fold."""

import numpy as np
import pytest

from thesis_lib.datasets import Clip
from thesis_lib.protocols.few_data import draws as few_draws


def clips(folds=5, per_class=40):
    return [Clip(f"{c}-{k}", (c,), fold=1 + k % folds) for c in "abc" for k in range(per_class)]


def test_draws_are_nested_balanced_and_of_the_training_folds():
    made = clips()
    labels, folds = np.array([clip.label for clip in made]), np.array([clip.fold for clip in made])
    found = list(few_draws.trials(made, counts=(1, 2, 5, 20), draws=3, seed=7))
    assert len(found) == 5 * 3 * 4
    for trial in found:
        assert [labels[trial.train].tolist().count(c) for c in "abc"] == [trial.n] * 3
        assert set(folds[trial.test]) == {trial.fold} and set(folds[trial.validation]) == {trial.fold % 5 + 1}
        assert not {trial.fold, trial.fold % 5 + 1} & set(folds[trial.train])
        more = next(t for t in found if (t.fold, t.draw, t.n) == (trial.fold, trial.draw, 20))
        assert set(trial.train) <= set(more.train), "the many contain the few"
    ones = {tuple(t.train) for t in found if t.n == 1}
    assert len(ones) > 10, "folds and draws differ"


def test_the_same_for_every_system_and_whatever_else_is_asked_for():
    first = {(t.fold, t.draw, t.n): t.train.tolist() for t in few_draws.trials(clips(), counts=(1, 5), draws=2)}
    again = {(t.fold, t.draw, t.n): t.train.tolist() for t in few_draws.trials(clips(), counts=(5,), draws=1, folds=2)}
    assert again.items() <= first.items() and len(again) == 2
    other = {(t.fold, t.draw, t.n): t.train.tolist() for t in few_draws.trials(clips(), counts=(5,), seed=1)}
    assert other[1, 0, 5] != first[1, 0, 5]


def test_of_two_folds_one_is_learnt_from_and_one_tested():
    made = clips(folds=2)
    folds = np.array([clip.fold for clip in made])
    for trial in few_draws.trials(made, counts=(5,)):
        assert set(folds[trial.test]) == {trial.fold} and set(folds[trial.train]) == {3 - trial.fold}
        assert len(trial.validation) == 0


def test_a_fixed_split_and_counts_that_are_not_there():
    made = [Clip(f"{c}-{k}", (c,), split=("train", "validation", "test")[k % 3]) for c in "ab" for k in range(9)]
    found = list(few_draws.trials(made, counts=(1, 2, 3, 4)))
    assert [(t.fold, t.n, len(t.train), len(t.test)) for t in found] == [(None, n, 2 * n, 6) for n in (1, 2, 3)]
    with pytest.raises(ValueError, match="counts must start at 3 clips per class or fewer, .*; got 50"):
        list(few_draws.trials(made, counts=(50,)))
