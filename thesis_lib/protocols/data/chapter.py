"""Limit the parameters of the notebooks on the data."""

from ..chapter import Chapter
from ..parameters import OneOf, Switch, data

CHAPTER = Chapter(
    notebooks="D",
    numeral="",
    parameters=data(None) | {"scale": OneOf(("smoke", "quick", "full")), "measure": Switch()},
    examples={number: "-p scale=smoke" for number in ("D1", "D2", "D3", "D4")},
)
