"""A line on the terminal that says how far a run has come; nothing where there is no terminal."""

import sys
import time

WIDTH = 16


class Progress:
    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0
        self.began = time.monotonic()

    def show(self, what: str) -> None:
        """Say what is about to be done; what was shown before is finished."""
        filled = WIDTH * self.done // self.total
        bar = "█" * filled + "░" * (WIDTH - filled)
        self.write(f"{bar} {self.done}/{self.total}  {what}{self.left()}")
        self.done += 1

    def left(self) -> str:
        if not self.done:
            return ""
        passed = time.monotonic() - self.began
        seconds = round(passed / self.done * (self.total - self.done))
        return f", {seconds // 60}:{seconds % 60:02d} left"

    def end(self) -> None:
        self.write("")

    def write(self, text: str) -> None:
        if sys.stderr.isatty():
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
