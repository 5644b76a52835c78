"""The sheet of pairs as staff left it: each row with its line, or what cannot be read in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike

from mentormatch.errors import Problem, SurveyError
from mentormatch.explanation.edits import Note
from mentormatch.explanation.tables import NAMED
from mentormatch.fields import ACROSS, Side
from mentormatch.languages import FRENCH, LANGUAGES, language, mark, spoken, tr, tr_n
from mentormatch.languages.phrases import listed, quoted
from mentormatch.languages.similarity import closest
from mentormatch.languages.text_keys import canonical, fold
from mentormatch.operations.matching import KeyPair
from mentormatch.report.book import clip
from mentormatch.report.reviewed.hidden_sheet import REFUSED, SHEET, Bearings
from mentormatch.report.texts import visible
from mentormatch.survey.table_reader import Record, TableSource, read_rows

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
