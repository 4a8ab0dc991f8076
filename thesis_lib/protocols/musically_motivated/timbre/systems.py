"""List the systems for instruments and tags, and what they read.

The inputs are those of the originals' code: for instruments, decibels of the square of the power in 96 bands, not more
than 80 below the clip's maximum (Olga Slizovskaia's code squares the power); for Han et al., the same of 128 bands at
22.05 kHz; for tags, log10(10000 x + 1) of 128 bands at 16 kHz. Deviation: the original of Han et al. divides the
waveform by its maximum.

The last two systems are chapter IV's filters 7 frames long, which fill the spectrogram or leave a tenth of it free so
that they can move in pitch; here they are trained.
"""

from __future__ import annotations

from ..systems import FrontEnd, System

SQUARED = "db80(x^2)"
INSTRUMENTS = FrontEnd(12_000, {"n_mels": 96, "n_fft": 512, "hop": 256, "compression": SQUARED})
HAN = FrontEnd(22_050, {"n_mels": 128, "n_fft": 2048, "hop": 512, "compression": SQUARED})
TAGS = FrontEnd(16_000, {"n_mels": 128, "n_fft": 512, "hop": 256, "compression": "log10(10000x+1)"})

SYSTEMS = {
    "instruments": System("Single-layer", "instruments", "published", INSTRUMENTS),
    "instruments_multi": System("Multi-layer", "instruments_multi", "published", INSTRUMENTS),
    "instruments_han": System("Han et al.", "instruments_han", "published", HAN),
    "trained_7x86": System("7x86", "7x86", "small", INSTRUMENTS, input_shape=(128, 96)),
    "trained_7x96": System("7x96", "7x96", "small", INSTRUMENTS, input_shape=(128, 96)),
    "tags": System("Timbral", "tags", "once", TAGS),
    "tags_2": System("Timbral, x 2", "tags", "twice", TAGS),
    "tags_4": System("Timbral, x 4", "tags", "times_4", TAGS),
    "tags_small": System("Small filters", "tags_small", "published", TAGS),
}
LABELS = {name: system.label for name, system in SYSTEMS.items()}
# Systems whose outputs are independent of each other, so that a clip can have several labels in training.
INDEPENDENT = ("instruments_han", "tags", "tags_2", "tags_4", "tags_small")
