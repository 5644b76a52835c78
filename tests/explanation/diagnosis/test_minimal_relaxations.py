"""A way out gives a solution, and one step less does not."""

from collections import Counter
from dataclasses import replace
from time import monotonic

import pytest

from mentormatch import Cohort, Programme, Rule, Status, diagnose, match
from mentormatch.explanation.diagnosis import diagnose as module
from mentormatch.explanation.diagnosis.diagnose import FeasibilityOracle, first_feasible, places_in_use, ways_out
from mentormatch.explanation.diagnosis.findings import PossibleChange
from mentormatch.fields import SIDES, Side
from mentormatch.results import Diagnosis
from mentormatch.scoring.scores import score
from tests.explanation.diagnosis.people import METIERS, alike, cohort, counting, pin, programme, words
from tests.explanation.diagnosis.planting import planted, wild

STEPS = {
    "lower_quota": ("least", 1),
    "raise_quota": ("most", -1),
    "lower_minimum": ("minimum", 1),
    "lower_score": ("points", 0.1),
    "lower_gap": ("least", 1),
    "raise_gap": ("most", -1),
    "lower_common": ("least", 1),
    "lower_covers": ("least", 1),
    "lower_level": ("level", 1),
    "raise_first": ("first", -1),
    "lower_proportion": ("least", 1),
    "raise_proportion": ("most", -1),
    "raise_load": ("limit", -1),
    "lower_reserve": ("places", 1),
    "raise_total": ("total", -1),
}
"""The setting that each change moves, and one step back."""


def has_a_solution(people: Cohort, rules: tuple[Rule, ...], asked: Programme) -> bool:
    return match(people, asked.model_copy(update={"rules": list(rules)})).status is Status.PROVED


def one_step_less(change: PossibleChange, before: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Return the rules as they are one step before the change is complete."""
    setting, back = STEPS[change.code]
    return tuple(
        after if after == old else stepped(after, old, setting, back)
        for after, old in zip(change.rules, before, strict=True)
    )


def stepped(after: Rule, old: Rule, setting: str, back: float) -> Rule:
    value = getattr(after, setting) + back
    bound = getattr(old, setting)
    return after.model_copy(update={setting: min(value, bound) if back > 0 else max(value, bound)})


def assert_sound(people: Cohort, asked: Programme, diagnosis: Diagnosis) -> None:
    before = tuple(asked.rules)
    for change in diagnosis.ways_out:
        if change.code == "more_places":
            assert_no_place_to_spare(people, asked, change)
            continue
        assert has_a_solution(people, change.rules, asked)
        if change.code in STEPS:
            assert not has_a_solution(people, one_step_less(change, before), asked)


def assert_no_place_to_spare(people: Cohort, asked: Programme, change: PossibleChange) -> None:
    trial = FeasibilityOracle(people, score(people, asked.criteria), tuple(asked.rules))
    places = Counter({whereabouts(people, key): count for key, count in change.places})
    assert places.total() == change.cost
    assert trial.is_known_feasible(trial.rules, places)
    for place in places:
        assert not trial.is_known_feasible(trial.rules, places - Counter([place]))


def whereabouts(people: Cohort, key: str) -> tuple[Side, int]:
    side = SIDES[key.startswith("E")]
    return side, people.side(side).find(key)


def sentences(people: Cohort, asked: Programme) -> list[str]:
    return [words(change.sentence) for change in diagnose(people, asked).ways_out]


@pytest.mark.promise(17)
@pytest.mark.parametrize("seed", range(8))
def test_every_way_out_of_a_planted_conflict_gives_a_solution_and_one_step_less_does_not(seed: int) -> None:
    case = planted(seed)
    diagnosis = diagnose(case.cohort, case.programme)
    assert diagnosis.ways_out
    assert_sound(case.cohort, case.programme, diagnosis)


@pytest.mark.proof
@pytest.mark.promise(17)
@pytest.mark.parametrize("seed", range(8, 400))
@pytest.mark.parametrize("made", [planted, wild])
def test_every_way_out_gives_a_solution_and_one_step_less_does_not(made: type, seed: int) -> None:
    case = made(seed)
    assert_sound(case.cohort, case.programme, diagnose(case.cohort, case.programme))


@pytest.mark.parametrize("seed", range(10))
def test_ways_out_come_cheapest_first_and_dropping_a_rule_last(seed: int) -> None:
    case = planted(seed)
    ways = [(way.code == "drop_rule", way.cost) for way in diagnose(case.cohort, case.programme).ways_out]
    assert ways == sorted(ways)
    assert all(cost > 0 for _, cost in ways)


def test_two_quotas_are_lowered_or_raised_to_the_number_at_which_they_meet() -> None:
    asked = programme(
        counting("mentor", *METIERS, name="au moins", least=5), counting("mentee", *METIERS, name="au plus", most=2)
    )
    assert sentences(alike(6, 6), asked) == [
        "Abaisser « au moins » de 5 à 2 binômes au moins.",
        "Relever « au plus » de 2 à 5 binômes au plus.",
        "Retirer la règle « au moins ».",
        "Retirer la règle « au plus ».",
    ]


def test_a_capacity_is_relaxed_by_its_minimum_never_dropped() -> None:
    minimum = {"kind": "capacity", "name": "trois chacun", "most": 3, "minimum": 3, "always": True}
    assert sentences(alike(4, 9), programme(minimum)) == [
        "Abaisser le minimum de « trois chacun » de 3 à 2 par personne."
    ]


def test_more_places_name_the_people_and_how_many() -> None:
    asked = programme(
        {"kind": "capacity", "name": "places", "most": 1}, pin("M1", "E1"), pin("M1", "E2"), pin("M1", "E3")
    )
    assert "Ajouter 2 places chez M1." in sentences(alike(2, 4), asked)


def test_points_are_lowered_by_tenths() -> None:
    people = cohort([{}], [{"niveau": "confirmé"}])
    asked = programme({"kind": "minimum_score", "name": "le seuil", "points": 80}, pin("M1", "E1"))
    assert sentences(people, asked)[:2] == [
        "Retirer « binôme imposé M1 - E1 ».",
        "Abaisser « le seuil » de 80 à 75 points.",
    ]


def test_a_gap_is_lowered_by_steps() -> None:
    people = cohort([{"niveau": "confirmé"}], [{"niveau": "débutant"}])
    asked = programme({"kind": "gap", "name": "l’avance", "field": "niveau", "least": 2}, pin("M1", "E1"))
    assert "Abaisser l’avance demandée par « l’avance » de 2 à 1." in sentences(people, asked)


def test_a_gap_that_is_too_wide_is_raised() -> None:
    people = cohort([{"niveau": "expert"}], [{"niveau": "débutant"}])
    asked = programme({"kind": "gap", "name": "l’avance", "field": "niveau", "most": 1}, pin("M1", "E1"))
    assert "Relever l’avance permise par « l’avance » de 1 à 2." in sentences(people, asked)


def test_fewer_answers_in_common_are_asked_for() -> None:
    people = cohort([{"employeurs": ["A", "B"]}], [{"employeurs": ["A"]}])
    asked = programme({"kind": "common", "name": "deux en commun", "field": "employeurs", "least": 2}, pin("M1", "E1"))
    assert "Demander 1 réponse en commun au lieu de 2 pour « deux en commun »." in sentences(people, asked)


def test_a_proportion_is_moved_by_hundredths() -> None:
    people = cohort([{}] * 3, [{"metier": "diffusion"}, {}, {}])
    all_placed = counting("mentee", *METIERS, name="trois en tout", least=3)
    most = {"kind": "proportion", "name": "la production", "field": "metier", "in": ["production"], "most": 60}
    assert "Relever « la production » de 60 à 67 % au plus." in sentences(people, programme(all_placed, most))
    least = {"kind": "proportion", "name": "la diffusion", "field": "metier", "in": ["diffusion"], "least": 50}
    assert "Abaisser « la diffusion » de 50 à 33 % au moins." in sentences(people, programme(all_placed, least))


def test_hours_are_raised_by_whole_hours() -> None:
    people = cohort([{}], [{"places": 3}, {"places": 2}])
    hours = {"kind": "load", "name": "les heures", "weights": "places", "limit": 3.5}
    asked = programme({"kind": "capacity", "most": 2}, hours, pin("M1", "E1"), pin("M1", "E2"))
    assert "Relever « les heures » de 3,5 à 5,5 au plus par mentor·e." in sentences(people, asked)


def test_two_conflicts_at_once_are_left_by_dropping_a_rule_of_each() -> None:
    bans = [{**pin(f"M{number}", f"E{number}"), "kind": "ban"} for number in (1, 2)]
    asked = programme(pin("M1", "E1"), pin("M2", "E2"), *bans)
    (way,) = diagnose(alike(2, 2), asked).ways_out
    assert way.code == "drop_rules"
    assert words(way.sentence) == "Retirer ensemble « binôme écarté M1 - E1 » et « binôme écarté M2 - E2 »."
    assert has_a_solution(alike(2, 2), way.rules, asked)


def test_out_of_time_no_way_out_is_told() -> None:
    asked = programme(pin("M1", "E1"), {**pin("M1", "E1"), "kind": "ban"})
    people = alike(2, 2)
    trial = FeasibilityOracle(people, score(people, asked.criteria), tuple(asked.rules), deadline=monotonic())
    assert ways_out(trial, trial.rules) == ()


def changes(people: Cohort, *rules: dict[str, object]) -> dict[str, PossibleChange]:
    """Return the ways out by their code and sentence."""
    return {f"{way.code}: {words(way.sentence)}": way for way in diagnose(people, programme(*rules)).ways_out}


def test_a_pair_that_goes_is_one_unit_and_names_its_two_people() -> None:
    ban = {**pin("M1", "E2"), "kind": "ban"}
    ways = changes(alike(2, 2), pin("M1", "E2"), ban)
    assert [*ways] == [
        "drop_pair: Retirer « binôme imposé M1 - E2 ».",
        "drop_pair: Retirer « binôme écarté M1 - E2 ».",
    ]
    assert [(way.cost, way.people) for way in ways.values()] == [(1, ("M1", "E2"))] * 2
    assert [[rule.kind for rule in way.rules] for way in ways.values()] == [["ban"], ["pin"]]


@pytest.mark.parametrize(
    ("rule", "cost"),
    [
        ({"kind": "common", "name": "r", "field": "metier"}, 2),
        ({"kind": "require", "name": "r", "field": "metier", "in": ["production"]}, 1),
        ({"kind": "different", "name": "r", "field": "employeurs"}, 1),
    ],
)
def test_a_rule_that_goes_costs_the_pairs_that_it_forbids_and_the_people_whom_it_sets_aside(
    rule: dict[str, object], cost: int
) -> None:
    people = cohort([{"employeurs": ["A"]}, {}], [{"metier": "diffusion", "employeurs": ["A"]}, {}])
    way = changes(people, pin("M1", "E1"), rule)["drop_rule: Retirer la règle « r »."]
    assert (way.cost, way.people, [each.kind for each in way.rules]) == (cost, (), ["pin"])


def test_a_rule_that_sets_two_people_aside_costs_two() -> None:
    people = cohort([{}] * 2, [{"metier": "diffusion"}] * 2)
    require: dict[str, object] = {"kind": "require", "name": "r", "field": "metier", "in": ["production"]}
    assert changes(people, pin("M1", "E1"), require)["drop_rule: Retirer la règle « r »."].cost == 2


def test_a_rule_that_forbids_nobody_costs_one() -> None:
    quota = counting("mentee", "diffusion", name="r", least=1)
    assert changes(alike(2, 2), quota)["drop_rule: Retirer la règle « r »."].cost == 1


def test_more_places_are_given_to_as_few_people_as_can_be_with_their_keys() -> None:
    pins = [pin("M1", "E1"), pin("M1", "E2"), pin("M2", "E3"), pin("M2", "E4")]
    ways = changes(alike(3, 4), {"kind": "capacity", "most": 1}, *pins)
    way = ways["more_places: Ajouter 1 place chez M1 et 1 place chez M2."]
    assert (way.cost, way.people, way.places) == (2, ("M1", "M2"), (("M1", 1), ("M2", 1)))
    assert len(way.rules) == 5


def test_more_places_among_mentees_are_asked_for_where_theirs_are_too_few() -> None:
    pins = [pin("M1", "E1"), pin("M2", "E1"), pin("M3", "E1")]
    ways = changes(alike(3, 3), {"kind": "capacity", "side": "mentee", "most": 1}, *pins)
    assert ways["more_places: Ajouter 2 places chez E1."].places == (("E1", 2),)


def test_no_places_are_asked_for_where_they_would_not_help() -> None:
    minimum = {"kind": "capacity", "most": 3, "minimum": 3, "always": True}
    assert [way.code for way in diagnose(alike(1, 2), programme(minimum)).ways_out] == ["lower_minimum"]
    assert [way.code for way in diagnose(alike(1, 0), programme(minimum)).ways_out] == ["lower_minimum"]


def test_of_several_ways_the_cheapest_comes_first_and_rules_are_dropped_last_by_their_cost() -> None:
    rules = [
        counting("mentor", *METIERS, name="bas", least=4),
        counting("mentee", *METIERS, name="haut", most=1),
    ]
    ways = diagnose(alike(4, 4), programme(*rules)).ways_out
    assert [(way.code, way.cost) for way in ways] == [
        ("lower_quota", 3),
        ("raise_quota", 3),
        ("drop_rule", 1),
        ("drop_rule", 1),
    ]
    assert [ways[0].rules[0].model_dump()["least"], ways[1].rules[1].model_dump()["most"]] == [1, 4]


@pytest.mark.parametrize("needed", range(1, 12))
def test_the_fewest_steps_are_found_exactly_and_nothing_beyond_the_furthest_is_tried(needed: int) -> None:
    tried: list[int] = []

    def works(steps: int) -> bool:
        tried.append(steps)
        return steps >= needed

    assert first_feasible(10, works) == (needed if needed <= 10 else None)
    assert all(1 <= steps <= 10 for steps in tried)


def test_the_fewest_steps_of_a_long_way_take_few_questions() -> None:
    tried: list[int] = []

    def works(steps: int) -> bool:
        tried.append(steps)
        return steps >= 600

    assert first_feasible(1000, works) == 600
    assert len(tried) == len(set(tried)) <= 20


def test_rules_to_drop_together_are_as_few_as_can_be_and_never_a_capacity() -> None:
    bans = [{**pin(f"M{number}", f"E{number}"), "kind": "ban"} for number in (1, 2)]
    harmless = {"kind": "capacity", "most": 1}
    asked = [harmless, pin("M1", "E1"), pin("M2", "E2"), *bans, {"kind": "minimum_score", "points": 0}]
    (way,) = diagnose(alike(2, 2), programme(*asked)).ways_out
    assert (way.code, way.cost) == ("drop_rules", 2)
    assert [rule.kind for rule in way.rules] == ["capacity", "pin", "pin", "minimum_score"]


def test_the_same_people_are_asked_for_places_in_any_order_of_the_rows() -> None:
    rules = [{"kind": "capacity", "most": 1}, counting("mentee", *METIERS, least=3)]
    for order in ([0, 1], [1, 0]):
        people = alike(2, 4)
        turned = replace(people, mentors=people.mentors.take(order))
        (way,) = [way for way in diagnose(turned, programme(*rules)).ways_out if way.code == "more_places"]
        assert way.places == (("M2", 1),)


def test_places_are_lent_up_to_as_many_as_there_are_people_across() -> None:
    pins = [pin("M1", f"E{number}") for number in (1, 2, 3, 4)]
    ways = changes(alike(1, 4), {"kind": "capacity", "most": 1}, *pins)
    assert ways["more_places: Ajouter 3 places chez M1."].places == (("M1", 3),)


def trial_of(people: Cohort, *rules: dict[str, object]) -> FeasibilityOracle:
    asked = programme(*rules)
    return FeasibilityOracle(people, score(people, asked.criteria), tuple(asked.rules))


def test_of_the_places_lent_those_are_used_that_go_beyond_what_a_person_has() -> None:
    trial = trial_of(alike(2, 4), {"kind": "capacity", "most": 1}, counting("mentee", *METIERS, least=3))
    assert places_in_use(trial, "mentor", 1) == [("mentor", 0), ("mentor", 1)]
    assert places_in_use(trial, "mentor", 0) == []


@pytest.mark.parametrize("search", ["changes_of", "drop_several"])
def test_what_the_time_leaves_unfinished_is_not_told(search: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bans = [{**pin(f"M{number}", f"E{number}"), "kind": "ban"} for number in (1, 2)]
    trial = trial_of(alike(2, 2), pin("M1", "E1"), pin("M2", "E2"), *bans)
    begun: list[bool] = []

    def late(*asked: object) -> list[PossibleChange]:
        begun.append(True)
        return [PossibleChange("drop_rules", "Retirer tout.", 4)]

    monkeypatch.setattr(module, search, late)
    monkeypatch.setattr(FeasibilityOracle, "over", property(lambda trial: bool(begun)))
    assert (ways_out(trial, trial.rules[:1]), begun) == ((), [True])
