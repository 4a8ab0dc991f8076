"""Score onsets of syllables."""

from __future__ import annotations

from typing import NamedTuple

import mir_eval
import numpy as np

TOLERANCES = (0.025, 0.05)  # seconds
OFFSET_SHARE = 0.2  # of a syllable's duration, by which its end may be wrong


class Counts(NamedTuple):
    """Numbers of onsets or syllables, which are summed over phrases.

    Attributes:
        hits: found and right.
        found: found.
        wanted: in the annotation.
    """

    hits: int
    found: int
    wanted: int


def onsets(wanted: np.ndarray, found: np.ndarray, tolerance: float) -> Counts:
    """Count onsets, in seconds, that can be matched one to one within a tolerance (mir_eval)."""
    if not len(wanted) or not len(found):
        return Counts(0, len(found), len(wanted))
    return Counts(len(mir_eval.util.match_events(wanted, found, tolerance)), len(found), len(wanted))


def syllables(wanted: np.ndarray, found: np.ndarray, end: float, tolerance: float) -> Counts:
    """Count syllables by the criterion of the paper's code.

    A syllable ends where the next one starts. One that was found is right if its onset is within the tolerance of that
    of a syllable in the annotation, and its end within the tolerance or 20 % of the syllable's duration.

    Args:
        wanted: onsets in the annotation, in seconds.
        found: onsets that were found.
        end: end of the phrase.
        tolerance: in seconds.
    """
    (on, off), (on_found, off_found) = (np.stack([one, np.append(one[1:], end)]) for one in (wanted, found))
    near = np.abs(on_found[:, None] - on) < tolerance
    near &= np.abs(off_found[:, None] - off) < np.maximum(tolerance, OFFSET_SHARE * (off - on))
    return Counts(int(near.any(axis=1).sum()), len(found), len(wanted))


def f_measure(counts: list[Counts]) -> float:
    """Compute the F-measure of counts summed over phrases."""
    hits, found, wanted = np.sum(counts, axis=0)
    return float(2 * hits / max(found + wanted, 1))
