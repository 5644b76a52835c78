"""The section [groups] of a programme file: what it takes, and what it refuses in words."""

from typing import Any

import pytest

import mentormatch as mm
from mentormatch import ProgrammeError
from mentormatch.programme.sections import Grouped

FIELDS = {
    "work": {"kind": "choice", "question": "Métier", "options": ["scène", "bureau"]},
    "role": {"kind": "choice", "question": "Rôle", "options": ["anime", "participe"]},
    "theirs": {"kind": "choice", "question": "Autre", "options": ["a", "b"], "side": "mentor"},
}


def read(groups: dict[str, Any] | None, **more: Any) -> mm.Programme:
    stated = {"programme": {"name": "Essai"}, "fields": FIELDS, **more}
    return mm.Programme.read(stated if groups is None else {**stated, "groups": groups})


def refused(groups: dict[str, Any] | None, **more: Any) -> str:
    with pytest.raises(ProgrammeError) as error:
        read(groups, **more)
    return str(error.value)


def test_sizes_are_one_number_or_a_range() -> None:
    assert read({"size": 8}).groups == Grouped(size=8)
    assert "il faut `size`, ou bien `least` et `most`" in refused({"number": 3})
    assert "il faut `least` et `most`" in refused({"least": 5})
    assert "au plus 12" in refused({"size": 13})
    assert "un but est cité deux fois" in refused({"size": 4, "goals": ["total", "total"]})


def test_a_rule_that_says_nothing_of_groups_is_refused_with_those_that_do() -> None:
    told = refused({"size": 4}, rules=[{"kind": "pin", "mentor": "A", "mentee": "B"}])
    assert "rules n° 1 : kind : la règle « pin » ne dit rien de groupes" in told
    assert "« together »" in told
    composition = {"kind": "composition", "field": "theirs", "in": ["x"], "least": 1}
    assert "ne dit rien de binômes" in refused(None, rules=[composition])


def test_goals_of_pairs_are_refused_where_groups_are_formed() -> None:
    assert "ces buts sont ceux de binômes" in refused({"size": 4}, goals={"order": ["total"]})


def test_a_field_that_members_do_not_answer_is_refused() -> None:
    assert "un champ auquel répondent les membres" in refused(
        {"size": 4}, criteria=[{"kind": "same", "field": "theirs"}]
    )


def test_who_leads_is_told_by_a_question_that_is_there() -> None:
    leading = {"field": "role", "facilitator": "anime", "member": "participe"}
    assert read({"size": 4, "facilitators": leading}).groups is not None
    assert "champ inconnu « rôles »" in refused({"size": 4, "facilitators": {**leading, "field": "rôles"}})
    assert "option inconnue « animent »" in refused({"size": 4, "facilitators": {**leading, "facilitator": "animent"}})
    assert "n’est pas un nombre" in refused({"size": 4, "facilitators": {**leading, "seats": "work"}})


def test_groups_are_asked_for() -> None:
    with pytest.raises(mm.MentorMatchError, match=r"attendu : une section \[groups\]"):
        mm.form_groups(mm.examples.cohort(), mm.examples.programme())
