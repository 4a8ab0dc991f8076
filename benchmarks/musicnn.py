"""Measure musicnn's time per file, its parts, and the network's time relative to that of its arithmetic.

python benchmarks/musicnn.py [--output data/results/musicnn_speed]     6 minutes on 2 cores

The floor is the network's floating-point operations over the rate of a 2048 x 2048 matrix product, measured before and
after each file; time above it is not arithmetic. Values are medians over files and rounds. The original needs Python
3.7 and is not run; its measured time is shown in the same unit, multiples of the floor at the time.
Also measured: overlapping patches with and without a shared front-end, and the memory for a file of ten minutes.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
from floor import gemm_rate, timed

from thesis_lib import audio
from thesis_lib.datasets.rendered import dances
from thesis_lib.pretrained import tagger as tagging
from thesis_lib.records import run as results

FILES, ROUNDS, SECONDS = 20, 3, (29, 60)
FLOPS = {"MTT_musicnn": 2.797e9, "MTT_vgg": 1.770e9}  # per patch: twice the number of multiplications
# The original's time per file over the floor, as measured for files of that length.
ORIGINAL = {("MTT_musicnn", 29): 8.5, ("MTT_musicnn", 60): 5.7, ("MTT_vgg", 29): 6.2, ("MTT_vgg", 60): 5.0}
FORMATS = {"wav": 16_000, "mp3": 44_100}  # the format of the original's measurement, and a common one
HOPS = (0.25, 0.5, 1.0)  # s


def pieces(folder, count, seconds, extension, rate):
    """Write different music to each file."""
    paths = []
    for number, clip in enumerate(dances.clips(per_class=5, seed=1)[:count]):
        waveform = audio.repeat_to(audio.load(clip.path, rate), round(seconds * rate))
        path = Path(folder) / f"{number:02}-{seconds}.{extension}"
        soundfile.write(path, np.stack([waveform] * (1 if rate == 16_000 else 2), axis=1), rate)
        paths.append(path)
    return paths


def measured(name, tagger, seconds, paths):
    """Measure medians over rounds and files: seconds per file, for decoding, log-mel and network, and of the floor."""
    patches, rows = len(tagger(paths[0]).taggram), []
    for _ in range(ROUNDS):
        for path in paths:
            before = gemm_rate()
            whole = timed(lambda: tagger(path))  # noqa: B023
            rate = (before + gemm_rate()) / 2
            decoding = timed(lambda: list(audio.stream(path, tagging.SAMPLE_RATE)))  # noqa: B023
            log_mel = timed(lambda: tagging.log_mel(path)) - decoding  # noqa: B023
            floor = patches * FLOPS[name] / rate
            network = whole - decoding - log_mel
            rows.append([whole, decoding, log_mel, network, rate / 1e9, network / floor, whole / floor])
    names = [
        "s a file",
        "decoding, s",
        "log-mel, s",
        "network, s",
        "GEMM, GFLOP/s",
        "network over floor",
        "all over floor",
    ]
    found = dict(zip(names, np.median(rows, axis=0).tolist(), strict=True))
    return found | {"original over ours": ORIGINAL[name, seconds] / found["all over floor"], "patches": patches}


def sharing(tagger, path):
    """Measure seconds for one file with overlapping patches, with a shared front-end and with one pass per patch."""
    rows, as_it_is = [], tagging.SHARED_BELOW
    for hop in HOPS:
        took, taggrams = {}, {}
        for kind, below in (("shared", as_it_is), ("anew", 0)) * 2:  # the first of each traces
            tagging.SHARED_BELOW = below
            start = time.perf_counter()
            taggrams[kind] = tagger(path, hop=hop).taggram
            took[kind] = time.perf_counter() - start
        difference = float(abs(taggrams["shared"] - taggrams["anew"]).max())
        rows.append({"hop": hop, **took, "times faster": took["anew"] / took["shared"], "difference": difference})
    tagging.SHARED_BELOW = as_it_is
    return rows


def peak_memory(path):
    """Measure the peak memory in GiB of a process that tags a file."""
    script = f"from thesis_lib.pretrained import Tagger; Tagger()({str(path)!r})"
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    subprocess.run([sys.executable, "-c", script], check=True, stderr=subprocess.DEVNULL)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert peak > before, "an earlier child needed more"
    return peak / 2**20


def main():
    """Print one line per measurement, and write records."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--output", type=Path, default=Path("runs/musicnn_speed"))
    given = options.parse_args()
    described = {"dataset": "rendered_dances", "scale": "full", "seed": 1, "files": FILES, "rounds": ROUNDS}
    run = results.Run(given.output, "A", described, "rendered")
    with tempfile.TemporaryDirectory() as scratch:
        long = pieces(scratch, 1, 600, "mp3", 44_100)[0]
        memory = {"metric": "peak memory of 10 minutes, GiB", "value": peak_memory(long)}
        print(memory, flush=True)
        run.add([{"system": "MTT_musicnn", "protocol": "memory"} | memory])
        for name in FLOPS:
            tagger = tagging.Tagger(name)
            for seconds in SECONDS:
                for extension, rate in FORMATS.items():
                    found = measured(name, tagger, seconds, pieces(scratch, FILES, seconds, extension, rate))
                    print(name, seconds, extension, {key: round(value, 4) for key, value in found.items()}, flush=True)
                    common = {"system": name, "protocol": f"{extension}, {seconds} s"}
                    run.add([common | {"metric": key, "value": float(value)} for key, value in found.items()])
            if name == "MTT_musicnn":
                for row in sharing(tagger, pieces(scratch, 1, 60, "wav", 16_000)[0]):
                    print(row, flush=True)
                    common = {"system": name, "protocol": f"hop {row.pop('hop'):g} s"}
                    run.add([common | {"metric": key, "value": value} for key, value in row.items()])
    run.finish()


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
