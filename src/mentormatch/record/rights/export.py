"""All that is held of one person, for that person (RGPD, article 15)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mentormatch.languages.text_keys import canonical
from mentormatch.people.cohort import Cohort
from mentormatch.record.rights.documents import speaks_of
from mentormatch.record.rights.edition import Edition
from mentormatch.record.rights.person import HeldData, PersonRow, held
from mentormatch.survey.privacy import pseudonyms_for, secret_beside

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
        told = {"schema_version": 1, "rows": self.rows, "results": self.results, "documents": self.documents}
        return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def export_person(edition: Edition, person: str) -> Export:
    """Return all that the answers and the documents of an edition hold of the person with this key or e-mail address.

    Raises SurveyError where no row is theirs.
    """
    found, cohort = held(edition.load(), edition.tables(), person), edition.cohort()
    if secret_beside(edition.programme).exists():
        found = found.also_as(pseudonyms_for(edition.programme))
    naming = [path for path in edition.documents() if speaks_of(path, found)]
    results = [told for path in naming if path.name == RESULT for told in results_in(path, found)]
    results = [told for place, told in enumerate(results) if told not in results[:place]]
    return Export(tuple(row(one, cohort) for one in found.rows), tuple(results), tuple(path.name for path in naming))


def row(sent: PersonRow, cohort: Cohort) -> dict[str, Any]:
    """Return one row as it was sent, by its headers, with what became of it."""
    place = (sent.table.source, sent.record.line)
    fate = next(one for one in cohort.rows if (one.source, one.line) == place)
    cells = zip(sent.table.header, sent.record.cells, strict=True)
    return {
        "file": place[0],
        "line": place[1],
        "side": sent.side,
        "fate": fate.fate,
        "reason": fate.reason,
        "sent": fate.when.isoformat() if fate.when else None,
        "answers": {header: cell for header, cell in cells if cell.strip()},
    }


def results_in(path: Path, person: HeldData) -> Iterator[dict[str, Any]]:
    """Yield the pairs of a person, and that they have none with the reason, from a result that was written."""
    told = json.loads(path.read_text(encoding="utf-8"))
    keys = {canonical(key) for key in person.keys}
    for pair in told["pairs"]:
        if keys & {canonical(pair["mentor"]), canonical(pair["mentee"])}:
            yield {name: pair[name] for name in ("mentor", "mentee", "points", "answered")}
    yield from ({"unmatched": one["code"]} for one in told["unmatched"] if canonical(one["person"]) in keys)
