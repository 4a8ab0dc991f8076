"""Compose and render the instruments of `instruments`, low in training clips and high in test clips, on first use."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from . import instruments

CARD = replace(
    instruments.CARD,
    name="rendered_instruments_pitch",
    title="The eleven rendered instruments, low in training clips and high in test clips",
    task="name a predominant instrument at pitches that it does not play in training; training clips have one label, "
    "test clips one to three",
)
clips = partial(instruments.clips, split="pitch")
