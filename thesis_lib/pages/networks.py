"""Show how an architecture is built: the code that builds it and its layers."""

from __future__ import annotations

import inspect

import pandas as pd
from IPython.display import Markdown
from pandas.io.formats.style import Styler

from ..models import ARCHITECTURES, build, builder


def code(name: str, *parts: str) -> Markdown:
    """Return the source code of the function that builds an architecture.

    Args:
        name: a key of `ARCHITECTURES`.
        *parts: functions of the same module that build parts of it, shown after it.
    """
    function = builder(name)
    functions = [function, *(function.__globals__[part] for part in parts)]
    source = "\n\n".join(inspect.getsource(one) for one in functions)
    return Markdown(f"```python\n{source}```")


def layers(name: str, size: str | None = None) -> Styler:
    """Tabulate the layers of an architecture: name, kind, output shape without the batch, and parameters.

    Args:
        name: a key of `ARCHITECTURES`.
        size: a published size; the first by default.
    """
    sizes = ARCHITECTURES[name].sizes
    model = build(name, **sizes[size or next(iter(sizes))].knobs)
    rows = [
        (layer.name, type(layer).__name__, " × ".join(map(str, layer.output.shape[1:])), layer.count_params())
        for layer in model.layers
    ]
    table = pd.DataFrame(rows, columns=["layer", "kind", "output", "parameters"])
    return table.style.hide().format({"parameters": "{:,}"}).set_table_attributes('class="wide prose"')
