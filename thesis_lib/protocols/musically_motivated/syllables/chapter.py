"""Limit the parameters of the page on syllables."""

from ...chapter import Chapter
from ...parameters import SCALES, Number, OneOf, Records, SomeOf, data
from .systems import SYSTEMS

CHAPTER = Chapter(
    notebooks="03s",
    numeral="III",
    parameters=data("III")
    | {
        "scale": OneOf(SCALES),
        "systems": SomeOf(tuple(SYSTEMS)),
        "draws": Number(1, 100),
        "epochs": Number(0, 10_000),
        "kept": Records(several=True, made_by="03s_syllables"),
    },
    needs="onsets",
    examples={"3s": "-p systems=onsets_temporal,onsets_jan"},
)
