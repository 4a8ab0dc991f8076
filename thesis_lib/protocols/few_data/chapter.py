"""Limit the parameters of chapter VI's notebooks."""

from ..chapter import Chapter
from ..parameters import SCALES, Counts, Number, OneOf, Records, SomeOf, data
from .systems import SYSTEMS

CHAPTER = Chapter(
    notebooks="06",
    numeral="VI",
    parameters=data("VI")
    | {
        "scale": OneOf(SCALES),
        "systems": SomeOf(tuple(SYSTEMS)),
        "counts": Counts(),
        "draws": Number(1, 100),
        "epochs": Number(0, 10_000),
        "precision": OneOf(("", "float32", "mixed_bfloat16")),
        "n": Number(1, 1_000_000),
        "kept": Records(several=True, made_by="06_few_data"),
    },
    examples={"6": "-p systems=nn_mfcc,sb_cnn -p counts=1,3,10", "6w": "-p n=3"},
    one_label=True,
)
