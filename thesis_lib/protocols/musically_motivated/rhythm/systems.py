"""List the systems for rhythm, and what they read.

The input is that of the papers: log10(10000 x + 1) of 40 mel bands at 44.1 kHz, with a window of 2,048 and a hop of
1,024 samples. Deviations: the originals' bands and window are Essentia's (Blackman-Harris), and this book's are
librosa's (Slaney, Hann).
"""

from __future__ import annotations

from ..systems import FrontEnd, System

FRONT_END = FrontEnd(44_100, {"n_mels": 40, "n_fft": 2048, "hop": 1024, "compression": "log10(10000x+1)"})


def _system(label: str, network: str, size: str, *starts_from: str) -> System:
    return System(label, network, size, FRONT_END, starts_from)


SYSTEMS = {
    "black_box": _system("Black box", "black_box", "short"),
    "black_box_long": _system("Black box, 5.8 s", "black_box", "long"),
    "time": _system("Time", "time", "short"),
    "time_long": _system("Time, 5.8 s", "time", "long"),
    **{f"frequency_{m}": _system(f"Frequency {m}", "frequency", f"height_{m}") for m in (30, 32, 34, 36, 38, 40)},
    "time_frequency": _system("Time-frequency", "time_frequency", "published"),
    "time_frequency_init": _system(
        "Time-frequency, initialised", "time_frequency", "published", "time", "frequency_32"
    ),
    "o_net": _system("O", "o_net", "once"),
    "o_net_2": _system("2O", "o_net", "twice"),
    "p_net": _system("P", "p_net", "once"),
    "p_net_2": _system("2P", "p_net", "twice"),
    "o_p_net": _system("O+P", "o_p_net", "once"),
    **{f"o_p_net_{n}": _system(f"{n}(O+P)", "o_p_net", f"times_{n}") for n in (2, 4, 8)},
}
LABELS = {name: system.label for name, system in SYSTEMS.items()}
