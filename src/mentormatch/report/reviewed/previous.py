"""What staff wrote beside pairs that are no more: a sheet kept from workbook to workbook, with what became of them.

A row says whom it was about, what was chosen and remarked then, and how things stand now. It decides nothing: to come
back on one, staff write the pair in the sheet of pairs.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike

from mentormatch.explanation.edits import Note
from mentormatch.fields import Side
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import listed
from mentormatch.languages.text_keys import canonical
from mentormatch.operations.matching import KeyPair, Matching
from mentormatch.report.book import Book, BookColumn, clipped
from mentormatch.report.reviewed.hidden_sheet import REFUSED, decided
from mentormatch.report.reviewed.rows import COLUMNS, REMARK, VALIDATION, Tongue, columns_in, records_of
from mentormatch.report.texts import visible

PREVIOUS = mark("Décisions précédentes")
FATE = mark("Ce qu'il en est")
TITLES = (*COLUMNS.values(), VALIDATION, REMARK, FATE)


def as_shown(pair: KeyPair) -> KeyPair:
    """Return the keys of a pair as they are compared in a workbook."""
    mentor, mentee = (canonical(clipped(visible(key))) for key in pair)
    return mentor, mentee


def beside(matching: Matching) -> dict[KeyPair, Note]:
    """Return what was written beside each pair that the matching has, by its keys as they are compared."""
    if not matching.notes:
        return {}
    chosen = {as_shown((pair.mentor, pair.mentee)) for pair in matching.pairs}
    return {as_shown(note.pair): note for note in matching.notes if as_shown(note.pair) in chosen}


def left(matching: Matching) -> list[Note]:
    """Return what was written beside pairs that are no more, and the pairs that were set aside without a word."""
    chosen, noted = beside(matching), [note for note in matching.notes if any(note.pair)]
    told = {as_shown(note.pair) for note in noted}
    others = [Note(pair, REFUSED) for pair in decided(matching, "ban") if as_shown(pair) not in told]
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


def write_previous(book: Book, matching: Matching) -> None:
    """Write the sheet, where there is anything to keep in it."""
    notes = left(matching)
    if not notes:
        return
    titles = headings(notes)
    columns = [
        *(BookColumn(tr(title), 16, "strong") for title in COLUMNS.values()),
        *(BookColumn(tr(title), width, "wrapped") for title, width in ((VALIDATION, 13), (REMARK, 46), (FATE, 58))),
        *(BookColumn(title, 20, "wrapped") for title in titles),
    ]
    where = partners(matching)
    rows = [
        (
            *note.pair,
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
        found.setdefault(f"m{canonical(pair.mentor)}", []).append(pair.mentee)
        found.setdefault(f"e{canonical(pair.mentee)}", []).append(pair.mentor)
    return found


def fate(note: Note, matching: Matching, where: dict[str, list[str]]) -> str:
    """Return what became of a pair."""
    if not any(note.pair):
        return ""
    sides = zip("me", (matching.cohort.mentors, matching.cohort.mentees), note.pair, strict=True)
    said = []
    for letter, people, key in sides:
        if not people.has(key):
            said.append(tr("{person} n'est plus dans cette édition", person=key))
        elif others := where.get(f"{letter}{canonical(key)}"):
            said.append(tr("{person} est avec {others}", person=key, others=listed(others)))
        else:
            said.append(tr("{person} est sans binôme", person=key))
    return tr("{first} ; {second}", first=said[0], second=said[1])


def read_previous(path: str | PathLike[str], tongue: Tongue, known: Mapping[Side, Mapping[str, str]]) -> Iterator[Note]:
    """Yield what the sheet holds, nothing where there is none; ``known`` are keys by how a workbook shows them."""
    records, _ = records_of(path, tongue, PREVIOUS)  # whoever deleted the sheet wanted nothing of it
    columns = columns_in(records[0].cells if records else (), {title: tongue.title(title) for title in TITLES})
    for record in records[1:]:
        mentor, mentee, typed, remark = (columns.cell(title, record.cells) for title in TITLES[:-1])
        choice = tongue.choice(typed)
        pair = known["mentor"].get(canonical(mentor), mentor), known["mentee"].get(canonical(mentee), mentee)
        said = remark if choice or not typed.strip() else f"{typed}\n{remark}".strip()
        yield Note(pair, choice or "", said, columns.own(record.cells))
