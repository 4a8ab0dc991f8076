"""A data set in, how far apart weak and strong systems stand on it out.

What a data set is worth for comparing systems shows before any of them is compared: chance must be low, simple systems
must beat it, and none may be near the top.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

import keras
import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from tqdm import tqdm

from ... import audio, features
from ...datasets.clip import Clip
from ...datasets.splits import Split, splits
from ...models import jit
from ..non_trained.extraction import BASELINE, extract
from ..non_trained.sizes import LOG_MEL, SAMPLE_RATE

SIZES = {"smoke": (5, 60), "quick": (10, 300), "full": (40, 1000)}  # clips a class, or clips of a set without classes
LONGEST = 20.0  # seconds
SYSTEMS = ("chance", "knn_mfcc", "svm_mfcc", "svm_random_vgg", "cnn")
NEIGHBOURS, C = 5, 8.0
PATCH = 128  # frames: 2.7 s
EPOCHS, BATCH = 60, 32


def load(dataset: ModuleType, data_home: str, *, scale: str, seed: int) -> list[Clip]:
    """The clips of a data set: of a rendered one as many as the scale says, of another one all.

    Args:
        dataset: a value of `DATASETS`.
        data_home: where it lies; "" for its usual place.
        scale: a key of `SIZES`.
        seed: of rendered music and drawn folds.
    """
    known = inspect.signature(dataset.clips).parameters
    size = {name: number for name, number in zip(("per_class", "n"), SIZES[scale], strict=True) if name in known}
    return dataset.clips(Path(data_home) if data_home else None, seed=seed, **size)


def input_seconds(clips: Sequence[Clip]) -> float:
    """Length that all clips are brought to: that of the longest, but no more than `LONGEST`."""
    return round(min(LONGEST, max(audio.duration(clip.path) for clip in clips)), 3)


def evaluate(
    clips: Sequence[Clip], *, seconds: float, seed: int, systems: Sequence[str] = SYSTEMS, tags: bool = False,
    done: Callable[..., bool] = lambda **fields: False,
) -> Iterator[list[dict]]:  # fmt: skip
    """Scores each system on each split of a data set.

    Args:
        clips: N labelled clips with folds or a fixed split.
        seconds: length that all clips are brought to.
        seed: of random weights and of the training.
        systems: names out of `SYSTEMS`.
        tags: whether labels are tags, scored by ROC-AUC and PR-AUC (macro); else one label is predicted, and right when
            it is among the clip's labels.
        done: tells which scores are there already.

    Yields:
        The records of one system on one split.
    """
    names = sorted({label for clip in clips for label in clip.labels})
    targets = np.array([[label in clip.labels for label in names] for clip in clips], dtype=np.float32)  # (N, C)
    for system in systems:
        for split in splits(clips):
            if done(system=system, fold=split.name):
                continue
            start = time.perf_counter()
            scores = _scores(system, clips, targets, split, seconds, seed, tags)
            took = time.perf_counter() - start
            common = {
                "system": system, "protocol": "separation", "fold": split.name, "seed": seed,
                "train_size": len(split.train), "seconds": round(took, 2),
            }  # fmt: skip
            yield [common | {"metric": m, "value": v} for m, v in _metrics(scores, targets[split.test], tags).items()]


def _metrics(scores: np.ndarray, targets: np.ndarray, tags: bool) -> dict[str, float]:
    """Means over tags that occur among the tested clips, or the accuracy of the highest score."""
    if not tags:
        return {"accuracy": float(targets[np.arange(len(targets)), scores.argmax(axis=1)].mean())}
    told = (targets.min(axis=0) == 0) & (targets.max(axis=0) == 1)
    return {
        "ROC-AUC": float(roc_auc_score(targets[:, told], scores[:, told], average="macro")),
        "PR-AUC": float(average_precision_score(targets[:, told], scores[:, told], average="macro")),
    }


def _scores(
    system: str, clips: Sequence[Clip], targets: np.ndarray, split: Split, seconds: float, seed: int, tags: bool
) -> np.ndarray:
    """Scores of the tested clips, (n, C); the higher, the more the system believes in the label."""
    learnt = targets[split.train]
    if system == "chance":  # the most frequent label, whatever is heard
        return np.tile(learnt.mean(axis=0), (len(split.test), 1))
    if system == "cnn":
        return _train_cnn(clips, targets, split, seconds, seed, tags)
    features_of = "vgg" if system == "svm_random_vgg" else BASELINE
    inputs = np.asarray(extract(clips, [features_of], n_features=120, seed=seed, seconds=seconds)[features_of].values)
    if system == "knn_mfcc":
        scaler = StandardScaler().fit(inputs[split.train])
        near = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(scaler.transform(inputs[split.train]))
        return learnt[near.kneighbors(scaler.transform(inputs[split.test]))[1]].mean(axis=1)
    machine = make_pipeline(StandardScaler(), OneVsRestClassifier(SVC(C=C)))
    told = (learnt.min(axis=0) == 0) & (learnt.max(axis=0) == 1)  # a label that all or none have cannot be learnt
    scores = np.full((len(split.test), targets.shape[1]), -np.inf if not tags else 0.0)
    scores[:, told] = machine.fit(inputs[split.train], learnt[:, told]).decision_function(inputs[split.test])
    return scores


def _cnn(n_mels: int, n_outputs: int, tags: bool) -> keras.Model:
    """Five times 3 x 3, the size that needs least data: no more than a yardstick."""
    inputs = keras.Input((PATCH, n_mels, 1))
    x = keras.layers.BatchNormalization()(inputs)
    for _ in range(5):
        x = keras.layers.Conv2D(32, 3, padding="same", activation="elu")(x)
        x = keras.layers.BatchNormalization()(x)
        x = keras.layers.MaxPooling2D(2)(x)
    x = keras.layers.Dropout(0.5)(keras.layers.Flatten()(x))
    outputs = keras.layers.Dense(n_outputs, activation="sigmoid" if tags else "softmax")(x)
    model = keras.Model(inputs, outputs, name="yardstick")
    model.compile(
        keras.optimizers.Adam(1e-3),
        "binary_crossentropy" if tags else "categorical_crossentropy",
        jit_compile=jit(),
    )
    return model


def _train_cnn(
    clips: Sequence[Clip], targets: np.ndarray, split: Split, seconds: float, seed: int, tags: bool
) -> np.ndarray:
    """Trains on a random patch of each clip in each epoch; a clip's score is the mean over its patches."""
    inputs = features.log_mels(clips, sample_rate=SAMPLE_RATE, seconds=seconds, **LOG_MEL)  # (N, T, F)
    rng = np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    model = _cnn(inputs.shape[2], targets.shape[1], tags)
    steps = len(split.train) // BATCH
    for _ in tqdm(range(EPOCHS), f"cnn, split {split.name}", unit="epoch", leave=False):
        order = rng.permutation(split.train)
        for step in range(max(steps, 1)):
            chosen = order[step * BATCH : (step + 1) * BATCH]
            starts = rng.integers(inputs.shape[1] - PATCH + 1, size=len(chosen))
            batch = np.stack([inputs[i, s : s + PATCH] for i, s in zip(chosen, starts, strict=True)])
            model.train_on_batch(batch[..., None], _one_each(targets[chosen], tags))
    return np.stack(
        [model.predict_on_batch(audio.patches(inputs[i], PATCH)[..., None]).mean(axis=0) for i in split.test]
    )


def _one_each(targets: np.ndarray, tags: bool) -> np.ndarray:
    return targets if tags else targets / targets.sum(axis=1, keepdims=True)
