"""Compute the inputs of chapter VI's systems.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019, section 3: a
training clip contributes one random patch per epoch; the prediction for a test clip is averaged over its patches.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ... import features
from ...datasets.clip import Clip
from ...datasets.loading import common_length
from ...features.mfcc import mfcc_statistics
from ...features.patches import Patches
from ...models.few_data import FRAMES, MELS

SAMPLE_RATE, HOP = 44_100, 1024  # Hz, samples
# Number of frames between two test patches. Deviation: the original's regularised models test a patch at every frame.
HOP_PATCHES = 42
PATCH = FRAMES * HOP / SAMPLE_RATE  # seconds
LONGEST = 10.0  # seconds of a clip that are used
# Deviation: all clips are cropped or repeated to the length of the longest one; the original repeats only clips that
# are shorter than a patch. Beyond the edges of a clip are zeros; librosa of 2018 mirrored the clip.


def length(clips: Sequence[Clip], shortest: float = PATCH) -> float:
    """Return the duration in seconds to which all clips are cropped or repeated: at least one patch."""
    return common_length(clips, LONGEST, shortest=shortest)


def log_mels(clips: Sequence[Clip]) -> Patches:
    """Return patches of 3 s of log-mel spectrograms: 44.1 kHz, 128 bands, log10(power + eps)."""
    values = features.log_mels(
        clips, sample_rate=SAMPLE_RATE, seconds=length(clips), n_mels=MELS, n_fft=1024, hop=HOP,
        compression="log10(x+eps)",
    )  # fmt: skip
    return Patches(values, FRAMES, HOP_PATCHES)


def mfcc(clips: Sequence[Clip]) -> Patches:
    """Return the 120 MFCC statistics of each clip as its only patch."""
    return Patches(np.asarray(mfcc_statistics(clips, length(clips, 0.0)))[:, None], 0)
