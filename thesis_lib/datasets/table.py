"""Load the reader's own audio from a CSV table of paths, labels, folds or splits, and groups."""

from __future__ import annotations

import math
import os
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from ..files import expanded
from .clip import Card, Clip
from .own import check_learnable, check_names, read_table
from .splits import PARTS, draw_folds

CARD = Card(
    name="table",
    title="Your own audio, listed in a table",
    task="classify clips with one label each, or tag clips with several",
    proxy_for="whatever you list in it",
    cannot_show="anything beyond its clips; few clips, or clips cut from few recordings, give wide intervals",
    licence="yours",
    source="-p data_home=FILE.csv",
    chapters=("III", "IV", "VI"),
    sounds="",
    own=True,
    size="what you list in it",
    get="write a CSV file with the columns path, label (or labels, or onsets of syllables, separated by ;) and "
    "optionally fold or split, group",
)
COLUMNS = ("path", "label", "labels", "fold", "split", "group", "onsets", "durations")
N_FOLDS = 5


def clips(data_home: Path | None = None, *, seed: int = 0) -> list[Clip]:
    """Read the clips that a table lists.

    Columns: `path`, absolute or relative to the table's folder; `label`, or `labels` separated by semicolons; and the
    optional columns `fold` (an integer) or `split` (train, validation or test), and `group` (a recording or artist,
    whose clips must be in the same part). Instead of a label, sung phrases have `onsets`, the seconds at which their
    syllables start, and optionally `durations`, those of the syllables in the score; both are separated by semicolons.
    Without fold and split, five folds are drawn. They keep groups together and,
    if each clip has one label, the proportions of the classes.

    Args:
        data_home: the CSV file, in UTF-8 with a header.
        seed: random seed for drawing folds.

    Returns:
        Clips in the order of the rows.

    Raises:
        ValueError: the table does not exist or has missing or unknown columns or an invalid row, an audio file is
            missing or listed twice, onsets are not ascending, there is a single label, labels look alike, a class has
            too few clips or is tested without being trained on, or a group is in two parts.
    """
    if not data_home:
        raise ValueError("dataset=table needs a CSV file with the columns path and label; give it as data_home=FILE.")
    table = expanded(data_home)
    rows = _rows(table)
    for number, row in enumerate(rows, start=2):  # the header is line 1
        _check_row(table, number, row)
    if repeated := [path for path, count in Counter(row["path"] for row in rows).items() if count > 1]:
        raise ValueError(f"{table} lists {repeated[0]} twice; every clip must have one row.")
    found = [_clip(table, row) for row in rows]
    _check_paths(table, [row["path"] for row in rows], [clip.path for clip in found])
    check_names(table, (label for clip in found for label in clip.labels), "labels")
    if "onsets" not in rows[0] and len({label for clip in found for label in clip.labels}) < 2:
        raise ValueError(f"{table} has only one label; at least two are required.")
    if "fold" not in rows[0] and "split" not in rows[0]:
        found = _drawn(table, found, seed)
    _check(table, found)
    return found


def _rows(table: Path) -> list[dict[str, str]]:
    columns, rows = read_table(table)
    if "path" not in columns or len({"label", "labels", "onsets"} & set(columns)) != 1:
        raise ValueError(
            f"{table} must have the columns path and either label, labels or onsets; got {', '.join(columns)}."
        )
    if unknown := [str(column) for column in columns if column not in COLUMNS]:
        raise ValueError(f"{table} may have only the columns {', '.join(COLUMNS)}; got {unknown[0]!r}.")
    if {"fold", "split"} <= set(columns):
        raise ValueError(f"{table} must have fold or split, not both.")
    if not rows:
        raise ValueError(f"{table} has a header but no rows; write one row per clip.")
    return rows


def _check_row(table: Path, number: int, row: dict[str, str]) -> None:
    if not row["path"].strip() or not row.get("label", row.get("labels", row.get("onsets"))).strip(" ;"):
        raise ValueError(f"{table}, line {number}: a path and a label, or onsets, are required.")
    if "onsets" in row:
        onsets = _numbers(table, number, row, "onsets")
        if min(onsets) < 0 or any(later <= one for one, later in pairwise(onsets)):
            raise ValueError(f"{table}, line {number}: onsets must be from 0 s and each later than the one before.")
    if row.get("durations", "").strip(" ;"):
        durations = _numbers(table, number, row, "durations")
        if len(durations) != len(onsets) or min(durations) <= 0:
            raise ValueError(
                f"{table}, line {number}: durations must be above 0 and as many as onsets; "
                f"got {len(durations)} for {len(onsets)}."
            )
    if "fold" in row and not row["fold"].strip().isdecimal():
        raise ValueError(f"{table}, line {number}: fold must be an integer; got fold={row['fold']!r}.")
    if "split" in row and row["split"].strip() not in PARTS:
        raise ValueError(f"{table}, line {number}: split must be {', '.join(PARTS)}; got split={row['split']!r}.")


def _numbers(table: Path, number: int, row: dict[str, str], column: str) -> tuple[float, ...]:
    """Read the numbers in a cell, separated by semicolons."""
    try:
        found = tuple(float(item) for item in row[column].split(";") if item.strip())
    except ValueError:
        found = ()
    if not found or not all(map(math.isfinite, found)):
        raise ValueError(f"{table}, line {number}: {column} must be numbers separated by ;, got {row[column]!r}.")
    return found


def _check_paths(table: Path, given: list[str], paths: list[Path]) -> None:
    """Check that every file exists and has one row, however its path is written."""
    if missing := [path for path in paths if not os.path.isfile(path)]:
        raise ValueError(
            f"{table} lists {missing[0]}, which does not exist (one of {len(missing)} missing of {len(paths)} files)."
        )
    check_names(table, given, "paths")
    same: dict[str, str] = {}
    for name, path in zip(given, paths, strict=True):
        if (first := same.setdefault(os.path.realpath(path), name)) != name:
            raise ValueError(f"{table} lists one file as {first} and as {name}; every clip must have one row.")


def _clip(table: Path, row: dict[str, str]) -> Clip:
    several = row["labels"].split(";") if "labels" in row else [row.get("label", "")]
    return Clip(
        path=(table.parent / row["path"].strip().replace("\\", "/")).absolute(),
        labels=tuple(dict.fromkeys(label.strip() for label in several if label.strip())),
        fold=int(row["fold"]) if "fold" in row else None,
        group=row.get("group", "").strip() or None,
        split=row["split"].strip() if "split" in row else None,
        onsets=_cell(row, "onsets"),
        durations=_cell(row, "durations"),
    )


def _cell(row: dict[str, str], column: str) -> tuple[float, ...]:
    return tuple(float(item) for item in row.get(column, "").split(";") if item.strip())


def _drawn(table: Path, found: list[Clip], seed: int) -> list[Clip]:
    """Draw folds that keep groups together, and the proportions of classes if each clip has one label."""
    groups = [clip.group or str(clip.path) for clip in found]
    if len(set(groups)) < N_FOLDS:
        raise ValueError(f"{table}: {N_FOLDS} folds need at least as many groups; got {len(set(groups))}.")
    labels = None
    if all(len(clip.labels) == 1 for clip in found):
        _check_counts(table, found, N_FOLDS)
        labels = [clip.label for clip in found]
    folds = draw_folds(labels, N_FOLDS, groups=groups, seed=seed)
    return [replace(clip, fold=fold) for clip, fold in zip(found, folds, strict=True)]


def _check(table: Path, found: list[Clip]) -> None:
    """Check that each group is in one part and that each class has enough clips."""
    sides: dict[str, set] = {}
    for clip in found:
        if clip.group is not None:
            sides.setdefault(clip.group, set()).add(clip.split or clip.fold)
    if torn := [group for group, places in sides.items() if len(places) > 1]:
        raise ValueError(f"{table}: a group must be in one fold or part; group {torn[0]!r} is in several.")
    if found[0].split:
        parts = {clip.split for clip in found}
        if not {"train", "test"} <= parts:
            raise ValueError(
                f"{table}: a split needs clips to train on and clips to test on; got {', '.join(sorted(parts))}."
            )
    elif all(len(clip.labels) == 1 for clip in found):
        _check_counts(table, found, min(3, len({clip.fold for clip in found})))
    if all(len(clip.labels) == 1 for clip in found):
        check_learnable(table, found)


def _check_counts(table: Path, found: list[Clip], at_least: int) -> None:
    label, fewest = min(Counter(clip.label for clip in found).items(), key=lambda item: item[1])
    if fewest < at_least:
        raise ValueError(f"{table}: class {label!r} has {fewest} clips; at least {at_least} are required.")
