"""Clips in, features of a CNN with random weights, or statistics of MFCCs, out.

Jordi Pons & Xavier Serra, "Randomly weighted CNNs for (music) audio classification", ICASSP 2019, sections 2 and 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import keras
import librosa
import numpy as np
from tqdm import tqdm

from .. import features
from ..datasets.clip import Clip
from ..models import ARCHITECTURES, build
from ..models.random_cnns import EVENT_LENGTHS, MUSIC_LENGTHS
from ..store import stored

SAMPLE_RATE = 12_000  # Hz
LOG_MEL = {"n_mels": 96, "n_fft": 512, "hop": 256, "compression": "db80"}
BATCH_BYTES = 128e6  # of the widest layer's activations: bounds the memory at every width
BASELINE = "mfcc"  # the name of the baseline among the systems


def random_features(
    clips: Sequence[Clip], name: str, *, n_features: int, seed: int, seconds: float
) -> tuple[np.ndarray, int]:
    """Features of every clip from a CNN whose weights keep their random first values.

    Args:
        clips: N clips.
        name: of the architecture.
        n_features: about how many.
        seed: of the weights.
        seconds: length that all clips are brought to.

    Returns:
        float32 of shape (N, D), and the CNN's number of parameters.
    """
    waveform = ARCHITECTURES[name].signal == "waveform"
    kind = {"sample_rate": SAMPLE_RATE, "seconds": seconds} | ({} if waveform else LOG_MEL)
    inputs = features.waveforms(clips, **kind) if waveform else features.log_mels(clips, **kind)
    sizes = knobs(name, n_features, inputs.shape[1])
    keras.utils.set_random_seed(seed)  # right before the weights are drawn: nothing may draw in between
    model = build(name, input_shape=inputs.shape[1:], **sizes)
    # On a CPU, TensorFlow's own kernels are faster than XLA's; JAX cannot do without.
    model.compile(jit_compile=False if keras.backend.backend() == "tensorflow" else "auto")
    recipe = {
        "system": name, "knobs": sizes, "seed": seed, "input": kind, "clips": features.fingerprint(clips),
        "keras": keras.__version__, "backend": keras.backend.backend(),
    }  # fmt: skip

    def compute(rows: list[int]) -> Iterator[np.ndarray]:
        size = batch_size(model)
        for start in tqdm(range(0, len(rows), size), name, unit="batch", leave=False):
            batch = inputs[rows[start : start + size]]
            # the last batch is filled up: one shape is traced once, and no clip's values depend on it
            full = np.resize(batch, (size, *batch.shape[1:]))
            yield from model.predict_on_batch(full)[: len(batch)]

    return np.asarray(stored(recipe, (len(clips), model.output_shape[-1]), compute)), model.count_params()


def knobs(name: str, n_features: int, frames: int) -> dict:
    """Width that gives about `n_features`, and the lengths of temporal filters that suit the input.

    120 and 3500 mean the original code's two sizes; another number is reached as nearly as the architecture allows.
    """
    sizes = {120: "small", 3500: "large"}
    published = {size: ARCHITECTURES[name].settings[size][0]["width"] for size in sizes.values()}
    if n_features in sizes:
        width = published[sizes[n_features]]
    else:
        a_width = features_per_width(name)
        step = 4 if "temporal" in name else 1
        width = max(step, round(n_features / a_width / step) * step)
    if "temporal" not in name:
        return {"width": width}
    # The paper takes shorter filters for UrbanSound8K's 188 frames, since the longest for music has 165.
    return {"width": width, "lengths": MUSIC_LENGTHS if frames >= 2 * max(MUSIC_LENGTHS) else EVENT_LENGTHS}


def features_per_width(name: str) -> int:
    """Features that each unit of an architecture's `width` gives."""
    return build(name, width=4).output_shape[-1] // 4


def batch_size(model: keras.Model) -> int:
    """Clips a batch such that the widest layer's activations stay within `BATCH_BYTES`, at most 32."""
    widest = max(np.prod(layer.output.shape[1:]) for layer in model.layers)
    return int(np.clip(BATCH_BYTES // (4 * widest), 1, 32))


def mfcc_statistics(clips: Sequence[Clip], seconds: float) -> np.ndarray:
    """The paper's baseline: mean and standard deviation of 20 MFCCs and their first and second differences.

    Returns:
        float32 of shape (N, 120).
    """
    waveforms = features.waveforms(clips, sample_rate=SAMPLE_RATE, seconds=seconds)

    def compute(rows: list[int]) -> Iterator[np.ndarray]:
        for row in tqdm(rows, BASELINE, unit="clip", leave=False):
            mfcc = librosa.feature.mfcc(y=waveforms[row, :, 0], sr=SAMPLE_RATE, n_mfcc=20)  # (20, T)
            series = [np.diff(mfcc, n, axis=1) for n in range(3)]
            yield np.concatenate([stat for x in series for stat in (x.mean(axis=1), x.std(axis=1))])

    recipe = {"system": BASELINE, "sample_rate": SAMPLE_RATE, "seconds": seconds, "clips": features.fingerprint(clips)}
    return np.asarray(stored(recipe, (len(clips), 120), compute))
