"""What every dataset gives: clips, and a card that says what they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Clip:
    """One labelled piece of audio.

    Attributes:
        path: the audio file.
        labels: one label for classification, several for tagging.
        fold: the fold in which the clip is tested, or None where the dataset has no folds.
        group: clips of one group (a recording, a drum pattern) never stand on both sides of a split.
        split: "train", "validation" or "test" where the dataset has one fixed split, or None.
    """

    path: Path
    labels: tuple[str, ...]
    fold: int | None = None
    group: str | None = None
    split: str | None = None

    @property
    def label(self) -> str:
        """The label of a single-label clip."""
        return self.labels[0]


@dataclass(frozen=True)
class Card:
    """What a reader has to know of a dataset before believing a number on it.

    Attributes:
        name: as in `-p dataset=name`.
        title: a few words.
        task: what is to be told apart.
        stands_for: which dataset of the thesis it is, or stands in for.
        cannot_show: what no result on it says.
        licence: of the audio.
        source: citation, or how it is made.
        chapters: chapters that use it, as numerals.
        sounds: "rhythm" (music told apart by rhythm), "genre", "instruments", "tags", "events" (everyday sounds and
            scenes), or "" where the book cannot know; claims about one kind are not judged on another.
        size: clips and bytes of the whole, in words.
        get: how to obtain it.
    """

    name: str
    title: str
    task: str
    stands_for: str
    cannot_show: str
    licence: str
    source: str
    chapters: tuple[str, ...]
    sounds: str
    size: str = "as many clips as are asked for"
    get: str = "rendered at first use"
