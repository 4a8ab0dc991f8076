"""Load the tracks of MTG-Jamendo tagged with moods and themes, in the published split 0."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ..clip import Card, Clip
from ..splits import PARTS
from . import library, places

CARD = Card(
    name="jamendo_moodtheme",
    title="MTG-Jamendo: whole tracks tagged with moods and themes",
    task="assign 56 moods and themes; one or several per track",
    proxy_for="no data set of the thesis: an open set of tagged music for the questions of chapter V",
    cannot_show="numbers to compare with the thesis: the tags differ, come from the uploaders, and the music differs",
    licence="the audio Creative Commons, a licence per track; the metadata CC BY-NC-SA 4.0",
    source="Bogdanov et al., 2019: The MTG-Jamendo dataset for automatic music tagging; through mirdata",
    chapters=("V",),
    one_label=False,
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
    """Return the tracks of split 0; the group is the artist, and each artist is in one part.

    The split leaves out three of the 59 tags, and the tracks that have no other tag.

    Args:
        data_home: folder of the data set, or None for its usual place.
        seed: has no effect, since the split is fixed.

    Raises:
        ValueError: the data set is missing or incomplete.
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
