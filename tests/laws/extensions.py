"""Random valid settings of every registered criterion and rule: drawn by type, or by a function of the kind's own.

A kind needs one only where its settings hang together otherwise than its class says. It is a function of
``(draw, survey)``; it returns the settings as a programme file states them, without ``kind``. ``pick`` draws a field
that fits a setting marked with ``FieldRef``.
"""

import json
from collections.abc import Callable, Mapping

from hypothesis import strategies as st

from mentormatch import Criterion, Rule
from mentormatch.fields import Extension, FieldRef, Levels, Side
from mentormatch.rules import rules_by_kind
from mentormatch.scoring.criterion import ORDERED_KINDS, criteria_by_kind
from tests.conftest import ROOT
from tests.laws.questionnaires import PEOPLE, PLACES_FIELD, SIDES, Draw, Survey
from tests.laws.settings import Settings, options_of, settings_of

PROMISED = ROOT / "docs" / "reference" / "schemas" / "v1" / "programme.json"

type Drawn = Callable[[Draw, Survey], Settings]


some_sides: st.SearchStrategy[tuple[Side, ...]] = st.sampled_from([SIDES[:1], SIDES[1:], SIDES])


rank_points = st.lists(st.floats(0, 1), min_size=1, max_size=4).map(lambda each: sorted([*each, 0.01], reverse=True))
"""What a first, a second ... item is worth."""


def pick(draw: Draw, survey: Survey, extension: type[Extension], setting: str) -> str:
    """Draw the id of a field that may stand in this setting."""
    (ref,) = [mark for mark in extension.model_fields[setting].metadata if isinstance(mark, FieldRef)]
    return draw(st.sampled_from(survey.of(ref.kinds, ref.side)))


def coverage(draw: Draw, survey: Survey) -> Settings:
    kind = criteria_by_kind()["coverage"]
    fields: dict[str, str] = {side: pick(draw, survey, kind, side) for side in SIDES}
    asked = survey.fields[fields["mentee"]].kind
    points: Settings = {"points": draw(rank_points)} if asked in ORDERED_KINDS and draw(st.booleans()) else {}
    over = {"over": draw(st.sampled_from(["needs", "most"]))} if points or asked != "names" else {}
    return fields | points | over


def wishes(draw: Draw, survey: Survey) -> Settings:
    kind = criteria_by_kind()["wishes"]
    sides = draw(some_sides)
    fields: Settings = {side: pick(draw, survey, kind, side) for side in sides}
    return fields | draw(
        st.integers(1, 3).map(lambda most: {"most": most}) | rank_points.map(lambda each: {"points": each})
    )


def given(draw: Draw, survey: Survey) -> Settings:
    most = draw(st.sampled_from([1.0, 5.0, 20.0]))
    pairs = {tuple(two_people(draw, survey).items()) for _ in range(draw(st.integers(0, 5)))}
    said = {"by": "Claire", "on": "2026-03-12"} if draw(st.booleans()) else {}
    return {
        "most": most,
        "pairs": [{**dict(pair), "points": draw(st.floats(0, most)), **said} for pair in sorted(pairs)],
    }


def table(draw: Draw, survey: Survey) -> Settings:
    kind = criteria_by_kind()["table"]
    fields: dict[str, str] = {side: pick(draw, survey, kind, side) for side in SIDES}
    options = {side: st.sampled_from(options_of(survey.fields[field])) for side, field in fields.items()}
    cell = st.fixed_dictionaries({**options, "points": st.floats(0, 1)})
    return {**fields, "cells": draw(st.lists(cell, min_size=1, max_size=3)), "otherwise": draw(st.floats(0, 1))}


def unit(draw: Draw) -> Settings:
    """Draw kilometres, or minutes at some speed."""
    return draw(st.just({}) | st.floats(5, 300).map(lambda speed: {"unit": "minutes", "speed": speed}))


def near(draw: Draw, survey: Survey) -> Settings:
    zero_at = draw(st.sampled_from([0.5, 30.0, 400.0, 9_000.0]))
    within = {"within": zero_at * draw(st.floats(0, 0.9))} if draw(st.booleans()) else {}
    return {"field": pick(draw, survey, criteria_by_kind()["near"], "field"), "zero_at": zero_at} | within | unit(draw)


def two_people(draw: Draw, survey: Survey) -> Settings:
    return {side: draw(st.sampled_from(survey.ids(side) or PEOPLE[side])) for side in SIDES}


def covers(draw: Draw, survey: Survey) -> Settings:
    kind = rules_by_kind()["covers"]
    fields: dict[str, str] = {side: pick(draw, survey, kind, side) for side in SIDES}
    needs, offers = survey.fields[fields["mentee"]], survey.fields[fields["mentor"]]
    first = {"first": draw(st.integers(1, 3))} if needs.kind in ORDERED_KINDS and draw(st.booleans()) else {}
    level = {"level": draw(st.integers(1, len(offers.levels) - 1))} if isinstance(offers, Levels) else {}
    missing = draw(st.sampled_from(["allow", "forbid"]))
    return {**fields, "least": draw(st.integers(1, 2)), "missing": missing} | first | level


def complementary(draw: Draw, survey: Survey) -> Settings:
    said = covers(draw, survey)
    return said | {"least": draw(st.none() | st.integers(1, 2)), "most": draw(st.integers(1, 3))}


def chosen(draw: Draw, survey: Survey, field: str) -> Settings:
    """Draw answers to a field."""
    options = options_of(survey.fields[field])
    return {"field": field, "in": draw(st.lists(st.sampled_from(options), min_size=1, max_size=2))}


def meet(draw: Draw, survey: Survey) -> Settings:
    kind = rules_by_kind()["meet"]
    travel = draw(st.sampled_from([0.0, 10.0, 200.0, 9_500.0]) | st.just(pick(draw, survey, kind, "travel")))
    said = {"place": pick(draw, survey, kind, "place"), "travel": travel, **unit(draw)}
    if draw(st.booleans()):
        remote = pick(draw, survey, kind, "remote")
        said |= {"remote": remote, "accepted": chosen(draw, survey, remote)["in"]}
    return said | {"missing": draw(st.sampled_from(["allow", "forbid"]))}


def capacity(draw: Draw, survey: Survey) -> Settings:
    most = draw(st.integers(0, 3))
    bounds = {"most": most, "minimum": draw(st.integers(0, most)), "always": draw(st.booleans())}
    said = {"field": PLACES_FIELD, "default": draw(st.integers(0, 2))} if draw(st.booleans()) else {}
    return {"side": draw(st.sampled_from(SIDES))} | bounds | said


def priority(draw: Draw, survey: Survey) -> Settings:
    side = draw(st.sampled_from(SIDES))
    named = {"people": draw(st.lists(st.sampled_from(PEOPLE[side]), min_size=1, max_size=2))}
    field = draw(st.sampled_from(survey.of(("choice", "scale", "yesno", "place"), side)))
    said = named if draw(st.booleans()) else chosen(draw, survey, field)
    return {"side": side} | said


def load(draw: Draw, survey: Survey) -> Settings:
    hours = st.just(PLACES_FIELD) | st.sampled_from([0.0, 0.5, 1.25, 3.0])
    missing = draw(st.sampled_from(["allow", "forbid"]))
    found: Settings = {"weights": draw(hours), "limit": draw(hours), "missing": missing}
    if draw(st.booleans()):
        return found
    kind = rules_by_kind()["load"]
    fields: dict[str, str] = {side: pick(draw, survey, kind, side) for side in SIDES}
    options = {side: st.sampled_from(options_of(survey.fields[field])) for side, field in fields.items()}
    cell = st.fixed_dictionaries({**options, "hours": st.sampled_from([0.0, 0.75, 2.0])})
    return {**found, **fields, "cells": draw(st.lists(cell, min_size=1, max_size=3))}


def reserve(draw: Draw, survey: Survey) -> Settings:
    fields = st.sampled_from(survey.of(("choice", "choices", "scale", "yesno", "place"), "mentor"))
    where = [chosen(draw, survey, draw(fields)) for _ in range(draw(st.integers(0, 2)))]
    people = draw(st.lists(st.sampled_from(survey.ids("mentee") or PEOPLE["mentee"]), max_size=2))
    return {"places": draw(st.integers(0, 4)), "where": where, "people": people}


def together(draw: Draw, survey: Survey) -> Settings:
    side = draw(st.sampled_from([each for each in SIDES if survey.ids(each)] or SIDES))
    keys = st.sampled_from(survey.ids(side) or PEOPLE[side])
    return {"people": draw(st.lists(keys, min_size=2, max_size=3)), "side": side}


CRITERIA: Mapping[str, Drawn] = {
    "coverage": coverage,
    "given": given,
    "near": near,
    "table": table,
    "wishes": wishes,
}
RULES: Mapping[str, Drawn] = {
    "capacity": capacity,
    "complementary": complementary,
    "covers": covers,
    "load": load,
    "meet": meet,
    "priority": priority,
    "reserve": reserve,
    "together": together,
}


def promised(kinds: Mapping[str, type[Extension]]) -> set[str]:
    """Return the kinds that a release has promised: somebody must have counted what they say a second time."""
    definitions = json.loads(PROMISED.read_text(encoding="utf-8"))["$defs"].values()
    return {*kinds} & {one.get("properties", {}).get("kind", {}).get("const") for one in definitions}


def settings(draw: Draw, survey: Survey, kind: type[Extension], own: Mapping[str, Drawn]) -> Settings:
    """Draw the settings of a kind, by its own function where it has one."""
    name = kind.model_fields["kind"].default
    return {"kind": name, **(own[name](draw, survey) if name in own else settings_of(draw, survey, kind))}


def criterion(draw: Draw, survey: Survey, kind: str) -> Criterion:
    """Draw a criterion of this kind."""
    shared = {"weight": draw(st.floats(0.01, 100)), "neutral": draw(st.sampled_from([0.0, 0.3, 0.5, 1.0]))}
    asked = criteria_by_kind()[kind]
    return asked.model_validate({**shared, **settings(draw, survey, asked, CRITERIA)})


def rule(draw: Draw, survey: Survey, kind: str) -> Rule:
    """Draw a rule of this kind."""
    asked = rules_by_kind()[kind]
    return asked.model_validate(settings(draw, survey, asked, RULES))


def criteria(draw: Draw, survey: Survey, most: int = 4) -> list[Criterion]:
    """Draw some criteria."""
    kinds = draw(st.lists(st.sampled_from(sorted(criteria_by_kind())), min_size=1, max_size=most))
    return [criterion(draw, survey, kind) for kind in kinds]


def rules(draw: Draw, survey: Survey, most: int = 3) -> list[Rule]:
    """Draw some rules that a programme of pairs may state."""
    of_pairs = sorted(kind for kind, each in rules_by_kind().items() if each.of_pairs)
    kinds = draw(st.lists(st.sampled_from(of_pairs), max_size=most))
    return [rule(draw, survey, kind) for kind in kinds]
