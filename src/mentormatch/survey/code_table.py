"""The file of codes and keys of people, next to the programme; only its owner can read it.

A person keeps the code in this file when new answers are read. The row of a forgotten person contains only the side and
the code, which is not used again.
"""

import csv
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from mentormatch.base.atomic_files import write_whole
from mentormatch.base.data_objects import VersionedPickle
from mentormatch.base.formulas import guard, unguard
from mentormatch.errors import Problem, SurveyError
from mentormatch.fields import SIDES, Side
from mentormatch.languages.phrases import system_reason
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import tr
from mentormatch.people.codes import LETTERS, PersonCodes
from mentormatch.people.cohort import Cohort
from mentormatch.survey.privacy import add_to_gitignore

CODES_SUFFIX = ".codes.csv"
SIDE_OF = {letter: side for side, letter in LETTERS.items()}

type CodeRow = tuple[Side, str, str]
"""Side, code and key of a person."""


def codes_beside(programme: Path) -> Path:
    return programme.with_suffix(CODES_SUFFIX)


@dataclass(frozen=True, slots=True)
class CodeTable(VersionedPickle):
    """The codes of people in earlier runs, and the path of their programme, None if it has no file.

    Comparisons of programmes ignore both.
    """

    programme: Path | None = field(default=None, compare=False)
    known: PersonCodes = field(default_factory=dict, compare=False, repr=False)

    def keep(self, cohort: Cohort) -> Path | None:
        """Store the codes of a cohort; return the file, None if nothing was new or the programme has no file.

        Raises SurveyError if it cannot be read, OutputError if it cannot be written.
        """
        people = [(side, code, key) for side in SIDES for key, code in cohort.coded(side)]
        return write_codes(self.programme, people) if people and self.programme else None


def read_codes(programme: Path) -> CodeTable:
    """Return the stored codes of a programme, none if there is no file. Raises SurveyError if it cannot be read."""
    rows = read_code_rows(codes_beside(programme))
    return CodeTable(programme.absolute(), {(side, canonical(key) or code): code for side, code, key in rows})


def read_code_rows(path: Path) -> list[CodeRow]:
    """Return the rows of a file of codes; none if there is no file."""
    if not path.exists():
        return []
    try:
        rows = list(csv.reader(StringIO(path.read_text(encoding="utf-8-sig"), newline=""), delimiter=";"))[1:]
        return [(SIDE_OF[letter], code, unguard(key)) for letter, code, key in rows]
    except (OSError, ValueError, KeyError, csv.Error) as error:
        reason = (
            system_reason(error) if isinstance(error, OSError) else tr("ce ne sont pas des codes et des identifiants")
        )
        cause = tr("ne peut pas être lu ({reason})", reason=reason)
        advice = tr("remettez celui de ce programme, ou effacez-le : les personnes auront de nouveaux codes")
        raise SurveyError(
            tr("Les codes ne peuvent pas être relus"), [Problem(path.name, cause, advice=advice)]
        ) from None


def write_codes(programme: Path, people: Iterable[CodeRow]) -> Path | None:
    """Add people to the stored codes of a programme; return the file, None if it contains them all.

    Raises SurveyError if it cannot be read, OutputError if it cannot be written.
    """
    path = codes_beside(programme)
    before = read_code_rows(path)
    rows = {(side, canonical(key) or code): (side, code, key) for side, code, key in (*before, *people)}
    if len(rows) == len(before):
        return None
    replace_code_rows(path, rows.values())
    return path


def forget_codes(programme: Path, keys: Collection[str]) -> None:
    """Remove the keys of people from the stored codes of a programme. Their codes stay, so that none is reused."""
    path, removed = codes_beside(programme), set(map(canonical, keys))
    rows = read_code_rows(path)
    new_rows = [(side, code, "" if canonical(key) in removed else key) for side, code, key in rows]
    if new_rows != rows:
        replace_code_rows(path, new_rows)


def replace_code_rows(path: Path, rows: Iterable[CodeRow]) -> None:
    """Write a file of codes that only its owner can read, and add it to the .gitignore of its folder."""
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow((tr("Côté"), tr("Code"), tr("Identifiant")))
    writer.writerows((LETTERS[side], code, guard(key)) for side, code, key in rows)
    write_whole(path, text.getvalue().encode("utf-8-sig"), private=True)
    add_to_gitignore(path, CODES_SUFFIX)
