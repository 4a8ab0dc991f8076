"""Check that musicnn equals the original on TensorFlow, on JAX and as ONNX.

`data/brahms.flac` is the start of a recording in the public domain, and `data/musicnn.json` what the published package
gave for it (Python 3.7, TensorFlow 1.15.5, NumPy 1.16.6, librosa 0.7.2).
"""

import json
import os
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from conftest import SHARED

from thesis_lib.models.fast.musicnn import folded
from thesis_lib.pretrained import musicnn as published

DATA = Path(__file__).resolve().parent.parent / "data"
NAMES = ("MTT_musicnn", "MTT_vgg", "MSD_musicnn", "MSD_vgg")
FEATURES = ("penultimate", "max_pool", "mean_pool", "pool5")
# Every model on every file; in a process of its own, since a backend is chosen once a process.
SCRIPT = """
import sys
import numpy as np
from thesis_lib.pretrained.tagger import Tagger
out, wheel, names, *files = sys.argv[1:]
values = {}
for name in names.split(","):
    tagger = Tagger(name, source=wheel, features=True)
    for file in files:
        tagged = tagger(file)
        outputs = {"taggram": tagged.taggram, **tagged.features}
        values |= {f"{file}|{name}|{feature}": value for feature, value in outputs.items()}
np.savez(out, **values)
"""


def close(got, expected, feature):
    """1e-5 for probabilities, 1e-4 of the feature's maximum for features."""
    atol = 1e-5 if feature == "taggram" else 1e-4 * np.abs(expected).max()
    np.testing.assert_allclose(np.reshape(got, expected.shape), expected, rtol=0, atol=atol)


@pytest.fixture(scope="module")
def references():
    """What the original gives, by file, model and feature: the project's own, and the long ones where they are."""
    own = json.loads((DATA / "musicnn.json").read_text())
    rows = {
        f"{DATA / 'brahms.flac'}|{name}|{feature}": np.array([values])
        for name, features in own.items()
        for feature, values in features.items()
    }
    folder = SHARED / "musicnn-reference"
    if folder.is_dir():
        with np.load(folder / "reference.npz") as file:
            for key in file.files:
                piece, *rest = key.split("|")
                if rest[-1] in ("taggram", *FEATURES):
                    rows["|".join([str(folder / f"{piece}.wav"), *rest])] = file[key]
    return rows


@pytest.fixture(scope="module", params=["tensorflow", "jax"])
def given(request, wheel, references, tmp_path_factory):
    """What we give, by file, model and feature."""
    if find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    home = tmp_path_factory.mktemp(request.param)
    files = list(dict.fromkeys(key.split("|")[0] for key in references))
    subprocess.run(
        [sys.executable, "-c", SCRIPT, str(home / "out.npz"), str(wheel), ",".join(NAMES), *files],
        env=os.environ | {"KERAS_BACKEND": request.param, "THESIS_CACHE": str(home)}, check=True, capture_output=True,
    )  # fmt: skip
    with np.load(home / "out.npz") as file:
        return dict(file)


@pytest.mark.parametrize("name", NAMES)
def test_taggrams_and_features_equal_the_originals(name, given, references):
    """Parent: the published package itself."""
    expected = {key: values for key, values in references.items() if key.split("|")[1] == name}
    assert len(expected) >= 2
    for key, values in expected.items():
        close(given[key], values, key.split("|")[2])


@pytest.mark.parametrize("name", NAMES[:3])
def test_a_model_equals_the_graph_that_its_checkpoint_carries(name, wheel, patches, tmp_path):
    """Parent: the TensorFlow 1 graph in the wheel, cut off at its output and run as it is."""
    tf = pytest.importorskip("tensorflow")
    with zipfile.ZipFile(wheel) as archive:
        graph_def = tf.compat.v1.MetaGraphDef.FromString(archive.read(f"musicnn/{name}/.meta")).graph_def
        for file in published.CHECKPOINT:
            (tmp_path / file).write_bytes(archive.read(f"musicnn/{name}/{file}"))
    part = tf.compat.v1.graph_util.extract_sub_graph(graph_def, ["model/Sigmoid"])
    for node in part.node:
        node.attr.pop("_output_shapes", None)
    reader = tf.compat.v1.train.NewCheckpointReader(f"{tmp_path}/")
    with tf.Graph().as_default() as graph:
        tf.compat.v1.import_graph_def(part, name="")
        feed = {"model/Placeholder:0": patches, "model/Placeholder_2:0": False}
        feed |= {f"{node.name}/read:0": reader.get_tensor(node.name) for node in part.node if node.op == "VariableV2"}
        with tf.compat.v1.Session(graph=graph) as session:
            expected = session.run("model/Sigmoid:0", feed)
    model = published.load_musicnn(name, source=wheel)
    np.testing.assert_allclose(model.predict(patches, verbose=0), expected, atol=1e-5)
    np.testing.assert_allclose(folded(model).predict(patches, verbose=0), expected, atol=1e-5)


@pytest.mark.filterwarnings("ignore:In the future `np.object`:FutureWarning")  # tf2onnx under NumPy 2
@pytest.mark.skipif(not all(map(find_spec, ("onnx", "tf2onnx", "onnxruntime"))), reason="ONNX is not installed")
@pytest.mark.parametrize("name", ["MTT_musicnn", "MSD_vgg"])
def test_the_exported_model_is_the_same_function(name, wheel, patches, tmp_path):
    import onnxruntime

    model = published.load_musicnn(name, source=wheel)
    exported = folded(model)
    exported(patches)  # Keras exports models that have been called
    exported.export(tmp_path / "model.onnx", format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    (output,) = session.run(None, {session.get_inputs()[0].name: patches})
    np.testing.assert_allclose(output, model.predict(patches, verbose=0), atol=1e-5)
