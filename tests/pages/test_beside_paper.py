"""Check the comparison with the paper: its selection, its order and its numbers."""

import numpy as np
import pandas as pd
import pytest

from thesis_lib.models import of_chapter
from thesis_lib.pages.non_trained import beside_paper
from thesis_lib.records import published as paper
from thesis_lib.records.intervals import interval_over_draws


@pytest.fixture
def records():
    """Our accuracies are the paper's on GTZAN with the SVM, reversed in order with the ELM; three draws, two folds."""
    gtzan = (
        paper.random_cnns()
        .query("dataset == 'GTZAN' and system != 'mfcc'")
        .pivot(index="system", columns="classifier", values="value")
    )
    rows = [
        {"system": system, "classifier": kind, "protocol": protocol, "seed": seed, "fold": fold, "n_params": 1,
         "value": (value if kind == "svm" else 100 - value) / 100 + 0.01 * seed + (protocol == "best_of_grid") * 0.1}
        for system in of_chapter("IV")
        for kind, value in gtzan.loc[system].items()
        for protocol in ("nested", "best_of_grid")
        for seed in range(3)
        for fold in (1, 2)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_the_setting_is_chosen_as_the_paper_chose_it(records):
    on_gtzan, on_urban = (beside_paper.table(records, name)["SVM"] for name in ("GTZAN", "UrbanSound8K"))
    assert on_gtzan["here"].to_numpy() == pytest.approx(on_gtzan["paper"].to_numpy() + 1)  # the mean draw adds 0.01
    assert on_urban["here"].to_numpy() == pytest.approx(on_gtzan["here"].to_numpy() + 10)
    assert (on_gtzan["place in paper"] == on_gtzan["place here"]).all()
    assert on_gtzan["place in paper"].idxmin() == "VGG"
    assert np.isnan(on_urban.loc["Temporal", "paper"]), "the paper has no temporal front-end on UrbanSound8K"


def test_agreement_is_the_rank_correlation(records):
    assert beside_paper.agreement(records, "GTZAN") == (
        "SVM: rank correlation of 9 front-ends with the paper +1.00. "
        "ELM: rank correlation of 9 front-ends with the paper -1.00."
    )


def test_the_figure_has_the_papers_numbers_and_ours_with_intervals_over_draws(records):
    axis = beside_paper.figure(records, "GTZAN", here="here").axes[0]
    theirs, ours = axis.containers
    table = beside_paper.table(records, "GTZAN")["SVM"]
    np.testing.assert_allclose(theirs.lines[0].get_xdata().astype(float), table["paper"].astype(float))
    np.testing.assert_allclose(ours.lines[0].get_xdata().astype(float), table["here"].astype(float))
    first = records.query("system == 'vgg' and classifier == 'svm' and protocol == 'nested'")
    expected = 100 * np.array(interval_over_draws(first.groupby("seed")["value"].mean())[1:])
    np.testing.assert_allclose(np.sort(ours.lines[2][0].get_segments()[0][:, 0]), expected)
    assert [label.get_text() for label in axis.get_yticklabels()][0] == "VGG"


@pytest.mark.parametrize(
    ("sounds", "expected"),
    [("rhythm", "ExtendedBallroom"), ("genre", "GTZAN"), ("events", "UrbanSound8K"), ("", "UrbanSound8K")],
)
def test_what_a_data_set_is_set_beside(sounds, expected):
    assert beside_paper.paper_set(sounds) == expected
