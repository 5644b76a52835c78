"""Explanations of a matching over implicit scores: the same answers as where scores are stored."""

import json
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import Cohort, Matching, RequestError, Status, verify
from mentormatch.assignment.model.scores import DenseScores, SparseScores
from mentormatch.explanation.names import codes
from mentormatch.operations.instance import MAX_STORED_PAIRS
from mentormatch.record.verify import VerificationOutcome
from mentormatch.report import view as shown
from mentormatch.report.pictures import Distribution, HeatMap
from mentormatch.rules import Ban, Quota, ReservedPlaces
from mentormatch.scale.scan.implicit_scores import ImplicitScores
from tests.conftest import DEEP
from tests.doors import substitute
from tests.scale.markets import PROGRAMMES, RULES, cohort, some_pairs

SEEDS = 40 if DEEP else 1

every_market = pytest.mark.parametrize(("seed", "kind"), [(seed, kind) for seed in range(SEEDS) for kind in PROGRAMMES])


@cache
def both(seed: int, kind: str, size: int = 60) -> tuple[Matching, Matching]:
    """Return a matching of which the scores are held, and the same of which they are not."""
    people = cohort(seed, size)
    held = mm.match(people, PROGRAMMES[kind], seed=seed)
    with pytest.MonkeyPatch.context() as patch:
        substitute(patch, "operations", MAX_STORED_PAIRS=0)
        unheld = mm.match(people, PROGRAMMES[kind], seed=seed)
    assert isinstance(held.problem.scores, DenseScores | SparseScores)
    assert isinstance(unheld.problem.scores, ImplicitScores)
    assert {held.status, unheld.status} == {Status.PROVED}
    return held, unheld


@every_market
def test_what_forcing_a_pair_costs_and_whom_it_moves(seed: int, kind: str) -> None:
    held, unheld = both(seed, kind)
    told = [(held.why_not(*pair), unheld.why_not(*pair)) for pair in some_pairs(held, seed, 20)]
    assert all(one == other for one, other in told)
    assert any(one.losses is None for one, _ in told)
    assert any(one.losses and one.moves for one, _ in told)


@every_market
@pytest.mark.parametrize("most", [0, 1, 3, 10, None])
def test_whom_else_somebody_could_have(seed: int, kind: str, most: int | None) -> None:
    held, unheld = both(seed, kind)
    people = [*held.cohort.mentors.ids[:4], *held.cohort.mentees.ids[:4]]
    told = [(held.alternatives(one, most), unheld.alternatives(one, most)) for one in people]
    assert all(one == other for one, other in told)
    assert most == 0 or any(one for one, _ in told)


@every_market
def test_why_everybody_else_has_no_partner_and_what_would_place_them(seed: int, kind: str) -> None:
    held, unheld = both(seed, kind)
    assert held.unmatched
    assert unheld.unmatched == held.unmatched
    assert unheld.smallest_changes == held.smallest_changes


@every_market
def test_scores_of_pairs_that_share_people_are_those_of_each_pair(seed: int, kind: str) -> None:
    held, unheld = both(seed, kind)
    assert not unheld.scores.held
    every = np.random.default_rng(seed).permutation(list(np.ndindex(*held.problem.shape)))
    mentors, mentees = every.T
    assert unheld.scores.at(mentors, mentees).tolist() == held.scores.at(mentors, mentees).tolist()


@every_market
def test_pairs_made_by_hand_are_worth_the_same_and_break_the_same_rules(
    seed: int, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, _ = both(seed, kind)
    given = list(dict.fromkeys(some_pairs(held, seed, 20)))
    one = mm.evaluate(held.cohort, held.programme, given)
    substitute(monkeypatch, "operations", MAX_STORED_PAIRS=0)
    other = mm.evaluate(held.cohort, held.programme, given)
    assert isinstance(other.matching.problem.scores, ImplicitScores)
    assert one.breaches
    assert (other.pairs, other.breaches, other.total) == (one.pairs, one.breaches, one.total)
    assert other.matching.solution.tiers == one.matching.solution.tiers


@every_market
def test_a_repair_breaks_the_same_pairs(seed: int, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    held, unheld = both(seed, kind)
    gone = [pair.mentor for pair in held.pairs[:2]] + [pair.mentee for pair in held.pairs[-2:]]
    one = mm.repair(held, withdrawn=gone)
    substitute(monkeypatch, "operations", MAX_STORED_PAIRS=0)
    other = mm.repair(unheld, withdrawn=gone)
    assert isinstance(other.matching.problem.scores, ImplicitScores)
    assert one.ended
    assert one.status is Status.PROVED
    assert other.matching.solution.tiers == one.matching.solution.tiers
    assert (other.kept, other.new, other.broken, other.ended) == (one.kept, one.new, one.broken, one.ended)
    assert other.reserves == one.reserves
    assert other.matching.certificate == one.matching.certificate
    for pair in some_pairs(one.matching, seed, 8):
        assert other.matching.why_not(*pair) == one.matching.why_not(*pair)


@pytest.mark.parametrize("seed", range(2))
def test_a_quota_that_binds_changes_no_answer_to_a_question(
    seed: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    people, (free, _) = cohort(seed, 60), both(seed, "untied")
    changed = people.mentees.gave("reconversion", ["Oui"])
    counted = int(changed[free.solution.pairs[:, 1]].sum())
    where = {"side": "mentee", "field": "reconversion", "in": ["Oui"]}
    quota = Quota.model_validate({"kind": "quota", "where": where, "most": counted // 2})
    programme = PROGRAMMES["untied"].model_copy(update={"rules": [*RULES, quota]})
    held = mm.match(people, programme)
    substitute(monkeypatch, "operations", MAX_STORED_PAIRS=0)
    unheld = mm.match(people, programme)
    assert unheld.solution.prices[0].rows[-1] > 0
    assert (unheld.pairs, unheld.unmatched, unheld.certificate) == (held.pairs, held.unmatched, held.certificate)
    assert unheld.smallest_changes == held.smallest_changes
    for pair in some_pairs(held, seed, 4):
        assert unheld.why_not(*pair) == held.why_not(*pair)
    path = tmp_path / "a.decision.json"
    unheld.save(path)
    assert verify(path).outcome is VerificationOutcome.UNPROVED
    assert verify(path, against=(people, programme)).outcome is VerificationOutcome.VERIFIED


@pytest.mark.parametrize("seed", range(1))
def test_places_are_kept_and_given_out_alike_where_no_scores_are_held(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = cohort(seed, 60)
    late = np.arange(len(people.mentees)) < len(people.mentees) - 3
    here, new = (people.mentees.take(np.flatnonzero(some)) for some in (late, ~late))
    bans = [Ban(mentor=people.mentors.ids[0], mentee=mentee) for mentee in people.mentees.ids]
    reserve = ReservedPlaces.model_validate({"places": 20, "where": {"field": "reconversion", "in": ["Oui", "Non"]}})
    programme = PROGRAMMES["untied"].model_copy(update={"rules": [*RULES, *bans, reserve]})
    told = []
    for most in (MAX_STORED_PAIRS, 0):
        substitute(monkeypatch, "operations", MAX_STORED_PAIRS=most)
        before = mm.match(Cohort(people.mentors, here), programme)
        repaired = mm.repair(before, arrived=Cohort(people.mentors.take([]), new))
        after = repaired.matching
        assert after.problem.scores.stored == bool(most)
        said = before.pairs, before.unmatched, before.smallest_changes, before.kept_places
        told.append((*said, str(repaired), after.pairs, after.kept_places))
    assert told[0] == told[1]
    (left,) = told[0][3]
    assert left.left == left.kept == 20
    assert left.differences["matched"] < 0


def imposed(kind: str) -> list[tuple[str, str]]:
    """Return pairs that cannot be imposed together: one that a rule forbids, or two of somebody with one place."""
    held, _ = both(0, "untied")
    if kind == "forbidden":
        return [next(pair for pair in some_pairs(held, 1, 60) if held.why_not(*pair).rules)]
    alone = [place for place, most in enumerate(held.problem.mentors.most) if most == 1]
    others = {held.cohort.mentees.ids[k] for k in np.flatnonzero(held.problem.mentees.most)}
    free = [
        (held.cohort.mentors.ids[i], other)
        for i in alone
        for other in others
        if not held.why_not(held.cohort.mentors.ids[i], other).rules
    ]
    return next([one, other] for one, other in pairwise(free) if one[0] == other[0])


@pytest.mark.proof
@pytest.mark.parametrize("kind", ["forbidden", "two"])
def test_pairs_that_cannot_be_imposed_are_told_as_far_as_counting_shows_them(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, _ = both(0, "untied")
    pins = imposed(kind)
    one = mm.match(held.cohort, PROGRAMMES["untied"], pins=pins)
    substitute(monkeypatch, "operations", MAX_STORED_PAIRS=0)
    other = mm.match(held.cohort, PROGRAMMES["untied"], pins=pins)
    assert one.status is Status.INFEASIBLE
    assert other.status is Status.INFEASIBLE
    assert one.diagnosis is not None
    assert other.diagnosis is not None
    decisive = [finding for finding in one.diagnosis.findings if finding.decisive]
    assert decisive
    assert [finding for finding in other.diagnosis.findings if finding.decisive] == decisive
    assert other.diagnosis.findings[-1].code == "too_many_pairs"
    assert other.unmatched == one.unmatched
    assert mm.diagnose(other.cohort, other.programme).status is Status.INFEASIBLE


def test_what_couples_all_pairs_is_said_to_be_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    _, unheld = both(0, "untied")
    substitute(monkeypatch, "operations", MAX_STORED_PAIRS=0)
    repaired = mm.repair(unheld, withdrawn=[unheld.pairs[0].mentor])
    for asked in (lambda: repaired.rung(1), lambda: mm.plans(unheld.cohort, unheld.programme, 2)):
        with pytest.raises(RequestError, match="lie tous les binômes"):
            asked()


@every_market
def test_a_decision_holds_by_its_file_and_is_proved_by_the_answers(seed: int, kind: str, tmp_path: Path) -> None:
    held, unheld = both(seed, kind)
    ground = unheld.cohort, unheld.programme
    path = tmp_path / "a.decision.json"
    for matching, alone in ((held, VerificationOutcome.VERIFIED), (unheld, VerificationOutcome.UNPROVED)):
        matching.save(path)
        found, proved = verify(path), verify(path, against=ground)
        assert (found.outcome, proved.outcome) == (alone, VerificationOutcome.VERIFIED), found.words + proved.words
        assert proved.certificate == matching.certificate
    assert path.stat().st_size < 100 * sum(unheld.problem.shape)


def test_a_decision_of_chosen_pairs_is_refused_where_it_was_changed_or_rests_on_others(tmp_path: Path) -> None:
    _, unheld = both(0, "untied")
    (path,) = unheld.save(tmp_path / "a.decision.json")
    other, _ = both(2, "untied")
    assert verify(path, against=(other.cohort, unheld.programme)).outcome is VerificationOutcome.REFUSED
    changed, told = tmp_path / "b.decision.json", json.loads(path.read_text())
    mentor, mentee = told["pairs"][0]
    for where, name in ((told["scores"][mentor], mentee), (told["tiers"][2], "value"), (told["mentors"][0], "most")):
        was, where[name] = where[name], where[name] + 1
        changed.write_text(json.dumps(told))
        expected = VerificationOutcome.UNPROVED if name == "most" else VerificationOutcome.REFUSED
        assert verify(changed).outcome is expected
        assert verify(changed, against=(unheld.cohort, unheld.programme)).outcome is VerificationOutcome.REFUSED
        where[name] = was
    lower = json.loads(path.read_text())
    for name in ("mentors", "mentees"):
        lower["prices"][0][name] = [max(price - 1, 0) for price in lower["prices"][0][name]]
    changed.write_text(json.dumps(lower))
    assert verify(changed, against=(unheld.cohort, unheld.programme)).outcome is VerificationOutcome.REFUSED


@every_market
def test_tables_and_views_of_people_say_the_same(seed: int, kind: str) -> None:
    held, unheld = both(seed, kind)
    assert dict(unheld.sheets) == dict(held.sheets)
    assert unheld.frames.pairs.equals(held.frames.pairs)
    assert unheld.goal_prices == held.goal_prices
    (one, other), alone = (held.pairs[0].mentor, held.pairs[1].mentee), held.unmatched[0].person
    for view, asked in (
        ("person", (one,)),
        ("person", (alone,)),
        ("pair", (one, other)),
        ("pairs", ()),
        ("unmatched", ()),
    ):
        told = [getattr(matching.show, view)(*asked)._repr_html_() for matching in (held, unheld)]
        assert told[0] == told[1], view


@pytest.mark.parametrize("kind", PROGRAMMES)
def test_pairs_stay_as_often_when_weights_change(kind: str) -> None:
    held, unheld = both(1, kind)
    assert unheld.robustness(3) == held.robustness(3)


def test_trials_that_would_take_hours_are_not_begun() -> None:
    _, unheld = both(1, "tied")
    slow = replace(unheld, solution=replace(unheld.solution, seconds=60.0))
    with pytest.raises(RequestError, match="60 essais au plus"):
        slow.robustness(61)


def test_what_shows_all_pairs_says_that_they_are_too_many() -> None:
    _, unheld = both(0, "untied")
    with pytest.raises(RequestError, match="trop de paires"):
        _ = unheld.frames.scores
    for picture in (HeatMap(unheld), Distribution(unheld)):
        assert "Il y a trop de paires pour les montrer toutes : 3\u202f600." in picture.alternative
    assert HeatMap(unheld).frames() == ()
    assert len(Distribution(unheld).frames()) == 1


def test_a_page_tells_so_many_one_by_one_and_where_the_others_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    held, unheld = both(0, "untied")
    substitute(monkeypatch, "report", MOST_LISTED=5)
    others = f"… et {len(held.pairs) - 5}\u00a0autres, que cette page ne montre pas"
    for matching in (held, unheld):
        page = matching.save(tmp_path / "page.html")[0].read_text("utf-8")
        assert page.count('class="who pair"') == 2 * 5
        assert page.count(others) == 1
        assert f"… et {len(held.unmatched) - 5}\u00a0autres, que cette page ne montre pas" in page
    assert [card.mentor for card in shown.view(unheld).pairs] == [pair.mentor for pair in held.pairs[:5]]
    labels = codes(unheld.cohort)
    assert len(shown.view(unheld, labels).unmatched) == 5


def test_a_folder_of_very_many_people_has_all_documents(tmp_path: Path) -> None:
    _, unheld = both(3, "untied")
    written = {path.name for path in unheld.save(tmp_path / "folder", who="Test")}
    assert {"binomes.xlsx", "binomes.html", "binomes.csv", "binomes.json", "binomes.decision.json"} <= written
    assert verify(tmp_path / "folder" / "binomes.decision.json").outcome is VerificationOutcome.UNPROVED
