"""Check the rendered dances: identical samples, separate folds, annotations that match the notes, whole files."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
import soundfile

from thesis_lib.datasets import DATASETS
from thesis_lib.datasets.rendered import dances, dances_extended, shelf
from thesis_lib.datasets.rendered.dances import ALL
from thesis_lib.datasets.rendered.patterns import HIGH, LOW, exchange_percussion
from thesis_lib.datasets.rendered.players import DRUM
from thesis_lib.datasets.rendered.styles import COMMON, DRUMS, N_PATTERNS, STYLES
from thesis_lib.datasets.rendered.styles_extended import EXTENDED
from thesis_lib.protocols.data import listener

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


@pytest.fixture(scope="module")
def thirteen(tmp_path_factory):
    """Two clips of each class of the extended set."""
    return dances_extended.clips(tmp_path_factory.mktemp("thirteen"), **SMALL)


def contents(clips):
    return {clip.path.name: clip.path.read_bytes() for clip in clips}


def test_same_bytes_in_another_folder_and_another_process(rendered, tmp_path):
    _, clips = rendered
    assert contents(dances.clips(tmp_path, **SMALL)) == contents(clips)
    subprocess.run([sys.executable, "-c", ONE_CLIP, str(tmp_path / "one.flac")], check=True)
    assert (tmp_path / "one.flac").read_bytes() == contents(clips)["Samba-0001.flac"]


def test_the_thirteen_dances_hold_the_eight_byte_by_byte(rendered, thirteen):
    assert list(ALL) == [*STYLES, *EXTENDED]
    assert len(thirteen) == 2 * len(ALL) == 26
    assert contents(rendered[1]).items() < contents(thirteen).items()


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
@pytest.mark.parametrize(("dataset", "labels"), [(dances, STYLES), (dances_extended, ALL)])
def test_folds_are_whole_base_patterns_and_balanced(n_folds, dataset, labels, monkeypatch, tmp_path):
    monkeypatch.setattr(dances.shelf, "shelve", lambda *args, **kwargs: None)
    clips = dataset.clips(tmp_path, per_class=24, seconds=3.0, n_folds=n_folds)
    assert len(clips) == 24 * len(labels)
    for label in labels:
        own = [clip for clip in clips if clip.label == label]
        assert [clip.group for clip in own] == [f"{label}-pattern{k % 20}" for k in range(24)]
        assert [clip.fold for clip in own] == [1 + k % 5 % n_folds for k in range(24)]
    counts = Counter((clip.label, clip.fold) for clip in clips)
    assert len(counts) == n_folds * len(labels)
    for fold in range(1, n_folds + 1):  # the classes of a fold are of one size
        assert len({counts[label, fold] for label in labels}) == 1
    if n_folds == 5:
        assert max(counts.values()) - min(counts.values()) <= 1


def test_a_clip_plays_the_base_pattern_of_its_group():
    """What is not varied is there in each clip of a group: accents, bass and comp."""
    for number, (label, style) in enumerate(ALL.items()):
        for k in range(40):
            base_pattern = dances.patterns(label)[k % 20]
            groove = dances.vary(style, base_pattern, np.random.default_rng([0, number, k, 1]))
            assert (groove.bass, groove.comp) == (base_pattern.bass, base_pattern.comp)
            for base, played in zip(base_pattern.drums.values(), groove.drums.values(), strict=False):
                accents = [step for step, stroke in enumerate(base) if stroke == "X"]
                assert [step for step, stroke in enumerate(played) if stroke == "X"] == accents, label


@pytest.mark.parametrize("label", ALL)
def test_a_dance_has_twenty_patterns_that_share_no_bass_comping_or_drums(label):
    found = dances.patterns(label)
    assert len(found) == len({one.bass for one in found}) == len({one.comp for one in found}) == 20
    assert len({tuple(sorted(one.drums.items())) for one in found}) == 20
    style, bar = ALL[label], ALL[label].metre * ALL[label].steps
    assert [one.bass for one in found[:5]] == list(style.bass)
    for one in found:
        lines = [one.bass, one.comp, *one.drums.values()]
        assert all(len(line) % bar == 0 for line in lines) and set(one.drums) <= set(DRUMS)
        assert set("".join(one.drums.values())) <= set("Xxg.")
        assert set(one.bass) <= set("R358a.") and set(one.comp) <= set("Xxh1234.")


def test_a_composed_pattern_keeps_the_accents_of_the_drums_that_it_is_made_of():
    """By the Latin square, pattern 5 r + p has the drums of the written pattern (p + r) % 5."""
    for label, style in ALL.items():
        for number, one in enumerate(dances.patterns(label)):
            of = style.drums[(number + number // 5) % 5]
            for line, composed in zip(of.values(), one.drums.values(), strict=True):
                kept = [step for step, stroke in enumerate(line) if stroke == "X"]
                assert set(kept) <= {step for step, stroke in enumerate(composed) if stroke == "X"}, label


def test_each_fold_has_whole_patterns_of_every_written_one():
    for index in range(40):
        assert dances.fold(index) == 1 + index % 20 % 5
    lent = {fold: {(p + p // 5) % 5 for p in range(20) if dances.fold(p) == fold} for fold in range(1, 6)}
    assert all(len(written) == 4 for written in lent.values())


VARIANT = {"equal": {"tempo": "equal"}, "shuffled": {"instruments": "shuffled"}}


def test_a_variant_changes_only_what_it_names():
    for label in ("Samba", "Waltz"):
        plain = dances.piece(label, 3, seconds=6.0, seed=0)
        equal = dances.piece(label, 3, seconds=6.0, seed=0, **VARIANT["equal"])
        shuffled = dances.piece(label, 3, seconds=6.0, seed=0, **VARIANT["shuffled"])
        assert 90 <= equal.bpm <= 150 and (equal.metre, equal.key) == (plain.metre, plain.key)
        pitched = [[note for note in music.notes if note.channel != DRUM] for music in (plain, shuffled)]
        strokes = [[(n.start, n.velocity) for n in music.notes if n.channel == DRUM] for music in (plain, shuffled)]
        assert pitched[0] == pitched[1] and strokes[0] == strokes[1] and shuffled.bpm == plain.bpm
        assert shuffled.programs[0] in COMMON["melody"] and shuffled.programs[9] in COMMON["kit"]


def test_percussion_is_exchanged_within_drums_and_within_the_rest():
    """Over many draws each instrument comes, whatever the line was written for."""
    base = dances.patterns("Salsa")[0]
    drawn = [exchange_percussion(base, np.random.default_rng(seed)) for seed in range(300)]
    for place, (name, line) in enumerate(base.drums.items()):
        found = {list(one.drums)[place] for one in drawn}
        assert found == set(LOW if name in LOW else HIGH)
        assert all(list(one.drums.values())[place] == line for one in drawn)
    assert set(LOW) | set(HIGH) == set(DRUMS) and not set(LOW) & set(HIGH)


def test_variants_are_data_sets_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr(shelf, "shelve", lambda *args, **kwargs: None)
    of_name = {"equal_tempo": VARIANT["equal"], "shuffled": VARIANT["shuffled"]}
    of_name["equal_shuffled"] = VARIANT["equal"] | VARIANT["shuffled"]
    folders = {dances.clips(tmp_path, **variant)[0].path.parent for variant in ({}, *of_name.values())}
    assert len(folders) == 4
    for name, variant in of_name.items():
        dataset = DATASETS[f"rendered_dances_{name}"]
        assert dataset.CARD.name == f"rendered_dances_{name}"
        assert dataset.clips(tmp_path) == dances.clips(tmp_path, **variant)
    with pytest.raises(ValueError, match="tempo must be own or equal; got tempo='fast'"):
        dances.clips(tmp_path, tempo="fast")


def test_a_listener_of_programs_or_tempo_is_at_chance_where_they_tell_nothing():
    """Chance is one of eight; over 480 pieces its standard error is 1.5 points.

    Percussion is left out: that a dance has many or few lines is part of its rhythm.
    """
    found = listener.listener(per_class=60, seconds=3.0)
    for fact, variants in (("programs", ["shuffled instruments", "both"]), ("tempo", ["equal tempo", "both"])):
        for variant in found.index:
            if variant in variants:
                assert found.loc[variant, fact] < 1 / 8 + 4 * 0.015
            else:
                assert found.loc[variant, fact] > 0.6
    assert found.loc["plain", "percussion"] > 2 * found.loc["shuffled instruments", "percussion"]


def test_written_patterns_of_a_dance_differ():
    for label, style in ALL.items():
        assert len(style.drums) == len(set(style.bass)) == len(set(style.comp)) == N_PATTERNS == 5, label
        assert len(style.bass) == len(style.comp) == N_PATTERNS, label
        for one, other in combinations(style.drums, 2):
            assert len(one.items() & other.items()) <= 1, label
            assert len({*one.values()} & {*other.values()}) <= 2, label


def test_clips_of_a_base_pattern_differ():
    for label in ALL:
        drawn = [dances.piece(label, k, seconds=4.0, seed=0) for k in (0, 20, 40)]
        assert len({music.notes for music in drawn}) == 3


def test_audio_sounds_and_does_not_clip(thirteen):
    for clip in thirteen:
        wave, rate = soundfile.read(clip.path)
        assert (rate, wave.shape) == (16000, (64000,))
        assert np.isfinite(wave).all()
        assert 10 ** (-9.1 / 20) < np.abs(wave).max() < 10 ** (-0.9 / 20)
        assert np.sqrt(np.mean(wave**2)) > 0.005


@pytest.mark.parametrize("label", ALL)
def test_no_piece_pauses_for_long(label):
    for k in range(40):
        starts = [note.start for note in dances.piece(label, k, seconds=6.0, seed=3).notes]
        assert np.diff([0, *starts, 6.0]).max() < 2.5  # seconds


@pytest.mark.parametrize("label", ALL)
def test_notes_keep_the_tempo_that_the_truth_states(label):
    """Parent: the beat of notes found from their onsets alone, as the period that makes them fall together."""
    style = ALL[label]
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


@pytest.mark.parametrize("label", ALL)
def test_metre_is_that_of_the_dance(label):
    """A rhythm is more like itself one bar later than one bar of the other metre (3 or 4 beats) later."""
    style, likeness = ALL[label], {3: [], 4: []}
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


def test_truth_says_what_is_played(thirteen):
    for clip in thirteen:
        truth, k = shelf.truth(clip), int(clip.path.stem[-4:])
        music = dances.piece(clip.label, k, seconds=SMALL["seconds"], seed=0)
        assert truth["bpm"] == pytest.approx(music.bpm)
        assert (truth["metre"], truth["key"], truth["pattern"]) == (music.metre, music.key, clip.group)
        assert truth["drums"] == any(note.channel == 9 for note in music.notes)
        assert set(truth["programs"]) <= set(music.programs.values())


def test_the_style_table_is_well_formed():
    for label, style in ALL.items():
        bar = style.metre * style.steps
        assert style.bpm[0] <= style.usual[0] < style.usual[1] <= style.bpm[1]
        lines = [*style.bass, *style.comp, *(line for pattern in style.drums for line in pattern.values())]
        assert all(len(line) % bar == 0 for line in lines), label
        assert all(set(pattern) <= set(DRUMS) for pattern in style.drums), label
        assert all(set(line) <= set("Xxg.") for pattern in style.drums for line in pattern.values()), label
        assert all(set(line) <= set("R358a.") for line in style.bass), label
        assert all(set(line) <= set("Xxh1234.") for line in style.comp), label


def test_a_salsa_keeps_the_clave():
    """Parent: the son clave has its strokes on the sixteenths 0, 3, 6, 10 and 12 of 16; the rumba clave has 7 for 6."""
    three_two = {"X..X..X...X.X...", "X..X...X..X.X..."}
    claves = three_two | {line[8:] + line[:8] for line in three_two}
    for pattern, bass in zip(ALL["Salsa"].drums, ALL["Salsa"].bass, strict=True):
        assert claves & set(pattern.values())
        for bar in range(0, len(bass), 8):  # the tumbao anticipates: the half beat after 2, or 4
            assert bass[bar + 3] != "." or bass[bar + 6] != "."


def test_a_slow_waltz_is_told_from_a_waltz_by_other_means_than_tempo():
    slow, waltz = ALL["SlowWaltz"], ALL["Waltz"]
    shared = min(slow.usual[1], waltz.usual[1]) - max(slow.usual[0], waltz.usual[0])
    assert shared >= 0.5 * (waltz.usual[1] - waltz.usual[0])
    assert not set(slow.bass) & set(waltz.bass)
    assert not set(slow.comp) & set(waltz.comp)


@pytest.mark.parametrize(
    "bad",
    [{"n_folds": 1}, {"n_folds": 6}, {"per_class": 4}, {"seconds": 0}, {"seconds": float("nan")}, {"seed": -1},
     {"sample_rate": 0}],
)  # fmt: skip
def test_bad_settings_are_refused_before_anything_is_written(bad, tmp_path):
    for dataset in (dances, dances_extended):
        with pytest.raises(ValueError, match=f"got .*{next(iter(bad))}="):
            dataset.clips(tmp_path / "new", **bad)
    assert not (tmp_path / "new").exists()
