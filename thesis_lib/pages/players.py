"""Show clips as audio players, waveforms and spectrograms."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from html import escape
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import soundfile

from .. import audio
from ..datasets.clip import Clip
from .style import WIDTH


def one_a_class(clips: Sequence[Clip], *, at_most: int = 10) -> list[Clip]:
    """Return the first clip of each class, for at most `at_most` classes."""
    first = {clip.label: clip for clip in reversed(clips) if clip.labels}
    return [first[label] for label in sorted(first)][:at_most]


def players(clips: Sequence[Clip], *, seconds: float = 8.0, sample_rate: int = 16_000) -> str:
    """Return audio players as self-contained HTML: the start of each clip as MP3, about 4 kB per second.

    Args:
        clips: clips to play.
        seconds: duration to play of each clip.
        sample_rate: in Hz.
    """
    return _shown([(clip, ", ".join(clip.labels) or "no label") for clip in clips], seconds, sample_rate)


def phrases(clips: Sequence[Clip], *, seconds: float = 12.0, sample_rate: int = 16_000) -> str:
    """Return audio players of sung phrases, each with its group, its syllables and their onsets; see `players`."""
    named = [(clip, f"{clip.group}: {', '.join(_syllables(clip))} s") for clip in clips]
    return _shown(named, seconds, sample_rate)


def _syllables(clip: Clip) -> list[str]:
    """Return each syllable's phonemes, if they are known, and its onset in seconds."""
    found = []
    for onset, end in pairwise((*clip.onsets, math.inf)):
        sung = "".join(symbol for start, _, symbol in clip.segments if onset <= start < end)
        found.append(f"{sung} {onset:.2f}".strip())
    return found


def _shown(named: Sequence[tuple[Clip, str]], seconds: float, sample_rate: int) -> str:
    items = []
    for clip, text in named:
        encoded = io.BytesIO()
        waveform = audio.load(clip.path, sample_rate, seconds=seconds)
        soundfile.write(encoded, waveform, sample_rate, format="MP3", bitrate_mode="CONSTANT", compression_level=0.9)
        source = f"data:audio/mpeg;base64,{base64.b64encode(encoded.getvalue()).decode()}"
        name = escape(text)
        player = f'<audio controls preload="none" aria-label="{name}" src="{source}"></audio>'
        items.append(f"<figure><figcaption>{name}</figcaption>{player}</figure>")
    return f'<div class="listening">{"".join(items)}</div>'


def waveforms(clips: Sequence[Clip], *, seconds: float = 8.0, sample_rate: int = 12_000) -> plt.Figure:
    """Draw the waveforms of the starts of clips."""
    rows = -(-len(clips) // 2)
    figure, axes = plt.subplots(rows, 2, figsize=(WIDTH, 0.9 * rows), sharex=True, sharey=True, squeeze=False)
    for axis, clip in zip(axes.flat, clips, strict=False):
        waveform = audio.load(clip.path, sample_rate, seconds=seconds)
        axis.plot(np.arange(len(waveform)) / sample_rate, waveform, linewidth=0.3, rasterized=True)
        axis.set_title(_name(clip), fontsize=11, loc="left")
        axis.set(ylim=(-1, 1), yticks=(-1, 0, 1))
    for axis in axes.flat[len(clips) :]:
        axis.set_axis_off()
    figure.supxlabel("time (s)", fontsize=11)
    figure.tight_layout()
    return figure


def _name(clip: Clip) -> str:
    """Return at most three labels of a clip as text."""
    return ", ".join(clip.labels[:3]) + (" ..." if len(clip.labels) > 3 else "") or "no label"


def spectrograms(clips: Sequence[Clip], *, seconds: float = 8.0, sample_rate: int = 12_000) -> plt.Figure:
    """Draw the log-mel spectrograms of the starts of clips, as in the input of the spectrogram front-ends."""
    rows = -(-len(clips) // 2)
    figure, axes = plt.subplots(rows, 2, figsize=(WIDTH, 1.5 * rows), sharex=True, sharey=True, squeeze=False)
    for axis, clip in zip(axes.flat, clips, strict=False):
        waveform = audio.load(clip.path, sample_rate, seconds=seconds)
        log_mel = audio.log_mel(waveform, sample_rate, fmax=sample_rate / 2)
        extent = (0, len(waveform) / sample_rate, 0, log_mel.shape[1])
        axis.imshow(log_mel.T, origin="lower", aspect="auto", cmap="magma", extent=extent)
        axis.set_title(_name(clip), fontsize=11, loc="left")
        axis.grid(False)
    for axis in axes.flat[len(clips) :]:
        axis.set_axis_off()
    figure.supxlabel("time (s)", fontsize=11)
    figure.supylabel("mel band", fontsize=11)
    figure.tight_layout()
    return figure
