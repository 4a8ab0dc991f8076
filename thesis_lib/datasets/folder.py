"""Load the reader's own audio from a folder with one subfolder per class."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from ..audio import UNREADABLE, audio_files, how_to_convert
from ..files import expanded
from .clip import Card, Clip
from .own import check_names, read_table
from .splits import draw_folds

CARD = Card(
    name="folder",
    title="Your own audio",
    task="classify clips; each subfolder is one class",
    proxy_for="whatever you put into it",
    cannot_show="anything beyond its clips; few clips, or clips cut from few recordings, give wide intervals",
    licence="yours",
    source="-p data_home=FOLDER",
    chapters=("III", "IV", "VI"),
    sounds="",
    own=True,
    size="what you put into it",
    get="make a folder with one subfolder of audio per class",
)
N_FOLDS = 5
LEADING_FOLD = re.compile(r"(\d{1,2})-")  # "3-155642-A.ogg" is in fold 3, as in ESC-10 and ESC-50


def clips(data_home: Path | None = None, *, seed: int = 0) -> list[Clip]:
    """Find the clips of a folder, their classes and their folds.

    Folds come from `folds.csv` (columns `file`, the path within the folder, and `fold`), else from a leading `N-` in
    every file name; otherwise five stratified folds are drawn.

    Args:
        data_home: folder with one subfolder per class; names that start with a dot are ignored.
        seed: random seed for drawing folds.

    Returns:
        Clips in the order of their paths.

    Raises:
        ValueError: the folder does not exist, has no audio or a single class, `folds.csv` does not fit, or a class has
            fewer clips than there are folds.
    """
    if not data_home:
        raise ValueError("dataset=folder needs a folder with one subfolder per class; give it as data_home=FOLDER.")
    home = expanded(data_home)
    if not home.is_dir():
        raise ValueError(f"data_home must be a folder with one subfolder per class; got data_home={str(home)!r}.")
    files = _audio(home)
    labels = [path.relative_to(home).parts[0] for path in files]
    if not files:
        raise ValueError(
            f"{home} contains no audio in its subfolders; put the clips of each class into a subfolder of their own."
        )
    if len(set(labels)) < 2:
        raise ValueError(
            f"{home} contains only one class ({labels[0]}); at least two subfolders with audio are required."
        )
    check_names(home, labels, "classes")
    check_names(home, (path.relative_to(home).as_posix() for path in files), "files")
    folds = _folds(home, files, labels, seed)
    _check(home, labels, folds)
    return [Clip(path, (label,), fold) for path, label, fold in zip(files, labels, folds, strict=True)]


def _audio(home: Path) -> list[Path]:
    """List the audio in the subfolders; files next to them belong to no class."""
    found = [path for path in audio_files(home) if path.parent != home]
    if other := [path for path in found if path.suffix.lower() in UNREADABLE]:
        raise ValueError(f"{other[0]} (one of {len(other)}) {how_to_convert(other[0])}")
    return found


def _folds(home: Path, files: list[Path], labels: list[str], seed: int) -> list[int]:
    if (home / "folds.csv").exists():
        return _read_folds(home / "folds.csv", [path.relative_to(home).as_posix() for path in files])
    leading = [LEADING_FOLD.match(path.name) for path in files]
    if all(leading) and len({match[1] for match in leading}) > 1:
        return [int(match[1]) for match in leading]
    _check_counts(home, Counter(labels), N_FOLDS)
    return draw_folds(labels, N_FOLDS, seed=seed)


def _read_folds(table: Path, names: list[str]) -> list[int]:
    columns, rows = read_table(table)
    if not {"file", "fold"} <= set(columns):
        raise ValueError(f"{table} must have the columns file and fold; got {', '.join(columns) or 'none'}.")
    pairs = [(row["file"].replace("\\", "/"), row["fold"]) for row in rows]
    if repeated := [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]:
        raise ValueError(f"{table} lists {repeated[0]} twice; every file must have one fold.")
    if wrong := [name for name, fold in pairs if not fold.strip().isdecimal()]:
        raise ValueError(f"{table}: every fold must be an integer; see the row of {wrong[0]}.")
    fold_of = {name: int(fold) for name, fold in pairs}
    if missing := [name for name in names if name not in fold_of]:
        raise ValueError(f"{table} gives no fold for {missing[0]} (one of {len(missing)} of {len(names)} files).")
    return [fold_of[name] for name in names]


def _check(home: Path, labels: list[str], folds: list[int]) -> None:
    """Check that each class is in three folds: one for testing, one for selection, one for training."""
    _check_counts(home, Counter(labels), len(set(folds)))
    for label in sorted(set(labels)):
        held = {fold for other, fold in zip(labels, folds, strict=True) if other == label}
        if len(held) < 3:
            raise ValueError(
                f"{home}: class {label!r} must be in at least 3 folds; it is in {len(held)}: distribute its clips."
            )


def _check_counts(home: Path, counts: Counter, n_folds: int) -> None:
    label, fewest = min(counts.items(), key=lambda item: item[1])
    if fewest < n_folds:
        raise ValueError(
            f"{home}: class {label!r} has {fewest} clips, fewer than the {n_folds} folds; "
            "add clips or remove the class."
        )
