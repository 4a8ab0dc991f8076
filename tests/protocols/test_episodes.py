"""Check prototypical networks: distances in closed form, clips of episodes, and training."""

import keras
import numpy as np
import pytest
from keras import layers

from thesis_lib.protocols.few_data import episodes
from thesis_lib.protocols.few_data.episodes import Prototypical, nearness
from thesis_lib.protocols.few_data.inputs import Patches


def embedding(dimensions=6, n_outputs=4):
    inputs = layers.Input((dimensions,))
    return keras.Model(inputs, layers.Dense(n_outputs)(inputs))


def blobs(n=60, classes=3, patches=2):
    rng = np.random.default_rng(0)
    targets = np.arange(n) % classes
    centres = rng.normal(scale=2, size=(classes, 6))
    return (centres[targets][:, None] + rng.normal(size=(n, patches, 6))).astype(np.float32), targets


def test_nearness_is_minus_the_mean_squared_difference():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(5, 4)), rng.normal(size=(3, 4))
    expected = [[-np.mean((x - y) ** 2) for y in b] for x in a]
    np.testing.assert_allclose(keras.ops.convert_to_numpy(nearness(a, b)), expected, rtol=1e-5)


def test_the_first_loss_is_that_of_the_closed_form(monkeypatch):
    """One update on an untrained embedding: its loss from support and queries as they were drawn."""
    values, targets = blobs()
    fitted, seen = Prototypical(embedding, Patches(values, 0), 3), []
    network, episode, _ = fitted._of(2)
    step = episode.train_on_batch
    monkeypatch.setattr(
        episode, "train_on_batch", lambda x, y: seen.append((x, y, network.get_weights())) or step(x, y)
    )
    fitted.fit(np.arange(6), targets, longest=1, seed=3)
    (((support, queries), y, weights),) = seen
    assert y.tolist() == [0] * 4 + [1] * 4 + [2] * 4, "two clips of two patches have no fifth"
    prototypes = (support @ weights[0] + weights[1]).reshape(3, 2, 4).mean(axis=1)
    logits = -(((queries @ weights[0] + weights[1])[:, None] - prototypes) ** 2).mean(axis=-1)
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    network.set_weights(weights)
    episode.reset_metrics()
    loss, accuracy = step([support, queries], y)
    assert float(loss) == pytest.approx(-logs[np.arange(12), y].mean(), rel=1e-4)
    assert float(accuracy) == pytest.approx((logits.argmax(axis=1) == y).mean())


def test_support_is_fixed_and_all_is_of_the_training_clips(monkeypatch):
    values, targets = blobs()
    fitted, seen = Prototypical(embedding, Patches(values, 0), 3), []
    _, episode, _ = fitted._of(5)
    monkeypatch.setattr(episode, "train_on_batch", lambda x, y: seen.append(x) or (0.0, 0.0))
    train = np.arange(21)
    # of seven clips' fourteen patches five are asked at once: an epoch is two updates
    assert fitted.fit(train, targets, patience=4) == 2 * 6, "the first accuracy is better than none, then five are not"
    assert fitted.fit(train, targets, patience=4, updates=1) == 6
    first = seen[0][0]
    assert all((support == first).all() for support, _ in seen[:12]) and not (seen[0][1] == seen[1][1]).all()
    of_class = [{tuple(patch) for clip in train if targets[clip] == c for patch in values[clip]} for c in range(3)]
    for group in (part for x in seen for part in x):
        for c, patches in enumerate(group.reshape(3, 5, -1)):
            assert len({tuple(patch) for patch in patches} & of_class[c]) == 5, "five patches, none of them twice"
    clip_of = {tuple(patch): clip for clip in train for patch in values[clip]}
    assert len({clip_of[tuple(patch)] for patch in first}) == 15, "five clips a class"


def test_support_and_queries_are_normalised_each_by_itself():
    """The moving mean has gone twice towards a mean of its own in one update; prediction uses it."""

    def normed():
        inputs = layers.Input((6,))
        return keras.Model(inputs, layers.BatchNormalization(momentum=0.5)(inputs))

    values, targets = blobs()
    fitted = Prototypical(normed, Patches(values, 0), 3)
    _, episode, _ = fitted._of(1)
    rng = np.random.default_rng(0)
    support, queries = rng.normal(1, 1, (3, 6)).astype(np.float32), rng.normal(3, 1, (6, 6)).astype(np.float32)
    episode.train_on_batch([support, queries], np.repeat(np.arange(3), 2))
    (norm,) = (layer for layer in fitted._of(1)[0].layers if layer.weights)
    expected = [0.25 * support.mean(0) + 0.5 * queries.mean(0), 0.25 * queries.mean(0) + 0.5 * support.mean(0)]
    assert any(np.allclose(norm.moving_mean, value, atol=1e-5) for value in expected), "in either order"


def test_it_learns_and_gives_the_same_again_after_another_fit():
    values, targets = blobs()
    fitted, test = Prototypical(embedding, Patches(values, 0), 3), np.arange(30, 60)
    fitted.fit(np.arange(15), targets, patience=30, seed=1)
    first = fitted.predict(test)
    assert (first.argmax(axis=1) == targets[test]).mean() > 0.85
    fitted.fit(np.arange(3), targets, patience=5, seed=2)
    fitted.fit(np.arange(15), targets, patience=30, seed=1)
    np.testing.assert_allclose(fitted.predict(test), first, atol=1e-4)


def test_a_clip_is_judged_by_the_mean_of_its_patches_log_probabilities():
    values, targets = blobs()
    fitted = Prototypical(embedding, Patches(values, 0), 3)
    fitted.fit(np.arange(3), targets, longest=2)
    logits = -((fitted.embed(values[7])[:, None] - fitted.prototypes) ** 2).mean(axis=-1)
    expected = (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))).mean(axis=0)
    np.testing.assert_allclose(fitted.predict(np.array([7]))[0], expected, atol=1e-5)
    assert episodes.SHOTS == 5
