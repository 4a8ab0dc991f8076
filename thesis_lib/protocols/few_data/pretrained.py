"""Compute embeddings of pretrained networks, from which chapter VI transfers.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019, section 2.3. The
paper transfers from VGGish and trains it further, at a small fraction of the learning rate; this book adds frozen
networks, and musicnn, whose weights are always available.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import keras
import numpy as np
from keras import layers, ops
from tqdm import tqdm

from ... import features
from ...audio import vggish as vggish_input
from ...datasets.clip import Clip
from ...features.patches import Patches
from ...features.store import stored
from ...files import sha256
from ...models import musicnn
from ...models.fast.musicnn import folded
from ...models.settings import computation
from ...pretrained import load_musicnn, load_vggish
from ...pretrained.musicnn import weights_file as musicnn_weights
from ...pretrained.vggish import weights_file as vggish_weights
from .inputs import length

MUSICNN_MEL = {"n_mels": musicnn.MELS, "n_fft": 512, "hop": 256, "pad": "reflect", "compression": "log10(10000x+1)"}
VGGISH_MEL = {
    "n_mels": vggish_input.MELS, "window": vggish_input.WINDOW, "n_fft": vggish_input.N_FFT, "hop": vggish_input.HOP,
    "fmin": vggish_input.FMIN, "fmax": vggish_input.FMAX, "compression": "log(x+0.01)",
}  # fmt: skip
SLOWER = 1e-4  # learning rate of pretrained weights, relative to the others


class Source(NamedTuple):
    """A pretrained network.

    Attributes:
        version: increase when its input or the layer that is read changes: stored embeddings are then recomputed.
        mel: settings of its input.
        weights: returns the file with its weights.
        patches: computes its input for some clips.
        network: builds the model from a patch to its embedding.
        dimensions: length of an embedding.
    """

    version: int
    mel: dict
    weights: Callable[[], object]
    patches: Callable[[Sequence[Clip]], Patches]
    network: Callable[[], keras.Model]
    dimensions: int


def musicnn_patches(clips: Sequence[Clip]) -> Patches:
    """Return log-mel patches of 3 s, one per second; shorter clips are repeated."""
    seconds = length(clips, musicnn.FRAMES * 256 / 16_000)
    return Patches(features.log_mels(clips, sample_rate=16_000, seconds=seconds, **MUSICNN_MEL), musicnn.FRAMES, 62)


def vggish_patches(clips: Sequence[Clip]) -> Patches:
    """Return patches of 0.96 s without overlap; shorter clips are repeated."""
    shortest = (vggish_input.FRAMES * vggish_input.HOP + vggish_input.WINDOW) / vggish_input.SAMPLE_RATE
    seconds = length(clips, shortest)
    waveforms = features.waveforms(clips, sample_rate=vggish_input.SAMPLE_RATE, seconds=seconds)
    recipe = {"patches": "vggish", "mel": VGGISH_MEL, "seconds": seconds, "clips": features.fingerprint(clips)}

    def compute(rows: list[int]) -> Iterator[np.ndarray]:
        for row in tqdm(rows, "input of VGGish", unit="clip", leave=False):
            yield vggish_input.patches(waveforms[row, :, 0])

    shape = vggish_input.patches(waveforms[0, :, 0]).shape
    return Patches(stored(recipe, (len(clips), *shape), compute), 0)


def _musicnn() -> keras.Model:
    return folded(load_musicnn("MSD_musicnn"), features="penultimate")


def _vggish() -> keras.Model:
    """Build VGGish up to the layer that the paper's code reads: a ReLU after the published embedding."""
    network = load_vggish()
    return keras.Model(network.inputs, ops.relu(network.output), name="vggish")


SOURCES = {
    "musicnn": Source(1, MUSICNN_MEL, lambda: musicnn_weights("MSD_musicnn"), musicnn_patches, _musicnn, 200),
    "vggish": Source(2, VGGISH_MEL, vggish_weights, vggish_patches, _vggish, 128),  # 2: the ReLU was added
}


def embeddings(clips: Sequence[Clip], source: str) -> Patches:
    """Return the embeddings of every patch of every clip, computed once.

    Args:
        clips: N clips.
        source: a key of `SOURCES`.
    """
    found = SOURCES[source]
    inputs = found.patches(clips)
    recipe = {
        "embedding": source, "version": found.version, "weights": sha256(found.weights()), "mel": found.mel,
        "seconds": length(clips, 0.0), "clips": features.fingerprint(clips), **computation(),
    }  # fmt: skip

    def compute(rows: list[int]) -> Iterator[np.ndarray]:
        network = found.network()
        for row in tqdm(rows, f"embeddings of {source}", unit="clip", leave=False):
            yield np.asarray(network.predict_on_batch(inputs.all(np.array([row]))[0]))

    shape = (len(clips), len(inputs.all(np.array([0]))[0]), found.dimensions)
    return Patches(np.asarray(stored(recipe, shape, compute)), 0)


def softmax(dimensions: int, n_outputs: int) -> keras.Model:
    """Build a softmax layer on an embedding, for a frozen network.

    Deviation: the paper fine-tunes VGGish in addition (`finetuned`).
    """
    inputs = layers.Input((dimensions,), name="embedding")
    return keras.Model(inputs, layers.Dense(n_outputs, "softmax", name="output")(inputs), name="softmax")


def linear(dimensions: int, n_outputs: int) -> keras.Model:
    """Build a linear layer on an embedding, which gives the embedding for prototypes, for a frozen network.

    Deviation: the paper's prototypes on VGGish fine-tune VGGish in addition, at `SLOWER` times the learning rate. That
    is not available here.
    """
    inputs = layers.Input((dimensions,), name="embedding")
    return keras.Model(inputs, layers.Dense(n_outputs, name="embedded")(inputs), name="linear")


def finetuned(source: str, n_outputs: int) -> keras.Model:
    """Build a softmax layer on a pretrained network that is trained at `SLOWER` times the learning rate.

    With VGGish, this is the paper's system. With musicnn it is ours: batch normalisation keeps its statistics, because
    a few clips give no better estimate, and that of the front-end is constant, as are its biases.
    """
    network = SOURCES[source].network()
    network.trainable = False  # Keras skips a value that a model already has, and then leaves its layers as they are
    network.trainable = True
    inputs = layers.Input(network.input_shape[1:], name="log_mel")
    x = network(inputs, training=False)
    x = x * SLOWER + ops.stop_gradient(x * (1 - SLOWER))
    return keras.Model(inputs, layers.Dense(n_outputs, "softmax", name="output")(x), name=f"finetuned_{source}")
