"""The decision file: whole, the same for the same matching, and without a name."""

import json
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pytest

from mentormatch import AssignmentProblem, Cohort, RequestError, Row, examples, read_contacts
from mentormatch.assignment.model.solution import DualSolution
from mentormatch.errors import OutputError
from mentormatch.record.decision import DECISION_NAME, Decision, read_decision, save_decision, write_decision
from mentormatch.record.digests import digest_of_answers, digest_of_programme
from mentormatch.service.desk.rounds import restore_matching
from tests.doors import substitute
from tests.record.decisions import changed, coupled, example, plain, posed, written

pytestmark = pytest.mark.promise(29)


@pytest.mark.parametrize("problem", [plain(), coupled()], ids=["plain", "coupled"])
def test_a_decision_is_read_as_it_was_written(problem: AssignmentProblem, tmp_path: Path) -> None:
    matching = posed(problem)
    path = write_decision(matching, tmp_path / "binomes.decision.json")
    read = read_decision(path)
    assert read == Decision.of(matching)
    assert read.to_json() == path.read_text(encoding="utf-8")
    again = read.problem()
    assert [again.shape, again.pins, again.goals] == [
        matching.problem.shape,
        matching.problem.pins,
        matching.problem.goals,
    ]
    mentors, mentees = matching.problem.scores.pairs()
    assert (again.scores.at(mentors, mentees) == matching.problem.scores.at(mentors, mentees)).all()
    assert again.scores.count == matching.problem.scores.count
    for row, same in zip(matching.problem.rows, again.rows, strict=True):
        assert (
            row.coefficients_of(mentors, mentees, again.shape) == same.coefficients_of(mentors, mentees, again.shape)
        ).all()
        assert (row.least, row.most) == (same.least, same.most)


def test_the_same_matching_gives_the_same_bytes_under_a_fixed_name(tmp_path: Path) -> None:
    first = save_decision(example(), tmp_path)
    second = save_decision(example(), tmp_path / "autre.decision.json")
    assert first == tmp_path / DECISION_NAME
    assert first.read_bytes() == second.read_bytes()


def test_a_decision_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / DECISION_NAME).mkdir()
    with pytest.raises(OutputError):
        save_decision(example(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [DECISION_NAME]


def test_a_decision_that_is_not_there_is_told_by_the_name_of_its_file(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"  - absent\.json : rien n’existe sous ce nom"):
        read_decision(tmp_path / "absent.json")


def test_no_key_no_contact_and_no_answer_is_in_a_decision() -> None:
    matching = example()
    text = Decision.of(matching).to_json()
    for people in (matching.cohort.mentors, matching.cohort.mentees):
        said = {people.shown(name, row) for name in people.columns for row in range(len(people))}
        told = {part for answer in said for part in answer.split(", ") if not part.isdigit()}
        assert [part for part in {*people.ids, *told} if part and part in text] == []
    with as_file(files(examples).joinpath("mentorat", examples.ANSWERS_FILE)) as answers:
        contacts = read_contacts(matching.programme, answers).people.values()
    assert contacts
    assert [value for contact in contacts for value in contact.values() if value in text] == []
    assert [rule.label for rule in matching.programme.rules if rule.label in text] == []


def test_the_versions_of_all_that_computed_are_kept() -> None:
    versions = Decision.of(example()).versions
    assert list(versions) == ["mentormatch", "python", "numpy", "scipy", "pulp", "highspy"]
    assert versions["numpy"] == np.__version__


def test_the_version_of_a_library_that_is_not_there_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "record", VERSIONED_LIBRARIES=("no-such-library", "numpy"))
    assert list(Decision.of(example()).versions) == ["mentormatch", "python", "numpy"]


def shuffled(cohort: Cohort) -> Cohort:
    """Return the same people in another order of rows and of columns."""
    order = np.random.default_rng(0).permutation(len(cohort.mentors))
    mentors = cohort.mentors.take(order)
    return replace(cohort, mentors=replace(mentors, columns=dict(reversed(list(mentors.columns.items())))))


def test_the_digest_of_the_answers_is_theirs_in_any_order_of_rows() -> None:
    cohort = examples.cohort()
    assert digest_of_answers(cohort) == digest_of_answers(shuffled(cohort))
    fewer = replace(cohort, mentees=cohort.mentees.take(range(3)))
    assert digest_of_answers(cohort) != digest_of_answers(fewer)


def test_one_other_answer_gives_another_digest() -> None:
    cohort = examples.cohort()
    people = cohort.mentors
    places = {
        name: next((row for row in range(1, len(people)) if column.shown(row) != column.shown(0)), 0)
        for name, column in people.columns.items()
    }
    assert len({type(people.columns[name]) for name, row in places.items() if row}) == 9
    for name, row in places.items():
        column = people.columns[name].take([row, *range(1, len(people))])
        other = replace(cohort, mentors=replace(people, columns={**people.columns, name: column}))
        assert (digest_of_answers(cohort) != digest_of_answers(other)) is (row > 0)


def test_the_digest_of_the_programme_is_that_of_all_it_says() -> None:
    programme = examples.programme()
    assert digest_of_programme(programme) == digest_of_programme(examples.programme())
    assert digest_of_programme(programme) != digest_of_programme(programme.model_copy(update={"rules": []}))
    assert Decision.of(example()).digests.programme == digest_of_programme(programme)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("seed", True),
        ("seed", -1),
        ("seed", 1.0),
        ("schema_version", 3),
        ("status", "optimal"),
        ("unknown", 1),
        ("pairs", [["m1", "Camille"]]),
        ("scores", {"m1": {"e1": float("nan")}}),
        ("scores", {"m1": {"e1": 1 << 63}}),
    ],
)
def test_what_does_not_fit_a_decision_is_refused_without_its_value(part: str, value: object, tmp_path: Path) -> None:
    path = written(plain(), tmp_path)
    content = json.loads(path.read_bytes()) | {part: value}
    with pytest.raises(RequestError) as told:
        read_decision(changed(path, content))
    assert "Camille" not in str(told.value)


@pytest.mark.parametrize(
    ("part", "value", "who"),
    [
        ("pairs", [["m9", "e1"]], "m9, e1"),
        ("pins", [["m1", "e9"]], "m1, e9"),
        ("scores", {"m9": {"e1": 1}}, "m9, e1"),
        ("mentees", [], "m1, e1"),
    ],
)
def test_somebody_who_is_not_in_the_file_is_refused(part: str, value: object, who: str, tmp_path: Path) -> None:
    path = written(plain(), tmp_path)
    decision = read_decision(changed(path, json.loads(path.read_bytes()) | {part: value}))
    with pytest.raises(RequestError, match=f"{who} : personne n’a cet identifiant"):
        (decision.problem(), decision.solution())


def test_a_small_file_cannot_ask_for_a_great_memory(tmp_path: Path) -> None:
    path = written(plain(), tmp_path)
    person = {"least": 0, "most": 1, "idle": True, "priority": 0}
    sides = {
        "mentors": [{"id": f"m{place}"} | person for place in range(1, 20_001)],
        "mentees": [{"id": f"e{place}"} | person for place in range(1, 20_001)],
        "rows": [{"id": "r1", "weights": {}, "least": None, "most": 1}],
    }
    decision = read_decision(changed(path, json.loads(path.read_bytes()) | sides))
    with pytest.raises(RequestError, match="r1"):
        decision.problem()


@pytest.mark.parametrize("side", ["mentors", "mentees"])
@pytest.mark.parametrize("order", [(1, 0, 2), (0, 1, 2, 2), (1, 2), (0, 2, 1)])
def test_people_who_are_not_numbered_from_one_are_refused(side: str, order: tuple[int, ...], tmp_path: Path) -> None:
    path = written(plain(), tmp_path)
    content = json.loads(path.read_bytes())
    content[side] = [content[side][place] for place in order]
    with pytest.raises(RequestError, match="les personnes ne sont pas numérotées depuis 1"):
        read_decision(changed(path, content)).problem()


def test_the_proof_is_read_as_it_was_written(tmp_path: Path) -> None:
    matching = posed(plain())
    links = (((0, 3, 2), (2, 0, 5)), ((1, 2, 7),))
    prices = DualSolution(
        (("total", 3),), np.array([4, -1, 0]), np.array([9, 8, 7, 6]), (2,), (("matched", -5),), links, 6, 1
    )
    solution = replace(matching.solution, prices=(prices,))
    (read,) = read_decision(save_decision(replace(matching, solution=solution), tmp_path)).solution().prices
    assert repr(read) == repr(prices)


def test_scores_in_another_order_pose_the_same_problem(tmp_path: Path) -> None:
    path = written(plain(), tmp_path)
    content = json.loads(path.read_bytes())
    turned = {mentor: dict(reversed(line.items())) for mentor, line in reversed(content["scores"].items())}
    read, again = read_decision(path).problem(), read_decision(changed(path, content | {"scores": turned})).problem()
    for one, same in zip(read.scores.pairs(), again.scores.pairs(), strict=True):
        assert one.tolist() == same.tolist()
    assert read.scores.at(*read.scores.pairs()).tolist() == again.scores.at(*again.scores.pairs()).tolist()


@pytest.mark.parametrize("whose", [{"mentor": 0}, {"mentor": 2}, {"mentee": 0}, {"mentee": 3}, {}])
def test_a_row_of_one_person_is_read_as_one_of_theirs_alone(whose: dict[str, int], tmp_path: Path) -> None:
    weights = np.array([[1, 2, 3, -1], [5, 6, 7, 8], [-1, 1, 0, 3]])
    problem = replace(plain(), pins=(), rows=(Row("r", weights, 0, 40, whose.get("mentor"), whose.get("mentee")),))
    (row,) = read_decision(written(problem, tmp_path)).problem().rows
    assert row.block(problem.shape).tolist() == problem.rows[0].block(problem.shape).tolist()
    assert (row.mentor, row.mentee) == (whose.get("mentor"), whose.get("mentee"))
    assert (row.least, row.most) == (0, 40)
    assert row.weights.size == (4 if "mentor" in whose else 3 if "mentee" in whose else 12)


def test_a_decision_gives_its_pairs_back_to_its_own_people_and_to_nobody_else() -> None:
    matching = example()
    decision, programme = Decision.of(matching), matching.programme
    again = restore_matching(decision, matching.cohort, programme)
    assert (again.solution.pairs == matching.solution.pairs).all()
    assert [tier.value for tier in again.solution.tiers] == [tier.value for tier in matching.solution.tiers]
    cohort = matching.cohort
    fewer = replace(cohort, mentors=cohort.mentors.take(range(len(cohort.mentors) - 1)))
    turned = replace(cohort, mentors=cohort.mentors.take(range(len(cohort.mentors))[::-1]))
    other = programme.model_copy(update={"criteria": programme.criteria[:-1]})
    for people, stated in ((fewer, programme), (turned, programme), (cohort, other)):
        with pytest.raises(RequestError, match="ne repose pas sur ces réponses"):
            restore_matching(decision, people, stated)
