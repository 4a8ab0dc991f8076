"""Check what names a run and a store, and that kept records can be renamed without losing anything."""

import json
import shutil
import subprocess

import numpy as np
import pytest

from thesis_lib import files
from thesis_lib.models import settings
from thesis_lib.protocols.non_trained import extraction
from thesis_lib.records import rename, run

PARAMETERS = {"dataset": "folder", "scale": "smoke", "seed": 0, "counts": [1, 5]}
ROWS = [{"system": "vgg", "metric": "accuracy", "value": value} for value in (0.5, 0.25)]
OTHER = {"device": "gpu", "backend": "jax", "floatx": "float16", "policy": "mixed_bfloat16"}


def test_a_runs_id_names_device_backend_and_types(tmp_path, monkeypatch):
    ids = {run.Run(tmp_path, "04", PARAMETERS, "data").run_id}
    for key, value in OTHER.items():
        monkeypatch.setattr(run, "_computation", lambda key=key, value=value: settings.computation() | {key: value})
        ids.add(run.Run(tmp_path, "04", PARAMETERS, "data").run_id)
    assert len(ids) == 1 + len(OTHER)
    assert run.Run(tmp_path, "04", PARAMETERS | {"precision": "float32"}, "data").run_id not in ids


def test_stored_features_of_another_device_are_not_reused(monkeypatch):
    def folder():
        return extraction._random_cnn("vgg", "clips", 2, n_features=28, seed=0, seconds=1.0).store._folder

    here = folder()
    assert folder() == here
    for key, value in OTHER.items():
        monkeypatch.setattr(extraction, "computation", lambda key=key, value=value: {key: value})
        assert folder() != here


def test_what_shows_does_not_name_the_code_and_what_computes_does(tmp_path):
    package = tmp_path / "thesis_lib"
    shutil.copytree(files.PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    before = run.code_fingerprint(package)
    assert before == run.code_fingerprint()
    for name in ("pages/boxes.py", "cli/run.py", "records/claims.py"):
        path = package / name
        path.write_text(path.read_text().replace('"""', '"""Changed: ', 1))
        assert run.code_fingerprint(package) == before
    path = package / "protocols" / "selection.py"
    path.write_text(path.read_text() + "# changed\n")
    assert run.code_fingerprint(package) != before


def test_a_copy_inside_another_projects_checkout_has_no_commit(tmp_path):
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "another project"], check=True)
    (tmp_path / "copy").mkdir()
    assert run._commit(tmp_path / "copy") == {"commit": None, "dirty": None}
    found = run._commit(tmp_path)
    assert len(found["commit"]) == 40 and found["dirty"] is False
    (tmp_path / "tracked").write_text("a")
    subprocess.run([*git, "add", "tracked"], check=True)
    assert run._commit(tmp_path)["dirty"] is True


def test_renamed_records_keep_their_values_and_note_the_change(tmp_path):
    made = run.Run(tmp_path, "04", PARAMETERS, "data")
    made.add(ROWS)
    made.finish()
    before, facts = run.load(tmp_path)
    rename.rename(tmp_path, "ESC-10", "events")
    after, changed = run.load(tmp_path)
    assert set(after["dataset"]) == {"ESC-10"}
    assert after.drop(columns="dataset").equals(before.drop(columns="dataset"))
    assert changed["parameters"] == facts["parameters"] | {"dataset": "ESC-10", "sounds": "events"}
    assert changed["changes"] == ["records.rename: dataset 'folder' -> 'ESC-10', sounds None -> 'events'"]
    assert {key: value for key, value in changed.items() if key not in ("parameters", "changes", "records")} == {
        key: value for key, value in facts.items() if key not in ("parameters", "records")
    }
    text = (tmp_path / "provenance.json").read_text()
    rename.rename(tmp_path, "ESC-10", "events")
    assert (tmp_path / "provenance.json").read_text() == text


@pytest.mark.parametrize("folder", sorted((files.ROOT / "data" / "results").glob("0*")), ids=lambda path: path.name)
def test_kept_records_name_their_data_and_its_kind(folder):
    records, provenance = run.load(folder)
    assert provenance["parameters"]["sounds"] in ("rhythm", "genre", "instruments", "singing", "events")
    (name,) = set(records["dataset"])
    assert name == provenance["parameters"]["dataset"] and name not in ("folder", "table")
    assert np.isfinite(records["value"]).all() and json.dumps(provenance)
