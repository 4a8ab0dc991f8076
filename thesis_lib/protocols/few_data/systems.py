"""A system of chapter VI by its name in, what figures call it out.

Jordi Pons, Joan Serrà & Xavier Serra, "Training neural audio classifiers with few data", ICASSP 2019, section 2.
"""

from __future__ import annotations

SYSTEMS = {
    "nn_mfcc": "nearest neighbour, MFCC",
    "nn_musicnn": "nearest neighbour, musicnn",
    "nn_vggish": "nearest neighbour, VGGish",
    "sb_cnn": "SB-CNN",
    "few_vgg": "VGG",
    "few_timbre": "TIMBRE",
    "sb_cnn_validated": "SB-CNN, validated",
    "few_vgg_validated": "VGG, validated",
    "few_timbre_validated": "TIMBRE, validated",
    "prototypical": "prototypical network",
    "prototypical_musicnn": "prototypes on musicnn",
    "prototypical_vggish": "prototypes on VGGish",
    "transfer_musicnn": "softmax on musicnn",
    "transfer_vggish": "softmax on VGGish",
    "finetuned_musicnn": "musicnn, fine-tuned",
    "finetuned_vggish": "VGGish, fine-tuned",
}
# Without what needs a checkpoint of 277 MB, a validation part or, in practice, a GPU.
USUAL = ("nn_mfcc", "nn_musicnn", "sb_cnn", "few_vgg", "few_timbre", "prototypical", "prototypical_musicnn",
         "transfer_musicnn")  # fmt: skip
PRETRAINED = tuple(name for name in SYSTEMS if name.endswith(("musicnn", "vggish")))  # heard other sounds before
