"""Describe a system of chapter III: an architecture at one of its published sizes, and its input."""

from __future__ import annotations

from typing import NamedTuple

from ...models import ARCHITECTURES, build


class FrontEnd(NamedTuple):
    """The log-mel spectrogram that a network reads.

    Attributes:
        sample_rate: in Hz.
        mel: keyword arguments of `audio.log_mel`.
    """

    sample_rate: int
    mel: dict

    @property
    def hop(self) -> float:
        """Seconds between frames."""
        return self.mel["hop"] / self.sample_rate


class System(NamedTuple):
    """A system of chapter III.

    Attributes:
        label: name in figures and tables.
        network: a key of `ARCHITECTURES`.
        size: one of its sizes.
        front_end: what it reads.
        starts_from: systems whose trained filters it starts from, on the same fold.
        input_shape: (T, F), if it is not that of the architecture.
    """

    label: str
    network: str
    size: str
    front_end: FrontEnd
    starts_from: tuple[str, ...] = ()
    input_shape: tuple[int, int] | None = None

    def build(self, n_outputs: int):
        """Build the network, in its fast form if it has one, for a number of classes or tags."""
        architecture = ARCHITECTURES[self.network]
        shape = {"input_shape": self.input_shape} if self.input_shape else {}
        fast = architecture.fast is not None
        return build(self.network, fast=fast, n_outputs=n_outputs, **shape, **architecture.sizes[self.size].knobs)
