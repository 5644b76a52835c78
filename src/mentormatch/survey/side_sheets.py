"""A workbook with a sheet per side -> a table per side, if the names of the sheets tell the sides apart.

A sheet named "Mentors", "Mentor·es" or "Parrains" contains mentors, one named "Mentees", "Mentoré·es", "Filleuls" or
"Students" contains mentees; beside a sheet "Mentees", a sheet "Students" is not read. A name that could mean either
("mentores", typed without accents) tells nothing.
"""

# French here is read, not said

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from mentormatch.errors import Problem, SurveyError
from mentormatch.fields import SIDES, Side
from mentormatch.languages.phrases import listed, quoted
from mentormatch.languages.translation import mark, tr
from mentormatch.survey.table import TableRemark, TextTable

MENTEES = re.compile(
    r"\b(mentee\w*|mentoré\w*|mentoree\w*|mentorand\w*|mentorad\w*|filleul\w*|fillot\w*|protégé\w*|protegee?s?|tutoré\w*"
    r"|tutee\w*|parrainé\w*|accompagné\w*|coachee\w*|coaché\w*|bizut\w*)\b"
)
MENTORS = re.compile(
    r"\b(mentors?|mentore|mentores?ses?|mentoren|mentorin(?:nen)?|mentoras?|mentrice\w*|parrains?|marraines?|tuteurs?|tutrices?|tutors?"
    r"|coachs?|coaches|accompagnateurs?|accompagnatrices?|accompagnants?|accompagnantes?)\b"
)
LEARNERS = re.compile(r"\b(students?|pupils?|étudiant\w*|etudiant\w*|élèves?|eleves?)\b")
UNCLEAR = re.compile(r"\bmentores\b")
READ = mark("Une feuille par côté : « {mentors} » pour les mentor·es, « {mentees} » pour les mentoré·es.")
UNREAD = mark("Feuilles qui ne sont pas lues : {sheets}.")

type ReadSheet = Callable[[str], TextTable]
"""Reads one sheet of a workbook by its name."""


def side_of_sheet(name: str) -> Side | None:
    """Return the side that the name of a sheet tells, None if it tells none or both.

    >>> [side_of_sheet(name) for name in ("Mentors 2026", "Mentor·es", "Mentoré·es", "Mentees", "Réponses", "MENTORES")]
    ['mentor', 'mentor', 'mentee', 'mentee', None, None]
    """
    text = plain_name(name)
    is_mentee, is_mentor = bool(MENTEES.search(text)), bool(MENTORS.search(text))
    if UNCLEAR.search(text) or (is_mentee and is_mentor):
        return None
    if is_mentor:
        # "Student mentors" are mentors
        return "mentor"
    return "mentee" if is_mentee or LEARNERS.search(text) else None


def plain_name(name: str) -> str:
    """Return the name of a sheet in lower case, its inclusive endings joined to the word."""
    # "mentor·e·s" is a mentor, "mentoré·e·s" a mentee
    text = re.sub(r"\bmentor[·.•(\-](?:e|ne|rice)?[)·.•\-]?s?\b", "mentor", name.casefold().replace("_", " "))
    joined = re.sub(r"(?<=\w)[·.•()\-](?=[^\W\d]{1,5}\b)", "", text)
    # What is no ending is another word: "parrains-marraines", "mentors-2026"
    return re.sub(r"[·.•()\-]", " ", joined)


def read_per_sheet(table: TextTable, read: ReadSheet) -> list[tuple[TextTable, Side | None]]:
    """Return a table per side if the sheets of a workbook tell the sides apart, else the table itself."""
    names = sheets_by_side(table)
    if any(len(names[side]) != 1 for side in SIDES):
        return [(table, None)]
    mentors, mentees = (named_after_sheet(read(names[side][0])) for side in SIDES)
    text = tr(READ, mentors=mentors.manner.sheet, mentees=mentees.manner.sheet)
    unread = unread_sheets(table, [mentors, mentees])
    return [(with_remarks(mentors, text, *unread), "mentor"), (mentees, "mentee")]


def read_own_sheets(
    tables: Sequence[tuple[TextTable, Side]], reads: Sequence[ReadSheet]
) -> list[tuple[TextTable, Side | None]]:
    """Return the table of each side, from the sheet that is named after the side if there is exactly one.

    Two sheets of one workbook become separate sources: both have a line 2. Raises SurveyError if both sides would be
    read from the same sheet of a workbook with several.
    """
    own_tables = [read_own_sheet(table, side, read) for (table, side), read in zip(tables, reads, strict=True)]
    places = [
        (own.file, own.manner.sheet) for own, (table, _) in zip(own_tables, tables, strict=True) if table.manner.others
    ]
    if len(set(places)) < len(places):
        raise same_sheet(tables[0][0])
    sides: list[tuple[TextTable, Side | None]] = []
    for own, (table, side) in zip(own_tables, tables, strict=True):
        # Unread sheets are reported once per workbook; a table that was not read again reports them already
        is_first = own.manner.file not in ("", *(earlier.manner.file for earlier, _ in sides))
        unread = unread_sheets(table, own_tables) if is_first else []
        sides.append((with_remarks(own, *unread), side))
    if len({own.file for own in own_tables}) == len(own_tables):
        return sides
    return [
        (table if table.manner.file or not table.manner.sheet else named_after_sheet(table), side)
        for table, side in sides
    ]


def read_own_sheet(table: TextTable, side: Side, read: ReadSheet) -> TextTable:
    """Return the table of the sheet that is named after a side, the table itself unless there is exactly one."""
    names = sheets_by_side(table)[side]
    return named_after_sheet(read(names[0])) if table.manner.others and len(names) == 1 else table


def same_sheet(table: TextTable) -> SurveyError:
    """Return the error that nothing tells which sheet of a workbook contains which side."""
    advice = tr("appelez les feuilles « Mentors » et « Mentorés », ou nommez-les : --mentors classeur.xlsx:Feuille")
    problem = Problem(
        tr("classeur « {file} »", file=table.file),
        tr("la même feuille pour les deux côtés, parmi {sheets}", sheets=listed([*map(quoted, sheets(table))])),
        tr("une feuille par côté"),
        advice,
    )
    return SurveyError(tr("Rien ne dit quelle feuille est celle de quel côté"), [problem])


def named_after_sheet(table: TextTable) -> TextTable:
    """Return a table whose source is the file and its sheet."""
    source = tr("{file}, feuille « {sheet} »", file=table.source, sheet=table.manner.sheet)
    return replace(table, source=source, manner=replace(table.manner, file=table.source))


def with_remarks(table: TextTable, *texts: str) -> TextTable:
    """Return a table with remarks on the whole of it, before its other remarks."""
    return replace(table, remarks=(*(TableRemark(None, text) for text in texts), *table.remarks))


def unread_sheets(table: TextTable, own_tables: Sequence[TextTable]) -> list[str]:
    """Return the remark on the sheets of the workbook of a table that none of the tables is read from, if any."""
    read = {own.manner.sheet for own in own_tables if own.file == table.source}
    unread = [name for name in sheets(table) if name not in read]
    return [tr(UNREAD, sheets=listed([*map(quoted, unread)]))] if unread else []


def sheets(table: TextTable) -> list[str]:
    """Return the sheets that contain cells in the workbook of a table, the sheet of the table first."""
    return [] if table.manner.sheet is None else [table.manner.sheet, *table.manner.others]


def sheets_by_side(table: TextTable) -> dict[Side, list[str]]:
    """Return the sheets that are named after each side; those of learners only if no sheet is named after mentees."""
    names = {side: [name for name in sheets(table) if side_of_sheet(name) == side] for side in SIDES}
    plain_mentees = [name for name in names["mentee"] if MENTEES.search(plain_name(name))]
    return names | {"mentee": plain_mentees or names["mentee"]}
