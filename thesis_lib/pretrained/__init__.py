"""Published weights: fetched, checked, and converted once."""

from .musicnn import load_musicnn

__all__ = ["load_musicnn"]
