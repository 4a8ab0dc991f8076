"""Tell how far a dance is given away by what a listener could note without its rhythm: instruments, or tempo."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.model_selection import PredefinedSplit, cross_val_score
from sklearn.naive_bayes import BernoulliNB, CategoricalNB
from sklearn.neighbors import KNeighborsClassifier

from ...datasets.rendered import dances
from ...datasets.rendered.players import COMP, DRUM, MELODY
from ...datasets.rendered.styles import DRUMS, STYLES

NEIGHBOURS = 15
VARIANTS = {
    "plain": {},
    "equal tempo": {"tempo": "equal"},
    "shuffled instruments": {"instruments": "shuffled"},
    "both": {"tempo": "equal", "instruments": "shuffled"},
}


def listener(per_class: int = 60, *, seconds: float = 15.0, seed: int = 0) -> pd.DataFrame:
    """Score a listener who is told a fact of each rendered dance, in each variant of the data set.

    The facts are known from the composition, so nothing is rendered. The listener learns from four folds of patterns
    and is tested on the fifth: with naive Bayes from the General MIDI programs of melody, chords and drum kit, or from
    which percussion instruments are played; and with 15 nearest neighbours from the tempo.

    Args:
        per_class: number of pieces per dance.
        seconds: duration of a piece.
        seed: random seed for the composition.

    Returns:
        Accuracy in [0, 1]; one row per variant, columns programs, percussion and tempo.
    """
    keys = [(label, k) for label in STYLES for k in range(per_class)]
    labels, folds = [label for label, _ in keys], PredefinedSplit([dances.fold(k) for _, k in keys])
    rows = {}
    for name, variant in VARIANTS.items():
        pieces = [dances.piece(label, k, seconds=seconds, seed=seed, **variant) for label, k in keys]
        programs = np.array([[music.programs[channel] for channel in (MELODY, COMP, DRUM)] for music in pieces])
        played = [{note.pitch for note in music.notes if note.channel == DRUM} for music in pieces]
        percussion = np.array([[drum in own for drum in DRUMS.values()] for own in played])
        tempo = np.array([[music.bpm] for music in pieces])
        rows[name] = {
            "programs": cross_val_score(CategoricalNB(min_categories=128), programs, labels, cv=folds).mean(),
            "percussion": cross_val_score(BernoulliNB(), percussion, labels, cv=folds).mean(),
            "tempo": cross_val_score(KNeighborsClassifier(NEIGHBOURS), tempo, labels, cv=folds).mean(),
        }
    return pd.DataFrame(rows).T
