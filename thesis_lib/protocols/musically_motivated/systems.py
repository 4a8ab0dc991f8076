"""List the systems of chapter III: each is an architecture at one of its published sizes."""

from __future__ import annotations

from typing import NamedTuple

from ...models import ARCHITECTURES, build


class System(NamedTuple):
    """A system of chapter III.

    Attributes:
        label: name in figures and tables.
        network: a key of `ARCHITECTURES`.
        size: one of its sizes.
        starts_from: systems whose trained filters it starts from, on the same fold.
    """

    label: str
    network: str
    size: str
    starts_from: tuple[str, ...] = ()


SYSTEMS = {
    "black_box": System("Black box", "black_box", "short"),
    "black_box_long": System("Black box, 5.8 s", "black_box", "long"),
    "time": System("Time", "time", "short"),
    "time_long": System("Time, 5.8 s", "time", "long"),
    **{f"frequency_{m}": System(f"Frequency {m}", "frequency", f"height_{m}") for m in (30, 32, 34, 36, 38, 40)},
    "time_frequency": System("Time-frequency", "time_frequency", "published"),
    "time_frequency_init": System(
        "Time-frequency, initialised", "time_frequency", "published", ("time", "frequency_32")
    ),
    "o_net": System("O", "o_net", "once"),
    "o_net_2": System("2O", "o_net", "twice"),
    "p_net": System("P", "p_net", "once"),
    "p_net_2": System("2P", "p_net", "twice"),
    "o_p_net": System("O+P", "o_p_net", "once"),
    **{f"o_p_net_{n}": System(f"{n}(O+P)", "o_p_net", f"times_{n}") for n in (2, 4, 8)},
}
LABELS = {name: system.label for name, system in SYSTEMS.items()}


def network(name: str, n_outputs: int):
    """Build the network of a system for a number of classes.

    Args:
        name: a key of `SYSTEMS`.
        n_outputs: number of classes.
    """
    system = SYSTEMS[name]
    architecture = ARCHITECTURES[system.network]
    fast = architecture.fast is not None
    return build(system.network, fast=fast, n_outputs=n_outputs, **architecture.sizes[system.size].knobs)
