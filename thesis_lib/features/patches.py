"""Take fixed-length patches from stored features: random ones for training, all of them for testing."""

from __future__ import annotations

import numpy as np

from .store import Stored


class Patches:
    """Patches of frames, or of embeddings, of every clip.

    Args:
        values: shape (N, T, ...), one row per clip.
        length: number of frames per patch; 0 takes single rows of T, without the axis of frames.
        hop: number of frames between patches when all are taken.
    """

    def __init__(self, values: Stored | np.ndarray, length: int, hop: int = 1) -> None:
        self._values, self._length = values, length
        self._last = values.shape[1] - max(length, 1)  # the last frame at which a patch can start
        self._starts = range(0, self._last + 1, hop)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one patch."""
        return ((self._length,) if self._length else ()) + tuple(self._values.shape[2:])

    def random(self, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Take one patch per clip at a random position: (len(rows), *shape)."""
        return self.at(rows, rng.integers(0, self._last + 1, len(rows)))

    def at(self, rows: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """Take one patch per clip at given frames: (len(rows), *shape)."""
        return np.stack([self._cut(int(row), int(start)) for row, start in zip(rows, starts, strict=True)])

    def evenly(self, n: int) -> np.ndarray:
        """Return n frames at which patches can start, evenly spaced from the first to the last."""
        return np.linspace(0, self._last, n).astype(int)

    def all(self, rows: np.ndarray) -> np.ndarray:
        """Take every patch of some clips: (len(rows), P, *shape)."""
        return np.stack([np.stack([self._cut(int(row), start) for start in self._starts]) for row in rows])

    def first(self, rows: np.ndarray) -> np.ndarray:
        """Take the first patch of some clips: (len(rows), *shape)."""
        return self.at(rows, np.zeros(len(rows), dtype=int))

    def _cut(self, row: int, start: int) -> np.ndarray:
        return self._values[row, start : start + self._length] if self._length else self._values[row, start]
