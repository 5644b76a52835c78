"""What each view says, in worked examples; it is what the matching says."""

from collections import Counter
from functools import cache

import numpy as np
import pytest

from mentormatch import Matching, RequestError, Status, examples, match
from mentormatch.assignment.verification.certificate import GOAL_NAMES, CertifiedTier
from mentormatch.explanation.tables import in_words
from mentormatch.fields import Side
from mentormatch.languages.phrases import NO_BREAK, percent, points
from mentormatch.languages.translation import tr
from mentormatch.operations import plans as planning
from mentormatch.report.comparison import PointsChange, compute_partner_changes
from mentormatch.report.texts import spaced
from mentormatch.report.views.piece import Piece
from mentormatch.report.views.plan import NO_PRICE_TEXT, UNPROVED_TEXT, proof_sentence
from mentormatch.report.words import GOAL_TEXTS, prices
from tests.report.cohorts import matched, person, programme, small
from tests.report.pictures.markets import KEY, market
from tests.report.readers import Outline
from tests.report.views.samples import impossible, unsolved


@cache
def plans() -> tuple[Matching, ...]:
    """Return the two best plans of the example that differ by three pairs at least."""
    return planning.plans(examples.cohort(), examples.programme(), 2, differ_by=3)


def text(view: Piece) -> str:
    """Return what somebody reads of a view."""
    found = " ".join(told for _, told in Outline(view._repr_html_()).texts)
    return " ".join(found.replace(NO_BREAK, " ").split())


def test_the_summary_says_how_many_pairs_what_is_proved_and_that_it_is_a_proposal() -> None:
    told = text(small().show.summary())
    assert "Sur 3 mentor·es et 4 mentoré·es, la répartition forme 3 binômes." in told
    assert "Aucune autre répartition ne fait mieux" in told
    assert "Proposition : à valider par une personne nommée." in told


def test_without_an_answer_the_summary_says_why_and_what_would_do() -> None:
    told = text(impossible().show.summary())
    assert "Aucune répartition possible." in told
    assert "Abaisser le minimum de « nombre de places (2 au plus, au moins 2) » de 2 à 0 par personne." in told
    assert "Proposition" not in told


def test_only_the_pairs_that_are_asked_for_are_shown_and_the_others_counted() -> None:
    view = small().show.pairs(most=2)
    assert [card.points for card in view.pairs] == [points(pair.score) for pair in small().pairs[:2]]
    assert "… et 1 autre : .show.pairs(most=None) les montre tous." in text(view)
    assert "autre" not in text(small().show.pairs(most=None))


def test_a_pair_has_its_points_its_reasons_and_whom_else_each_could_have() -> None:
    matching = small()
    pair = matching.pairs[0]
    told = text(matching.show.pair(pair.mentor, pair.mentee))
    assert f"{points(pair.score)} points sur 100." in told
    assert "Ce binôme est dans la répartition." in told
    for part in pair.contributions:
        assert f"{part.criterion} {points(part.share)} sur {points(part.full)} {part.reason}" in told
    for key in (pair.mentor, pair.mentee):
        for other in matching.alternatives(key, 3):
            assert f"{other.partner} {other.reason}".replace(NO_BREAK, " ") in told


def test_two_people_who_are_no_pair_have_the_reason_why_not() -> None:
    matching = small()
    told = text(matching.show.pair("M1", "E2"))
    assert "Ce binôme n’est pas dans la répartition." in told
    assert matching.why_not("M1", "E2").reason.replace(NO_BREAK, " ") in told
    banned = match(matching.cohort, matching.programme, bans=[("M1", "E2")])
    assert "Ce binôme est exclu par « binôme écarté M1 - E2 »." in text(banned.show.pair("M1", "E2"))


def test_who_has_no_partner_is_told_with_the_reason_and_the_smallest_change() -> None:
    matching = small()
    told = text(matching.show.unmatched())
    for one, change in zip(matching.unmatched, matching.smallest_changes, strict=True):
        assert " ".join([one.person, "mentoré·e", one.reason, in_words(change)]).replace(NO_BREAK, " ") in told


def test_one_person_has_their_pair_or_why_they_have_none() -> None:
    matching = small()
    (alone,) = matching.unmatched
    assert f"Sans binôme. {alone.reason}".replace(NO_BREAK, " ") in text(matching.show.person(alone.person))
    pair = matching.pairs[0]
    told = text(matching.show.person(pair.mentor))
    assert f"{pair.mentor} accompagne {pair.mentee} : {points(pair.score)} points sur 100." in told
    assert [other for other in matching.alternatives(pair.mentor, 5) if other.partner not in told] == []
    assert "Sans binôme." in text(unsolved(matching, Status.STOPPED).show.person("M1"))


def test_before_the_pairs_everybody_has_their_number_of_possible_partners() -> None:
    matching = market(11)
    rows, columns = matching.problem.scores.pairs()
    told = matching.show.market(names=True).prospects.reach
    for side, found in (("mentor", rows), ("mentee", columns)):
        ids = matching.cohort.side(side).ids  # type: ignore[arg-type]  # both are sides
        counts = np.bincount(found, minlength=len(ids)).tolist()
        assert {one.person: one.partners for one in told if one.side == side} == dict(zip(ids, counts, strict=True))
    assert "Partenaires possibles d’un·e mentor·e : de 11 à 11, médiane 11." in text(matching.show.market())


def test_who_has_no_possible_partner_is_told_before_the_pairs() -> None:
    bans = [("M1", f"E{place}") for place in (1, 2, 3)]
    matching = matched(programme(), [person("M1"), person("M2")], [person(f"E{n}") for n in (1, 2, 3)], bans=bans)
    assert "M1 : aucun partenaire possible avec ces règles." in text(matching.show.market())


def test_each_goal_has_what_it_reached_and_what_it_costs_or_why_no_price_is_told() -> None:
    matching, _ = plans()
    told = text(matching.show.prices())
    assert len(matching.goal_prices) == 2
    assert [one for one in prices(matching) if spaced(one).replace(NO_BREAK, " ") not in told] == []
    assert "Obtenir le plus grand total de points" in told
    stopped = unsolved(small(), Status.STOPPED).show.prices()
    assert stopped.unpriced == tr(UNPROVED_TEXT)
    assert tr(UNPROVED_TEXT) in text(stopped)
    free = matched(programme(criteria=[]), [person("M1")], [person("E1")]).show.prices()
    assert free.unpriced == tr(NO_PRICE_TEXT, seconds=10)


def test_the_robustness_is_that_of_the_matching_in_words() -> None:
    matching = market(11)
    view = matching.show.robustness(samples=4, spread=0.9, names=True)
    found = matching.robustness(samples=4, spread=0.9)
    assert list(view.rows) == [(o.mentor, o.mentee, o.word, percent(o.share)) for o in found.pairs]
    counts = Counter(one.word for one in found.pairs)
    assert sum(counts.values()) == 11
    for word, count in counts.items():
        assert f"{count} binôme{'s' if count > 1 else ''} {word}" in text(view)
    assert "4 essais, le poids de chaque critère changé au hasard de 90 % au plus" in text(view)


def test_the_certificate_says_what_is_proved_goal_by_goal() -> None:
    view = small().show.certificate()
    assert spaced(view.certificate.words).replace(NO_BREAK, " ") in text(view)
    assert text(view).count("aucune autre répartition ne fait mieux") == 1 + len(view.certificate.tiers)
    assert "Il n’y a pas de répartition à certifier." in text(unsolved(small(), Status.STOPPED).show.certificate())


@pytest.mark.parametrize(
    ("tier", "words"),
    [
        (CertifiedTier("matched", 3, 3, 3), "aucune autre répartition ne fait mieux"),
        (CertifiedTier("leximin", 3, 3, None), "aucune borne n’est démontrée"),
        (CertifiedTier("matched", 3, 4, 4), "4 binômes au plus"),
        (CertifiedTier("changes", 3, 2, 2), "2 binômes défaits au moins"),
        (CertifiedTier("changes", 3, 0, 0), "aucune borne n’est démontrée"),
    ],
)
def test_what_is_proved_of_a_goal_is_told_in_words(tier: CertifiedTier, words: str) -> None:
    assert proof_sentence(tier).replace(NO_BREAK, " ") == words


def test_a_view_has_words_for_every_goal_that_a_certificate_may_hold() -> None:
    assert set(GOAL_NAMES) <= set(GOAL_TEXTS)


def test_two_plans_differ_by_pairs_by_goals_and_by_what_each_person_has() -> None:
    best, other = plans()
    view = other.show.compared_with(best)
    keys: list[set[tuple[str, str]]] = [{(pair.mentor, pair.mentee) for pair in plan.pairs} for plan in (best, other)]
    gone, new = keys[0] - keys[1], keys[1] - keys[0]
    assert {tuple(pair.split(" – ")) for pair, _ in view.differing} - {("–",)} == gone
    assert {tuple(pair.split(" – ")) for _, pair in view.differing} - {("–",)} == new
    assert view.kept == len(keys[0] & keys[1])
    lost = sum(pair.score for pair in best.pairs) - sum(pair.score for pair in other.pairs)
    assert lost > 0
    for side in ("mentor", "mentee"):
        assert sum(one.gain or 0 for one in view.shifts if one.side == side) == -lost
    assert f"{points(lost)} point de moins" in text(view)


def test_a_plan_differs_in_nothing_from_itself() -> None:
    told = text(small().show.compared_with(small()))
    assert "Les binômes sont les mêmes dans les deux répartitions." in told
    assert "Qui gagne" not in told


def test_points_that_were_not_counted_alike_are_not_compared() -> None:
    best = small()
    rules = programme(criteria=[{"kind": "overlap", "field": "besoins"}])
    other = match(best.cohort, rules, bans=[(pair.mentor, pair.mentee) for pair in best.pairs])
    view = other.show.compared_with(best)
    assert "leurs points ne se comparent pas" in text(view)
    assert {one.gain for one in view.shifts} == {None}


@pytest.mark.parametrize(
    ("before", "now", "gain", "meaning"),
    [
        ((), ("E1",), 5_000, "a maintenant un binôme"),
        (("E1",), (), -5_000, "n’a plus de binôme"),
        (("E1",), ("E2",), 34_000, "gagne 3,4 points"),
        (("E1",), ("E2",), -12_000, "perd 1,2 point"),
        (("E1",), ("E2",), 0, "autant de points"),
        (("E1",), ("E2",), None, "change de binôme"),
    ],
)
def test_a_change_of_partners_is_told_in_words(
    before: tuple[str, ...], now: tuple[str, ...], gain: int | None, meaning: str
) -> None:
    assert PointsChange("mentor", "M1", before, now, gain).words == meaning


def test_who_is_in_one_plan_only_is_told_too() -> None:
    left = matched(programme(), [person("M1")], [person("E1")])
    found = compute_partner_changes(left, matched(programme(), [person("M2")], [person("E1")]))
    assert [(one.key, one.before, one.now) for one in found if one.key != "E1"] == [
        ("M2", (), ("E1",)),
        ("M1", ("E1",), ()),
    ]


def test_a_person_is_found_by_their_key_and_by_what_a_view_calls_them() -> None:
    matching = market(11)
    for asked in ("E03", "e03", matching.cohort.mentees.ids[2]):
        assert matching.show.person(asked).title == "E03, mentoré·e"


@pytest.mark.parametrize("side", ["mentor", "mentee"])
def test_somebody_unknown_is_refused_without_repeating_what_was_typed(side: Side) -> None:
    matching: Matching = market(2)
    asked = {"mentor": "M01", "mentee": "E01"} | {side: f"ana99{KEY}"}
    with pytest.raises(RequestError, match="Personne inconnue") as told:
        matching.show.pair(asked["mentor"], asked["mentee"])
    assert KEY not in str(told.value)
    assert "recopiez-le d’une vue" in str(told.value)
