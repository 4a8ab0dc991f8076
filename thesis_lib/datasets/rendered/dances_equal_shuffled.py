"""Compose and render the eight dances of `dances` with the same tempi and instruments in all of them, on first use."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from . import dances

CARD = replace(
    dances.CARD,
    name="rendered_dances_equal_shuffled",
    title="The eight rendered dances, all at the same tempi and with the same instruments",
    task="classify eight dances by metre and rhythm, not by tempo or instruments; one class per clip",
)
clips = partial(dances.clips, tempo="equal", instruments="shuffled")
