"""Base classes of the results for groups (groups, turns, topics, dates): status, tables, frames, documents."""

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

STATUS_TEXTS = {
    Status.PROVED: mark("C'est démontré : aucune autre réponse ne fait mieux."),
    Status.FEASIBLE: mark("Le temps est écoulé : cette réponse respecte les règles, sans être démontrée la meilleure."),
    Status.INFEASIBLE: mark("Aucune réponse ne respecte tout ce qui est demandé."),
    Status.STOPPED: mark("Le temps est écoulé avant une première réponse."),
    Status.FAILED: mark("Le calcul a échoué."),
}


class Result(ContentEquality, ABC):
    """A decision for a group, with its status, its tables, and documents made of them.

    ``sheets`` may be shown to all; ``staff_sheets`` are confidential to staff.

    Attributes
    ----------
    minutes, place, zone
        The duration, place and time zone of a session.
    name, group_name
        The name of the programme, and the number or name of the group within it.
    plain
        After ``relabel``: the original, with keys, which is exported for programs. None otherwise.
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
        """Return the result with the labels of members in all texts and tables for people."""
        return self

    @checked
    def in_codes(self, labels: Labels) -> Self:
        """Return the result with codes of members as their labels, in exports for programs too."""
        relabelled: Any = self if labels is KEY_LABELS else self.relabel(labels)
        coded: Self = relabelled if relabelled is self else replace(relabelled, plain=None)
        return coded

    @property
    @abstractmethod
    def status(self) -> Status:
        """The status: proved, feasible, infeasible, stopped or failed."""

    @property
    @abstractmethod
    def title(self) -> str:
        """The title in documents."""

    @property
    @abstractmethod
    def sentences(self) -> tuple[str, ...]:
        """The result in sentences that may be shown to all, the most important ones at the start."""

    @property
    def staff_sentences(self) -> tuple[str, ...]:
        """Additional sentences that are confidential to staff."""
        return ()

    @property
    @abstractmethod
    def sheets(self) -> Mapping[str, ResultSheet]:
        """The tables that may be shown to all, by code."""

    @property
    def staff_sheets(self) -> Mapping[str, ResultSheet]:
        """The tables that are confidential to staff, by code."""
        return {}

    @property
    def standing(self) -> str:
        """The status as a sentence, which mentions remaining ties."""
        has_open_ties = self.status is Status.PROVED and not self.settled
        with language(self.language, unless_asked=True):
            if not has_open_ties:
                return tr(STATUS_TEXTS[self.status])
            return tr(
                "C'est démontré : aucune autre réponse ne fait mieux ; parmi celles qui la valent, un autre calcul peut"
                " en donner une autre."
            )

    @property
    def settled(self) -> bool:
        """Whether ties between optimal results are broken; otherwise another run may return another result."""
        return True

    @property
    def canonical(self) -> bool:
        """Whether optimality is proved and ties are broken, so that each run returns the same result."""
        return self.status is Status.PROVED and self.settled

    @property
    @abstractmethod
    def as_dict(self) -> dict[str, object]:
        """The result for programs, without confidential data; JSON documents contain that of ``plain`` if it is set."""

    @property
    def as_dict_for_staff(self) -> dict[str, object]:
        """The result for programs, with data that are confidential to staff."""
        return self.as_dict

    @property
    def shown_sentences(self) -> tuple[str, ...]:
        """The sentences that a notebook shows and saves: by default ``sentences``, which may be shown to all."""
        return self.sentences

    @property
    def shown_sheets(self) -> Mapping[str, ResultSheet]:
        """The tables that a notebook shows."""
        return self.sheets

    @property
    def veiled(self) -> Self:
        """The result for a notebook, which saves its output: groups and rounds without keys that identify people.

        Other results are unchanged.
        """
        return self

    @property
    def moments(self) -> tuple[tuple[date, str], ...]:
        """The start of each session with a text about it; empty if the dates are unknown."""
        return ()

    @property
    def events(self) -> tuple[SessionEvent, ...]:
        """The sessions as calendar events."""
        series = self.name, str(self.group_name)
        with language(self.language, unless_asked=True):
            return tuple(
                SessionEvent(
                    start, self._session_title(number), text, self.place, self.minutes, self.zone, series, number
                )
                for number, (start, text) in enumerate(self.moments, start=1)
            )

    def _session_title(self, number: int) -> str:
        if label := self._label():
            return tr("{name} : séance {number}", name=label, number=number)
        return tr("Séance {number}", number=number)

    def _label(self) -> str:
        is_number = isinstance(self.group_name, int)
        group = tr("groupe\u00a0{number}", number=self.group_name) if is_number else str(self.group_name)
        return ", ".join(filter(None, [self.name, group]))

    @checked
    @own_language
    def calendar(self, *, key: str = "", former: bytes | None = None, now: datetime | None = None) -> bytes:
        """Return the sessions as an iCalendar file; events of ``former`` keep their ids and are updated.

        Parameters
        ----------
        key
            A secret of the programme, used to compute ids.
        former
            The last published file.
        now
            The time stamp of new and changed events; None: the current time.

        Raises
        ------
        OutputError
            The dates are unknown, ``former`` is not an iCalendar file of sessions, or the package ``icalendar`` is
            missing.
        """
        if not self.events:
            problem = Problem(tr("séances"), tr("aucune date"), advice=tr("nommez les séances par leurs dates"))
            raise OutputError(tr("Aucun calendrier ne peut être écrit"), [problem])
        return calendar_of(self._label() or self.title, self.events, key=key, former=former, now=now)

    @property
    def frames(self) -> "ResultFrames":
        """The tables as pandas frames by code, including the tables that are confidential to staff."""
        return ResultFrames({**self.sheets, **self.staff_sheets})

    @checked
    @own_language
    def save(
        self, path: str | PathLike[str], *others: str | PathLike[str], staff: bool = False, replace: bool = False
    ) -> Path:
        """Write a document and return its path; the suffix selects the format: .xlsx, .html, .csv, .json or .ics.

        Parameters
        ----------
        others
            Paths of more documents; the documents of one folder are written together.
        staff
            Whether to include confidential data; only the owner of the file can then read it.
        replace
            Whether to replace a document that was edited by hand; a copy with its date remains in the folder.

        Raises
        ------
        OutputError
            The file cannot be written, the format does not exist, or the existing document was edited by hand.
        """
        from mentormatch.report.sessions import write_session_documents  # a higher layer

        paths = [Path(document) for document in (path, *others)]
        write_session_documents(self, paths, staff=staff, replace=replace)
        return paths[0]

    @own_language
    def _repr_html_(self) -> str:
        from mentormatch.report.sessions import notebook_fragment  # a higher layer

        return notebook_fragment(self)


class ResultFrames:
    """Tables as pandas frames, one attribute per code; columns have stable English names."""

    def __init__(self, sheets: Mapping[str, ResultSheet]) -> None:
        self._sheets = sheets

    def __getattr__(self, name: str) -> "DataFrame":
        if name.startswith("_") or name not in self._sheets:
            raise AttributeError(name)
        return frame(self._sheets[name])

    def __dir__(self) -> list[str]:
        return sorted(self._sheets)


class SolvedResult(Result):
    """A result from the solution of one assignment problem."""

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
        """The certificate of the solution, computed without a solver."""
        return certify(self.problem, self.solution)


def worst_status(statuses: Iterable[Status]) -> Status:
    """Return the worst status; proved if there are none."""
    worst_first = (Status.FAILED, Status.STOPPED, Status.INFEASIBLE, Status.FEASIBLE, Status.PROVED)
    return min(statuses, key=worst_first.index, default=Status.PROVED)
