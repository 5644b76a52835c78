"""What Jupyter shows: the board of a review session as a widget, and as a plain table where there is no kernel."""

from collections.abc import Mapping
from os import PathLike
from typing import Any

from mentormatch.errors import OutputError
from mentormatch.explanation.labels import Labels
from mentormatch.languages import language, tr
from mentormatch.operations.matching import Matching
from mentormatch.report.exporters.page import fragment
from mentormatch.widgets.board.session import Board
from mentormatch.widgets.board.texts import script, stylesheet, words

try:
    import anywidget
    import traitlets
except ModuleNotFoundError:
    raise OutputError(
        tr("Le tableau de révision a besoin de Jupyter et d'anywidget → pip install 'mentormatch-engine[notebook]'")
    ) from None


class BoardWidget(anywidget.AnyWidget):
    """A board in a notebook: ``asked`` comes from the page, ``view`` goes to it.

    ``board`` is the session: its ``matching`` is the plan at present.
    """

    _esm = script()
    _css = stylesheet()
    words = traitlets.Dict().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)
    asked = traitlets.Dict().tag(sync=True)

    def __init__(self, board: Board) -> None:
        self.board = board
        with language(board.language):
            super().__init__(view=board.state(), words=words())

    @property
    def matching(self) -> Matching:
        """The plan at present; it can be saved, explained and compared like any other."""
        return self.board.matching

    @traitlets.observe("asked")
    def _answer(self, change: Mapping[str, Any]) -> None:
        self.view = self.board.answer(change["new"])

    def __repr__(self) -> str:
        return f"BoardWidget({len(self.matching.solution.pairs)} pairs)"  # a notebook saves what it shows

    def _repr_html_(self) -> str:
        with language(self.board.language):
            return fragment(self.matching, self.board.labels)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and the plan as a page for where no widget can be shown."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/html": self._repr_html_()}, metadata


def open_board(
    matching: Matching,
    folder: str | PathLike[str] = "binomes",
    *,
    labels: Labels | None = None,
    time_limit_s: float | None = None,
) -> BoardWidget:
    """Return a board on which staff revise a matching: choose a person, see others and their price, impose, validate.

    The matching itself never changes; that of the board is its ``matching``.

    Parameters
    ----------
    matching
        What the session begins with.
    folder
        Where the documents, the decision and its log are written once somebody validates.
    labels
        What people are called; None: their codes, or pseudonyms where keys are e-mail addresses.
    time_limit_s
        For each move; None: until it is solved.
    """
    return BoardWidget(Board(matching, folder, labels=labels, time_limit_s=time_limit_s))
