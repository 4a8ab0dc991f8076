"""List the systems of chapter VI.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019, section 2.
The paper transfers by fine-tuning VGGish: its gradients are multiplied by 1e-4, with a learning rate of 0.1, batches of
128 and 200 epochs. That is `finetuned_vggish`. All systems on a frozen network, and all on musicnn, are this book's.
"""

from __future__ import annotations

from typing import NamedTuple


class System(NamedTuple):
    """A system that learns from a few labelled clips per class.

    Attributes:
        label: name in figures and tables.
        family: how it learns, a key of `preparation.FAMILIES`.
        source: its input: "mfcc", "log_mel", or the network pretrained on other sounds, "musicnn" or "vggish".
        network: a key of `models.ARCHITECTURES` for what is trained from scratch.
        validated: whether a validation part chooses the epoch.
    """

    label: str
    family: str
    source: str = "log_mel"
    network: str | None = None
    validated: bool = False

    @property
    def pretrained(self) -> bool:
        """Whether the system uses a network pretrained on other sounds."""
        return self.source in ("musicnn", "vggish")


# The paper fine-tunes VGGish at 10⁻⁴ of the learning rate, in `finetuned_vggish` and below its prototypes. Deviation:
# the frozen systems leave the pretrained network as it is, which costs a hundredth of the time.
SYSTEMS = {
    "nn_mfcc": System("nearest neighbour, MFCC", "nearest", "mfcc"),
    "nn_musicnn": System("nearest neighbour, musicnn", "nearest", "musicnn"),
    "nn_vggish": System("nearest neighbour, VGGish", "nearest", "vggish"),
    "sb_cnn": System("SB-CNN", "regularised", network="sb_cnn"),
    "few_vgg": System("VGG", "regularised", network="few_vgg"),
    "few_timbre": System("TIMBRE", "regularised", network="few_timbre"),
    "sb_cnn_validated": System("SB-CNN, validated", "regularised", network="sb_cnn", validated=True),
    "few_vgg_validated": System("VGG, validated", "regularised", network="few_vgg", validated=True),
    "few_timbre_validated": System("TIMBRE, validated", "regularised", network="few_timbre", validated=True),
    "prototypical": System("prototypical network", "prototypical", network="prototypical"),
    # The paper fine-tunes VGGish under its prototypes, too; that is not available here.
    "prototypical_musicnn": System("prototypes on frozen musicnn", "prototypical_transfer", "musicnn"),
    "prototypical_vggish": System("prototypes on frozen VGGish", "prototypical_transfer", "vggish"),
    "transfer_musicnn": System("softmax on frozen musicnn", "transfer", "musicnn"),
    "transfer_vggish": System("softmax on frozen VGGish", "transfer", "vggish"),
    "finetuned_musicnn": System("musicnn fine-tuned at 1e-4", "finetuned", "musicnn"),
    "finetuned_vggish": System("VGGish fine-tuned at 1e-4, as published", "finetuned", "vggish"),
}
LABELS = {name: system.label for name, system in SYSTEMS.items()}
