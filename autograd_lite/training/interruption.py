"""Ctrl-C: once is a wish to stop after this step, twice stops at once."""

import signal
import threading
from types import FrameType
from typing import Any


class Interruption:
    """While this context lasts, the first Ctrl-C sets `asked` and the second is as usual.

    Python tells the main thread alone; in another one this does nothing.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: Any = None

    def __enter__(self) -> "Interruption":
        if threading.current_thread() is not threading.main_thread():
            return self
        before = signal.getsignal(signal.SIGINT)
        # A job in the background is not to be stopped; None is a handler that is not Python's.
        if before not in (signal.SIG_IGN, None):
            self._before = before
            signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *exception: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
