"""Rows of a reviewed workbook -> pins and bans; everything that cannot be applied is reported together.

Notes on pairs that no longer exist move from workbook to workbook on a separate sheet, which decides nothing: to decide
such a pair again, staff enter it in the sheet of pairs.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike

from mentormatch.base.arguments import checked_init
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.errors import Problem, SurveyError
from mentormatch.explanation.edits import Note, edited_pairs
from mentormatch.explanation.names import codes
from mentormatch.fields import SIDES, Side
from mentormatch.languages.phrases import counted, listed
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, tr
from mentormatch.operations.matching import KeyPair, Matching
from mentormatch.people.cohort import Cohort
from mentormatch.programme.programme import Programme
from mentormatch.record.digests import digest_of_answers
from mentormatch.report.book import SCORES_TITLE, BookColumn, WorkbookWriter, clip
from mentormatch.report.reviewed.rows import (
    AGREED,
    COLUMNS,
    OPEN,
    REFUSED,
    REMARK,
    VALIDATION,
    ReviewedRow,
    WorkbookFingerprint,
    WorkbookLanguage,
    columns_in,
    digest_without_decisions,
    get_keys_by_label,
    label_pair,
    read_fingerprint,
    read_sheet,
    records_of,
)
from mentormatch.report.texts import visible
from mentormatch.survey.duplicates import group_by
from mentormatch.survey.table_reader import TableSource

# Counts of pinned, banned and open pairs, of rows with remarks, and of pairs that ended
COUNT_TEXTS: tuple[Callable[[int], str], ...] = (
    lambda count: counted(count, "binôme imposé", "binômes imposés"),
    lambda count: counted(count, "binôme écarté", "binômes écartés"),
    lambda count: counted(count, "binôme à discuter", "binômes à discuter"),
    lambda count: counted(count, "ligne avec une remarque", "lignes avec une remarque"),
    lambda count: counted(count, "binôme dont quelqu'un est parti", "binômes dont quelqu'un est parti"),
)
REFUSAL_TEXT = mark("Les décisions de ce classeur ne peuvent pas être reprises")


@checked_init
@dataclass(frozen=True, slots=True)
class Decisions(VersionedPickle):
    """The decisions of staff in a workbook, as keys (mentor, mentee), or codes if they were read without a cohort.

    ``pins`` are pairs that staff approved or entered, ``bans`` pairs that they refused or overwrote, here or in an
    earlier workbook; ``discussed`` pairs are open and bind nothing. ``notes`` has all typed texts, for the next
    workbook (``Matching.with_notes``), and ``ended`` the pairs of people who left.
    """

    pins: tuple[KeyPair, ...] = ()
    bans: tuple[KeyPair, ...] = ()
    discussed: tuple[KeyPair, ...] = ()
    notes: tuple[Note, ...] = ()
    ended: tuple[KeyPair, ...] = ()

    def __str__(self) -> str:
        written_notes = [note for note in self.notes if note.remark.strip() or note.columns]
        counts = map(len, (self.pins, self.bans, self.discussed, written_notes, self.ended))
        count_texts = [format_count(count) for format_count, count in zip(COUNT_TEXTS, counts, strict=True) if count]
        return listed(count_texts) or tr("aucune")


def read_decisions(
    path: str | PathLike[str] | TableSource, cohort: Cohort | None = None, programme: Programme | None = None
) -> Decisions:
    """Return the pairs that staff pinned and banned in the workbook of a matching, for ``match``.

    « Validé » pins the pair of a row, and so does a changed code or an added row; « Refusé » bans the pair, and so does
    overwriting it. « À discuter » and an empty cell bind nothing. Rows may be sorted, columns added, and the workbook
    saved by any spreadsheet. Remarks and added columns are returned as ``notes``.

    Parameters
    ----------
    path
        The workbook that ``Matching.save`` wrote, as edited by staff (xlsx or ods); a file, or its bytes by name.
    cohort, programme
        The answers and the programme for which the decisions are meant. The workbook must come from the same rules, and
        from answers in which at least half of its people answered the same: pairs of people who left are then ``ended``
        and bind nothing.

    Raises
    ------
    SurveyError
        With every problem: an unknown person, a pair that a rule forbids, a person with more partners than places, a
        duplicate pair, a deleted row, a renamed column, a workbook of other answers or of another programme, a code
        that may belong to another person by now.

    Examples
    --------
    >>> from mentormatch import examples, match
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     (workbook,) = match(examples.cohort(), examples.programme()).save(f"{folder}/binomes.xlsx")
    ...     read_decisions(workbook)
    Decisions(pins=(), bans=(), discussed=(), notes=(), ended=())
    """
    bearings, tongue, problems = read_fingerprint(path)
    if bearings is None:
        raise SurveyError(tr(REFUSAL_TEXT), problems)
    rows, loose, misread = read_sheet(path, bearings, tongue)
    problems = [*find_origin_problems(bearings, cohort, programme), *misread]
    if misread and not rows:
        raise SurveyError(tr(REFUSAL_TEXT), problems)
    sheet = DecisionSheet(tuple(rows), bearings, tongue)
    problems += [*sheet.find_doubled(), *sheet.find_excluded(), *sheet.find_overbooked(), *sheet.find_undecided()]
    problems += [] if misread else sheet.find_deleted()
    if problems:
        raise SurveyError(tr(REFUSAL_TEXT), problems)
    decisions = sheet.decisions([*loose, *read_previous(path, tongue, get_keys_by_label(bearings))])
    if cohort is not None:
        decisions = by_key(decisions, cohort)
        if problems := list(find_doubtful(decisions, bearings.doubtful(cohort, programme), cohort)):
            raise SurveyError(tr(REFUSAL_TEXT), problems)
    if programme:
        notes = [note for note in decisions.notes if not programme.forgotten.holds(*note.pair)]
        decisions = replace(decisions, notes=tuple(notes))
    return decisions if cohort is None else restrict_to_cohort(decisions, cohort)


def by_key(decisions: Decisions, cohort: Cohort) -> Decisions:
    """Return the decisions with keys in place of codes."""
    pairs = (
        tuple(key_pair(pair, cohort) for pair in codes_of_pairs)
        for codes_of_pairs in (decisions.pins, decisions.bans, decisions.discussed)
    )
    pins, bans, discussed = pairs
    notes = tuple(replace(note, pair=key_pair(note.pair, cohort)) for note in decisions.notes)
    return replace(decisions, pins=pins, bans=bans, discussed=discussed, notes=notes)


def key_pair(pair: KeyPair, cohort: Cohort) -> KeyPair:
    return cohort.key_of("mentor", pair[0]), cohort.key_of("mentee", pair[1])


def find_doubtful(decisions: Decisions, doubtful: Collection[tuple[Side, str]], cohort: Cohort) -> Iterator[Problem]:
    """Yield a problem per code of a decided pair that may now belong to another person."""
    decided = (*decisions.pins, *decisions.bans, *decisions.discussed)
    people: list[tuple[Side, str]] = [(side, key) for pair in decided for side, key in zip(SIDES, pair, strict=True)]
    labels = codes(cohort)
    for side, key in dict.fromkeys(person for person in people if person in doubtful):
        finding = tr("les réponses ont changé depuis ce classeur, et ce code peut être celui de quelqu'un d'autre")
        yield Problem(labels.person(side, key), finding, advice=tr("refaites le classeur, et reportez-y les décisions"))


def restrict_to_cohort(decisions: Decisions, cohort: Cohort) -> Decisions:
    """Return the decisions on people of a cohort; pairs of other people are ``ended``."""
    marked = (decisions.pins, decisions.bans, decisions.discussed)
    remaining = [tuple(pair for pair in pairs if is_in_cohort(pair, cohort)) for pairs in marked]
    ended = [pair for pairs in marked for pair in pairs if not is_in_cohort(pair, cohort)]
    return replace(
        decisions, pins=remaining[0], bans=remaining[1], discussed=remaining[2], ended=tuple(dict.fromkeys(ended))
    )


def is_in_cohort(pair: KeyPair, cohort: Cohort) -> bool:
    return cohort.mentors.has(pair[0]) and cohort.mentees.has(pair[1])


def find_origin_problems(
    bearings: WorkbookFingerprint, cohort: Cohort | None, programme: Programme | None
) -> Iterator[Problem]:
    """Yield a problem if a workbook comes from another programme or other answers."""
    advice = tr("refaites le classeur, et reportez-y les décisions")
    if programme and digest_without_decisions(programme) != bearings.programme:
        finding = tr("le classeur vient d'un autre programme, ou de ce programme avant un changement")
        yield Problem(tr("programme"), finding, tr("le programme dont le classeur est fait"), advice)
    people_count = len(bearings.mentors) + len(bearings.mentees)
    if cohort and digest_of_answers(cohort) != bearings.answers and 2 * bearings.count_unchanged(cohort) < people_count:
        finding = tr("le classeur vient d'autres réponses, ou de celles-ci avant un changement")
        yield Problem(tr("réponses"), finding, tr("les réponses dont le classeur est fait"), advice)


@dataclass(frozen=True, slots=True)
class DecisionSheet:
    """The rows of a workbook, with the proposal that it was made from."""

    rows: tuple[ReviewedRow, ...]
    bearings: WorkbookFingerprint
    tongue: WorkbookLanguage

    @property
    def changed_rows(self) -> list[ReviewedRow]:
        return [row for row in self.rows if row.pair not in self.bearings.pairs]

    def find_replacements(self) -> dict[KeyPair, ReviewedRow]:
        """Return the changed row that replaces each missing proposed pair.

        It is a row with the same mentee, else with the same mentor, else any changed row.
        """
        present = {row.pair for row in self.rows}
        missing = [pair for pair in self.bearings.pairs if pair not in present]
        fresh, replacements = self.changed_rows, {}
        for axis in (1, 0, None):
            for row in list(fresh):
                candidates = [pair for pair in missing if axis is None or pair[axis] == row.pair[axis]]
                if candidates:
                    replacements[candidates[0]] = row
                    missing.remove(candidates[0])
                    fresh.remove(row)
        return replacements

    def decisions(self, others: Sequence[Note] = ()) -> Decisions:
        """Return the decisions of the rows, with all typed notes; ``others`` are notes outside these rows."""
        fresh, replaced = self.changed_rows, self.find_replacements()
        pins = [row.pair for row in self.rows if row.choice == AGREED or (row in fresh and row.choice != REFUSED)]
        notes = merge_notes((row.note for row in self.rows), others)
        refused = [note.pair for note in notes if note.choice == REFUSED and self.is_known_pair(note.pair)]
        bans = dict.fromkeys([*refused, *replaced, *self.bearings.bans])
        discussed = [note.pair for note in notes if note.choice == OPEN and self.is_known_pair(note.pair)]
        return Decisions(tuple(pins), tuple(pair for pair in bans if pair not in pins), tuple(discussed), notes)

    def is_known_pair(self, pair: KeyPair) -> bool:
        return pair[0] in self.bearings.mentors and pair[1] in self.bearings.mentees

    def find_doubled(self) -> Iterator[Problem]:
        """Yield a problem per pair with several rows."""
        for duplicates in group_by(self.rows, lambda row: row.pair).values():
            if len(duplicates) > 1:
                finding, expected = tr("le même binôme"), tr("une seule ligne par binôme")
                yield Problem(self.lines(duplicates), finding, expected, tr("gardez-en une"))

    def find_excluded(self) -> Iterator[Problem]:
        """Yield a problem per row that a rule forbids."""
        for row in self.rows:
            rule = self.bearings.rule_against(row.pair) if row.choice != REFUSED else ""
            if rule:
                advice = tr(
                    "choisissez quelqu'un d'autre (feuille « {sheet} » : un tiret est un binôme impossible)",
                    sheet=self.tongue.title(SCORES_TITLE),
                )
                finding, expected = tr("{rule} exclut ce binôme", rule=rule), tr("un binôme que les règles permettent")
                yield Problem(self.lines([row]), finding, expected, advice)

    def find_overbooked(self) -> Iterator[Problem]:
        """Yield a problem per person with more partners than places."""
        pair_rows = list({row.pair: row for row in self.rows if row.choice != REFUSED}.values())
        for axis, side in enumerate(COLUMNS):
            for key, limit in self.bearings.places(side).items():
                person_rows = [row for row in pair_rows if row.pair[axis] == key]
                if len(person_rows) > limit:
                    yield self.make_overbooked_problem(person_rows, key, limit)

    def find_undecided(self) -> Iterator[Problem]:
        """Yield a problem per changed row that is open, or that refuses the pair typed over a proposed one."""
        replaced = set(map(id, self.find_replacements().values()))
        for row in self.changed_rows:
            if row.choice == OPEN or (row.choice == REFUSED and id(row) in replaced):
                yield Problem(
                    self.tongue.cell(row.line, VALIDATION),
                    tr("la ligne est changée, et « {choice} »", choice=self.tongue.title(row.choice)),
                    tr("« {choice} », ou rien", choice=self.tongue.title(AGREED)),
                    tr(
                        "pour refuser le binôme proposé, rendez les codes d'origine ; pour imposer le nouveau, videz la"
                        " cellule"
                    ),
                )

    def find_deleted(self) -> Iterator[Problem]:
        """Yield a problem per proposed pair whose row was deleted."""
        present, replaced = {row.pair for row in self.rows}, self.find_replacements()
        for mentor, mentee in self.bearings.pairs:
            if (mentor, mentee) not in present and (mentor, mentee) not in replaced:
                finding = tr("la ligne {mentor} – {mentee} manque", mentor=mentor, mentee=mentee)
                advice = tr(
                    "rendez la ligne, et choisissez « {choice} » si ce binôme ne doit pas être",
                    choice=self.tongue.title(REFUSED),
                )
                yield Problem(self.tongue.sheet(), finding, tr("une décision"), advice)

    def make_overbooked_problem(self, rows: Sequence[ReviewedRow], key: str, limit: int) -> Problem:
        expected = counted(limit, "place") if limit else tr("aucune place : cette personne ne prend pas part")
        finding = tr("{person} a {pairs}", person=key, pairs=counted(len(rows), "binôme"))
        choice = self.tongue.title(REFUSED)
        advice = tr("changez l'une des lignes, ou choisissez-y « {choice} »", choice=choice)
        return Problem(self.lines(rows), finding, expected, advice)

    def lines(self, rows: Sequence[ReviewedRow]) -> str:
        return self.tongue.lines([row.line for row in rows])


def merge_notes(row_notes: Iterable[Note], other_notes: Iterable[Note]) -> tuple[Note, ...]:
    """Merge notes per pair: the choice of the row, if there is one, and all remarks; notes without a pair follow.

    Notes without any text are left out.
    """
    notes_by_pair = {get_compared_keys(note.pair): note for note in row_notes}
    loose = [note for note in other_notes if not any(note.pair)]
    for note in other_notes:
        if any(note.pair):
            note_of_pair = notes_by_pair.setdefault(get_compared_keys(note.pair), note)
            notes_by_pair[get_compared_keys(note.pair)] = (
                note_of_pair if note_of_pair is note else merge_two_notes(note_of_pair, note)
            )
    return tuple(
        note for note in (*notes_by_pair.values(), *loose) if note.choice or note.remark.strip() or note.columns
    )


def merge_two_notes(note: Note, other_note: Note) -> Note:
    """Return a note with the remarks and columns of another note of the same pair added."""
    remarks = dict.fromkeys(remark for remark in (note.remark, other_note.remark) if remark.strip())
    columns = dict.fromkeys((*note.columns, *other_note.columns))
    return replace(note, remark="\n".join(remarks), columns=tuple(columns))


PREVIOUS_SHEET = mark("Décisions précédentes")
FATE_TITLE = mark("Ce qu'il en est")
PREVIOUS_TITLES = (*COLUMNS.values(), VALIDATION, REMARK, FATE_TITLE)


def get_compared_keys(pair: KeyPair) -> KeyPair:
    """Return the keys of a pair as they are compared in a workbook."""
    mentor, mentee = (canonical(clip(visible(key))) for key in pair)
    return mentor, mentee


def notes_by_pair(matching: Matching) -> dict[KeyPair, Note]:
    """Return the notes on pairs of the matching, by compared keys."""
    if not matching.notes:
        return {}
    present = {get_compared_keys((pair.mentor, pair.mentee)) for pair in matching.pairs}
    return {get_compared_keys(note.pair): note for note in matching.notes if get_compared_keys(note.pair) in present}


def leftover_notes(matching: Matching) -> list[Note]:
    """Return the notes on pairs that no longer exist, the banned pairs without a note, and notes without a pair."""
    present, pair_notes = notes_by_pair(matching), [note for note in matching.notes if any(note.pair)]
    noted_pairs = {get_compared_keys(note.pair) for note in pair_notes}
    banned = edited_pairs(matching.edits, matching.cohort, "ban")
    bans = [Note(pair, REFUSED) for pair in banned if get_compared_keys(pair) not in noted_pairs]
    loose = [note for note in matching.notes if not any(note.pair)]
    return [*(note for note in pair_notes if get_compared_keys(note.pair) not in present), *bans, *loose]


def headings(notes: Iterable[Note]) -> list[str]:
    """Return the headings of added columns; a repeated heading as often as in one row."""
    titles: list[str] = []
    for note in notes:
        note_titles = [title for title, _ in note.columns]
        for title in dict.fromkeys(note_titles):
            titles += [title] * (note_titles.count(title) - titles.count(title))
    return titles


def get_extra_cells(note: Note | None, titles: Sequence[str]) -> list[str]:
    """Return the texts of a note under these headings."""
    texts = list(note.columns) if note else []
    cells = []
    for title in titles:
        cell = next((entry for entry in texts if entry[0] == title), None)
        cells.append(cell[1] if cell else "")
        if cell:
            texts.remove(cell)
    return cells


def write_previous(book: WorkbookWriter, matching: Matching) -> None:
    """Write the sheet of earlier notes, if there are any."""
    notes = leftover_notes(matching)
    if not notes:
        return
    titles = headings(notes)
    columns = [
        *(BookColumn(tr(title), 16, "strong") for title in COLUMNS.values()),
        *(
            BookColumn(tr(title), width, "wrapped")
            for title, width in ((VALIDATION, 13), (REMARK, 46), (FATE_TITLE, 58))
        ),
        *(BookColumn(title, 20, "wrapped") for title in titles),
    ]
    partner_labels, labels = get_partner_labels(matching), matching.labels
    rows = [
        (
            *label_pair(note.pair, labels),
            note.choice and tr(note.choice),
            note.remark,
            describe_pair_fate(note, matching, partner_labels),
            *get_extra_cells(note, titles),
        )
        for note in notes
    ]
    book.table(tr(PREVIOUS_SHEET), columns, rows)


def get_partner_labels(matching: Matching) -> dict[str, list[str]]:
    """Return the labels of each person's partners. Keys have a letter for the side, then the canonical key."""
    labels_by_person: dict[str, list[str]] = {}
    for pair in matching.pairs:
        mentor, mentee = matching.labels.pair((pair.mentor, pair.mentee))
        labels_by_person.setdefault(f"m{canonical(pair.mentor)}", []).append(mentee)
        labels_by_person.setdefault(f"e{canonical(pair.mentee)}", []).append(mentor)
    return labels_by_person


def describe_pair_fate(note: Note, matching: Matching, partner_labels: dict[str, list[str]]) -> str:
    """Return the present situation of both people of a pair; empty for a note without a pair."""
    if not any(note.pair):
        return ""
    pair_labels = label_pair(note.pair, matching.labels)
    sides = zip("me", (matching.cohort.mentors, matching.cohort.mentees), note.pair, pair_labels, strict=True)
    sentences = []
    for letter, people, key, person in sides:
        if not people.has(key):
            sentences.append(tr("{person} ne participe plus", person=person))
        elif partner_names := partner_labels.get(f"{letter}{canonical(key)}"):
            sentences.append(tr("{person} est avec {others}", person=person, others=listed(partner_names)))
        else:
            sentences.append(tr("{person} est sans binôme", person=person))
    return tr("{first} ; {second}", first=sentences[0], second=sentences[1])


def read_previous(
    path: str | PathLike[str] | TableSource, tongue: WorkbookLanguage, keys_by_label: Mapping[Side, Mapping[str, str]]
) -> Iterator[Note]:
    """Yield the notes of the sheet, none if it is absent."""
    records, _ = records_of(path, tongue, PREVIOUS_SHEET)  # whoever deleted the sheet wanted nothing of it
    columns = columns_in(records[0].cells if records else (), {title: tongue.title(title) for title in PREVIOUS_TITLES})
    for record in records[1:]:
        mentor, mentee, choice_text, remark = (columns.cell(title, record.cells) for title in PREVIOUS_TITLES[:-1])
        choice = tongue.choice(choice_text)
        pair = (
            keys_by_label["mentor"].get(canonical(mentor), mentor),
            keys_by_label["mentee"].get(canonical(mentee), mentee),
        )
        full_remark = remark if choice or not choice_text.strip() else f"{choice_text}\n{remark}".strip()
        yield Note(pair, choice or "", full_remark, columns.own(record.cells))
