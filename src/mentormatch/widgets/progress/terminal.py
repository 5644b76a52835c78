"""Progress in a terminal: one line that is written over, and gone at the end."""

import os
from collections.abc import Sequence
from typing import TextIO

from mentormatch.base.progress import Progress
from mentormatch.base.streams import rewrite_line
from mentormatch.languages import mark, tr
from mentormatch.widgets.progress.words import looked, part, stage, time

HINT = mark("Ctrl-C : s'arrêter là")
WIDTH = 80
"""Where the terminal does not say how wide it is."""


class TerminalLine:
    """Writes progress over itself on one line of a terminal; it takes nothing but carriage returns and spaces."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.shown = ""

    def __call__(self, progress: Progress) -> None:
        """Show how far work is; nothing once it is over."""
        told = [time(progress.seconds), part(progress), stage(progress), looked(progress), tr(HINT)]
        text = "" if progress.over else fitted([word for word in told if word], width(self.stream) - 1)
        if text == self.shown:
            return
        wiped = " " * len(self.shown) if len(self.shown) > len(text) else ""
        for each in (wiped, text) if wiped else (text,):
            rewrite_line(self.stream, each)
        self.stream.flush()
        self.shown = text


def fitted(told: Sequence[str], room: int) -> str:
    """Return on one line as much as there is room for, the first things first.

    >>> fitted(["12 s", "Le plus de binômes", "Ctrl-C"], 26), fitted(["12 s", "Le plus de binômes"], 10)
    ('12 s · Le plus de binômes', '12 s · Le…')
    """
    whole = next((said for last in range(len(told), 1, -1) if len(said := " · ".join(told[:last])) <= room), None)
    if whole is not None:
        return whole
    said = " · ".join(told[:-1] if len(told) > 2 else told)
    return said if len(said) <= room else said[: max(room - 1, 0)].rstrip() + "…"


def width(stream: TextIO) -> int:
    """Return how many characters fit on a line of a terminal."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or WIDTH
    except OSError:
        return WIDTH
