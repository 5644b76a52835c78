"""The rows that staff left -> pins and bans; whatever could not be done as asked is told at once.

What staff wrote beside pairs that are no more is kept from workbook to workbook, on a sheet that decides nothing: to
come back on a pair, staff write it in the sheet of pairs.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike

from mentormatch.base.arguments import checked_init
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.errors import Problem, SurveyError
from mentormatch.explanation.edits import Note
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
    Bearings,
    ReviewedRow,
    Tongue,
    columns_in,
    digest_without_decisions,
    keys_shown,
    label_pair,
    pairs_by_hand,
    read_bearings,
    read_sheet,
    records_of,
)
from mentormatch.report.texts import visible
from mentormatch.survey.duplicates import group_by
from mentormatch.survey.table_reader import TableSource

TOLD: tuple[Callable[[int], str], ...] = (
    lambda count: counted(count, "binôme imposé", "binômes imposés"),
    lambda count: counted(count, "binôme écarté", "binômes écartés"),
    lambda count: counted(count, "binôme à discuter", "binômes à discuter"),
    lambda count: counted(count, "ligne avec une remarque", "lignes avec une remarque"),
    lambda count: counted(count, "binôme dont quelqu'un est parti", "binômes dont quelqu'un est parti"),
)
"""How the pairs that are imposed, set aside and left open are counted, then the remarks, and the pairs that ended."""
REFUSAL = mark("Les décisions de ce classeur ne peuvent pas être reprises")


@checked_init
@dataclass(frozen=True, slots=True)
class Decisions(VersionedPickle):
    """What staff decided in a workbook, as keys (mentor, mentee).

    ``pins`` are the pairs that they validated or wrote themselves, ``bans`` those that they refused or wrote over, now
    or in a workbook before; ``discussed`` are those that they left open, which nothing binds. ``notes`` is all that
    they typed, for the next workbook (``Matching.with_notes``), and ``ended`` the pairs of somebody who is no longer
    there.
    """

    pins: tuple[KeyPair, ...] = ()
    bans: tuple[KeyPair, ...] = ()
    discussed: tuple[KeyPair, ...] = ()
    notes: tuple[Note, ...] = ()
    ended: tuple[KeyPair, ...] = ()

    def __str__(self) -> str:
        remarked = [note for note in self.notes if note.remark.strip() or note.columns]
        counts = map(len, (self.pins, self.bans, self.discussed, remarked, self.ended))
        said = [say(count) for say, count in zip(TOLD, counts, strict=True) if count]
        return listed(said) or tr("aucune")


def read_decisions(
    path: str | PathLike[str] | TableSource, cohort: Cohort | None = None, programme: Programme | None = None
) -> Decisions:
    """Return the pairs that staff imposed and set aside in the workbook of a matching, for ``match``.

    « Validé » imposes the pair of a row, and so does changing a code in it, or adding it; « Refusé » sets the pair
    aside, and so does writing over it. « À discuter » and an empty cell bind nothing. Rows may be sorted, columns
    added, and the workbook saved by any spreadsheet. Remarks and columns of staff come along as ``notes``.

    Parameters
    ----------
    path
        The workbook that ``Matching.save`` wrote, as staff left it (xlsx or ods); a file, or its bytes by name.
    cohort, programme
        Those that the decisions are for. The workbook must have been made under the same rules, and from the same
        answers or others of which at least half of its people gave the same: then the pairs of those who left are
        ``ended``, and bind nothing.

    Raises
    ------
    SurveyError
        With everything that cannot be taken: an unknown person, a pair that a rule forbids, somebody with more partners
        than places, a pair that comes twice, a row deleted, a column renamed, a workbook of other answers or of another
        programme.

    Examples
    --------
    >>> from mentormatch import examples, match
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     (workbook,) = match(examples.cohort(), examples.programme()).save(f"{folder}/binomes.xlsx")
    ...     read_decisions(workbook)
    Decisions(pins=(), bans=(), discussed=(), notes=(), ended=())
    """
    bearings, tongue, problems = read_bearings(path)
    if bearings is None:
        raise SurveyError(tr(REFUSAL), problems)
    rows, loose, misread = read_sheet(path, bearings, tongue)
    problems = [*strange(bearings, cohort, programme), *misread]
    if misread and not rows:
        raise SurveyError(tr(REFUSAL), problems)
    sheet = DecisionSheet(tuple(rows), bearings, tongue)
    problems += [*sheet.find_doubled(), *sheet.find_excluded(), *sheet.find_crowded(), *sheet.find_undecided()]
    problems += [] if misread else sheet.find_deleted()
    if problems:
        raise SurveyError(tr(REFUSAL), problems)
    decisions = sheet.decisions([*loose, *read_previous(path, tongue, keys_shown(bearings))])
    if cohort is not None:
        decisions = by_key(decisions, cohort)
        if problems := list(find_doubtful(decisions, bearings.doubtful(cohort, programme), cohort)):
            raise SurveyError(tr(REFUSAL), problems)
    if programme:
        kept = [note for note in decisions.notes if not programme.forgotten.holds(*note.pair)]
        decisions = replace(decisions, notes=tuple(kept))
    return decisions if cohort is None else among(decisions, cohort)


def by_key(decisions: Decisions, cohort: Cohort) -> Decisions:
    """Return decisions whose people are named by their keys, not by codes."""
    pairs = (
        tuple(key_pair(pair, cohort) for pair in each) for each in (decisions.pins, decisions.bans, decisions.discussed)
    )
    pins, bans, discussed = pairs
    notes = tuple(replace(note, pair=key_pair(note.pair, cohort)) for note in decisions.notes)
    return replace(decisions, pins=pins, bans=bans, discussed=discussed, notes=notes)


def key_pair(pair: KeyPair, cohort: Cohort) -> KeyPair:
    """Return the keys of a pair."""
    return cohort.key_of("mentor", pair[0]), cohort.key_of("mentee", pair[1])


def find_doubtful(decisions: Decisions, doubtful: Collection[tuple[Side, str]], cohort: Cohort) -> Iterator[Problem]:
    """Yield the codes under which pairs were decided, and that may be those of other people by now."""
    decided = (*decisions.pins, *decisions.bans, *decisions.discussed)
    people: list[tuple[Side, str]] = [(side, key) for pair in decided for side, key in zip(SIDES, pair, strict=True)]
    labels = codes(cohort)
    for side, key in dict.fromkeys(person for person in people if person in doubtful):
        found = tr("les réponses ont changé depuis ce classeur, et ce code peut être celui de quelqu'un d'autre")
        yield Problem(labels.person(side, key), found, advice=tr("refaites le classeur, et reportez-y les décisions"))


def among(decisions: Decisions, cohort: Cohort) -> Decisions:
    """Return what is decided of the people of a cohort; the pairs of all others have ended."""
    marked = (decisions.pins, decisions.bans, decisions.discussed)
    here = [tuple(pair for pair in pairs if stands(pair, cohort)) for pairs in marked]
    ended = [pair for pairs in marked for pair in pairs if not stands(pair, cohort)]
    return replace(decisions, pins=here[0], bans=here[1], discussed=here[2], ended=tuple(dict.fromkeys(ended)))


def stands(pair: KeyPair, cohort: Cohort) -> bool:
    """Say whether both people of a pair are in a cohort."""
    return cohort.mentors.has(pair[0]) and cohort.mentees.has(pair[1])


def strange(bearings: Bearings, cohort: Cohort | None, programme: Programme | None) -> Iterator[Problem]:
    """Yield that a workbook was made from other answers, or under another programme."""
    advice = tr("refaites le classeur, et reportez-y les décisions")
    if programme and digest_without_decisions(programme) != bearings.programme:
        found = tr("le classeur vient d'un autre programme, ou de ce programme avant un changement")
        yield Problem(tr("programme"), found, tr("le programme dont le classeur est fait"), advice)
    most = len(bearings.mentors) + len(bearings.mentees)
    if cohort and digest_of_answers(cohort) != bearings.answers and 2 * bearings.count_unchanged(cohort) < most:
        found = tr("le classeur vient d'autres réponses, ou de celles-ci avant un changement")
        yield Problem(tr("réponses"), found, tr("les réponses dont le classeur est fait"), advice)


@dataclass(frozen=True, slots=True)
class DecisionSheet:
    """The rows of a workbook, beside what it proposed."""

    rows: tuple[ReviewedRow, ...]
    bearings: Bearings
    tongue: Tongue

    @property
    def fresh(self) -> list[ReviewedRow]:
        """The rows whose pair was not proposed: changed or added."""
        return [row for row in self.rows if row.pair not in self.bearings.pairs]

    def find_replacements(self) -> dict[KeyPair, ReviewedRow]:
        """Return the row that stands in the place of each proposed pair that is gone.

        That is the one with the same mentee, or with the same mentor; of a row that shares neither, any.
        """
        standing = {row.pair for row in self.rows}
        gone = [pair for pair in self.bearings.pairs if pair not in standing]
        fresh, found = self.fresh, {}
        for kept in (1, 0, None):
            for row in list(fresh):
                near = [pair for pair in gone if kept is None or pair[kept] == row.pair[kept]]
                if near:
                    found[near[0]] = row
                    gone.remove(near[0])
                    fresh.remove(row)
        return found

    def decisions(self, others: Sequence[Note] = ()) -> Decisions:
        """Return what these rows decide, with all that was typed in them, and in ``others`` beside no row of these."""
        fresh, replaced = self.fresh, self.find_replacements()
        pins = [row.pair for row in self.rows if row.choice == AGREED or (row in fresh and row.choice != REFUSED)]
        notes = merge_notes((row.note for row in self.rows), others)
        refused = [note.pair for note in notes if note.choice == REFUSED and self.here(note.pair)]
        bans = dict.fromkeys([*refused, *replaced, *self.bearings.bans])
        discussed = [note.pair for note in notes if note.choice == OPEN and self.here(note.pair)]
        return Decisions(tuple(pins), tuple(pair for pair in bans if pair not in pins), tuple(discussed), notes)

    def here(self, pair: KeyPair) -> bool:
        """Say whether the two people of a pair are those of the workbook."""
        return pair[0] in self.bearings.mentors and pair[1] in self.bearings.mentees

    def find_doubled(self) -> Iterator[Problem]:
        """Yield the pairs that several rows have."""
        for same in group_by(self.rows, lambda row: row.pair).values():
            if len(same) > 1:
                found, expected = tr("le même binôme"), tr("une seule ligne par binôme")
                yield Problem(self.lines(same), found, expected, tr("gardez-en une"))

    def find_excluded(self) -> Iterator[Problem]:
        """Yield the rows that a rule forbids."""
        for row in self.rows:
            rule = self.bearings.rule_against(row.pair) if row.choice != REFUSED else ""
            if rule:
                advice = tr(
                    "choisissez quelqu'un d'autre (feuille « {sheet} » : un tiret est un binôme impossible)",
                    sheet=self.tongue.title(SCORES_TITLE),
                )
                found, expected = tr("{rule} exclut ce binôme", rule=rule), tr("un binôme que les règles permettent")
                yield Problem(self.lines([row]), found, expected, advice)

    def find_crowded(self) -> Iterator[Problem]:
        """Yield the people with more partners than they have places."""
        held = list({row.pair: row for row in self.rows if row.choice != REFUSED}.values())
        for axis, side in enumerate(COLUMNS):
            for key, most in self.bearings.places(side).items():
                same = [row for row in held if row.pair[axis] == key]
                if len(same) > most:
                    yield self.over(same, key, most)

    def find_undecided(self) -> Iterator[Problem]:
        """Yield the rows that were changed and are not decided."""
        replaced = set(map(id, self.find_replacements().values()))
        for row in self.fresh:
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
        """Yield the proposed pairs that no row has, and no changed row stands for."""
        standing, replaced = {row.pair for row in self.rows}, self.find_replacements()
        for mentor, mentee in self.bearings.pairs:
            if (mentor, mentee) not in standing and (mentor, mentee) not in replaced:
                found = tr("la ligne {mentor} – {mentee} manque", mentor=mentor, mentee=mentee)
                advice = tr(
                    "rendez la ligne, et choisissez « {choice} » si ce binôme ne doit pas être",
                    choice=self.tongue.title(REFUSED),
                )
                yield Problem(self.tongue.sheet(), found, tr("une décision"), advice)

    def over(self, rows: Sequence[ReviewedRow], key: str, most: int) -> Problem:
        """Return that somebody has more partners than places."""
        room = counted(most, "place") if most else tr("aucune place : cette personne ne prend pas part")
        found = tr("{person} a {pairs}", person=key, pairs=counted(len(rows), "binôme"))
        choice = self.tongue.title(REFUSED)
        advice = tr("changez l'une des lignes, ou choisissez-y « {choice} »", choice=choice)
        return Problem(self.lines(rows), found, room, advice)

    def lines(self, rows: Sequence[ReviewedRow]) -> str:
        """Return where some rows are."""
        return self.tongue.lines([row.line for row in rows])


def merge_notes(beside: Iterable[Note], others: Iterable[Note]) -> tuple[Note, ...]:
    """Return all that was typed, once for each pair: the choice of its row, and every remark."""
    found = {as_shown(note.pair): note for note in beside}
    loose = [note for note in others if not any(note.pair)]
    for note in others:
        if any(note.pair):
            known = found.setdefault(as_shown(note.pair), note)
            found[as_shown(note.pair)] = known if known is note else together(known, note)
    return tuple(note for note in (*found.values(), *loose) if note.choice or note.remark.strip() or note.columns)


def together(note: Note, other: Note) -> Note:
    """Return one note with what another one of the same pair says beyond it."""
    remarks = dict.fromkeys(remark for remark in (note.remark, other.remark) if remark.strip())
    columns = dict.fromkeys((*note.columns, *other.columns))
    return replace(note, remark="\n".join(remarks), columns=tuple(columns))


PREVIOUS = mark("Décisions précédentes")
FATE = mark("Ce qu'il en est")
TITLES = (*COLUMNS.values(), VALIDATION, REMARK, FATE)


def as_shown(pair: KeyPair) -> KeyPair:
    """Return the keys of a pair as they are compared in a workbook."""
    mentor, mentee = (canonical(clip(visible(key))) for key in pair)
    return mentor, mentee


def notes_by_pair(matching: Matching) -> dict[KeyPair, Note]:
    """Return what was written beside each pair that the matching has, by its keys as they are compared."""
    if not matching.notes:
        return {}
    chosen = {as_shown((pair.mentor, pair.mentee)) for pair in matching.pairs}
    return {as_shown(note.pair): note for note in matching.notes if as_shown(note.pair) in chosen}


def leftover_notes(matching: Matching) -> list[Note]:
    """Return what was written beside pairs that are no more, and the pairs that were set aside without a word."""
    chosen, noted = notes_by_pair(matching), [note for note in matching.notes if any(note.pair)]
    noted_pairs = {as_shown(note.pair) for note in noted}
    others = [Note(pair, REFUSED) for pair in pairs_by_hand(matching, "ban") if as_shown(pair) not in noted_pairs]
    loose = [note for note in matching.notes if not any(note.pair)]
    return [*(note for note in noted if as_shown(note.pair) not in chosen), *others, *loose]


def headings(notes: Iterable[Note]) -> list[str]:
    """Return the headings of the columns that staff added, each as often as one row has it."""
    found: list[str] = []
    for note in notes:
        mine = [title for title, _ in note.columns]
        for title in dict.fromkeys(mine):
            found += [title] * (mine.count(title) - found.count(title))
    return found


def own_cells(note: Note | None, titles: Sequence[str]) -> list[str]:
    """Return what a note has under these headings."""
    texts = list(note.columns) if note else []
    cells = []
    for title in titles:
        found = next((one for one in texts if one[0] == title), None)
        cells.append(found[1] if found else "")
        if found:
            texts.remove(found)
    return cells


def write_previous(book: WorkbookWriter, matching: Matching) -> None:
    """Write the sheet, where there is anything to keep in it."""
    notes = leftover_notes(matching)
    if not notes:
        return
    titles = headings(notes)
    columns = [
        *(BookColumn(tr(title), 16, "strong") for title in COLUMNS.values()),
        *(BookColumn(tr(title), width, "wrapped") for title, width in ((VALIDATION, 13), (REMARK, 46), (FATE, 58))),
        *(BookColumn(title, 20, "wrapped") for title in titles),
    ]
    where, labels = partners(matching), matching.labels
    rows = [
        (
            *label_pair(note.pair, labels),
            note.choice and tr(note.choice),
            note.remark,
            fate(note, matching, where),
            *own_cells(note, titles),
        )
        for note in notes
    ]
    book.table(tr(PREVIOUS), columns, rows)


def partners(matching: Matching) -> dict[str, list[str]]:
    """Return with whom each person is now, by their keys as they are compared, a side's letter before."""
    found: dict[str, list[str]] = {}
    for pair in matching.pairs:
        mentor, mentee = matching.labels.pair((pair.mentor, pair.mentee))
        found.setdefault(f"m{canonical(pair.mentor)}", []).append(mentee)
        found.setdefault(f"e{canonical(pair.mentee)}", []).append(mentor)
    return found


def fate(note: Note, matching: Matching, where: dict[str, list[str]]) -> str:
    """Return what became of a pair."""
    if not any(note.pair):
        return ""
    shown = label_pair(note.pair, matching.labels)
    sides = zip("me", (matching.cohort.mentors, matching.cohort.mentees), note.pair, shown, strict=True)
    said = []
    for letter, people, key, person in sides:
        if not people.has(key):
            said.append(tr("{person} ne participe plus", person=person))
        elif others := where.get(f"{letter}{canonical(key)}"):
            said.append(tr("{person} est avec {others}", person=person, others=listed(others)))
        else:
            said.append(tr("{person} est sans binôme", person=person))
    return tr("{first} ; {second}", first=said[0], second=said[1])


def read_previous(
    path: str | PathLike[str] | TableSource, tongue: Tongue, known: Mapping[Side, Mapping[str, str]]
) -> Iterator[Note]:
    """Yield what the sheet holds, nothing where there is none; ``known`` are keys by how a workbook shows them."""
    records, _ = records_of(path, tongue, PREVIOUS)  # whoever deleted the sheet wanted nothing of it
    columns = columns_in(records[0].cells if records else (), {title: tongue.title(title) for title in TITLES})
    for record in records[1:]:
        mentor, mentee, typed, remark = (columns.cell(title, record.cells) for title in TITLES[:-1])
        choice = tongue.choice(typed)
        pair = known["mentor"].get(canonical(mentor), mentor), known["mentee"].get(canonical(mentee), mentee)
        said = remark if choice or not typed.strip() else f"{typed}\n{remark}".strip()
        yield Note(pair, choice or "", said, columns.own(record.cells))
