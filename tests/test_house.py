"""Check the structure of the project: rooms whose imports point down, and what naming a chapter takes."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "thesis_lib"
# From the bottom up: a room imports rooms of lower floors only.
FLOORS = (
    {"files", "classifiers"},
    {"audio"},
    {"datasets", "models"},
    {"features", "pretrained", "records"},
    {"protocols"},
    {"pages", "cli"},
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def imports():
    """The pairs of rooms (importing, imported) of the library."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        module = path.relative_to(ROOT).with_suffix("").parts
        if len(module) < 3 and path.name == "__init__.py":
            continue
        package = module[:-1] if path.name != "__init__.py" else module[:-1]
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.level:
                base = package[: len(package) - node.level + 1]
                target = (*base, *(node.module.split(".") if node.module else ()))
                names = [(*target, alias.name) for alias in node.names]
                found |= {(module[1], name[1]) for name in names if len(name) > 1}
    return {(one, other) for one, other in found if one != other and other in FLOOR}


def test_every_module_is_in_a_room():
    loose = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "files"}
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert not loose and rooms | {"files"} == set(FLOOR)


def test_imports_point_down():
    upward = {(one, other) for one, other in imports() if FLOOR[other] >= FLOOR[one]}
    assert not upward
    assert len(FLOOR) <= 14 and len(FLOORS) <= 7 and len(imports()) <= 45


def test_a_wrong_parameter_is_found_without_libraries_that_take_seconds():
    script = "import sys; from thesis_lib.protocols.chapter import chapter_of; chapter_of('D1'); print([*sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    modules = {name.partition(".")[0] for name in ast.literal_eval(done.stdout)}
    assert not {"keras", "tensorflow", "pandas", "librosa", "papermill"} & modules


def test_the_command_starts_without_libraries_that_take_seconds():
    script = "import sys; from thesis_lib.cli.main import main; print([*sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    modules = ast.literal_eval(done.stdout)
    assert not {"numpy", "scipy", "pandas", "keras", "tensorflow", "librosa", "sklearn", "papermill"} & set(modules)


NOTEBOOK = """from thesis_lib import features
from thesis_lib.datasets import loading
from thesis_lib.pages.throwaway import sizes
from thesis_lib.protocols.throwaway import counting
from thesis_lib.records.run import Run
---
dataset = "folder"  # data set
data_home = ""  # folder of the data set
data_name = ""  # name of the data in the records
sounds = ""  # kind of sound
seed = 0  # random seed
most = 3  # largest number to count to
output = ""  # folder for the records
---
card = loading.card(dataset, data_home, data_name=data_name, sounds=sounds)
clips = loading.load(dataset, data_home, seed=seed)
described = {"dataset": card.name, "scale": "smoke", "seed": seed, "most": most}
run = Run(output or "runs/08_throwaway", "08_throwaway", described, features.fingerprint(clips))
for rows in counting.evaluate(clips, most=most, done=run.has):
    run.add(rows)
sizes.sentence(run.finish())
"""
FILES = {
    "thesis_lib/protocols/throwaway/__init__.py": '"""Count."""\n',
    "thesis_lib/protocols/throwaway/chapter.py": '''"""Limit the parameters."""
from ..chapter import Chapter
from ..parameters import Number, data

CHAPTER = Chapter(notebooks="08", numeral="IV", parameters=data("IV") | {"most": Number(1, 9)}, examples={"8": "-p most=2"})
''',
    "thesis_lib/protocols/throwaway/counting.py": '''"""Count."""
def evaluate(clips, *, most, done):
    for n in range(most):
        if not done(system=str(n)):
            yield [{"system": str(n), "metric": "clips", "value": len(clips) * n}]
''',
    "thesis_lib/pages/throwaway/__init__.py": '"""Show."""\n',
    "thesis_lib/pages/throwaway/sizes.py": '''"""Show."""
def sentence(records):
    return f"counted to {records['value'].max()}"
''',
}  # fmt: skip


@pytest.fixture
def with_chapter(tmp_path):
    """A copy of the project to which a chapter was added: a notebook, two packages and a line of the contents."""
    for name in ("book", "notebooks", "data", "thesis_lib", "workflow"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    sources = NOTEBOOK.split("---\n")
    cells = [
        {"cell_type": "code", "execution_count": None, "id": f"c{i}", "outputs": [], "source": source,
         "metadata": {"tags": ["parameters"]} if "most = 3" in source else {}}
        for i, source in enumerate(sources)
    ]  # fmt: skip
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    book = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "notebooks" / "08_throwaway.ipynb").write_text(json.dumps(book))
    toc = yaml.safe_load((tmp_path / "_toc.yml").read_text())
    toc["parts"][0]["chapters"].append({"file": "notebooks/08_throwaway"})
    (tmp_path / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False))
    return tmp_path


def run(project, *command):
    environment = os.environ | {"PYTHONPATH": str(project)}
    return subprocess.run([sys.executable, *command], cwd=project, env=environment, capture_output=True, text=True)


def test_a_new_chapter_is_found_checked_run_shown_and_built(with_chapter, audio_folder):
    thesis = ("-m", "thesis_lib.cli")
    help_text = run(with_chapter, *thesis, "run", "8", "--help").stdout
    assert "most" in help_text and "1 to 9; default 3" in help_text and "thesis run 8 -p most=2" in help_text
    wrong = run(with_chapter, *thesis, "run", "8", "-p", "mots=2")
    assert wrong.returncode == 2 and "Did you mean most?" in wrong.stderr
    given = ("-p", f"data_home={audio_folder}", "-p", "most=4", "-o", str(with_chapter / "out"))
    done = run(with_chapter, *thesis, "run", "throwaway", *given)
    assert done.returncode == 0, done.stderr
    assert "counted to 36" in (with_chapter / "out" / "08_throwaway.html").read_text()
    records = [json.loads(line) for line in (with_chapter / "out" / "records.jsonl").read_text().splitlines()]
    assert [record["value"] for record in records] == [0, 12, 24, 36] and records[0]["dataset"] == "audio"
    assert run(with_chapter, "-m", "thesis_lib.cli.tables", "tables").returncode == 0
    assert "| `most` | largest number to count to | 1 to 9 | `3` |" in (with_chapter / "tables" / "8.md").read_text()
    plan = ("-m", "snakemake", "book", "--snakefile", "workflow/Snakefile", "-n", "--config", "most=2", "seed=1")
    planned = run(with_chapter, *plan, "--cores", "1", "-p").stdout
    assert re.search(r"thesis run 08_throwaway -p (seed=1 -p most=2|most=2 -p seed=1)", planned)


def test_an_installed_wheel_runs_a_chapter_from_any_folder(tmp_path):
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    source = tmp_path / "source"
    shutil.copytree(
        ROOT, source, ignore=shutil.ignore_patterns(".venv", "build", "runs", ".git", "tests", "__pycache__")
    )
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", tmp_path, source], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", tmp_path / "installed", wheel], check=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "installed")}

    def thesis(*words):
        command = [sys.executable, "-P", "-m", "thesis_lib.cli", *words]
        return subprocess.run(command, cwd=elsewhere, env=environment, capture_output=True, text=True)

    assert "frame_level_many" in thesis("models").stdout
    where = [sys.executable, "-P", "-c", "from thesis_lib.files import ROOT; print(ROOT)"]
    root = subprocess.run(where, cwd=elsewhere, env=environment, capture_output=True, text=True).stdout.strip()
    assert root == str(tmp_path / "installed" / "thesis_lib" / "project")
    small = ("-p", "scale=smoke", "-p", "architectures=temporal", "-p", "classifiers=svm", "-o", "out")
    done = thesis("run", "4", *small)
    assert done.returncode == 0, done.stderr
    assert (elsewhere / "out" / "records.jsonl").exists() and (elsewhere / "out" / "04_non_trained.html").exists()
    provenance = json.loads((elsewhere / "out" / "provenance.json").read_text())
    assert provenance["starts"][0]["commit"] is None
    assert thesis("run", "6w", "-o", "advice").returncode == 0  # reads kept records
