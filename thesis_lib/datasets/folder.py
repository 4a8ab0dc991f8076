"""A folder with one sub-folder a class in, clips out: the reader's own audio."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import numpy as np
import soundfile
from sklearn.model_selection import StratifiedKFold

from .clip import Card, Clip

CARD = Card(
    name="folder",
    title="Your own audio",
    task="one class a sub-folder",
    proxy_for="whatever you put into it",
    cannot_show="more than its clips: a folder of few clips, or of clips cut from few recordings, gives wide intervals",
    licence="yours",
    source="-p data_home=FOLDER",
    chapters=("IV", "VI"),
    sounds="",
    own=True,
    size="what you put into it",
    get="make a folder with one sub-folder of audio a class",
)
N_FOLDS = 5
READABLE = {f".{name.lower()}" for name in soundfile.available_formats()} - {".raw"} | {
    ".aif",
    ".oga",
    ".opus",
    ".wave",
}
OTHER_AUDIO = {".aac", ".m4a", ".mp4", ".wma", ".ra", ".ape", ".webm"}  # libsndfile cannot read them
LEADING_FOLD = re.compile(r"(\d{1,2})-")  # "3-155642-A.ogg" is tested in fold 3, as in ESC-10 and ESC-50


def clips(data_home: Path | None = None, *, seed: int = 0) -> list[Clip]:
    """Finds the clips of a folder, their classes and their folds.

    Folds come from `folds.csv` (columns `file`, the path within the folder, and `fold`), else from a leading `N-` in
    every file name, else five stratified folds are drawn.

    Args:
        data_home: folder with one sub-folder a class; names that start with a dot are passed over.
        seed: of the drawn folds.

    Returns:
        Clips in the order of their paths.

    Raises:
        ValueError: no such folder, no audio, a single class, a `folds.csv` that does not fit, or a class with fewer
            clips than folds.
    """
    if not data_home:
        raise ValueError("dataset=folder needs a folder with one sub-folder a class; give it as data_home=FOLDER.")
    home = Path(data_home).expanduser()
    if not home.is_dir():
        raise ValueError(f"data_home must be a folder with one sub-folder a class; got data_home={str(home)!r}.")
    files = _audio(home)
    labels = [path.relative_to(home).parts[0] for path in files]
    if not files:
        raise ValueError(
            f"{home} holds no audio in its sub-folders; put the clips of each class into a sub-folder of its own."
        )
    if len(set(labels)) < 2:
        raise ValueError(f"{home} holds one class only ({labels[0]}); at least two sub-folders with audio are needed.")
    folds = _folds(home, files, labels, seed)
    _check(home, labels, folds)
    return [Clip(path, (label,), fold) for path, label, fold in zip(files, labels, folds, strict=True)]


def _audio(home: Path) -> list[Path]:
    found = [path.relative_to(home) for path in sorted(home.glob("*/**/*")) if path.is_file()]
    seen = [path for path in found if not any(part.startswith(".") for part in path.parts)]
    if other := [path for path in seen if path.suffix.lower() in OTHER_AUDIO]:
        raise ValueError(
            f"{home / other[0]} (one of {len(other)}) is of a kind that is not read; convert it to flac or wav."
        )
    return [home / path for path in seen if path.suffix.lower() in READABLE]


def _folds(home: Path, files: list[Path], labels: list[str], seed: int) -> list[int]:
    if (home / "folds.csv").exists():
        return _read_folds(home / "folds.csv", [path.relative_to(home).as_posix() for path in files])
    leading = [LEADING_FOLD.match(path.name) for path in files]
    if all(leading) and len({match[1] for match in leading}) > 1:
        return [int(match[1]) for match in leading]
    _check_counts(home, Counter(labels), N_FOLDS)
    folds = np.zeros(len(files), dtype=int)
    splitter = StratifiedKFold(N_FOLDS, shuffle=True, random_state=seed)
    for fold, (_, test) in enumerate(splitter.split(files, labels), start=1):
        folds[test] = fold
    return folds.tolist()


def _read_folds(table: Path, names: list[str]) -> list[int]:
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            if not {"file", "fold"} <= set(rows.fieldnames or ()):
                found = ", ".join(rows.fieldnames or ["none"])
                raise ValueError(f"{table} must have the columns file and fold; got {found}.")
            pairs = [(row["file"].replace("\\", "/"), row["fold"]) for row in rows]
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{table} cannot be read as a table in UTF-8 ({error}).") from error
    if repeated := [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]:
        raise ValueError(f"{table} names {repeated[0]} twice; every file has one fold.")
    if wrong := [name for name, fold in pairs if not (fold or "").strip().isdecimal()]:
        raise ValueError(f"{table}: every fold must be a whole number; see the row of {wrong[0]}.")
    fold_of = {name: int(fold) for name, fold in pairs}
    if missing := [name for name in names if name not in fold_of]:
        raise ValueError(f"{table} gives no fold for {missing[0]} (one of {len(missing)} of {len(names)} files).")
    return [fold_of[name] for name in names]


def _check(home: Path, labels: list[str], folds: list[int]) -> None:
    """Each class needs three folds: when one is tested and one selects, one is left to learn from."""
    _check_counts(home, Counter(labels), len(set(folds)))
    for label in sorted(set(labels)):
        held = {fold for other, fold in zip(labels, folds, strict=True) if other == label}
        if len(held) < 3:
            raise ValueError(
                f"{home}: class {label!r} stands in {len(held)} fold(s); at least 3 are needed: spread its clips."
            )


def _check_counts(home: Path, counts: Counter, n_folds: int) -> None:
    label, fewest = min(counts.items(), key=lambda item: item[1])
    if fewest < n_folds:
        raise ValueError(
            f"{home}: class {label!r} has {fewest} clips, fewer than the {n_folds} folds; "
            "add clips or leave the class out."
        )
