"""Somebody leaves, somebody arrives: on the example programme, and on cases small enough to follow."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

import mentormatch as mm
from mentormatch import Cohort, Matching, People, RequestError, repair
from mentormatch.base.columns import NumberColumn
from mentormatch.operations.matching import KeyPair
from tests.operations.situations import cohort_of, keys, programme_of


@pytest.fixture(scope="module")
def before() -> Matching:
    return mm.match(mm.examples.cohort(), mm.examples.programme())


def part(cohort: Cohort, mentors: Sequence[int], mentees: Sequence[int]) -> Cohort:
    return Cohort(cohort.mentors.take(mentors), cohort.mentees.take(mentees))


def nobody(people: People) -> People:
    return people.take([])


def chain() -> Matching:
    """M0 takes E0, whom alone M1 could take; E1 could go to M0 alone."""
    programme = programme_of([[900, 100], [50, 0]], bans=[("M1", "E1")])
    return mm.match(cohort_of(programme, [0], [0, 1], [1, 1]), programme)


def newcomer() -> Cohort:
    return cohort_of(chain().programme, [1], [], [1, 1])


def test_without_any_change_every_pair_is_kept(before: Matching) -> None:
    fixed = repair(before)
    assert (fixed.broken, fixed.ended, fixed.new) == ((), (), ())
    assert keys(fixed.matching) == keys(before)


def test_who_leaves_is_in_no_pair_and_every_row_still_ends_once(before: Matching) -> None:
    fixed = repair(before, withdrawn=["m04", "E03"])
    cohort = fixed.matching.cohort
    people = [*cohort.mentors.ids, *cohort.mentees.ids]
    assert not {"M04", "E03"} & {*people}
    assert len(people) + len(fixed.matching.rejected) == len(before.cohort.rows)
    assert {row.reason for row in cohort.rejected if row.key in ("M04", "E03")} == {"départ en cours d’année"}
    assert {pair for pair in keys(before) if {*pair} & {"M04", "E03"}} == {*fixed.ended}


def test_who_arrives_joins_with_their_answers(before: Matching) -> None:
    whole = before.cohort
    others = [row for row, key in enumerate(whole.mentees.ids) if key != "E08"]
    earlier = mm.match(replace(whole, mentees=whole.mentees.take(others)), mm.examples.programme())
    fixed = repair(earlier, arrived=Cohort(nobody(whole.mentors), whole.mentees.take([whole.mentees.find("E08")])))
    cohort = fixed.matching.cohort
    assert {*cohort.mentees.ids} == {*whole.mentees.ids}
    for name, column in whole.mentees.columns.items():
        assert cohort.mentees.shown(name, len(cohort.mentees) - 1) == column.shown(whole.mentees.find("E08"))
    for pair in fixed.matching.pairs:
        assert pair == before.explain(pair.mentor, pair.mentee)


def test_a_pair_is_broken_where_that_places_one_more() -> None:
    fixed = repair(chain(), arrived=newcomer())
    assert keys(fixed.matching) == {("M0", "E1"), ("M1", "E0")}
    assert (fixed.broken, fixed.kept) == ((("M0", "E0"),), ())
    assert [(rung.matched, rung.total) for rung in fixed.ladder] == [(1, 900_000), (2, 150_000)]


def test_a_pair_that_has_begun_stays_at_the_price_of_a_place() -> None:
    fixed = repair(chain(), arrived=newcomer(), keep=[("m0", "E0")])
    assert keys(fixed.matching) == {("M0", "E0")}
    assert fixed.matching.unmatched


def test_a_pinned_pair_stays_and_a_pin_of_who_left_binds_no_more() -> None:
    programme = programme_of([[900, 100], [50, 0]], rules=[{"kind": "pin", "mentor": "M0", "mentee": "E1"}])
    matching = mm.match(cohort_of(programme, [0], [0, 1], [1, 1]), programme)
    arrived = cohort_of(programme, [1], [], [1, 1])
    assert ("M0", "E1") in keys(repair(matching, arrived=arrived).matching)
    assert keys(repair(matching, withdrawn=["E1"], arrived=arrived).matching) == {("M0", "E0")}


@pytest.mark.promise(10)
def test_rules_that_cannot_hold_any_more_are_told_by_the_status(before: Matching) -> None:
    rural = ("Cantal", "Allier", "Haute-Loire")
    mentees = before.cohort.mentees
    gone = [key for row, key in enumerate(mentees.ids) if mentees.shown("territoire", row) in rural]
    fixed = repair(before, withdrawn=gone)
    assert fixed.status == "infeasible"
    assert fixed.matching.pairs == ()
    assert [str(rung) for rung in fixed.ladder] == ["0\u00a0binôme défait au plus : aucun plan possible"]


@pytest.mark.promise(12)
def test_the_order_of_the_rows_does_not_change_a_repair(before: Matching) -> None:
    cohort = before.cohort
    turned = replace(
        cohort,
        mentors=cohort.mentors.take(range(len(cohort.mentors))[::-1]),
        mentees=cohort.mentees.take(range(len(cohort.mentees))[::-1]),
    )
    one = repair(before, withdrawn=["M11", "E02"])
    two = repair(mm.match(turned, mm.examples.programme()), withdrawn=["E02", "M11"])
    assert one.matching.pairs == two.matching.pairs
    assert {*one.kept} == {*two.kept}
    assert sorted(map(str, one.reserves)) == sorted(map(str, two.reserves))


def test_a_repair_can_be_repaired(before: Matching) -> None:
    once = repair(before, withdrawn=["M04"])
    twice = repair(once.matching, withdrawn=["M12"])
    assert not {"M04", "M12"} & {key for pair in keys(twice.matching) for key in pair}
    assert {*twice.kept, *twice.broken, *twice.ended} == keys(once.matching)


def test_staff_read_what_became_of_the_pairs_and_who_would_take_over() -> None:
    fixed = repair(chain(), arrived=newcomer())
    assert str(fixed).replace("\u00a0", " ") == (
        "0 binôme conservé, 1 binôme défait, 2 binômes nouveaux et 0 binôme terminé."
    )
    assert str(fixed.ladder[1]).replace("\u00a0", " ") == "1 binôme défait au plus : 2 binômes, 15,0 points en tout"
    assert str(fixed.reserves[0]) == "M0 - E1 : personne ne peut prendre le relais"
    kept = repair(chain(), arrived=newcomer(), keep=[("M0", "E0")])
    assert str(kept.reserves[0]) == "M0 - E0 : M1 en réserve, 5,0 points sur 100"


@pytest.mark.parametrize(
    ("withdrawn", "keep"), [(["X1"], []), ([], [("M0", "E1")]), (["E0"], [("M0", "E0")]), ([], [("M9", "E0")])]
)
def test_people_and_pairs_that_are_not_there_are_refused(withdrawn: list[str], keep: list[KeyPair]) -> None:
    with pytest.raises(RequestError):
        repair(chain(), withdrawn=withdrawn, keep=keep)


@pytest.mark.promise(6)
def test_a_newcomer_with_a_key_that_is_taken_is_refused() -> None:
    with pytest.raises(RequestError, match="cet identifiant est déjà dans l’édition"):
        repair(chain(), arrived=cohort_of(chain().programme, [0], [], [1]))


def test_who_left_may_come_back_with_new_answers() -> None:
    again = repair(chain(), withdrawn=["M0"], arrived=cohort_of(chain().programme, [0], [], [2]))
    assert keys(again.matching) == {("M0", "E0"), ("M0", "E1")}


def test_newcomers_who_answered_another_questionnaire_are_refused() -> None:
    arrived = newcomer()
    other = replace(arrived.mentors, columns={"m": arrived.mentors.columns["m"], "age": NumberColumn(np.array([40.0]))})
    with pytest.raises(RequestError) as refusal:
        repair(chain(), arrived=replace(arrived, mentors=other))
    assert [problem.where for problem in refusal.value.problems] == ["« age »", "« places »"]


def test_a_code_of_the_documents_stands_for_a_key() -> None:
    programme = mm.Programme.read(
        {
            "programme": {"name": "Codes"},
            "fields": {"mail": {"kind": "text", "use": "key"}, "place": {"kind": "choice", "options": ["a", "b"]}},
            "criteria": [{"kind": "same", "field": "place"}],
        }
    )
    sides = [[{"mail": f"{side}{place}@x.fr", "place": place} for place in "ab"] for side in ("m", "e")]
    before = mm.match(mm.read_survey(programme, mentors=sides[0], mentees=sides[1]), programme)
    key, code = ("ma@x.fr", "ea@x.fr"), ("M01", "E01")
    assert keys(before) == {key, ("mb@x.fr", "eb@x.fr")}
    for pair in (key, code, code[::-1]):
        stopped = repair(before, stopped=[pair])
        assert (stopped.ended, stopped.stopped) == ((key,), (key,))
        assert keys(repair(before, keep=[pair]).matching) == keys(before)
        for leaver in (key[0], code[0]):
            assert repair(before, withdrawn=[leaver], pins=[pair], bans=[pair]).ended == (key,)
