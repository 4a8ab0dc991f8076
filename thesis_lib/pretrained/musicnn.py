"""Load the released musicnn models into Keras.

The weights are those of the package `musicnn` 0.1.0 (Pons & Serra, ISMIR 2019 late-breaking; ISC licence). pip
downloads its wheel without its dependencies. The wheel is verified and read once, and the converted Keras weights are
kept in the cache. Nothing is unpickled, and none of the package's code is run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from ..files import cache_dir, expanded, is_sealed, sha256
from ..models import ARCHITECTURES, build
from .conversion import load, save
from .released import RELEASED

if TYPE_CHECKING:
    import keras

VERSION = "0.1.0"
WHEEL = f"musicnn-{VERSION}-py3-none-any.whl"
SHA256 = "f38a4890c648c1ddbb141c5d96d2b0a8cfcd36746002d896989f7b88beb65cfa"
CHECKPOINT = (".index", ".data-00000-of-00001")


_NORM, _CONV = ("gamma", "beta", "moving_mean", "moving_variance"), ("kernel", "bias")
# Layer here -> variable in the checkpoint, whose layers are numbered in the order of their creation.
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
    """Load a released model. The first call fetches and converts its weights.

    Args:
        model: a key of `RELEASED`.
        source: the wheel of musicnn, or a folder with the checkpoint's files; $THESIS_MUSICNN by default. Without
            either, the wheel is downloaded.

    Returns:
        A model from patches (B, 187, 96) of log10(10000 x + 1) of the mel power to the probabilities of `TAGS`.

    Raises:
        ValueError: the model is unknown, or the wheel or checkpoint is not the published one.
        OSError: the weights cannot be downloaded, or the cache cannot be written.
    """
    built = _build(model)
    load(built, weights_file(model, source=source))
    built.trainable = False
    return built


def weights_file(model: str = "MTT_musicnn", *, source: Path | str | None = None) -> Path:
    """Return the file with a released model's Keras weights; the first call fetches and converts them.

    Arguments and errors are those of `load_musicnn`.
    """
    built = _build(model)
    weights = cache_dir() / "pretrained" / f"musicnn-{VERSION}-{model}.npz"
    if not is_sealed(weights):
        with tempfile.TemporaryDirectory() as scratch:
            _assign(built, _checkpoint(model, source or os.environ.get("THESIS_MUSICNN"), Path(scratch)))
        save(built, weights)
    return weights


def _build(model: str) -> keras.Model:
    if model not in RELEASED:
        raise ValueError(f"model must be one of {', '.join(RELEASED)}; got model={model!r}.")
    released = RELEASED[model]
    return build(released.architecture, **ARCHITECTURES[released.architecture].sizes[released.size].knobs)


def _checkpoint(model: str, source: Path | str | None, scratch: Path) -> Path:
    """Return the folder with a model's checkpoint, found in a folder or extracted from a wheel."""
    if source and expanded(source).is_dir():
        folder = expanded(source)
        for place in (folder, folder / model, folder / "musicnn" / model):
            if all((place / name).is_file() for name in CHECKPOINT):
                return place
        wheel = folder / WHEEL
        if not wheel.is_file():
            raise ValueError(
                f"{folder} contains neither {WHEEL} nor the checkpoint of {model} ({', '.join(CHECKPOINT)})."
            )
    elif not RELEASED[model].in_package:
        raise ValueError(
            f"{model} is not in the published package; get its checkpoint folder from the repository jordipons/musicnn "
            "and give it as source or in THESIS_MUSICNN."
        )
    else:
        wheel = expanded(source) if source else _download(scratch)
    if not wheel.is_file():
        raise ValueError(f"{wheel} does not exist; give the wheel {WHEEL} or a folder with the checkpoint.")
    if sha256(wheel) != SHA256:
        raise ValueError(f"{wheel} is not the published {WHEEL} (its SHA-256 differs); download it again.")
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name in CHECKPOINT:
                (scratch / name).write_bytes(archive.read(f"musicnn/{model}/{name}"))
    except OSError as error:
        raise OSError(f"{wheel} cannot be unpacked in {scratch} ({error.strerror}); free some space there.") from error
    return scratch


def _download(scratch: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
               "--disable-pip-version-check", "--dest", str(scratch), f"musicnn=={VERSION}"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise OSError(
            f"musicnn's weights cannot be downloaded (pip: {done.stderr.strip().splitlines()[-1:]}); connect to the "
            f"network once, or set THESIS_MUSICNN to the path of {WHEEL}."
        )
    return scratch / WHEEL


def _assign(model: keras.Model, checkpoint: Path) -> None:
    """Copy the variables of a TensorFlow checkpoint into the layers."""
    import tensorflow as tf  # imported only here: only TensorFlow reads its checkpoints

    reader = tf.compat.v1.train.NewCheckpointReader(f"{checkpoint}/")
    for name, variable in (_MUSICNN if model.name == "musicnn" else _VGG).items():
        layer = model.get_layer(name)
        kinds = _NORM if "norm" in variable else _CONV
        values = [reader.get_tensor(f"{variable}/{kind}") for kind in kinds]
        # The checkpoint's mid-end has kernels (7, W, 1, C) on a one-channel image, equal to (7, W, C) along time.
        layer.set_weights([value.reshape(weight.shape) for value, weight in zip(values, layer.weights, strict=True)])
