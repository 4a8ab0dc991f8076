"""Check tables of the reader's audio: labels, folds, splits, groups and errors."""

from collections import Counter

import pytest
import soundfile
from conftest import RATE, tone

from thesis_lib.datasets import table
from thesis_lib.datasets.splits import splits


@pytest.fixture
def home(tmp_path):
    """Twelve clips of a quarter of a second."""
    (tmp_path / "audio").mkdir()
    for index in range(12):
        soundfile.write(tmp_path / "audio" / f"{index:02d}.wav", tone(200 + 50 * index, 0.25), RATE)
    return tmp_path


def write(home, header, rows):
    path = home / "clips.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_folds_labels_and_groups_are_those_of_the_table(home):
    rows = [f"audio/{i:02d}.wav,{'ab'[i % 2]},{i % 3 + 1},g{i % 3}" for i in range(12)]
    clips = table.clips(write(home, "path,label,fold,group", rows))
    assert [clip.labels for clip in clips] == [("a",), ("b",)] * 6
    assert [clip.fold for clip in clips] == [1, 2, 3] * 4
    assert clips[4].group == "g1" and clips[4].path == home / "audio" / "04.wav"
    assert [split.fold for split in splits(clips)] == [1, 2, 3]


def test_several_labels_and_a_split(home):
    parts = ["train"] * 8 + ["validation"] * 2 + ["test"] * 2
    rows = [f"audio\\{i:02d}.wav,rock; loud;rock,{parts[i]}" if i else "audio/00.wav,jazz,train" for i in range(12)]
    clips = table.clips(write(home, "path,labels,split", rows))
    assert clips[0].labels == ("jazz",) and clips[1].labels == ("rock", "loud")
    (split,) = splits(clips)
    assert (len(split.train), len(split.validation), len(split.test)) == (8, 2, 2)


def test_an_absolute_path_and_a_byte_order_mark(home):
    path = write(home, "path,label,fold", [f"{home}/audio/{i:02d}.wav,{'ab'[i % 2]},{i % 3}" for i in range(12)])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(table.clips(path)) == 12


def test_drawn_folds_keep_groups_whole_and_classes_in_proportion(home):
    rows = [f"audio/{i:02d}.wav,{'ab'[i % 2]},g{i // 2 if i % 2 else i}" for i in range(12)]
    path = write(home, "path,label,group", rows)
    clips = table.clips(path, seed=1)
    assert clips == table.clips(path, seed=1)
    assert {clip.fold for clip in clips} == {1, 2, 3, 4, 5}
    sides = {(clip.group, clip.fold) for clip in clips}
    assert len(sides) == len({group for group, _ in sides})
    assert max(Counter(clip.fold for clip in clips).values()) <= 4
    assert [clip.fold for clip in table.clips(path, seed=2)] != [clip.fold for clip in clips]


@pytest.mark.parametrize("group", ["", ",group"])
def test_drawn_folds_of_several_labels(home, group):
    rows = [f"audio/{i:02d}.wav,x;{'ab'[i % 2]}{f',g{i // 2}' if group else ''}" for i in range(12)]
    clips = table.clips(write(home, "path,labels" + group, rows))
    assert {clip.fold for clip in clips} == {1, 2, 3, 4, 5}
    assert not group or all(a.fold == b.fold for a, b in zip(clips[::2], clips[1::2], strict=True))


GOOD = [f"audio/{i:02d}.wav,{'ab'[i % 2]},{i % 3}" for i in range(12)]


@pytest.mark.parametrize(
    ("header", "rows", "sentence"),
    [
        ("path,fold", ["audio/00.wav,1"], "columns path and either label, labels or onsets; got path, fold"),
        ("path,label,labels", ["audio/00.wav,1,2"], "either label, labels or onsets"),
        ("path,label,fold,split", [row + ",train" for row in GOOD], "fold or split, not both"),
        ("path,label,tempo", GOOD, "may have only the columns .*; got 'tempo'"),
        ("path,label,fold", [], "has a header but no rows"),
        ("path,label,fold", [*GOOD, "audio/11.wav,a"], "line 14: a row needs one field per column"),
        ("path,label,fold", [*GOOD, "audio/11.wav,,1"], "line 14: a path and a label"),
        ("path,label,fold", [*GOOD, "x.wav,a,one"], "line 14: fold must be an integer; got fold='one'"),
        ("path,label,split", [*GOOD], "line 2: split must be train, validation, test; got split='0'"),
        ("path,label,fold", [*GOOD, GOOD[3]], "lists audio/03.wav twice"),
        ("path,label,fold", [*GOOD, "audio/77.wav,a,1"], "77.wav, which does not exist .one of 1 missing of 13"),
        ("path,label,fold", [row.replace(",b,", ",a,") for row in GOOD], "only one label"),
        ("path,label,fold", [*GOOD[::2], GOOD[1]], "class 'b' has 1 clips; at least 3"),
        ("path,label", [row[: row.rindex(",")] for row in GOOD[:8]], "class 'a' has 4 clips; at least 5"),
        ("path,label,group", [row[:-1] + "g" for row in GOOD], "need at least as many groups; got 1"),
        ("path,label,fold,group", [row + ",g" for row in GOOD], "group 'g' is in several"),
        ("path,label,split", [row[:-1] + "train" for row in GOOD], "to train on and clips to test on; got train"),
        ("path,onsets", ["audio/00.wav,0.5;0.2"], "line 2: onsets must be from 0 s and each later than the one before"),
        ("path,onsets", ["audio/00.wav,0.5;0.5"], "line 2: onsets must be from 0 s and each later than the one before"),
        ("path,onsets", ["audio/00.wav,-0.1;0.5"], "line 2: onsets must be from 0 s"),
        ("path,onsets", ["audio/00.wav,0.1;x"], "line 2: onsets must be numbers separated by ;, got '0.1;x'"),
        ("path,onsets", ["audio/00.wav,nan"], "line 2: onsets must be numbers"),
        ("path,onsets", ["audio/00.wav,"], "line 2: a path and a label, or onsets, are required"),
        ("path,onsets,durations", ["audio/00.wav,0.1;0.5,1"], "as many as onsets; got 1 for 2"),
        ("path,onsets,durations", ["audio/00.wav,0.1;0.5,1;0"], "durations must be above 0"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_one_sentence(home, header, rows, sentence):
    with pytest.raises(ValueError, match=sentence) as error:
        table.clips(write(home, header, rows))
    assert "\n" not in str(error.value)


def test_a_table_that_is_not_there_or_no_table(tmp_path):
    with pytest.raises(ValueError, match="data_home=FILE"):
        table.clips()
    for path in (tmp_path / "no.csv", tmp_path):
        with pytest.raises(ValueError, match="cannot be read as a table"):
            table.clips(path)
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00path")
    with pytest.raises(ValueError, match="UTF-8"):
        table.clips(tmp_path / "binary.csv")


SPLIT = ["train"] * 8 + ["validation"] * 2 + ["test"] * 2


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ("path,label,fold", lambda i: f"{'cab'[1 + i % 2 if i < 9 else 0]},{i % 3 if i < 9 else 2}", "class 'c' are in fold 2;"),
        ("path,label,fold", lambda i: f"{'ab'[i // 6]},{i // 6}", "class 'a' are in fold 0;"),
        ("path,label,group", lambda i: f"{'abcdef'[i // 2]},g{i // 2}", "class 'a' has 2 clips"),
        ("path,label,group", lambda i: f"{'ab'[i % 2]},{'all' if i % 2 else i}", r"class 'b' are in fold \d, because they are one group \('all'\)"),
        ("path,label,split", lambda i: f"{'abc'[2 if i == 11 else i % 2]},{SPLIT[i]}", "class 'c' is not in the training part, only in test"),
        ("path,label,split", lambda i: f"{'abc'[2 if i == 8 else i % 2]},{SPLIT[i]}", "class 'c' is not in the training part, only in validation"),
    ],
)  # fmt: skip
def test_a_class_that_cannot_be_learnt_is_named_before_the_run(home, header, row, said):
    path = write(home, header, [f"audio/{i:02d}.wav,{row(i)}" for i in range(12)])
    with pytest.raises(ValueError, match=said) as error:
        table.clips(path)
    assert str(error.value).startswith(str(path)) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    "again", ["./audio/00.wav", "audio//00.wav", "audio/../audio/00.wav", "linked/00.wav", "{home}/audio/00.wav"]
)
def test_one_file_written_in_two_ways_is_named(home, again):
    (home / "linked").symlink_to(home / "audio")
    again = again.format(home=home)
    rows = [f"audio/{i:02d}.wav,{'ab'[i % 2]},{i % 3}" for i in range(12)] + [f"{again},a,1"]
    with pytest.raises(ValueError, match="lists one file as audio/00.wav and as") as error:
        table.clips(write(home, "path,label,fold", rows))
    assert again in str(error.value)


def test_labels_and_files_that_look_alike_are_named(home):
    for header, form in (("path,label,fold", "{label},{fold}"), ("path,labels,split", "x;{label},{split}")):
        labels = ["caf\u00e9", "cafe\u0301"]
        rows = [f"audio/{i:02d}.wav," + form.format(label=labels[i % 2], fold=i % 3, split=SPLIT[i]) for i in range(12)]
        with pytest.raises(ValueError, match=r"has two labels that look alike, .*\(caf\\xe9\) and \(cafe\\u0301\)"):
            table.clips(write(home, header, rows))
    for name in ("\u00e9.wav", "e\u0301.wav"):
        (home / "audio" / name).write_bytes((home / "audio" / "00.wav").read_bytes())
    rows = [f"audio/{i:02d}.wav,{'ab'[i % 2]},{i % 3}" for i in range(12)]
    with pytest.raises(ValueError, match="has two paths that look alike"):
        table.clips(write(home, "path,label,fold", [*rows, "audio/\u00e9.wav,a,1", "audio/e\u0301.wav,a,2"]))


@pytest.mark.parametrize("path", ["/dev/zero", "~nosuchuser/clips.csv", "x" * 300 + ".csv"])
def test_what_is_no_file_is_no_table(path):
    with pytest.raises(ValueError, match="cannot be read as a table"):
        table.clips(path)


def test_phrases_with_onsets_and_a_score_get_folds(home):
    rows = [f"audio/{k:02}.wav,{0.1 * k};2.5,1;2" for k in range(11)] + ["audio/11.wav,0;1.5;1.75,"]
    found = table.clips(write(home, "path,onsets,durations", rows))
    assert found[3].onsets == (pytest.approx(0.3), 2.5) and found[3].durations == (1.0, 2.0)
    assert found[11].onsets == (0.0, 1.5, 1.75) and found[11].durations == () and found[0].labels == ()
    assert {clip.fold for clip in found} == {1, 2, 3, 4, 5}
