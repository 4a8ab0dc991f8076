"""Find a data set by name: a module with `CARD` and `clips()`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from types import ModuleType

from .clip import Card, Clip

# By task (rhythm and genre, instruments and voices, tags, sounds): each rendered set, then the real ones that it
# replaces. The reader's own audio comes last.
MODULES = {
    "rendered_dances": "rendered.dances",
    "rendered_dances_equal_tempo": "rendered.dances_equal_tempo",
    "rendered_dances_shuffled": "rendered.dances_shuffled",
    "rendered_dances_equal_shuffled": "rendered.dances_equal_shuffled",
    "rendered_dances_extended": "rendered.dances_extended",
    "ballroom": "real.ballroom",
    "extended_ballroom": "real.extended_ballroom",
    "rendered_genres": "rendered.genres",
    "gtzan": "real.gtzan",
    "rendered_instruments": "rendered.instruments",
    "rendered_instruments_pitch": "rendered.instruments_pitch",
    "irmas": "real.irmas",
    "rendered_singing": "rendered.singing",
    "jingju": "real.jingju",
    "rendered_tags": "rendered.tags",
    "magnatagatune": "real.magnatagatune",
    "million_song": "real.million_song",
    "jamendo_moodtheme": "real.jamendo_moodtheme",
    "rendered_events": "rendered.events",
    "esc10": "real.esc10",
    "esc50": "real.esc50",
    "urbansound8k": "real.urbansound8k",
    "tut_scenes_2017": "real.tut_scenes_2017",
    "folder": "folder",
    "table": "table",
}


class _Datasets(Mapping[str, ModuleType]):
    """Modules by name, imported on first access."""

    def __getitem__(self, name: str) -> ModuleType:
        return import_module(f".{MODULES[name]}", __package__)

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


DATASETS = _Datasets()

__all__ = ["DATASETS", "Card", "Clip"]
