"""Convert a trained musicnn or its VGG to a form that predicts faster.

Both take the maximum over frequency, or over a window, of convolution, ReLU and batch normalisation. The last two and
the bias are monotonic in each feature map, so the maximum can be taken directly after the convolution, with the sign of
the map's gain moved into the kernels. Everything else then runs on pooled maps, which are up to 96 times smaller.

    max of g relu(z) + h  =  g relu(s max of s z) + h,  with s the sign of g
"""

from __future__ import annotations

from typing import NamedTuple

import keras
import numpy as np
from keras import layers, ops

from .. import settings  # noqa: F401  configures Keras
from ..musicnn import HEIGHTS, LENGTHS

EDGE = 3  # frames that the timbral filters cover on each side


class Parts(NamedTuple):
    """musicnn in two parts. Overlapping patches can share the first, which is four fifths of the work.

    Attributes:
        timbral: model from log-mel (B, L + 6, F) of any length to timbral maps (B, L, 408).
        rest: model from log-mel (B, T, F) and timbral maps (B, T, 408) to probabilities, or to features by name.
        silence: log-mel value that is equivalent to zero padding after the input's normalisation.
    """

    timbral: keras.Model
    rest: keras.Model
    silence: float


def folded(model: keras.Model, *, features: bool | str = False) -> keras.Model:
    """Convert a model for inference: equal values, no dropout.

    Args:
        model: a model from `musicnn` or `vgg` with its weights.
        features: True outputs a dictionary of all named features and the taggram instead of the taggram, a name outputs
            that feature alone, without the layers after it.

    Returns:
        A model with the same input.
    """
    if model.name == "vgg":
        return _vgg(model, features)
    parts = split(model, features=features)
    inputs = layers.Input(model.input_shape[1:], name="log_mel")
    padded = ops.pad(inputs, ((0, 0), (EDGE, EDGE), (0, 0)), constant_values=parts.silence)
    return keras.Model(inputs, parts.rest([inputs, parts.timbral(padded)]))


def overlapping(model: keras.Model, *, features: bool | str = False) -> keras.Model:
    """Convert a musicnn for overlapping patches, which share timbral maps except at their edges.

    Args:
        model: a model from `musicnn` with its weights.
        features: as in `folded`.

    Returns:
        A model from log-mel of any length (1, L, F) and the start frames (1, B) of patches to the outputs of `folded`
        for those patches.
    """
    parts, (frames, mels) = split(model, features=features), model.input_shape[1:]
    span, starts = layers.Input((None, mels)), layers.Input((None,), dtype="int32")
    places = ops.expand_dims(starts[0], 1) + ops.arange(frames)  # (B, T)
    patches = ops.take(span[0], places, axis=0)  # (B, T, F)
    inner = ops.take(parts.timbral(span)[0], places[:, : frames - 2 * EDGE], axis=0)
    first = ops.pad(patches[:, : 2 * EDGE], ((0, 0), (EDGE, 0), (0, 0)), constant_values=parts.silence)
    last = ops.pad(patches[:, -2 * EDGE :], ((0, 0), (0, EDGE), (0, 0)), constant_values=parts.silence)
    maps = ops.concatenate([parts.timbral(first), inner, parts.timbral(last)], axis=1)  # (B, T, 408)
    return keras.Model([span, starts], parts.rest([patches, maps]))


def split(model: keras.Model, *, features: bool | str = False) -> Parts:
    """Convert a musicnn for inference in two parts; the arguments are those of `folded`."""
    (gain,), (shift,) = gain_and_shift(model.get_layer("input_norm"))
    silence = -float(shift / gain)
    spectrogram = layers.Input((None, model.input_shape[2]))
    names = [f"timbral_{number}" for number in range(1, len(HEIGHTS) + 1)]
    timbral = keras.Model(spectrogram, _branches(model, spectrogram - silence, names, gain))

    inputs, maps = layers.Input(model.input_shape[1:]), layers.Input(model.get_layer("timbral").output.shape[1:])
    temporal = _branches(model, inputs - silence, [f"temporal_{length}" for length in LENGTHS], gain)
    named = {"timbral": maps, "temporal": temporal}
    x = layers.Concatenate()([maps, temporal])
    seen = [x]
    for number in (1, 2, 3):
        norm = "cnn1" if number == 1 else f"mid_norm_{number}"
        for name in (f"mid_pad_{number}", f"mid_conv_{number}", norm):
            x = model.get_layer(name)(x)
        x = x if number == 1 else x + seen[-1]
        seen.append(x)
        named[f"cnn{number}"] = x
    x = layers.Concatenate()(seen)
    named |= {name: model.get_layer(name)(x) for name in ("mean_pool", "max_pool")}
    x = ops.reshape(ops.stack([named["max_pool"], named["mean_pool"]], axis=2), (-1, 2 * x.shape[2]))
    for name in ("pool_norm", "dense", "penultimate", "taggram"):
        x = named[name] = model.get_layer(name)(x)
    del named["pool_norm"], named["dense"]
    return Parts(timbral, keras.Model([inputs, maps], _chosen(named, features)), silence)


def gain_and_shift(norm: layers.BatchNormalization) -> tuple[np.ndarray, np.ndarray]:
    """Return gain and shift (C,) with which batch normalisation computes x * gain + shift at inference."""
    gamma, beta, mean, variance = (np.asarray(weight) for weight in norm.get_weights())
    gain = gamma / np.sqrt(variance + norm.epsilon)
    return gain, beta - mean * gain


def _branches(model: keras.Model, x: keras.KerasTensor, names: list[str], scale: float) -> keras.KerasTensor:
    """Apply filters of several shapes and their maximum over frequency: (B, T, F) -> (B, T', C)."""
    image = ops.expand_dims(x, -1)  # (B, T, F, 1)
    outputs = []
    for name in names:
        conv, norm = model.get_layer(f"{name}_conv"), gain_and_shift(model.get_layer(f"{name}_norm"))
        new = layers.Conv2D(conv.filters, conv.kernel_size, padding=conv.padding, use_bias=False)
        outputs.append(_pooled(new, image, conv, norm, lambda maps: ops.max(maps, axis=2), scale=scale))
    return layers.Concatenate()(outputs)


def _vgg(model: keras.Model, features: bool | str) -> keras.Model:
    inputs = layers.Input(model.input_shape[1:], name="log_mel")
    x = model.get_layer("input_norm")(layers.Reshape((*inputs.shape[1:], 1))(inputs))
    named = {}
    for number in range(1, 6):
        conv, norm = model.get_layer(f"conv_{number}"), gain_and_shift(model.get_layer(f"norm_{number}"))
        new, pool = layers.Conv2D(conv.filters, 3, padding="same", use_bias=False), model.get_layer(f"pool{number}")
        if number == 1:  # its pool uses every second band, so only those are computed
            x = layers.ZeroPadding2D(1)(x)
            new, pool = (
                layers.Conv2D(conv.filters, 3, strides=(1, 2), use_bias=False),
                layers.MaxPooling2D((4, 1), (2, 1)),
            )
        x = _pooled(new, x, conv, norm, pool)
        named[f"pool{number}"] = x
    named["taggram"] = model.get_layer("taggram")(layers.Flatten()(x))
    return keras.Model(inputs, _chosen(named, features))


def _chosen(named: dict[str, keras.KerasTensor], features: bool | str) -> dict | keras.KerasTensor:
    if features is True:
        return named
    return named[features or "taggram"]


def _pooled(
    new: layers.Conv2D, x: keras.KerasTensor, conv: layers.Conv2D, norm: tuple[np.ndarray, np.ndarray], pool, *,
    scale: float = 1.0,
) -> keras.KerasTensor:  # fmt: skip
    """Compute `conv`, ReLU, normalisation and `pool` by a convolution `new`; all else comes after the maximum."""
    (kernel, bias), (gain, shift) = (np.asarray(w) for w in conv.get_weights()), (v.astype(np.float32) for v in norm)
    sign = np.where(gain < 0, -1, 1).astype(np.float32)
    x = new(x)
    new.set_weights([kernel * scale * sign])
    return ops.relu(pool(x) * sign + bias) * gain + shift
