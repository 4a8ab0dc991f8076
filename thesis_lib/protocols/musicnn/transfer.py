"""Classify tracks by an SVM on embeddings of a pretrained model.

Jordi Pons, the repository `sklearn-audio-transfer-learning` (2019): GTZAN's tracks in the filtered split of Kereliuk et
al. (2015), one embedding per second from a model trained on another data set, an SVM, and a majority vote per track.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from ...files import digest, expanded

PARTS = {"train": "training", "test": "evaluation"}
FILE = "{part}_data_GTZAN_MSDmusicnn_taggram.npz"
COMPONENTS = {"svm": None, "pca50_svm": 50}  # classifier -> dimensions kept by whitened PCA


class Embeddings(NamedTuple):
    """Several embeddings per track.

    Attributes:
        values: float32 (N, D).
        labels: label of each embedding's track, (N,).
        tracks: name of each embedding's track, (N,).
    """

    values: np.ndarray
    labels: np.ndarray
    tracks: np.ndarray


def gtzan(home: Path | str) -> dict[str, Embeddings]:
    """Read the published taggrams of GTZAN by MSD_musicnn: "train" with 443 tracks and "test" with 290.

    Args:
        home: folder with the repository's two files `*_data_GTZAN_MSDmusicnn_taggram.npz`.

    Raises:
        ValueError: a file is missing or contains something else.
    """
    parts = {}
    for name, part in PARTS.items():
        path = expanded(home) / FILE.format(part=part)
        try:
            with np.load(path, allow_pickle=False) as file:
                parts[name] = Embeddings(file["X"], file["Y"], file["IDS"])
        except (OSError, KeyError, ValueError) as error:
            raise ValueError(f"{path} cannot be read as published embeddings ({error}).") from error
    return parts


def fingerprint(parts: dict[str, Embeddings]) -> str:
    """Return a name for some embeddings, derived from their values."""
    return digest(*(hashlib.sha256(part.values.tobytes()).hexdigest() for part in parts.values()))


def evaluate(
    parts: dict[str, Embeddings], *, system: str, dataset: str,
    done: Callable[..., bool] = lambda **fields: False,
) -> Iterator[list[dict]]:  # fmt: skip
    """Fit on "train" and score a majority vote per track on "test".

    Args:
        parts: embeddings of each part of the split.
        system: name of the model that computed the embeddings.
        dataset: name of the data set in the records.
        done: tells for (classifier=...) whether its records exist, like `Run.has`.

    Yields:
        The two records of a classifier: accuracy per track and per embedding.
    """
    train, test = parts["train"], parts["test"]
    for name in COMPONENTS:
        if done(classifier=name):
            continue
        machine = SVC(C=1.0, kernel="rbf", gamma="scale")
        if COMPONENTS[name]:
            machine = make_pipeline(PCA(COMPONENTS[name], whiten=True, random_state=0), machine)
        predicted = machine.fit(train.values, train.labels).predict(test.values)
        voted = np.array(list(majority(predicted, test.tracks).values()))
        truth = np.array(list(majority(test.labels, test.tracks).values()))
        common = {"system": system, "dataset": dataset, "protocol": "train / test", "classifier": name,
                  "train_size": len(np.unique(train.tracks)), "metric": "accuracy"}  # fmt: skip
        yield [
            common | {"protocol": "majority of a track's votes", "value": float(np.mean(voted == truth))},
            common | {"protocol": "single embeddings", "value": float(np.mean(predicted == test.labels))},
        ]


def majority(votes: np.ndarray, tracks: np.ndarray) -> dict[str, int]:
    """Return the most frequent vote of each track; ties go to the smallest."""
    return {str(track): int(np.bincount(votes[tracks == track]).argmax()) for track in np.unique(tracks)}
