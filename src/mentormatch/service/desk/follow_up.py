"""The year of the pairs: follow-up answers per month, people to call, and lessons of previous editions."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import Field as Setting

from mentormatch.base.strict_json import JsonMessage, Whole
from mentormatch.errors import RequestError
from mentormatch.explanation.names import Labels, labels_with_names
from mentormatch.explanation.tables import SIDE_WORDS
from mentormatch.fields import Side
from mentormatch.followup.form import form_for_limesurvey, form_text, with_follow_up
from mentormatch.followup.lessons import MOST_EDITIONS, EditionResults, Year, follow_up, lessons, results_in
from mentormatch.followup.waves import DESCRIPTION, RANK_ASKED, RANK_ENDED, RANK_SILENT, PersonToCall, warning
from mentormatch.languages.phrases import day
from mentormatch.languages.translation import language, mark, tr
from mentormatch.operations.matching import Matching
from mentormatch.people.codes import codes_of
from mentormatch.programme.programme import Programme
from mentormatch.report import followup as report
from mentormatch.report.further_answers import ANALYSES, LEARN
from mentormatch.service.desk.result_tables import CODES_NOTE, NAMES_NOTE, DocumentLine
from mentormatch.service.desk.step_tree import render_step
from mentormatch.service.desk.uploads import UploadedFile
from mentormatch.survey.contacts import Contacts, asks_for_telephone
from mentormatch.widgets.board.decisions import BoardBaseline

FOLLOW_UP_FILES: Mapping[str, str] = {
    "suivi.html": mark("Le suivi, à lire ou à imprimer : qui appeler, et où en est chaque binôme"),
    "suivi.xlsx": mark("Le suivi en classeur (Excel, LibreOffice)"),
    "suivi.json": mark("Le suivi pour une autre application"),
}
CALL_RANKS: Mapping[int, tuple[str, str]] = {
    RANK_ENDED: (
        mark("D'abord : un binôme ne se voit plus, ou n'est pas d'accord"),
        mark("Appelez les deux personnes."),
    ),
    RANK_ASKED: (mark("Ensuite : une réponse après laquelle l'équipe appelle"), ""),
    RANK_SILENT: (mark("Relancer : pas de réponse"), ""),
}
# questions of the year, to copy into a survey tool
FORM_FILES: Mapping[str, Callable[[Programme], bytes]] = {
    "formulaire-suivi.txt": lambda programme: form_text(programme).encode("utf-8-sig"),
    "formulaire-suivi-limesurvey.txt": form_for_limesurvey,
}


@dataclass(frozen=True, slots=True)
class CallEntry:
    """A person to call, by opaque id, with name, partners, telephone number, and whether the call was made."""

    person: PersonToCall
    id: str
    name: str
    partners: str
    telephone: str
    done: bool

    @property
    def dialled(self) -> str:
        return re.sub(r"[^+0-9]", "", self.telephone)


@dataclass(eq=False)
class FollowUpStep:
    """Files of answers by month, people called by side and key, and results of previous editions by file name.

    Of previous editions only the results remain, without keys of people.
    """

    waves: dict[int, UploadedFile] = field(default_factory=dict)
    called: set[tuple[Side, str]] = field(default_factory=set)
    editions: list[tuple[str, EditionResults]] = field(default_factory=list)

    def add_wave(self, month: int, file: UploadedFile, matching: Matching) -> None:
        """Add the answers of a month. Raises MentorMatchError if they cannot be read; nothing is added then."""
        waves = self.waves | {month: file}
        read_year(matching, waves)
        self.waves = dict(sorted(waves.items()))

    def remove_wave(self, month: int) -> None:
        """Remove the answers of a month."""
        self.waves.pop(month, None)

    def add_edition(self, file: UploadedFile) -> None:
        """Add the results of a previous edition.

        Raises RequestError if they are invalid or already there, or there are too many.
        """
        results = results_in(file.content, file.name)
        if results in [known_results for _, known_results in self.editions]:
            raise RequestError(tr("Cette édition est déjà là"))
        if len(self.editions) >= MOST_EDITIONS - 1:  # plus the current year
            raise RequestError(
                tr("Il y a déjà {most} éditions, et pas plus ne sont lues à la fois", most=MOST_EDITIONS - 1)
            )
        self.editions.append((file.name, results))

    def remove_edition(self, at: int) -> None:
        """Remove the results of a previous edition."""
        del self.editions[at : at + 1]

    def with_lessons(self, matching: Matching) -> Matching:
        """Return a matching with the results of all editions, if there are previous ones."""
        if not self.editions:
            return matching
        current = [EditionResults.of(read_year(matching, self.waves))] if self.waves else []
        return matching.with_editions([*(edition for _, edition in self.editions), *current])

    def mark_called(self, ground: BoardBaseline, person: str, *, done: bool) -> None:
        """Record whether a person was called. Raises RequestError for an unknown id."""
        place: tuple[Side, str] = ("mentor" if person[0] == "m" else "mentee", ground.key(person))
        (self.called.add if done else self.called.discard)(place)

    def document(self, name: str, matching: Matching, contacts: Contacts | None) -> bytes:
        """Return a document of the year, or the form, which needs no answers; names if ``contacts`` are given.

        Raises RequestError if there are no answers yet.
        """
        if name in FORM_FILES:
            with language(matching.language):
                return FORM_FILES[name](with_follow_up_questions(matching))
        if not self.waves:
            raise RequestError(tr("Aucune réponse de suivi n'a été déposée"))
        year = read_year(matching, self.waves)
        return report.WRITER_BY_SUFFIX[name[name.rindex(".") :]](year, year.named(contacts))

    def document_lines(self, *, named: bool) -> list[DocumentLine]:
        """Return the documents of the year, if there are answers; JSON contains no names."""
        return [
            DocumentLine(
                name=name,
                purpose=tr(what),
                holds=tr(NAMES_NOTE if named and not name.endswith(".json") else CODES_NOTE),
            )
            for name, what in (FOLLOW_UP_FILES.items() if self.waves else ())
        ]

    def step(
        self,
        matching: Matching,
        ground: BoardBaseline,
        contacts: Contacts | None,
        *,
        named: bool,
        changes: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Render the step of the year; contacts are shown if given.

        ``named``: its documents contain names. ``changes``: the values of departures, arrivals and ended pairs for the
        template.
        """
        programme, start = with_follow_up_questions(matching), changes["begun"]
        questions = programme.follow_up
        year = read_year(matching, self.waves) if self.waves else None
        answered = {wave.months: report.count_answers(year, wave) for wave in year.waves} if year else {}
        results = [edition for _, edition in self.editions]
        return render_step(
            "follow_up",
            form_text=form_text(programme),
            form_files=list(FORM_FILES),
            waves=[
                (month, self.waves.get(month), answered.get(month, ""), format_due_date(start, month))
                for month in questions.months
            ],
            doubts=list(self._doubts(year, start)) if year else [],
            editions=self.editions,
            lessons=lessons([*results, *([year] if year else [])]) if results else None,
            lessons_title=tr(ANALYSES[LEARN].title),
            year=year,
            **(self._year(year, ground, get_screen_labels(matching, year, contacts), contacts) if year else {}),
            documents=self.document_lines(named=named),
            **changes,
        )

    def _doubts(self, year: Year, start: date | None) -> Iterator[str]:
        """Yield doubts on the month of answers: equal files, or dates nearer to another month."""
        months = [wave.months for wave in year.waves]
        for at, wave in enumerate(year.waves):
            for earlier in months[:at]:
                if self.waves[wave.months].content == self.waves[earlier].content:
                    yield tr(
                        "Les réponses à {first} et à {second} mois sont le même fichier.",
                        first=earlier,
                        second=wave.months,
                    )
            dates = sorted(reply.sent.sent.when.date() for reply in wave.replies if reply.sent.sent.when)
            if start is None or not dates:
                continue
            middle = dates[len(dates) // 2]
            months_passed = (middle - start).days / (365.25 / 12)
            nearest = min(year.programme.follow_up.months, key=lambda month: abs(month - months_passed))
            if nearest != wave.months:
                yield tr(
                    "Les réponses déposées à {month} mois datent du {day} : est-ce le point à {nearest} mois ?",
                    month=wave.months,
                    day=day(middle),
                    nearest=nearest,
                )

    def _year(self, year: Year, ground: BoardBaseline, labels: Labels, contacts: Contacts | None) -> dict[str, Any]:
        return {
            "summary": report.year_summary(year),
            "figures": report.figures(year),
            "calls": list(self._calls(year, ground, labels, contacts)),
            "ranks": CALL_RANKS,
            "sides": SIDE_WORDS,
            "sheets": report.year_sheets(year, labels),
            "titles": report.SHEET_TITLES,
            "warning": [line for line in (warning(year.outcomes()), tr(DESCRIPTION)) if line],
        }

    def _calls(
        self, year: Year, ground: BoardBaseline, labels: Labels, contacts: Contacts | None
    ) -> Iterator[CallEntry]:
        for person in year.to_call:
            yield CallEntry(
                person,
                ground.id(person.side, person.person),
                labels.person(person.side, person.person),
                report.partners_of(person, labels),
                get_telephone(year, contacts, person) if contacts else "",
                (person.side, person.person) in self.called,
            )


def read_year(matching: Matching, waves: Mapping[int, UploadedFile]) -> Year:
    """Read the answers so far. Raises MentorMatchError if a file is invalid."""
    tables = {month: file.read_table() for month, file in waves.items()}
    return follow_up(with_follow_up_questions(matching), matching.pairs, tables, codes=codes_of(matching.cohort))


def with_follow_up_questions(matching: Matching) -> Programme:
    return with_follow_up(matching.programme, matching.language)


def format_due_date(start: date | None, month: int) -> str:
    """Return the day on which the form of a month is due; empty if the pairs are not validated."""
    if start is None:
        return ""
    month_index = start.month - 1 + month
    year, index = start.year + month_index // 12, month_index % 12 + 1
    return day(date(year, index, min(start.day, monthrange(year, index)[1])))


def get_screen_labels(matching: Matching, year: Year, contacts: Contacts | None) -> Labels:
    """Return the labels on the screen: names if contacts are given, never e-mail addresses."""
    plain = matching.labels
    return plain if contacts is None else labels_with_names(year.named(contacts) or {}, plain, coded=True)


def get_telephone(year: Year, contacts: Contacts, person: PersonToCall) -> str:
    """Return the telephone number of a person, empty without one."""
    fields, answers = year.programme.fields, contacts.of(person.side, person.person)
    return next((answer for name, answer in answers.items() if asks_for_telephone(name, fields[name])), "")


class FollowUpState(JsonMessage):
    """The stored state of a year without its files: their names, and the people called."""

    waves: list[tuple[Whole, str]]
    called: list[tuple[Side, str]]
    editions: list[str] = Setting(default_factory=list)

    @classmethod
    def of(cls, year: FollowUpStep) -> "FollowUpState":
        waves, editions = (
            [(month, file.name) for month, file in year.waves.items()],
            [name for name, _ in year.editions],
        )
        return cls(waves=waves, called=sorted(year.called), editions=editions)

    def follow_up(self, contents: Mapping[str, bytes]) -> FollowUpStep:
        waves = {month: UploadedFile(name, contents[get_wave_part(month)]) for month, name in self.waves}
        editions = [
            (name, EditionResults.model_validate_json(contents[get_edition_part(at)]))
            for at, name in enumerate(self.editions)
        ]
        return FollowUpStep(waves, set(self.called), editions)


def get_stored_parts(year: FollowUpStep) -> dict[str, bytes]:
    """Return the answers of a year and the results of previous editions by the names of their stored parts."""
    waves = {get_wave_part(month): file.content for month, file in year.waves.items()}
    return waves | {
        get_edition_part(at): edition.model_dump_json().encode() for at, (_, edition) in enumerate(year.editions)
    }


def get_wave_part(month: int) -> str:
    return f"wave-{month}"


def get_edition_part(at: int) -> str:
    return f"edition-{at}"
