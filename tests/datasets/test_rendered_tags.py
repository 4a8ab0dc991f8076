"""Check the rendered tags: identical samples, rules that match the notes, and the stated error rates."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
import soundfile

from thesis_lib.datasets.rendered import arrange, shelf, tags
from thesis_lib.datasets.rendered.styles import DRUMS, STYLES
from thesis_lib.datasets.rendered.vocabulary import FALSE, INSTRUMENTS, RECIPES, TAGS

pytest.importorskip("tinysoundfont", reason="pip install --no-deps tinysoundfont==0.3.7")
SMALL = {"n": 20, "seconds": 3.0}
ONE_CLIP = """
import sys
from functools import partial
from pathlib import Path
from thesis_lib.datasets.rendered import shelf, tags
shelf._make(Path(sys.argv[1]), 17, partial(tags._make, seconds=3.0, seed=0, sample_rate=16000), 16000)
"""


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Twenty clips in shards of eight, and where they lie."""
    home = tmp_path_factory.mktemp("tags")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tags, "SHARD", 8)
        yield home, tags.clips(home, **SMALL)


@pytest.fixture(scope="module")
def composed():
    """What is known of 300 pieces, and the pieces, none of them played."""
    return [tags.piece(k, seconds=10.0, seed=0) for k in range(300)]


def contents(clips):
    return {clip.path.name: clip.path.read_bytes() for clip in clips}


def test_same_bytes_in_another_folder_and_another_process(rendered, tmp_path):
    _, clips = rendered
    assert contents(tags.clips(tmp_path, **SMALL | {"n": 16})).items() <= contents(clips).items()
    subprocess.run([sys.executable, "-c", ONE_CLIP, str(tmp_path / "one.flac")], check=True)
    assert (tmp_path / "one.flac").read_bytes() == contents(clips)["000017.flac"]


def test_shards_are_the_whole_and_touch_nothing_else(rendered, tmp_path):
    """What two shards write, each alone in a folder of its own, has no path in common."""
    home, whole = rendered
    parts, written = [], []
    for shard in range(3):
        alone = tmp_path / str(shard)
        parts += [tags.clips(alone, shard=shard, **SMALL)]
        written.append({path.relative_to(alone) for path in alone.rglob("*") if path.is_file()})
    assert [len(part) for part in parts] == [8, 8, 4]
    assert [len(paths) for paths in written] == [10, 10, 6]  # and an index with its checksum each
    assert len(set.union(*written)) == sum(len(paths) for paths in written)
    assert set.union(*written) == {path.relative_to(home) for path in home.rglob("*") if path.is_file()}
    assert contents(clip for part in parts for clip in part) == contents(whole)
    assert [clip.path.parent.name for clip in whole[6:10]] == ["shard-0000"] * 2 + ["shard-0001"] * 2
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    assert tags.clips(home, **SMALL) == whole  # found, not rendered again
    assert tags.clips(home, shard=1, **SMALL) == whole[8:16]
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before


def test_audio_sounds_and_does_not_clip(rendered):
    for clip in rendered[1]:
        wave, rate = soundfile.read(clip.path)
        assert (rate, wave.shape) == (16000, (48000,))
        assert 10 ** (-25 / 20) < np.abs(wave).max() < 10 ** (-0.9 / 20)
        assert np.sqrt(np.mean(wave**2)) > 1e-3


def test_labels_are_what_the_truth_states(rendered):
    home, clips = rendered
    clean = tags.clips(home, noisy=False, **SMALL)
    for k, (clip, true) in enumerate(zip(clips, clean, strict=True)):
        truth = shelf.truth(clip)
        assert clip.path == true.path
        assert (list(clip.labels), list(true.labels)) == (truth["tags"], truth["clean_tags"])
        assert tags.piece(k, seconds=SMALL["seconds"], seed=0)[1].items() <= truth.items()
        assert truth["clean_tags"] == [name for name, tag in TAGS.items() if tag.rule(truth)]


def test_the_split_is_that_of_sixteen_folders(rendered):
    """Twelve folders train, one validates, three test, as MagnaTagATune is commonly used."""
    for k, clip in enumerate(rendered[1]):
        assert shelf.truth(clip)["folder"] == f"{k % 16:x}"
        assert clip.split == {**dict.fromkeys("0123456789ab", "train"), "c": "validation"}.get(f"{k % 16:x}", "test")
        assert clip.group is None
    assert Counter(tags.split(k) for k in range(1600)) == {"train": 1200, "validation": 100, "test": 300}


def test_frequencies_have_a_long_tail(composed):
    """Parents: the frequencies that the module states; bounds leave room for the chance of 300 clips."""
    true = [tags.true_tags(known) for _, known in composed]
    given = [tags.given_tags(clean, np.random.default_rng([0, k, 3])) for k, clean in enumerate(true)]
    share = np.sort([np.mean([name in one for one in given]) for name in TAGS])[::-1]
    assert len(TAGS) == 50
    assert 0.25 < share[0] < 0.4
    assert 0.04 < np.median(share) < 0.09
    assert 0.001 < share[-1] < 0.025
    assert share[:10].sum() > 0.4 * share.sum()
    assert 3.5 < np.mean([len(one) for one in given]) < 6
    assert min(Counter(name for one in true for name in one)[name] for name in TAGS) >= 1


def test_rates_of_errors_are_those_of_the_table(composed):
    """Each tag on each kind of clip (true, not true, not true beside each tag it is confused with) over 10 draws."""
    true = [set(tags.true_tags(known)) for _, known in composed]
    given = [[set(tags.given_tags(t, np.random.default_rng([k, d]))) for d in range(10)] for k, t in enumerate(true)]

    def agrees(name, which, rate):
        drawn = [name in one for k in which for one in given[k]]
        slack = 4.5 * np.sqrt(rate * (1 - rate) / max(len(drawn), 1))
        assert not drawn or np.mean(drawn) == pytest.approx(rate, abs=slack + 1e-9), name

    for name, tag in TAGS.items():
        off = [k for k, clean in enumerate(true) if name not in clean]
        agrees(name, sorted(set(range(len(true))) - set(off)), 1 - tag.omitted)
        agrees(name, [k for k in off if not true[k] & set(tag.confused)], FALSE)
        for other, rate in tag.confused.items():
            agrees(name, [k for k in off if true[k] & set(tag.confused) == {other}], 1 - (1 - FALSE) * (1 - rate))


def test_the_tables_are_well_formed():
    for name, tag in TAGS.items():
        assert 0.15 <= tag.omitted <= 0.35
        assert all(other in set(TAGS) - {name} and 0 < rate <= 0.2 for other, rate in tag.confused.items())
    programs = [program for own in INSTRUMENTS.values() for program in own]
    assert len(programs) == len(set(programs))
    for recipe in RECIPES.values():
        band = (recipe.lead, recipe.comp, recipe.bass, recipe.pad, recipe.second, recipe.drone)
        assert set(" ".join(band).split()) <= {*INSTRUMENTS, "-"}
        assert set(recipe.drums.split()) <= {*arrange.DRUMS, *STYLES, "-"}
        assert set(recipe.tunes.split()) <= {*arrange.TUNES, "tune"}
        assert set(recipe.comps.split()) <= set(arrange.COMPS)
        assert set(recipe.basses.split()) <= set(arrange.BASSES)
        assert set(recipe.scales.split()) <= set(arrange.SCALES)
    assert sum(often for often, _ in arrange.CURVES.values()) == pytest.approx(1)
    assert {drum for lines in arrange.DRUMS.values() for drum in lines} <= set(DRUMS)


def test_pieces_are_of_many_kinds(composed):
    assert len({tags.piece(0, seconds=3.0, seed=seed)[0].notes for seed in range(5)}) == 5
    known = [one for _, one in composed]
    assert {one["recipe"] for one in known} == set(RECIPES)
    assert {one["metre"] for one in known} == {2, 3, 4, 7}
    assert np.ptp([one["bpm"] for one in known]) > 125
    assert len({(*one["plays"],) for one in known}) > 200
    pauses = [np.diff([0.0, *(note.start for note in music.notes), 10.0]).max() for music, _ in composed]
    assert max(pauses) < arrange.LONGEST_PAUSE


def test_tempo_is_heard_in_the_onsets(composed):
    """Parent: the beat found from the onsets alone, as the period that makes them fall together."""
    checked = Counter()
    for music, known in composed[:150]:
        onsets = np.array([note.start for note in music.notes if note.start > 0])
        if len(onsets) < 40 or known["swing"] > 0.5:  # too few, or a beat in unequal halves
            continue
        candidates = music.bpm * np.linspace(0.93, 1.07, 141)
        found = candidates[np.argmax([abs(np.exp(2j * np.pi * onsets * bpm / 15).sum()) for bpm in candidates])]
        assert found == pytest.approx(music.bpm, rel=0.01)
        if min(abs(found - 150), abs(found - 66)) > 2:
            fast, slow = (name in tags.true_tags(known) for name in ("fast", "slow"))
            assert (fast, slow) == (found >= 150, found <= 66)
            checked[fast, slow] += 1
    assert min(checked[kind] for kind in ((True, False), (False, True), (False, False))) >= 3


def roll(music):
    """Frames of 10 ms in which each pitch of each channel sounds, percussion left out: {channel: (128, 1000)}."""
    rolls = {}
    for note in (note for note in music.notes if note.channel != 9):
        frames = slice(round(100 * note.start), round(100 * (note.start + note.duration)))
        rolls.setdefault(note.channel, np.zeros((128, 1000)))[note.pitch, frames] += 1
    return rolls


def test_mode_register_and_instruments_are_those_of_a_piano_roll(composed):
    """Parent: counts of sounding frames, a hundredth of a second each."""
    checked = Counter()
    for music, known in composed[:150]:
        rolls, true = roll(music), tags.true_tags(known)
        pitches = sum(rolls.values()).sum(axis=1)
        pitches = pitches / pitches.sum()
        tonic = arrange.KEYS.index(music.key.split()[0])
        third = {mode: pitches[(tonic + step) % 12 :: 12].sum() for mode, step in (("major", 4), ("minor", 3))}
        mean = pitches @ np.arange(128)
        for mode, other in (("major", "minor"), ("minor", "major")):
            assert mode not in true or (third[mode] > 0.11 and third[other] < 0.05)
            checked[mode] += mode in true
        if min(abs(mean - 47), abs(mean - 75)) > 0.5:
            assert ("low" in true, "high" in true) == (mean <= 47, mean >= 75)
            checked += Counter({"low": mean <= 47, "high": mean >= 75})
        for name, programs in (("piano", {0, 1, 2, 3, 4, 5}), ("flute", {72, 73, 74, 75}), ("choir", {52, 53})):
            own = [(r.sum(axis=0) > 0) for channel, r in rolls.items() if music.programs[channel] in programs]
            share = np.any(own, axis=0).mean() if own else 0.0
            if name in true or name != "piano":  # two kinds of piano are counted one by one
                assert (share > 0.29) if name in true else (share < 0.31)
            checked[name] += name in true
    assert min(checked[name] for name in ("major", "minor", "low", "high", "piano", "flute", "choir")) >= 3


def test_drums_loudness_and_band_are_counted(composed):
    """Parent: plain counts over the notes."""
    for music, known in composed[:150]:
        true = tags.true_tags(known)
        strokes = sum(note.channel == 9 for note in music.notes)
        assert ("drums" in true) == (strokes >= 45)
        assert ("busy" in true) == (len(music.notes) >= 320)
        thirds = [[n.velocity for n in music.notes if 10 / 3 * k <= n.start < 10 / 3 * (k + 1)] for k in range(3)]
        if "crescendo" in true:
            assert np.mean(thirds[2]) - np.mean(thirds[0]) > 24.99
        mean = np.mean([note.velocity for note in music.notes])
        assert [name in true for name in ("loud", "quiet", "waltz")] == [mean >= 96, mean <= 36, music.metre == 3]
        band = {music.programs[note.channel] for note in music.notes if note.channel != 9}
        assert "solo" not in true or not strokes
        assert "no drums" not in true or (not strokes and len(band) >= 4)


def test_techno_has_a_kick_on_the_beats(composed):
    """Parent: the strokes themselves, looked up beat by beat."""
    found = [music for music, known in composed if "techno" in tags.true_tags(known)]
    for music in found:
        kicks = np.array([note.start for note in music.notes if (note.channel, note.pitch) == (9, DRUMS["kick"])])
        beats = music.start + 60 / music.bpm * np.arange(200)
        beats = beats[(beats > 0.05) & (beats < 9.9)]
        assert np.mean(np.abs(kicks - beats[:, None]).min(axis=1) < 0.06) > 0.8
    assert len(found) >= 10


@pytest.mark.parametrize(
    "bad",
    [{"n": 15}, {"n": 1_000_001}, {"shard": 1_000_000}, {"shard": -1}, {"seconds": 2.9}, {"seconds": float("nan")},
     {"seed": -1}, {"sample_rate": 0}],
)  # fmt: skip
def test_bad_settings_are_refused_before_anything_is_written(bad, tmp_path):
    with pytest.raises(ValueError, match=f"got .*{next(iter(bad))}="):
        tags.clips(tmp_path / "new", **bad)
    assert not (tmp_path / "new").exists()
