"""Check the page that compares random with trained weights: who is undertrained, and the verdicts."""

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from thesis_lib.models import of_chapter
from thesis_lib.pages.non_trained import proxy
from thesis_lib.protocols.non_trained.systems import LABELS
from thesis_lib.protocols.non_trained.training import CHECK

SYSTEMS = of_chapter("IV")


def run(random, trained, *, reach=0.9, dataset="noises", systems=SYSTEMS, draws=2):
    """Records of front-ends with given test accuracies; on validation clips, random is 0.5 and trained reaches `reach`."""
    rows = []
    for system, at_random, when_trained in zip(systems, random, trained, strict=True):
        top = reach.get(system, 0.9) if isinstance(reach, dict) else reach
        for seed in range(draws):
            off = 0.01 if seed else -0.01
            scores = [("random, validation", 0.5), ("random", at_random + off)]
            scores += [("trained, validation", value) for value in (0.1, top, top, top - 0.1)]
            scores += [("trained", when_trained + off)]
            rows += [
                {"system": system, "seed": seed, "fold": 1 + seed, "classifier": None, "protocol": protocol}
                | {"value": value, "n_params": 7, "n_per_class": None}
                for protocol, value in scores
            ]
    return pd.DataFrame(rows), {"parameters": {"dataset": dataset, "sounds": "events"}}


ASCENDING = np.linspace(0.2, 0.6, 9)


def test_random_and_trained_stand_side_by_side():
    records, _ = run([0.4, 0.5], [0.6, 0.3], systems=["vgg", "temporal"])
    table = proxy.both_ways(records)
    assert list(table.index) == ["vgg", "temporal"]
    assert table.loc["vgg"].tolist() == pytest.approx([50, 90, 40, 60, 2 * CHECK, 7])
    assert table.loc["temporal", "test"].tolist() == pytest.approx([50, 30])


def test_a_curve_is_in_points_above_the_random_features_of_its_draw():
    records, _ = run([0.4], [0.6], systems=["vgg"])
    records.loc[(records["seed"] == 1) & (records["protocol"] == "random, validation"), "value"] = 0.7
    curves = proxy.curves(records).set_index(["seed", "epoch"])["above"]
    assert curves.loc[0].to_dict() == pytest.approx({5: -40, 10: 40, 15: 40, 20: 30})
    assert curves.loc[1].to_dict() == pytest.approx({5: -60, 10: 20, 15: 20, 20: 10})


def test_front_ends_below_their_random_features_are_undertrained_and_prevent_a_verdict():
    records, provenance = run(ASCENDING, ASCENDING, reach={"temporal": 0.4, "vgg": 0.5})
    assert proxy.undertrained(records) == ["temporal"], "equal is enough"
    words = proxy.in_words([(records, provenance)])
    assert "no verdict" in words and "Temporal (1 of 9)" in words and "tau" not in words
    html = proxy.table(records).to_html()
    assert "Temporal †" in html and "VGG †" not in html
    marks = proxy.accuracies([(records, provenance)]).axes[0].lines[:9]
    hollow = [mark.get_label() for mark in marks if mark.get_fillstyle() == "none"]
    assert hollow == ["Temporal"]


def test_the_verdict_is_that_of_kendalls_test():
    mixed_up = ASCENDING[[0, 2, 1, 4, 3, 8, 5, 6, 7]]
    expected = scipy.stats.kendalltau(ASCENDING, mixed_up, alternative="greater")
    words = proxy.in_words([run(ASCENDING, mixed_up)])
    assert expected.pvalue < 0.05 and f"({expected.statistic:+.2f}, p = {expected.pvalue:.3f})" in words
    assert "<b>is above zero</b>" in words and "Mean" not in words
    words = proxy.in_words([run(ASCENDING, mixed_up), run(ASCENDING, ASCENDING[::-1], dataset="others")])
    assert "<li>others: Kendall's tau <b>is not shown to be above zero</b> (-1.00" in words
    assert "Mean of the 2 data sets: Kendall's tau <b>is not shown" in words
    assert f"{LABELS[SYSTEMS[-1]]} is the best at random" in words


@pytest.mark.parametrize(("random", "systems", "said"), [
    ([0.2, 0.3, 0.4, 0.5], SYSTEMS[:4], "4 front-ends are too few"), ([0.3] * 9, SYSTEMS, "equally accurate"),
])  # fmt: skip
def test_too_little_to_rank_has_no_verdict(random, systems, said):
    words = proxy.in_words([run(random, random, systems=systems)])
    assert said in words and "no verdict" in words


def test_figures_show_every_front_end_and_data_set():
    runs = [run(ASCENDING, ASCENDING, dataset=name) for name in ("one", "two", "three")]
    figure = proxy.accuracies(runs)
    assert [axis.get_title() for axis in figure.axes if axis.get_visible()] == ["one", "two", "three"]
    points = [[float(v[0]) for v in line.get_data()] for line in figure.axes[1].lines[:9]]
    np.testing.assert_allclose(points, np.column_stack([100 * ASCENDING] * 2))
    figure = proxy.learning_curves(runs)
    assert [axis.get_title() for axis in figure.axes] == [LABELS[name] for name in SYSTEMS]
    assert all(len(axis.lines) == 1 + 3 * 2 for axis in figure.axes), "zero, and a line per set and draw"
    assert [text.get_text() for text in figure.legends[0].texts] == ["one", "two", "three"]


def test_claims_about_undertrained_front_ends_are_left_out():
    trained = dict(zip(SYSTEMS, ASCENDING, strict=True)) | {"7x86": 0.7, "7x96": 0.3}
    name, verdicts = proxy.judged(*run(ASCENDING, trained.values(), draws=4))
    assert name == "noises" and verdicts.set_index("id").loc["IV.3", ["verdict", "difference"]].tolist() == [
        "holds", pytest.approx(40),
    ]  # fmt: skip
    _, fewer = proxy.judged(*run(ASCENDING, trained.values(), draws=4, reach={"7x96": 0.1}))
    assert set(verdicts["id"]) - set(fewer["id"]) == {"IV.3", "IV.5"}
