"""Read the features of frame-level front-ends as the original code reads them.

The repository `elmarc` (Jordi Pons, 2019) averages the feature maps of each layer over two axes into a row of a matrix
filled with zeros, one column per feature map (`main.py`, `format_cnn_data`). The three layers of the frame-level
back-end (`dl_models.py`, `backend`) are transposed, so that their last axis, which is read as that of the feature maps,
has length one. Each gives one number, the mean over all its feature maps, and the rest of its row stays zero. Of the
3,584 features of the larger size, 899 (frame-level) and 2,243 (frame-level many) can differ from zero.
"""

from __future__ import annotations

import numpy as np

LAYERS = 3  # of the back-end, the last features


def as_published(features: np.ndarray, width: int) -> np.ndarray:
    """Replace the features of the back-end by one number per layer, followed by zeros.

    Args:
        features: the means of all feature maps, (N, D); the back-end's are the last ones.
        width: number of feature maps per layer of the back-end, C.

    Returns:
        Shape (N, D), of which at most D - 3 C + 3 columns differ from zero.
    """
    found = features.copy()
    back_end = found[:, -LAYERS * width :].reshape(len(found), LAYERS, width)
    means = back_end.mean(axis=2)
    back_end = np.zeros_like(back_end)
    back_end[:, :, 0] = means
    found[:, -LAYERS * width :] = back_end.reshape(len(found), -1)
    return found
