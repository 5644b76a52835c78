"""The rows that staff left -> pins and bans; whatever could not be done as asked is told at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike

from mentormatch.errors import Problem, SurveyError
from mentormatch.french import counted, listed
from mentormatch.matching import Keys
from mentormatch.people import Cohort
from mentormatch.programme import Programme
from mentormatch.record.digests import digest_of_answers
from mentormatch.report.returned.bearings import Bearings, digest_without_decisions
from mentormatch.report.returned.rows import (
    AGREED,
    COLUMNS,
    OPEN,
    PAIRS,
    REFUSED,
    VALIDATION,
    Row,
    cell,
    read_bearings,
    read_sheet,
)
from mentormatch.survey.settling import grouped

REFUSAL = "Les décisions de ce classeur ne peuvent pas être reprises"


@dataclass(frozen=True, slots=True)
class Decisions:
    """What staff decided in a workbook, as keys (mentor, mentee).

    ``pins`` are the pairs that they validated or wrote themselves, ``bans`` those that they refused or wrote over, now
    or in a workbook before; ``discussed`` are those that they left open, which nothing binds.
    """

    pins: tuple[Keys, ...] = ()
    bans: tuple[Keys, ...] = ()
    discussed: tuple[Keys, ...] = ()

    def __str__(self) -> str:
        told = (("imposé", self.pins), ("écarté", self.bans), ("à discuter", self.discussed))
        said = [counted(len(pairs), f"binôme {word}", plural_of(word)) for word, pairs in told if pairs]
        return listed(said) or "aucune"


def read_decisions(
    path: str | PathLike[str], cohort: Cohort | None = None, programme: Programme | None = None
) -> Decisions:
    """Return the pairs that staff imposed and set aside in the workbook of a matching, for ``match``.

    « Validé » imposes the pair of a row, and so does changing a code in it, or adding it; « Refusé » sets the pair
    aside, and so does writing over it. « À discuter » and an empty cell bind nothing. Rows may be sorted, columns
    added, and the workbook saved by any spreadsheet.

    Parameters
    ----------
    path
        The workbook that ``Matching.save`` wrote, as staff left it (xlsx or ods).
    cohort, programme
        Those that the decisions are for. The workbook must have been made from the same answers and rules.

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
    Decisions(pins=(), bans=(), discussed=())
    """
    bearings, problems = read_bearings(path)
    if bearings is None:
        raise SurveyError(REFUSAL, problems)
    rows, misread = read_sheet(path, bearings)
    problems = [*strange(bearings, cohort, programme), *misread]
    if misread and not rows:
        raise SurveyError(REFUSAL, problems)
    sheet = Sheet(tuple(rows), bearings)
    problems += [*sheet.doubled(), *sheet.excluded(), *sheet.crowded(), *sheet.undecided()]
    problems += [] if misread else sheet.deleted()
    if problems:
        raise SurveyError(REFUSAL, problems)
    return sheet.decisions()


def strange(bearings: Bearings, cohort: Cohort | None, programme: Programme | None) -> Iterator[Problem]:
    """Yield that a workbook was made from other answers, or under another programme."""
    advice = "refaites le classeur, et reportez-y les décisions"
    if programme and digest_without_decisions(programme) != bearings.programme:
        found = "le classeur vient d'un autre programme, ou de ce programme avant un changement"
        yield Problem("programme", found, "le programme dont le classeur est fait", advice)
    if cohort and digest_of_answers(cohort) != bearings.answers:
        found = "le classeur vient d'autres réponses, ou de celles-ci avant un changement"
        yield Problem("réponses", found, "les réponses dont le classeur est fait", advice)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a workbook, beside what it proposed."""

    rows: tuple[Row, ...]
    bearings: Bearings

    @property
    def fresh(self) -> list[Row]:
        """The rows whose pair was not proposed: changed or added."""
        return [row for row in self.rows if row.pair not in self.bearings.pairs]

    def replaced(self) -> dict[Keys, Row]:
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

    def decisions(self) -> Decisions:
        """Return what these rows decide."""
        fresh, replaced = self.fresh, self.replaced()
        pins = [row.pair for row in self.rows if row.choice == AGREED or (row in fresh and row.choice != REFUSED)]
        refused = [row.pair for row in self.rows if row.choice == REFUSED]
        bans = dict.fromkeys([*refused, *replaced, *self.bearings.bans])
        discussed = [row.pair for row in self.rows if row.choice == OPEN]
        return Decisions(tuple(pins), tuple(pair for pair in bans if pair not in pins), tuple(discussed))

    def doubled(self) -> Iterator[Problem]:
        """Yield the pairs that several rows have."""
        for same in grouped(self.rows, lambda row: row.pair).values():
            if len(same) > 1:
                yield Problem(lines(same), "le même binôme", "une seule ligne par binôme", "gardez-en une")

    def excluded(self) -> Iterator[Problem]:
        """Yield the rows that a rule forbids."""
        for row in self.rows:
            rule = self.bearings.excluded_by(row.pair) if row.choice != REFUSED else ""
            if rule:
                advice = "choisissez quelqu'un d'autre (feuille « Scores » : un tiret est un binôme impossible)"
                yield Problem(lines([row]), f"{rule} exclut ce binôme", "un binôme que les règles permettent", advice)

    def crowded(self) -> Iterator[Problem]:
        """Yield the people with more partners than they have places."""
        held = list({row.pair: row for row in self.rows if row.choice != REFUSED}.values())
        for axis, side in enumerate(COLUMNS):
            for key, most in self.bearings.places(side).items():
                same = [row for row in held if row.pair[axis] == key]
                if len(same) > most:
                    yield over(same, key, most)

    def undecided(self) -> Iterator[Problem]:
        """Yield the rows that were changed and are not decided."""
        replaced = set(map(id, self.replaced().values()))
        for row in self.fresh:
            if row.choice == OPEN or (row.choice == REFUSED and id(row) in replaced):
                found = f"la ligne est changée, et « {row.choice} »"
                advice = "pour refuser le binôme proposé, rendez les codes d'origine ; pour imposer le nouveau, videz"
                yield Problem(cell(row.line, VALIDATION), found, f"« {AGREED} », ou rien", f"{advice} la cellule")

    def deleted(self) -> Iterator[Problem]:
        """Yield the proposed pairs that no row has, and no changed row stands for."""
        standing, replaced = {row.pair for row in self.rows}, self.replaced()
        for mentor, mentee in self.bearings.pairs:
            if (mentor, mentee) not in standing and (mentor, mentee) not in replaced:
                advice = f"rendez la ligne, et choisissez « {REFUSED} » si ce binôme ne doit pas être"
                yield Problem(f"feuille « {PAIRS} »", f"la ligne {mentor} – {mentee} manque", "une décision", advice)


def over(rows: Sequence[Row], key: str, most: int) -> Problem:
    """Return that somebody has more partners than places."""
    room = counted(most, "place") if most else "aucune place : cette personne ne prend pas part"
    advice = f"changez l'une des lignes, ou choisissez-y « {REFUSED} »"
    return Problem(lines(rows), f"{key} a {counted(len(rows), 'binôme')}", room, advice)


def lines(rows: Sequence[Row]) -> str:
    """Return where some rows of the sheet are."""
    told = listed([str(row.line) for row in rows])
    return f"feuille « {PAIRS} », ligne{'s' if len(rows) > 1 else ''} {told}"


def plural_of(word: str) -> str:
    """Return "binômes" with a word in the plural."""
    return f"binômes {word}" if word.startswith("à ") else f"binômes {word}s"
