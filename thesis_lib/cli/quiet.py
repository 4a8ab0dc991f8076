"""Silence stderr of native libraries."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def native_stderr_hidden() -> Iterator[TextIO]:
    """Redirect file descriptor 2, to which TensorFlow writes its start-up messages, to /dev/null.

    Yields:
        A stream that still writes to the original stderr.
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
