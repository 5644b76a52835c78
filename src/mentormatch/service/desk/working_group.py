"""A working group: its topics, its dates, and the presenters of each session."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from mentormatch.assignment.model.solution import Status
from mentormatch.base.strict_json import JsonMessage
from mentormatch.explanation.names import Labels, codes, cohort_labels
from mentormatch.groups.dates import Dates
from mentormatch.groups.result import Result
from mentormatch.groups.sessions import Limits, assign_topics, session_count, topics_of, year_of
from mentormatch.groups.topics import Topics, count_served_without
from mentormatch.groups.turns import Turns
from mentormatch.languages.phrases import counted
from mentormatch.languages.translation import tr
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme
from mentormatch.service.desk.document_names import DocumentName
from mentormatch.service.desk.result_tables import (
    ANSWERED_STATUSES,
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


class TopicOut(JsonMessage):
    """A topic: the number of requests, whether it is chosen, and the reason if the numbers alone do not explain it."""

    topic: str
    approvals: int
    chosen: bool
    reason: str


class UnservedOut(JsonMessage):
    """A person without any requested topic, and their requests."""

    name: str
    asked: str


class SessionsOut(JsonMessage):
    """The result for a number of sessions; ``enough`` topics would serve all members, 0 if unknown.

    ``title`` is one sentence, ``refusal`` the reasons if there are no dates.
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
class SessionsStep:
    """A group with its topics, dates and presenters, for a number of sessions."""

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
    ) -> "SessionsStep":
        """Choose topics, dates and presenters; ``number``: sessions, None: as the programme states.

        ``answered`` tells whether there is a solution. Raises ProgrammeError if the programme states no number,
        RequestError if the answers do not allow to search one.
        """
        number, parts = session_count(programme, number), set(programme.served_by)
        limits: Limits = {"number": number, "seed": seed, "time_limit_s": time_limit_s}
        topics = topics_of(cohort, programme, **limits) if "topics" in parts else None
        dates, turns = year_of(cohort, programme, **limits) if {"dates", "turns"} & parts else (None, None)
        return cls(cohort, programme, contacts, number, topics, dates, turns, seed, time_limit_s, named)

    def with_naming(self, *, named: bool) -> "SessionsStep":
        """Return the same result with names or codes."""
        return replace(self, named=named)

    def for_sessions(self, number: int) -> "SessionsStep":
        """Solve for another number of sessions. Raises RequestError as ``of`` does."""
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
        """The results."""
        yield from (result for result in (self.topics, self.dates, self.turns) if result is not None)

    @property
    def answered(self) -> bool:
        """Whether all parts have a solution."""
        return all(result.status in ANSWERED_STATUSES for result in self.results)

    @property
    def shown(self) -> "SessionsStep":
        # The screen and the documents never show e-mail addresses.
        return self._relabel(self._names if self.named else codes(self.cohort))

    @property
    def _names(self) -> Labels:
        return cohort_labels(self.contacts, self.cohort, self.programme)

    def _relabel(self, labels: Labels) -> "SessionsStep":
        topics, dates, turns = self.topics, self.dates, self.turns
        return replace(
            self,
            topics=topics and topics.relabel(labels),
            dates=dates and dates.relabel(labels),
            turns=turns and turns.relabel(labels),
        )

    def describe(self) -> SessionsOut:
        relabelled = self.shown
        topics, dates, turns = relabelled.topics, relabelled.dates, relabelled.turns
        drawn_tables = ("topics", "counts", "dates", "turns", "members")  # the page shows them in another form
        return SessionsOut(
            number=self.number,
            answered=self.answered,
            title=self.title,
            about_topics=[topics.standing] if topics else [],
            about_dates=list(dict.fromkeys([*staff_sentences(dates), *staff_sentences(turns)])),
            topics=list(topics_out(topics)) if topics else [],
            unserved=list(find_unserved(topics)) if topics else [],
            enough=(topics.enough or 0) if topics else 0,
            sessions=self._sessions(turns, dates) if turns else [],
            refusal=list(dates.diagnosis) if dates and dates.status is Status.INFEASIBLE else [],
            tables=[table for result in relabelled.results for table in tables_of(result, drawn_tables)],
        )

    def _sessions(self, turns: Turns, dates: Dates | None) -> list[SessionOut]:
        topics = session_topics(self.topics, self.dates) if self.topics and self.dates else {}
        return sessions_out(turns, dates, YearSpan.of([turns]), topics)

    @property
    def title(self) -> str:
        """The result in one sentence."""
        topics, dates, turns = self.topics, self.dates, self.turns
        titles = [
            topics.summary if topics else "",
            dates.sentences[0] if dates and dates.chosen else "",
            turns.sentences[0] if turns and not dates else "",
        ]
        return next(filter(None, titles), "")

    @property
    def documents(self) -> dict[str, ResultDocument]:
        """The documents by name."""
        group = self.shown
        topics, dates, turns = group.topics, group.dates, group.turns
        documents: dict[str, ResultDocument] = {}
        if topics and topics.status in ANSWERED_STATUSES:
            documents["sujets.html"] = ResultDocument(
                topics, tr("Les sujets retenus, et qui est servi, à donner à tous")
            )
            documents["sujets.xlsx"] = ResultDocument(topics, tr("La même chose en classeur (Excel, LibreOffice)"))
            documents["equipe-sujets.xlsx"] = ResultDocument(
                topics, tr("Pour l'équipe seule : qui a demandé quoi"), staff=True
            )
        if dates and dates.chosen:
            documents["dates.html"] = ResultDocument(dates, tr("Les dates des séances, et celles qui sont écartées"))
            documents["dates.xlsx"] = ResultDocument(dates, tr("Les dates en classeur"))
            documents["equipe-dates.xlsx"] = ResultDocument(
                dates, tr("Pour l'équipe seule : qui manque quelle séance"), staff=True
            )
        if turns:
            if turns.moments:
                documents["seances.ics"] = ResultDocument(
                    turns, tr("Le calendrier des séances, qui s'ouvre dans tout agenda")
                )
            documents["tours.html"] = ResultDocument(turns, tr("Qui présente à quelle séance"))
            documents["tours.xlsx"] = ResultDocument(turns, tr("Qui présente quand, en classeur"))
        return documents

    @property
    def document_lines(self) -> list[DocumentLine]:
        """The documents with their purposes."""
        return document_lines(self.documents, DocumentName.SESSIONS, named=self.named)


def staff_sentences(result: Result | None) -> tuple[str, ...]:
    """Return the sentences for staff, without the first one, which the page shows in another form."""
    return () if result is None else (*result.sentences[1:], *result.staff_sentences)


def topics_out(topics: Topics) -> Iterator[TopicOut]:
    """Yield the topics, those that the most members asked for first."""
    rows = topics.staff_sheets["counts"].rows
    fewest = min((int(count) for _, choice_mark, count in rows if choice_mark), default=0)
    for topic, choice_mark, count in rows:
        served = count_served_without(topics, str(topic))
        reason = ""
        if choice_mark and served < int(count):
            reason = tr("le seul sujet retenu de {people}", people=counted(int(count) - served, "personne"))
        elif not choice_mark and int(count) > fewest:
            reason = (
                tr("chaque personne qui le demande a un autre sujet retenu")
                if served == int(count)
                else tr("{served} des {all} qui le demandent ont un autre sujet retenu", served=served, all=count)
            )
        yield TopicOut(topic=str(topic), approvals=int(count), chosen=bool(choice_mark), reason=reason)


def session_topics(topics: Topics, dates: Dates) -> dict[date | None, str]:
    """Return the topic of each session, in words, by the start of the session."""
    return {
        session.start: tr(
            "« {topic} » : {coming} des {all} qui le demandent peuvent venir",
            topic=session.topic,
            coming=session.coming,
            all=session.asking,
        )
        for session in assign_topics(topics, dates)
    }


def find_unserved(topics: Topics) -> Iterator[UnservedOut]:
    """Yield the people without any requested topic."""
    requests = {member.member: member.asked for member in topics.requests}
    for member in topics.members:
        if not member.served:
            yield UnservedOut(name=member.member, asked=" · ".join(requests[member.member]))
