"""Measure what the padding of a clip's edges is worth in chapter IV: zeros as in today's librosa, or its mirror image.

librosa of 2018, which the original code used, mirrored the clip by default. The program scores the SVM on about 120
features of the six front-ends on spectrograms, one draw, with nested selection, and prints the mean difference over the
folds in points.

    python benchmarks/edges.py --clips esc10.csv
"""

import argparse
from pathlib import Path

import numpy as np

from thesis_lib.datasets import table
from thesis_lib.protocols.non_trained import evaluation, extraction

FRONT_ENDS = ["vgg", "7x96", "7x86", "timbral", "temporal", "timbral_temporal"]


def scores(clips, pad):
    """Score every front-end with one way of padding; return the accuracy per fold, (folds,), by front-end."""
    extraction.LOG_MEL = {**extraction.LOG_MEL, "pad": pad}
    seconds = evaluation.common_length(clips, 15.0)
    settings = {"architectures": FRONT_ENDS, "classifiers": ["svm"], "n_features": 120, "seconds": seconds, "seed": 0}
    rows = [row for rows in evaluation.evaluate(clips, **settings) for row in rows if row["protocol"] == "nested"]
    return {name: np.array([row["value"] for row in rows if row["system"] == name]) for name in FRONT_ENDS}


def main():
    """Print one line per front-end."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--clips", type=Path, required=True, help="table of a data set, as for -p dataset=table")
    clips = table.clips(options.parse_args().clips)
    zeros, mirrored = scores(clips, "constant"), scores(clips, "reflect")
    for name in FRONT_ENDS:
        difference = 100 * (mirrored[name] - zeros[name])
        print(f"{name:18}{100 * zeros[name].mean():6.1f} %, mirrored {difference.mean():+.2f} points")


if __name__ == "__main__":
    main()
