"""Check that the first filters of a network are kept by layer and drawn, the strongest first."""

import keras
import numpy as np
import pytest

from thesis_lib.models import build
from thesis_lib.pages.musically_motivated import learned as page
from thesis_lib.protocols.musically_motivated import learned
from thesis_lib.protocols.musically_motivated.rhythm.systems import SYSTEMS


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("time", {(60, 1, 32)}),
        ("time_frequency", {(60, 1, 32), (1, 32, 32)}),
        ("instruments", {(length, height, n) for (length, height), n in
                         {(1, 5): 128, (3, 5): 64, (5, 5): 32, (1, 80): 128, (3, 80): 64, (5, 80): 32}.items()}),
        ("phonemes_mlp", set()),
    ],
)  # fmt: skip
def test_the_filters_that_read_the_spectrogram_are_kept(name, shapes, tmp_path):
    model = build(name, fast=name == "instruments", n_outputs=3)
    assert {one.shape for one in learned.first_filters(model).values()} == shapes
    learned.keep(tmp_path, name, model)
    assert {one.shape for one in learned.load(tmp_path).values()} == shapes


def test_networks_with_many_lengths_have_a_layer_for_each():
    for fast in (False, True):
        found = learned.first_filters(build("o_net", fast=fast, n_outputs=3))
        assert sorted(one.shape for one in found.values()) == [(length, 1, 5) for length in range(6, 42, 5)]


def test_a_network_replaces_its_own_filters_only(tmp_path):
    assert learned.load(tmp_path) == {}
    for name in ("time", "frequency_32", "time"):
        model = SYSTEMS[name].build(3)
        learned.keep(tmp_path, name, model)
    found = learned.load(tmp_path)
    assert {key.partition(":")[0] for key in found} == {"time", "frequency_32"}
    (kernel,) = [one for key, one in found.items() if key.startswith("time:")]
    np.testing.assert_array_equal(kernel, keras.ops.convert_to_numpy(model.trainable_weights[0])[:, :, 0])


def test_the_strongest_filters_are_drawn_as_curves_or_images(tmp_path):
    rng = np.random.default_rng(0)
    tall, square = rng.normal(size=(1, 30, 8)), rng.normal(size=(7, 30, 2))
    tall[:, :, 5] *= 9
    np.savez(tmp_path / learned.FILTERS, **{"trained_7x86:a": tall, "trained_7x86:b": square})
    axes = page.figure(tmp_path, ["trained_7x86", "instruments"]).axes
    shown = [axis for axis in axes if axis.axison]
    assert len(axes) == 6 and len(shown) == 6, "a network without kept filters has no row"
    np.testing.assert_array_equal(shown[0].lines[0].get_xdata(), tall[0, :, 5])
    assert shown[1].images[0].get_array().shape == (30, 7)
    assert [axis.get_xlabel() for axis in shown] == ["1 x 30", "7 x 30"] * 2 + ["1 x 30"] * 2
    assert page.figure(tmp_path, ["time"]).axes[0].axison is False
