"""Check records: complete, resumed, never mixed, and traceable."""

import json

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
    assert (tmp_path / "records-damaged.jsonl").exists()


@pytest.mark.parametrize("change", [{"seed": 1}, {"dataset": "other"}, {"n_features": 7}])
def test_records_of_another_run_are_set_aside_not_mixed(tmp_path, change):
    first = start(tmp_path)
    first.add([ROW])
    other = start(tmp_path, **change)
    assert other.records == []
    assert (tmp_path / f"records-{first.run_id}.jsonl").exists()
    assert (tmp_path / f"provenance-{first.run_id}.json").exists()


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
