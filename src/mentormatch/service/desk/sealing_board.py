"""The board of a workspace, which writes its documents to memory and can be restored."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from mentormatch.explanation.edits import Note
from mentormatch.languages.translation import language, own_language, tr
from mentormatch.operations.matching import KeyPair, Matching
from mentormatch.record.seal import Seal
from mentormatch.report.folder import DecisionArchive
from mentormatch.report.texts import spaced
from mentormatch.report.views.piece import ViewNames, get_view_labels
from mentormatch.widgets.board.decisions import BannedPair, BoardDecision, BoardState, BoardVersion, PinnedPair
from mentormatch.widgets.board.session import Board, people_of
from mentormatch.widgets.board.texts import get_board_texts

MOVE_TIME_LIMIT_S = 20.0  # per change


class LazyStep(BoardVersion):
    """A restored version of the board; its pairs are solved on first use."""

    def __init__(
        self,
        decisions: tuple[BoardDecision, ...],
        matching: Matching | None = None,
        seal: Seal | None = None,
        board: BoardState | None = None,
    ) -> None:
        values = {"decisions": decisions, "matching": matching, "seal": seal, "board": board}
        vars(self).update({name: value for name, value in values.items() if value is not None or name == "seal"})

    def __getattr__(self, name: str) -> Any:
        if name != "matching":
            raise AttributeError(name)
        board, at = self.board, next(at for at, step in enumerate(self.board.steps) if step is self)
        running = board.running_pairs(self.decisions, at)
        return vars(self).setdefault(name, board.ground.apply_decisions(self.decisions, board.reasons, running))


class LoggedBoard(Board):
    """A board that seals decisions into a portfolio."""

    def __init__(self, matching: Matching, *, is_running: bool = False) -> None:
        super().__init__(matching, time_limit_s=MOVE_TIME_LIMIT_S)
        self.ground = replace(self.ground, is_running=is_running)
        self.portfolio = DecisionArchive()
        self.with_lessons: Callable[[Matching], Matching] = lambda plan: plan  # adds lessons of previous editions

    def relabel(self, names: ViewNames) -> None:
        """Show names or codes of people."""
        with language(self.language):
            self.labels = get_view_labels(self.ground.base, names)

    def restate(self, restated: Callable[[Matching], Matching]) -> None:
        """Change the programme of each plan without new decisions; all validations are withdrawn."""
        self.ground = replace(self.ground, base=restated(self.ground.base))
        self.steps = [
            BoardVersion(step.decisions, restated(step.matching))
            if "matching" in vars(step) or not isinstance(step, LazyStep)
            else LazyStep(step.decisions, board=self)
            for step in self.steps
        ]

    def refuse_unknown(self) -> None:
        """Raise RequestError if a decision names an unknown person, or the current version has no plan."""
        for step in self.steps:
            for person in (person for decision in step.decisions for person in people_of(decision)):
                self.ground.key(person)
        self.choose(self.chosen)
        self.now.matching.pairs  # noqa: B018 - which solves it, where that is still to be done

    @own_language
    def review(self, pins: Iterable[KeyPair], bans: Iterable[KeyPair], notes: Iterable[Note]) -> None:
        """Apply the decisions and notes of a reviewed workbook as one change; decisions on other pairs stay.

        Raises RequestError if no plan satisfies all decisions; the board is then unchanged.
        """
        imposed, aside = ([self.pair_ids(pair) for pair in pairs] for pairs in (pins, bans))
        decided: list[BoardDecision] = [PinnedPair(mentor=mentor, mentee=mentee) for mentor, mentee in imposed]
        decided += [BannedPair(mentor=mentor, mentee=mentee) for mentor, mentee in aside]
        about = {*imposed, *aside}
        kept_decisions = [decision for decision in self.now.decisions if people_of(decision) not in about]
        if {*kept_decisions, *decided} != {*self.now.decisions}:
            self._solve_with([*kept_decisions, *decided])
        self.ground = replace(self.ground, base=self.ground.base.with_notes(notes))
        self.steps = [self.add_notes(step) for step in self.steps]

    def add_notes(self, step: BoardVersion) -> BoardVersion:
        """Return a version with the notes, if it is solved."""
        if "matching" not in vars(step):
            return step
        return replace(step, matching=step.matching.with_notes(self.ground.base.notes))

    def pair_ids(self, pair: KeyPair) -> tuple[str, ...]:
        return self.ground.id("mentor", pair[0]), self.ground.id("mentee", pair[1])

    def make_seal(self, who: str, why: str, *, accept_unproved: bool) -> Seal:
        plan = self.with_lessons(self.matching)
        return self.portfolio.validate(plan, who=who, why=why, accept_unproved=accept_unproved)

    @own_language
    def words(self) -> dict[str, str]:
        """Return the labels of the board, with the text for a page without folders."""
        return get_board_texts() | {
            "folder": spaced(
                tr("Une fois la répartition validée, téléchargez les documents et le journal à la dernière étape.")
            )
        }
