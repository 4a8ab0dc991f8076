"""Run the experiments of Jordi Pons' thesis on music and audio tagging, and keep their records."""

import os
import warnings

__version__ = "0.1.0"

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's start-up messages do not belong on a page
warnings.filterwarnings("ignore", "IProgress not found")  # tqdm's hint, triggered by pooch and papermill
