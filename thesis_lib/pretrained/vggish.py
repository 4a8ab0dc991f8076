"""Load the official VGGish checkpoint into Keras.

Hershey et al., "CNN architectures for large-scale audio classification", ICASSP 2017; the checkpoint is released with
AudioSet (Apache 2.0). Nothing is unpickled: TensorFlow's own reader returns its variables by name, and the converted
Keras weights are kept in the cache.

Its authors publish no checksum, but they state the mean and deviation of the embeddings of a tone, which are checked
before the weights are kept. The SHA-256 of the checkpoint is stored next to them, and any other file is refused later.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..audio import vggish as vggish_input
from ..datasets.download import download
from ..files import cache_dir, expanded, is_sealed, sha256, write_text
from ..models import build
from .conversion import load, save

if TYPE_CHECKING:
    import keras

URL = "https://storage.googleapis.com/audioset/vggish_model.ckpt"
TONE_MEAN, TONE_DEVIATION, WITHIN = 0.000657, 0.343, 0.1  # embeddings of 3 s of a 1 kHz tone, as the authors state
# Layer here -> scope in the checkpoint
SCOPES = (
    {f"conv{stage}": f"conv{stage}" for stage in (1, 2)}
    | {f"conv{stage}_{number}": f"conv{stage}/conv{stage}_{number}" for stage in (3, 4) for number in (1, 2)}
    | {"fc1_1": "fc1/fc1_1", "fc1_2": "fc1/fc1_2", "embedding": "fc2"}
)


def load_vggish(*, source: Path | str | None = None) -> keras.Model:
    """Load VGGish. The first call reads or fetches its checkpoint (277 MB) and converts it.

    Args:
        source: the file vggish_model.ckpt; $THESIS_VGGISH by default. Without either, it is downloaded.

    Returns:
        A model from patches (B, 96, 64) of `audio.vggish.patches` to embeddings (B, 128) before any activation.

    Raises:
        ValueError: the checkpoint cannot be downloaded, or is not the official one or not the one converted before.
        OSError: the cache cannot be written.
    """
    built = build("vggish")
    load(built, weights_file(source=source))
    built.trainable = False
    return built


def weights_file(*, source: Path | str | None = None) -> Path:
    """Return the file with VGGish's Keras weights; the first call converts the checkpoint.

    Arguments and errors are those of `load_vggish`.
    """
    weights, source = cache_dir() / "pretrained" / "vggish.npz", source or os.environ.get("THESIS_VGGISH")
    converted_from = weights.with_name("vggish_model.ckpt.sha256")
    if source and not (source := expanded(source)).is_file():
        raise ValueError(f"{source} does not exist; give the path of the file vggish_model.ckpt.")
    if not is_sealed(weights):
        built, checkpoint = build("vggish"), source or download(URL, weights.with_name("vggish_model.ckpt"))
        try:
            _assign(built, checkpoint)
            _check(built, checkpoint)
        except ValueError:
            if not source:  # a server's page of excuses, for example, would otherwise be found again next time
                checkpoint.unlink()
            raise
        save(built, weights)
        write_text(converted_from, sha256(checkpoint))
        if not source:
            checkpoint.unlink()  # the converted weights are as large
    elif source and converted_from.is_file() and sha256(source).encode() != converted_from.read_bytes():
        raise ValueError(f"{source} is not the checkpoint that was converted before; delete {weights} to convert it.")
    return weights


def _assign(model: keras.Model, checkpoint: Path) -> None:
    """Copy the checkpoint's variables into the layers."""
    import tensorflow as tf  # imported only here: only TensorFlow reads its checkpoints

    try:
        reader = tf.compat.v1.train.NewCheckpointReader(str(checkpoint))
        for name, scope in SCOPES.items():
            layer = model.get_layer(name)
            layer.set_weights([reader.get_tensor(f"vggish/{scope}/{kind}") for kind in ("weights", "biases")])
    except (tf.errors.OpError, ValueError, RuntimeError) as error:
        raise ValueError(f"{checkpoint} is not the checkpoint of VGGish ({str(error).splitlines()[0]}).") from error


def _check(model: keras.Model, checkpoint: Path) -> None:
    """Check that the embeddings of a tone are those that the checkpoint's authors state."""
    tone = np.sin(2 * np.pi * 1000 * np.arange(3 * vggish_input.SAMPLE_RATE) / vggish_input.SAMPLE_RATE)
    found = np.asarray(model.predict_on_batch(vggish_input.patches(tone.astype(np.float32))))
    for what, expected, value in (("mean", TONE_MEAN, found.mean()), ("deviation", TONE_DEVIATION, found.std())):
        if not abs(value - expected) <= WITHIN * expected:
            raise ValueError(
                f"{checkpoint} is damaged or not VGGish: the {what} of its embeddings of a tone is {value:.6f}; "
                f"its authors state {expected}."
            )
