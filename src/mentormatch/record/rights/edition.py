"""The files of one edition, and all that they hold of one person, for that person (GDPR, article 15)."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mentormatch.base.generation import PART
from mentormatch.base.manifest import FILENAME
from mentormatch.fields import Side
from mentormatch.languages.text_keys import canonical
from mentormatch.people.cohort import Cohort
from mentormatch.programme.enrolment import read_contacts, read_survey, read_tables
from mentormatch.programme.programme import Programme
from mentormatch.record.log import SUFFIX
from mentormatch.record.rights.documents import HeldData, PersonRow, documents, find_held_data, speaks_of
from mentormatch.survey.contacts import Contacts
from mentormatch.survey.privacy import pseudonyms_for, secret_beside
from mentormatch.survey.table import TextTable

DATED = re.compile(r" \([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}h[0-9]{2}(?: [0-9]+)?\)$")
"""How the names end of what was kept."""


def beside(folder: Path) -> Iterator[Path]:
    """Yield what was kept beside a folder when it was replaced, and what a run that was killed left there."""
    whole = folder.resolve()
    for path in whole.parent.iterdir():
        kept = path.name.startswith(whole.name) and DATED.fullmatch(path.name.removeprefix(whole.name))
        left = path.name.startswith(f".{whole.name}.") and path.name.endswith(PART)
        if kept or left:
            yield path


def homes_beside(programme: Path) -> tuple[Path, ...]:
    """Return where documents of an edition lie without anybody saying so: by its programme, or in a folder there."""
    home = programme.parent
    inside = sorted(path for path in home.iterdir() if path.is_dir()) if home.is_dir() else []
    return tuple(path for path in (home, *inside) if (path / FILENAME).is_file())


@dataclass(frozen=True, slots=True)
class Edition:
    """Where an edition lies: ``files`` are ``answers``, or ``mentors`` and ``mentees``, as one ``tool`` wrote them."""

    programme: Path
    files: Mapping[str, Path] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()
    tool: str | None = None
    encoding: str | None = None

    def load(self) -> Programme:
        """Return the programme."""
        return Programme.load(self.programme)

    def tables(self) -> list[tuple[TextTable, Side | None]]:
        """Return the files of answers as tables, each with the side that answered it, None for both."""
        return read_tables(**self.files, tool=self.tool, encoding=self.encoding)

    def cohort(self) -> Cohort:
        """Return the cohort that answered."""
        return read_survey(self.load(), **self.files, tool=self.tool, encoding=self.encoding)

    def contacts(self) -> Contacts:
        """Return how the people who answered are reached."""
        return read_contacts(self.load(), **self.files, tool=self.tool, encoding=self.encoding)

    @property
    def places(self) -> list[Path]:
        """The folders, each once and none within another, with what runs kept or left beside them."""
        named = [each for folder in self.folders for each in (folder, *beside(folder))]
        places = {folder.resolve(): folder for folder in reversed(named) if folder.is_dir()}
        alone = [place for place in places if not any(other in place.parents for other in places)]
        return [places[place] for place in sorted(alone)]

    def documents(self) -> Iterator[Path]:
        """Yield the documents in the folders, the answers left out."""
        answers = {file.resolve() for file in self.files.values()}
        for folder in self.places:
            yield from (path for path in documents(folder) if path.resolve() not in answers)

    def logs(self) -> list[Path]:
        """Return the logs in the folders, but for those that were kept with what was replaced: they are over."""
        inside = (path for folder in self.places for path in sorted(folder.rglob(f"*{SUFFIX}")))
        return [path for path in inside if not DATED.search(path.parent.name)]


RESULT = "binomes.json"


@dataclass(frozen=True, slots=True, repr=False)
class Export:
    """What is held of a person: the ``rows`` they sent with their fate, ``results``, and ``documents`` that name them.

    Nothing of it is about others but the codes of the people they were paired with.
    """

    rows: tuple[dict[str, Any], ...]
    results: tuple[dict[str, Any], ...]
    documents: tuple[str, ...]

    def to_json(self) -> str:
        """Return it as a JSON text that people can read."""
        content = {"schema_version": 1, "rows": self.rows, "results": self.results, "documents": self.documents}
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def export_person(edition: Edition, person: str) -> Export:
    """Return all that the answers and the documents of an edition hold of the person with this key or e-mail address.

    Raises SurveyError where no row is theirs.
    """
    found, cohort = find_held_data(edition.load(), edition.tables(), person), edition.cohort()
    if secret_beside(edition.programme).exists():
        found = found.also_as(pseudonyms_for(edition.programme))
    naming = [path for path in edition.documents() if speaks_of(path, found)]
    results = [result for path in naming if path.name == RESULT for result in results_in(path, found)]
    results = [result for place, result in enumerate(results) if result not in results[:place]]
    rows = {(id(one.table), one.record.line): row(one, cohort) for one in found.rows}
    return Export(tuple(rows.values()), tuple(results), tuple(path.name for path in naming))


def row(sent: PersonRow, cohort: Cohort) -> dict[str, Any]:
    """Return one row as it was sent, by its headers, with what became of it."""
    place = (sent.table.source, sent.record.line)
    fate = next(one for one in cohort.rows if (one.source, one.line) == place)
    cells = zip(sent.table.header, sent.record.cells, strict=True)
    return {
        "file": place[0],
        "line": place[1],
        "side": "both" if fate.side == "both" else sent.side,
        "fate": fate.fate,
        "reason": fate.reason,
        "sent": fate.when.isoformat() if fate.when else None,
        "answers": {header: cell for header, cell in cells if cell.strip()},
    }


def results_in(path: Path, person: HeldData) -> Iterator[dict[str, Any]]:
    """Yield the pairs of a person, and that they have none with the reason, from a result that was written."""
    content = json.loads(path.read_text(encoding="utf-8"))
    keys = {canonical(key) for key in person.keys}
    for pair in content["pairs"]:
        if keys & {canonical(pair["mentor"]), canonical(pair["mentee"])}:
            yield {name: pair[name] for name in ("mentor", "mentee", "points", "answered")}
    yield from ({"unmatched": one["code"]} for one in content["unmatched"] if canonical(one["person"]) in keys)
