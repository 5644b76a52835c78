"""The board of a desk, which writes into memory."""

from mentormatch.languages import language, mark, own_language, tr
from mentormatch.operations.matching import Matching
from mentormatch.record.seal import Seal
from mentormatch.report.folder import Portfolio
from mentormatch.report.texts import spaced
from mentormatch.report.views.piece import ViewNames, labels_of
from mentormatch.widgets.board.session import Board
from mentormatch.widgets.board.texts import words

WHERE = mark(
    "Rien n'est écrit sur ce service : une fois validés, téléchargez les documents et le journal à la dernière étape."
)
MOVE_S = 20.0
"""For each move."""


class SealingBoard(Board):
    """A board that writes into a portfolio."""

    def __init__(self, matching: Matching) -> None:
        super().__init__(matching, time_limit_s=MOVE_S)
        self.portfolio = Portfolio()

    def call(self, names: ViewNames) -> None:
        """Call people otherwise from now on."""
        with language(self.language):
            self.labels = labels_of(self.ground.base, names)

    def sealed(self, who: str, why: str) -> Seal:
        return self.portfolio.validated(self.matching, who=who, why=why)

    @own_language
    def words(self) -> dict[str, str]:
        """Return the texts of the board, in its language; there is no folder that they could speak of."""
        return words() | {"folder": spaced(tr(WHERE))}
