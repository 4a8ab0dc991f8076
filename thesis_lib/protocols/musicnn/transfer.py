"""Embeddings of tracks, a few a track, in; accuracy of a simple classifier that learns from them out.

Jordi Pons, the repository `sklearn-audio-transfer-learning` (2019): GTZAN's tracks, split as Kereliuk et al. (2015)
filter them, an embedding a second from a model trained on something else, an SVM, and the majority of a track's votes.
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

from ...files import digest

PARTS = {"train": "training", "test": "evaluation"}
FILE = "{part}_data_GTZAN_MSDmusicnn_taggram.npz"
COMPONENTS = {"svm": None, "pca50_svm": 50}  # classifier -> dimensions that whitened PCA leaves


class Embeddings(NamedTuple):
    """Some embeddings of each of some tracks.

    Attributes:
        values: float32 (N, D).
        labels: of each embedding's track, (N,).
        tracks: names of tracks, (N,).
    """

    values: np.ndarray
    labels: np.ndarray
    tracks: np.ndarray


def gtzan(home: Path | str) -> dict[str, Embeddings]:
    """Reads the published taggrams of GTZAN by MSD_musicnn: "train" of 443 tracks and "test" of 290.

    Args:
        home: folder with the two `*_data_GTZAN_MSDmusicnn_taggram.npz` of the repository.

    Raises:
        ValueError: they are not there, or hold something else.
    """
    parts = {}
    for name, part in PARTS.items():
        path = Path(home).expanduser() / FILE.format(part=part)
        try:
            with np.load(path, allow_pickle=False) as file:
                parts[name] = Embeddings(file["X"], file["Y"], file["IDS"])
        except (OSError, KeyError, ValueError) as error:
            raise ValueError(f"{path} cannot be read as published embeddings ({error}).") from error
    return parts


def fingerprint(parts: dict[str, Embeddings]) -> str:
    """A name for some embeddings, made of their values."""
    return digest(*(hashlib.sha256(part.values.tobytes()).hexdigest() for part in parts.values()))


def evaluate(
    parts: dict[str, Embeddings], *, system: str, dataset: str,
    done: Callable[..., bool] = lambda **fields: False,
) -> Iterator[list[dict]]:  # fmt: skip
    """Learns on "train" and scores the majority of each track's votes on "test".

    Args:
        parts: embeddings by part of the split.
        system: what gave the embeddings.
        dataset: name for the records.
        done: whether a record with some fields is there already.

    Yields:
        The two records of a classifier: accuracy by track, and by embedding.
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
    """The most frequent vote of each track; of equally frequent ones the smallest."""
    return {str(track): int(np.bincount(votes[tracks == track]).argmax()) for track in np.unique(tracks)}
