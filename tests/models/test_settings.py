"""Check that Keras is configured by this library, whatever the user's keras.json says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from thesis_lib import models

BUILDS = re.compile(r"keras\.(Model|Sequential)\(|(model|network)\.compile\(")


@pytest.mark.parametrize("name", ["vgg", "timbral", "sb_cnn", "prototypical", "musicnn"])
def test_the_users_configuration_changes_no_model(tmp_path, name):
    bad = {"floatx": "float16", "image_data_format": "channels_first", "epsilon": 1e-3, "dtype_policy": "mixed_float16"}
    (tmp_path / "keras.json").write_text(json.dumps(bad))
    script = f"""if True:
        import json
        from thesis_lib.models import ARCHITECTURES, build
        architecture = ARCHITECTURES[{name!r}]
        model = build({name!r}, **next(iter(architecture.sizes.values())).knobs)
        import keras
        formats = {{layer.data_format for layer in model.layers if hasattr(layer, "data_format")}}
        outputs = model.output if isinstance(model.output, dict) else {{"": model.output}}
        print(json.dumps([
            sorted({{output.dtype for output in outputs.values()}}), sorted(formats), keras.config.epsilon(),
            sorted({{weight.dtype for weight in model.weights}}),
        ]))
    """
    environment = os.environ | {"KERAS_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    types, formats, epsilon, weights = json.loads(done.stdout.splitlines()[-1])
    assert (types, formats, epsilon, weights) == (["float32"], ["channels_last"], 1e-7, ["float32"])


def test_every_module_that_builds_or_compiles_a_model_configures_keras():
    package = models.__spec__.submodule_search_locations[0]
    sources = {path: path.read_text(encoding="utf-8") for path in Path(package).parent.rglob("*.py")}
    building = {path: source for path, source in sources.items() if BUILDS.search(source)}
    assert len(building) > 8
    assert not [path for path, source in building.items() if "settings" not in source]
