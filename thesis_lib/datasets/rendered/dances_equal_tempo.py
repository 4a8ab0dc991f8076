"""Compose and render the eight dances of `dances` with the same tempi in all of them, on first use."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from . import dances

CARD = replace(
    dances.CARD,
    name="rendered_dances_equal_tempo",
    title="The eight rendered dances, all at the same tempi",
    task="classify eight dances by metre and rhythm, not by tempo; one class per clip",
)
clips = partial(dances.clips, tempo="equal")
