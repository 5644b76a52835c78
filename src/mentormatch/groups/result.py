"""What groups, turns, topics and dates have in common as results: a status, tables, frames, documents."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.solution import Solution, Status
from mentormatch.assignment.verification.certificate import Certificate, certify
from mentormatch.base.arguments import checked
from mentormatch.base.data_objects import ContentEquality
from mentormatch.errors import OutputError, Problem
from mentormatch.explanation.names import KEY_LABELS, Labels
from mentormatch.explanation.tables import ResultSheet, frame
from mentormatch.fields.clock import PARIS
from mentormatch.groups.calendar import SESSION_MINUTES, SessionEvent, calendar_of
from mentormatch.languages.translation import language, mark, own_language, tr

if TYPE_CHECKING:
    from pandas import DataFrame

STANDING = {
    Status.PROVED: mark("C'est démontré : aucune autre réponse ne fait mieux."),
    Status.FEASIBLE: mark("Le temps est écoulé : cette réponse respecte les règles, sans être démontrée la meilleure."),
    Status.INFEASIBLE: mark("Aucune réponse ne respecte tout ce qui est demandé."),
    Status.STOPPED: mark("Le temps est écoulé avant une première réponse."),
    Status.FAILED: mark("Le calcul a échoué."),
}
UNSETTLED = mark(
    "C'est démontré : aucune autre réponse ne fait mieux ; parmi celles qui la valent, un autre calcul peut en donner"
    " une autre."
)
GRAVITY = (Status.FAILED, Status.STOPPED, Status.INFEASIBLE, Status.FEASIBLE, Status.PROVED)


class Result(ContentEquality, ABC):
    """Something decided for a group: what is known of it, its tables, and documents made of them.

    What ``sheets`` holds may be shown to all; ``staff_sheets`` are for the team. A session takes ``minutes``, at its
    ``place``, by the clock of a ``zone``; ``group_name`` tells its group from the others of the programme. ``plain`` is
    the same in codes, as programs are told it, where members are called otherwise: see ``relabel``.
    """

    kind: ClassVar[str]
    language: str
    name: str
    minutes: int = SESSION_MINUTES
    place: str = ""
    zone: str = PARIS
    plain: "Result | None" = None
    group_name: int | str = ""

    def relabel(self, labels: Labels) -> Self:
        """Return the same, its members called by their labels in all that is told to people."""
        return self

    @checked
    def in_codes(self, labels: Labels) -> Self:
        """Return the same, its members called by their codes, also as programs are told it."""
        relabelled: Any = self if labels is KEY_LABELS else self.relabel(labels)
        coded: Self = relabelled if relabelled is self else replace(relabelled, plain=None)
        return coded

    @property
    @abstractmethod
    def status(self) -> Status:
        """What is known of it: proved, feasible, infeasible, stopped or failed."""

    @property
    @abstractmethod
    def title(self) -> str:
        """What it is called."""

    @property
    @abstractmethod
    def sentences(self) -> tuple[str, ...]:
        """All of it in words that may be shown to all, what matters most first."""

    @property
    def staff_sentences(self) -> tuple[str, ...]:
        """What is to be said besides, to the team alone."""
        return ()

    @property
    @abstractmethod
    def sheets(self) -> Mapping[str, ResultSheet]:
        """The tables that may be shown to all, by their codes."""

    @property
    def staff_sheets(self) -> Mapping[str, ResultSheet]:
        """The tables for the team alone, by their codes."""
        return {}

    @property
    def standing(self) -> str:
        """What is known of it, in a sentence."""
        open_ties = self.status is Status.PROVED and not self.settled
        with language(self.language, unless_asked=True):
            return tr(UNSETTLED if open_ties else STANDING[self.status])

    @property
    def settled(self) -> bool:
        """Whether one was chosen among answers that are as good: else another run may choose another."""
        return True

    @property
    def canonical(self) -> bool:
        """Whether all is proved and ties are settled, so that another run chooses the same."""
        return self.status is Status.PROVED and self.settled

    @property
    @abstractmethod
    def as_dict(self) -> dict[str, object]:
        """The same for programs, in codes, without what is for the team alone."""

    @property
    def as_dict_for_staff(self) -> dict[str, object]:
        """The same for programs, with what is for the team alone."""
        return self.as_dict

    @property
    def shown_sentences(self) -> tuple[str, ...]:
        """What a notebook says, whose outputs are saved: what may be shown to all, unless a kind has more to tell."""
        return self.sentences

    @property
    def shown_sheets(self) -> Mapping[str, ResultSheet]:
        """The tables that a notebook shows."""
        return self.sheets

    @property
    def veiled(self) -> Self:
        """The same, as a notebook may keep it: people under pseudonyms where their keys would tell who they are."""
        return self

    @property
    def moments(self) -> tuple[tuple[date, str], ...]:
        """When there are sessions, and what is to be said of each; none where no dates are known."""
        return ()

    @property
    def events(self) -> tuple[SessionEvent, ...]:
        """The sessions as they stand in a calendar."""
        series = self.name, str(self.group_name)
        with language(self.language, unless_asked=True):
            return tuple(
                SessionEvent(
                    start, self._session_title(number), text, self.place, self.minutes, self.zone, series, number
                )
                for number, (start, text) in enumerate(self.moments, start=1)
            )

    def _session_title(self, number: int) -> str:
        if called := self._called():
            return tr("{name} : séance {number}", name=called, number=number)
        return tr("Séance {number}", number=number)

    def _called(self) -> str:
        is_number = isinstance(self.group_name, int)
        group = tr("groupe\u00a0{number}", number=self.group_name) if is_number else str(self.group_name)
        return ", ".join(filter(None, [self.name, group]))

    @checked
    @own_language
    def calendar(self, *, key: str = "", former: bytes | None = None, now: datetime | None = None) -> bytes:
        """Return the sessions as an iCalendar file; with the former one, events keep their ids and are updated.

        Parameters
        ----------
        key
            A secret of the programme, of which ids are made.
        former
            The file as it was last given out.
        now
            When this is, for what is new or has changed; None: the time of the clock.

        Raises
        ------
        OutputError
            No dates are known, the former file is none, or the package ``icalendar`` is missing.
        """
        if not self.events:
            found = Problem(tr("séances"), tr("aucune date"), advice=tr("nommez les séances par leurs dates"))
            raise OutputError(tr("Aucun calendrier ne peut être écrit"), [found])
        return calendar_of(self._called() or self.title, self.events, key=key, former=former, now=now)

    @property
    def frames(self) -> "ResultFrames":
        """The tables as pandas frames, those for the team included, each by its code."""
        return ResultFrames({**self.sheets, **self.staff_sheets})

    @checked
    @own_language
    def save(
        self, path: str | PathLike[str], *others: str | PathLike[str], staff: bool = False, replace: bool = False
    ) -> Path:
        """Write a document and return its path; its suffix says which: .xlsx, .html, .csv, .json, or .ics for dates.

        Parameters
        ----------
        others
            More documents, written with it: those of one folder together.
        staff
            With what is for the team alone; the file is then readable for its owner alone.
        replace
            Whether a document in which somebody wrote is replaced; it is kept beside then, under its date.

        Raises
        ------
        OutputError
            The file cannot be written, or there is no such format, or somebody wrote in the one that is there.
        """
        from mentormatch.report.sessions import write_session_documents  # a higher layer

        paths = [Path(one) for one in (path, *others)]
        write_session_documents(self, paths, staff=staff, replace=replace)
        return paths[0]

    @own_language
    def _repr_html_(self) -> str:
        from mentormatch.report.sessions import notebook_fragment  # a higher layer

        return notebook_fragment(self)


class ResultFrames:
    """Tables as pandas frames, each an attribute by its code; columns have the stable English names."""

    def __init__(self, sheets: Mapping[str, ResultSheet]) -> None:
        self._sheets = sheets

    def __getattr__(self, name: str) -> "DataFrame":
        if name.startswith("_") or name not in self._sheets:
            raise AttributeError(name)
        return frame(self._sheets[name])

    def __dir__(self) -> list[str]:
        return sorted(self._sheets)


class SolvedResult(Result):
    """A result of one assignment problem: its ``solution`` states what is known, and its certificate what is proved."""

    problem: AssignmentProblem
    solution: Solution

    @property
    def status(self) -> Status:
        return self.solution.status

    @property
    def settled(self) -> bool:
        return self.solution.settled

    @property
    def certificate(self) -> Certificate:
        """What can be checked of the choice without a solver."""
        return certify(self.problem, self.solution)


def worst_status(statuses: Iterable[Status]) -> Status:
    """Return the status that says the least, proved where there is none."""
    return min(statuses, key=GRAVITY.index, default=Status.PROVED)
