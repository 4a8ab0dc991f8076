"""Check that names of files, classes and data sets are shown as text on pages and in figures."""

import re
import shutil
import subprocess

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest

from thesis_lib.cli import chapters
from thesis_lib.datasets.clip import Clip
from thesis_lib.pages import boxes, players, style
from thesis_lib.pages.few_data import curves
from thesis_lib.pages.musicnn import tables, taggrams
from thesis_lib.pretrained.tagger import Tagged
from thesis_lib.pretrained.tags import MTT

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next((found for name in BROWSERS if (found := shutil.which(name))), None)
HOSTILE = ("<img src=x onerror=alert(1)>", "$x^$", "_hidden", "F**k {You} %s \\frac", "<script>alert(1)</script>")


@pytest.fixture(autouse=True)
def styled():
    style.style()


def drawn(figure):
    """Draw a figure, which parses its texts; return them."""
    figure.canvas.draw()
    texts = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    for axis in figure.axes:
        texts += [axis.get_title(loc="left"), *(text.get_text() for text in axis.get_yticklabels())]
        texts += [text.get_text() for text in axis.get_legend().get_texts()] if axis.get_legend() else []
    return {text.strip() for text in texts}


def test_tables_escape_cells_and_names():
    rows = [
        {"dataset": name, "system": system, "metric": name, "value": 0.5}
        for name in HOSTILE
        for system in ("MTT_musicnn", "MSD_musicnn")
    ]
    html = tables.side_by_side(pd.DataFrame(rows)).to_html()
    assert "<img" not in html and "<script" not in html and "&lt;img src=x onerror=alert(1)&gt;" in html
    html = boxes.across({name: verdict(name) for name in HOSTILE})
    assert "<img" not in html and "<script" not in html


def verdict(name):
    row = {"id": "IV.1", "claim": name, "classifier": name, "verdict": "holds", "against": "vgg", "difference": 1.0}
    return pd.DataFrame([row | {"low": 0.0, "high": 2.0}])


def test_figures_show_names_as_they_are(tmp_path, monkeypatch):
    clips = [Clip(None, (name,)) for name in HOSTILE]
    values = np.random.default_rng(0).normal(size=(5, 3, 200))
    tagged = [Tagged(np.zeros((3, 50)), MTT, {"penultimate": value}, np.arange(3.0)) for value in values]
    assert set(HOSTILE) <= drawn(taggrams.embedding_map(clips, tagged))
    labels = np.arange(20) % 5
    found = {"before": np.random.default_rng(0).normal(size=(20, 4)), "names": np.array(HOSTILE), "labels": labels}
    found |= {"after": found["before"], "prototypes": found["before"][:5]}
    assert set(HOSTILE) <= drawn(curves.embedding(found))
    monkeypatch.setattr(players.audio, "load", lambda *args, **others: np.ones(12_000, np.float32))
    assert set(HOSTILE) <= drawn(players.spectrograms(clips)) & drawn(players.waveforms(clips))


def test_figures_have_glyphs_for_chinese_japanese_and_korean_names():
    axis = plt.figure().add_subplot(title="ジャズ, 音楽.wav, 古典音樂, 流行音乐, 한국 음악")
    axis.figure.canvas.draw()  # matplotlib warns of a missing glyph, which is an error in tests


@pytest.mark.skipif(not BROWSER, reason=f"needs one of {', '.join(BROWSERS)}")
def test_names_on_a_page_do_not_run_in_a_browser(tmp_path):
    """A name that runs sets the title of the page. Tables escape it; if one did not, the page's policy would stop it."""
    name = """<img src="x" onerror="document.title='ran'">"""
    rows = [{"dataset": name, "system": kind, "metric": name, "value": 0.5} for kind in ("MTT_musicnn", "MSD_musicnn")]
    tables_of_it = tables.side_by_side(pd.DataFrame(rows)).to_html() + boxes.across({name: verdict(name)})

    def title(html, *, policy):
        output = nbformat.v4.new_output("display_data", {"text/html": html})
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("name", outputs=[output])])
        nbformat.write(notebook, tmp_path / "a.ipynb")
        chapters.page(tmp_path / "a.ipynb", tmp_path / "a.html")
        if not policy:
            text = (tmp_path / "a.html").read_text(encoding="utf-8").replace(chapters.POLICY, "")
            (tmp_path / "a.html").write_text(text, encoding="utf-8")
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=3000", "--dump-dom"]
        command = [BROWSER, *options, f"--user-data-dir={tmp_path / 'profile'}", (tmp_path / "a.html").as_uri()]
        page = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
        return re.search("<title>(.*?)</title>", page)[1]

    assert title(name, policy=False) == "ran"
    assert title(name, policy=True) != "ran"
    assert title(tables_of_it, policy=False) != "ran"
