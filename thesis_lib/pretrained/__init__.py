"""Load published weights into Keras models: fetched, verified and converted once."""

from importlib import import_module

_MODULES = {"load_musicnn": "musicnn", "load_vggish": "vggish", "Tagger": "tagger", "Tagged": "tagger"}
__all__ = list(_MODULES)


def __getattr__(name: str):
    """Import on first access: Keras takes seconds, and `thesis tag --help` should not."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
