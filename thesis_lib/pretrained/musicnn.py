"""Name of a published musicnn model in, the Keras model with its weights out.

The weights are those of the package `musicnn` 0.1.0 (Pons & Serra, ISMIR 2019 late-breaking; ISC licence). Its wheel is
downloaded by pip without what it depends on, checked, and read once; what is kept are Keras weights in the cache.
Nothing is unpickled and nothing of the package is run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..files import cache_dir, sha256
from ..models.musicnn import musicnn, vgg
from .conversion import save

if TYPE_CHECKING:
    import keras

VERSION = "0.1.0"
WHEEL = f"musicnn-{VERSION}-py3-none-any.whl"
SHA256 = "f38a4890c648c1ddbb141c5d96d2b0a8cfcd36746002d896989f7b88beb65cfa"
CHECKPOINT = (".index", ".data-00000-of-00001")
BIG = {"mid_width": 512, "dense_width": 500}


class Published(NamedTuple):
    """A published model: how it is built, what it was trained on, and the scores that its training log states.

    Attributes:
        build: an architecture.
        knobs: of the architecture.
        trained_on: the data set; its 50 tags are `TAGS[trained_on]`.
        roc_auc: area under the ROC curve, mean over tags, on the data set's test part.
        pr_auc: area under the precision-recall curve, likewise.
    """

    build: object
    knobs: dict
    trained_on: str
    roc_auc: float
    pr_auc: float


MODELS = {
    "MTT_musicnn": Published(musicnn, {}, "MTT", 0.90668, 0.38311),
    "MTT_vgg": Published(vgg, {}, "MTT", 0.90303, 0.38227),
    "MSD_musicnn": Published(musicnn, {}, "MSD", 0.88019, 0.28906),
    "MSD_vgg": Published(vgg, {}, "MSD", 0.87676, 0.28192),
    # in the repository only: the reader has to have its checkpoint folder
    "MSD_musicnn_big": Published(musicnn, BIG, "MSD", 0.88413, 0.30030),
}
_NORM, _CONV = ("gamma", "beta", "moving_mean", "moving_variance"), ("kernel", "bias")
# Layer here -> variable in the checkpoint, which numbers its layers in the order in which they were made.
_MUSICNN = dict(
    zip(
        ["timbral_1_conv", "timbral_2_conv", "temporal_128_conv", "temporal_64_conv", "temporal_32_conv",
         "mid_conv_1", "mid_conv_2", "mid_conv_3"],
        ["conv2d", *(f"conv2d_{number}" for number in range(1, 8))], strict=True,
    )
) | dict(
    zip(
        ["input_norm", "timbral_1_norm", "timbral_2_norm", "temporal_128_norm", "temporal_64_norm", "temporal_32_norm",
         "cnn1", "mid_norm_2", "mid_norm_3", "pool_norm", "penultimate"],
        ["batch_normalization", *(f"batch_normalization_{number}" for number in range(1, 11))], strict=True,
    )
) | {"dense": "dense", "taggram": "dense_1"}  # fmt: skip
_VGG = (
    {f"conv_{number}": f"{number}CNN" for number in range(1, 6)}
    | {"input_norm": "batch_normalization", "taggram": "dense"}
    | {f"norm_{number}": f"batch_normalization_{number}" for number in range(1, 6)}
)


def load_musicnn(model: str = "MTT_musicnn", *, source: Path | str | None = None) -> keras.Model:
    """Loads a published model; the first time, its weights are fetched and converted.

    Args:
        model: a key of `MODELS`.
        source: wheel of musicnn, or folder with the checkpoint's files, where they are here already; $THESIS_MUSICNN
            by default, and without that the wheel is downloaded.

    Returns:
        A model from patches (B, 187, 96) of log10(10000 x + 1) of the mel power to probabilities of `TAGS`.

    Raises:
        ValueError: an unknown model, or a wheel or checkpoint that is not the published one.
        OSError: there is no network, or the cache cannot be written.
    """
    if model not in MODELS:
        raise ValueError(f"model must be one of {', '.join(MODELS)}; got model={model!r}.")
    published = MODELS[model]
    built = published.build(**published.knobs)
    weights = cache_dir() / "pretrained" / f"musicnn-{VERSION}-{model}.weights.h5"
    if not weights.is_file():
        weights.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as scratch:
            _assign(built, _checkpoint(model, source or os.environ.get("THESIS_MUSICNN"), Path(scratch)))
        save(built, weights)
    built.load_weights(weights)
    built.trainable = False
    return built


def _checkpoint(model: str, source: Path | str | None, scratch: Path) -> Path:
    """The folder with a model's checkpoint, out of a folder or a wheel."""
    if source and Path(source).expanduser().is_dir():
        folder = Path(source).expanduser()
        for place in (folder, folder / model, folder / "musicnn" / model):
            if all((place / name).is_file() for name in CHECKPOINT):
                return place
        wheel = folder / WHEEL
        if not wheel.is_file():
            raise ValueError(f"{folder} holds neither {WHEEL} nor the checkpoint of {model} ({', '.join(CHECKPOINT)}).")
    elif model == "MSD_musicnn_big":
        raise ValueError(
            "MSD_musicnn_big is no part of the published package; get its checkpoint folder from the repository "
            "jordipons/musicnn and name it as source or in THESIS_MUSICNN."
        )
    else:
        wheel = Path(source).expanduser() if source else _download(scratch)
    if not wheel.is_file():
        raise ValueError(f"{wheel} does not exist; name the wheel {WHEEL} or a folder with the checkpoint.")
    if sha256(wheel) != SHA256:
        raise ValueError(f"{wheel} is not the published {WHEEL} (its SHA-256 is another one); download it again.")
    with zipfile.ZipFile(wheel) as archive:
        for name in CHECKPOINT:
            (scratch / name).write_bytes(archive.read(f"musicnn/{model}/{name}"))
    return scratch


def _download(scratch: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
               "--disable-pip-version-check", "--dest", str(scratch), f"musicnn=={VERSION}"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise OSError(
            f"musicnn's weights cannot be downloaded (pip: {done.stderr.strip().splitlines()[-1:]}); connect to the "
            f"network once, or put {WHEEL} somewhere and name it in THESIS_MUSICNN."
        )
    return scratch / WHEEL


def _assign(model: keras.Model, checkpoint: Path) -> None:
    """Copies a TensorFlow checkpoint's variables into the layers."""
    import tensorflow as tf  # nowhere else: only TensorFlow reads its checkpoints

    reader = tf.compat.v1.train.NewCheckpointReader(f"{checkpoint}/")
    for name, variable in (_MUSICNN if model.name == "musicnn" else _VGG).items():
        layer = model.get_layer(name)
        kinds = _NORM if "norm" in variable else _CONV
        values = [reader.get_tensor(f"{variable}/{kind}") for kind in kinds]
        # The mid-end's kernels are (7, W, 1, C) on an image one channel deep: the same as (7, W, C) along time.
        layer.set_weights([value.reshape(weight.shape) for value, weight in zip(values, layer.weights, strict=True)])
