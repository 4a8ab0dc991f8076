"""Clips in, features of CNNs with random weights and statistics of MFCCs out, all from one pass over the audio.

Jordi Pons & Xavier Serra, "Randomly weighted CNNs for (music) audio classification", ICASSP 2019, sections 2 and 3.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import keras
import librosa
import numpy as np
from tqdm import tqdm

from ... import features
from ...datasets.clip import Clip
from ...models import ARCHITECTURES, jit
from ...cli.quiet import retracing_unmentioned
from ...features.store import Store, Stored
from .sizes import LOG_MEL, SAMPLE_RATE, at_size

BATCH_BYTES = 256e6  # of the widest layer's activations: bounds the memory at every width
SHARD = 64  # clips that are decoded, held in memory and stored together
BASELINE = "mfcc"  # the name of the baseline among the systems


class Features(NamedTuple):
    """What a system makes of all clips.

    Attributes:
        values: float32 of shape (N, D), on disk.
        n_params: of the CNN; None for the baseline.
        seconds: spent on it now.
    """

    values: Stored
    n_params: int | None
    seconds: float


class _System(NamedTuple):
    """A system that can be computed: what it reads, where its features go, and what computes those of a shard."""

    signal: str
    store: Store
    compute: Callable[[np.ndarray], np.ndarray]
    n_params: int | None


def extract(
    clips: Sequence[Clip], systems: Iterable[str], *, n_features: int, seed: int, seconds: float
) -> dict[str, Features]:
    """Features of every clip from several systems.

    The audio is gone through once, shard by shard: each clip is decoded once, and all systems that lack the shard read
    it while it is in memory. A shard of a system's features is stored as soon as it is there, so that what was stopped
    goes on with the shards, and the systems, that are missing.

    Args:
        clips: N clips.
        systems: architectures of chapter IV, and `BASELINE`.
        n_features: features of an architecture, about.
        seed: of the weights.
        seconds: length that all clips are brought to.

    Returns:
        The features by system.

    Raises:
        AudioError: one sentence on the clips that cannot be used.
    """
    retracing_unmentioned()
    name = features.fingerprint(clips)
    ready = {
        system: _baseline(name, len(clips), seconds)
        if system == BASELINE
        else _random_cnn(system, name, len(clips), n_features=n_features, seed=seed, seconds=seconds)
        for system in systems
    }
    lacking: dict[range, list[str]] = {}
    for system, found in ready.items():
        for rows in found.store.missing():
            lacking.setdefault(rows, []).append(system)
    spent = dict.fromkeys(ready, 0.0)
    with tqdm(total=sum(map(len, lacking.values())), desc="features", unit="shard", disable=not lacking) as bar:
        for rows, wanting in sorted(lacking.items(), key=lambda item: item[0].start):
            waveforms, log_mels = features.inputs(
                clips[rows.start : rows.stop], sample_rate=SAMPLE_RATE, seconds=seconds, **LOG_MEL
            )
            for system in wanting:
                bar.set_postfix_str(f"{system}, clips {rows.start + 1} to {rows.stop}")
                start = time.monotonic()
                signal = waveforms if ready[system].signal == "waveform" else log_mels
                ready[system].store.write(rows, ready[system].compute(signal))
                spent[system] += time.monotonic() - start
                bar.update()
    return {system: Features(found.store.read(), found.n_params, spent[system]) for system, found in ready.items()}


def _random_cnn(name: str, clips: str, n: int, *, n_features: int, seed: int, seconds: float) -> _System:
    """A CNN whose weights keep their random first values."""
    keras.utils.set_random_seed(seed)  # right before the weights are drawn: nothing may draw in between
    model = at_size(name, n_features, seconds)
    model.compile(jit_compile=jit())
    recipe = {
        "system": name, "n_params": model.count_params(), "seed": seed, "clips": clips,  # the number tells the width
        "seconds": seconds, "sample_rate": SAMPLE_RATE, "log_mel": LOG_MEL,
        "keras": keras.__version__, "backend": keras.backend.backend(),
    }  # fmt: skip
    store = Store(recipe, (n, model.output_shape[-1]), rows_a_part=SHARD)
    return _System(ARCHITECTURES[name].signal, store, lambda inputs: _predict(model, inputs), model.count_params())


def _predict(model: keras.Model, inputs: np.ndarray) -> np.ndarray:
    """(n, ...) -> (n, D), in batches of one shape, which is traced once; no clip's values depend on its batch."""
    size = batch_size(model)
    batches = (inputs[start : start + size] for start in range(0, len(inputs), size))
    return np.concatenate(
        [model.predict_on_batch(np.resize(batch, (size, *batch.shape[1:])))[: len(batch)] for batch in batches]
    )


def _baseline(clips: str, n: int, seconds: float) -> _System:
    """Mean and standard deviation of 20 MFCCs and their first and second differences: the paper's baseline."""
    recipe = {"system": BASELINE, "sample_rate": SAMPLE_RATE, "seconds": seconds, "clips": clips}
    return _System("waveform", Store(recipe, (n, 120), rows_a_part=SHARD), mfcc_statistics, None)


def mfcc_statistics(waveforms: np.ndarray) -> np.ndarray:
    """(n, samples, 1) at `SAMPLE_RATE` -> (n, 120)."""
    rows = []
    for waveform in waveforms[..., 0]:
        mfcc = librosa.feature.mfcc(y=waveform, sr=SAMPLE_RATE, n_mfcc=20)  # (20, T)
        series = [np.diff(mfcc, order, axis=1) for order in range(3)]
        rows.append(np.concatenate([stat for x in series for stat in (x.mean(axis=1), x.std(axis=1))]))
    return np.stack(rows)


def batch_size(model: keras.Model) -> int:
    """Clips a batch such that the widest layer's activations stay within `BATCH_BYTES`, at most 32."""
    widest = max(np.prod(layer.output.shape[1:]) for layer in model.layers)
    return int(np.clip(BATCH_BYTES // (4 * widest), 1, 32))
