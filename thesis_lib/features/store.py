"""A recipe and a way to compute rows in, rows on disk out: computed once, in parts that are whole or not there at all.

A store is a folder under a name made of everything that decides its content: the recipe, and the versions of the
computation and of the libraries that it uses. Its parts are `.npy` files, each with its checksum beside it, written
last. What was stopped, at any moment, goes on with the parts that are missing or damaged; two processes that fill one
store at once each write whole parts of the same content.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import numpy as np

from ..files import cache_dir, digest, sha256, write_text, written

COMPUTE_WITH = ("librosa", "numpy", "scipy", "soundfile", "soxr")
VERSION = 2  # raise when the library changes what it computes
PART_BYTES = 64e6  # what is lost at most when a computation is killed, and held in memory while it runs
OPEN_PARTS = 64  # a part takes a file descriptor as long as it is open


class Stored:
    """Rows of a store, read like an array of float32 whatever lies on disk.

    Rows are taken by a number, a slice or an array of numbers; further indices cut within the rows: `stored[3]`,
    `stored[10:20]`, `stored[chosen]`, `stored[3, :100]`. Only what is asked for is read.

    Attributes:
        shape: (N, ...).
        parts: the files.
    """

    def __init__(self, parts: Sequence[Path], shape: tuple[int, ...], rows_a_part: int) -> None:
        self.shape = shape
        self.parts = tuple(parts)
        self._rows = rows_a_part
        self._open: dict[int, np.ndarray] = {}

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: int | slice | np.ndarray | tuple) -> np.ndarray:
        rows, *within = key if isinstance(key, tuple) else (key,)
        if isinstance(rows, (int, np.integer)):
            part, row = divmod(range(len(self))[rows], self._rows)
            # float32 before anything is computed: float16 stays float16 under NumPy 2, and 10,000 times 7 overflows
            return self._part(part)[(row, *within)].astype(np.float32)
        chosen = [self[(row, *within)] for row in np.arange(len(self))[rows]]
        return np.stack(chosen) if chosen else np.empty((0, *self.shape[1:]), np.float32)

    def __array__(self, dtype: type | None = None, copy: bool | None = None) -> np.ndarray:
        return self[:].astype(dtype or np.float32, copy=False)

    def _part(self, number: int) -> np.ndarray:
        if number not in self._open:
            if len(self._open) >= OPEN_PARTS:
                self._open.pop(next(iter(self._open)))
            self._open[number] = np.load(self.parts[number], mmap_mode="r", allow_pickle=False)
        return self._open[number]


class Store:
    """Rows that lie on disk, or are still to be computed, under the name of what decides them.

    Args:
        recipe: everything that decides the content beside this library and those it computes with; JSON types.
        shape: (N, ...).
        dtype: on disk, np.float32 or np.float16.
        rows_a_part: rows that are computed and lost together; by default as many as `PART_BYTES` hold.
    """

    def __init__(
        self, recipe: dict, shape: tuple[int, ...], *, dtype: type = np.float32, rows_a_part: int | None = None
    ) -> None:
        recipe = recipe | {"version": VERSION} | {package: version(package) for package in COMPUTE_WITH}
        if rows_a_part:
            recipe["rows_a_part"] = rows_a_part
        self._recipe, self._shape, self._dtype = recipe, shape, dtype
        self._rows = rows_a_part or max(1, int(PART_BYTES // (np.dtype(dtype).itemsize * np.prod(shape[1:]))))
        self._folder = cache_dir() / "features" / digest(recipe, shape, np.dtype(dtype).name)
        self._parts = {
            self._folder / f"{start // self._rows:05d}.npy": range(start, min(start + self._rows, shape[0]))
            for start in range(0, shape[0], self._rows)
        }

    def missing(self) -> list[range]:
        """The rows of each part that is not there or damaged."""
        return [rows for part, rows in self._parts.items() if not _is_whole(part)]

    def write(self, rows: range, values: np.ndarray) -> None:
        """Stores one part.

        Args:
            rows: one of those that `missing` gave.
            values: shape (len(rows), ...).

        Raises:
            OSError: the store cannot be written; says where it is and how to move it. What was written stays whole.
        """
        part = self._folder / f"{rows.start // self._rows:05d}.npy"
        with _writing(self._folder):
            if not (self._folder / "recipe.json").exists():
                self._folder.mkdir(parents=True, exist_ok=True)
                write_text(self._folder / "recipe.json", json.dumps(self._recipe, default=str))
            _write(part, values.astype(self._dtype, copy=False))

    def read(self) -> Stored:
        """All rows, once none is missing."""
        return Stored(list(self._parts), self._shape, self._rows)


def stored(
    recipe: dict,
    shape: tuple[int, ...],
    compute: Callable[[list[int]], Iterator[np.ndarray]],
    *,
    dtype: type = np.float32,
) -> Stored:
    """Reads rows from the store, or has them computed and stored.

    Args:
        recipe: as in `Store`.
        shape: (N, ...).
        compute: numbers of rows in, these rows in the same order out, one by one; called for what is not there.
        dtype: as in `Store`.

    Returns:
        The rows, float32 in memory.

    Raises:
        OSError: as in `Store.write`.
    """
    store = Store(recipe, shape, dtype=dtype)
    if missing := store.missing():
        computed = compute([row for rows in missing for row in rows])
        for rows in missing:
            store.write(rows, np.stack([next(computed).astype(dtype, copy=False) for _ in rows]))
        next(computed, None)  # its end: bars are closed
    return store.read()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OSError(
            f"features cannot be stored in {folder.parent} ({error.strerror or error}); what was stored stays whole. "
            "Free some space there or set THESIS_CACHE to another folder."
        ) from error


def _write(part: Path, values: np.ndarray) -> None:
    content = io.BytesIO()  # straight to a file, NumPy reports a full disk without the system's words for it
    np.save(content, values, allow_pickle=False)
    with written(part) as partial:
        partial.write_bytes(content.getbuffer())
    write_text(_seal(part), sha256(part))


def _seal(part: Path) -> Path:
    return part.with_suffix(".sha256")


def _is_whole(part: Path) -> bool:
    try:
        return _seal(part).read_text() == sha256(part)
    except OSError:
        return False
