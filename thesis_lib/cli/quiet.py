"""A terminal in, the same terminal without what libraries write past Python out."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def native_stderr_hidden() -> Iterator[TextIO]:
    """Sends file descriptor 2, where TensorFlow writes its start-up notes, to nowhere.

    Yields:
        A stream that still reaches what stderr reached before.
    """
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        with os.fdopen(os.dup(kept), "w") as stream:
            yield stream
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def retracing_unmentioned() -> None:
    """Keeps TensorFlow from taking many models, each traced once, for one that is traced again and again."""
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
