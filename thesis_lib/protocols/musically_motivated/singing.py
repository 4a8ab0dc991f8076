"""Name what the networks for singing read, for phonemes and for syllables.

Both papers read natural log(100000 x + 1) of 80 mel bands up to 11 kHz, a window of 25 ms, padded with zeros to twice
its length, and a hop of 10 ms, in patches of 21 frames. Deviation: mel bands and window are librosa's instead of
Essentia's.
"""

from __future__ import annotations

from .systems import FrontEnd

FRONT_END = FrontEnd(
    44_100,
    {"n_mels": 80, "n_fft": 2204, "window": 1102, "hop": 441, "fmax": 11_000.0, "compression": "log(100000x+1)"},
)
CONTEXT = 10  # frames before and after the one that is judged
LENGTH = 2 * CONTEXT + 1
EXAMPLE = "example.npz"  # file of a run with what its networks say of one test phrase
