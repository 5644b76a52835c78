"""The sheet of pairs as edited by staff -> rows with their lines, or the problems in it.

A hidden sheet has the fingerprint of the workbook, to check it on return: origin, proposed pairs, places per person,
and the rule that forbids each impossible pair. It contains keys and no answers.
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
from mentormatch.explanation.edits import SIDE_LETTERS, Note, edited_pairs
from mentormatch.explanation.names import Labels
from mentormatch.explanation.tables import NAME_TITLES
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

FINGERPRINT_SHEET = mark("Repères")
REFUSED = mark("Refusé")
# Characters per cell
CELL_CHUNK = 20_000
# Pairs; above, the workbook does not contain the rules.
MOST_CELLS = 4_000_000
ALLOWED_MARK, OTHER_MARK = "-", "?"
RULE_MARKS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

type SheetPlaces = Annotated[int, Setting(ge=0)]


class WorkbookFingerprint(JsonMessage):
    """The origin of a workbook.

    ``programme`` and ``answers`` are digests, the first without manually decided pairs. ``bans`` are earlier manual
    bans. ``forbidden`` has a text per mentor with a character per mentee: ``-`` if the pair is allowed, else the mark
    of a rule in ``rules``, or ``?`` if marks are too few. It is empty above four million pairs, or if the scores are
    not in memory. ``people`` has the digest of each person's answers, mentors first, by which unchanged people are
    found in other answers. People are identified by codes; if these are not the keys, ``codes`` is the digest of both.
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
        """Return the fingerprint of a matching."""
        problem, cohort = matching.problem, matching.cohort
        forbidden, rules = forbidden_pairs(matching)
        labels = matching.labels
        people = {side: [labels.person(side, key) for key in cohort.side(side).ids] for side in SIDES}
        return cls(
            programme=digest_without_decisions(matching.programme),
            answers=digest_of_answers(cohort),
            pairs=[labels.pair((pair.mentor, pair.mentee)) for pair in matching.pairs],
            bans=[label_pair(pair, labels) for pair in get_banned_pairs(matching)],
            mentors=dict(zip(people["mentor"], problem.mentors.most.tolist(), strict=True)),
            mentees=dict(zip(people["mentee"], problem.mentees.most.tolist(), strict=True)),
            forbidden=forbidden,
            rules=rules,
            people=list(digests_of_people(cohort).values()),
            codes=digest_of_codes(cohort),
        )

    @classmethod
    def from_cells(cls, cells: Sequence[str]) -> Self | None:
        try:
            content = parse_json("".join(cells), by_person=True)
            return cls.model_validate(content, strict=False)  # a list stands for a pair
        except (ValidationError, RequestError):
            return None

    def cells(self) -> list[str]:
        """Return the JSON in pieces that fit into cells, in ASCII, which spreadsheets do not change."""
        text = json.dumps(self.model_dump(mode="json"), separators=(",", ":"))
        return [text[start : start + CELL_CHUNK] for start in range(0, len(text), CELL_CHUNK)]

    def places(self, side: Side) -> dict[str, int]:
        """Return the number of places of each person of one side, by code."""
        return self.mentors if side == "mentor" else self.mentees

    def count_unchanged(self, cohort: Cohort) -> int:
        return len(self.people) - len(self.changed(cohort))

    def changed(self, cohort: Cohort) -> set[tuple[Side, str]]:
        """Return side and key of the people who are absent from a cohort or have other answers there."""
        present = digests_of_people(cohort)
        people = [(side, cohort.key_of(side, code)) for side in SIDES for code in self.places(side)]
        return {person for person, digest in zip(people, self.people, strict=False) if present.get(person) != digest}

    def doubtful(self, cohort: Cohort, programme: Programme | None) -> set[tuple[Side, str]]:
        """Return side and key of people whose code may belong to another person by now.

        Empty if all codes still have the same keys. A code is trusted if the programme remembers a code of its person,
        or if its person gave the same answers as before and no other person did.
        """
        if self.codes == digest_of_codes(cohort):
            return set()
        remembered = {} if programme is None else programme.codes.known
        digest_counts = Counter((side, digest) for (side, _), digest in digests_of_people(cohort).items())
        digests = digests_of_people(cohort)
        coded = [(side, key) for side in SIDES for key, code in cohort.coded(side) if code in self.places(side)]
        unchanged = {person for person in coded if digest_counts[person[0], digests[person]] == 1} - self.changed(
            cohort
        )
        return {
            person
            for person in coded
            if person not in unchanged and (person[0], canonical(person[1])) not in remembered
        }

    def rule_against(self, pair: KeyPair) -> str:
        """Return the rule that forbids a pair, empty if there is none or rules are unknown."""
        if not self.forbidden:
            return ""
        mentor, mentee = (list(self.places(side)).index(key) for side, key in zip(SIDE_LETTERS, pair, strict=True))
        sign = self.forbidden[mentor][mentee]
        return "" if sign == ALLOWED_MARK else self.rules.get(sign, tr("une règle du programme"))


def digest_without_decisions(programme: Programme) -> str:
    """Return the digest of a programme without decided pairs, which change while the team decides."""
    rules = [rule for rule in programme.rules if rule.decided_pair is None]
    return digest_of_programme(replace_parts(programme, rules=rules))


def get_banned_pairs(matching: Matching) -> Iterator[KeyPair]:
    """Yield the manually banned pairs, of this matching or of the workbook that it continues."""
    mentors, mentees = matching.cohort.mentors, matching.cohort.mentees
    refused = [note.pair for note in matching.notes if note.choice == REFUSED]
    present = [pair for pair in refused if mentors.has(pair[0]) and mentees.has(pair[1])]
    yield from dict.fromkeys([*edited_pairs(matching.edits, matching.cohort, "ban"), *present])


def forbidden_pairs(matching: Matching) -> tuple[list[str], dict[str, str]]:
    """Return the mark of the first rule that forbids each pair, and the name of each marked rule.

    Manual bans are not marked, because the team may change its mind. Empty if the pairs are too many or the scores are
    not in memory.
    """
    if prod(matching.problem.shape) > MOST_CELLS or not matching.scores.held:
        return [], {}
    market = market_of(matching.cohort, matching.scores.values)
    marks, rules = np.full(market.shape, ALLOWED_MARK), {}
    for number, (rule, block) in enumerate(forbidden_by_rule(get_rules_without_bans(matching), market)):
        sign = RULE_MARKS[number] if number < len(RULE_MARKS) else OTHER_MARK
        rules[sign] = describe_rule(rule, matching)
        marks[block & (marks == ALLOWED_MARK)] = sign
    return ["".join(row) for row in marks.tolist()], {sign: rules[sign] for sign in rules if sign != OTHER_MARK}


def get_rules_without_bans(matching: Matching) -> list[Rule]:
    """Return the rules without manual bans."""
    by_hand = {(canonical(mentor), canonical(mentee)) for mentor, mentee in get_banned_pairs(matching)}
    return [rule for rule in matching.programme.rules if tuple(map(canonical, rule.decided_pair or ())) not in by_hand]


def describe_rule(rule: Rule, matching: Matching) -> str:
    """Return the name of a rule; a neutral text if the rule reads confidential answers."""
    private = any(matching.programme.fields[reference.field].private for reference in rule.references())
    return (
        tr("une règle confidentielle du programme")
        if private
        else tr("la règle « {rule} »", rule=matching.labels.rule(rule))
    )


def label_pair(pair: KeyPair, labels: Labels) -> KeyPair:
    """Return the labels of a pair of keys, also of people who left; the keys of a note may be empty."""
    mentor, mentee = (label_key(side, key, labels) for side, key in zip(SIDES, pair, strict=True))
    return mentor, mentee


def label_key(side: Side, key: str, labels: Labels) -> str:
    """Return the label of a key; an unknown key stays if it identifies nobody."""
    is_known = (side, canonical(key)) in labels.known
    return labels.person(side, key) if is_known or tells_who(key) else key


PAIRS = mark("Binômes")
AGREED, OPEN = mark("Validé"), mark("À discuter")
CHOICES = (AGREED, OPEN, REFUSED)
VALIDATION, REMARK = mark("Validation"), mark("Remarque")
COLUMNS: Mapping[Side, str] = {"mentor": mark("Mentor·e"), "mentee": mark("Mentoré·e")}
# Required columns
REQUIRED_COLUMNS = (*COLUMNS.values(), VALIDATION)
# Columns of a new workbook; all others were added by staff.
OUR_COLUMNS = (
    *REQUIRED_COLUMNS,
    REMARK,
    *NAME_TITLES.values(),
    mark("Points sur 100"),
    mark("Part connue"),
    mark("Pourquoi"),
)
ORIGINAL_WORKBOOK = mark("le classeur tel que « mentormatch match » l'a écrit")


@dataclass(frozen=True, slots=True)
class WorkbookLanguage:
    """The language of a workbook, independent of the current language."""

    code: str = FRENCH

    def title(self, message: str) -> str:
        """Return a title, or a choice, in this language."""
        with language(self.code):
            return tr(message)

    def sheet(self, message: str = PAIRS) -> str:
        return tr("feuille « {sheet} »", sheet=self.title(message))

    def cell(self, line: int, column: str) -> str:
        """Return the location of a cell of the sheet of pairs."""
        sheet_title = self.title(PAIRS)
        return tr(
            "feuille « {sheet} », ligne {line}, colonne « {column} »",
            sheet=sheet_title,
            line=line,
            column=self.title(column),
        )

    def lines(self, numbers: Sequence[int]) -> str:
        """Return the location of rows of the sheet of pairs."""
        return tr_n(
            "feuille « {sheet} », ligne {lines}",
            "feuille « {sheet} », lignes {lines}",
            len(numbers),
            sheet=self.title(PAIRS),
            lines=listed([str(number) for number in numbers]),
        )

    def choice(self, text: str) -> str | None:
        """Return the choice that a text means, None if it means none."""
        return next((choice for choice in CHOICES if fold(self.title(choice)) == fold(text)), None)


@dataclass(frozen=True, slots=True)
class ReviewedRow:
    """A row of the sheet: line, codes of the pair, choice (empty: none), and all notes."""

    line: int
    pair: KeyPair
    choice: str
    note: Note


def read_fingerprint(
    path: str | PathLike[str] | TableSource,
) -> tuple[WorkbookFingerprint | None, WorkbookLanguage, list[Problem]]:
    """Return the fingerprint and language of a workbook; None with the reason if it has none."""
    first_problems: list[Problem] = []
    for tongue in map(WorkbookLanguage, dict.fromkeys((spoken(), *LANGUAGES))):
        records, problems = records_of(path, tongue, FINGERPRINT_SHEET)
        bearings = WorkbookFingerprint.from_cells([record.cells[0] for record in records])
        if bearings is not None:
            return bearings, tongue, problems
        if records:
            finding, advice = tr("absente, incomplète ou changée"), tr("repartez d'un nouveau classeur")
            return (
                None,
                tongue,
                [
                    Problem(
                        tr("feuille cachée « {sheet} »", sheet=tongue.title(FINGERPRINT_SHEET)),
                        finding,
                        tr(ORIGINAL_WORKBOOK),
                        advice,
                    )
                ],
            )
        first_problems = first_problems or problems
    return None, WorkbookLanguage(), first_problems


def records_of(
    path: str | PathLike[str] | TableSource, tongue: WorkbookLanguage, sheet: str
) -> tuple[tuple[Record, ...], list[Problem]]:
    """Return the non-blank rows of a sheet, or the problems why there are none."""
    try:
        return read_rows(path, sheet=tongue.title(sheet)).records, []
    except SurveyError as error:
        advice = tr("ne renommez ni ne supprimez aucune feuille")
        absent = Problem(tongue.sheet(sheet), tr("introuvable"), tr(ORIGINAL_WORKBOOK), advice)
        return (), [absent if problem.where == tr("feuille") else problem for problem in error.problems]


def read_sheet(
    path: str | PathLike[str] | TableSource, bearings: WorkbookFingerprint, tongue: WorkbookLanguage
) -> tuple[list[ReviewedRow], list[Note], list[Problem]]:
    """Return the pairs of the sheet, the notes without a pair, and the problems."""
    records, problems = records_of(path, tongue, PAIRS)
    if problems:
        return [], [], problems
    columns = columns_in(records[0].cells, {message: tongue.title(message) for message in OUR_COLUMNS})
    absent = [tongue.title(message) for message in REQUIRED_COLUMNS if message not in columns.ours]
    if absent:
        advice = tr("rendez à la première ligne les intitulés d'origine")
        findings = [tr("pas de colonne « {title} »", title=title) for title in absent]
        return [], [], [Problem(tongue.sheet(), finding, tr(ORIGINAL_WORKBOOK), advice) for finding in findings]
    return read_records(records[1:], columns, bearings, tongue)


@dataclass(frozen=True, slots=True)
class SheetColumns:
    """The indices of our columns by French title, and of added columns with their headings."""

    ours: Mapping[str, int]
    extra: Sequence[tuple[int, str]]

    def cell(self, title: str, cells: Sequence[str]) -> str:
        """Return the text of a row in one of our columns, as typed."""
        index = self.ours.get(title, len(cells))
        return cells[index] if index < len(cells) else ""

    def own(self, cells: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """Return the texts of a row in added columns with headings, including cells right of the last heading."""
        width = max([*self.ours.values(), *(index for index, _ in self.extra)]) + 1
        beyond = [(index, "") for index in range(width, len(cells))]
        placed = [(index, title) for index, title in (*self.extra, *beyond) if index < len(cells)]
        return tuple((title, cells[index]) for index, title in placed if cells[index].strip())


def columns_in(header: Sequence[str], titles: Mapping[str, str]) -> SheetColumns:
    """Locate the columns of a sheet; ``titles`` are ours in its language, and the first of equal headings is ours."""
    missing = {fold(title): message for message, title in titles.items()}
    ours, extra = {}, []
    for index, title in enumerate(header):
        message = missing.pop(fold(title), None)
        if message is None:
            extra.append((index, title))
        else:
            ours[message] = index
    return SheetColumns(ours, extra)


def read_records(
    records: tuple[Record, ...], columns: SheetColumns, bearings: WorkbookFingerprint, tongue: WorkbookLanguage
) -> tuple[list[ReviewedRow], list[Note], list[Problem]]:
    """Return the rows below the headings; a row without pair and decision becomes a note."""
    keys_by_label = get_keys_by_label(bearings)
    rows, loose, problems = [], [], []
    for record in records:
        texts = {title: columns.cell(title, record.cells).strip() for title in REQUIRED_COLUMNS}
        if not any(texts.values()):
            loose.append(Note(("", ""), "", " · ".join(filter(str.strip, record.cells))))
            continue
        row_problems = list(find_row_problems(record.line, texts, keys_by_label, tongue))
        problems += row_problems
        if not row_problems:
            mentor, mentee = (keys_by_label[side][canonical(texts[title])] for side, title in COLUMNS.items())
            choice = tongue.choice(texts[VALIDATION]) or ""
            note = Note((mentor, mentee), choice, columns.cell(REMARK, record.cells), columns.own(record.cells))
            rows.append(ReviewedRow(record.line, (mentor, mentee), choice, note))
    return rows, loose, problems


def get_keys_by_label(bearings: WorkbookFingerprint) -> dict[Side, dict[str, str]]:
    """Return the codes of the people of each side, by their text in the cells, in comparison form."""
    return {side: {canonical(clip(visible(key))): key for key in bearings.places(side)} for side in COLUMNS}


def find_row_problems(
    line: int, texts: Mapping[str, str], keys_by_label: Mapping[Side, Mapping[str, str]], tongue: WorkbookLanguage
) -> Iterator[Problem]:
    """Yield the problems of the three required cells of a row."""
    for side, title in COLUMNS.items():
        if canonical(texts[title]) not in keys_by_label[side]:
            finding, advice = describe_unknown_person(side, texts[title], keys_by_label, tongue)
            expected = (
                tr("le code d'un·e mentor·e de ce classeur")
                if side == "mentor"
                else tr("le code d'un·e mentoré·e de ce classeur")
            )
            yield Problem(tongue.cell(line, title), finding, expected, advice)
    if texts[VALIDATION] and tongue.choice(texts[VALIDATION]) is None:
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


def describe_unknown_person(
    side: Side, typed: str, keys_by_label: Mapping[Side, Mapping[str, str]], tongue: WorkbookLanguage
) -> tuple[str, str]:
    """Return the finding and the advice for a cell without a person of its side; the typed text is not repeated."""
    other_side = ACROSS[side]
    suggestion = closest(typed, keys_by_label[side].values()) if typed else None
    if not typed:
        advice = tr("pour défaire ce binôme, rendez le code et choisissez « {choice} »", choice=tongue.title(REFUSED))
        return tr("la cellule est vide"), advice
    if canonical(typed) in keys_by_label[other_side]:
        is_mentor = other_side == "mentor"
        finding = tr("le code d'un·e mentor·e") if is_mentor else tr("le code d'un·e mentoré·e")
        return finding, tr("vérifiez la colonne")
    advice = (
        tr("vouliez-vous dire « {name} » ?", name=suggestion.name) if suggestion else tr("écrivez le code, pas le nom")
    )
    return tr("personne de cette édition n'a ce code"), advice
