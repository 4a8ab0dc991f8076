"""MTG-Jamendo, moods and themes: nothing in, tagged tracks in the published split 0 out."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ..clip import Card, Clip
from ..splits import PARTS
from . import library, places

CARD = Card(
    name="jamendo_moodtheme",
    title="MTG-Jamendo: whole tracks tagged with moods and themes",
    task="56 moods and themes, one or several a track",
    proxy_for="none of the thesis's own: an open set of tagged music for the questions of chapter V",
    cannot_show="numbers to be set beside the thesis's: other tags, by the uploaders themselves, and other music",
    licence="the audio Creative Commons, each track its own; the metadata CC BY-NC-SA 4.0",
    source="Bogdanov et al., 2019: The MTG-Jamendo dataset for automatic music tagging; through mirdata",
    chapters=("V",),
    sounds="tags",
    size="about 18,000 tracks of several minutes, 152 GB",
    get="run `thesis data fetch jamendo_moodtheme` for the metadata, and the download script of "
    "github.com/MTG/mtg-jamendo-dataset (--dataset autotagging_moodtheme --type audio) for the audio, whose folders 00 "
    "to 99 go into audios/ of the data set's folder",
)
SPLIT = "data/splits/split-0/autotagging_moodtheme-{}.tsv"
HELD = library.Held(
    CARD,
    "mirdata",
    "mtg_jamendo_autotagging_moodtheme",
    remotes=("metadata",),
    n_items=None,
    tables=tuple(SPLIT.format(part) for part in PARTS),
)


def clips(data_home: Path | None = None, *, seed: int = 0) -> list[Clip]:
    """The tracks of split 0; an artist, the group, stands on one side.

    Three of the 59 tags are left out by the split itself, with the tracks that have no other.

    Args:
        data_home: folder of the data set.
        seed: without effect, since the split is fixed.

    Raises:
        ValueError: it is not there or incomplete.
    """
    folder = home(data_home)
    places.require(CARD, folder, [folder / table for table in HELD.tables])
    facts = {}
    for part in PARTS:
        for track, artist, _, _, _, *tags in places.rows(folder / SPLIT.format(part), columns=6, header=True):
            facts[track] = (part, artist, tuple(tag.partition("---")[2] for tag in tags if tag))
    tracks = library.items(HELD, data_home, only=facts)
    return [
        Clip(Path(track.audio_path), tags, group=artist, split=part)
        for track, (part, artist, tags) in zip(tracks.values(), facts.values(), strict=True)
    ]


home = partial(library.home, HELD)
fetch = partial(library.fetch, HELD)
verify = partial(library.verify, HELD, clips)
