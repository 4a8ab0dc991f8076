"""Build chapter IV's front-ends for a number of features and a duration.

Jordi Pons & Xavier Serra, "Randomly weighted CNNs for (music) audio classification", ICASSP 2019, sections 2 and 3.
"""

from __future__ import annotations

import keras

from ...models import ARCHITECTURES, build
from ...models.random_cnns import EVENT_LENGTHS, MUSIC_LENGTHS

SAMPLE_RATE = 12_000  # Hz
# Deviation: beyond the edges of a clip are zeros; librosa of 2018 mirrored the clip. On ESC-10 this is worth at most
# half a point (`benchmarks/edges.py`).
LOG_MEL = {"n_mels": 96, "n_fft": 512, "hop": 256, "compression": "db80"}


def at_size(name: str, n_features: int, seconds: float, *, crop: float = 1.0) -> keras.Model:
    """Build a front-end of chapter IV.

    Args:
        name: a key of `ARCHITECTURES`.
        n_features: approximate number of features.
        seconds: duration of a clip, which decides the lengths of temporal filters.
        crop: share of the clip that is the input.

    Returns:
        A model with new weights, from log-mel spectrograms (B, T, n_mels) or waveforms (B, samples, 1) to features.
    """
    samples = round(seconds * crop * SAMPLE_RATE)
    shape = (samples, 1) if ARCHITECTURES[name].signal == "waveform" else (_frames(samples), LOG_MEL["n_mels"])
    return build(name, input_shape=shape, **knobs(name, n_features, _frames(round(seconds * SAMPLE_RATE))))


def _frames(samples: int) -> int:
    return 1 + samples // LOG_MEL["hop"]


def knobs(name: str, n_features: int, frames: int) -> dict:
    """Return the width for about `n_features` features, and the lengths of temporal filters that fit the input.

    120 and 3500 select the two sizes of the original code; other numbers are approximated.
    """
    sizes = {120: "small", 3500: "large"}
    published = {size: ARCHITECTURES[name].sizes[size].knobs["width"] for size in sizes.values()}
    if n_features in sizes:
        width = published[sizes[n_features]]
    else:
        small = ARCHITECTURES[name].sizes["small"]
        a_width = small.n_outputs // small.knobs["width"]  # features per unit of width
        step = 4 if "temporal" in name else 1
        width = max(step, round(n_features / a_width / step) * step)
    if "temporal" not in name:
        return {"width": width}
    # The paper uses shorter filters for UrbanSound8K's 188 frames, because the longest filter for music has 165.
    return {"width": width, "lengths": MUSIC_LENGTHS if frames >= 2 * max(MUSIC_LENGTHS) else EVENT_LENGTHS}
