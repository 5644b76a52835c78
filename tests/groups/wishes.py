"""Programmes of groups in which some must not meet."""

from collections.abc import Sequence
from random import Random

import mentormatch as mm
from mentormatch import Cohort, Rule
from mentormatch.groups.infeasibility import GroupConflict
from mentormatch.programme.sections import Grouped
from mentormatch.results import Grouping
from mentormatch.rules import Apart
from tests.groups.random_programmes import group_of


def formed(people: int, groups: Grouped, rules: Sequence[Rule]) -> Grouping:
    """Return the groups of people who answer nothing that matters."""
    members = group_of(Random(0), "mentee", people)
    everybody = members.take(range(people))
    everybody.complete[:] = True
    stated = {"programme": {"name": "Essai"}, "fields": {}, "groups": groups.model_dump(exclude_none=True)}
    programme = mm.Programme.read(stated).with_rules(rules)
    nobody = group_of(Random(0), "mentor", 0)
    return mm.form_groups(Cohort(nobody, everybody), programme)


def why(grouping: Grouping) -> GroupConflict:
    assert grouping.conflict is not None
    return grouping.conflict


def apart(*pairs: str) -> list[Rule]:
    """Return a rule for each pair of people, written as two digits."""
    return [Apart(people=[f"P{pair[0]}", f"P{pair[1]}"]) for pair in pairs]
