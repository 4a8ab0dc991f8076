"""Check that pages show the code and the layers of the networks that run."""

import pytest

from thesis_lib.models import build
from thesis_lib.pages import networks


@pytest.mark.parametrize("name", ["vgg", "sb_cnn"])
def test_the_code_shown_builds_the_network(name):
    shown = networks.code(name).data
    assert shown.startswith(f"```python\ndef {name}(") and "keras.Model(" in shown or "_means(" in shown


@pytest.mark.parametrize("name", ["sb_cnn", "prototypical"])
def test_the_table_names_every_layer_with_its_parameters(name):
    model = build(name)
    table = networks.layers(name).data
    assert list(table["layer"]) == [layer.name for layer in model.layers]
    assert table["parameters"].sum() == model.count_params()
