"""Check loaders of real data sets on small trees with the layout of the data set."""

import json
from collections import Counter

import pytest
from trees import UNUSED, audio, held, put

from thesis_lib.datasets import splits
from thesis_lib.datasets.real import (
    ballroom,
    esc10,
    esc50,
    extended_ballroom,
    gtzan,
    irmas,
    jamendo_moodtheme,
    jingju,
    magnatagatune,
    million_song,
    tut_scenes_2017,
    urbansound8k,
)

OF_LIBRARIES = [ballroom, gtzan, irmas, jingju, jamendo_moodtheme, urbansound8k, esc50, esc10]
OWN = [extended_ballroom, magnatagatune, million_song, tut_scenes_2017]


@pytest.mark.parametrize("dataset", OF_LIBRARIES + OWN, ids=lambda dataset: dataset.CARD.name)
def test_what_every_module_gives(dataset, tmp_path, monkeypatch):
    card = dataset.CARD
    assert card.name == dataset.__name__.rpartition(".")[2]
    assert set(card.chapters) <= {"III", "IV", "V", "VI"}
    assert card.sounds in ("rhythm", "genre", "instruments", "tags", "singing", "events", "")
    assert not card.get.endswith(".") and card.size != "as many clips as are asked for"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("THESIS_DATA", raising=False)
    assert dataset.home().parent in (tmp_path / "mir_datasets", tmp_path / "sound_datasets")
    monkeypatch.setenv("THESIS_DATA", str(tmp_path / "data"))
    name = "esc50" if dataset is esc10 else card.name
    assert dataset.home() == tmp_path / "data" / name and dataset.home(tmp_path) == tmp_path
    shown = esc50.CARD if dataset is esc10 else card
    with pytest.raises(
        ValueError, match=f"^{name} is not here: it was looked for in {tmp_path}/data/{name}. "
    ) as error:
        dataset.clips()
    assert str(error.value).lower().endswith(f"{shown.get.lower()}.")
    assert dataset.verify() == [str(error.value)]


@pytest.fixture
def dances(tmp_path):
    folders = ("ChaChaCha", "Jive", "Quickstep", "Rumba-American", "Samba", "Tango", "VienneseWaltz", "Waltz")
    names = [(folder, f"Media-{folder}-{k}") for folder in folders for k in range(10)] + [
        ("Rumba-Misc", "Albums-Fire-14")
    ]
    return held(tmp_path, ballroom, {name: audio(f"B_1.0/audio/{folder}/{name}.wav") for folder, name in names})


def test_ballroom_has_eight_classes_in_ten_drawn_folds(dances):
    clips = ballroom.clips(dances, seed=1)
    assert Counter(clip.label for clip in clips)["rumba"] == 11 and len({clip.label for clip in clips}) == 8
    assert all(len({clip.label for clip in clips if clip.fold == fold}) == 8 for fold in range(1, 11))
    assert ballroom.clips(dances, seed=1) == clips != ballroom.clips(dances, seed=2)
    assert len(splits.splits(clips)) == 10


def test_missing_and_changed_files_are_named(dances):
    changed, lost = dances / "B_1.0/audio/Jive/Media-Jive-3.wav", dances / "B_1.0/audio/Waltz/Media-Waltz-0.wav"
    assert ballroom.verify(dances) == ["the index names 81 pieces of audio; ballroom has 698."]
    changed.write_bytes(changed.read_bytes()[:-2] + b"..")
    lost.unlink()
    missing, different, _ = ballroom.verify(dances)
    assert str(lost) in missing and "is missing" in missing
    assert str(changed) in different and "is not the published file" in different
    with pytest.raises(
        ValueError, match="ballroom in .* is incomplete: 1 of 81 files are missing, the first is B_1.0/.*-0.wav"
    ):
        ballroom.clips(dances)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("no json", "is not mirdata's index .* fetch ballroom again"),
        ('{"clips": {}}', "is not mirdata's index"),
        ('{"tracks": {"a": {"audio": ["../../etc/passwd", "0"]}}}', "'../../etc/passwd' leads out of"),
        ('{"tracks": {"a": {"audio": ["/etc/passwd", "0"]}}}', "'/etc/passwd' leads out of"),
    ],
)
def test_an_index_that_cannot_be_used(dances, text, sentence):
    put(dances / "ballroom_full_index_1.0.json", text)
    with pytest.raises(ValueError, match=sentence):
        ballroom.clips(dances)
    assert len(ballroom.verify(dances)) == 1


def test_gtzan_is_split_as_published(tmp_path):
    parts = gtzan.split()
    assert Counter(parts.values()) == {"train": 443, "validation": 197, "test": 290}
    assert parts["blues.00029"] == "train" and parts["jazz.00054"] == "train" and parts["rock.00010"] == "test"
    genres = {key.partition(".")[0] for key in parts}
    keys = [f"{genre}.{number:05d}" for genre in sorted(genres) for number in range(100)]
    names = {key: f"gtzan_genre/genres/{key.partition('.')[0]}/{key}.wav" for key in keys}
    held(tmp_path, gtzan, {key: {"audio": (name, key)} for key, name in names.items()})
    clips = gtzan.clips(tmp_path)
    assert Counter(clip.split for clip in clips) == {"train": 443, "validation": 197, "test": 290}
    assert len({clip.label for clip in clips}) == 10 and "hip-hop" in {clip.label for clip in clips}
    assert gtzan.verify(tmp_path) == []
    clips[0].path.write_text("another")
    assert [str(clips[0].path) in complaint for complaint in gtzan.verify(tmp_path)] == [True]


def test_gtzan_is_split_as_in_the_lists(shared):
    for part, name in (("train", "train"), ("validation", "valid"), ("test", "test")):
        lines = (shared / "gtzan-musicnn-taggram" / f"{name}_filtered.txt").read_text().split()
        stems = {line.partition("/")[2].removesuffix(".wav") for line in lines}
        assert {key for key, value in gtzan.split().items() if value == part} == stems


def test_irmas_keeps_a_recording_on_one_side(tmp_path):
    pieces = {}
    for number in range(40):
        for take in (1, 2, 3):
            name = f"IRMAS-TrainingData/cel/{number}__[cel][nod][cla]{number:04d}__{take}.wav"
            pieces[f"{number:04d}__{take}"] = audio(name) | {"annotation": (name, None)}
    for number, song in enumerate(("02 - Body Will Die-8", "02 - Body Will Die-12")):
        stem = f"IRMAS-TestingData-Part1/Part1/{song}"
        pieces[str(number)] = {"audio": (f"{stem}.wav", None), "annotation": (f"{stem}.txt", "gel\t\nvoi\t\n")}
    held(tmp_path, irmas, pieces)
    clips = irmas.clips(tmp_path)
    assert Counter(clip.split for clip in clips) == {"train": 34 * 3, "validation": 6 * 3, "test": 2}
    assert clips[0].labels == ("cel",) and clips[-1].labels == ("gel", "voi")
    assert clips[0].group == "train 0000" and clips[-1].group == clips[-2].group == "test 02 - Body Will Die"
    assert len(splits.splits(clips)) == 1
    put(tmp_path / "IRMAS-TestingData-Part1/Part1/02 - Body Will Die-8.txt", "kazoo\n")
    with pytest.raises(ValueError, match="annotations of irmas .* cannot be read .*kaz not in instrument"):
        irmas.clips(tmp_path)


def test_jingju_keeps_an_aria_on_one_side_and_gives_its_phonemes(tmp_path):
    pieces = {}
    for folder, role in (("danAll", "da"), ("laosheng", "ls")):
        for number in range(9):
            letter = "abcdefghi"[number]
            names = [f"{role}xp-Aria_{letter}-Opera01-upf", f"{role}xp-Aria_{letter}-Opera02-qm"]
            for name in [*names, f"opera_aria{letter}"] if role == "da" else names:
                text = "0.00\t1.06\tsil\n1.06\t1.16\t@\n1.16\t2.53\tr\\'\n"
                phoneme = f"annotation_txt/{folder}/{name}_phoneme.txt"
                pieces[name] = audio(f"wav/{folder}/{name}.wav") | {"phoneme": (phoneme, text)}
    held(tmp_path, jingju, pieces)
    table = tmp_path / "compmusic_jingju_acappella_index_7.0.json"
    index = json.loads(table.read_text())
    index["tracks"]["daxp-None-Opera-lon"] = {"audio": ["wav/danAll/x.wav", "0"]} | {
        what: [None, None] for what in ("phoneme", *UNUSED[jingju])
    }
    put(table, json.dumps(index))
    clips = jingju.clips(tmp_path, seed=2)
    assert Counter(clip.label for clip in clips) == {"dan": 27, "laosheng": 18}
    assert set(Counter(clip.group for clip in clips).values()) == {5}
    parts = Counter(clip.split for clip in clips)
    assert parts["test"] == 15 and 5 <= parts["validation"] <= 10
    assert len(splits.splits(clips)) == 1
    assert jingju.clips(tmp_path, seed=2) == clips != jingju.clips(tmp_path, seed=3)
    assert clips[0].segments == ((0.0, 1.06, ""), (1.06, 1.16, "@"), (1.16, 2.53, "r\\'"))
    put(tmp_path / "annotation_txt" / "danAll" / f"{clips[0].path.stem}_phoneme.txt", "0.0\tx\n")
    with pytest.raises(ValueError, match="annotations of jingju .* cannot be read"):
        jingju.clips(tmp_path)


def test_jamendo_takes_tags_and_parts_from_split_0(tmp_path):
    held(tmp_path, jamendo_moodtheme, {f"track_000{k}": audio(f"audios/0{k}/{k}.mp3") for k in range(1, 5)})
    for part, k in (("train", 1), ("validation", 2), ("test", 3)):
        row = f"track_000{k}\tartist_{k}\talbum_1\t0{k}/{k}.mp3\t4.2\tmood/theme---calm\tmood/theme---soft\n"
        text = "TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS\n" + row
        put(tmp_path / f"data/splits/split-0/autotagging_moodtheme-{part}.tsv", text)
    clips = jamendo_moodtheme.clips(tmp_path)
    assert [(clip.path.name, clip.split, clip.group) for clip in clips] == [
        ("1.mp3", "train", "artist_1"), ("2.mp3", "validation", "artist_2"), ("3.mp3", "test", "artist_3")
    ]  # fmt: skip
    assert clips[0].labels == ("calm", "soft")
    assert jamendo_moodtheme.verify(tmp_path) == []
    (tmp_path / "audios/02/2.mp3").unlink()
    with pytest.raises(
        ValueError, match="the first is audios/02/2.mp3. Run .* for the metadata, and the download script"
    ):
        jamendo_moodtheme.clips(tmp_path)
