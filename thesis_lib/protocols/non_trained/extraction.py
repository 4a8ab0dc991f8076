"""Compute the features of randomly weighted CNNs and MFCC statistics in one pass over the audio.

Jordi Pons & Xavier Serra, "Randomly weighted CNNs for (music) audio classification", ICASSP 2019, sections 2 and 3.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

import keras
import numpy as np
from tqdm import tqdm

from ... import features
from ...datasets.clip import Clip
from ...features.mfcc import N_STATISTICS, statistics
from ...features.store import Store, Stored
from ...models import ARCHITECTURES
from ...models.settings import computation, jit
from ..training import predict
from .sizes import LOG_MEL, SAMPLE_RATE, at_size
from .systems import BASELINE

BATCH_BYTES = 256e6  # size of the widest layer's activations, which bounds the memory at every width
SHARD = 64  # clips that are decoded and stored together


class Features(NamedTuple):
    """The features of all clips.

    Attributes:
        values: float32 of shape (N, D), on disk.
        n_params: number of parameters of the CNN; None for the baseline.
        seconds: time spent computing them now.
    """

    values: Stored
    n_params: int | None
    seconds: float


class _System(NamedTuple):
    """A system: its input, the store of its features, and the function that computes the features of a shard."""

    signal: str
    store: Store
    compute: Callable[[np.ndarray], np.ndarray]
    n_params: int | None


def extract(
    clips: Sequence[Clip], systems: Iterable[str], *, n_features: int, seed: int, seconds: float
) -> dict[str, Features]:
    """Compute the features of every clip with several systems.

    The audio is read once, shard by shard: each clip is decoded once for all systems that lack the shard. A system's
    features of a shard are stored immediately, so an interrupted call continues with the missing shards and systems.

    Args:
        clips: N clips.
        systems: architectures of chapter IV, or `BASELINE`.
        n_features: approximate number of features of an architecture.
        seed: random seed for the weights.
        seconds: duration to which all clips are cropped or repeated.

    Returns:
        The features of each system.

    Raises:
        AudioError: a clip cannot be used.
    """
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
    """Prepare a CNN that keeps its random initial weights."""
    keras.utils.set_random_seed(seed)  # immediately before the weights are drawn
    model = at_size(name, n_features, seconds)
    model.compile(jit_compile=jit())
    recipe = {
        "system": name, "n_params": model.count_params(), "seed": seed, "clips": clips,  # n_params identifies the width
        "seconds": seconds, "sample_rate": SAMPLE_RATE, "log_mel": LOG_MEL, **computation(),
    }  # fmt: skip
    store = Store(recipe, (n, model.output_shape[-1]), rows_a_part=SHARD)
    compute = partial(predict, model, size=batch_size(model))
    return _System(ARCHITECTURES[name].signal, store, compute, model.count_params())


def _baseline(clips: str, n: int, seconds: float) -> _System:
    """Prepare the paper's baseline, statistics of MFCCs."""
    recipe = {"system": BASELINE, "sample_rate": SAMPLE_RATE, "seconds": seconds, "clips": clips}
    return _System("waveform", Store(recipe, (n, N_STATISTICS), rows_a_part=SHARD), statistics, None)


def batch_size(model: keras.Model) -> int:
    """Return the number of clips per batch, at most 32, whose widest activations fit `BATCH_BYTES`."""
    widest = max(np.prod(layer.output.shape[1:]) for layer in model.layers)
    return int(np.clip(BATCH_BYTES // (4 * widest), 1, 32))
