"""List the models that the package musicnn 0.1.0 released.

Jordi Pons & Xavier Serra, "musicnn: pre-trained convolutional neural networks for music audio tagging", ISMIR 2019
late-breaking demo. Its published scores are in `data/paper/results.csv`.
"""

from __future__ import annotations

from typing import NamedTuple


class Released(NamedTuple):
    """A released model.

    Attributes:
        architecture: a key of `models.ARCHITECTURES`.
        size: its size there.
        trained_on: data set it was trained on; its 50 tags are `TAGS[trained_on]`.
        in_package: whether the package contains the weights; if not, the reader needs the checkpoint folder.
    """

    architecture: str
    size: str
    trained_on: str
    in_package: bool = True


RELEASED = {
    "MTT_musicnn": Released("musicnn", "released", "MTT"),
    "MTT_vgg": Released("musicnn_vgg", "released", "MTT"),
    "MSD_musicnn": Released("musicnn", "released", "MSD"),
    "MSD_vgg": Released("musicnn_vgg", "released", "MSD"),
    "MSD_musicnn_big": Released("musicnn", "big", "MSD", in_package=False),
}
