"""Splits by rule: what is tested, what validates, what trains."""

from pathlib import Path

import pytest

from thesis_lib.datasets.clip import Clip
from thesis_lib.datasets.splits import splits


def clip(number, **fields):
    return Clip(Path(f"{number}.wav"), ("a",), **fields)


def test_ten_folds_as_in_urbansound8k():
    """Fold f is tested, the next one validates, the other eight train: fold 10 is followed by fold 1."""
    clips = [clip(n, fold=1 + n % 10) for n in range(50)]
    found = splits(clips)
    assert [split.name for split in found] == [str(fold) for fold in range(1, 11)]
    for fold, split in enumerate(found, start=1):
        assert {clips[i].fold for i in split.test} == {fold}
        assert {clips[i].fold for i in split.validation} == {fold % 10 + 1}
        assert len(split.train) == 40
        assert sorted([*split.train, *split.validation, *split.test]) == list(range(50))


def test_a_fixed_split_is_one():
    parts = ["train", "test", "validation", "train", "test"]
    (split,) = splits([clip(n, split=part) for n, part in enumerate(parts)])
    assert (split.name, *(part.tolist() for part in split[1:])) == ("test", [0, 3], [2], [1, 4])


@pytest.mark.parametrize(
    ("clips", "sentence"),
    [
        ([clip(0, fold=1), clip(1)], "some have neither"),
        ([clip(0, fold=1), clip(1, fold=2)], "3 are needed; got 2"),
        ([clip(0, split="train"), clip(1, split="validation")], "clips to test on"),
        ([clip(n, fold=n, group="g") for n in range(3)], "group 'g' stands on both sides"),
        ([clip(n, split=part, group="g") for n, part in enumerate(("train", "test"))], "both sides"),
    ],
)
def test_what_cannot_be_split_is_one_sentence(clips, sentence):
    with pytest.raises(ValueError, match=sentence):
        splits(clips)
