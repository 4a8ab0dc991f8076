"""Check folders of the reader's audio: classes, folds and errors."""

import shutil
from collections import Counter

import pytest
import soundfile
from conftest import RATE, tone

from thesis_lib.datasets import folder


def fill(home, counts, prefix=""):
    for label, count in counts.items():
        (home / label).mkdir(parents=True, exist_ok=True)
        for index in range(count):
            soundfile.write(home / label / f"{prefix}{index}.wav", tone(200, 0.3), RATE)
    return home


def test_folds_of_file_names(audio_folder):
    clips = folder.clips(audio_folder)
    assert Counter(clip.fold for clip in clips) == {1: 4, 2: 4, 3: 4}
    assert all(clip.path.name.startswith(f"{clip.fold}-") for clip in clips)
    assert {clip.label for clip in clips} == {"low", "high"}


def test_folds_of_a_table_come_first(audio_folder):
    names = sorted(path.relative_to(audio_folder).as_posix() for path in audio_folder.glob("*/*"))
    rows = "".join(f"{name},{10 + index % 4}\n" for index, name in enumerate(names))
    (audio_folder / "folds.csv").write_text("file,fold\n" + rows)
    assert [clip.fold for clip in folder.clips(audio_folder)] == [10 + index % 4 for index in range(12)]


def test_drawn_folds_are_stratified_and_follow_the_seed(tmp_path):
    home = fill(tmp_path / "home", {"a": 10, "b": 15})
    clips = folder.clips(home, seed=3)
    assert Counter((clip.label, clip.fold) for clip in clips) == {
        **{("a", fold): 2 for fold in range(1, 6)},
        **{("b", fold): 3 for fold in range(1, 6)},
    }
    assert folder.clips(home, seed=3) == clips
    assert folder.clips(home, seed=4) != clips


def test_other_files_and_hidden_ones_are_passed_over(audio_folder):
    (audio_folder / "low" / "notes.txt").write_text("no audio")
    (audio_folder / "low" / ".hidden.wav").touch()
    (audio_folder / "low" / ".old").mkdir()
    (audio_folder / "low" / ".old" / "1-0.wav").touch()
    shutil.copytree(audio_folder / "low", audio_folder / ".trash")
    assert len(folder.clips(audio_folder)) == 12


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ({}, "contains no audio"),
        ({"a": 9}, r"only one class \(a\)"),
        ({"a": 9, "b": 4}, "class 'b' has 4 clips, fewer than the 5 folds"),
    ],
)
def test_a_folder_that_cannot_be_used(tmp_path, counts, sentence):
    home = fill(tmp_path, counts)
    with pytest.raises(ValueError, match=sentence):
        folder.clips(home)


def test_fewer_clips_than_given_folds(audio_folder):
    for index in range(1, 6):
        (audio_folder / "low" / f"{index % 3 + 1}-{index}.wav").unlink()
    with pytest.raises(ValueError, match="class 'low' has 1 clips, fewer than the 3 folds"):
        folder.clips(audio_folder)


def test_a_class_in_two_folds_only(audio_folder):
    for index in (2, 5):
        path = audio_folder / "low" / f"3-{index}.wav"
        path.rename(path.with_name(f"1-{index}.wav"))
    with pytest.raises(ValueError, match="class 'low' must be in at least 3 folds; it is in 2"):
        folder.clips(audio_folder)


def test_no_folder(tmp_path):
    with pytest.raises(ValueError, match="give it as data_home=FOLDER"):
        folder.clips(None)
    with pytest.raises(ValueError, match="got data_home="):
        folder.clips(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("name,number\nlow/1-0.wav,1\n", "must have the columns file and fold"),
        ("file,fold\nlow/1-0.wav,first\n", "every fold must be an integer; see the row of low/1-0.wav"),
        ("file,fold\nlow/1-0.wav,1\n", "gives no fold for high/1-0.wav"),
        ("", "must have the columns file and fold; got none"),
        ("file,fold\nlow/1-0.wav,1\nlow\\1-0.wav,2\n", "lists low/1-0.wav twice"),
        ("file,fold\nlow/1-0.wav,\n", "every fold must be an integer"),
    ],
)
def test_a_table_of_folds_that_cannot_be_used(audio_folder, table, sentence):
    (audio_folder / "folds.csv").write_text(table)
    with pytest.raises(ValueError, match=sentence):
        folder.clips(audio_folder)


def test_esc10_has_its_official_folds(shared):
    clips = folder.clips(shared / "ESC-10")
    assert Counter(clip.fold for clip in clips) == {fold: 80 for fold in range(1, 6)}
    assert set(Counter(clip.label for clip in clips).values()) == {40}


def test_a_table_from_windows(audio_folder):
    names = [f"{label}\\{fold}-{index}.wav" for label in ("low", "high") for fold, index in
             ((1, 0), (2, 1), (3, 2), (1, 3), (2, 4), (3, 5))]  # fmt: skip
    text = "file,fold\r\n" + "".join(f"{name},{1 + i % 3}\r\n" for i, name in enumerate(names))
    (audio_folder / "folds.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert Counter(clip.fold for clip in folder.clips(audio_folder)) == {1: 4, 2: 4, 3: 4}


@pytest.mark.parametrize("content", [b"\xff\xfef\x00i\x00", None])
def test_a_table_that_is_no_text(audio_folder, content):
    if content is None:
        (audio_folder / "folds.csv").mkdir()
    else:
        (audio_folder / "folds.csv").write_bytes(content)
    with pytest.raises(ValueError, match=r"folds.csv cannot be read as a table in UTF-8"):
        folder.clips(audio_folder)


def test_audio_of_a_kind_that_is_not_read_is_said(audio_folder):
    (audio_folder / "low" / "song.m4a").touch()
    with pytest.raises(
        ValueError, match=r"song.m4a \(one of 1\) is in a format that cannot be read \(m4a\); convert it: ffmpeg"
    ):
        folder.clips(audio_folder)


def test_names_of_all_kinds(tmp_path):
    home = fill(tmp_path / "a b", {"ça va": 5, "it's <b>": 5, "UPPER": 3})
    for index in (3, 4):
        soundfile.write(home / "UPPER" / f"{index}.WAV", tone(200, 0.3), RATE, format="WAV")
    assert {clip.label for clip in folder.clips(home)} == {"ça va", "it's <b>", "UPPER"}


def test_classes_that_look_alike_are_named(audio_folder):
    (audio_folder / "low").rename(audio_folder / "caf\u00e9")
    (audio_folder / "high").rename(audio_folder / "cafe\u0301")
    with pytest.raises(ValueError, match=r"two classes that look alike, .*\\u0301.*\\xe9"):
        folder.clips(audio_folder)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("fold,file\n1\n", "line 2: a row needs one field per column"),
        ("file,fold\na.wav,1,2\n", "line 2: a row needs one field per column"),
        ("file,fold\n" + "a" * 200_000 + ",1\n", r"cannot be read as a table in UTF-8 \(field larger than field limit"),
    ],
    ids=["short", "long", "huge"],
)
def test_a_row_of_folds_that_cannot_be_read_is_one_sentence(audio_folder, table, sentence):
    (audio_folder / "folds.csv").write_text(table)
    with pytest.raises(ValueError, match=sentence):
        folder.clips(audio_folder)
