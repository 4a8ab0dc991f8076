"""Name what the originals of chapter III did and a sound protocol does not (read in their code)."""

from __future__ import annotations

LEAK = "leak"  # chunks of one track are both trained on and used to stop the training: CBMI 2016
WHOLE = "whole"  # inputs are normalised by statistics of all tracks, test tracks included: CBMI 2016, ICASSP 2017
FAULTS = (LEAK, WHOLE)
SOUND, PAPER = "sound", "paper"
# The faults of each protocol: none, one of them, or all.
PROTOCOLS = {SOUND: ()} | {fault: (fault,) for fault in FAULTS} | {PAPER: FAULTS}
