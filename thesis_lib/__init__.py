"""Audio in, the thesis's experiments and their records out."""

import logging
import os
import warnings

__version__ = "0.1.0"

# Notes on TensorFlow's start, and on tracing one function for each model, are no part of a page.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
logging.getLogger("tensorflow").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", "IProgress not found")  # tqdm's advice, which pooch and papermill call forth
