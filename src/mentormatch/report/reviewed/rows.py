"""The sheet of pairs as staff left it: each row with its line, or what cannot be read in it.

What a workbook carries of its matching, in a sheet that staff do not see, so that it can be checked when it is back.

It names people by their keys and holds no answer: where it comes from, the pairs that it proposed, how many partners
each person takes, and which rule forbids each pair that cannot be.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from os import PathLike
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field as Setting
from pydantic import ValidationError

from mentormatch.base.strict_json import JsonMessage, parse_json
from mentormatch.errors import Problem, RequestError, SurveyError
from mentormatch.explanation.edits import LETTERS, EditKind, Note
from mentormatch.explanation.names import Labels
from mentormatch.explanation.tables import NAMED
from mentormatch.fields import ACROSS, SIDES, Side
from mentormatch.languages.phrases import listed, quoted
from mentormatch.languages.similarity import closest
from mentormatch.languages.text_keys import canonical, fold
from mentormatch.languages.translation import FRENCH, LANGUAGES, language, mark, spoken, tr, tr_n
from mentormatch.operations.matching import KeyPair, Matching
from mentormatch.people.codes import tells_who
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme, replace_parts
from mentormatch.record.decision import Sha256
from mentormatch.record.digests import digest_of_answers, digest_of_codes, digest_of_programme, digests_of_people
from mentormatch.report.book import clip
from mentormatch.report.texts import visible
from mentormatch.rules.rule import Rule, forbidden_by_rule, market_of
from mentormatch.survey.table_reader import Record, TableSource, read_rows

SHEET = mark("Repères")
REFUSED = mark("Refusé")
"""What staff choose to set a pair aside."""
CHUNK = 20_000
"""Characters of one cell."""
MOST_CELLS = 4_000_000
"""Beyond that many pairs the rules are not carried."""
ALLOWED, OTHER = "-", "?"
MARKS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
CONFIDENTIAL = mark("une règle confidentielle du programme")

type SheetPlaces = Annotated[int, Setting(ge=0)]


class Bearings(JsonMessage):
    """Where a workbook comes from.

    ``programme`` and ``answers`` are digests, the pairs decided by hand left out of the first. ``bans`` were set aside
    by hand before. ``forbidden`` has a text a mentor and a character a mentee: ``-`` where the pair is allowed, else
    the mark of a rule in ``rules``; it is empty for more than four million pairs. ``people`` has the digest of what
    each person answered, mentors first: by it the same people are known among other answers. People are called by their
    codes; where these are not their keys, ``codes`` is the digest of both.
    """

    schema_version: Literal[1] = 1
    programme: Sha256
    answers: Sha256
    pairs: list[KeyPair]
    bans: list[KeyPair]
    mentors: dict[str, SheetPlaces]
    mentees: dict[str, SheetPlaces]
    forbidden: list[str]
    rules: dict[str, str]
    people: list[str] = Setting(default_factory=list)
    codes: str = Setting(default="", exclude_if=lambda codes: not codes)

    @classmethod
    def of(cls, matching: Matching) -> Self:
        """Return the bearings of a matching."""
        problem, cohort = matching.problem, matching.cohort
        forbidden, rules = forbidden_pairs(matching)
        labels = matching.labels
        people = {side: [labels.person(side, key) for key in cohort.side(side).ids] for side in SIDES}
        return cls(
            programme=digest_without_decisions(matching.programme),
            answers=digest_of_answers(cohort),
            pairs=[labels.pair((pair.mentor, pair.mentee)) for pair in matching.pairs],
            bans=[label_pair(pair, labels) for pair in set_aside(matching)],
            mentors=dict(zip(people["mentor"], problem.mentors.most.tolist(), strict=True)),
            mentees=dict(zip(people["mentee"], problem.mentees.most.tolist(), strict=True)),
            forbidden=forbidden,
            rules=rules,
            people=list(digests_of_people(cohort).values()),
            codes=digest_of_codes(cohort),
        )

    @classmethod
    def from_cells(cls, cells: Sequence[str]) -> Self | None:
        """Return the bearings in the cells of their sheet, None where these are not whole."""
        try:
            content = parse_json("".join(cells), by_person=True)
            return cls.model_validate(content, strict=False)  # a list stands for a pair
        except (ValidationError, RequestError):
            return None

    def cells(self) -> list[str]:
        """Return the same as texts that each fit a cell, in letters that no spreadsheet changes."""
        text = json.dumps(self.model_dump(mode="json"), separators=(",", ":"))
        return [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)]

    def places(self, side: Side) -> dict[str, int]:
        """Return how many partners each person of one side takes, by key."""
        return self.mentors if side == "mentor" else self.mentees

    def count_unchanged(self, cohort: Cohort) -> int:
        """Return how many of its people are in a cohort with the same answers."""
        return len(self.people) - len(self.changed(cohort))

    def changed(self, cohort: Cohort) -> set[tuple[Side, str]]:
        """Return side and code of the people who are not in a cohort with the same answers."""
        now = digests_of_people(cohort)
        people = [(side, cohort.key_of(side, code)) for side in SIDES for code in self.places(side)]
        return {person for person, said in zip(people, self.people, strict=False) if now.get(person) != said}

    def doubtful(self, cohort: Cohort, programme: Programme | None) -> set[tuple[Side, str]]:
        """Return side and key of the people of whom only a code is known that may be another person's by now.

        Nobody, if all codes are those of the same keys as before. Else a code is believed if the programme remembers
        it, or if its person gave the same answers as before, and nobody else did.
        """
        if self.codes == digest_of_codes(cohort):
            return set()
        remembered = {} if programme is None else programme.codes.known
        now = Counter((side, said) for (side, _), said in digests_of_people(cohort).items())
        own = digests_of_people(cohort)
        coded = [(side, key) for side in SIDES for key, code in cohort.coded(side) if code in self.places(side)]
        same = {person for person in coded if now[person[0], own[person]] == 1} - self.changed(cohort)
        return {
            person for person in coded if person not in same and (person[0], canonical(person[1])) not in remembered
        }

    def rule_against(self, pair: KeyPair) -> str:
        """Return which rule forbids a pair, empty where none does or none is known."""
        if not self.forbidden:
            return ""
        mentor, mentee = (list(self.places(side)).index(key) for side, key in zip(LETTERS, pair, strict=True))
        sign = self.forbidden[mentor][mentee]
        return "" if sign == ALLOWED else self.rules.get(sign, tr("une règle du programme"))


def digest_without_decisions(programme: Programme) -> str:
    """Return the digest of a programme without the pairs that are decided, which the team goes on deciding."""
    rules = [rule for rule in programme.rules if rule.decided_pair is None]
    return digest_of_programme(replace_parts(programme, rules=rules))


def pairs_by_hand(matching: Matching, kind: EditKind) -> Iterator[KeyPair]:
    """Yield the pairs that were imposed or set aside by hand for this matching."""
    cohort = matching.cohort
    for edit in matching.edits:
        if edit.kind == kind:
            yield cohort.mentors.ids[int(edit.mentor[1:]) - 1], cohort.mentees.ids[int(edit.mentee[1:]) - 1]


def set_aside(matching: Matching) -> Iterator[KeyPair]:
    """Yield the pairs that were set aside by hand, for this matching or in a workbook that it goes on from."""
    mentors, mentees = matching.cohort.mentors, matching.cohort.mentees
    refused = [note.pair for note in matching.notes if note.choice == REFUSED]
    here = [pair for pair in refused if mentors.has(pair[0]) and mentees.has(pair[1])]
    yield from dict.fromkeys([*pairs_by_hand(matching, "ban"), *here])


def forbidden_pairs(matching: Matching) -> tuple[list[str], dict[str, str]]:
    """Return the mark of the first rule that forbids each pair, and what the rule of each mark is called.

    A pair that was set aside by hand is not among them: the team may think again.
    """
    if prod(matching.problem.shape) > MOST_CELLS or not matching.scores.held:
        return [], {}
    market = market_of(matching.cohort, matching.scores.values)
    marks, rules = np.full(market.shape, ALLOWED), {}
    for number, (rule, block) in enumerate(forbidden_by_rule(lasting(matching), market)):
        sign = MARKS[number] if number < len(MARKS) else OTHER
        rules[sign] = describe_rule(rule, matching)
        marks[block & (marks == ALLOWED)] = sign
    return ["".join(row) for row in marks.tolist()], {sign: rules[sign] for sign in rules if sign != OTHER}


def lasting(matching: Matching) -> list[Rule]:
    """Return the rules without those that set a pair aside by hand."""
    by_hand = {(canonical(mentor), canonical(mentee)) for mentor, mentee in set_aside(matching)}
    return [rule for rule in matching.programme.rules if tuple(map(canonical, rule.decided_pair or ())) not in by_hand]


def describe_rule(rule: Rule, matching: Matching) -> str:
    """Return what a rule is called, nothing of one that rests on an answer that is for the team alone."""
    private = any(matching.programme.fields[reference.field].private for reference in rule.references())
    return tr(CONFIDENTIAL) if private else tr("la règle « {rule} »", rule=matching.labels.rule(rule))


def label_pair(pair: KeyPair, labels: Labels) -> KeyPair:
    """Return what the two people of a pair of keys are called, also if they have left; a note may be of no pair."""
    people = zip(SIDES, pair, strict=True)
    mentor, mentee = (labels.person(side, key) if tells_who(key) else key for side, key in people)
    return mentor, mentee


PAIRS = mark("Binômes")
AGREED, OPEN = mark("Validé"), mark("À discuter")
CHOICES = (AGREED, OPEN, REFUSED)
VALIDATION, REMARK = mark("Validation"), mark("Remarque")
COLUMNS: Mapping[Side, str] = {"mentor": mark("Mentor·e"), "mentee": mark("Mentoré·e")}
READ = (*COLUMNS.values(), VALIDATION)
"""The columns without which nothing is read."""
OURS = (*READ, REMARK, *NAMED.values(), mark("Points sur 100"), mark("Part connue"), mark("Pourquoi"))
"""The columns that a workbook may have from the start; all others are those of staff."""
ORIGIN = mark("le classeur tel que « mentormatch match » l'a écrit")
WHOSE: Mapping[Side, str] = {
    "mentor": mark("le code d'un·e mentor·e de ce classeur"),
    "mentee": mark("le code d'un·e mentoré·e de ce classeur"),
}
MISPLACED: Mapping[Side, str] = {"mentor": mark("le code d'un·e mentor·e"), "mentee": mark("le code d'un·e mentoré·e")}


@dataclass(frozen=True, slots=True)
class Tongue:
    """The language that a workbook was written in, whatever is spoken when it is read."""

    code: str = FRENCH

    def title(self, message: str) -> str:
        """Return a title, or a choice, as the workbook has it."""
        with language(self.code):
            return tr(message)

    def sheet(self, message: str = PAIRS) -> str:
        """Return where a sheet is."""
        return tr("feuille « {sheet} »", sheet=self.title(message))

    def cell(self, line: int, column: str) -> str:
        """Return where one cell of the sheet of pairs is."""
        where = self.title(PAIRS)
        return tr(
            "feuille « {sheet} », ligne {line}, colonne « {column} »",
            sheet=where,
            line=line,
            column=self.title(column),
        )

    def lines(self, numbers: Sequence[int]) -> str:
        """Return where some rows of the sheet of pairs are."""
        return tr_n(
            "feuille « {sheet} », ligne {lines}",
            "feuille « {sheet} », lignes {lines}",
            len(numbers),
            sheet=self.title(PAIRS),
            lines=listed([str(number) for number in numbers]),
        )

    def choice(self, text: str) -> str | None:
        """Return the choice that a text of the column stands for, None where it is none."""
        return next((choice for choice in CHOICES if fold(self.title(choice)) == fold(text)), None)


@dataclass(frozen=True, slots=True)
class ReviewedRow:
    """One pair of the sheet: its line, the keys of its two people, and what staff chose for it and wrote beside it."""

    line: int
    pair: KeyPair
    choice: str
    note: Note


def read_bearings(path: str | PathLike[str] | TableSource) -> tuple[Bearings | None, Tongue, list[Problem]]:
    """Return where a workbook comes from and its language, None with the reason where that is not to be found in it."""
    found: list[Problem] = []
    for tongue in map(Tongue, dict.fromkeys((spoken(), *LANGUAGES))):
        records, problems = records_of(path, tongue, SHEET)
        bearings = Bearings.from_cells([record.cells[0] for record in records])
        if bearings is not None:
            return bearings, tongue, problems
        if records:
            finding, advice = tr("absente, incomplète ou changée"), tr("repartez d'un nouveau classeur")
            return (
                None,
                tongue,
                [Problem(tr("feuille cachée « {sheet} »", sheet=tongue.title(SHEET)), finding, tr(ORIGIN), advice)],
            )
        found = found or problems
    return None, Tongue(), found


def records_of(
    path: str | PathLike[str] | TableSource, tongue: Tongue, sheet: str
) -> tuple[tuple[Record, ...], list[Problem]]:
    """Return the rows of a sheet that are not blank, or why there are none."""
    try:
        return read_rows(path, sheet=tongue.title(sheet)).records, []
    except SurveyError as error:
        advice = tr("ne renommez ni ne supprimez aucune feuille")
        absent = Problem(tongue.sheet(sheet), tr("introuvable"), tr(ORIGIN), advice)
        return (), [absent if problem.where == tr("feuille") else problem for problem in error.problems]


def read_sheet(
    path: str | PathLike[str] | TableSource, bearings: Bearings, tongue: Tongue
) -> tuple[list[ReviewedRow], list[Note], list[Problem]]:
    """Return the pairs of the sheet, what stands beside no pair in it, and all that cannot be read."""
    records, problems = records_of(path, tongue, PAIRS)
    if problems:
        return [], [], problems
    columns = columns_in(records[0].cells, {message: tongue.title(message) for message in OURS})
    absent = [tongue.title(message) for message in READ if message not in columns.ours]
    if absent:
        advice = tr("rendez à la première ligne les intitulés d'origine")
        found = [tr("pas de colonne « {title} »", title=title) for title in absent]
        return [], [], [Problem(tongue.sheet(), one, tr(ORIGIN), advice) for one in found]
    return read_records(records[1:], columns, bearings, tongue)


@dataclass(frozen=True, slots=True)
class SheetColumns:
    """Where the columns of ours stand, by their French titles, and those that staff added, with their headings."""

    ours: Mapping[str, int]
    extra: Sequence[tuple[int, str]]

    def cell(self, title: str, cells: Sequence[str]) -> str:
        """Return what a row has in a column of ours, as it was typed."""
        place = self.ours.get(title, len(cells))
        return cells[place] if place < len(cells) else ""

    def own(self, cells: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """Return what a row has in the columns of staff, with their headings, also right of all headings."""
        width = max([*self.ours.values(), *(place for place, _ in self.extra)]) + 1
        beyond = [(place, "") for place in range(width, len(cells))]
        placed = [(place, title) for place, title in (*self.extra, *beyond) if place < len(cells)]
        return tuple((title, cells[place]) for place, title in placed if cells[place].strip())


def columns_in(header: Sequence[str], titles: Mapping[str, str]) -> SheetColumns:
    """Return the columns of a sheet, ``titles`` being ours as it has them; of two of one name ours is the first."""
    left = {fold(title): message for message, title in titles.items()}
    ours, extra = {}, []
    for place, title in enumerate(header):
        message = left.pop(fold(title), None)
        if message is None:
            extra.append((place, title))
        else:
            ours[message] = place
    return SheetColumns(ours, extra)


def read_records(
    records: tuple[Record, ...], columns: SheetColumns, bearings: Bearings, tongue: Tongue
) -> tuple[list[ReviewedRow], list[Note], list[Problem]]:
    """Return the rows below the headings; of one that names nobody and decides nothing only the texts are kept."""
    known = keys_shown(bearings)
    rows, loose, problems = [], [], []
    for record in records:
        said = {title: columns.cell(title, record.cells).strip() for title in READ}
        if not any(said.values()):
            loose.append(Note(("", ""), "", " · ".join(filter(str.strip, record.cells))))
            continue
        wrong = list(misread(record.line, said, known, tongue))
        problems += wrong
        if not wrong:
            mentor, mentee = (known[side][canonical(said[title])] for side, title in COLUMNS.items())
            choice = tongue.choice(said[VALIDATION]) or ""
            note = Note((mentor, mentee), choice, columns.cell(REMARK, record.cells), columns.own(record.cells))
            rows.append(ReviewedRow(record.line, (mentor, mentee), choice, note))
    return rows, loose, problems


def keys_shown(bearings: Bearings) -> dict[Side, dict[str, str]]:
    """Return the keys of the people of each side, by how the cells of a workbook have them."""
    return {side: {canonical(clip(visible(key))): key for key in bearings.places(side)} for side in COLUMNS}


def misread(
    line: int, said: Mapping[str, str], known: Mapping[Side, Mapping[str, str]], tongue: Tongue
) -> Iterator[Problem]:
    """Yield what is wrong with the three cells of one row."""
    for side, title in COLUMNS.items():
        if canonical(said[title]) not in known[side]:
            found, advice = unknown(side, said[title], known, tongue)
            yield Problem(tongue.cell(line, title), found, tr(WHOSE[side]), advice)
    if said[VALIDATION] and tongue.choice(said[VALIDATION]) is None:
        choices = ", ".join(quoted(tongue.title(choice)) for choice in CHOICES)
        yield Problem(
            tongue.cell(line, VALIDATION),
            tr("un mot inconnu"),
            tr("{choices}, ou rien", choices=choices),
            tr(
                "choisissez dans la liste de la cellule ; une remarque va dans la colonne « {column} »",
                column=tongue.title(REMARK),
            ),
        )


def unknown(side: Side, typed: str, known: Mapping[Side, Mapping[str, str]], tongue: Tongue) -> tuple[str, str]:
    """Return that a cell names nobody of its side, and what to do; what was typed in it is not repeated."""
    other = ACROSS[side]
    near = closest(typed, known[side].values()) if typed else None
    if not typed:
        advice = tr("pour défaire ce binôme, rendez le code et choisissez « {choice} »", choice=tongue.title(REFUSED))
        return tr("la cellule est vide"), advice
    if canonical(typed) in known[other]:
        return tr(MISPLACED[other]), tr("vérifiez la colonne")
    meant = tr("vouliez-vous dire « {name} » ?", name=near.name) if near else tr("écrivez le code, pas le nom")
    return tr("personne de cette édition n'a ce code"), meant
