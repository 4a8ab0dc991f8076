"""List the systems that find the onsets of sung syllables, and what they read.

The input is that of the paper's code: natural log(100000 x + 1) of 80 mel bands up to 11 kHz, a window of 25 ms, padded
with zeros to twice its length, and a hop of 10 ms. Deviation: mel bands and window are librosa's instead of Essentia's.
"""

from __future__ import annotations

from ..systems import FrontEnd, System

FRONT_END = FrontEnd(
    44_100,
    {"n_mels": 80, "n_fft": 2204, "window": 1102, "hop": 441, "fmax": 11_000.0, "compression": "log(100000x+1)"},
)
CONTEXT = 10  # frames before and after the one that is judged

SYSTEMS = {
    "onsets_temporal": System("Temporal", "onsets_temporal", "wide", FRONT_END),
    "onsets_temporal_20": System("Temporal, 20", "onsets_temporal", "narrow", FRONT_END),
    "onsets_timbral": System("Timbral", "onsets_timbral", "wide", FRONT_END),
    "onsets_timbral_20": System("Timbral, 20", "onsets_timbral", "narrow", FRONT_END),
    "onsets_jan": System("Schlüter & Böck", "onsets_jan", "published", FRONT_END),
    "onsets_jan_deep": System("Schlüter & Böck, deep", "onsets_jan_deep", "published", FRONT_END),
}
# The geometric mean of the curves of two systems, each stretched to the range from 0 to 1.
FUSION, FUSED, FUSION_LABEL = "onsets_fusion", ("onsets_temporal", "onsets_timbral"), "Temporal and timbral"
LABELS = {name: system.label for name, system in SYSTEMS.items()} | {FUSION: FUSION_LABEL}
EXAMPLE = "example.npz"  # file with the curves of one test phrase
