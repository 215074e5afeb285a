"""The folder of a run: whole, or not there at all."""

import os
import secrets
import shutil
from itertools import count
from pathlib import Path


class RunFolder:
    """A folder to write into, which is put in its place when `publish` says it is complete.

    Until then its files lie in a hidden folder beside that place (within it, if it is an empty
    folder that is already there), which goes when the context ends. FileExistsError if something
    else is there.
    """

    def __init__(self, place: Path) -> None:
        if not is_free(place):
            raise FileExistsError(
                f"{place} is already there; remove it, or choose another folder with --out"
            )
        self.place = Path(os.path.abspath(place))
        self._given = self.place.is_dir()
        hidden = f".{self.place.name}.{secrets.token_hex(4)}.unfinished"
        self.path = (self.place if self._given else self.place.parent) / hidden
        self._made: list[Path] = []

    def __enter__(self) -> "RunFolder":
        try:
            for parent in reversed(self.path.parents):
                if not parent.is_dir():
                    parent.mkdir()
                    self._made.append(parent)
            self.path.mkdir()
        except OSError:
            self._remove()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self._remove()

    def publish(self) -> Path:
        """Put the files in their place, or in the next one free if that was taken meanwhile."""
        if self._given:
            for file in sorted(self.path.iterdir()):
                file.replace(self.place / file.name)
            return self.place
        place = next_free(self.place)
        self.path.rename(place)
        return place

    def _remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        for parent in reversed(self._made):
            if not any(parent.iterdir()):
                parent.rmdir()


def next_free(place: Path) -> Path:
    """`place`, or the first free one of those with -2, -3, ... added."""
    others = (place.with_name(f"{place.name}-{number}") for number in count(2))
    return place if is_free(place) else next(filter(is_free, others))


def is_free(place: Path) -> bool:
    """Whether a run may be put here: nothing is, or an empty folder."""
    if place.is_dir():
        return not any(place.iterdir())
    return not os.path.lexists(place)
