"""Load the clips of TUT Acoustic Scenes 2017: ten seconds each, fifteen scenes.

As in the thesis, the development set is for training and the evaluation set for testing; there is no validation set.
A development clip also has the published fold, one of four, in which it is tested.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path

from ..archives import unpack
from ..clip import Card, Clip
from ..download import download
from . import places

CARD = Card(
    name="tut_scenes_2017",
    title="TUT Acoustic Scenes 2017: recordings of places",
    task="classify fifteen scenes (beach, bus, library, ...), one class per clip",
    proxy_for="TUT Acoustic Scenes 2017 of the thesis's chapter VI (ICASSP 2019), with the same split",
    cannot_show="how a system performs in other countries or with other microphones: one device, recorded in Finland",
    licence="of Tampere University of Technology: free for non-commercial use",
    source="Mesaros, Heittola & Virtanen, 2016: TUT database for acoustic scene classification; Zenodo 400515 "
    "and 1040168",
    chapters=("VI",),
    sounds="events",
    size="4,680 clips of 10 s for training and 1,620 for testing, about 14 GB to download",
    get="run `thesis data fetch tut_scenes_2017`, which downloads it from zenodo.org",
)
DEVELOPMENT, EVALUATION = "TUT-acoustic-scenes-2017-development", "TUT-acoustic-scenes-2017-evaluation"
SERVER = "https://zenodo.org/record"
RECORDS = {DEVELOPMENT: 400515, EVALUATION: 1040168}
ARCHIVES = {  # MD5 checksums from dcase_util
    f"{DEVELOPMENT}.meta.zip": "9007fd4772d816590c5db5f5e9568f5d",
    f"{DEVELOPMENT}.audio.1.zip": "251325a9afaaad0326ad1c57f57d514a",
    f"{DEVELOPMENT}.audio.2.zip": "c26861e05147dc319b4250eb103d9d99",
    f"{DEVELOPMENT}.audio.3.zip": "a4815775f8a5e629179726ee4cd4f55a",
    f"{DEVELOPMENT}.audio.4.zip": "1732b03afe8c53ef8bba80ba14766e57",
    f"{DEVELOPMENT}.audio.5.zip": "611be754a0c951185c6ae4b7643c19a0",
    f"{DEVELOPMENT}.audio.6.zip": "165a201db800d3ea76fce5a9c2bd97d7",
    f"{DEVELOPMENT}.audio.7.zip": "c7d79db84264401c0f8680dcc36013ad",
    f"{DEVELOPMENT}.audio.8.zip": "35043f25123439392338c790494c7a19",
    f"{DEVELOPMENT}.audio.9.zip": "0805dcf5d8e6871dc9610182b2efb93a",
    f"{DEVELOPMENT}.audio.10.zip": "5df83a191295a04e290b125c634e13e7",
    f"{EVALUATION}.meta.zip": "e006cfec14a49dd79a6ab8f8d5b1c5e6",
    f"{EVALUATION}.audio.1.zip": "5d97dea8461baec8027ae4a0c2b18d4b",
    f"{EVALUATION}.audio.2.zip": "4085ef5fa286f2169074993a4e405953",
    f"{EVALUATION}.audio.3.zip": "cac432579e7cf2dff0aec7aaed248956",
    f"{EVALUATION}.audio.4.zip": "664bf09c3d24bd26c6b587f1d709de36",
}
N_CLIPS, N_FOLDS = 4680 + 1620, 4


def clips(data_home: Path | None = None, *, seed: int = 0) -> list[Clip]:
    """Return the clips in the order of the metadata; the group is the recording of a clip, where the metadata name it.

    Args:
        data_home: folder that holds the folders of the development and the evaluation set.
        seed: has no effect, since the split is fixed.

    Raises:
        ValueError: the data set is missing or incomplete, or its metadata cannot be read.
    """
    folder = home(data_home)
    found = []
    for name, part in ((DEVELOPMENT, "train"), (EVALUATION, "test")):
        fold = _folds(folder / name) if part == "train" else {}
        for file, scene, *recording in places.rows(_metadata(folder / name), columns=2):
            path = places.inside(folder / name, file)
            group = f"{part} {recording[0]}" if recording else None
            found.append(Clip(path, (scene,), fold.get(file), group, part))
    places.require(CARD, folder, [clip.path for clip in found])
    return found


def fetch(data_home: Path | None = None) -> None:
    """Download and unpack missing files, one archive at a time; each archive is removed once it is unpacked.

    Raises:
        ValueError: a file cannot be downloaded, or differs from the published one.
    """
    folder = home(data_home)
    with suppress(ValueError):
        clips(folder)
        return
    marks = {archive: folder / f".{archive}.done" for archive in ARCHIVES}
    if all(mark.is_file() for mark in marks.values()):  # some files are missing all the same: start again
        for mark in marks.values():
            mark.unlink()
    for archive, md5 in ARCHIVES.items():
        if marks[archive].is_file():
            continue
        name = archive.split(".")[0]
        url = f"{SERVER}/{RECORDS[name]}/files/{archive}?download=1"
        path = download(url, folder / archive, checksum=f"md5:{md5}")
        unpack(path, folder)
        marks[archive].touch()
        path.unlink()
    clips(folder)  # raises if files are still missing


def verify(data_home: Path | None = None) -> list[str]:
    """Return what is wrong with the files; without published checksums of clips, each is decoded completely."""
    return places.complaints(clips, home(data_home), expected=N_CLIPS)


def _metadata(folder: Path) -> Path:
    """Return the table of clips and scenes of a set: `meta.txt`, or the corresponding file of the evaluation set."""
    places.require(CARD, folder.parent, [])
    other = folder / "evaluation_setup" / "evaluate.txt"
    table = other if other.is_file() and not (folder / "meta.txt").is_file() else folder / "meta.txt"
    places.require(CARD, folder.parent, [table])
    return table


def _folds(folder: Path) -> dict[str, int]:
    """Return the fold in which each development clip is tested, by name; empty if the tables of folds are missing."""
    tables = {fold: folder / "evaluation_setup" / f"fold{fold}_test.txt" for fold in range(1, N_FOLDS + 1)}
    return {row[0]: fold for fold, table in tables.items() if table.is_file() for row in places.rows(table, columns=1)}


home = partial(places.home, CARD.name, shelf=places.SOUNDS)
