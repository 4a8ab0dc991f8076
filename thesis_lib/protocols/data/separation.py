"""Measure how far a data set separates weak from strong systems.

A data set is useful for comparing systems only if chance is low, simple systems beat chance, and no system is near the
top.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

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
from ...features.mfcc import mfcc_statistics
from ...features.patches import Patches
from ...models.settings import jit
from ..non_trained.extraction import extract
from ..non_trained.sizes import LOG_MEL, SAMPLE_RATE
from .systems import LABELS

SIZES = {  # number of clips per class, and of clips of a data set of tags
    "smoke": {"per_class": 5, "n": 60},
    "quick": {"per_class": 10, "n": 300},
    "full": {"per_class": 40, "n": 1000},
}
LONGEST = 20.0  # seconds of a clip that are used
NEIGHBOURS, C = 5, 8.0
PATCH = 128  # frames: 2.7 s
EPOCHS, BATCH = 60, 32


def evaluate(
    clips: Sequence[Clip], *, seconds: float, seed: int, systems: Sequence[str] = tuple(LABELS), tags: bool = False,
    done: Callable[..., bool] = lambda **fields: False,
) -> Iterator[list[dict]]:  # fmt: skip
    """Score each system on each split of a data set.

    Args:
        clips: N labelled clips with folds or a fixed split.
        seconds: duration to which all clips are cropped or repeated.
        seed: random seed for weights and training.
        systems: keys of `LABELS`.
        tags: whether labels are tags, scored by macro ROC-AUC and PR-AUC; otherwise one label is predicted, which is
            correct if it is among the clip's labels.
        done: tells for (system=..., fold=...) whether its records exist, like `Run.has`.

    Yields:
        The records of one system on one split.
    """
    names = sorted({label for clip in clips for label in clip.labels})
    targets = np.array([[label in clip.labels for label in names] for clip in clips], dtype=np.float32)  # (N, C)
    for system in systems:
        for split in splits(clips):
            if done(system=system, fold=split.fold):
                continue
            start = time.perf_counter()
            scores = _scores(system, clips, targets, split, seconds, seed, tags)
            took = time.perf_counter() - start
            common = {
                "system": system, "protocol": "separation", "fold": split.fold, "seed": seed,
                "train_size": len(split.train), "seconds": round(took, 2),
            }  # fmt: skip
            if not tags:
                common["predicted"] = (split.test, np.array(names)[scores.argmax(axis=1)])
            yield [common | {"metric": m, "value": v} for m, v in _metrics(scores, targets[split.test], tags).items()]


def _metrics(scores: np.ndarray, targets: np.ndarray, tags: bool) -> dict[str, float]:
    """Compute the means over tags that occur in the test clips, or the accuracy of the highest score."""
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
    """Compute the scores of the test clips, (n, C); a higher score means a more probable label."""
    learnt = targets[split.train]
    if system == "chance":  # the most frequent label for every clip
        return np.tile(learnt.mean(axis=0), (len(split.test), 1))
    if system == "cnn":
        return _train_cnn(clips, targets, split, seconds, seed, tags)
    if system == "svm_random_vgg":
        inputs = np.asarray(extract(clips, ["vgg"], n_features=120, seed=seed, seconds=seconds)["vgg"].values)
    else:
        inputs = np.asarray(mfcc_statistics(clips, seconds))
    if system == "knn_mfcc":
        scaler = StandardScaler().fit(inputs[split.train])
        near = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(scaler.transform(inputs[split.train]))
        return learnt[near.kneighbors(scaler.transform(inputs[split.test]))[1]].mean(axis=1)
    machine = make_pipeline(StandardScaler(), OneVsRestClassifier(SVC(C=C)))
    told = (learnt.min(axis=0) == 0) & (learnt.max(axis=0) == 1)  # a label that all or no clips have cannot be learnt
    scores = np.full((len(split.test), targets.shape[1]), -np.inf if not tags else 0.0)
    scores[:, told] = machine.fit(inputs[split.train], learnt[:, told]).decision_function(inputs[split.test])
    return scores


def _cnn(n_mels: int, n_outputs: int, tags: bool) -> keras.Model:
    """Build a small CNN of five 3 x 3 layers as a reference."""
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
    """Train on one random patch per clip and epoch; average the scores over a test clip's patches."""
    inputs = features.log_mels(clips, sample_rate=SAMPLE_RATE, seconds=seconds, **LOG_MEL)  # (N, T, F)
    patches = Patches(inputs, PATCH)
    rng = np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    model = _cnn(inputs.shape[2], targets.shape[1], tags)
    steps = len(split.train) // BATCH
    for _ in tqdm(range(EPOCHS), f"cnn, fold {split.fold}", unit="epoch", leave=False):
        order = rng.permutation(split.train)
        for step in range(max(steps, 1)):
            chosen = order[step * BATCH : (step + 1) * BATCH]
            model.train_on_batch(patches.random(chosen, rng)[..., None], _one_each(targets[chosen], tags))
    return np.stack(
        [model.predict_on_batch(audio.patches(inputs[i], PATCH)[..., None]).mean(axis=0) for i in split.test]
    )


def _one_each(targets: np.ndarray, tags: bool) -> np.ndarray:
    return targets if tags else targets / targets.sum(axis=1, keepdims=True)
