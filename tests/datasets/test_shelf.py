"""Check the shelf of rendered clips: whole files with their annotations, also after an interruption."""

from __future__ import annotations

import os
import shutil
import sys

import numpy as np
import pytest

from thesis_lib.datasets.rendered import dances, shelf, synth

pytest.importorskip("tinysoundfont", reason="pip install --no-deps tinysoundfont==0.3.7")
SMALL = {"per_class": 2, "seconds": 4.0, "n_folds": 2, "sample_rate": 16000}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Two clips a class, and where they lie."""
    home = tmp_path_factory.mktemp("dances")
    return home, dances.clips(home, **SMALL)


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


def test_truth_of_an_unknown_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match="comment of the FLAC file"):
        shelf.truth(tmp_path / "mine.wav")


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
    with pytest.raises(ValueError, match="must not be silent"):
        synth.master(np.zeros(100, np.float32), np.random.default_rng(0), sample_rate=16000)


def test_a_full_disk_is_one_sentence(tmp_path, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shelf.soundfile, "SoundFile", full)
    with pytest.raises(
        OSError, match="Waltz-0000.flac cannot be written .*No space left.*run the command again to continue"
    ):
        shelf._make(tmp_path / "Waltz-0000.flac", "Waltz", lambda key: (np.zeros(9), {}), 16000)
    assert os.listdir(tmp_path) == []


def test_a_file_that_a_full_disk_cut_without_an_error_gets_no_name(tmp_path, monkeypatch):
    class Cut(shelf.soundfile.SoundFile):
        def close(self):
            super().close()
            if self.mode == "w" and os.path.exists(self.name):
                os.truncate(self.name, os.path.getsize(self.name) // 2)

    monkeypatch.setattr(shelf.soundfile, "SoundFile", Cut)
    wave = np.random.default_rng(0).normal(scale=0.1, size=64_000)
    with pytest.raises(OSError, match="Waltz-0000.flac cannot be written"):
        shelf._make(tmp_path / "Waltz-0000.flac", "Waltz", lambda key: (wave, {}), 16000)
    assert os.listdir(tmp_path) == []


def test_an_index_that_is_damaged_is_not_read(rendered, tmp_path):
    home = tmp_path / "copy"
    shutil.copytree(rendered[0], home)
    index = next(home.rglob(shelf.INDEX))
    whole = index.read_text()
    index.write_text(whole.replace("Waltz", "Tango"))
    assert [clip.label for clip in dances.clips(home, **SMALL)] == [clip.label for clip in rendered[1]]
    assert index.read_text() == whole
