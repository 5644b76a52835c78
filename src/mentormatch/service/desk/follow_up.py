"""The year of the pairs at a desk: the answers after so many months, who should be called, and what became of pairs."""

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
from mentormatch.report.further_answers import ANALYSIS_TITLES, LEARN
from mentormatch.service.desk.result_tables import CODES, NAMES, DocumentLine
from mentormatch.service.desk.step_tree import render_step
from mentormatch.service.desk.uploads import File
from mentormatch.survey.contacts import Contacts, asks_for_telephone
from mentormatch.widgets.board.decisions import BoardGround

FILES: Mapping[str, str] = {
    "suivi.html": mark("Le suivi, à lire ou à imprimer : qui appeler, et où en est chaque binôme"),
    "suivi.xlsx": mark("Le suivi en classeur (Excel, LibreOffice)"),
    "suivi.json": mark("Le suivi pour une autre application"),
}
RANKS: Mapping[int, tuple[str, str]] = {
    RANK_ENDED: (
        mark("D'abord : un binôme ne se voit plus, ou n'est pas d'accord"),
        mark("Appelez les deux personnes."),
    ),
    RANK_ASKED: (mark("Ensuite : une réponse après laquelle l'équipe appelle"), ""),
    RANK_SILENT: (mark("Relancer : pas de réponse"), ""),
}
KNOWN = mark("Cette édition est déjà là")
TOO_MANY = mark("Il y a déjà {most} éditions, et pas plus ne sont lues à la fois")
NO_WAVE = mark("Aucune réponse de suivi n'a été déposée")
FORMS: Mapping[str, Callable[[Programme], bytes]] = {
    "formulaire-suivi.txt": lambda programme: form_text(programme).encode("utf-8-sig"),
    "formulaire-suivi-limesurvey.txt": form_for_limesurvey,
}
"""The questions of the year, to copy into a tool."""
DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Call:
    """A person to call, by opaque id: their name and partners, how they are reached, whether they were called."""

    person: PersonToCall
    id: str
    name: str
    partners: str
    telephone: str
    done: bool

    @property
    def dialled(self) -> str:
        """The telephone number without what is only written for the eye."""
        return re.sub(r"[^+0-9]", "", self.telephone)


@dataclass(eq=False)
class DeskFollowUp:
    """The files of answers, by month, who has been called, by side and key, and how editions before went.

    Of these no more is held than their results, which have nobody's key; each under the name of its file.
    """

    waves: dict[int, File] = field(default_factory=dict)
    called: set[tuple[Side, str]] = field(default_factory=set)
    editions: list[tuple[str, EditionResults]] = field(default_factory=list)

    def take(self, month: int, file: File, matching: Matching) -> None:
        """Take the answers of one month; raises MentorMatchError, and takes nothing, where they cannot be read."""
        waves = self.waves | {month: file}
        read(matching, waves)
        self.waves = dict(sorted(waves.items()))

    def leave(self, month: int) -> None:
        """Give the answers of one month back."""
        self.waves.pop(month, None)

    def take_edition(self, file: File) -> None:
        """Take the follow-up of an edition before; raises RequestError where it is none, or is there already."""
        results = results_in(file.content, file.name)
        if results in [one for _, one in self.editions]:
            raise RequestError(tr(KNOWN))
        if len(self.editions) >= MOST_EDITIONS - 1:  # this year is one more
            raise RequestError(tr(TOO_MANY, most=MOST_EDITIONS - 1))
        self.editions.append((file.name, results))

    def leave_edition(self, at: int) -> None:
        """Give the follow-up of an edition before back."""
        del self.editions[at : at + 1]

    def beside(self, matching: Matching) -> Matching:
        """Return a matching with how editions went, those before and this one so far, where some before were given."""
        if not self.editions:
            return matching
        now = [EditionResults.of(read(matching, self.waves))] if self.waves else []
        return matching.with_editions([*(one for _, one in self.editions), *now])

    def call(self, ground: BoardGround, person: str, *, done: bool) -> None:
        """Note that somebody was called; raises RequestError where the id is nobody's."""
        place: tuple[Side, str] = ("mentor" if person[0] == "m" else "mentee", ground.key(person))
        (self.called.add if done else self.called.discard)(place)

    def document(self, name: str, matching: Matching, contacts: Contacts | None) -> bytes:
        """Return a document of the year, or its form; raises RequestError if there is no answer yet."""
        if name in FORMS:
            with language(matching.language):
                return FORMS[name](followed(matching))
        if not self.waves:
            raise RequestError(tr(NO_WAVE))
        year = read(matching, self.waves)
        return report.WRITER_BY_SUFFIX[name[name.rindex(".") :]](year, year.named(contacts))

    def lines(self, *, named: bool) -> list[DocumentLine]:
        """Return the documents of the year, once there are answers; JSON holds no names."""
        return [
            DocumentLine(
                name=name, purpose=tr(what), holds=tr(NAMES if named and not name.endswith(".json") else CODES)
            )
            for name, what in (FILES.items() if self.waves else ())
        ]

    def step(
        self,
        matching: Matching,
        ground: BoardGround,
        contacts: Contacts | None,
        *,
        named: bool,
        changes: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Return the step of the year, by name, with how people are reached, if contacts are given.

        ``named``: its documents hold names. ``changes`` are departures, arrivals and pairs that stop, as the template
        shows them.
        """
        programme, begun = followed(matching), changes["begun"]
        asked = programme.follow_up
        year = read(matching, self.waves) if self.waves else None
        answered = {wave.months: report.count_answers(year, wave) for wave in year.waves} if year else {}
        results = [one for _, one in self.editions]
        return render_step(
            "follow_up",
            form_text=form_text(programme),
            form_files=list(FORMS),
            waves=[
                (month, self.waves.get(month), answered.get(month, ""), due(begun, month)) for month in asked.months
            ],
            doubts=list(self._doubts(year, begun)) if year else [],
            editions=self.editions,
            lessons=lessons([*results, *([year] if year else [])]) if results else None,
            lessons_title=tr(ANALYSIS_TITLES[LEARN]),
            year=year,
            **(self._year(year, ground, labels_of(matching, year, contacts), contacts) if year else {}),
            documents=self.lines(named=named),
            **changes,
        )

    def _doubts(self, year: Year, begun: date | None) -> Iterator[str]:
        """Yield why answers may stand under the wrong month: the same file twice, or dates that fit another month."""
        months = [wave.months for wave in year.waves]
        for at, wave in enumerate(year.waves):
            for other in months[:at]:
                if self.waves[wave.months].content == self.waves[other].content:
                    yield tr(
                        "Les réponses à {first} et à {second} mois sont le même fichier.",
                        first=other,
                        second=wave.months,
                    )
            sent = sorted(reply.sent.sent.when.date() for reply in wave.replies if reply.sent.sent.when)
            if begun is None or not sent:
                continue
            middle = sent[len(sent) // 2]
            passed = (middle - begun).days / DAYS_PER_MONTH
            nearest = min(year.programme.follow_up.months, key=lambda month: abs(month - passed))
            if nearest != wave.months:
                yield tr(
                    "Les réponses déposées à {month} mois datent du {day} : est-ce le point à {nearest} mois ?",
                    month=wave.months,
                    day=day(middle),
                    nearest=nearest,
                )

    def _year(self, year: Year, ground: BoardGround, labels: Labels, contacts: Contacts | None) -> dict[str, Any]:
        """Return what the template shows of a year that has answers."""
        return {
            "summary": report.year_summary(year),
            "figures": report.figures(year),
            "calls": list(self._calls(year, ground, labels, contacts)),
            "ranks": RANKS,
            "sides": SIDE_WORDS,
            "sheets": report.year_sheets(year, labels),
            "titles": report.SHEET_TITLES,
            "warning": [line for line in (warning(year.outcomes()), tr(DESCRIPTION)) if line],
        }

    def _calls(self, year: Year, ground: BoardGround, labels: Labels, contacts: Contacts | None) -> Iterator[Call]:
        """Yield the people to call."""
        for one in year.to_call:
            yield Call(
                one,
                ground.id(one.side, one.person),
                labels.person(one.side, one.person),
                report.partners_of(one, labels),
                telephone(year, contacts, one) if contacts else "",
                (one.side, one.person) in self.called,
            )


def read(matching: Matching, waves: Mapping[int, File]) -> Year:
    """Return the year so far; raises MentorMatchError where a file cannot be read."""
    tables = {month: file.read_table() for month, file in waves.items()}
    return follow_up(followed(matching), matching.pairs, tables, codes=codes_of(matching.cohort))


def followed(matching: Matching) -> Programme:
    """Return the programme of a matching with what it asks during the year: five questions if it states none."""
    return with_follow_up(matching.programme, matching.language)


def due(begun: date | None, month: int) -> str:
    """Return when the form of a month is to be sent; empty if the pairs are not validated."""
    if begun is None:
        return ""
    place = begun.month - 1 + month
    year, index = begun.year + place // 12, place % 12 + 1
    return day(date(year, index, min(begun.day, monthrange(year, index)[1])))


def labels_of(matching: Matching, year: Year, contacts: Contacts | None) -> Labels:
    """Return what people are called on the screen: by name where contacts are given, never by an e-mail address."""
    plain = matching.labels
    return plain if contacts is None else labels_with_names(year.named(contacts) or {}, plain, coded=True)


def telephone(year: Year, contacts: Contacts, one: PersonToCall) -> str:
    """Return the number that somebody gave, empty where they gave none."""
    fields, given = year.programme.fields, contacts.of(one.side, one.person)
    return next((said for name, said in given.items() if asks_for_telephone(name, fields[name])), "")


class FollowUpState(JsonMessage):
    """What is kept of a year beside its files: their names, by month and of editions before, and who was called."""

    waves: list[tuple[Whole, str]]
    called: list[tuple[Side, str]]
    editions: list[str] = Setting(default_factory=list)

    @classmethod
    def of(cls, year: DeskFollowUp) -> "FollowUpState":
        """Return the state of a year."""
        waves, editions = (
            [(month, file.name) for month, file in year.waves.items()],
            [name for name, _ in year.editions],
        )
        return cls(waves=waves, called=sorted(year.called), editions=editions)

    def follow_up(self, contents: Mapping[str, bytes]) -> DeskFollowUp:
        """Return the year."""
        waves = {month: File(name, contents[wave_of(month)]) for month, name in self.waves}
        editions = [
            (name, EditionResults.model_validate_json(contents[edition_of(at)]))
            for at, name in enumerate(self.editions)
        ]
        return DeskFollowUp(waves, set(self.called), editions)


def name_files(year: DeskFollowUp) -> dict[str, bytes]:
    """Return the files of a year by the names under which they are kept."""
    waves = {wave_of(month): file.content for month, file in year.waves.items()}
    return waves | {edition_of(at): one.model_dump_json().encode() for at, (_, one) in enumerate(year.editions)}


def wave_of(month: int) -> str:
    """Return under which name the answers of a month are kept."""
    return f"wave-{month}"


def edition_of(at: int) -> str:
    """Return under which name an edition before is kept, by its place."""
    return f"edition-{at}"
