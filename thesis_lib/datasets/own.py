"""Check the reader's own clips before a run: names that look alike, and classes that could not be learnt."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from .clip import Clip


def check_names(place: Path, names: Iterable[str], kind: str) -> None:
    """Raise ValueError if two different names look alike, because they differ only in their Unicode form.

    Args:
        place: folder or table, for the message.
        names: names of classes or files.
        kind: what they name, in the plural.
    """
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(unicodedata.normalize("NFC", name), name)
        if first != name:
            raise ValueError(
                f"{place} has two {kind} that look alike, {first!r} ({ascii(first)[1:-1]}) and ({ascii(name)[1:-1]}); "
                "rename one, so that they are the same or differ."
            )


def check_learnable(place: Path, clips: Sequence[Clip]) -> None:
    """Raise ValueError if a class is tested without being trained on.

    Args:
        place: folder or table, for the message.
        clips: clips with one label each, and with folds or a fixed split.
    """
    for label in sorted({clip.label for clip in clips}):
        own = [clip for clip in clips if clip.label == label]
        if clips[0].split:
            if "train" not in {clip.split for clip in own}:
                raise ValueError(
                    f"{place}: class {label!r} is not in the training part, only in {own[0].split}; add clips of it to "
                    "train, or remove it."
                )
        elif len({clip.fold for clip in own}) < 2:
            groups = {clip.group for clip in own}
            why = f", because they are one group ({own[0].group!r})" if len(groups) == 1 and own[0].group else ""
            raise ValueError(
                f"{place}: all clips of class {label!r} are in fold {own[0].fold}{why}; when that is tested, none is "
                "left to train on. Distribute them over the folds, or remove the class."
            )
