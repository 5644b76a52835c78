"""Progress display: one line in a terminal, a text below the cell in a notebook, otherwise nothing."""

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

GOAL_LABELS: Mapping[str, str] = {
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
COUNTING_GOALS = frozenset({"matched", "priority", "changes"})
END_TEXTS: Mapping[str, str] = {
    "proved": mark("Terminé en {time}."),
    "feasible": mark(
        "Arrêté après {time}\u00a0: la répartition trouvée respecte les règles, mais n'est pas démontrée optimale."
    ),
    "infeasible": mark("Terminé en {time}\u00a0: aucune répartition ne respecte toutes les règles."),
    "stopped": mark("Arrêté après {time}, avant une première réponse\u00a0: il n'y a pas de binôme."),
    "failed": mark("Le calcul a échoué après {time}."),
}


def format_goal(progress: Progress) -> str:
    """Return the current goal with its value and bound as a text.

    >>> format_goal(Progress("matched", 19, 20)).replace(NO_BREAK, " ")
    'Le plus de binômes : 19 pour l’instant, 20 au plus (écart 1)'
    >>> format_goal(Progress("total", 9_994_576)).replace(NO_BREAK, " ")
    'Total de points : 999,5 pour l’instant'
    >>> format_goal(Progress("changes", 3, 0)).replace(NO_BREAK, " ")  # 0 is a bound of any count
    'Le moins de binômes défaits : 3 pour l’instant'
    """
    name, goal = tr(GOAL_LABELS.get(progress.goal, progress.goal)), progress.goal
    if progress.value is None:
        return name
    value = format_value(goal, progress.value)
    if progress.bound is None or progress.gap is None or (goal == "changes" and not progress.bound):
        return tr("{goal}\u00a0: {value} pour l'instant", goal=name, value=value)
    bound, gap = format_value(goal, progress.bound), format_value(goal, progress.gap)
    message = (
        mark("{goal}\u00a0: {value} pour l'instant, {bound} au moins (écart {gap})")
        if goal == "changes"
        else mark("{goal}\u00a0: {value} pour l'instant, {bound} au plus (écart {gap})")
    )
    return tr(message, goal=name, value=value, bound=bound, gap=gap)


def format_value(goal: str, value: int) -> str:
    return thousands(value) if goal in COUNTING_GOALS else points(value)


def describe_scan(progress: Progress) -> str:
    """Return the progress of a scan of pairs, and its speed in millions of pairs per second; empty outside scans.

    >>> describe_scan(Progress(looked=37, pairs=100, pairs_per_second=640e6)).replace(NO_BREAK, " ")
    '37 % des paires vues, 640 M/s'
    """
    if not progress.pairs:
        return ""
    share, rate = 100 * progress.looked // progress.pairs, round(progress.pairs_per_second / 1_000_000)
    return tr("{share}\u00a0% des paires vues, {rate}\u00a0M/s", share=share, rate=thousands(rate))


def format_part(progress: Progress) -> str:
    """Return the number of the problem or document in work; empty if it is the only one, or the first of unknown many.

    >>> format_part(Progress(part=2, parts=3)), format_part(Progress(part=4)), format_part(Progress(part=1))
    ('calcul 2 sur 3', 'calcul 4', '')
    >>> format_part(Progress("documents", part=2, parts=5))
    'document 2 sur 5'
    """
    if progress.parts is not None and progress.parts > 1:
        if progress.goal == DOCUMENTS_GOAL:
            return tr("document {part} sur {parts}", part=progress.part, parts=progress.parts)
        return tr("calcul {part} sur {parts}", part=max(progress.part, 1), parts=progress.parts)
    return tr("calcul {part}", part=progress.part) if progress.part > 1 else ""


def format_duration(seconds: float) -> str:
    """Return a duration in whole seconds as a text.

    >>> format_duration(12.9).replace(NO_BREAK, " "), format_duration(125).replace(NO_BREAK, " ")
    ('12 s', '2 min 05 s')
    """
    minutes, remaining_seconds = divmod(int(seconds), 60)
    return (
        f"{minutes}{NO_BREAK}min{NO_BREAK}{remaining_seconds:02d}{NO_BREAK}s"
        if minutes
        else f"{remaining_seconds}{NO_BREAK}s"
    )


def format_end(progress: Progress) -> str:
    """Return the message at the end of work, empty if nothing was solved.

    It does not call a proved result optimal: a solve does not know whether anything was compared.

    >>> format_end(Progress(part=1, seconds=3, status="proved")).replace(NO_BREAK, " ")
    'Terminé en 3 s.'
    """
    message = (
        mark("Fini après {time}.")
        if progress.part > 1 or progress.goal == DOCUMENTS_GOAL
        else END_TEXTS.get(progress.status, "")
    )
    return tr(message, time=format_duration(progress.seconds)) if message else ""


# Columns, if the terminal does not state its width
DEFAULT_COLUMNS = 80


class TerminalLine:
    """A listener that overwrites one line of a terminal, with carriage returns and spaces only."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.shown = ""

    def __call__(self, progress: Progress) -> None:
        """Show the progress; clear the line at the end."""
        texts = [
            format_duration(progress.seconds),
            format_part(progress),
            format_goal(progress),
            describe_scan(progress),
            tr("Ctrl-C : s'arrêter là"),
        ]
        new_line = "" if progress.over else fit_line([text for text in texts if text], width(self.stream) - 1)
        if new_line == self.shown:
            return
        blanks = " " * len(self.shown) if len(self.shown) > len(new_line) else ""
        for line in (blanks, new_line) if blanks else (new_line,):
            rewrite_line(self.stream, line)
        self.stream.flush()
        self.shown = new_line


def fit_line(parts: Sequence[str], max_length: int) -> str:
    """Return a line with as many leading parts as fit; if only one does, the line is cut.

    >>> fit_line(["12 s", "Le plus de binômes", "Ctrl-C"], 26), fit_line(["12 s", "Le plus de binômes"], 10)
    ('12 s · Le plus de binômes', '12 s · Le…')
    """
    longest = next(
        (line for last in range(len(parts), 1, -1) if len(line := " · ".join(parts[:last])) <= max_length), None
    )
    if longest is not None:
        return longest
    line = " · ".join(parts[:-1] if len(parts) > 2 else parts)
    return line if len(line) <= max_length else line[: max(max_length - 1, 0)].rstrip() + "…"


def width(stream: TextIO) -> int:
    """Return the number of columns of a terminal."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or DEFAULT_COLUMNS
    except OSError:
        return DEFAULT_COLUMNS


def in_notebook() -> bool:
    """Return whether this process is the kernel of a notebook."""
    return notebook_shell() is not None


def notebook_shell() -> Any:
    """Return the shell of the notebook whose kernel is this process, else None."""
    find_shell = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = None if find_shell is None else find_shell()
    return shell if hasattr(shell, "kernel") else None


class ProgressCell:
    """A listener that shows progress below the running cell, in a new output per piece of work."""

    def __init__(self) -> None:
        self.handle: Any = None
        self.shown = ""

    def __call__(self, progress: Progress) -> None:
        """Show the progress, or the result at the end."""
        text = format_end(progress) if progress.over else _cell_words(progress)
        if text != self.shown or self.handle is None:
            self._show(text, format_progress_html(progress, text))
            self.shown = text
        if progress.over:
            self.handle = None

    def _show(self, text: str, page: str) -> None:
        from IPython.display import display

        bundle = {"text/plain": text, "text/html": page}
        if self.handle is None:
            self.handle = display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]  # IPython has no types
        else:
            self.handle.update(bundle, raw=True)


def format_progress_html(progress: Progress, text: str) -> str:
    """Return a text as HTML, with the hint how to stop if there can be a result to keep."""
    if not text:
        return ""
    hint = ""
    if not progress.over and progress.goal != DOCUMENTS_GOAL:
        sentence = tr("Le bouton qui interrompt le noyau (■) arrête le calcul et garde la meilleure réponse trouvée.")
        hint = f'<div style="font-size:90%;opacity:.75;margin:.2em 0">{escape(sentence)}</div>'
    return f'<div role="status" style="margin:.4em 0">{escape(text)}{hint}</div>'


def _cell_words(progress: Progress) -> str:
    texts = format_duration(progress.seconds), format_part(progress), format_goal(progress), describe_scan(progress)
    return " · ".join(text for text in texts if text)


@contextmanager
def progress(listener: Listener | None = None) -> Iterator[None]:
    """Show the progress of the work inside: its goal, the best value so far, the bound, and the time.

    Work of less than a second shows nothing. An interrupt (Ctrl-C, or the button of the notebook) ends a solve at any
    moment: it returns the best solution so far, marked ``feasible``, or none, marked ``stopped``. A listener that
    returns True does the same.

    Parameters
    ----------
    listener
        Receives a ``Progress`` about five times per second, in its own thread; the last one has ``over`` set. None: a
        text below the cell in a notebook, a line on standard error if that is a terminal, otherwise nothing.

    Examples
    --------
    >>> from mentormatch import examples, match
    >>> with progress():
    ...     matching = match(examples.cohort(), examples.programme())
    """
    with listen(get_default_listener() if listener is None else listener):
        yield


def get_default_listener() -> Listener | None:
    """Return the listener for a notebook or a terminal, None if there is neither."""
    if in_notebook():
        return ProgressCell()
    stream = screen()
    return None if stream is None else TerminalLine(stream)
