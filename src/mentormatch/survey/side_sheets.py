"""A workbook with a sheet per side -> a table per side, if the names of the sheets state the sides.

A sheet named "Mentors", "Mentor·es" or "Parrains" contains mentors, one named "Mentees", "Mentoré·es", "Filleuls" or
"Students" contains mentees. If there is a sheet "Mentees", a sheet "Students" is not read. "Mentores", without accents,
may be either side and is ignored.
"""

# French here is read, not said

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from mentormatch.errors import Problem, SurveyError
from mentormatch.fields import SIDES, Side
from mentormatch.languages.phrases import listed, quoted
from mentormatch.languages.translation import tr
from mentormatch.survey.table import TableRemark, TextTable

MENTEE_WORD = re.compile(
    r"\b(mentee\w*|mentoré\w*|mentoree\w*|mentorand\w*|mentorad\w*|filleul\w*|fillot\w*|protégé\w*|protegee?s?|tutoré\w*"
    r"|tutee\w*|parrainé\w*|accompagné\w*|coachee\w*|coaché\w*|bizut\w*)\b"
)
MENTOR_WORD = re.compile(
    r"\b(mentors?|mentore|mentores?ses?|mentoren|mentorin(?:nen)?|mentoras?|mentrice\w*|parrains?|marraines?|tuteurs?|tutrices?|tutors?"
    r"|coachs?|coaches|accompagnateurs?|accompagnatrices?|accompagnants?|accompagnantes?)\b"
)

type ReadSheet = Callable[[str], TextTable]
"""Reads one sheet of a workbook by its name."""


def side_of_sheet(name: str) -> Side | None:
    """Return the side in the name of a sheet, None if it may be neither or both.

    >>> [side_of_sheet(name) for name in ("Mentors 2026", "Mentor·es", "Mentoré·es", "Mentees", "Réponses", "MENTORES")]
    ['mentor', 'mentor', 'mentee', 'mentee', None, None]
    """
    text = plain_name(name)
    is_mentee, is_mentor = bool(MENTEE_WORD.search(text)), bool(MENTOR_WORD.search(text))
    if re.search(r"\bmentores\b", text) or (is_mentee and is_mentor):
        return None
    if is_mentor:
        # "Student mentors" are mentors
        return "mentor"
    is_learner = re.search(r"\b(students?|pupils?|étudiant\w*|etudiant\w*|élèves?|eleves?)\b", text)
    return "mentee" if is_mentee or is_learner else None


def plain_name(name: str) -> str:
    """Return the name of a sheet in lower case, its inclusive endings joined to the word."""
    # "mentor·e·s" is a mentor, "mentoré·e·s" a mentee
    text = re.sub(r"\bmentor[·.•(\-](?:e|ne|rice)?[)·.•\-]?s?\b", "mentor", name.casefold().replace("_", " "))
    joined = re.sub(r"(?<=\w)[·.•()\-](?=[^\W\d]{1,5}\b)", "", text)
    # Other parts are words: "parrains-marraines", "mentors-2026"
    return re.sub(r"[·.•()\-]", " ", joined)


def read_per_sheet(table: TextTable, read: ReadSheet) -> list[tuple[TextTable, Side | None]]:
    """Return a table per side if the names of the sheets state exactly one per side, else the table."""
    names = sheets_by_side(table)
    if any(len(names[side]) != 1 for side in SIDES):
        return [(table, None)]
    mentors, mentees = (named_after_sheet(read(names[side][0])) for side in SIDES)
    text = tr(
        "Une feuille par côté : « {mentors} » pour les mentor·es, « {mentees} » pour les mentoré·es.",
        mentors=mentors.manner.sheet,
        mentees=mentees.manner.sheet,
    )
    unread = unread_sheets(table, [mentors, mentees])
    return [(with_remarks(mentors, text, *unread), "mentor"), (mentees, "mentee")]


def read_own_sheets(
    tables: Sequence[tuple[TextTable, Side]], reads: Sequence[ReadSheet]
) -> list[tuple[TextTable, Side | None]]:
    """Return the table of each side, from the sheet that is named after the side if there is exactly one.

    Two sheets of one workbook become separate sources: both have a line 2. Raises SurveyError if both sides would be
    read from the same sheet of a workbook with several.
    """
    side_tables = [read_side_sheet(table, side, read) for (table, side), read in zip(tables, reads, strict=True)]
    sheets_read = [
        (side_table.file, side_table.manner.sheet)
        for side_table, (table, _) in zip(side_tables, tables, strict=True)
        if table.manner.others
    ]
    if len(set(sheets_read)) < len(sheets_read):
        raise same_sheet(tables[0][0])
    sides: list[tuple[TextTable, Side | None]] = []
    for side_table, (table, side) in zip(side_tables, tables, strict=True):
        # Unread sheets are reported once per workbook; a table that was not read again reports them already
        is_first = side_table.manner.file not in ("", *(earlier.manner.file for earlier, _ in sides))
        unread = unread_sheets(table, side_tables) if is_first else []
        sides.append((with_remarks(side_table, *unread), side))
    if len({side_table.file for side_table in side_tables}) == len(side_tables):
        return sides
    return [
        (table if table.manner.file or not table.manner.sheet else named_after_sheet(table), side)
        for table, side in sides
    ]


def read_side_sheet(table: TextTable, side: Side, read: ReadSheet) -> TextTable:
    """Return the table of the only sheet that is named after a side.

    ``table`` if there is not exactly one, or if the workbook has no other sheet with cells.
    """
    names = sheets_by_side(table)[side]
    return named_after_sheet(read(names[0])) if table.manner.others and len(names) == 1 else table


def same_sheet(table: TextTable) -> SurveyError:
    """Return the error that the sheets of a workbook do not show their sides."""
    advice = tr("appelez les feuilles « Mentors » et « Mentorés », ou nommez-les : --mentors classeur.xlsx:Feuille")
    problem = Problem(
        tr("classeur « {file} »", file=table.file),
        tr("la même feuille pour les deux côtés, parmi {sheets}", sheets=listed([*map(quoted, sheets(table))])),
        tr("une feuille par côté"),
        advice,
    )
    return SurveyError(tr("Rien ne dit quelle feuille est celle de quel côté"), [problem])


def named_after_sheet(table: TextTable) -> TextTable:
    """Return a table with the file and its sheet as source."""
    source = sheet_in_words(table.source, table.manner.sheet)
    return replace(table, source=source, manner=replace(table.manner, file=table.source))


def sheet_in_words(file: str, sheet: str | None) -> str:
    return tr("{file}, feuille « {sheet} »", file=file, sheet=sheet)


def source_in_words(table: TextTable) -> str:
    """Return the source of a table in the current language, which may not be that in which it was read."""
    return sheet_in_words(table.file, table.manner.sheet) if table.manner.file else table.source


def with_remarks(table: TextTable, *texts: str) -> TextTable:
    return replace(table, remarks=(*(TableRemark(None, text) for text in texts), *table.remarks))


def unread_sheets(table: TextTable, side_tables: Sequence[TextTable]) -> list[str]:
    """Return a remark on the sheets with cells in the workbook of a table that are not read, empty if there is none."""
    sheets_read = {side_table.manner.sheet for side_table in side_tables if side_table.file == table.source}
    unread = [name for name in sheets(table) if name not in sheets_read]
    return [tr("Feuilles qui ne sont pas lues : {sheets}.", sheets=listed([*map(quoted, unread)]))] if unread else []


def sheets(table: TextTable) -> list[str]:
    """Return the sheets with cells in the workbook of a table, its own sheet first; only that if requested."""
    return [] if table.manner.sheet is None else [table.manner.sheet, *table.manner.others]


def sheets_by_side(table: TextTable) -> dict[Side, list[str]]:
    """Return the sheets that are named after each side; sheets of learners only if there is none of mentees."""
    names = {side: [name for name in sheets(table) if side_of_sheet(name) == side] for side in SIDES}
    plain_mentees = [name for name in names["mentee"] if MENTEE_WORD.search(plain_name(name))]
    return names | {"mentee": plain_mentees or names["mentee"]}
