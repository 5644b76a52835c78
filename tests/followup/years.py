"""Small years: pairs of made-up people, and what they answered as frames."""

from collections.abc import Sequence
from typing import Any

from pandas import DataFrame

from mentormatch import Matching, Programme, follow_up
from mentormatch.results import Year
from tests.report.cohorts import matched, person, programme

FIELDS: dict[str, Any] = {
    "binome": {"question": "De qui ?", "kind": "text"},
    "toujours": {"question": "Toujours ?", "kind": "yesno"},
    "note": {"question": "Note", "kind": "scale", "options": ["mal", "moyen", "bien"]},
}
ASKED: dict[str, Any] = {
    "months": [1, 3, 6, 12],
    "partner": "binome",
    "stopped": {"field": "toujours", "in": ["Non"]},
    "calls": [{"field": "note", "in": ["mal"], "why": "trouve que cela va mal"}],
    "outcomes": [{"name": "va bien", "field": "note", "in": ["bien"]}],
    "fields": FIELDS,
}
HEAD = ["Code", "De qui ?", "Toujours ?", "Note"]


def asking(**parts: Any) -> Programme:
    """Return a programme that asks something during the year."""
    return programme(follow_up={**ASKED, **parts}, rules=[{"kind": "capacity", "side": "mentor", "most": 2}])


def paired() -> Matching:
    """Return M1 with E1 and E2, M2 with E3 in one matching."""
    mentors = [person("M1", besoins="budget"), person("M2", besoins="contrats")]
    mentees = [person("E1", besoins="budget"), person("E2", "diffusion", "budget"), person("E3", besoins="contrats")]
    matching = matched(asking(), mentors, mentees)
    assert {(pair.mentor, pair.mentee) for pair in matching.pairs} == {("M1", "E1"), ("M1", "E2"), ("M2", "E3")}
    return matching


def frame(*rows: Sequence[str]) -> DataFrame:
    """Return a wave, each row a code, a partner, whether they meet, and a note, as far as they are given."""
    return DataFrame([[*row, *[""] * (len(HEAD) - len(row))] for row in rows], columns=HEAD)


def year(waves: dict[int, DataFrame], **parts: Any) -> Year:
    """Return the year of these pairs."""
    return follow_up(asking(**parts), paired().pairs, dict(waves))


def states(found: Year) -> dict[str, tuple[str, int | None]]:
    """Return the state of each pair by its mentee, and the month in which it was said."""
    return {one.pair.mentee: (one.state, one.months) for one in found.meetings}


def reasons(found: Year) -> dict[str, tuple[str, ...]]:
    """Return why each person should be called."""
    return {one.person: one.reasons for one in found.to_call}
