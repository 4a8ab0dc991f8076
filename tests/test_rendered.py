"""The rendered dances: same samples every time, fair folds, a truth that the notes bear out, nothing half-written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
import soundfile

from thesis_lib.datasets.rendered import dances, shelf, synth
from thesis_lib.datasets.rendered.styles import DRUMS, N_PATTERNS, STYLES

pytest.importorskip("tinysoundfont", reason="pip install --no-deps tinysoundfont==0.3.7")
SMALL = {"per_class": 2, "seconds": 4.0, "n_folds": 2, "sample_rate": 16000}
ONE_CLIP = """
import sys
from pathlib import Path
from functools import partial
from thesis_lib.datasets.rendered import dances, shelf
make = partial(dances._make, seconds=4.0, seed=0, sample_rate=16000)
shelf._make(Path(sys.argv[1]), ("Samba", 1), make, 16000)
"""


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Two clips a class, and where they lie."""
    home = tmp_path_factory.mktemp("dances")
    return home, dances.clips(home, **SMALL)


def contents(clips):
    return {clip.path.name: clip.path.read_bytes() for clip in clips}


def test_same_bytes_in_another_folder_and_another_process(rendered, tmp_path):
    _, clips = rendered
    assert contents(dances.clips(tmp_path, **SMALL)) == contents(clips)
    subprocess.run([sys.executable, "-c", ONE_CLIP, str(tmp_path / "one.flac")], check=True)
    assert (tmp_path / "one.flac").read_bytes() == contents(clips)["Samba-0001.flac"]


def test_another_seed_is_other_music():
    one, other = (dances.piece("Tango", 0, seconds=4.0, seed=seed) for seed in (0, 1))
    assert one.notes != other.notes


def test_a_clip_does_not_depend_on_how_many_are_asked_for(rendered):
    home, clips = rendered
    before = {clip.path: clip.path.stat().st_mtime_ns for clip in clips}
    more = dances.clips(home, **(SMALL | {"per_class": 3}))
    assert len(more) == 3 * len(STYLES)
    assert set(before) < {clip.path for clip in more}
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())
    assert all(shelf.truth(clip)["label"] == clip.label for clip in more)


@pytest.mark.parametrize("n_folds", [2, 3, 4, 5])
def test_folds_are_whole_base_patterns_and_balanced(n_folds, monkeypatch, tmp_path):
    monkeypatch.setattr(dances.shelf, "shelve", lambda *args, **kwargs: None)
    clips = dances.clips(tmp_path, per_class=24, seconds=3.0, n_folds=n_folds)
    for label in STYLES:
        own = [clip for clip in clips if clip.label == label]
        assert [clip.group for clip in own] == [f"{label}-pattern{k % 5}" for k in range(24)]
        assert [clip.fold for clip in own] == [1 + k % 5 % n_folds for k in range(24)]
    counts = Counter((clip.label, clip.fold) for clip in clips)
    assert len(counts) == n_folds * len(STYLES)
    for fold in range(1, n_folds + 1):  # the classes of a fold are of one size
        assert len({counts[label, fold] for label in STYLES}) == 1
    if n_folds == 5:
        assert max(counts.values()) - min(counts.values()) <= 1


def test_a_clip_plays_the_base_pattern_of_its_group():
    """What the style table calls unvaried is there in each clip of a group: accents, bass and comp."""
    for number, (label, style) in enumerate(STYLES.items()):
        for k in range(15):
            groove = dances.vary(style, k % 5, np.random.default_rng([0, number, k, 1]))
            assert (groove.bass, groove.comp) == (style.bass[k % 5], style.comp[k % 5])
            for base, played in zip(style.drums[k % 5].values(), groove.drums.values(), strict=False):
                accents = [step for step, stroke in enumerate(base) if stroke == "X"]
                assert [step for step, stroke in enumerate(played) if stroke == "X"] == accents, label


def test_base_patterns_of_a_dance_differ():
    for label, style in STYLES.items():
        assert len(style.drums) == len(set(style.bass)) == len(set(style.comp)) == N_PATTERNS == 5, label
        assert len(style.bass) == len(style.comp) == N_PATTERNS, label
        for one, other in combinations(style.drums, 2):
            assert len(one.items() & other.items()) <= 1, label
            assert len({*one.values()} & {*other.values()}) <= 2, label


def test_clips_of_a_base_pattern_differ():
    for label in STYLES:
        drawn = [dances.piece(label, k, seconds=4.0, seed=0) for k in (0, 5, 10)]
        assert len({music.notes for music in drawn}) == 3


def test_an_interrupted_rendering_goes_on(rendered):
    _, clips = rendered
    victim, other = clips[3].path, clips[4].path
    whole, time = victim.read_bytes(), other.stat().st_mtime_ns
    victim.unlink()
    (victim.parent / f".{victim.name}.99999999.part").write_bytes(whole[:100])  # what a killed process leaves
    (victim.parent / shelf.INDEX).unlink()
    again = dances.clips(victim.parent.parent, **SMALL)
    assert again == clips
    assert not list(victim.parent.glob(".*.part"))
    assert victim.read_bytes() == whole
    assert other.stat().st_mtime_ns == time
    assert shelf.truth(clips[3])["label"] == clips[3].label


def test_an_empty_file_is_not_taken_for_a_clip(rendered):
    home, clips = rendered
    whole = clips[0].path.read_bytes()
    clips[0].path.write_bytes(b"")
    dances.clips(home, **SMALL)
    assert clips[0].path.read_bytes() == whole


def test_a_failed_write_leaves_no_clip(tmp_path):
    def make(key):
        return "no samples", {"label": key}

    with pytest.raises(ValueError, match="dtype"):
        shelf._make(tmp_path / "Waltz-0000.flac", "Waltz", make, 16000)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("index", ["gone", "damaged", "older"])
def test_the_truth_is_found_without_the_index(rendered, index, tmp_path):
    home = tmp_path / "copy"
    shutil.copytree(rendered[0], home)
    folder = next(home.iterdir())
    whole = (folder / shelf.INDEX).read_text()
    if index == "gone":
        (folder / shelf.INDEX).unlink()
    else:
        (folder / shelf.INDEX).write_text(whole[:50] if index == "damaged" else whole.split("\n", 1)[1])
    assert all(truth["label"] == name.split("-")[0] for name, truth in shelf._known(folder).items())
    dances.clips(home, **SMALL)
    assert (folder / shelf.INDEX).read_text() == whole


def test_damaged_files_are_named(rendered, tmp_path):
    _, clips = rendered
    (tmp_path / "whole.flac").write_bytes(clips[0].path.read_bytes())
    (tmp_path / "cut.flac").write_bytes(clips[0].path.read_bytes()[:-2000])
    (tmp_path / "empty.flac").write_bytes(b"")
    (tmp_path / "other.flac").write_text("no audio")
    assert [line.split()[0] for line in shelf.complaints(tmp_path)] == [
        str(tmp_path / name) for name in ("cut.flac", "empty.flac", "other.flac")
    ]


def test_audio_sounds_and_does_not_clip(rendered):
    for clip in rendered[1]:
        wave, rate = soundfile.read(clip.path)
        assert (rate, wave.shape) == (16000, (64000,))
        assert np.isfinite(wave).all()
        assert 10 ** (-9.1 / 20) < np.abs(wave).max() < 10 ** (-0.9 / 20)
        assert np.sqrt(np.mean(wave**2)) > 0.005


@pytest.mark.parametrize("label", STYLES)
def test_no_piece_pauses_for_long(label):
    for k in range(40):
        starts = [note.start for note in dances.piece(label, k, seconds=6.0, seed=3).notes]
        assert np.diff([0, *starts, 6.0]).max() < 2.5  # seconds


@pytest.mark.parametrize("label", STYLES)
def test_notes_keep_the_tempo_that_the_truth_states(label):
    """Parent: the beat of notes found from their onsets alone, as the period that makes them fall together."""
    style = STYLES[label]
    for k in range(6):
        music = dances.piece(label, k, seconds=15.0, seed=0)
        assert style.bpm[0] <= music.bpm <= style.bpm[1]
        onsets = np.array([note.start for note in music.notes])
        candidates = music.bpm * np.linspace(0.93, 1.07, 141)
        # Length of the mean of the onsets as phases of a beat: 1 where all onsets stand at one place of the beat.
        together = [abs(np.exp(2j * np.pi * onsets * bpm / 60 * style.steps).mean()) for bpm in candidates]
        if style.swing[1] <= 0.54:
            assert candidates[int(np.argmax(together))] == pytest.approx(music.bpm, rel=0.01)
        on_beat = (onsets - music.start) * music.bpm / 60
        grid = np.abs(on_beat[:, None] % 1 - np.array([0, 1])).min(axis=1) < 0.1
        assert grid.mean() > 0.25  # many notes stand on a beat, for any swing


@pytest.mark.parametrize("label", STYLES)
def test_metre_is_that_of_the_dance(label):
    """A rhythm is more like itself one bar later than one bar of the other metre (3 or 4 beats) later."""
    style, likeness = STYLES[label], {3: [], 4: []}
    assert style.metre == (3 if "Waltz" in label else 4)
    for k in range(10):
        music = dances.piece(label, k, seconds=15.0, seed=0)
        strokes = [(n.start, n.pitch if n.channel == 9 else -n.channel) for n in music.notes if n.channel in (1, 2, 9)]
        players = sorted({player for _, player in strokes})
        roll = np.zeros((len(players), 16 * 60))
        for start, player in strokes:
            step = round((start - music.start) * music.bpm / 60 * style.steps)
            roll[players.index(player), step] = 1
        for metre, values in likeness.items():
            lag = metre * style.steps
            values.append((roll[:, lag:] * roll[:, :-lag]).sum() / roll.sum())
    assert np.mean(likeness[style.metre]) > 1.15 * np.mean(likeness[7 - style.metre])


def test_truth_says_what_is_played(rendered):
    for clip in rendered[1]:
        truth, k = shelf.truth(clip), int(clip.path.stem[-4:])
        music = dances.piece(clip.label, k, seconds=SMALL["seconds"], seed=0)
        assert truth["bpm"] == pytest.approx(music.bpm)
        assert (truth["metre"], truth["key"], truth["pattern"]) == (music.metre, music.key, clip.group)
        assert truth["drums"] == any(note.channel == 9 for note in music.notes)
        assert set(truth["programs"]) <= set(music.programs.values())


def test_truth_of_an_unknown_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match="comment of its FLAC"):
        shelf.truth(tmp_path / "mine.wav")


def test_the_style_table_is_well_formed():
    for label, style in STYLES.items():
        bar = style.metre * style.steps
        assert style.bpm[0] <= style.usual[0] < style.usual[1] <= style.bpm[1]
        lines = [*style.bass, *style.comp, *(line for pattern in style.drums for line in pattern.values())]
        assert all(len(line) % bar == 0 for line in lines), label
        assert all(set(pattern) <= set(DRUMS) for pattern in style.drums), label


@pytest.mark.parametrize(
    "bad",
    [{"n_folds": 1}, {"n_folds": 6}, {"per_class": 4}, {"seconds": 0}, {"seconds": float("nan")}, {"seed": -1},
     {"sample_rate": 0}],
)  # fmt: skip
def test_bad_settings_are_refused_before_anything_is_written(bad, tmp_path):
    with pytest.raises(ValueError, match=f"got .*{next(iter(bad))}="):
        dances.clips(tmp_path / "new", **bad)
    assert not (tmp_path / "new").exists()


def test_without_the_synthesiser_one_sentence_names_the_next_step(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "tinysoundfont", None)
    synth.fingerprint.cache_clear()
    with pytest.raises(ImportError, match=r"pip install --no-deps tinysoundfont==0\.3\.7"):
        dances.clips(tmp_path / "new", **SMALL)
    assert not (tmp_path / "new").exists()


def test_the_folder_is_keyed_by_what_changes_the_samples(monkeypatch, tmp_path):
    monkeypatch.setenv("THESIS_CACHE", str(tmp_path))
    settings = {"seed": 0, "seconds": 15, "sample_rate": 16000}
    first = shelf.place("rendered_dances", None, 5, **settings)
    assert first.parent == tmp_path / "rendered_dances"
    others = {shelf.place("rendered_dances", None, 5, **settings | {key: 15.5}) for key in settings}
    others.add(shelf.place("rendered_dances", None, 6, **settings))
    monkeypatch.setattr(synth, "fingerprint", lambda: "another")
    others.add(shelf.place("rendered_dances", None, 5, **settings))
    assert len(others | {first}) == 6
    assert os.listdir(tmp_path) == []


def test_silence_is_refused():
    with pytest.raises(ValueError, match="sound"):
        synth.master(np.zeros(100, np.float32), np.random.default_rng(0), sample_rate=16000)
