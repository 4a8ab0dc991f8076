"""Draw the filters that chapter III's networks have learned."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from ...protocols.musically_motivated.learned import load
from ..style import WIDTH
from .scores import LABELS

SHOWN = 6  # filters per network


def figure(folder: Path, systems: Sequence[str]) -> plt.Figure:
    """Draw filters of each network, the strongest of each shape first.

    Args:
        folder: folder of a run.
        systems: the run's networks; those whose filters it has not kept have no row.

    Returns:
        One row per network. A filter over time is a curve from left to right, one over frequency a curve from the
        lowest band at the bottom; others are images, red where they are positive and blue where they are negative.
    """
    found = load(folder)
    rows = {
        name: _strongest({key: one for key, one in found.items() if key.startswith(f"{name}:")}) for name in systems
    }
    rows = {name: filters for name, filters in rows.items() if filters}
    figure, axes = plt.subplots(
        max(len(rows), 1), SHOWN, figsize=(WIDTH, 1.55 * max(len(rows), 1)), squeeze=False, layout="constrained"
    )
    for axis in axes.flat:
        axis.set_axis_off()
    for places, (name, filters) in zip(axes, rows.items(), strict=False):
        for axis, one in zip(places, filters, strict=False):
            axis.set_axis_on()
            _draw(axis, one)
        places[0].set_title(LABELS[name], fontsize=10, loc="left")
    return figure


def _strongest(layers: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Return filters of several shapes, evenly chosen: the one with the largest sum of squares of each shape first."""
    strongest = []
    for kernel in layers.values():
        order = np.argsort(-np.square(kernel).sum(axis=(0, 1)))
        strongest.append([kernel[:, :, place] for place in order[:SHOWN]])
    chosen = np.unique(np.linspace(0, len(strongest) - 1, min(SHOWN, len(strongest))).astype(int))
    ranked = [(rank, place) for rank in range(SHOWN) for place in chosen if rank < len(strongest[place])]
    return [strongest[place][rank] for rank, place in ranked[:SHOWN]]


def _draw(axis: plt.Axes, one: np.ndarray) -> None:
    length, height = one.shape
    if height == 1:
        axis.plot(one[:, 0], linewidth=1)
        axis.axhline(0, color="0.7", linewidth=0.6)
    elif length == 1:
        axis.plot(one[0], np.arange(height), linewidth=1)
        axis.axvline(0, color="0.7", linewidth=0.6)
    else:
        reach = np.abs(one).max()
        axis.imshow(one.T, origin="lower", aspect="auto", cmap="RdBu_r", vmin=-reach, vmax=reach)
    axis.set(xticks=(), yticks=())
    axis.set_xlabel(f"{length} x {height}", fontsize=9)
    axis.grid(False)
