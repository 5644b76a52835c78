"""Progress in a notebook: a few words below the cell, written over while it works; at the end, what came of it."""

import sys
from html import escape
from typing import Any

from mentormatch.base.progress import Progress
from mentormatch.languages import mark, tr
from mentormatch.widgets.progress.words import end, looked, part, stage, time

HINT = mark("Le bouton qui interrompt le noyau (■) arrête le calcul et garde la meilleure réponse trouvée.")
QUIET, LOUD = ("font-size:90%;opacity:.75;margin:.2em 0", "margin:.4em 0")


def in_notebook() -> bool:
    """Say whether this process is the kernel of a notebook."""
    shell = _shell()
    return shell is not None and hasattr(shell, "kernel")


def _shell() -> Any:
    asked = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return None if asked is None else asked()


class ProgressCell:
    """Shows progress below the cell that runs, anew for each piece of work."""

    def __init__(self) -> None:
        self.handle: Any = None
        self.shown = ""

    def __call__(self, progress: Progress) -> None:
        """Show how far work is, or what came of it."""
        text = end(progress) if progress.over else _told(progress)
        if text != self.shown or self.handle is None:
            self._show(text, page_of(progress, text))
            self.shown = text
        if progress.over:
            self.handle = None

    def _show(self, text: str, page: str) -> None:
        from IPython.display import display

        shown = {"text/plain": text, "text/html": page}
        if self.handle is None:
            self.handle = display(shown, raw=True, display_id=True)  # type: ignore[no-untyped-call]  # IPython has no types
        else:
            self.handle.update(shown, raw=True)


def page_of(progress: Progress, text: str) -> str:
    """Return words as HTML, with the way to stop while there is something to stop."""
    if not text:
        return ""
    hint = "" if progress.over else f'<div style="{QUIET}">{escape(tr(HINT))}</div>'
    return f'<div role="status" style="{LOUD}">{escape(text)}{hint}</div>'


def _told(progress: Progress) -> str:
    told = time(progress.seconds), part(progress), stage(progress), looked(progress)
    return " · ".join(word for word in told if word)
