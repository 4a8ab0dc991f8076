"""A Ctrl-C that Python lost in, the same Ctrl-C again out."""

from __future__ import annotations

import _thread
import sys
import threading
from typing import Any


def raised_again(lost: Any) -> None:
    """For `sys.unraisablehook`: raises a KeyboardInterrupt anew that came while an object was cleared away.

    Python raises it wherever it is, and from a finalizer or the callback of a weak reference nothing can be raised:
    the key would have been pressed in vain. Event loops, as the one that executes notebooks, call many of them.

    Args:
        lost: what `sys.unraisablehook` is given; all but interrupts go where they went.
    """
    if lost.exc_type is KeyboardInterrupt:
        threading.Timer(0.05, _thread.interrupt_main).start()  # from here it would be lost as well
    else:
        sys.__unraisablehook__(lost)
