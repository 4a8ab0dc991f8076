"""Check that a folder's audio is found by the same rules in the command tag, in chapter A and as a data set."""

import os
from pathlib import Path

import pytest
import soundfile
from conftest import RATE, tone

from thesis_lib import audio
from thesis_lib.cli import tag
from thesis_lib.datasets import folder
from thesis_lib.protocols.musicnn import pieces


@pytest.fixture
def home(tmp_path):
    """Five classes of five clips among much that is no audio or belongs to no listener."""
    home = tmp_path / "music"
    for label in ("plain", "UPPER", "in.wav", "deep/er", "linked"):
        place = tmp_path / "elsewhere" if label == "linked" else home / label
        place.mkdir(parents=True)
        for number, suffix in enumerate(("wav", "flac", "ogg", "aifc", "snd")):
            name = f"{number}.{suffix.upper() if label == 'UPPER' else suffix}"
            soundfile.write(
                place / name, tone(440, seed=number), RATE, format={"aifc": "AIFF", "snd": "AU"}.get(suffix)
            )
    (home / "linked").symlink_to(tmp_path / "elsewhere")
    (home / "plain" / "again.wav").symlink_to(home / "in.wav" / "0.wav")
    (home / "deep" / "round").symlink_to(home)  # a folder that contains itself
    (home / "plain" / "._0.wav").write_bytes(b"\0\5\x16\7")
    (home / ".Trashes").mkdir()
    (home / ".Trashes" / "9.wav").touch()
    (home / "plain" / ".hidden").mkdir()
    (home / "plain" / ".hidden" / "9.wav").touch()
    (home / "plain" / "folder.mp3").mkdir()
    (home / "plain" / "notes.txt").touch()
    (home / "plain" / "raw.raw").touch()
    os.mkfifo(home / "plain" / "pipe.wav")
    return home


def everywhere(home):
    """Return what each of the three finds, relative to the folder."""
    found = [audio.audio_files(home), [path for path, _ in tag._files((home,))]]
    found += [[clip.path for clip in pieces._own(home)], [clip.path for clip in folder.clips(home)]]
    return [[path.relative_to(home).as_posix() for path in paths] for paths in found]


def test_all_find_the_same_files(home):
    suffixes = ("wav", "flac", "ogg", "aifc", "snd")
    expected = {
        f"{label}/{i}.{s}" for label in ("plain", "in.wav", "deep/er", "linked") for i, s in enumerate(suffixes)
    }
    expected |= {f"UPPER/{i}.{s.upper()}" for i, s in enumerate(suffixes)} | {"plain/again.wav"}
    for found in everywhere(home):
        assert set(found) == expected and len(found) == len(expected)
    for path in audio.audio_files(home):
        assert len(audio.load(path, RATE)) == RATE


@pytest.mark.parametrize("suffix", ["m4a", "aac", "wma", "webm", "M4A"])
def test_audio_that_cannot_be_read_is_named_with_how_to_convert_it(home, suffix):
    path = home / "plain" / f"song.{suffix}"
    path.write_bytes(b"\0\0\0\x20ftypM4A " + bytes(100))
    said = rf"song\.{suffix}.*is in a format that cannot be read \({suffix.lower()}\); convert it: ffmpeg -i"
    with pytest.raises(ValueError, match=said):
        folder.clips(home)
    assert path in [found for found, _ in tag._files((home,))] and path in [clip.path for clip in pieces._own(home)]
    with pytest.raises(audio.AudioError, match=said):
        audio.load(path, RATE)


def test_a_link_to_a_file_that_is_gone_is_named(home):
    (home / "plain" / "gone.wav").symlink_to("nowhere.wav")
    assert all("plain/gone.wav" in found for found in everywhere(home))
    with pytest.raises(audio.AudioError, match=r"gone\.wav does not exist"):
        audio.load(home / "plain" / "gone.wav", RATE)


def test_names_are_sorted_by_their_parts(tmp_path):
    for name in ("b.wav", "a/z.wav", "a b/y.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert audio.audio_files(tmp_path) == sorted(Path(tmp_path, name) for name in ("b.wav", "a/z.wav", "a b/y.wav"))
