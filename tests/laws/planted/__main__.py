"""Prints what documents and answers say of matchings with extensions of another package that is installed."""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import mentormatch as mm
from mentormatch import Matching, MatchResponse, Programme
from tests.explanation.diagnosis.people import CRITERIA, FIELDS, alike, cohort, words
from tests.report.readers import Outline, notebook, page, sheets, written

PIN = {"kind": "pin", "mentor": "M2", "mentee": "E2"}
MIRROR = {"kind": "mirror", "field": "niveau", "weight": 2}


def main() -> None:
    """Print every text, by what is matched and where it is said."""
    told = {name: dict(documents(matching)) for name, matching in matchings().items()}
    sys.stdout.write(json.dumps(told))


def matchings() -> dict[str, Matching]:
    """Return matchings in which the rule forbids, bounds, couples, and leaves no answer; and one with the criterion."""
    return {
        "forbidding": under({"shy": ["E2"]}),
        "bounding": under({"busy": ["M2"]}),
        "coupling": under({"most": 1}, PIN),
        "impossible": under({"least": 3, "shy": ["E2"]}),
        "mirrored": mm.match(
            cohort([{"niveau": "expert"}], [{"niveau": "débutant"}]), programme(criteria=[*CRITERIA, MIRROR])
        ),
    }


def under(settings: Mapping[str, Any], *others: Mapping[str, Any]) -> Matching:
    """Return the pairs of people who are all alike under the rule, as a programme file states it."""
    return mm.match(alike(2, 2), programme(rules=[*others, {"kind": "charter", **settings}]))


def programme(**parts: Any) -> Programme:
    """Return a programme of these parts."""
    return Programme.read({"programme": {"name": "Essai"}, "fields": FIELDS, "criteria": CRITERIA, **parts})


def documents(matching: Matching) -> Iterator[tuple[str, str]]:
    """Yield the text of each document and answer."""
    cells = (cell for rows in sheets(written(matching, ".xlsx")).values() for row in rows for cell in row)
    yield "page", words("\n".join(text for _, text in page(matching).texts))
    yield "notebook", words("\n".join(text for _, text in Outline(notebook(matching)).texts))
    yield "workbook", words("\n".join(map(str, cells)))
    yield "json", words(written(matching, ".json").decode())
    yield "answer", words(MatchResponse.of(matching).to_json())
    yield "frames", words(matching.frames.unmatched.to_csv() + matching.frames.contributions.to_csv())
    yield "txt", words(written(matching, ".txt").decode())


main()
