"""Arguments as people give them at first: taken where it is plain what is meant, refused by name where not."""

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mentormatch as mm

FRAME = pd.DataFrame({"code": ["M1"]})
ANY: Any = mm
"""For arguments of types that type checkers refuse."""


@pytest.fixture(scope="module")
def numbered() -> mm.Matching:
    """A matching of people whose keys are whole numbers: mentors from 1, mentees from 101."""
    programme = mm.Programme(
        heading=mm.sections.Heading(name="Spring", language="en"),
        fields={"code": mm.fields.Text(use="key"), "skills": mm.fields.Choices(options=["Law", "Pay"])},
        criteria=[mm.criteria.Overlap(field="skills")],
    )
    sides = [
        pd.DataFrame({"code": range(first, first + 3), "skills": ["Law", "Pay", "Law; Pay"]}) for first in (1, 101)
    ]
    return mm.match(mm.read_survey(programme, mentors=sides[0], mentees=sides[1]), programme)


@pytest.fixture(scope="module")
def best() -> mm.Matching:
    return mm.match(mm.examples.cohort(), mm.examples.programme())


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda best: ANY.match(FRAME, FRAME), "cohort : trouvé : DataFrame ; attendu : Cohort → .*mm.read_survey"),
        (lambda best: ANY.match(best.programme, best.cohort), r"dans l.ordre : `match\(cohort, programme\)`"),
        (lambda best: ANY.solve(np.eye(2)), "problem : trouvé : ndarray .* `mm.AssignmentProblem.from_scores"),
        (lambda best: ANY.solve(None), "problem : trouvé : None"),
        (lambda best: ANY.read_survey(FRAME, FRAME), "programme : trouvé : DataFrame .*mm.Programme.load"),
        (lambda best: ANY.Cohort(FRAME, FRAME), "mentors : trouvé : DataFrame .*mm.read_survey"),
        (
            lambda best: ANY.AssignmentProblem.from_scores(np.eye(2), rows=[3]),
            "rows : trouvé : n° 1 : 3 ; attendu : Row",
        ),
        (lambda best: ANY.repair(best, withdrawn="M01"), "withdrawn : trouvé : str ; attendu : une liste → .*crochets"),
        (lambda best: ANY.match(best.cohort, best.programme, pin=[]), "pin : argument inconnu .*« pins »"),
        (lambda best: ANY.match(best.cohort), "programme : il manque ; attendu : Programme"),
        (lambda best: ANY.match(best.cohort, best.programme, 3), "3 arguments sans nom ; attendu : 2 au plus"),
        (
            lambda best: ANY.match(best.cohort, best.programme, ties="anny"),
            "ties : .*« canonical », « any » → .*« any »",
        ),
        (
            lambda best: ANY.match(best.cohort, best.programme, pins=FRAME),
            "pins : .*« mentor » et « mentee » .*mm.read_pairs",
        ),
        (lambda best: ANY.match(best.cohort, best.programme, pins=["M01"]), "pins : trouvé : n° 1 : str"),
        (lambda best: ANY.match(best.cohort, best.programme, pins=[("M01", None)]), "pins : trouvé : n° 1"),
        (lambda best: ANY.plans(best.cohort, best.programme, "3"), "n : trouvé : str ; attendu : un nombre entier"),
        (lambda best: best.explain(2.5, "E01"), "mentor : trouvé : 2.5"),
        (lambda best: ANY.form_groups(best.cohort), "programme"),
        (lambda best: ANY.language("de").__enter__(), "code : trouvé : str ; attendu : « fr », « en »"),
        (lambda best: ANY.rules.Differend, "Differend » → vouliez-vous dire « Different »"),
        (lambda best: ANY.criteria.Overlapp, "Overlapp » → vouliez-vous dire « Overlap »"),
        (lambda best: ANY.Programm, "Programm » → vouliez-vous dire « Programme »"),
        (lambda best: best.show.pears, "matching.show : nom inconnu « pears » → vouliez-vous dire « pairs »"),
        (lambda best: ANY.AssignmentProblem(np.eye(2)), "mentors : il manque .*`mm.AssignmentProblem.from_scores"),
        (lambda best: ANY.Programme({}), "1 argument sans nom ; attendu : 0 au plus → .*`mm.Programme.load"),
        (lambda best: ANY.Matching(), "solution : il manque .*`mm.match"),
        (lambda best: ANY.solve(best.problem, goals=["total"]), "goals : argument inconnu .*`problem` : .*from_scores"),
        (lambda best: ANY.match(best.cohort, best.programme, weights={}), "weights .*`programme.with_weights"),
        (lambda best: ANY.evaluate(best.cohort, best.programme, "a.csv"), "pairs : trouvé : str .*`mm.read_pairs"),
        (
            lambda best: ANY.read_survey("a.csv", best.programme),
            r"dans l.ordre : `read_survey\(programme, answers\)`",
        ),
        (lambda best: mm.cost_of_forcing(best.problem, best.solution, (99, 0)), "pair : trouvé : 99 .*inférieure à 14"),
        (lambda best: mm.cost_of_forcing(best.problem, best.solution, (0, -1)), "pair : trouvé : -1"),
        (lambda best: mm.partner_options(best.problem, best.solution, 1, 18), "person : trouvé : 18 .*inférieure à 18"),
        (lambda best: mm.partner_options(best.problem, best.solution, 2, 0), "axis : trouvé : 2"),
    ],
)
def test_a_wrong_argument_is_refused_by_name_with_the_nearest_way(
    best: mm.Matching, call: Callable[[Any], object], said: str
) -> None:
    with mm.language("fr"), pytest.raises(mm.RequestError, match=said):
        call(best)


def test_a_type_error_of_the_code_itself_is_no_matter_of_names(best: mm.Matching) -> None:
    problem = best.problem
    with pytest.raises(mm.RequestError), mm.language("fr"):
        type(problem)(problem.scores)  # type: ignore[call-arg]  # two arguments are missing
    with pytest.raises(TypeError, match="iter") as raised:
        type(problem)(problem.scores, problem.mentors, problem.mentees, pins=3)  # type: ignore[arg-type]
    assert not isinstance(raised.value, mm.RequestError)


def test_a_message_is_in_the_language_of_the_call(numbered: mm.Matching) -> None:
    untyped: Any = numbered
    with pytest.raises(mm.RequestError, match="mentee: found: None; expected: the key of a person"):
        untyped.explain(1, None)
    with pytest.raises(mm.RequestError, match="The arguments of `repair` are not valid"):
        ANY.repair(numbered, withdrawn="1")


def test_a_message_holds_no_text_that_was_given(best: mm.Matching) -> None:
    secret = "Zoe Untel zoe@x.fr"
    with pytest.raises(mm.RequestError) as whole:
        ANY.match(secret, best.programme)
    assert "Zoe" not in str(whole.value)
    for name, wrong in (("ties", secret), ("pins", [secret]), ("memory_mb", secret)):
        with pytest.raises(mm.RequestError) as refused:
            ANY.match(best.cohort, best.programme, **{name: wrong})
        assert "Zoe" not in str(refused.value)


def test_a_name_that_is_not_there_is_an_attribute_error_for_python() -> None:
    assert not hasattr(mm, "Program")
    with pytest.raises(AttributeError):
        ANY.Program  # noqa: B018 - looked up alone


def test_pairs_are_objects_frames_mappings_or_keys_in_either_order(best: mm.Matching) -> None:
    pair = best.pairs[3]
    ways: list[Any] = [
        [pair],
        [(pair.mentor, pair.mentee)],
        [(pair.mentee, pair.mentor)],
        [{"mentor": pair.mentor, "mentee": pair.mentee}],
        best.frames.pairs.iloc[3:4],
        iter([[pair.mentor, pair.mentee]]),
        np.array([[pair.mentor, pair.mentee]]),
    ]
    for bans in ways:
        without = mm.match(best.cohort, best.programme, bans=bans)
        assert all((one.mentor, one.mentee) != (pair.mentor, pair.mentee) for one in without.pairs)
    assert best.explain(pair.mentee, pair.mentor) == pair
    assert best.why_not(pair.mentee, pair.mentor) == best.why_not(pair.mentor, pair.mentee)


def test_an_order_that_both_ways_make_a_pair_is_mentor_then_mentee() -> None:
    programme = mm.examples.programme()
    answers = mm.examples.cohort()
    same = mm.Cohort(answers.mentors.take([0, 1]), answers.mentees.take([0, 1]))
    twins = mm.Cohort(
        mm.People(("1", "2"), same.mentors.columns, same.mentors.complete),
        mm.People(("1", "2"), same.mentees.columns, same.mentees.complete),
    )
    free = programme.without_rules()
    for pin in (("1", "2"), ("2", "1")):
        rule: Any = mm.match(twins, free, pins=[pin]).programme.rules[0]
        assert (rule.mentor, rule.mentee) == pin


def test_whole_numbers_are_keys_wherever_frames_take_them(numbered: mm.Matching) -> None:
    untyped: Any = numbered
    cohort, programme = numbered.cohort, numbered.programme
    key = np.int64(1)
    pinned = ANY.match(cohort, programme, pins=[(1, 102)], bans=pd.DataFrame({"mentor": [2], "mentee": [103]}))
    assert ("1", "102") in {(pair.mentor, pair.mentee) for pair in pinned.pairs}
    assert (
        ANY.match(cohort, programme, pins=[(102.0, key)]).pairs
        == ANY.match(cohort, programme, pins=[("1", "102")]).pairs
    )
    assert untyped.explain(key, 102).mentor == "1"
    assert untyped.why_not(1, 102) == untyped.why_not("1", "102")
    assert untyped.alternatives(101) == untyped.alternatives("101")
    assert untyped.side_of(101) == "mentee"
    assert not ANY.repair(numbered, withdrawn=[1]).matching.cohort.mentors.has(1)
    assert ANY.evaluate(cohort, programme, [(1, 101)]).pairs[0].mentee == "101"


def test_a_function_of_the_door_is_pickled_as_itself_and_keeps_its_signature() -> None:
    assert pickle.loads(pickle.dumps(mm.match)) is mm.match  # noqa: S301 - written here
    assert (mm.match.__module__, mm.match.__name__) == ("mentormatch", "match")
    assert (mm.match.__doc__ or "").startswith("Return the optimal pairs")
