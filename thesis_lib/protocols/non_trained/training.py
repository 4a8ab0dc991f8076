"""Train one of chapter IV's front-ends, and stop when it no longer improves on validation clips.

All front-ends are trained in the same way and with the same budget: Adam at one learning rate, random crops of half a
clip, pairs of crops mixed (mixup), a check on the validation clips after every five epochs, and the weights of the best
check.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
from keras import layers

from ...features.patches import Patches
from ...features.store import Stored
from ...models.settings import jit
from ..training import predict
from .sizes import at_size

LEARNING_RATE, BATCH = 3e-3, 32
CROP = 0.5  # share of a clip's duration
CROPS = 3  # per validation or test clip, from its start to its end
MIXUP = 0.4  # both parameters of the beta distribution
CHECK = 5  # epochs between checks on the validation clips
PATIENCE = 6  # checks without a better one, after which training stops


class Checked(NamedTuple):
    """A check on the validation clips.

    Attributes:
        epoch: number of epochs before the check.
        accuracy: share of the validation clips that are classified correctly.
        predicted: number of the predicted class of each validation clip, (n,).
    """

    epoch: int
    accuracy: float
    predicted: np.ndarray


class Training:
    """A front-end with the random weights of a seed, and its training.

    Args:
        name: a key of `ARCHITECTURES`.
        n_features: approximate number of features.
        seconds: duration of a clip; the input has a share `CROP` of it.
        n_outputs: number of classes.
        seed: random seed for the weights, the order of the clips, the crops and the mixtures.
    """

    def __init__(self, name: str, n_features: int, seconds: float, n_outputs: int, *, seed: int) -> None:
        keras.utils.set_random_seed(seed)  # immediately before the weights are drawn
        self.model = classifier(at_size(name, n_features, seconds, crop=CROP), n_outputs)
        self.model.compile(keras.optimizers.Adam(LEARNING_RATE), "categorical_crossentropy", jit_compile=jit())
        self._rng, self._norm = np.random.default_rng(seed), (0.0, 1.0)

    def fit(
        self, inputs: Stored, targets: np.ndarray, train: np.ndarray, validation: np.ndarray, *, epochs: int,
        update: Callable[[], None] = lambda: None,
    ) -> list[Checked]:  # fmt: skip
        """Train on some of the clips, and keep the weights of the best check.

        Args:
            inputs: inputs of all clips, shape (N, T, ...).
            targets: class of each clip, (N,).
            train: indices of the training clips.
            validation: indices of the validation clips, which decide when training stops and which weights are kept.
            epochs: number of epochs at most; the last batch of each is filled up with clips of its first.
            update: called after each epoch.

        Returns:
            The learning curve: one check after every `CHECK` epochs, and one at the end.
        """
        rng, crops = self._rng, Patches(inputs, self.model.input_shape[1])
        sample = inputs[rng.choice(train, min(len(train), 256), replace=False)]
        self._norm = float(sample.mean()), float(sample.std()) + 1e-6
        one_hot = np.eye(self.model.output_shape[-1], dtype=np.float32)[targets]
        curve: list[Checked] = []
        best, weights = -1, self.model.get_weights()
        for epoch in range(1, epochs + 1):
            for rows in np.resize(rng.permutation(train), (-(-len(train) // BATCH), BATCH)):
                self.model.train_on_batch(*mixed(self._normalised(crops.random(rows, rng)), one_hot[rows], rng))
            update()
            if epoch % CHECK and epoch != epochs:
                continue
            predicted = self.predict(inputs, validation).argmax(axis=1)
            curve.append(Checked(epoch, float((predicted == targets[validation]).mean()), predicted))
            if best < 0 or curve[-1].accuracy > curve[best].accuracy:
                best, weights = len(curve) - 1, self.model.get_weights()
            if len(curve) - 1 - best >= PATIENCE:
                break
        self.model.set_weights(weights)
        return curve

    def predict(self, inputs: Stored, clips: np.ndarray) -> np.ndarray:
        """Predict class probabilities averaged over `CROPS` crops per clip: (len(clips), C)."""
        crops, mean = Patches(inputs, self.model.input_shape[1]), 0.0
        for start in crops.evenly(CROPS):
            x = self._normalised(crops.at(clips, np.full(len(clips), start)))
            mean = mean + predict(self.model, x, BATCH) / CROPS
        return mean

    def _normalised(self, crops: np.ndarray) -> np.ndarray:
        mean, deviation = self._norm
        return (crops - mean) / deviation


def classifier(front_end: keras.Model, n_outputs: int) -> keras.Model:
    """Add a softmax layer on normalised features.

    The features of different front-ends differ in scale by orders of magnitude. Normalised over the batch, they all
    learn at the same learning rate; without it, those with small features hardly begin.

    Args:
        front_end: a model from inputs to features (B, D).
        n_outputs: number of classes.

    Returns:
        A model with the same input and variables, to class probabilities (B, n_outputs).
    """
    # an epoch has few batches: the running statistics must follow quickly
    x = layers.BatchNormalization(momentum=0.9, name="normalised")(front_end.output)  # (B, D)
    return keras.Model(front_end.input, layers.Dense(n_outputs, "softmax", name="output")(x), name=front_end.name)


def mixed(inputs: np.ndarray, targets: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Mix each input, and its target, with those of another clip of the batch.

    After Zhang et al., "mixup: Beyond empirical risk minimization", ICLR 2018, section 2.

    Args:
        inputs: shape (B, ...).
        targets: one-hot, (B, C).
        rng: draws the partners and the proportions.

    Returns:
        Mixed inputs and targets, of the same shapes, float32.
    """
    share = rng.beta(MIXUP, MIXUP, len(inputs)).astype(np.float32)  # each input's own share
    other = rng.permutation(len(inputs))

    def mix(values: np.ndarray) -> np.ndarray:
        own = share.reshape(-1, *[1] * (values.ndim - 1))
        return own * values + (1 - own) * values[other]

    return mix(inputs), mix(targets)
