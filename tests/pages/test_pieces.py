"""Check the choice of example audio: the reader's, librosa's, or rendered."""

import numpy as np
import pytest
import soundfile
from conftest import RATE, tone

from thesis_lib.datasets.clip import Clip
from thesis_lib.models.musicnn import musicnn
from thesis_lib.pages.musicnn import tables as musicnn_tables
from thesis_lib.pages.musicnn import taggrams
from thesis_lib.pretrained.tagger import Tagged
from thesis_lib.pretrained.tags import MTT
from thesis_lib.protocols.musicnn import pieces


def test_the_readers_own_file_or_folder(tmp_path):
    for name in ("b.wav", "a.flac"):
        soundfile.write(tmp_path / name, tone(440), RATE)
    (tmp_path / "notes.txt").write_text("no audio")
    assert [clip.labels for clip in pieces.pieces(str(tmp_path))] == [("a",), ("b",)]
    assert [clip.path.name for clip in pieces.pieces(str(tmp_path / "b.wav"))] == ["b.wav"]
    with pytest.raises(ValueError, match="audio must be an audio file or a folder"):
        pieces.pieces(str(tmp_path / "c.wav"))


def test_librosas_pieces_where_they_are_and_rendered_ones_where_not(tmp_path, monkeypatch):
    monkeypatch.setenv("LIBROSA_DATA_DIR", str(tmp_path / "librosa"))
    rendered = pieces.pieces(at_most=3)
    assert len({clip.labels[0] for clip in rendered}) == 3 and all(clip.path.is_file() for clip in rendered)
    (tmp_path / "librosa").mkdir()
    soundfile.write(tmp_path / "librosa" / "Kevin_MacLeod_-_Vibe_Ace.ogg", tone(440), RATE)
    assert [clip.label for clip in pieces.pieces()] == ["Vibe Ace (Kevin MacLeod)"]


def tagged(patches, seed=0, feature="penultimate", shape=(200,)):
    rng = np.random.default_rng(seed)
    features = {feature: rng.normal(size=(patches, *shape))}
    return Tagged(rng.uniform(size=(patches, 50)), MTT, features, np.arange(patches) * 0.5)


def test_a_heat_map_shows_the_most_probable_tags_of_the_part_that_is_heard():
    said = tagged(20)
    axis = taggrams.heat_map(said, seconds=6.0).axes[0]
    mean = said.taggram[:7].mean(axis=0)  # patches that end within six seconds
    best = [MTT[tag] for tag in np.argsort(-mean)[: taggrams.SHOWN]]
    assert [label.get_text() for label in axis.get_yticklabels()] == best
    assert axis.images[0].get_array().shape == (taggrams.SHOWN, 7)
    assert taggrams.heat_map(tagged(1), seconds=3.0).axes[0].images[0].get_array().shape == (taggrams.SHOWN, 1)


def test_a_piece_is_heard_beside_its_heat_map(tmp_path):
    soundfile.write(tmp_path / "a.wav", tone(440, 4), RATE)
    html = taggrams.pages([Clip(tmp_path / "a.wav", ("<b>",))], [tagged(3)], seconds=4.0)
    assert "&lt;b&gt;" in html and "<b>" not in html and html.count("data:") == 2 and "alt=" in html


@pytest.mark.parametrize("feature", [{}, {"feature": "pool5", "shape": (2, 1, 128)}], ids=["musicnn", "vgg"])
def test_a_map_has_a_mark_a_patch(feature):
    clips = [Clip(None, ("a",)), Clip(None, ("b",))]
    axis = taggrams.embedding_map(clips, [tagged(9, **feature), tagged(8, seed=1, **feature)]).axes[0]
    assert len(axis.collections[0].get_offsets()) == 17


def test_the_steps_add_up_to_the_whole_model():
    model = musicnn()
    assert musicnn_tables.steps(model).data["parameters"].sum() == 787_159
    taggrams.filters(model, at_most=5)


def test_the_candidates_are_built_as_published():
    table = musicnn_tables.candidates().data
    assert len(table) == 9 and list(table["model"])[0] == "0 Dieleman"
    np.testing.assert_allclose(table["built"], table["stated"], rtol=0.025)  # the comments cut


def test_the_best_candidate_is_attention_and_not_the_released_one():
    """The table in the training code's comments: 90.77 and 38.61 against 90.69 and 38.44."""
    sentence = musicnn_tables.best_candidate()
    assert sentence.startswith("The best of the nine in both is 12 attention+positional (90.77 and 38.61 %)")
    assert sentence.endswith("11 dense+globalpool (musicnn), which was, has 90.69 and 38.44 %.")


def test_the_released_models_have_their_scores():
    table = musicnn_tables.released().data.set_index("model")
    assert table.loc["MSD_vgg", "trained on"] == "MSD" and table.loc["MTT_musicnn", "ROC-AUC %"] == 90.668
