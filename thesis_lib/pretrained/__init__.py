"""Published weights: fetched, checked, and converted once."""

from .musicnn import load_musicnn
from .vggish import load_vggish

__all__ = ["load_musicnn", "load_vggish"]
