"""Compute the features of data sets once, in parallel, and store them."""

from .clips import fingerprint, inputs, log_mels, waveforms

__all__ = ["fingerprint", "inputs", "log_mels", "waveforms"]
