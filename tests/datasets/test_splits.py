"""Check which clips each split uses for training, validation and testing."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold

from thesis_lib.datasets.clip import Clip
from thesis_lib.datasets.splits import draw_folds, splits


def clip(number, **fields):
    return Clip(Path(f"{number}.wav"), ("a",), **fields)


def test_ten_folds_as_in_urbansound8k():
    """Fold f is tested, the next one validates, the other eight train: fold 10 is followed by fold 1."""
    clips = [clip(n, fold=1 + n % 10) for n in range(50)]
    found = splits(clips)
    assert [split.fold for split in found] == list(range(1, 11))
    for fold, split in enumerate(found, start=1):
        assert {clips[i].fold for i in split.test} == {fold}
        assert {clips[i].fold for i in split.validation} == {fold % 10 + 1}
        assert len(split.train) == 40
        assert sorted([*split.train, *split.validation, *split.test]) == list(range(50))


def test_a_fixed_split_is_one():
    parts = ["train", "test", "validation", "train", "test"]
    (split,) = splits([clip(n, split=part) for n, part in enumerate(parts)])
    assert (split.fold, *(part.tolist() for part in split[1:])) == (None, [0, 3], [2], [1, 4])


@pytest.mark.parametrize(
    ("clips", "sentence"),
    [
        ([clip(0, fold=1), clip(1)], "some have neither"),
        ([clip(0, fold=1), clip(1, fold=1)], "clips to train on"),
        ([clip(0, split="train"), clip(1, split="validation")], "clips to test on"),
        ([clip(n, fold=n, group="g") for n in range(3)], "group 'g' is in several"),
        ([clip(n, split=part, group="g") for n, part in enumerate(("train", "test"))], "is in several"),
    ],
)
def test_what_cannot_be_split_is_one_sentence(clips, sentence):
    with pytest.raises(ValueError, match=sentence):
        splits(clips)


def test_two_folds_have_no_validation_part():
    found = splits([clip(n, fold=1 + n % 2) for n in range(4)])
    assert [[part.tolist() for part in split[1:]] for split in found] == [[[1, 3], [], [0, 2]], [[0, 2], [], [1, 3]]]


def test_without_validation_all_other_folds_train():
    clips = [clip(n, fold=n % 3) for n in range(6)]
    assert [split.train.tolist() for split in splits(clips, validate=False)] == [
        [1, 2, 4, 5],
        [0, 2, 3, 5],
        [0, 1, 3, 4],
    ]


def test_drawn_folds_are_scikit_learns():
    labels, groups = [str(n % 2) for n in range(20)], [str(n // 2) for n in range(20)]
    for seed, shuffled in ((3, True), (None, False)):
        expected = np.zeros(20, dtype=int)
        splitter = StratifiedKFold(5, shuffle=shuffled, random_state=seed)
        for fold, (_, test) in enumerate(splitter.split(labels, labels), start=1):
            expected[test] = fold
        assert draw_folds(labels, 5, seed=seed) == expected.tolist()
    for of_clip in (labels, None):
        folds = draw_folds(of_clip, 5, groups=groups, seed=0)
        assert sorted(set(folds)) == [1, 2, 3, 4, 5]
        assert all(folds[n] == folds[n + 1] for n in range(0, 20, 2)), "groups stay together"
