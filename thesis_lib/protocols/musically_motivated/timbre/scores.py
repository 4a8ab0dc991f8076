"""Score what a network predicts for tracks: with one label, with several instruments, or with tags."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score

from ....datasets.clip import Clip
from ..faults import LAST_TAG, PAPER, SOUND, THRESHOLD

ONE, PREDOMINANT, TAGS = "one label", "predominant", "tags"
PROTOCOLS = {ONE: (SOUND,), PREDOMINANT: (SOUND, THRESHOLD, PAPER), TAGS: (SOUND, LAST_TAG, PAPER)}
# Instruments whose probability, divided by the largest, is at least the threshold are predicted (EUSIPCO 2017's code).
THRESHOLDS = np.arange(0.25, 0.61, 0.05)


def task(clips: Sequence[Clip]) -> str:
    """Return what a data set asks: `ONE` if every clip has one label, `PREDOMINANT` if only clips to test have several,
    otherwise `TAGS`.
    """
    if any(len(clip.labels) != 1 for clip in clips if clip.split != "test"):
        return TAGS
    return PREDOMINANT if any(len(clip.labels) != 1 for clip in clips) else ONE


def best_threshold(probabilities: np.ndarray, truth: np.ndarray) -> float:
    """Return the threshold with the largest micro-averaged F1; of equals, the smallest.

    Args:
        probabilities: shape (n, C).
        truth: 1 for the labels of each track and 0 for others, (n, C).
    """
    scores = [f1(predominant(probabilities, threshold), truth, "micro") for threshold in THRESHOLDS]
    return float(THRESHOLDS[int(np.argmax(scores))])


def predominant(probabilities: np.ndarray, threshold: float) -> np.ndarray:
    """Predict instruments: (n, C) probabilities to (n, C) booleans."""
    return probabilities >= threshold * probabilities.max(axis=1, keepdims=True)


def f1(predicted: np.ndarray, truth: np.ndarray, average: str) -> float:
    """Compute F1, "micro" over all decisions or "macro" over labels; (n, C) each."""
    return float(f1_score(truth, predicted, average=average, zero_division=0))


def auc(probabilities: np.ndarray, truth: np.ndarray) -> float:
    """Compute the area under the ROC curve, averaged over the tags that some tracks have and others have not."""
    used = truth.any(axis=0) & ~truth.all(axis=0)
    return float(roc_auc_score(truth[:, used], probabilities[:, used], average="macro"))
