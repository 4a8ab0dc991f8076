"""Compose and render the eight dances of `dances` with the same instruments in all of them, on first use."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from . import dances

CARD = replace(
    dances.CARD,
    name="rendered_dances_shuffled",
    title="The eight rendered dances, all with the same instruments",
    task="classify eight dances by tempo, metre and rhythm, not by instruments; one class per clip",
)
clips = partial(dances.clips, instruments="shuffled")
