"""Keep what each record's system predicted for each clip, in `predictions.npz` next to the records."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..files import ROOT, written

if TYPE_CHECKING:
    from ..datasets.clip import Clip

FILE = "predictions.npz"
NOT_TESTED = -1


class Predictions:
    """The predicted class of every clip, one row per record.

    Args:
        clips: N clips with one label each.
    """

    def __init__(self, clips: Sequence[Clip]) -> None:
        paths = [str(clip.path) for clip in clips]
        home = os.path.commonpath([os.path.dirname(path) for path in paths])
        names = [Path(os.path.relpath(path, home)).as_posix() for path in paths]
        labels = np.array([clip.label for clip in clips])
        self._clips = {
            "clips": np.array(names),
            "groups": np.array([clip.group or name for clip, name in zip(clips, names, strict=True)]),
            "labels": labels,
            "classes": np.unique(labels),
        }
        self._rows: list[np.ndarray] = []

    def add(self, predicted: tuple[np.ndarray, np.ndarray] | None) -> None:
        """Add the row of one record.

        Args:
            predicted: indices of the tested clips, (n,), and their predicted labels, (n,); None for a record that
                predicts no labels.
        """
        row = np.full(len(self._clips["clips"]), NOT_TESTED, np.int16)
        if predicted is not None:
            row[predicted[0]] = np.searchsorted(self._clips["classes"], predicted[1])
        self._rows.append(row)

    def resume(self, folder: Path, n_records: int) -> bool:
        """Read the rows of a run's first records; return False if they are missing, damaged or of other clips."""
        try:
            found = _read(folder)
        except ValueError:
            return False
        same = all(np.array_equal(found[key], value) for key, value in self._clips.items())
        if not same or len(found["predicted"]) < n_records:
            return False
        self._rows = list(found["predicted"][:n_records])  # a run that was killed may have written more
        return True

    def write(self, folder: Path) -> None:
        """Write all rows, complete or not at all."""
        with written(folder / FILE) as partial, partial.open("wb") as file:
            np.savez_compressed(file, **self._clips, predicted=np.stack(self._rows))


def load(folder: Path | str, records: pd.DataFrame) -> pd.DataFrame:
    """Read what was predicted in a run.

    Args:
        folder: absolute, or relative to the project.
        records: all records of the run, from `run.load`.

    Returns:
        One row per record and tested clip: the record's system, dataset, protocol, classifier, fold, seed, n_per_class
        and train_size; the clip, its group and label, the predicted label, and whether it is right (`hit`).

    Raises:
        ValueError: the folder has no predictions or damaged ones.
    """
    folder = ROOT / folder
    found = _read(folder)
    if len(found["predicted"]) < len(records):
        raise ValueError(f"{folder / FILE} lacks the predictions of some records; run the chapter again.")
    row, clip = np.nonzero(found["predicted"][: len(records)] != NOT_TESTED)
    shared = ["system", "dataset", "protocol", "classifier", "fold", "seed", "n_per_class", "train_size"]
    frame = records.loc[row, shared].reset_index(drop=True)
    label, predicted = found["labels"][clip], found["classes"][found["predicted"][row, clip]]
    return frame.assign(
        clip=found["clips"][clip], group=found["groups"][clip], label=label, predicted=predicted, hit=label == predicted
    )


def _read(folder: Path) -> dict[str, np.ndarray]:
    try:
        with (folder / FILE).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return dict(arrays)
    except FileNotFoundError as error:
        raise ValueError(f"{folder} contains no {FILE}; give the folder of a run that keeps them.") from error
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ValueError(f"{folder / FILE} is damaged ({error}); run the chapter again.") from error
