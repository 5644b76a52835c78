"""A rule of groups that nobody knows yet is held and told by its own words, wherever rules of groups are spoken of."""

from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np
import pytest
from pydantic import Field as Setting

from mentormatch import People, Rule
from mentormatch.base.arrays import BoolVector
from mentormatch.contract.group_response import GroupsResponse
from mentormatch.fields import Side
from mentormatch.programme.sections import Grouped
from mentormatch.results import Grouping
from mentormatch.rules import CompositionBound, NameOf
from tests.explanation.diagnosis.people import words
from tests.groups.wishes import apart, formed, why


class Circle(Rule):
    """``shy`` people stay out, ``most`` of ``elders`` at most are in one group, and ``friends`` are in the same."""

    of_pairs: ClassVar[bool] = False
    of_groups: ClassVar[bool] = True
    kind: Literal["circle"] = "circle"
    shy: list[str] = Setting(default_factory=list)
    elders: list[str] = Setting(default_factory=list)
    friends: list[str] = Setting(default_factory=list)
    most: int = 1

    def describe(self) -> str:
        return " ".join(["cercle", *self.shy, *self.elders, *self.friends])

    def rename_people(self, name_of: NameOf) -> "Circle":
        names = {group: [name_of(None, key) for key in getattr(self, group)] for group in ("shy", "elders", "friends")}
        return self.model_copy(update=names)

    def eligible(self, people: People, side: Side) -> BoolVector | None:
        return ~people.people_named(self.shy)

    def composition_bounds(self, members: People) -> Iterator[CompositionBound]:
        if self.elders:
            yield CompositionBound(self.label, members.people_named(self.elders), 0, self.most, none=False)

    def together(self, members: People) -> Iterator[tuple[int, ...]]:
        if self.friends:
            yield tuple(np.flatnonzero(members.people_named(self.friends)).tolist())


def test_it_is_held() -> None:
    grouping = formed(6, Grouped(size=3), [Circle(elders=["P0", "P1"], friends=["P1", "P2"])])
    assert grouping.conflict is None
    groups = [set(group.members) for group in grouping.groups]
    assert not any({"P0", "P1"} <= group for group in groups)
    assert any({"P1", "P2"} <= group for group in groups)


def test_who_it_sets_aside_is_told_so_in_its_words() -> None:
    (left_out,) = formed(7, Grouped(size=3, number=2), [Circle(shy=["P4"])]).unplaced
    assert (left_out.person, words(left_out.reason)) == ("P4", "Mise à part par la règle « cercle P4 ».")


CROWDED = Grouped(size=3, number=2), [Circle(elders=["P0", "P1", "P2"])], "cercle P0 P1 P2"
TORN = Grouped(size=3), [Circle(friends=["P0", "P1"]), *apart("01")], "cercle P0 P1"


@pytest.mark.parametrize(("groups", "rules", "name"), [CROWDED, TORN])
def test_a_conflict_names_it_and_what_follows_without_it(groups: Grouped, rules: list[Rule], name: str) -> None:
    grouping = formed(6, groups, rules)
    assert name in why(grouping).rules
    assert f"Sans la règle « {name} », tout le monde a une place." in map(words, why(grouping).ways_out)
    assert f"« {name} »" in words(said(grouping))


def said(grouping: Grouping) -> str:
    """Return the answer of the JSON contract."""
    return GroupsResponse.of(grouping, 0).to_json()
