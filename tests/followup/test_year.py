"""Who meets no more, who should be called, and what became of the pairs."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import RequestError, evaluate, follow_up
from mentormatch.followup import waves
from mentormatch.followup.waves import OutcomeCount, warning, wilson
from tests.followup.years import asking, frame, paired, reasons, states, year

ALL_WELL = [("M1", "", "Oui", "bien"), ("M2", "", "Oui", "bien"), *((f"E{n}", "", "Oui", "bien") for n in (1, 2, 3))]


def test_a_year_in_which_all_goes_well_calls_nobody() -> None:
    found = year({1: frame(*ALL_WELL)})
    assert states(found) == {"E1": ("meeting", 1), "E2": ("meeting", 1), "E3": ("meeting", 1)}
    assert found.to_call == ()


def test_a_pair_stops_where_one_says_so_and_nobody_the_contrary() -> None:
    found = year({1: frame(*ALL_WELL), 3: frame(("E1", "", "Non"), *ALL_WELL[1:2], *ALL_WELL[3:])})
    assert states(found)["E1"] == ("stopped", 3)
    told = reasons(found)
    assert told["E1"] == ("à 3 mois : dit ne plus voir M1",)
    assert told["M1"][0] == "à 3 mois : E1 dit que le binôme ne se voit plus, et la personne n’en a rien dit"
    assert [one.rank for one in found.to_call] == [0, 0]


def test_two_who_contradict_each_other_are_both_called() -> None:
    found = year({1: frame(("M2", "", "Non"), ("E3", "", "Oui"))})
    assert states(found)["E3"] == ("disagreeing", 1)
    assert reasons(found)["E3"] == ("à 1 mois : M2 dit que le binôme ne se voit plus, et la personne dit le contraire",)


def test_of_two_partners_only_the_one_who_is_named_stops() -> None:
    found = year({1: frame(("M1", "E2", "Non"), ("M1", "E1", "Oui"))})
    assert (states(found)["E1"], states(found)["E2"]) == (("meeting", 1), ("stopped", 1))
    assert "E1" in reasons(found)
    assert reasons(found)["E1"] == ("n’a pas répondu à 1 mois",)


def test_what_was_said_last_stands_while_nobody_says_more() -> None:
    found = year({1: frame(("E3", "", "Non")), 6: frame(("E1",))})
    assert states(found) == {"E1": ("unknown", None), "E2": ("unknown", None), "E3": ("stopped", 1)}


def test_silence_is_told_with_its_months_and_ends_with_an_answer() -> None:
    found = year({1: frame(*ALL_WELL), 3: frame(("E1",)), 6: frame(("M1",))})
    told = reasons(found)
    assert told["E3"] == ("n’a pas répondu à 3 et 6 mois",)
    assert told["E1"] == ("n’a pas répondu à 6 mois",)
    assert "M1" not in told


def test_an_answer_that_asks_for_a_call_counts_until_the_next_one() -> None:
    waves = {1: frame(*ALL_WELL[:4], ("E3", "", "Oui", "mal"))}
    assert reasons(year(waves))["E3"] == ("à 1 mois : trouve que cela va mal",)
    assert "E3" not in reasons(year(waves | {3: frame(*ALL_WELL)}))


def test_the_gravest_reasons_come_first() -> None:
    found = year({1: frame(("E1", "", "Oui", "mal"), ("E3", "", "Non"), ("M1",))})
    assert [(one.person, one.rank) for one in found.to_call] == [("M2", 0), ("E3", 0), ("E1", 1), ("E2", 2)]


def test_pairs_made_by_hand_are_followed_as_others_are() -> None:
    matching = paired()
    plan = evaluate(matching.cohort, matching.programme, [("M2", "E1")])
    found = follow_up(asking(), plan.pairs, {1: frame(("E1", "", "Non"))})
    assert states(found) == {"E1": ("stopped", 1)}


def test_the_counts_of_a_criterion_add_up_to_all_pairs() -> None:
    found = year({1: frame(*ALL_WELL[:3], ("E2", "", "", "mal"))})
    lines = found.outcomes()
    whole = lines[0]
    assert (whole.pairs, whole.known, whole.reached) == (3, 3, 2)
    for criterion in {line.criterion for line in lines[1:]}:
        mine = [line for line in lines if line.criterion == criterion]
        assert [sum(getattr(line, name) for line in mine) for name in ("pairs", "known", "reached")] == [3, 3, 2]


def test_an_outcome_is_reached_where_all_who_answered_say_so() -> None:
    assert year({1: frame(("M2", "", "", "bien"), ("E3", "", "", "mal"))}).outcomes()[0].reached == 0
    assert year({1: frame(("M2", "", "", "bien"), ("E3",))}).outcomes()[0].reached == 1


def test_a_group_of_which_nothing_is_known_has_no_share() -> None:
    line = year({1: frame(("E3", "", "Oui"))}).outcomes()[0]
    assert (line.known, line.share, line.low, line.high) == (0, None, None, None)


def test_outcomes_are_those_of_the_month_asked_for_and_criteria_keep_their_order() -> None:
    found = year({1: frame(("E3", "", "", "bien")), 3: frame(("E3", "", "", "mal"))})
    assert [found.outcomes(month)[0].reached for month in (1, 3)] == [1, 0]
    assert found.outcomes() == found.outcomes(3)
    names = [part.criterion for part in found.pairs[0].contributions]
    assert list(dict.fromkeys(line.criterion for line in found.outcomes()[1:])) == names
    with pytest.raises(RequestError):
        found.outcomes(6)


def test_no_pair_at_all_gives_an_empty_year() -> None:
    found = follow_up(asking(), [], {1: frame(("E3",))})
    assert (found.meetings, found.to_call) == ((), ())
    assert [line.pairs for line in found.outcomes()] == [0]


# The 95 % intervals of Newcombe (Statistics in Medicine 17, 1998, table I, method 3: Wilson's).
@pytest.mark.parametrize(
    ("reached", "known", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_intervals_are_those_that_are_published(reached: int, known: int, low: float, high: float) -> None:
    assert wilson(reached, known) == pytest.approx((low, high), abs=0.00005)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share_mirrors_and_solves_its_own_equation(case: tuple[int, int]) -> None:
    reached, known = case
    low, high = wilson(reached, known)
    share = reached / known
    assert 0 <= low <= share <= high <= 1
    assert wilson(known - reached, known) == pytest.approx((1 - high, 1 - low))
    for bound in (low, high):
        if 0 < bound < 1:
            assert abs(share - bound) == pytest.approx(
                waves.NORMAL_QUANTILE_95 * math.sqrt(bound * (1 - bound) / known)
            )


def test_small_numbers_are_warned_of_and_large_ones_are_not() -> None:
    few, many = OutcomeCount("x", "", "all", 29, 29, 3, 0.0, 1.0), OutcomeCount("x", "", "all", 30, 30, 3, 0.0, 1.0)
    assert "toutes les lignes" in warning([few])
    assert "1\xa0ligne sur 2" in warning([few, many])
    assert warning([many]) == ""
