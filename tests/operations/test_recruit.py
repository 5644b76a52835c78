"""Whom to recruit: as good as every mentor's double and every pair of answers, each figure that of a plan made anew."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from io import BytesIO
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
import pytest
from openpyxl import load_workbook

import mentormatch as mm
from mentormatch import recruit
from mentormatch.assignment.model.solution import Status
from mentormatch.base.columns import Grades, MultiChoice, Ranks
from mentormatch.people.changes import possible_answers
from mentormatch.report.exporters.workbook import WorkbookExporter

SKILLS, TOWNS, LEVELS, SLOTS = list("abcd"), ["Lyon", "Valence", "Riom"], list("1234"), ["lundi matin", "mardi matin"]
recruiting = import_module("mentormatch.operations.recruit")  # a function has this name too
type Given = dict[str, Any]


def programme(random: Random, **more: Any) -> mm.Programme:
    """Return a programme on skills, towns and levels, that asks for one thing in common or another."""
    rules = [
        {"kind": "common", "field": "skills", "missing": "forbid"},
        {"kind": "gap", "field": "level", "least": 1, "missing": "forbid"},
        {"kind": "common", "field": "slots", "missing": "forbid"},
    ]
    return mm.Programme.read(
        {
            "programme": {"name": "Mentorat"},
            "fields": {
                "id": {"kind": "text", "use": "key"},
                "skills": {"kind": "choices", "options": SKILLS},
                "needs": {"kind": "choices", "options": SKILLS, "side": "mentee"},
                "town": {"kind": "choice", "options": TOWNS},
                "level": {"kind": "scale", "options": LEVELS},
                "slots": {"kind": "slots", "days": ["lundi", "mardi"], "moments": ["matin"]},
            },
            "criteria": [
                {"kind": "coverage", "mentor": "skills", "mentee": "needs", "weight": random.randint(1, 5)},
                {"kind": "overlap", "field": "skills", "weight": random.randint(0, 2)},
                {"kind": "same", "field": "town", "weight": random.randint(1, 4)},
                {"kind": "closeness", "field": "level", "weight": random.randint(0, 2)},
            ],
            "rules": random.sample(rules, random.randint(0, 1)),
            **more,
        }
    )


def people(random: Random, letter: str, count: int) -> list[Given]:
    """Return so many people with answers of all kinds."""
    return [
        {
            "id": f"{letter}{number}",
            "skills": random.sample(SKILLS, random.randint(1, 3)),
            "town": random.choice(TOWNS),
            "level": random.choice(LEVELS),
            "slots": random.sample(SLOTS, random.randint(1, 2)),
            **({"needs": random.sample(SKILLS, random.randint(1, 3))} if letter == "E" else {}),
        }
        for number in range(1, count + 1)
    ]


def market(seed: int) -> tuple[mm.Programme, list[Given], list[Given]]:
    """Return a programme, a few mentors and more mentees."""
    random = Random(seed)
    return programme(random), people(random, "M", random.randint(2, 4)), people(random, "E", random.randint(4, 6))


def matched(given: mm.Programme, mentors: Sequence[Given], mentees: Sequence[Given], **more: Any) -> mm.Matching:
    asked = [name for name in given.fields if name != "id"]
    sides = [[{**dict.fromkeys(asked, ""), **one} for one in side] for side in (mentors, mentees)]
    return mm.match(mm.read_survey(given, mentors=sides[0], mentees=sides[1]), given, **more)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def reached(made: mm.Matching) -> tuple[int, int]:
    return len(made.pairs), sum(pair.score for pair in made.pairs)


def doubles(mentors: Sequence[Given], count: int) -> Iterator[list[Given]]:
    """Yield every choice of so many mentors, each twice if need be, under other keys."""
    for chosen in combinations([*mentors, *mentors], count):
        yield [{**one, "id": f"N{number}"} for number, one in enumerate(chosen)]


def answers_of_two() -> Iterator[list[Given]]:
    """Yield every mentor who gives two answers, to two questions or two to one."""
    single = [("town", town) for town in TOWNS] + [("level", level) for level in LEVELS]
    several = [("skills", skill) for skill in SKILLS] + [("slots", slot) for slot in SLOTS]
    for (field, answer), (other, more) in combinations([*single, *several], 2):
        if field != other:
            first, second = (
                [said] if name in ("skills", "slots") else said for name, said in ((field, answer), (other, more))
            )
            yield [{"id": "N0", field: first, other: second}]
        elif field in ("skills", "slots"):
            yield [{"id": "N0", field: [answer, more]}]


def described(traits: Sequence[mm.results.MentorTrait], key: str) -> Given:
    """Return a mentor who gives the answers of a description."""
    several = {"skills", "slots"}
    return {"id": key, **{one.field: one.answer.split(", ") if one.field in several else one.answer for one in traits}}


MARKETS = [
    pytest.param(seed, id=f"{seed // 20 + 1:02}of10-{seed}", marks=[pytest.mark.proof] if seed > 1 else [])
    for seed in range(200)
]
"""Two hundred, of which a part is tried by its name: ``-k 03of10``."""


@pytest.mark.parametrize("seed", MARKETS)
def test_a_proposal_is_as_good_as_every_double_and_every_two_answers(seed: int) -> None:
    given, mentors, mentees = market(seed)
    made = matched(given, mentors, mentees)
    found = recruit(made, 2)
    before = reached(made)
    for number, others in ((1, [*doubles(mentors, 1), *answers_of_two()]), (2, list(doubles(mentors, 2)))):
        best = max(reached(matched(given, [*mentors, *new], mentees)) for new in others)
        if len(found.options) < number:
            assert number == 2 or best <= before
            continue
        gain = found.options[number - 1].gain
        assert (before[0] + gain.placed, before[1] + gain.points) >= best


@pytest.mark.parametrize("seed", MARKETS)
def test_each_figure_is_that_of_a_plan_made_anew(seed: int) -> None:
    given, mentors, mentees = market(seed)
    made = matched(given, mentors, mentees)
    without = {one.person for one in made.unmatched if one.side == "mentee"}
    for option in recruit(made, 3).options:
        for gain, answers in ((option.gain, "best"), (option.least, "least")):
            new = [described(getattr(one, answers), f"N{place}") for place, one in enumerate(option.mentors)]
            again = matched(given, [*mentors, *new], mentees)
            assert (gain.placed, gain.points) == (
                len(again.pairs) - len(made.pairs),
                reached(again)[1] - reached(made)[1],
            )
            assert set(gain.people) <= without  # whom of two who are tied is a matter of keys
            assert len(gain.people) >= gain.placed
        if option.by_places is not None:
            rows = [one for one in mentors for _ in range(1 + dict(option.places).get(one["id"], 0))]
            more = [{**one, "id": f"{one['id']}{place}"} for place, one in enumerate(rows)]
            again = matched(given, more, mentees)
            assert option.by_places.placed == len(again.pairs) - len(made.pairs)
            assert option.by_places.points == reached(again)[1] - reached(made)[1]


def test_a_gain_over_a_plan_that_is_not_proved_is_not_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    given = programme(Random(1))
    sides = [people(Random(2), letter, count) for letter, count in (("M", 2), ("E", 5))]
    made = mm.match(mm.read_survey(given, mentors=sides[0], mentees=sides[1]), given)
    assert recruit(made, 1).status == "proved"
    solve, statuses = recruiting.solve, [Status.FEASIBLE]  # of the plan of today, the first with as many mentors

    def short_of_time(problem: mm.AssignmentProblem, **options: Any) -> mm.Solution:
        solution: mm.Solution = solve(problem, **options)
        is_today = bool(statuses) and problem.shape == made.problem.shape
        return replace(solution, status=statuses.pop()) if is_today else solution

    monkeypatch.setattr(recruiting, "solve", short_of_time)
    found = recruit(made, 1)
    assert [option.gain.status for option in found.options] == [Status.FEASIBLE]
    assert found.status == "feasible"


@pytest.mark.parametrize("seed", MARKETS)
def test_no_answer_of_the_least_can_be_left_out(seed: int) -> None:
    given, mentors, mentees = market(seed)
    for option in recruit(matched(given, mentors, mentees), 1).options:
        (one,) = option.mentors
        pins = [("N0", one.mentees[0])]
        assert matched(given, [*mentors, described(one.least, "N0")], mentees, pins=pins).status == "proved"
        for trait in one.least:
            fewer = described([each for each in one.least if each is not trait], "N0")
            assert matched(given, [*mentors, fewer], mentees, pins=pins).status == "infeasible"


def test_a_question_that_a_rule_reads_is_answered_even_where_no_answer_is_allowed() -> None:
    """Who has not said yet when they are free will say it one day."""
    given = programme(Random(0), rules=[{"kind": "common", "field": "slots"}])
    mentees = [{"id": "E1", "slots": ["lundi matin"]}, {"id": "E2", "slots": ["mardi matin"]}]
    made = matched(given, [{"id": "M1", "slots": ["lundi matin"]}], mentees)
    (option,) = recruit(made, 1).options
    (one,) = option.mentors
    assert (one.mentees, [(each.field, each.answer) for each in one.least]) == (("E2",), [("slots", "mardi matin")])
    assert option.gain.people == ("E2",)
    assert option.by_places is None  # of M1 a further place is of no use
    assert not option.places_do


def test_one_more_place_is_told_where_it_does_as_well() -> None:
    given = programme(Random(1), rules=[])
    made = matched(given, [{"id": "M1", "skills": ["a"]}], people(Random(1), "E", 2))
    (option, *_) = recruit(made).options
    assert option.places == (("M1", 1),)
    assert option.places_do
    assert any("1\u00a0place de plus chez M1" in sentence for sentence in recruit(made).sentences)


def test_nothing_is_proposed_where_nothing_would_help() -> None:
    given = programme(Random(2), criteria=[], rules=[])
    made = matched(given, people(Random(2), "M", 3), people(Random(2), "E", 2))
    found = recruit(made)
    assert found.options == ()
    assert found.sentences[1].startswith("On ne peut rien proposer")


def test_a_double_is_told_where_names_make_the_difference() -> None:
    fields = {**programme(Random(3)).to_dict()["fields"], "wish": {"kind": "names", "side": "mentor"}}
    criteria = [{"kind": "wishes", "mentor": "wish", "points": [1, 1], "neutral": 0}]
    given = programme(Random(3), fields=fields, criteria=criteria, rules=[])
    mentees = [{"id": "E1"}, {"id": "E2"}, {"id": "E3"}]
    found = recruit(matched(given, [{"id": "M1", "wish": ["E2", "E3"]}], mentees), 1)
    (one,) = found.options[0].mentors
    assert one.like == "M1"
    assert found.options[0].gain.points == 1_000_000
    assert any("répondrait comme M1" in sentence for sentence in found.sentences)
    alone = recruit(matched(given, [{"id": "M1", "wish": []}], mentees), 1)
    assert alone.options[0].mentors[0].like is None  # names make no difference then


def test_whom_to_recruit_is_asked_of_an_answer_and_of_so_many_alone() -> None:
    given = programme(Random(4), rules=[])
    made = matched(given, people(Random(4), "M", 2), people(Random(4), "E", 3))
    for k in (0, 11, 1.5):
        with pytest.raises(mm.RequestError):
            recruit(made, k)  # type: ignore[arg-type]  # a wrong type, on purpose
    nobody = mm.Cohort(made.cohort.mentors.take([]), made.cohort.mentees)
    with pytest.raises(mm.RequestError, match="Un des deux côtés est vide"):
        recruit(mm.match(nobody, given))


def test_the_view_and_a_workbook_that_is_asked_for_tell_it_too() -> None:
    given = programme(Random(5), rules=[], documents={"sheets": ["recruit"]})
    made = matched(given, people(Random(5), "M", 2), people(Random(5), "E", 4))
    book = load_workbook(BytesIO(WorkbookExporter().content(made)))
    told = [str(cell.value) for row in book["Qui recruter"].iter_rows() for cell in row if cell.value]
    assert plain(recruit(made).sentences[-1]) in map(plain, told)
    assert "1\u00a0mentor·e de plus" in made.show.recruit().page()
    with mm.language("en"):
        assert "1\u00a0further mentor" in made.show.recruit().page()


def test_an_answer_to_another_kind_of_question_is_tried_in_the_form_of_this_one() -> None:
    labels = "a", "b", "c"
    ranked = Ranks(labels, np.array([[1, 0, 0]]), 3)
    ticked = MultiChoice(labels, np.array([[True, True, True]]), np.array([True]))
    graded = Grades(labels, ("no", "little", "much"), np.array([[1, 2, -1], [2, 0, -1]]))
    rankings = possible_answers(ranked, [ticked, graded])
    assert isinstance(rankings, Ranks)
    assert [1, 2, 3] in rankings.values.tolist()
    assert [2, 1, 0] in rankings.values.tolist()
    assert all(
        sorted(filter(None, row)) == list(range(1, np.count_nonzero(row) + 1)) for row in rankings.values.tolist()
    )
    grades = possible_answers(Grades(labels, ("no", "yes"), np.array([[1, 0, -1]])), [graded])
    assert isinstance(grades, Grades)
    assert grades.values.max() == 1
