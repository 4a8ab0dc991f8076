"""Draw musicnn's tags over time, its embeddings and its filters."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from html import escape

import keras
import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from sklearn.manifold import TSNE

from ...datasets.clip import Clip
from ...pretrained.tagger import Tagged
from .. import players
from ..style import WIDTH, in_legend

SHOWN = 8  # tags per heat map


def heat_map(tagged: Tagged, *, seconds: float) -> plt.Figure:
    """Draw the probabilities of a piece's most probable tags over time; each column is centred on its patch.

    Args:
        tagged: tags of one piece.
        seconds: duration to show.
    """
    until = max(1, int(np.searchsorted(tagged.starts, seconds - 3.0, side="right")))
    shown = tagged.taggram[:until]
    best = np.argsort(-shown.mean(axis=0), kind="stable")[:SHOWN]
    hop = tagged.starts[1] - tagged.starts[0] if len(tagged.starts) > 1 else 3.0
    figure, axis = plt.subplots(figsize=(WIDTH, 2.1))
    extent = (1.5 - hop / 2, tagged.starts[until - 1] + 1.5 + hop / 2, len(best) - 0.5, -0.5)
    image = axis.imshow(shown[:, best].T, aspect="auto", cmap="magma", vmin=0, vmax=1, extent=extent)
    axis.set(xlabel="time (s)", yticks=range(len(best)), yticklabels=[tagged.tags[tag] for tag in best])
    axis.grid(False)
    figure.colorbar(image, ax=axis, label="probability", pad=0.02)
    figure.tight_layout()
    return figure


def pages(clips: Sequence[Clip], tagged: Sequence[Tagged], *, seconds: float) -> str:
    """Return each piece's player and heat map as self-contained HTML."""
    parts = []
    for clip, tags in zip(clips, tagged, strict=True):
        name = escape(", ".join(clip.labels))
        alt = f"Probability of the most probable tags of {name} over time"
        parts.append(players.players([clip], seconds=seconds) + _image(heat_map(tags, seconds=seconds), alt))
    return "".join(f"<div>{part}</div>" for part in parts)


def embedding_map(clips: Sequence[Clip], tagged: Sequence[Tagged], *, seed: int = 0) -> plt.Figure:
    """Draw one feature of all patches in two dimensions (t-SNE), one colour per piece.

    Args:
        clips: the pieces.
        tagged: their tags with one feature, `penultimate` of musicnn or `pool5` of its VGG.
        seed: random seed for t-SNE.
    """
    values = np.concatenate([value for tags in tagged for value in tags.features.values()])
    values = values.reshape(len(values), -1)
    pieces = np.repeat([in_legend(", ".join(clip.labels)) for clip in clips], [len(tags.taggram) for tags in tagged])
    perplexity = min(30.0, (len(values) - 1) / 3)
    places = TSNE(perplexity=perplexity, init="pca", random_state=seed).fit_transform(values)
    figure, axis = plt.subplots(figsize=(WIDTH, 4.6))
    sns.scatterplot(x=places[:, 0], y=places[:, 1], hue=pieces, style=pieces, s=36, ax=axis)
    axis.set(xticks=[], yticks=[])
    sns.move_legend(axis, "upper center", bbox_to_anchor=(0.5, 0), ncols=1, title=None, frameon=False, fontsize=10)
    figure.tight_layout()
    return figure


def filters(model: keras.Model, *, at_most: int = 24) -> plt.Figure:
    """Draw musicnn's first filters with the largest norms: timbral ones as images, temporal ones as curves.

    Args:
        model: a musicnn with its weights.
        at_most: number of images per shape.
    """
    shapes = ["timbral_1", "timbral_2"]
    figure = plt.figure(figsize=(WIDTH, 6.4))
    rows = figure.subfigures(3, 1, height_ratios=[1.15, 1.6, 1.2])
    for part, name in zip(rows, shapes, strict=False):
        kernel = _strongest(model, name)[:, :, :at_most]  # (frames, bands, filters)
        every, (frames, bands, _) = model.get_layer(f"{name}_conv").filters, kernel.shape
        title = f"{at_most} of {every} timbral filters, {frames} frames × {bands} bands"
        part.suptitle(title, fontsize=11, x=0.02, ha="left")
        for axis, image in zip(part.subplots(1, at_most).flat, np.moveaxis(kernel, 2, 0), strict=True):
            limit = abs(image).max()
            axis.imshow(image.T, origin="lower", aspect="auto", cmap="RdBu_r", vmin=-limit, vmax=limit)
            axis.set_axis_off()
    rows[2].suptitle("three temporal filters of each length × 1 band", fontsize=11, x=0.02, ha="left")
    for axis, length in zip(rows[2].subplots(1, 3), (128, 64, 32), strict=True):
        axis.plot(_strongest(model, f"temporal_{length}")[:, 0, :3], linewidth=1)
        axis.set(xlabel=f"{length} frames", yticks=[])
        axis.tick_params(labelsize=9)
    return figure


def _strongest(model: keras.Model, name: str) -> np.ndarray:
    """Return kernels (frames, bands, C) in order of decreasing norm."""
    kernel = np.asarray(model.get_layer(f"{name}_conv").kernel)[:, :, 0, :]
    return kernel[:, :, np.argsort(-np.sqrt((kernel**2).sum(axis=(0, 1))))]


def _image(figure: plt.Figure, alt: str) -> str:
    encoded = io.BytesIO()
    figure.savefig(encoded, format="png")
    plt.close(figure)
    return f'<img alt="{alt}" src="data:image/png;base64,{base64.b64encode(encoded.getvalue()).decode()}">'
