"""Configure Keras as this library needs it, whatever the user's `keras.json` says.

A default float type of float16 there changed accuracies, and `channels_first` made front-ends fail. Only the choice of
backend is left to the user. Every module that builds or trains a model imports this one.
"""

from __future__ import annotations

import logging
from pathlib import Path

import keras

keras.config.set_floatx("float32")
keras.config.set_dtype_policy("float32")
keras.config.set_image_data_format("channels_last")
keras.config.set_epsilon(1e-7)
# Many models that are each traced once look to TensorFlow like one model that is traced again and again.
logging.getLogger("tensorflow").setLevel(logging.ERROR)


def jit() -> bool | str:
    """Return the value of `jit_compile` for `Model.compile`.

    On a CPU, TensorFlow's own kernels are faster than XLA's. JAX always compiles.
    """
    return False if keras.backend.backend() == "tensorflow" else "auto"


def precision() -> str:
    """Return the dtype policy with which wide convolutions run fastest on this machine.

    That is 16-bit matrix products with 32-bit sums if the processor has instructions for them (AMX); without those
    instructions they are slower than 32-bit products. Deviation: the original networks have 32-bit products.
    """
    processor = Path("/proc/cpuinfo")
    has_amx = processor.exists() and "amx_bf16" in processor.read_text("utf-8")
    return "mixed_bfloat16" if has_amx else "float32"


def device() -> str:
    """Return the device that computes, for example "cpu:0" or "gpu:0"."""
    if keras.backend.backend() == "torch":  # Keras lists no devices for PyTorch
        import torch

        return "gpu:0" if torch.cuda.is_available() else "cpu:0"
    return keras.distribution.list_devices()[0].lower()


def computation() -> dict[str, str]:
    """Return what can change a computed value besides the code: backend, device kind and default types."""
    return {
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
        "device": device().split(":")[0],
        "floatx": keras.config.floatx(),
        "policy": keras.config.dtype_policy().name,
    }
