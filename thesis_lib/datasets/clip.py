"""Describe a labelled audio clip and the card of a data set."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Clip:
    """One labelled audio file.

    Attributes:
        path: the audio file.
        labels: one label for classification, several for tagging.
        fold: the fold in which the clip is tested, or None if the data set has no folds.
        group: the recording, artist or drum pattern that the clip comes from. All clips of a group are on the same side
            of every split.
        split: "train", "validation" or "test" if the data set has one fixed split, or None.
        onsets: seconds at which the syllables of a sung phrase start, in their order; () if the clip is no phrase.
        durations: duration of each syllable in the score, in any unit; () if there is no score.
        segments: start and end in seconds and symbol of each phoneme, "" for silence, in their order; () if unknown.
    """

    path: Path
    labels: tuple[str, ...]
    fold: int | None = None
    group: str | None = None
    split: str | None = None
    onsets: tuple[float, ...] = ()
    durations: tuple[float, ...] = ()
    segments: tuple[tuple[float, float, str], ...] = ()

    @property
    def label(self) -> str:
        """The label of a single-label clip."""
        return self.labels[0]


@dataclass(frozen=True)
class Card:
    """What a reader must know about a data set before trusting a number measured on it.

    Attributes:
        name: as in `-p dataset=name`.
        title: a short title.
        task: what is classified.
        proxy_for: the data set of the thesis that this one is, or that it replaces.
        cannot_show: what no result on this data set can show.
        licence: licence of the audio.
        source: citation, or how the data set is made.
        chapters: chapters that use it, as numerals.
        sounds: "rhythm" (music classified by rhythm), "genre", "instruments", "tags", "singing" (sung phrases with the
            onsets of their syllables or phonemes), "events" (everyday sounds and scenes), or "" if unknown. Claims
            about one kind of sound are not judged on another.
        size: number of clips and bytes of the whole data set, in words.
        get: how to obtain it.
        rendered: whether the clips are rendered on first use, as many as requested.
        length: duration of every clip in seconds if the data set fixes it, or None.
        own: whether the clips are the reader's own, named and described by parameters of the run.
        one_label: False if clips have several labels; the reader's own clips are read to find out.
        has: attributes of `Clip` that its clips have, of "labels", "onsets" and "segments".
    """

    name: str
    title: str
    task: str
    proxy_for: str
    cannot_show: str
    licence: str
    source: str
    chapters: tuple[str, ...]
    sounds: str
    size: str = "as many clips as requested"
    get: str = "rendered on first use"
    rendered: bool = False
    length: float | None = None
    own: bool = False
    one_label: bool = True
    has: tuple[str, ...] = ("labels",)
