"""Long work as people see it: one line in a terminal, a few words in a notebook, nothing where nobody looks."""

from collections.abc import Iterator
from contextlib import contextmanager

from mentormatch.base.progress import Listener, listen
from mentormatch.base.streams import screen
from mentormatch.widgets.progress.notebook import ProgressCell, in_notebook
from mentormatch.widgets.progress.words import TerminalLine


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
