"""Limit the parameters of the page on rhythm."""

from ...chapter import Chapter
from ...parameters import SCALES, Number, OneOf, Records, SomeOf, data
from ..faults import RHYTHM
from .systems import SYSTEMS

CHAPTER = Chapter(
    notebooks="03",
    numeral="III",
    parameters=data("III")
    | {
        "scale": OneOf(SCALES),
        "systems": SomeOf(tuple(SYSTEMS)),
        "protocol": SomeOf(tuple(RHYTHM)),
        "draws": Number(1, 100),
        "epochs": Number(0, 10_000),
        "kept": Records(several=True, made_by="03_musically_motivated"),
        "faulty": Records(made_by="03_musically_motivated"),
    },
    examples={"3": "-p scale=full -p systems=time,frequency_32,o_p_net_4"},
    one_label=True,
)
