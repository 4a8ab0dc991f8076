"""List the models that the package musicnn 0.1.0 released.

Jordi Pons & Xavier Serra, "musicnn: pre-trained convolutional neural networks for music audio tagging", ISMIR 2019
late-breaking demo.
"""

from __future__ import annotations

from typing import NamedTuple


class Released(NamedTuple):
    """A released model.

    Attributes:
        architecture: a key of `models.ARCHITECTURES`.
        size: its size there.
        trained_on: data set it was trained on; its 50 tags are `TAGS[trained_on]`.
        roc_auc: area under the ROC curve, averaged over tags, on the test part, as the training log states it.
        pr_auc: area under the precision-recall curve, averaged over tags, from the same log.
        in_package: whether the package contains the weights; if not, the reader needs the checkpoint folder.
    """

    architecture: str
    size: str
    trained_on: str
    roc_auc: float
    pr_auc: float
    in_package: bool = True


RELEASED = {
    "MTT_musicnn": Released("musicnn", "released", "MTT", 0.90668, 0.38311),
    "MTT_vgg": Released("musicnn_vgg", "released", "MTT", 0.90303, 0.38227),
    "MSD_musicnn": Released("musicnn", "released", "MSD", 0.88019, 0.28906),
    "MSD_vgg": Released("musicnn_vgg", "released", "MSD", 0.87676, 0.28192),
    "MSD_musicnn_big": Released("musicnn", "big", "MSD", 0.88413, 0.30030, in_package=False),
}
