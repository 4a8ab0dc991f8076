"""List the systems that find the onsets of sung syllables; what they read is in `singing`."""

from __future__ import annotations

from ..singing import FRONT_END
from ..systems import System

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
