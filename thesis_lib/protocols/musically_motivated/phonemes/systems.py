"""List the systems that label sung phonemes; what they read is in `singing`."""

from __future__ import annotations

from ..singing import FRONT_END
from ..systems import System

SYSTEMS = {
    "phonemes": System("Timbral", "phonemes", "published", FRONT_END),
    "phonemes_small": System("Small filters", "phonemes_small", "published", FRONT_END),
    "phonemes_mlp": System("MLP", "phonemes_mlp", "dan", FRONT_END),
}
# The baseline: every frame is predicted to be the most frequent phoneme in training.
MAJORITY = "majority"
LABELS = {name: system.label for name, system in SYSTEMS.items()} | {MAJORITY: "Most frequent phoneme"}
