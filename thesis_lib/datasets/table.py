"""A CSV file in, clips out: the reader's own audio with labels, folds or a split, and groups of the reader's own."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

from .clip import Card, Clip
from .splits import PARTS

CARD = Card(
    name="table",
    title="Your own audio, listed in a table",
    task="one label a clip, or several",
    proxy_for="whatever you list in it",
    cannot_show="more than its clips: few clips, or clips cut from few recordings, give wide intervals",
    licence="yours",
    source="-p data_home=FILE.csv",
    chapters=("IV", "VI"),
    sounds="",
    own=True,
    size="what you list in it",
    get="write a CSV file: path, label (or labels, separated by ;) and, if you like, fold or split, group",
)
COLUMNS = ("path", "label", "labels", "fold", "split", "group")
N_FOLDS = 5


def clips(data_home: Path | None = None, *, seed: int = 0) -> list[Clip]:
    """Reads the clips that a table lists.

    Columns: `path`, absolute or from the table's own folder; `label`, or `labels` separated by semicolons; then, all
    optional, `fold` (a whole number), or `split` (train, validation or test), and `group` (a recording, an artist:
    whatever must not stand on both sides). Without fold and split, five folds are drawn that keep groups together, and
    the classes in proportion where each clip has one label.

    Args:
        data_home: the CSV file, in UTF-8 with a header.
        seed: of the drawn folds.

    Returns:
        Clips in the order of the rows.

    Raises:
        ValueError: no such table, columns missing or unknown, a row that does not fit, audio that is not there, a
            single class, too few clips of a class, or a group on two sides.
    """
    if not data_home:
        raise ValueError("dataset=table needs a CSV file with the columns path and label; give it as data_home=FILE.")
    table = Path(data_home).expanduser()
    rows = _rows(table)
    for number, row in enumerate(rows, start=2):  # the header is line 1
        _check_row(table, number, row)
    if repeated := [path for path, count in Counter(row["path"] for row in rows).items() if count > 1]:
        raise ValueError(f"{table} names {repeated[0]} twice; every clip has one row.")
    found = [_clip(table, row) for row in rows]
    if missing := [clip.path for clip in found if not clip.path.is_file()]:
        raise ValueError(
            f"{table} names {missing[0]}, which is not there (one of {len(missing)} of {len(found)} files)."
        )
    if len({label for clip in found for label in clip.labels}) < 2:
        raise ValueError(f"{table} knows one label only; at least two are needed.")
    if "fold" not in rows[0] and "split" not in rows[0]:
        found = _drawn(table, found, seed)
    _check(table, found)
    return found


def _rows(table: Path) -> list[dict[str, str]]:
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            columns = list(reader.fieldnames or [])
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{table} cannot be read as a table in UTF-8 ({error}).") from error
    if "path" not in columns or len({"label", "labels"} & set(columns)) != 1:
        raise ValueError(f"{table} must have the columns path and either label or labels; got {', '.join(columns)}.")
    if unknown := [str(column) for column in columns if column not in COLUMNS]:
        raise ValueError(f"{table} may have the columns {', '.join(COLUMNS)}; got {unknown[0]!r}.")
    if {"fold", "split"} <= set(columns):
        raise ValueError(f"{table} must have fold or split, not both: a clip is tested once, or in one split.")
    if not rows:
        raise ValueError(f"{table} has a header and no rows; list a clip a row.")
    return rows


def _check_row(table: Path, number: int, row: dict[str, str]) -> None:
    if None in row or None in row.values():
        raise ValueError(f"{table}, line {number}: as many fields as columns are needed; quote what holds a comma.")
    if not row["path"].strip() or not row.get("label", row.get("labels")).strip(" ;"):
        raise ValueError(f"{table}, line {number}: a path and a label are needed.")
    if "fold" in row and not row["fold"].strip().isdecimal():
        raise ValueError(f"{table}, line {number}: fold must be a whole number; got fold={row['fold']!r}.")
    if "split" in row and row["split"].strip() not in PARTS:
        raise ValueError(f"{table}, line {number}: split must be {', '.join(PARTS)}; got split={row['split']!r}.")


def _clip(table: Path, row: dict[str, str]) -> Clip:
    several = row["labels"].split(";") if "labels" in row else [row["label"]]
    return Clip(
        path=(table.parent / row["path"].strip().replace("\\", "/")).absolute(),
        labels=tuple(dict.fromkeys(label.strip() for label in several if label.strip())),
        fold=int(row["fold"]) if "fold" in row else None,
        group=row.get("group", "").strip() or None,
        split=row["split"].strip() if "split" in row else None,
    )


def _drawn(table: Path, found: list[Clip], seed: int) -> list[Clip]:
    """The clips with folds: groups whole, and classes in proportion where each clip has one."""
    groups = [clip.group or str(clip.path) for clip in found]
    if len(set(groups)) < N_FOLDS:
        raise ValueError(f"{table}: {N_FOLDS} folds are drawn, from as many groups at least; got {len(set(groups))}.")
    if all(len(clip.labels) == 1 for clip in found):
        _check_counts(table, found, N_FOLDS)
        splitter = StratifiedGroupKFold(N_FOLDS, shuffle=True, random_state=seed)
    else:
        splitter = GroupKFold(N_FOLDS, shuffle=True, random_state=seed)
    folds = np.zeros(len(found), dtype=int)
    for fold, (_, test) in enumerate(splitter.split(found, [clip.labels[0] for clip in found], groups), start=1):
        folds[test] = fold
    return [Clip(clip.path, clip.labels, int(fold), clip.group) for clip, fold in zip(found, folds, strict=True)]


def _check(table: Path, found: list[Clip]) -> None:
    """Each group on one side; each class with enough clips to learn from."""
    sides: dict[str, set] = {}
    for clip in found:
        if clip.group is not None:
            sides.setdefault(clip.group, set()).add(clip.split or clip.fold)
    if torn := [group for group, places in sides.items() if len(places) > 1]:
        raise ValueError(f"{table}: group {torn[0]!r} stands in several folds or parts; a group belongs to one.")
    if found[0].split:
        parts = {clip.split for clip in found}
        if not {"train", "test"} <= parts:
            raise ValueError(
                f"{table}: a split needs clips to train on and to test on; got {', '.join(sorted(parts))}."
            )
    elif all(len(clip.labels) == 1 for clip in found):
        _check_counts(table, found, min(3, len({clip.fold for clip in found})))


def _check_counts(table: Path, found: list[Clip], at_least: int) -> None:
    label, fewest = min(Counter(clip.label for clip in found).items(), key=lambda item: item[1])
    if fewest < at_least:
        raise ValueError(f"{table}: class {label!r} has {fewest} clips; at least {at_least} are needed.")
