"""Name what the originals of chapter III did and a sound protocol does not (read in their code)."""

from __future__ import annotations

LEAK = "leak"  # chunks of one track are both trained on and used to stop the training: CBMI 2016
WHOLE = "whole"  # inputs are normalised by statistics of all tracks, test tracks included: CBMI 2016, ICASSP 2017
TRIES = "tries"  # of several trainings, the one with the best accuracy on the test tracks counts: CBMI 2016
THRESHOLD = "threshold"  # the threshold of an instrument's probability is the best one on the test tracks: EUSIPCO 2017
LAST_TAG = "last_tag"  # the mean over tags leaves the last tag out: EUSIPCO 2017
OVERLAP = "overlap"  # 11 of 14 recordings to test are trained on, too: phonemes, EUSIPCO 2017
LOG = "log"  # spectrograms to test are log(10000 x + 1), where the network learnt log(100000 x + 1): the same
SOUND, PAPER = "sound", "paper"


def protocols(*faults: str) -> dict[str, tuple[str, ...]]:
    """Return the faults of each protocol: none, each by itself, and all."""
    return {SOUND: ()} | {fault: (fault,) for fault in faults} | {PAPER: faults}


# One try is the setting of the paper's code, so "paper" does not contain them.
RHYTHM, TIMBRE = protocols(LEAK, WHOLE) | {TRIES: (TRIES,)}, protocols(THRESHOLD, LAST_TAG)
PHONEMES = protocols(OVERLAP, LOG)
