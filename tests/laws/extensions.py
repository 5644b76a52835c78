"""Random valid settings of every registered criterion and rule. A new kind needs one entry here; the laws do the rest.

An entry is a function of ``(draw, survey)``; it returns the settings as a programme file states them, without ``kind``.
``pick`` draws a field that fits a setting marked with ``FieldRef``.
"""

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from mentormatch import Criterion, Rule
from mentormatch.fields import Levels, Side, YesNo
from mentormatch.fields.extension import Extension, FieldRef
from mentormatch.fields.single_answers import Options
from mentormatch.places.gazetteer import DEPARTEMENTS
from mentormatch.rules.rule import rules_by_kind
from mentormatch.scoring.criterion import ORDERED, criteria_by_kind
from tests.laws.questionnaires import PEOPLE, PLACES_FIELD, SIDES, Draw, Survey

type Settings = dict[str, Any]
type Drawn = Callable[[Draw, Survey], Settings]


some_sides: st.SearchStrategy[tuple[Side, ...]] = st.sampled_from([SIDES[:1], SIDES[1:], SIDES])


rank_points = st.lists(st.floats(0, 1), min_size=1, max_size=4).map(lambda each: sorted([*each, 0.01], reverse=True))
"""What a first, a second ... item is worth."""


def pick(draw: Draw, survey: Survey, extension: type[Extension], setting: str) -> str:
    """Draw the id of a field that may stand in this setting."""
    (ref,) = [mark for mark in extension.model_fields[setting].metadata if isinstance(mark, FieldRef)]
    return draw(st.sampled_from(survey.of(ref.kinds, ref.side)))


def options_of(survey: Survey, field: str) -> list[str]:
    """Return what may be answered to a question with options."""
    asked = survey.fields[field]
    if isinstance(asked, Options):
        return asked.options
    return ["Oui", "Non"] if isinstance(asked, YesNo) else [name for _, name in DEPARTEMENTS[:20]]


def one_field(draw: Draw, survey: Survey, extension: type[Extension]) -> Settings:
    """Draw the field of an extension that has one."""
    return {"field": pick(draw, survey, extension, "field")}


def closeness(draw: Draw, survey: Survey) -> Settings:
    field = pick(draw, survey, criteria_by_kind()["closeness"], "field")
    within = draw(st.floats(0.5, 10))
    return {"field": field, "within": within} if draw(st.booleans()) or "number" in field else {"field": field}


def availability(draw: Draw, survey: Survey) -> Settings:
    return {**one_field(draw, survey, criteria_by_kind()["availability"]), "enough": draw(st.integers(1, 5))}


def coverage(draw: Draw, survey: Survey) -> Settings:
    kind = criteria_by_kind()["coverage"]
    fields: dict[str, str] = {side: pick(draw, survey, kind, side) for side in SIDES}
    asked = survey.fields[fields["mentee"]].kind
    points: Settings = {"points": draw(rank_points)} if asked in ORDERED and draw(st.booleans()) else {}
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
    options = {side: st.sampled_from(options_of(survey, field)) for side, field in fields.items()}
    cell = st.fixed_dictionaries({**options, "points": st.floats(0, 1)})
    return {**fields, "cells": draw(st.lists(cell, min_size=1, max_size=3)), "otherwise": draw(st.floats(0, 1))}


def unit(draw: Draw) -> Settings:
    """Draw kilometres, or minutes at some speed."""
    return draw(st.just({}) | st.floats(5, 300).map(lambda speed: {"unit": "minutes", "speed": speed}))


def near(draw: Draw, survey: Survey) -> Settings:
    zero_at = draw(st.sampled_from([0.5, 30.0, 400.0, 9_000.0]))
    within = {"within": zero_at * draw(st.floats(0, 0.9))} if draw(st.booleans()) else {}
    return {**one_field(draw, survey, criteria_by_kind()["near"]), "zero_at": zero_at} | within | unit(draw)


def for_criterion(kind: str) -> Drawn:
    """Return the settings of a criterion whose only setting is ``field``."""
    return lambda draw, survey: one_field(draw, survey, criteria_by_kind()[kind])


def two_people(draw: Draw, survey: Survey) -> Settings:
    return {side: draw(st.sampled_from(survey.ids(side) or PEOPLE[side])) for side in SIDES}


def with_missing(kind: str) -> Drawn:
    """Return the settings of a rule about ``field`` that says what a missing answer means."""

    def drawn(draw: Draw, survey: Survey) -> Settings:
        field = one_field(draw, survey, rules_by_kind()[kind])
        return field | {"missing": draw(st.sampled_from(["allow", "forbid"]))}

    return drawn


def common(draw: Draw, survey: Survey) -> Settings:
    return with_missing("common")(draw, survey) | {"least": draw(st.integers(1, 2))}


def covers(draw: Draw, survey: Survey) -> Settings:
    kind = rules_by_kind()["covers"]
    fields: dict[str, str] = {side: pick(draw, survey, kind, side) for side in SIDES}
    needs, offers = survey.fields[fields["mentee"]], survey.fields[fields["mentor"]]
    first = {"first": draw(st.integers(1, 3))} if needs.kind in ORDERED and draw(st.booleans()) else {}
    level = {"level": draw(st.integers(1, len(offers.levels) - 1))} if isinstance(offers, Levels) else {}
    missing = draw(st.sampled_from(["allow", "forbid"]))
    return {**fields, "least": draw(st.integers(1, 2)), "missing": missing} | first | level


def complementary(draw: Draw, survey: Survey) -> Settings:
    said = covers(draw, survey)
    return said | {"least": draw(st.none() | st.integers(1, 2)), "most": draw(st.integers(1, 3))}


def gap(draw: Draw, survey: Survey) -> Settings:
    most = {"most": draw(st.integers(2, 4))} if draw(st.booleans()) else {}
    return with_missing("gap")(draw, survey) | {"least": draw(st.integers(-1, 2))} | most


def chosen(draw: Draw, survey: Survey, field: str) -> Settings:
    """Draw answers to a field."""
    options = options_of(survey, field)
    return {"field": field, "in": draw(st.lists(st.sampled_from(options), min_size=1, max_size=2))}


def require(draw: Draw, survey: Survey) -> Settings:
    field = pick(draw, survey, rules_by_kind()["require"], "field")
    return chosen(draw, survey, field) | {"missing": draw(st.sampled_from(["allow", "forbid"]))}


def meet(draw: Draw, survey: Survey) -> Settings:
    kind = rules_by_kind()["meet"]
    travel = draw(st.sampled_from([0.0, 10.0, 200.0, 9_500.0]) | st.just(pick(draw, survey, kind, "travel")))
    said = {"place": pick(draw, survey, kind, "place"), "travel": travel, **unit(draw)}
    if draw(st.booleans()):
        remote = pick(draw, survey, kind, "remote")
        said |= {"remote": remote, "accepted": chosen(draw, survey, remote)["in"]}
    return said | {"missing": draw(st.sampled_from(["allow", "forbid"]))}


def veto(draw: Draw, survey: Survey) -> Settings:
    against = draw(st.lists(st.sampled_from(survey.of(("names", "text", "choice"), "any")), min_size=1, max_size=2))
    return {**one_field(draw, survey, rules_by_kind()["veto"]), "against": against}


def both_roles(draw: Draw, survey: Survey) -> Settings:
    most = draw(st.none() | st.integers(1, 3))
    return {"most": most, "reciprocal": most is not None and draw(st.booleans())}


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


def quota(draw: Draw, survey: Survey) -> Settings:
    sides = draw(some_sides)
    kinds = ("choice", "choices", "scale", "yesno", "place")
    fields = {side: draw(st.sampled_from(survey.of(kinds, side))) for side in sides}
    where = [{"side": side, **chosen(draw, survey, field)} for side, field in fields.items()]
    least, most = sorted(draw(st.tuples(st.integers(0, 3), st.integers(0, 3))))
    return {"where": where} | draw(st.sampled_from([{"least": least}, {"most": most}, {"least": least, "most": most}]))


def history(draw: Draw, survey: Survey) -> Settings:
    pairs = {"pairs": [two_people(draw, survey) for _ in range(draw(st.integers(1, 3)))]}
    total = {"total": draw(st.integers(1, 3)), "side": draw(st.sampled_from(SIDES))}
    return draw(st.sampled_from([pairs, pairs | total, total]))


def proportion(draw: Draw, survey: Survey) -> Settings:
    side = draw(st.sampled_from(SIDES))
    field = draw(st.sampled_from(survey.of(("choice", "choices", "scale", "yesno", "place"), side)))
    least, most = sorted(draw(st.tuples(st.integers(0, 100), st.integers(0, 100))))
    bounds = draw(st.sampled_from([{"least": least}, {"most": most}, {"least": least, "most": most}]))
    return {"side": side, **chosen(draw, survey, field), **bounds}


def load(draw: Draw, survey: Survey) -> Settings:
    hours = st.just(PLACES_FIELD) | st.sampled_from([0.0, 0.5, 1.25, 3.0])
    missing = draw(st.sampled_from(["allow", "forbid"]))
    found: Settings = {"weights": draw(hours), "limit": draw(hours), "missing": missing}
    if draw(st.booleans()):
        return found
    kind = rules_by_kind()["load"]
    fields: dict[str, str] = {side: pick(draw, survey, kind, side) for side in SIDES}
    options = {side: st.sampled_from(options_of(survey, field)) for side, field in fields.items()}
    cell = st.fixed_dictionaries({**options, "hours": st.sampled_from([0.0, 0.75, 2.0])})
    return {**found, **fields, "cells": draw(st.lists(cell, min_size=1, max_size=3))}


def reserve(draw: Draw, survey: Survey) -> Settings:
    fields = st.sampled_from(survey.of(("choice", "choices", "scale", "yesno", "place"), "mentor"))
    where = [chosen(draw, survey, draw(fields)) for _ in range(draw(st.integers(0, 2)))]
    people = draw(st.lists(st.sampled_from(survey.ids("mentee") or PEOPLE["mentee"]), max_size=2))
    return {"places": draw(st.integers(0, 4)), "where": where, "people": people}


def some_people(draw: Draw, survey: Survey) -> Settings:
    everybody = [key for side in SIDES for key in survey.ids(side) or PEOPLE[side]]
    return {"people": draw(st.lists(st.sampled_from(everybody), min_size=2, max_size=4))}


def together(draw: Draw, survey: Survey) -> Settings:
    side = draw(st.sampled_from([each for each in SIDES if survey.ids(each)] or SIDES))
    keys = st.sampled_from(survey.ids(side) or PEOPLE[side])
    return {"people": draw(st.lists(keys, min_size=2, max_size=3)), "side": side}


def composition(draw: Draw, survey: Survey) -> Settings:
    field = draw(st.sampled_from(survey.of(("choice", "choices", "scale", "yesno", "place"), "both")))
    said = chosen(draw, survey, field) if draw(st.booleans()) else {"field": field}
    least, most = sorted(draw(st.tuples(st.integers(0, 3), st.integers(0, 3))))
    bounds = draw(st.sampled_from([{"least": least}, {"most": most}, {"least": least, "most": most}]))
    return said | bounds | {"none": draw(st.booleans())}


CRITERIA: Mapping[str, Drawn] = {
    "availability": availability,
    "closeness": closeness,
    "coverage": coverage,
    "given": given,
    "near": near,
    "overlap": for_criterion("overlap"),
    "same": for_criterion("same"),
    "table": table,
    "unlike": for_criterion("unlike"),
    "wishes": wishes,
}
RULES: Mapping[str, Drawn] = {
    "apart": some_people,
    "ban": two_people,
    "both_roles": both_roles,
    "capacity": capacity,
    "common": common,
    "complementary": complementary,
    "composition": composition,
    "covers": covers,
    "different": with_missing("different"),
    "gap": gap,
    "history": history,
    "load": load,
    "meet": meet,
    "minimum_score": lambda draw, survey: {"points": draw(st.integers(0, 100))},
    "pin": two_people,
    "priority": priority,
    "proportion": proportion,
    "quota": quota,
    "require": require,
    "reserve": reserve,
    "together": together,
    "diversity": with_missing("diversity"),
    "veto": veto,
}


def untried(kinds: Mapping[str, type[Extension]], tried: Mapping[str, Drawn]) -> list[str]:
    """Return, in sentences, what has to be added for the laws to hold every registered kind."""
    return [
        f"`{kind}` has no settings to try: add a function that draws some, and its name, to tests/laws/extensions.py."
        for kind in sorted(kinds.keys() - tried.keys())
    ]


def criterion(draw: Draw, survey: Survey, kind: str) -> Criterion:
    """Draw a criterion of this kind."""
    assert kind in CRITERIA, untried(criteria_by_kind(), CRITERIA)
    shared = {"weight": draw(st.floats(0.01, 100)), "neutral": draw(st.sampled_from([0.0, 0.3, 0.5, 1.0]))}
    return criteria_by_kind()[kind].model_validate({"kind": kind, **shared, **CRITERIA[kind](draw, survey)})


def rule(draw: Draw, survey: Survey, kind: str) -> Rule:
    """Draw a rule of this kind."""
    assert kind in RULES, untried(rules_by_kind(), RULES)
    return rules_by_kind()[kind].model_validate({"kind": kind, **RULES[kind](draw, survey)})


def criteria(draw: Draw, survey: Survey, most: int = 4) -> list[Criterion]:
    """Draw some criteria."""
    kinds = draw(st.lists(st.sampled_from(sorted(CRITERIA)), min_size=1, max_size=most))
    return [criterion(draw, survey, kind) for kind in kinds]


def rules(draw: Draw, survey: Survey, most: int = 3) -> list[Rule]:
    """Draw some rules that a programme of pairs may state."""
    of_pairs = sorted(kind for kind, each in rules_by_kind().items() if each.of_pairs)
    kinds = draw(st.lists(st.sampled_from(of_pairs), max_size=most))
    return [rule(draw, survey, kind) for kind in kinds]
