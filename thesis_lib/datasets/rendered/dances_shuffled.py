"""Compose and render the eight dances of `dances` with the same General MIDI programs in all of them, on first use.

The percussion instruments of a drum pattern, such as claves or shaker, still differ between dances.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from . import dances

CARD = replace(
    dances.CARD,
    name="rendered_dances_shuffled",
    title="The eight rendered dances, all with the same instruments except percussion",
    task="classify eight dances by tempo, metre, rhythm and percussion, not by other instruments; one class per clip",
)
clips = partial(dances.clips, instruments="shuffled")
