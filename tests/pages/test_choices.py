"""Run every page's cells, with synthetic records, for each single legal choice of each parameter."""

import ast
import itertools
import json

import matplotlib.pyplot as plt
import numpy as np
import pytest
import soundfile
from conftest import RATE, tone

from thesis_lib import features
from thesis_lib.cli import chapters, parameters
from thesis_lib.datasets import Clip, loading
from thesis_lib.models import of_chapter
from thesis_lib.pages import drawings, networks, players
from thesis_lib.protocols import parameters as kinds
from thesis_lib.protocols.data import separation
from thesis_lib.protocols.few_data import embedding
from thesis_lib.protocols.few_data import evaluation as few_data
from thesis_lib.protocols.non_trained import evaluation, trained
from thesis_lib.protocols.non_trained.systems import BASELINE

PAGES = {chapters.number(path): path for path in chapters.all_notebooks()}
FOLDS = (1, 2, 3, 4, 5)


def choices(number):
    """Each single legal choice of each parameter of a page, beside its defaults."""
    yield {}
    for name, declared in parameters.declared(PAGES[number]).items():
        kind = declared.kind
        if isinstance(kind, (kinds.OneOf, kinds.DataSet, kinds.SomeOf)):
            values = [value for value in kind.names if value != declared.default]
        elif isinstance(kind, kinds.Switch):
            values = [not declared.default]
        elif isinstance(kind, kinds.Counts):
            values = ["1", "2,5"]
        elif isinstance(kind, kinds.Number):
            values = [kind.low, declared.default + 1]
        else:
            values = []
        yield from ({name: value} for value in values)


def cases(*numbers):
    return [
        pytest.param(number, choice, id="-".join([number, *(f"{k}={v}" for k, v in choice.items())]))
        for number in numbers
        for choice in choices(number)
    ]


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """Ten clips of two classes in five folds."""
    home = tmp_path_factory.mktemp("audio")
    for index in range(10):
        soundfile.write(home / f"{index}.wav", tone(300 + 200 * (index % 2), 0.5, seed=index), RATE)
    return [Clip(home / f"{i}.wav", (("high", "low")[i % 2],), FOLDS[i // 2], split=None) for i in range(10)]


def scores(systems, classifiers, protocols, seeds, counts=(None,), folds=FOLDS):
    rng = np.random.default_rng(0)
    for system, kind, seed, n in itertools.product(systems, classifiers, seeds, counts):
        yield [
            {"system": system, "classifier": kind, "protocol": protocol, "seed": seed, "fold": fold, "n_per_class": n,
             "train_size": 8, "metric": "accuracy", "value": float(rng.random()), "n_params": 7, "seconds": 0.1}
            for protocol in protocols
            for fold in folds
        ]  # fmt: skip


@pytest.fixture(autouse=True)
def synthetic(monkeypatch, clips):
    """Replace what loads audio and what computes by what returns at once."""

    def random_features(_, *, architectures, classifiers, seed, draws, **others):
        seeds = range(seed, seed + draws)
        yield from scores([*architectures, BASELINE], classifiers, ("best_of_grid", "nested"), seeds)

    def few(_, *, systems, counts, seed, draws, **others):
        yield from scores(systems, (None,), ("few clips",), range(seed, seed + draws), counts)

    def training(_, *, architectures, seed, draws, **others):
        protocols = ("random", "random, validation", "trained, validation", "trained")
        for number, name in itertools.product(range(draws), architectures):
            yield from scores([name], (None,), protocols, (seed + number,), folds=FOLDS[number : number + 1])

    def separate(_, *, tags, **others):
        for name in separation.LABELS:
            for metric in ("ROC-AUC", "PR-AUC") if tags else ("accuracy",):
                yield from (
                    [row | {"metric": metric} for row in rows] for rows in scores([name], (None,), ("s",), (0,))
                )

    monkeypatch.setattr(evaluation, "evaluate", random_features)
    monkeypatch.setattr(few_data, "evaluate", few)
    monkeypatch.setattr(trained, "evaluate", training)
    monkeypatch.setattr(separation, "evaluate", separate)
    monkeypatch.setattr(loading, "load", lambda *args, **sizes: list(clips))
    monkeypatch.setattr(features, "fingerprint", lambda clips: "synthetic")
    for name in ("players", "waveforms", "spectrograms"):  # the same for every choice; test_players draws them
        monkeypatch.setattr(players, name, lambda *args, **others: "")
    monkeypatch.setattr(networks, "layers", lambda name: ARCHITECTURE_TABLES.append(name))
    if not hasattr(drawings.first_filters, "cache_info"):
        pytest.fail("drawings.first_filters builds nine networks each time")
    plt.close("all")
    found = {when: np.random.default_rng(0).normal(size=(10, 10)) for when in ("before", "after")}
    names = {"prototypes": found["after"][:2], "labels": np.arange(10) % 2, "names": np.array(["high", "low"])}
    monkeypatch.setattr(embedding, "embedded", lambda *args, **others: found | names)


ARCHITECTURE_TABLES = []


def show(source, namespace):
    """Execute a cell and render its last expression, as a notebook does."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), namespace)
    if last is not None:
        shown = eval(compile(ast.Expression(last.value), "cell", "eval"), namespace)
        for way in ("_repr_html_", "_repr_markdown_"):
            getattr(shown, way, str)()


def execute(number, choice, tmp_path):
    namespace = {"__name__": "__main__"}
    for cell in json.loads(PAGES[number].read_text())["cells"]:
        if cell["cell_type"] == "code":
            show("".join(cell["source"]), namespace)
            if "parameters" in cell["metadata"].get("tags", ()):
                namespace |= choice | {"output": str(tmp_path / "run")}
    return namespace


@pytest.mark.parametrize(("number", "choice"), cases("4", "4t", "4g", "4r", "6", "6w"))
def test_a_chapter_is_shown_for_each_choice(number, choice, tmp_path):
    assert execute(number, choice, tmp_path)


@pytest.mark.parametrize(("number", "choice"), cases("D1", "D2", "D3", "D4"))
def test_a_page_on_the_data_is_shown_for_each_choice(number, choice, tmp_path, monkeypatch):
    from thesis_lib.datasets.rendered import instruments
    from thesis_lib.pages.data import plots

    monkeypatch.setattr(instruments, "clips", lambda **settings: [])
    for name in ("truths", "pitches"):  # draw facts of rendered clips, which these are not
        monkeypatch.setattr(plots, name, lambda *args, **others: None)
    assert execute(number, choice, tmp_path)


def test_the_choices_cover_what_the_command_line_allows():
    architectures = [c["architectures"] for c in choices("4") if "architectures" in c]
    assert architectures == list(of_chapter("IV"))
    assert {"classifiers": "knn"} in list(choices("4")) and {"measure": True} in list(choices("D3"))
