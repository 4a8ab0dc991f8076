"""Read and check what the reader gives before a run: tables, names that look alike, classes that cannot be learnt."""

from __future__ import annotations

import csv
import os
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from .clip import Clip


def read_table(table: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Return the names of the columns and the rows of a CSV file in UTF-8 with a header.

    Raises:
        ValueError: it cannot be read, or a row has too few or too many fields.
    """
    if not os.path.isfile(table):  # reading a device would not end
        raise ValueError(f"{table} cannot be read as a table in UTF-8 (it is not a file).")
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            columns = list(reader.fieldnames or [])
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{table} cannot be read as a table in UTF-8 ({error}).") from error
    for number, row in enumerate(rows, start=2):  # the header is line 1
        if None in row or None in row.values():
            raise ValueError(
                f"{table}, line {number}: a row needs one field per column; quote fields that contain a comma."
            )
    return columns, rows


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
