"""A working group at a desk: the topics that it treats, its dates, and who presents at each session."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mentormatch.assignment.model.solution import Status
from mentormatch.base.strict_json import JsonMessage
from mentormatch.explanation.names import Labels, codes, cohort_labels
from mentormatch.groups.dates import Dates
from mentormatch.groups.result import Result
from mentormatch.groups.sessions import Limits, number_of, topics_of, year_of
from mentormatch.groups.topics import Topics
from mentormatch.groups.turns import Turns
from mentormatch.languages.translation import tr
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme
from mentormatch.service.desk.result_tables import (
    ANSWERED,
    DocumentLine,
    ResultDocument,
    SessionOut,
    TableOut,
    YearSpan,
    document_lines,
    sessions_out,
    tables_of,
)
from mentormatch.survey.contacts import Contacts

WHOLE = "seances.zip"
DRAWN = ("topics", "counts", "dates", "turns", "members")
"""Tables that the page draws otherwise."""


class TopicOut(JsonMessage):
    """A topic: how many asked for it, and whether it is chosen."""

    topic: str
    approvals: int
    chosen: bool


class UnservedOut(JsonMessage):
    """Somebody of whose topics none is chosen, and what they asked for, empty for nothing."""

    name: str
    asked: str


class SessionsOut(JsonMessage):
    """What was decided for so many sessions; ``enough`` topics would serve everybody, 0 where that is not known.

    ``title`` says it in a line, ``refusal`` why there are no dates, empty where there are or none are asked for.
    """

    number: int
    answered: bool
    title: str
    about_topics: list[str]
    about_dates: list[str]
    topics: list[TopicOut]
    unserved: list[UnservedOut]
    enough: int
    sessions: list[SessionOut]
    refusal: list[str]
    tables: list[TableOut]


@dataclass(frozen=True)
class WorkingGroup:
    """One group and its season, as the programme asks for it, for so many sessions."""

    cohort: Cohort
    programme: Programme
    contacts: Contacts
    number: int
    topics: Topics | None
    dates: Dates | None
    turns: Turns | None
    seed: int = 0
    time_limit_s: float | None = None
    named: bool = False

    @classmethod
    def of(  # noqa: PLR0913 - all but three are keywords
        cls,
        cohort: Cohort,
        programme: Programme,
        contacts: Contacts,
        *,
        number: int | None = None,
        seed: int = 0,
        time_limit_s: float | None = None,
        named: bool = False,
    ) -> "WorkingGroup":
        """Return what is decided for so many sessions, None: as many as the programme states.

        Raises ProgrammeError where it states none, RequestError where nothing can be decided.
        """
        number, parts = number_of(programme, number), set(programme.served_by)
        limits: Limits = {"number": number, "seed": seed, "time_limit_s": time_limit_s}
        topics = topics_of(cohort, programme, **limits) if "topics" in parts else None
        dates, turns = year_of(cohort, programme, **limits) if {"dates", "turns"} & parts else (None, None)
        return cls(cohort, programme, contacts, number, topics, dates, turns, seed, time_limit_s, named)

    def with_naming(self, *, named: bool) -> "WorkingGroup":
        """Return the same, its people called by name, or by their codes."""
        return replace(self, named=named)

    def for_sessions(self, number: int) -> "WorkingGroup":
        """Return what is decided for another number of sessions; raises RequestError where nothing can be."""
        return self.of(
            self.cohort,
            self.programme,
            self.contacts,
            number=number,
            seed=self.seed,
            time_limit_s=self.time_limit_s,
            named=self.named,
        )

    @property
    def results(self) -> Iterator[Result]:
        """All that was decided."""
        yield from (one for one in (self.topics, self.dates, self.turns) if one is not None)

    @property
    def answered(self) -> bool:
        """Whether all that the programme asks for was decided."""
        return all(one.status in ANSWERED for one in self.results)

    @property
    def shown(self) -> "WorkingGroup":
        """The same as the screen has it: by name where that is asked for, never by an e-mail address."""
        return self._relabel(self._names if self.named else codes(self.cohort))

    @property
    def _names(self) -> Labels:
        return cohort_labels(self.contacts, self.cohort, self.programme)

    def _relabel(self, labels: Labels) -> "WorkingGroup":
        topics, dates, turns = self.topics, self.dates, self.turns
        return replace(
            self,
            topics=topics and topics.relabel(labels),
            dates=dates and dates.relabel(labels),
            turns=turns and turns.relabel(labels),
        )

    def describe(self) -> SessionsOut:
        """Return what was decided in words."""
        shown = self.shown
        topics, dates, turns = shown.topics, shown.dates, shown.turns
        return SessionsOut(
            number=self.number,
            answered=self.answered,
            title=self.title,
            about_topics=[topics.standing] if topics else [],
            about_dates=list(dict.fromkeys([*about(dates), *about(turns)])),
            topics=list(topics_out(topics)) if topics else [],
            unserved=list(find_unserved(topics)) if topics else [],
            enough=(topics.enough or 0) if topics else 0,
            sessions=sessions_out(turns, dates, YearSpan.of([turns])) if turns else [],
            refusal=list(dates.diagnosis) if dates and dates.status is Status.INFEASIBLE else [],
            tables=[table for result in shown.results for table in tables_of(result, DRAWN)],
        )

    @property
    def title(self) -> str:
        """What was decided, in a sentence."""
        topics, dates, turns = self.topics, self.dates, self.turns
        titles = [
            topics.summary if topics else "",
            dates.sentences[0] if dates and dates.chosen else "",
            turns.sentences[0] if turns and not dates else "",
        ]
        return next(filter(None, titles), "")

    @property
    def documents(self) -> dict[str, ResultDocument]:
        """The documents that can be kept, by name."""
        group = self._relabel(self._names) if self.named else self
        topics, dates, turns = group.topics, group.dates, group.turns
        made: dict[str, ResultDocument] = {}
        if topics and topics.status in ANSWERED:
            made["sujets.html"] = ResultDocument(topics, tr("Les sujets retenus, et qui est servi, à donner à tous"))
            made["sujets.xlsx"] = ResultDocument(topics, tr("La même chose en classeur (Excel, LibreOffice)"))
            made["equipe-sujets.xlsx"] = ResultDocument(
                topics, tr("Pour l'équipe seule : qui a demandé quoi"), staff=True
            )
        if dates and dates.chosen:
            made["dates.html"] = ResultDocument(dates, tr("Les dates des séances, et celles qui sont écartées"))
            made["dates.xlsx"] = ResultDocument(dates, tr("Les dates en classeur"))
            made["equipe-dates.xlsx"] = ResultDocument(
                dates, tr("Pour l'équipe seule : qui manque quelle séance"), staff=True
            )
        if turns:
            if turns.moments:
                made["seances.ics"] = ResultDocument(
                    turns, tr("Le calendrier des séances, qui s'ouvre dans tout agenda")
                )
            made["tours.html"] = ResultDocument(turns, tr("Qui présente à quelle séance"))
            made["tours.xlsx"] = ResultDocument(turns, tr("Qui présente quand, en classeur"))
        return made

    @property
    def offered(self) -> list[DocumentLine]:
        """The documents that can be kept, and what each is for."""
        return document_lines(self.documents, WHOLE, named=self.named)


def about(result: Result | None) -> tuple[str, ...]:
    """Return what is said of a result to the team, but its first sentence: the page draws what that says."""
    return () if result is None else (*result.sentences[1:], *result.staff_sentences)


def topics_out(topics: Topics) -> Iterator[TopicOut]:
    """Yield the topics, those that the most asked for first."""
    for topic, chosen, approvals in topics.staff_sheets["counts"].rows:
        yield TopicOut(topic=str(topic), approvals=int(approvals), chosen=bool(chosen))


def find_unserved(topics: Topics) -> Iterator[UnservedOut]:
    """Yield who gets no topic that they asked for, and what that was."""
    wanted = {one.member: one.asked for one in topics.requests}
    for one in topics.members:
        if not one.served:
            yield UnservedOut(name=one.member, asked=" · ".join(wanted[one.member]))
