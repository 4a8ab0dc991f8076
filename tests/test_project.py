"""Check that the project's own files agree with each other."""

import re
import tomllib
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import yaml
from packaging.requirements import Requirement

from thesis_lib.classifiers import CLASSIFIERS, LABELS
from thesis_lib.cli import parameters
from thesis_lib.datasets import DATASETS, Card
from thesis_lib.models import ARCHITECTURES, of_chapter
from thesis_lib.protocols import parameters as kinds
from thesis_lib.protocols.chapter import chapter_of
from thesis_lib.protocols.data import separation
from thesis_lib.protocols.few_data import evaluation as few_data
from thesis_lib.protocols.few_data import preparation
from thesis_lib.protocols.few_data.systems import SYSTEMS
from thesis_lib.protocols.non_trained import evaluation, sizes, trained
from thesis_lib.records import published

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = (ROOT / "requirements.lock").read_text()


def locked():
    """Requirements of the lock by name: a name may stand there twice, for different platforms."""
    by_name = {}
    for line in LOCK.splitlines():
        if line and not line.startswith((" ", "#")):
            requirement = Requirement(line.rstrip("\\ "))
            by_name.setdefault(requirement.name.lower().replace("_", "-"), []).append(requirement)
    return by_name


def declared():
    extras = PROJECT["project"]["optional-dependencies"].values()
    return [
        Requirement(text) for text in [*PROJECT["project"]["dependencies"], *(t for extra in extras for t in extra)]
    ]


@pytest.mark.parametrize("requirement", declared(), ids=lambda requirement: requirement.name)
def test_the_lock_has_what_pyproject_asks_for(requirement):
    versions = {str(found.specifier) for found in locked()[requirement.name.lower().replace("_", "-")]}
    assert versions == {str(requirement.specifier)}


def test_the_lock_is_exact_hashed_and_without_addresses():
    blocks = re.split(r"\n(?=\S)", LOCK.strip())
    assert len(blocks) > 100
    assert all("==" in block.splitlines()[0] and "--hash=sha256:" in block for block in blocks)
    assert "://" not in LOCK
    assert "pyaudio" not in locked()


def test_the_conda_environment_takes_the_lock():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    pip = next(item["pip"] for item in environment["dependencies"] if isinstance(item, dict))
    assert pip == ["-r requirements.lock"]
    python = next(item for item in environment["dependencies"] if str(item).startswith("python"))
    assert python.split("=")[1] in PROJECT["project"]["requires-python"]
    tensorflow = next(r for r in declared() if r.name == "tensorflow")
    assert f"tensorflow[and-cuda]{tensorflow.specifier}" in (ROOT / "environment.yml").read_text()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_have_no_outputs_one_parameters_cell_and_short_cells(path):
    book = nbformat.read(path, as_version=4)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert sum("parameters" in cell.metadata.get("tags", ()) for cell in code) == 1
    assert all(
        len(cell.source.splitlines()) <= 12 for cell in code if "parameters" not in cell.metadata.get("tags", ())
    )
    assert parameters.declared(path)


def test_the_toc_names_every_notebook():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    files = {chapter["file"] for part in toc["parts"] for chapter in part["chapters"]}
    assert {f"notebooks/{path.stem}" for path in NOTEBOOKS} <= files


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_parameter_says_what_it_sets(path):
    assert all(declared.help for declared in parameters.declared(path).values())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_defaults_are_allowed(path):
    for name, declared in parameters.declared(path).items():
        if not isinstance(declared.kind, kinds.Place):
            declared.kind.check(name, declared.default)


def test_every_kind_belongs_to_a_parameter_of_its_chapter():
    named = {}
    for path in NOTEBOOKS:
        named.setdefault(chapter_of(path.stem).notebooks, set()).update(parameters.declared(path))
    for path in NOTEBOOKS:
        chapter = chapter_of(path.stem)
        assert set(chapter.parameters) == named[chapter.notebooks]


def test_scales_classifiers_and_families_are_named_alike():
    for table in (evaluation.SCALES, few_data.SCALES, trained.LENGTHS):
        assert tuple(table) == kinds.SCALES
    assert tuple(separation.SIZES) == chapter_of("D1_dances").parameters["scale"].names
    assert set(CLASSIFIERS) == set(LABELS)
    assert {system.family for system in SYSTEMS.values()} == set(preparation.FAMILIES)
    assert all(system.network is None or ARCHITECTURES[system.network].fast for system in SYSTEMS.values())


@pytest.mark.parametrize("name", DATASETS)
def test_every_dataset_has_a_card_under_its_name(name):
    card = DATASETS[name].CARD
    assert isinstance(card, Card) and card.name == name
    assert all(getattr(card, field) for field in ("title", "task", "proxy_for", "cannot_show", "licence", "source"))


def test_published_numbers_carry_their_source():
    table = published.published()
    assert len(table) > 140
    assert table["source"].notna().all() and pd.to_numeric(table["value"]).notna().all()
    assert set(table["status"].str.split(",").str[0]) == {"read", "read from figure", "second-hand"}
    assert not table.duplicated(["system", "dataset", "model", "metric"]).any()
    assert not table["status"].str.contains("params|measured").any(), "own counts and measurements are elsewhere"
    doubted = table[table["value"] == 34.92]
    assert len(doubted) == 2 and doubted["status"].str.contains("doubtful").all()


def test_counted_parameters_are_those_of_the_published_ones_rounded():
    """Published counts cut, round or leave out normalisations; chapter VI's slides round up to one digit."""
    table = published.published().dropna(subset=["params", "params_counted"])
    loose = table["system"] == "few data ICASSP2019"
    assert (abs(table["params"] / table["params_counted"] - 1)[~loose] < 0.03).all()
    assert (abs(table["params"] / table["params_counted"] - 1)[loose] < 0.35).all()


@pytest.mark.parametrize("of", published.parameters().items(), ids=lambda item: str(item[0]))
def test_published_parameters_are_of_the_sizes_built(of):
    (name, size), stated = of
    assert abs(stated / ARCHITECTURES[name].sizes[size].n_params - 1) < 0.35


def test_published_numbers_of_chapter_iv_are_complete():
    rows = published.random_cnns()
    counts = rows.groupby("dataset").size()
    # nine front-ends with two classifiers and the baseline; UrbanSound8K without the temporal front-end
    assert counts["GTZAN"] == 19 and counts["ExtendedBallroom"] == 19 and counts["UrbanSound8K"] == 17
    best = rows.query("dataset == 'ExtendedBallroom' and classifier == 'svm' and system != 'mfcc'")
    assert best.loc[best["value"].idxmax(), "system"] == "temporal"


@pytest.mark.parametrize("name", of_chapter("IV"))
def test_widths_follow_the_number_of_features(name):
    large = ARCHITECTURES[name].sizes["large"]
    assert sizes.knobs(name, 3500, 1376)["width"] == large.knobs["width"]
    assert sizes.knobs(name, large.n_outputs, 1376)["width"] == large.knobs["width"]


def test_the_readme_points_at_what_is_there():
    text = (ROOT / "README.md").read_text()
    targets = [target for target in re.findall(r"\]\(([^)#]+)", text) if "://" not in target]
    assert len(targets) >= 5
    assert [target for target in targets if not (ROOT / target).exists()] == []
    assert "@" not in text
