"""Compute the networks of `models/icassp2017.py` faster, with the same functions and the same weights."""

from __future__ import annotations

import keras
from keras import layers

from .. import settings  # noqa: F401  configures Keras
from ..icassp2017 import FRAMES, MELS, ONSETS, PATTERNS
from .max_response import MaxResponse


def o_net(input_shape=(FRAMES, MELS), n_outputs: int = 8, *, times: int = 1) -> keras.Model:
    """Build the fast form of `icassp2017.o_net`."""
    return _model(input_shape, n_outputs, "o_net", onsets=MaxResponse(ONSETS, 5 * times, name="onsets"))


def p_net(input_shape=(FRAMES, MELS), n_outputs: int = 8, *, times: int = 1) -> keras.Model:
    """Build the fast form of `icassp2017.p_net`."""
    return _model(input_shape, n_outputs, "p_net", patterns=MaxResponse(PATTERNS, times, name="patterns"))


def o_p_net(input_shape=(FRAMES, MELS), n_outputs: int = 8, *, times: int = 1) -> keras.Model:
    """Build the fast form of `icassp2017.o_p_net`."""
    parts = {
        "onsets": MaxResponse(ONSETS, 5 * times, name="onsets"),
        "patterns": MaxResponse(PATTERNS, times, name="patterns"),
    }
    return _model(input_shape, n_outputs, "o_p_net", **parts)


def _model(input_shape: tuple, n_outputs: int, name: str, **parts: MaxResponse) -> keras.Model:
    inputs = layers.Input(input_shape, name="log_mel")
    maps = [part(inputs) for part in parts.values()]  # (B, 1, 10, C) each
    x = layers.Concatenate(name="filters")(maps) if len(maps) > 1 else maps[0]
    x = layers.Dropout(0.5, name="dropout")(layers.Flatten(name="flat")(x))
    return keras.Model(inputs, layers.Dense(n_outputs, "softmax", name="output")(x), name=name)
