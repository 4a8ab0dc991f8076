"""Measure the feature store on recorded sounds: clips, seconds, and seconds with one process.

python benchmarks/store.py --esc10 FOLDER --urbansound8k FOLDER [--output data/results/store]

ESC-10 is a folder with one sub-folder per class. UrbanSound8K may be any part of its `audio/foldN/`, in any format:
fold and class are in the names (freesound id, class, occurrence, slice). The benchmark uses a temporary cache.
"""

import argparse
import csv
import os
import tempfile
import time
from pathlib import Path

import numpy as np

from thesis_lib import features
from thesis_lib.datasets import folder, table
from thesis_lib.records import run as results

SETTINGS = {
    "randomly weighted CNNs": {"sample_rate": 12_000, "n_mels": 96, "n_fft": 512, "hop": 256, "compression": "db80"},
    "musicnn": {"sample_rate": 16_000, "n_mels": 96, "n_fft": 512, "hop": 256, "compression": "log10(10000x+1)"},
    "few data": {
        "sample_rate": 44_100, "n_mels": 128, "n_fft": 1024, "hop": 1024, "compression": "log10(x+eps)",
    },
}  # fmt: skip
SECONDS = {"esc10": 5.0, "urbansound8k": 4.0}
CLASSES = ("air_conditioner", "car_horn", "children_playing", "dog_bark", "drilling", "engine_idling", "gun_shot",
           "jackhammer", "siren", "street_music")  # fmt: skip


def urbansound8k(home, scratch):
    """Load the clips of some folds of UrbanSound8K, with a table made from their names."""
    with (Path(scratch) / "clips.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "label", "fold", "group"])
        for path in sorted(Path(home).glob("**/fold*/*-*-*-*.*")):
            source, number, *_ = path.stem.split("-")
            rows.writerow([path.absolute(), CLASSES[int(number)], path.parent.name.removeprefix("fold"), source])
    return table.clips(Path(scratch) / "clips.csv")


def timed(name, clips, setting):
    """Measure seconds to compute and store the log-mels of all clips and to read them again, and bytes on disk."""
    took = []
    for _ in range(2):
        start = time.perf_counter()
        stored = features.log_mels(clips, seconds=SECONDS[name], **SETTINGS[setting])
        took.append(time.perf_counter() - start)
    assert np.isfinite(stored[len(stored) - 1]).all()
    return *took, sum(part.stat().st_size for part in stored.parts)


def main():
    """Print one line per data set and setting, and write records."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--esc10", type=Path, required=True)
    options.add_argument("--urbansound8k", type=Path, required=True)
    options.add_argument("--output", type=Path, default=Path("runs/store"))
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["THESIS_CACHE"] = scratch
        sets = {"esc10": folder.clips(given.esc10), "urbansound8k": urbansound8k(given.urbansound8k, scratch)}
        names = {name: features.fingerprint(clips) for name, clips in sets.items()}  # reads every file once
        described = {"dataset": "recorded", "scale": "full", "seed": 0, "settings": SETTINGS, "clips": names}
        run = results.Run(given.output, "store", described, "-".join(names.values()))
        features.log_mels(sets["esc10"][:64], seconds=1.0, **SETTINGS["musicnn"])  # starts the processes
        for name, clips in sets.items():
            for setting in SETTINGS:
                first, again, size = timed(name, clips, setting)
                took = f"{first:6.1f} s, again {again:.2f} s"
                print(f"{name:14}{setting:24}{len(clips):6} clips {took}, {size / 1e6:.1f} MB", flush=True)
                common = {"dataset": name, "system": setting, "protocol": "store", "seconds": round(first, 2)}
                values = {"clips": len(clips), "clips/s": len(clips) / first, "again, s": again, "MB": size / 1e6}
                run.add([common | {"metric": metric, "value": value} for metric, value in values.items()])
        run.finish()


if __name__ == "__main__":
    main()
