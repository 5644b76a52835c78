"""Replies to a proposal: no accepted pair is lost, no declined one comes back, and everybody's state is told."""

from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any

import pandas as pd
import pytest

import mentormatch as mm
from mentormatch import Reply, Status, read_replies, reply
from mentormatch.operations.matching import KeyPair, keys_of
from mentormatch.operations.proposal import Late, RoundHistory
from tests.operations.situations import cohort_of, programme_of

HISTORIES = 500
"""How many random histories the proof runs."""


def first(points: list[list[int]], places: list[int]) -> mm.Proposal:
    programme = programme_of(points)
    return mm.Proposal.of(mm.match(cohort_of(programme, range(len(points)), range(len(points[0])), places), programme))


def example() -> mm.Proposal:
    return mm.Proposal.of(mm.match(mm.examples.cohort(), mm.examples.programme()))


def both(pairs: Iterable[KeyPair]) -> list[Reply]:
    return [Reply(person, "accepted", partner) for m, e in pairs for person, partner in ((m, e), (e, m))]


def state_of(proposal: mm.Proposal, person: str) -> list[tuple[str, str]]:
    """Return the states of somebody, each with the partner."""
    return [(str(row[2]), str(row[4])) for row in proposal.people.rows if row[1] == person]


def drawn_replies(proposal: mm.Proposal, draw: Random) -> list[Reply]:
    """Return replies of some of those who are asked, and departures of a few."""
    cohort = proposal.matching.cohort
    everybody = [*cohort.mentors.ids, *cohort.mentees.ids]
    left = [person for person in everybody if draw.random() < 0.04]
    replies = [Reply(person, "left") for person in left]
    for person, partner, *_ in proposal.form.rows:
        answer = draw.choice(["accepted", "accepted", "declined", None])
        if answer and str(person) not in left:
            reason = draw.choice(["", "partner", "schedule"]) if answer == "declined" else ""
            replies.append(Reply(str(person), answer, str(partner), reason))  # type: ignore[arg-type]  # drawn of both
    return replies


def arrivals(seed: int, taken: int, points: list[list[int]]) -> mm.Cohort | None:
    """Return a mentor who has not been there, where one is left."""
    if taken >= len(points) or seed % 3:
        return None
    return cohort_of(programme_of(points), [taken], [], [0] * taken + [1])


def run_history(seed: int) -> None:
    """Hold what must be true of every history, after each of its rounds."""
    draw = Random(seed)
    points = [[draw.choice([100, 300, 500, 900]) for _ in range(5)] for _ in range(6)]
    programme = programme_of(points)
    late: Late = draw.choice(("wait", "accept", "decline"))
    began = mm.match(cohort_of(programme, range(4), range(5), [draw.choice([1, 1, 2]) for _ in range(6)]), programme)
    proposal, mentors = mm.Proposal.of(began, draw.choice(["both", "mentee"])), 4
    for _ in range(4):
        before, arrived = proposal, arrivals(seed, mentors, points)
        mentors += arrived is not None
        proposal = reply(proposal, drawn_replies(proposal, draw), late=late, arrived=arrived)
        hold(before, proposal)
        everybody = mm_cohort(programme, mentors, proposal)
        again = mm.Proposal.read(mm.ProposalRecord.from_json(proposal.record.to_json()), everybody, programme)
        assert again.people.rows == proposal.people.rows
        assert again.record == proposal.record


def mm_cohort(programme: mm.Programme, mentors: int, proposal: mm.Proposal) -> mm.Cohort:
    """Return everybody who ever took part, with the places that they have."""
    here = proposal.matching.problem.mentors.most.tolist()
    places = dict(zip(proposal.matching.cohort.mentors.ids, here, strict=True))
    return cohort_of(programme, range(mentors), range(5), [places.get(f"M{i}", 1) for i in range(mentors)])


def hold(before: mm.Proposal, after: mm.Proposal) -> None:
    now, here = set(keys_of(after.matching)), after.matching.cohort
    for pair in before.settled:  # no accepted pair is lost, but by a departure
        assert pair in now or not (here.mentors.has(pair[0]) and here.mentees.has(pair[1]))
    assert not now & {one.pair for one in after.declined}
    assert set(after.settled) <= now
    assert set(before.settled) & now <= set(after.settled)
    told = {str(row[1]) for row in after.people.rows if row[2] != "left"}
    assert told == {*here.mentors.ids, *here.mentees.ids}
    gone = {str(row[1]) for row in after.people.rows if row[2] == "left"}
    assert gone == {key for one in after.rounds for _, key in one.left}
    assert all(str(row[3]) for row in after.people.rows)
    assert {pair for pair in keys_of(after.matching) if pair not in after.settled} == set(after.open)
    assert after.number == before.number + 1


@pytest.mark.promise(43)
@pytest.mark.parametrize("seed", range(8))
def test_in_any_history_no_accepted_pair_is_lost_and_no_declined_one_comes_back(seed: int) -> None:
    run_history(seed)


@pytest.mark.proof
@pytest.mark.promise(43)
@pytest.mark.parametrize("seed", range(8, HISTORIES))
def test_in_many_histories_no_accepted_pair_is_lost(seed: int) -> None:
    run_history(seed)


def test_a_pair_is_settled_once_both_have_accepted() -> None:
    proposal = first([[900, 100], [100, 900]], [1, 1])
    second = reply(proposal, [Reply("M0", "accepted")])
    assert second.settled == {}
    assert (state_of(second, "M0"), state_of(second, "E0")) == ([("answered", "E0")], [("asked", "M0")])
    third = reply(second, [Reply("E0", "accepted")])
    assert third.settled == {("M0", "E0"): 2}
    assert [row[:2] for row in third.form.rows] == [("M1", "E1"), ("E1", "M1")]


def test_where_mentees_alone_are_asked_their_word_settles() -> None:
    proposal = mm.Proposal.of(first([[900]], [1]).matching, "mentee")
    assert [row[0] for row in proposal.form.rows] == ["E0"]
    assert reply(proposal, [Reply("E0", "accepted")]).settled == {("M0", "E0"): 1}


@pytest.mark.parametrize(("late", "settled", "declined"), [("wait", 0, 0), ("accept", 2, 0), ("decline", 0, 2)])
def test_silence_is_what_the_team_says_it_is(late: Late, settled: int, declined: int) -> None:
    after = reply(first([[900, 100], [100, 900]], [1, 1]), [], late=late)
    assert (len(after.settled), len(after.declined)) == (settled, declined)
    assert all((one.side, one.reason) == (None, "no_answer") for one in after.declined)


def test_who_declines_is_proposed_another_and_who_is_asked_keeps_the_partner() -> None:
    second = reply(first([[900, 500], [500, 900]], [1, 1]), [Reply("E0", "declined", reason="distance")])
    assert keys_of(second.matching) == (("M1", "E1"),)
    assert second.solved is Status.PROVED
    third = reply(second, [Reply("M1", "declined")])
    assert set(third.new) == {("M0", "E1"), ("M1", "E0")}


def test_a_change_of_mind_counts_as_long_as_the_pair_is_open() -> None:
    second = reply(first([[900]], [1]), [Reply("M0", "accepted")])
    third = reply(second, [Reply("M0", "declined")])
    assert [one.pair for one in third.declined] == [("M0", "E0")]


@pytest.mark.promise(43)
def test_a_rule_that_cannot_hold_beside_accepted_pairs_costs_none_of_them() -> None:
    proposal = first([[900, 100], [100, 900]], [1, 1])
    rule = mm.rules.Pin(mentor="M1", mentee="E0")
    strict = mm.Proposal(proposal.matching, proposal.programme.with_rules([rule]))
    after = reply(strict, both([("M0", "E0")]))
    assert after.solved is Status.INFEASIBLE
    assert set(keys_of(after.matching)) == {("M0", "E0"), ("M1", "E1")}


WRONG = [
    ([Reply("nobody", "accepted")], "une personne inconnue"),
    (
        [Reply("M0", "accepted", where="ligne 2"), Reply("M0", "declined", where="ligne 3")],
        "ligne 2 : oui ; ligne 3",
    ),
    ([Reply("M0", "accepted", where="a"), Reply("M0", "left", where="b")], "b : je ne participe plus ; a : oui"),
    ([Reply("M1", "accepted")], "plusieurs binômes"),
    ([Reply("M0", "accepted", "E2")], "aucun binôme"),
    ([Reply("M2", "accepted")], "aucun binôme"),
    ([Reply("M0", "perhaps")], "accepted"),  # type: ignore[arg-type]  # a word that is none
]


@pytest.mark.parametrize(("replies", "told"), WRONG)
def test_what_cannot_be_taken_is_told_and_nothing_is(replies: list[Reply], told: str) -> None:
    proposal = first([[900, 0, 0], [0, 900, 900], [0, 0, 0]], [1, 2, 1])
    with pytest.raises(mm.RequestError, match=told):
        reply(proposal, replies)


@pytest.mark.parametrize("unknown", [{"answer": "oui"}, {"answer": "declined", "reason": "vacances"}])
def test_a_word_that_is_no_answer_is_refused_in_every_place(unknown: dict[str, Any]) -> None:
    replies = [Reply("M0", **unknown), Reply("E0", "accepted"), Reply("M1", "accepted")]
    for place in range(3):
        with pytest.raises(mm.RequestError) as refused:
            reply(first([[900, 0], [0, 900]], [1, 1]), [*replies[-place:], *replies[:-place]])
        assert len(refused.value.problems) == 1
    with pytest.raises(mm.RequestError) as refused:
        reply(first([[900, 0], [0, 900]], [1, 1]), [replies[0], Reply("E0", **unknown)])
    assert len(refused.value.problems) == 2


def test_a_settled_pair_is_declined_no_more_but_somebody_may_leave() -> None:
    second = reply(first([[900]], [1]), both([("M0", "E0")]))
    with pytest.raises(mm.RequestError, match="ont déjà accepté"):
        reply(second, [Reply("M0", "declined")])
    assert reply(second, [Reply("M0", "accepted")]).settled == {("M0", "E0"): 1}
    third = reply(second, [Reply("M0", "left")])
    assert third.settled == {}
    assert (state_of(third, "M0"), state_of(third, "E0")[0][0]) == ([("left", "")], "without")


NAMING = [
    mm.rules.Together(people=["E05", "E08"]),
    mm.rules.Together(people=["E05", "E08", "E09"]),
    mm.rules.Together(people=["E05", "E08", "E09", "E11"]),
    mm.rules.Apart(people=["E05", "M01"]),
    mm.rules.Priority(people=["E05"]),
    mm.rules.Pin(mentor="M03", mentee="E05"),
    mm.rules.Ban(mentor="M03", mentee="E05"),
]


@pytest.mark.parametrize("still_there", [True, False])
@pytest.mark.parametrize("rule", NAMING, ids=lambda rule: f"{rule.kind}-{len(getattr(rule, 'people', ()))}")
def test_rounds_go_on_from_their_record_when_somebody_whom_a_rule_names_has_left(
    rule: mm.Rule, *, still_there: bool
) -> None:
    programme = mm.examples.programme().with_rules([rule, mm.rules.Capacity(side="mentor", most=4)])
    everybody = mm.examples.cohort()
    second = reply(mm.match(everybody, programme), [Reply("E05", "left")])
    rows = [row for row, key in enumerate(everybody.mentees.ids) if still_there or key != "E05"]
    people = replace(everybody, mentees=everybody.mentees.take(rows))
    read = mm.Proposal.read(mm.ProposalRecord.from_json(second.record.to_json()), people, programme)
    assert read.record == second.record
    assert [row for row in read.people.rows if row[2] != "without"] == [
        row for row in second.people.rows if row[2] != "without"
    ]
    third, again = reply(second, [Reply("E01", "left")]), reply(read, [Reply("E01", "left")])
    assert keys_of(again.matching) == keys_of(third.matching)


def test_who_was_to_be_together_stays_so_when_one_of_three_has_left() -> None:
    points = [[900, 900, 100, 0], [100, 0, 900, 500]]
    programme = programme_of(points).with_rules([mm.rules.Together(people=["E0", "E1", "E2"])])
    third = reply(mm.match(cohort_of(programme, range(2), range(4), [3, 3]), programme), [Reply("E2", "left")])
    partners = {mentee: mentor for mentor, mentee in keys_of(third.matching)}
    assert partners["E0"] == partners["E1"]


def test_a_rule_that_names_nobody_there_is_refused_after_a_departure_too() -> None:
    programme = mm.examples.programme()
    second = reply(mm.match(mm.examples.cohort(), programme), [Reply("E05", "left")])
    wrong = programme.with_rules([mm.rules.Together(people=["E05", "E77", "E08"])])
    with pytest.raises(mm.RequestError, match="Personne inconnue"):
        mm.Proposal.read(second.record, mm.examples.cohort(), wrong)


def test_who_left_comes_back_under_another_key_alone() -> None:
    points = [[900]]
    second = reply(first(points, [1]), [Reply("M0", "left")])
    with pytest.raises(mm.RequestError, match="partie au tour 1"):
        reply(second, [], arrived=cohort_of(programme_of(points), [0], [], [1]))


def test_the_form_that_was_filled_in_is_read() -> None:
    proposal = example()
    form = pd.DataFrame([list(row) for row in proposal.form.rows], columns=list(proposal.form.titles))
    form.loc[form["Votre code"].isin(["M06", "E08"]), "Votre réponse"] = "Oui"
    form.loc[form["Votre code"] == "E05", ["Votre réponse", "Pour quelle raison"]] = ["Je décline", "les créneaux"]
    form.loc[form["Votre code"] == "E14", "Votre réponse"] = "retrait"
    replies = read_replies(form, proposal.matching.cohort)
    assert {(one.person, one.answer, one.reason) for one in replies} == {
        ("M06", "accepted", ""),
        ("E08", "accepted", ""),
        ("E05", "declined", "schedule"),
        ("E14", "left", ""),
    }
    after = reply(proposal, replies)
    assert ("M06", "E08") in after.settled
    assert state_of(after, "E14") == [("left", "")]


def test_replies_are_read_in_english_and_by_their_codes() -> None:
    table = [
        {"Person": "m06", "Answer": "accepted", "reason": ""},
        {"Person": "E05", "Answer": "No", "reason": "distance"},
    ]
    found = read_replies(table, mm.examples.cohort())
    assert [(one.person, one.answer, one.reason) for one in found] == [
        ("M06", "accepted", ""),
        ("E05", "declined", "distance"),
    ]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"person": "zz", "answer": "oui", "reason": ""}, "personne"),
        ({"person": "M06", "answer": "peut-être", "reason": ""}, "ni oui ni non"),
        ({"person": "M06", "answer": "non", "reason": "il est pénible"}, "raison inconnue"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_by_its_line_and_not_by_its_words(row: dict[str, str], told: str) -> None:
    with pytest.raises(mm.SurveyError, match=told) as refused:
        read_replies([row], mm.examples.cohort())
    assert "ligne" in str(refused.value)
    assert not any(word in str(refused.value) for word in ("peut-être", "pénible"))


def test_a_table_without_answers_is_refused() -> None:
    with pytest.raises(mm.SurveyError, match="Votre réponse"):
        read_replies([{"person": "M06"}], mm.examples.cohort())


def test_a_record_that_is_none_is_refused() -> None:
    for text in ("{}", '{"pairs": [], "asked": "nobody"}', '{"pairs": [{"mentor": "", "mentee": "E"}]}'):
        with pytest.raises(mm.RequestError):
            mm.ProposalRecord.from_json(text)


def test_what_rounds_come_to_rests_on_them_alone() -> None:
    proposal = reply(example(), both([("M06", "E08")]))
    assert RoundHistory.of(proposal.rounds, "both").settled == {("M06", "E08"): 1}
    assert repr(proposal) == "Proposal(round 2: 1 settled, 11 open)"
