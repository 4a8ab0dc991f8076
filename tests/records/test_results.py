"""Check records: complete, resumed, never mixed, and traceable."""

import itertools
import json
import subprocess
import sys

import pytest

from thesis_lib.records import run as results

PARAMETERS = {"dataset": "folder", "scale": "smoke", "seed": 0}
ROW = {"system": "vgg", "protocol": "nested", "classifier": "svm", "fold": 1, "metric": "accuracy", "value": 0.5}
# What others rely on: see the README, "Records".
FIELDS = {
    "run_id", "chapter", "system", "dataset", "protocol", "classifier", "scale", "seed", "fold", "n_per_class",
    "train_size", "metric", "value", "n_params", "seconds",
}  # fmt: skip


def start(folder, **changes):
    return results.Run(folder, "04_non_trained", PARAMETERS | changes, "data")


def lines(folder):
    return [json.loads(line) for line in (folder / "records.jsonl").read_text().splitlines()]


def test_a_record_is_one_flat_object_with_all_fields(tmp_path):
    run = start(tmp_path)
    run.add([ROW, ROW | {"fold": 2}])
    first, second = lines(tmp_path)
    assert set(first) == FIELDS
    assert first["n_per_class"] is None and first["scale"] == "smoke" and first["run_id"] == run.run_id
    assert second["fold"] == 2
    assert list(run.finish().columns) == list(results.FIELDS)


def test_an_unknown_field_is_an_error_and_nothing_is_written(tmp_path):
    run = start(tmp_path)
    with pytest.raises(ValueError, match="got colour"):
        run.add([ROW | {"colour": "red"}])
    assert not (tmp_path / "records.jsonl").exists()


def test_a_stopped_run_goes_on(tmp_path):
    start(tmp_path).add([ROW])
    again = start(tmp_path)
    assert again.has(system="vgg", classifier="svm")
    assert not again.has(system="vgg", classifier="elm")
    again.add([ROW | {"classifier": "elm"}])
    again.finish()
    assert [record["classifier"] for record in lines(tmp_path)] == ["svm", "elm"]
    assert [begun["records"] for begun in again.provenance["starts"]] == [1, 1]


def test_a_finished_run_that_is_started_again_keeps_its_provenance(tmp_path):
    run = start(tmp_path)
    run.add([ROW])
    run.finish()
    before = (tmp_path / "provenance.json").read_text()
    again = start(tmp_path)
    assert len(again.finish()) == 1
    assert (tmp_path / "provenance.json").read_text() == before


@pytest.mark.parametrize("name", ["records.jsonl", "provenance.json"])
def test_a_damaged_run_is_set_aside_and_made_again(tmp_path, name):
    run = start(tmp_path)
    run.add([ROW])
    (tmp_path / name).write_text((tmp_path / name).read_text()[:-20])
    with pytest.raises(ValueError, match="are damaged .*run the chapter again"):
        results.load(tmp_path)
    again = start(tmp_path)
    assert again.records == []
    again.add([ROW])
    assert len(lines(tmp_path)) == 1
    assert (tmp_path / "damaged" / name).exists()


@pytest.mark.parametrize("change", [{"seed": 1}, {"dataset": "other"}, {"n_features": 7}])
def test_records_of_another_run_are_set_aside_not_mixed(tmp_path, change):
    first = start(tmp_path)
    first.add([ROW])
    other = start(tmp_path, **change)
    assert other.records == []
    assert (tmp_path / first.run_id / "records.jsonl").exists()
    assert (tmp_path / first.run_id / "provenance.json").exists()


def test_other_data_and_other_code_are_another_run(tmp_path, monkeypatch):
    same = start(tmp_path / "a").run_id
    assert start(tmp_path / "b").run_id == same
    assert results.Run(tmp_path / "c", "04_non_trained", PARAMETERS, "other data").run_id != same
    monkeypatch.setattr(results, "code_fingerprint", lambda: "other code")
    assert start(tmp_path / "d").run_id != same


def test_provenance_says_what_made_the_records(tmp_path):
    run = start(tmp_path)
    run.add([ROW])
    facts = json.loads((tmp_path / "provenance.json").read_text())
    assert facts["end"] is None, "a run that was stopped must not look like a finished one"
    run.finish()
    facts = json.loads((tmp_path / "provenance.json").read_text())
    assert facts["parameters"] == PARAMETERS and facts["data_fingerprint"] == "data" and facts["end"]
    assert {"commit", "dirty", "device", "processor", "cores", "start", "seconds"} <= set(facts["starts"][0])
    assert {"python", "keras", "numpy", "backend"} <= set(facts["versions"])


def test_load_reads_what_a_finished_run_left(tmp_path):
    run = start(tmp_path)
    run.add([ROW])
    with pytest.raises(ValueError, match="has not ended; give its command again"):
        results.load(tmp_path)
    run.finish()
    records, facts = results.load(tmp_path)
    assert records.loc[0, "value"] == 0.5 and facts["run_id"] == run.run_id
    with pytest.raises(ValueError, match="contains no records.jsonl"):
        results.load(tmp_path / "nowhere")


def test_runs_that_take_turns_in_one_folder_lose_nothing(tmp_path):
    for turn, seed in itertools.product(range(3), (0, 1, 2)):
        run = start(tmp_path, seed=seed)
        assert len(run.records) == turn, "what was set aside is found again"
        run.add([ROW | {"fold": turn}])
        if turn == 2:
            assert len(run.finish()) == 3
    for seed in (0, 1, 2):
        again = start(tmp_path, seed=seed)
        assert len(again.finish()) == 3 and again.provenance["end"]
    assert sum(path.name == "records.jsonl" for path in tmp_path.rglob("*")) == 3


DAMAGE = {
    "a line less": lambda text: text[: text.rindex("{")],
    "a line twice": lambda text: text + text[text.rindex("{") :],
    "a line cut": lambda text: text[:-9],
    "another value": lambda text: text.replace("0.5", "0.7", 1),
    "lines exchanged": lambda text: "".join(reversed(text.splitlines(keepends=True))),
    "empty": lambda text: "",
    **{kind: lambda text, kind=kind: text + kind + "\n" for kind in ("null", "[1]", "{}", "[]", "1e999", "[" * 10_000)},
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_records_of_a_finished_run_are_refused_and_made_again(tmp_path, damage):
    run = start(tmp_path)
    run.add([ROW, ROW | {"fold": 2}])
    run.finish()
    before = (tmp_path / "records.jsonl").read_text()
    (tmp_path / "records.jsonl").write_text(DAMAGE[damage](before))
    with pytest.raises(ValueError, match=r"the records in .* are damaged \(.*\); run the chapter again") as error:
        results.load(tmp_path)
    assert "\n" not in str(error.value) and len(str(error.value)) < 400
    again = start(tmp_path)
    assert again.records == []
    again.add([ROW, ROW | {"fold": 2}])
    again.finish()
    assert (tmp_path / "records.jsonl").read_text() == before


@pytest.mark.parametrize("text", ["null", "[1]", "{}", "[]", "1", '{"run_id": 7}', "[" * 10_000, "\xff"])
def test_a_damaged_provenance_is_refused(tmp_path, text):
    run = start(tmp_path)
    run.add([ROW])
    run.finish()
    (tmp_path / "provenance.json").write_text(text, encoding="latin-1")
    with pytest.raises(ValueError, match="are damaged"):
        results.load(tmp_path)


def test_a_run_id_is_no_path(tmp_path):
    run = start(tmp_path / "run")
    run.add([ROW])
    path = tmp_path / "run" / "provenance.json"
    path.write_text(path.read_text().replace(run.run_id, "../../outside"))
    assert start(tmp_path / "run", seed=1).records == []
    assert (tmp_path / "run" / "damaged").is_dir() and {path.name for path in tmp_path.iterdir()} == {"run"}


def test_records_that_a_killed_run_had_not_sealed_are_kept(tmp_path):
    start(tmp_path).add([ROW])
    with (tmp_path / "records.jsonl").open("a") as file:  # a kill came between the two files
        file.write(json.dumps(lines(tmp_path)[0] | {"fold": 2}) + "\n")
    again = start(tmp_path)
    assert len(again.records) == 2 and again.has(fold=2)
    again.add([ROW | {"fold": 3}])
    assert [record["fold"] for record in lines(tmp_path)] == [1, 2, 3]
    assert [begun["records"] for begun in again.provenance["starts"]] == [2, 1]
    with (tmp_path / "records.jsonl").open("a") as file:
        file.write(json.dumps(lines(tmp_path)[0] | {"run_id": "another"}) + "\n")
    del again
    assert start(tmp_path).records == []


def test_two_processes_do_not_write_to_one_folder(tmp_path):
    run = start(tmp_path)
    other = f"""
import sys
sys.path.insert(0, {str(results.ROOT)!r})
from thesis_lib.records.run import Run
Run({str(tmp_path)!r}, "04_non_trained", {PARAMETERS!r}, "data")
"""
    refused = subprocess.run([sys.executable, "-c", other], capture_output=True, text=True)
    assert refused.returncode and "another process is writing to" in refused.stderr.splitlines()[-1]
    run.add([ROW])
    run.finish()
    assert subprocess.run([sys.executable, "-c", other], capture_output=True).returncode == 0
