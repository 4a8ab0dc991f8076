"""Limit the parameters of the page on timbre."""

from ...chapter import Chapter
from ...parameters import SCALES, Number, OneOf, Records, SomeOf, Switch, data
from ..faults import TIMBRE
from .systems import SYSTEMS

CHAPTER = Chapter(
    notebooks="03t",
    numeral="III",
    parameters=data("III")
    | {
        "scale": OneOf(SCALES),
        "systems": SomeOf(tuple(SYSTEMS)),
        "protocol": SomeOf(tuple(TIMBRE)),
        "transpose": Switch(),
        "draws": Number(1, 100),
        "epochs": Number(0, 10_000),
        "kept": Records(several=True, made_by="03t_timbre"),
        "notes": Records(several=True, made_by="03t_timbre"),
    },
    examples={"3t": "-p dataset=rendered_tags -p systems=tags,tags_small"},
)
