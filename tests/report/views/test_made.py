"""Plans made by hand or repaired, as a notebook shows them, and what criteria give two plans on average."""

import pytest

import mentormatch as mm
from mentormatch import Matching
from mentormatch.report.comparison import compute_partner_changes, criterion_means, format_difference
from mentormatch.report.pictures.distribution import Distribution
from mentormatch.report.pictures.heat_map import HeatMap
from mentormatch.report.views.pairs import EvaluationPiece, RepairPiece
from tests.report.cohorts import FIELDS, matched, person, programme
from tests.report.readers import Outline

BY_EMAIL = {**FIELDS, "code": {"question": "Courriel", "kind": "text", "use": "contact"}}


@pytest.fixture(scope="module")
def best() -> Matching:
    return mm.match(mm.examples.cohort(), mm.examples.programme())


@pytest.fixture(scope="module")
def by_hand(best: Matching) -> mm.results.Evaluation:
    return mm.evaluate(best.cohort, best.programme, [("M01", "E02"), ("M02", "E14"), ("M12", "E07")])


def cells(html: str) -> list[str]:
    found = Outline(html)
    assert found.balanced
    return [
        *found.inside("td."),
        *found.inside("td.who"),
        *found.inside("td.number"),
        *found.inside("th."),
        *found.inside("th.who pair"),
    ]


def test_pairs_made_by_hand_show_every_rule_that_they_break_and_every_pair(by_hand: mm.results.Evaluation) -> None:
    html = by_hand._repr_html_()
    assert {pair.mentor for pair in by_hand.pairs} <= set(cells(html))
    assert [rule for rule, _, _ in EvaluationPiece.of(by_hand).breaches] == [one.rule for one in by_hand.breaches]
    assert "M01\u00a0–\u00a0E02" in cells(html)


def test_pairs_that_are_allowed_can_all_be_pinned(best: Matching, by_hand: mm.results.Evaluation) -> None:
    assert by_hand.allowed == (("M02", "E14"), ("M12", "E07"))
    kept = mm.match(best.cohort, best.programme, pins=by_hand.allowed)
    assert set(by_hand.allowed) <= {(pair.mentor, pair.mentee) for pair in kept.pairs}


def test_the_means_of_criteria_are_those_of_the_pairs(best: Matching, by_hand: mm.results.Evaluation) -> None:
    means = criterion_means(by_hand.matching, best)
    for at, plan in ((1, by_hand.matching), (2, best)):
        for mean in means:
            shares = [part.share for pair in plan.pairs for part in pair.contributions if part.criterion == mean[0]]
            assert mean[at] == sum(shares) // len(plan.pairs)
    assert [now - before for _, before, now in means] == sorted(now - before for _, before, now in means)


def test_no_means_are_told_of_plans_that_count_otherwise_or_are_the_same(best: Matching) -> None:
    other = best.programme.model_copy(update={"criteria": best.programme.criteria[1:]})
    assert criterion_means(mm.match(best.cohort, other), best) == []
    assert best.show.compared_with(best).means == ()


@pytest.mark.parametrize(("score", "told"), [(0, ""), (499, ""), (-34_000, "\u22123,4"), (10_000, "+1,0")])
def test_a_difference_has_a_sign_or_is_none(score: int, told: str) -> None:
    assert format_difference(score) == told


def test_what_the_other_has_is_told_with_what_it_would_change_only_where_that_is_asked(
    best: Matching, by_hand: mm.results.Evaluation
) -> None:
    told = best.show.compared_with(by_hand.matching, reasons=True)
    assert ("M01\u00a0–\u00a0E02", str(best.why_not("M01", "E02").reason)) in told.why_not
    assert len(told.why_not) == len(told.comparison.gone)
    assert best.show.compared_with(by_hand.matching).why_not == ()


def test_a_repair_shows_what_became_of_every_pair_and_who_could_take_over(best: Matching) -> None:
    repaired = mm.repair(best, withdrawn=["M12", "E05"])
    piece = RepairPiece.of(repaired)
    assert [len(pairs) for _, pairs in piece.fates] == [
        len(pairs) for pairs in (repaired.new, repaired.ended, repaired.broken) if pairs
    ]
    assert {pair for pair, _, _ in piece.reserves} == {
        f"{pair.mentor}\u00a0–\u00a0{pair.mentee}" for pair in repaired.matching.pairs
    }
    assert piece.steps == tuple(map(str, repaired.ladder))
    assert {"M04", "E01"} <= set(cells(repaired._repr_html_()))


@pytest.mark.promise(25)
def test_people_known_by_their_e_mail_are_shown_under_pseudonyms_here_too() -> None:
    mentors, mentees = ([person(f"{letter}{n}@example.org") for n in range(3)] for letter in "ab")
    matching = matched(programme(fields=BY_EMAIL), mentors, mentees)
    pairs = [(pair.mentor, pair.mentee) for pair in matching.pairs]
    by_hand = mm.evaluate(matching.cohort, matching.programme, [*pairs[:1], (pairs[0][0], pairs[1][1])])
    repaired = mm.repair(matching, withdrawn=[pairs[0][0]])
    shown = by_hand._repr_html_() + repaired._repr_html_()
    assert "example.org" not in shown
    assert "M01" in shown


def test_pairs_that_a_rule_excludes_count_the_points_of_their_answers() -> None:
    cohort, programme = mm.examples.cohort(), mm.examples.programme()
    pairs = list(zip(cohort.mentors.ids, reversed(cohort.mentees.ids), strict=False))
    made, best = mm.evaluate(cohort, programme, pairs), mm.match(cohort, programme)
    assert made.breaches
    had, has = ({pair.mentee: pair.score for pair in one.pairs} for one in (made.matching, best))
    told = {one.key: one.gain for one in compute_partner_changes(made.matching, best) if one.side == "mentee"}
    assert told == {key: has.get(key, 0) - had.get(key, 0) for key in told}
    for drawn in (Distribution(made.matching), HeatMap(made.matching)):
        assert sorted(drawn.chosen.tolist()) == sorted(pair.score for pair in made.matching.pairs)
    assert mm.sturdy(made.matching).curve[0].price == 0
