"""Limit the parameters of the page on phonemes."""

from ...chapter import Chapter
from ...parameters import SCALES, Number, OneOf, Records, SomeOf, data
from ..faults import PHONEMES
from .systems import SYSTEMS

OWN = ("data_name", "sounds")  # describe the reader's own data, which have no phonemes

CHAPTER = Chapter(
    notebooks="03p",
    numeral="III",
    parameters={name: kind for name, kind in data("III").items() if name not in OWN}
    | {
        "scale": OneOf(SCALES),
        "systems": SomeOf(tuple(SYSTEMS)),
        "protocol": SomeOf(tuple(PHONEMES)),
        "draws": Number(1, 100),
        "epochs": Number(0, 10_000),
        "kept": Records(several=True, made_by="03p_phonemes"),
    },
    needs="segments",
    examples={"3p": "-p systems=phonemes,phonemes_mlp"},
)
