"""A front-end's name and a number of features in, the model of that size for clips of some length out.

Jordi Pons & Xavier Serra, "Randomly weighted CNNs for (music) audio classification", ICASSP 2019, sections 2 and 3.
"""

from __future__ import annotations

import keras

from ...models import ARCHITECTURES, build
from ...models.random_cnns import EVENT_LENGTHS, MUSIC_LENGTHS

SAMPLE_RATE = 12_000  # Hz
LOG_MEL = {"n_mels": 96, "n_fft": 512, "hop": 256, "compression": "db80"}


def at_size(name: str, n_features: int, seconds: float, *, n_outputs: int | None = None) -> keras.Model:
    """Builds a front-end of chapter IV.

    Args:
        name: of the architecture.
        n_features: features, about.
        seconds: length of its input.
        n_outputs: classes, for a softmax layer on the features.

    Returns:
        A model with fresh weights, of log-mel spectrograms (B, T, n_mels) or waveforms (B, samples, 1).
    """
    samples = round(seconds * SAMPLE_RATE)
    frames = 1 + samples // LOG_MEL["hop"]
    shape = (samples, 1) if ARCHITECTURES[name].signal == "waveform" else (frames, LOG_MEL["n_mels"])
    return build(name, input_shape=shape, n_outputs=n_outputs, **knobs(name, n_features, frames))


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
