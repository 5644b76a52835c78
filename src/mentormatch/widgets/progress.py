"""Long work as people see it: one line in a terminal, a few words in a notebook, nothing where nobody looks."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any, TextIO

from mentormatch.base.progress import DOCUMENTS_GOAL, TIES_GOAL, Listener, Progress, listen
from mentormatch.base.streams import rewrite_line, screen
from mentormatch.languages.phrases import NO_BREAK, points, thousands
from mentormatch.languages.translation import mark, tr

GOALS: Mapping[str, str] = {
    "": mark("Recherche d'une première répartition"),
    "matched": mark("Le plus de binômes"),
    "priority": mark("Le plus de personnes prioritaires"),
    "floor": mark("Les points du binôme le plus faible"),
    "floor_person": mark("Les points de la personne la moins bien servie"),
    "leximin": mark("Les points des binômes les plus faibles"),
    "total": mark("Total de points"),
    "changes": mark("Le moins de binômes défaits"),
    TIES_GOAL: mark("Objectifs atteints, départage des égalités"),
    DOCUMENTS_GOAL: mark("Préparation des documents"),
}
COUNTS = frozenset({"matched", "priority", "changes"})
ENDS: Mapping[str, str] = {
    "proved": mark("Terminé en {time}."),
    "feasible": mark(
        "Arrêté après {time}\u00a0: la répartition trouvée respecte les règles, mais n'est pas démontrée optimale."
    ),
    "infeasible": mark("Terminé en {time}\u00a0: aucune répartition ne respecte toutes les règles."),
    "stopped": mark("Arrêté après {time}, avant une première réponse\u00a0: il n'y a pas de binôme."),
    "failed": mark("Le calcul a échoué après {time}."),
}
MILLION = 1_000_000
SEVERAL = mark("Fini après {time}.")
AT_LEAST = mark("{goal}\u00a0: {value} pour l'instant, {bound} au moins (écart {gap})")
AT_MOST = mark("{goal}\u00a0: {value} pour l'instant, {bound} au plus (écart {gap})")


def stage(progress: Progress) -> str:
    """Return the goal that work is at, with what is known of it.

    >>> stage(Progress("matched", 19, 20)).replace(NO_BREAK, " ")
    'Le plus de binômes : 19 pour l’instant, 20 au plus (écart 1)'
    >>> stage(Progress("total", 9_994_576)).replace(NO_BREAK, " ")
    'Total de points : 999,5 pour l’instant'
    >>> stage(Progress("changes", 3, 0)).replace(NO_BREAK, " ")  # that there are 0 at least is known of any number
    'Le moins de binômes défaits : 3 pour l’instant'
    """
    name, goal = tr(GOALS.get(progress.goal, progress.goal)), progress.goal
    if progress.value is None:
        return name
    value = amount(goal, progress.value)
    if progress.bound is None or progress.gap is None or (goal == "changes" and not progress.bound):
        return tr("{goal}\u00a0: {value} pour l'instant", goal=name, value=value)
    bound, gap = amount(goal, progress.bound), amount(goal, progress.gap)
    return tr(AT_LEAST if goal == "changes" else AT_MOST, goal=name, value=value, bound=bound, gap=gap)


def amount(goal: str, value: int) -> str:
    """Return a value of a goal: a number of pairs or people, or points."""
    return thousands(value) if goal in COUNTS else points(value)


def describe_scan(progress: Progress) -> str:
    """Return how far a look at all pairs is, and how many millions of pairs a second; empty while there is none.

    >>> describe_scan(Progress(looked=37, pairs=100, pairs_per_second=640e6)).replace(NO_BREAK, " ")
    '37 % des paires vues, 640 M/s'
    """
    if not progress.pairs:
        return ""
    share, rate = 100 * progress.looked // progress.pairs, round(progress.pairs_per_second / MILLION)
    return tr("{share}\u00a0% des paires vues, {rate}\u00a0M/s", share=share, rate=thousands(rate))


def part(progress: Progress) -> str:
    """Return which of several problems is being solved, or which document is made; empty where there is only one.

    >>> part(Progress(part=2, parts=3)), part(Progress(part=4)), part(Progress(part=1))
    ('calcul 2 sur 3', 'calcul 4', '')
    >>> part(Progress("documents", part=2, parts=5))
    'document 2 sur 5'
    """
    if progress.parts is not None and progress.parts > 1:
        if progress.goal == DOCUMENTS_GOAL:
            return tr("document {part} sur {parts}", part=progress.part, parts=progress.parts)
        return tr("calcul {part} sur {parts}", part=max(progress.part, 1), parts=progress.parts)
    return tr("calcul {part}", part=progress.part) if progress.part > 1 else ""


def time(seconds: float) -> str:
    """Return a time in whole seconds.

    >>> time(12.9).replace(NO_BREAK, " "), time(125).replace(NO_BREAK, " ")
    ('12 s', '2 min 05 s')
    """
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}{NO_BREAK}min{NO_BREAK}{rest:02d}{NO_BREAK}s" if minutes else f"{rest}{NO_BREAK}s"


def end(progress: Progress) -> str:
    """Return what came of work that is over; empty where it came to no answer of any kind.

    Whether the answer is optimal is for what is said of it: a solve does not know whether anything was compared.

    >>> end(Progress(part=1, seconds=3, status="proved")).replace(NO_BREAK, " ")
    'Terminé en 3 s.'
    """
    said = SEVERAL if progress.part > 1 or progress.goal == DOCUMENTS_GOAL else ENDS.get(progress.status, "")
    return tr(said, time=time(progress.seconds)) if said else ""


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
        words = [time(progress.seconds), part(progress), stage(progress), describe_scan(progress), tr(HINT)]
        text = "" if progress.over else fit_line([word for word in words if word], width(self.stream) - 1)
        if text == self.shown:
            return
        wiped = " " * len(self.shown) if len(self.shown) > len(text) else ""
        for each in (wiped, text) if wiped else (text,):
            rewrite_line(self.stream, each)
        self.stream.flush()
        self.shown = text


def fit_line(words: Sequence[str], room: int) -> str:
    """Return on one line as much as there is room for, the first things first.

    >>> fit_line(["12 s", "Le plus de binômes", "Ctrl-C"], 26), fit_line(["12 s", "Le plus de binômes"], 10)
    ('12 s · Le plus de binômes', '12 s · Le…')
    """
    whole = next((said for last in range(len(words), 1, -1) if len(said := " · ".join(words[:last])) <= room), None)
    if whole is not None:
        return whole
    said = " · ".join(words[:-1] if len(words) > 2 else words)
    return said if len(said) <= room else said[: max(room - 1, 0)].rstrip() + "…"


def width(stream: TextIO) -> int:
    """Return how many characters fit on a line of a terminal."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or WIDTH
    except OSError:
        return WIDTH


NOTEBOOK_HINT = mark("Le bouton qui interrompt le noyau (■) arrête le calcul et garde la meilleure réponse trouvée.")
QUIET, LOUD = ("font-size:90%;opacity:.75;margin:.2em 0", "margin:.4em 0")


def in_notebook() -> bool:
    """Say whether this process is the kernel of a notebook."""
    return notebook_shell() is not None


def notebook_shell() -> Any:
    """Return the shell of the notebook of which this process is the kernel, None anywhere else."""
    find_shell = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = None if find_shell is None else find_shell()
    return shell if hasattr(shell, "kernel") else None


class ProgressCell:
    """Shows progress below the cell that runs, anew for each piece of work."""

    def __init__(self) -> None:
        self.handle: Any = None
        self.shown = ""

    def __call__(self, progress: Progress) -> None:
        """Show how far work is, or what came of it."""
        text = end(progress) if progress.over else _cell_words(progress)
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
    """Return words as HTML, with the way to stop while there is an answer to be kept."""
    if not text:
        return ""
    hint = (
        ""
        if progress.over or progress.goal == DOCUMENTS_GOAL
        else f'<div style="{QUIET}">{escape(tr(NOTEBOOK_HINT))}</div>'
    )
    return f'<div role="status" style="{LOUD}">{escape(text)}{hint}</div>'


def _cell_words(progress: Progress) -> str:
    words = time(progress.seconds), part(progress), stage(progress), describe_scan(progress)
    return " · ".join(word for word in words if word)


@contextmanager
def progress(listener: Listener | None = None) -> Iterator[None]:
    """Show how far the work within is: the goal that it is at, the best answer so far, what none exceeds, and the time.

    Nothing is shown of work that is done within a second. An interrupt (Ctrl-C, or the button of the notebook)
    ends a solve at any moment: the best answer so far comes back, marked ``feasible``, or none, marked ``stopped``. So
    does a listener that returns True.

    Parameters
    ----------
    listener
        Takes a ``Progress``, about five times a second, in a thread of its own; the last says ``over``. None: a line on
        standard error where that is a terminal, a few words below the cell in a notebook, and nothing anywhere else.

    Examples
    --------
    >>> from mentormatch import examples, match
    >>> with progress():
    ...     matching = match(examples.cohort(), examples.programme())
    """
    with listen(display() if listener is None else listener):
        yield


def display() -> Listener | None:
    """Return what shows progress to whoever looks at this process, None where nobody does."""
    if in_notebook():
        return ProgressCell()
    stream = screen()
    return None if stream is None else TerminalLine(stream)
