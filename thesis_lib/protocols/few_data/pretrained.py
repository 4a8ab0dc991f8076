"""Clips in, patches for a pretrained network and its embeddings of them out: where chapter VI transfers from.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019, section 2.3:
VGGish there; musicnn beside it here, since its weights are always at hand.
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
from ...models import musicnn
from ...models.fast.musicnn import folded
from ...pretrained import load_musicnn, load_vggish
from ...features.store import stored
from .inputs import Patches, length

MUSICNN_MEL = {"n_mels": musicnn.MELS, "n_fft": 512, "hop": 256, "pad": "reflect", "compression": "log10(10000x+1)"}
SLOWER = 1e-4  # of the rate, for what was pretrained


class Source(NamedTuple):
    """A pretrained network.

    Attributes:
        patches: clips to what it reads of them.
        network: makes it, from a patch to its embedding.
        dimensions: of the embedding.
    """

    patches: Callable[[Sequence[Clip]], Patches]
    network: Callable[[], keras.Model]
    dimensions: int


def musicnn_patches(clips: Sequence[Clip]) -> Patches:
    """Log-mel patches of 3 s, a second apart; shorter clips are repeated."""
    seconds = length(clips, musicnn.FRAMES * 256 / 16_000)
    return Patches(features.log_mels(clips, sample_rate=16_000, seconds=seconds, **MUSICNN_MEL), musicnn.FRAMES, 62)


def vggish_patches(clips: Sequence[Clip]) -> Patches:
    """Patches of 0.96 s, one after the other; shorter clips are repeated."""
    shortest = (vggish_input.FRAMES * vggish_input.HOP + vggish_input.WINDOW) / vggish_input.SAMPLE_RATE
    seconds = length(clips, shortest)
    waveforms = features.waveforms(clips, sample_rate=vggish_input.SAMPLE_RATE, seconds=seconds)
    recipe = {"patches": "vggish", "seconds": seconds, "clips": features.fingerprint(clips)}

    def compute(rows: list[int]) -> Iterator[np.ndarray]:
        for row in tqdm(rows, "VGGish's input", unit="clip", leave=False):
            yield vggish_input.patches(waveforms[row, :, 0])

    shape = vggish_input.patches(waveforms[0, :, 0]).shape
    return Patches(stored(recipe, (len(clips), *shape), compute), 0)


def _musicnn() -> keras.Model:
    network = folded(load_musicnn("MSD_musicnn"), features=True)
    return keras.Model(network.inputs, network.output["penultimate"], name="musicnn")


def _vggish() -> keras.Model:
    """Up to where the paper's code reads it: a layer's ReLU after the embedding that is published."""
    network = load_vggish()
    return keras.Model(network.inputs, ops.relu(network.output), name="vggish")


SOURCES = {
    "musicnn": Source(musicnn_patches, _musicnn, 200),
    "vggish": Source(vggish_patches, _vggish, 128),
}


def embeddings(clips: Sequence[Clip], source: str) -> Patches:
    """The embeddings of every patch of every clip, computed once.

    Args:
        clips: N clips.
        source: a key of `SOURCES`.
    """
    patches, build, dimensions = SOURCES[source]
    inputs = patches(clips)
    recipe = {"embedding": source, "seconds": length(clips), "clips": features.fingerprint(clips)}

    def compute(rows: list[int]) -> Iterator[np.ndarray]:
        network = build()
        for row in tqdm(rows, source, unit="clip", leave=False):
            yield np.asarray(network.predict_on_batch(inputs.all(np.array([row]))[0]))

    shape = (len(clips), len(inputs.all(np.array([0]))[0]), dimensions)
    return Patches(np.asarray(stored(recipe, shape, compute)), 0)


def softmax(dimensions: int, n_outputs: int) -> keras.Model:
    """A softmax layer on an embedding."""
    inputs = layers.Input((dimensions,), name="embedding")
    return keras.Model(inputs, layers.Dense(n_outputs, "softmax", name="output")(inputs), name="softmax")


def linear(dimensions: int, n_outputs: int) -> keras.Model:
    """A linear layer on an embedding: another embedding, for prototypes."""
    inputs = layers.Input((dimensions,), name="embedding")
    return keras.Model(inputs, layers.Dense(n_outputs, name="embedded")(inputs), name="linear")


def finetuned(source: str, n_outputs: int) -> keras.Model:
    """A softmax layer on a pretrained network whose own values follow the gradient at `SLOWER` of the rate.

    Its batch normalisation keeps what it has seen: a few clips say nothing better.
    """
    network = SOURCES[source].network()
    network.trainable = True
    inputs = layers.Input(network.input_shape[1:], name="log_mel")
    x = network(inputs, training=False)
    x = x * SLOWER + ops.stop_gradient(x * (1 - SLOWER))
    return keras.Model(inputs, layers.Dense(n_outputs, "softmax", name="output")(x), name=f"finetuned_{source}")
