"""Store computed rows on disk in parts that are complete or absent.

A store is a folder whose name is derived from everything that determines its content: the recipe, and the versions of
the computation and of the libraries that it uses. Its parts are `.npy` files. The checksum of each is written next to
it last, so an interrupted computation continues with the parts that are missing or damaged. Two processes that fill the
same store at once write identical parts.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import numpy as np

from ..files import cache_dir, digest, is_sealed, seal, write_text, written

COMPUTE_WITH = ("librosa", "numpy", "scipy", "soundfile", "soxr")
VERSION = 3  # increase when the computation of stored values changes
PART_BYTES = 64e6  # upper bound of what is lost when a computation is killed, and of what is held in memory
OPEN_PARTS = 64  # each open part needs a file descriptor


class Stored:
    """Rows of a store, read like a float32 array whatever their type on disk.

    Rows are selected by an integer, a slice or an integer array; further indices select within the rows: `stored[3]`,
    `stored[10:20]`, `stored[chosen]`, `stored[3, :100]`. Only the requested part is read.

    Attributes:
        shape: (N, ...).
        parts: paths of the files.
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
            # float32 before any arithmetic: float16 stays float16 under NumPy 2, and 10,000 x 7 overflows
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
    """Rows that are stored or still to be computed, under a name derived from what determines them.

    Args:
        recipe: everything that determines the content apart from this library and its dependencies; JSON types.
        shape: (N, ...).
        dtype: type on disk, np.float32 or np.float16.
        rows_a_part: number of rows that are computed and stored together; by default as many as fit `PART_BYTES`.
    """

    def __init__(
        self, recipe: dict, shape: tuple[int, ...], *, dtype: type = np.float32, rows_a_part: int | None = None
    ) -> None:
        recipe = recipe | {"store_version": VERSION} | {package: version(package) for package in COMPUTE_WITH}
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
        """Return the rows of each part that is absent or damaged."""
        return [rows for part, rows in self._parts.items() if not is_sealed(part)]

    def write(self, rows: range, values: np.ndarray) -> None:
        """Write one part.

        Args:
            rows: one of the ranges that `missing` returned.
            values: shape (len(rows), ...).

        Raises:
            OSError: the store cannot be written. Parts that were written stay complete.
        """
        part = self._folder / f"{rows.start // self._rows:05d}.npy"
        with _writing(self._folder):
            if not (self._folder / "recipe.json").exists():
                self._folder.mkdir(parents=True, exist_ok=True)
                write_text(self._folder / "recipe.json", json.dumps(self._recipe, default=str))
            _write(part, values.astype(self._dtype, copy=False))

    def read(self) -> Stored:
        """Return all rows; no part may be missing."""
        return Stored(list(self._parts), self._shape, self._rows)


def stored(
    recipe: dict,
    shape: tuple[int, ...],
    compute: Callable[[list[int]], Iterator[np.ndarray]],
    *,
    dtype: type = np.float32,
) -> Stored:
    """Read rows from the store; compute and store the missing ones.

    Args:
        recipe: as in `Store`.
        shape: (N, ...).
        compute: takes the numbers of the missing rows and yields these rows in the same order.
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
        next(computed, None)  # lets the generator finish and close its progress bar
    return store.read()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OSError(
            f"features cannot be stored in {folder.parent} ({error.strerror or error}); stored parts stay complete. "
            "Free some space there or set THESIS_CACHE to another folder."
        ) from error


def _write(part: Path, values: np.ndarray) -> None:
    content = io.BytesIO()  # writing to a file directly, NumPy hides the operating system's message about a full disk
    np.save(content, values, allow_pickle=False)
    with written(part) as partial:
        partial.write_bytes(content.getbuffer())
    seal(part)
