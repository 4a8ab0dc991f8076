"""Check predictions per clip: read as they were added, resumed with their records, and never mixed."""

from pathlib import Path

import numpy as np
import pytest

from thesis_lib.datasets import Clip
from thesis_lib.records import predictions, run

PARAMETERS = {"dataset": "table", "scale": "smoke", "seed": 0}
ROW = {"system": "vgg", "protocol": "nested", "classifier": "svm", "metric": "accuracy", "value": 0.5, "seed": 3}
CLIPS = [
    Clip(Path("/home/me/set") / f"{label}/{k}.wav", (label,), fold=k % 2 + 1, group=group)
    for label, group in (("b", "g1"), ("a", None))
    for k in range(4)
]


def start(folder, clips=CLIPS, **changes):
    return run.Run(folder, "04_non_trained", PARAMETERS | changes, "data", clips)


def add(made, fold, predicted):
    tested = np.flatnonzero([clip.fold == fold for clip in CLIPS])
    made.add([ROW | {"fold": fold, "predicted": (tested, np.array(predicted))}])


def read(folder):
    return predictions.load(folder, run.load(folder)[0])


def test_they_are_read_as_they_were_added(tmp_path):
    made = start(tmp_path)
    add(made, 2, list("abab"))
    add(made, 1, list("bbaa"))
    made.finish()
    found = read(tmp_path)
    assert list(found["clip"]) == [
        "b/1.wav",
        "b/3.wav",
        "a/1.wav",
        "a/3.wav",
        "b/0.wav",
        "b/2.wav",
        "a/0.wav",
        "a/2.wav",
    ]
    assert list(found["fold"]) == [2] * 4 + [1] * 4 and set(found["seed"]) == {3} and set(found["system"]) == {"vgg"}
    assert "".join(found["predicted"]) == "ababbbaa" and "".join(found["label"]) == "bbaabbaa"
    assert list(found["hit"]) == [False, True, True, False, True, True, True, True]
    assert list(found["group"][:3]) == ["g1", "g1", "a/1.wav"], "a clip without a group is its own"


def test_no_path_of_the_machine_is_kept(tmp_path):
    made = start(tmp_path)
    add(made, 1, list("bbaa"))
    assert b"home" not in (tmp_path / predictions.FILE).read_bytes()
    with np.load(tmp_path / predictions.FILE) as file:
        assert not any("home" in name for name in file["clips"])


def test_a_stopped_run_goes_on_with_its_predictions(tmp_path):
    add(start(tmp_path), 1, list("bbaa"))
    again = start(tmp_path)
    assert again.has(fold=1)
    add(again, 2, list("aaaa"))
    again.finish()
    assert "".join(read(tmp_path)["predicted"]) == "bbaaaaaa"


def test_predictions_that_a_killed_run_wrote_without_their_record_are_dropped(tmp_path):
    made = start(tmp_path)
    add(made, 1, list("bbaa"))
    before = {path: path.read_text() for path in (tmp_path / "records.jsonl", tmp_path / "provenance.json")}
    add(made, 2, list("bbbb"))
    for path, text in before.items():  # killed after the predictions were written
        path.write_text(text)
    again = start(tmp_path)
    add(again, 2, list("aaaa"))
    again.finish()
    assert "".join(read(tmp_path)["predicted"]) == "bbaaaaaa"


@pytest.mark.parametrize("damage", ["missing", "truncated"])
def test_records_without_their_predictions_are_set_aside(tmp_path, damage):
    add(start(tmp_path), 1, list("bbaa"))
    file = tmp_path / predictions.FILE
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-40])
    assert start(tmp_path).records == []
    assert (tmp_path / "damaged" / "records.jsonl").exists()


def test_a_run_without_predictions_says_so(tmp_path):
    made = start(tmp_path, clips=None)
    made.add([ROW])
    made.finish()
    with pytest.raises(ValueError, match="contains no predictions.npz"):
        read(tmp_path)


def test_records_that_predict_no_label_have_no_rows(tmp_path):
    made = start(tmp_path)
    made.add([ROW | {"fold": 1}])
    add(made, 2, list("abab"))
    made.finish()
    assert set(read(tmp_path)["fold"]) == {2}
