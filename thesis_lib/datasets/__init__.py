"""The table of datasets: a name in, a module with `CARD` and `clips()` out."""

from . import folder, table
from .clip import Card, Clip
from .rendered import dances

DATASETS = {"rendered_dances": dances, "folder": folder, "table": table}

__all__ = ["DATASETS", "Card", "Clip"]
