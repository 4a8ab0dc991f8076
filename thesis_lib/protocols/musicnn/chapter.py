"""Limit the parameters of the notebook on musicnn."""

from ...pretrained.released import RELEASED
from ..chapter import Chapter
from ..parameters import SEED, Number, OneOf, Place

CHAPTER = Chapter(
    notebooks="A_",
    numeral="",
    parameters={
        "audio": Place(),
        "model": OneOf(tuple(name for name, model in RELEASED.items() if model.in_package)),
        "hop": Number(0.016, 3600.0),
        "seconds": Number(3.0, 3600.0),
        "source": Place(),
        "gtzan": Place(),
        "seed": SEED,
    },
    examples={"A": "-p audio=song.mp3 -p model=MSD_musicnn"},
)
