"""A decision is checked again from its file alone, and no change of it passes for the truth."""

import json
import subprocess
import sys
from collections import Counter
from itertools import islice, takewhile
from pathlib import Path

import pytest
from hypothesis import given
from typer import Typer
from typer.testing import CliRunner

from mentormatch import AssignmentProblem, Status, certify, verify
from mentormatch.cli.verify import verify_command
from mentormatch.record.decision import Decision, save_decision
from mentormatch.record.log import append, check_chain
from mentormatch.record.verify import VerificationOutcome, entry_of, journal_beside
from mentormatch.results import Verdict
from tests.conftest import DEEP
from tests.oracles.exhaustive import choices, exhaustive, holds, tiers
from tests.oracles.problems import problems
from tests.record.decisions import changed, coupled, example, mutations, plain, posed, written

pytestmark = [pytest.mark.promise(11), pytest.mark.promise(29)]


def true(decision: Decision) -> bool:
    """Return whether a decision is what it says, by trying every answer; an optimum only if it comes with prices."""
    problem, solution = decision.problem(), decision.solution()
    pairs = tuple((int(i), int(k)) for i, k in solution.pairs)
    values = tuple(tier.value for tier in solution.tiers)
    if sorted(pairs) not in [sorted(each) for each in choices(problem)] or not holds(problem, pairs):
        return False
    best = exhaustive(problem)
    optimal = best is not None and (not solution.prices or reached(decision, best.tiers))
    return values == tiers(problem, pairs) and optimal


def reached(decision: Decision, best: tuple[int, ...]) -> bool:
    """Return whether the tiers that are proved, up to the first that is not, are optimal."""
    certified = certify(decision.problem(), decision.solution()).tiers
    claims = takewhile(lambda claim: claim[0].proved, zip(certified, best, strict=True))
    return all(tier.value == value for tier, value in claims)


@pytest.mark.parametrize(
    "problem",
    [plain(), coupled()],
    ids=["plain", "coupled"],
)
def test_every_single_change_of_a_decision_is_refused_or_leaves_it_true(
    problem: AssignmentProblem, tmp_path: Path
) -> None:
    path = written(problem, tmp_path)
    assert verify(path).outcome is VerificationOutcome.VERIFIED
    passed, refused = Counter[str](), Counter[str]()
    for what, content in islice(mutations(json.loads(path.read_bytes())), 0, None, 1 if DEEP else 4):
        part = what.split("/")[0].split(" ")[0]
        if verify(changed(path, content)).sound:
            passed[part] += 1
            assert true(Decision.from_json(json.dumps(content))), what
        else:
            refused[part] += 1
    assert not {"pairs", "goals"} & passed.keys()
    assert all(refused[part] for part in ("pairs", "tiers", "scores", "mentors", "mentees", "pins", "prices", "rows"))


@pytest.mark.parametrize("part", ["value", "bound"])
def test_a_value_or_a_bound_that_is_not_that_of_the_pairs_is_refused(part: str, tmp_path: Path) -> None:
    path = written(plain(), tmp_path)
    for tier in range(3):
        for step in (-1, 1):
            content = json.loads(path.read_bytes())
            content["tiers"][tier][part] += step
            assert verify(changed(path, content)).outcome is VerificationOutcome.REFUSED


def test_with_its_log_no_change_of_a_decision_passes(tmp_path: Path) -> None:
    path = written(plain(), tmp_path)
    log = journal_beside(path)
    append(log, entry_of(path, who="Camille", why="édition 2026"))
    assert verify(path).sound
    for what, content in mutations(json.loads(path.read_bytes())):
        assert not verify(changed(path, content), journal=log).sound, what


def test_a_decision_without_its_prices_is_unproved(tmp_path: Path) -> None:
    path = written(plain(), tmp_path)
    content = json.loads(path.read_bytes())
    content["prices"] = []
    found = verify(changed(path, content))
    assert (found.outcome, found.verified, found.rules_hold) == (VerificationOutcome.UNPROVED, False, True)


@given(problems(size=4, most=(2, 2), coupled=1))
def test_the_file_of_any_answer_certifies_what_the_answer_does(problem: AssignmentProblem) -> None:
    matching = posed(problem)
    read = Decision.from_json(Decision.of(matching).to_json())
    assert read.solution().pairs.tolist() == matching.solution.pairs.tolist()
    assert certify(read.problem(), read.solution()) == certify(problem, matching.solution)
    assert certify(problem, matching.solution).verdict is not Verdict.REFUSED


@pytest.mark.parametrize(
    ("without", "outcome"), [((), VerificationOutcome.VERIFIED), (("quota",), VerificationOutcome.VERIFIED)]
)
def test_the_decision_of_the_example_is_verified(
    without: tuple[str, ...], outcome: VerificationOutcome, tmp_path: Path
) -> None:
    verification = verify(save_decision(example(*without), tmp_path))
    assert verification.outcome is outcome
    assert verification.sound
    assert verification.chain is None


def test_a_decision_without_an_answer_leaves_nothing_to_verify(tmp_path: Path) -> None:
    problem = AssignmentProblem.from_scores([[1]], [[False]], mentor_minimum=1)
    assert posed(problem).solution.status is Status.INFEASIBLE
    verification = verify(written(problem, tmp_path, proofs="none"))
    assert verification.outcome is VerificationOutcome.NOTHING
    assert not verification.sound
    proved = verify(written(problem, tmp_path))
    assert (proved.outcome, proved.verified) == (VerificationOutcome.NOTHING, True)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[1]", b"\xff", b"null", b'{"schema_version": 1, "schema_version": 1}', b"[" * 100_000],
    ids=["empty", "no key", "a list", "no text", "null", "a key twice", "deep"],
)
def test_what_is_no_decision_is_refused_in_words(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.decision.json"
    path.write_bytes(content)
    verification = verify(path)
    assert verification.outcome is VerificationOutcome.REFUSED
    assert verification.problems
    assert not verify(tmp_path / "absent.decision.json").sound


def test_a_document_beside_a_decision_is_refused_by_the_name_of_the_right_file(tmp_path: Path) -> None:
    matching = example()
    matching.save(tmp_path / "binomes.json")
    problem, *others = verify(tmp_path / "binomes.json").problems
    assert not others
    assert problem.found == "il y manque : versions, digests, goals, pins, mentors, mentees, prices, rows, scores"
    assert problem.expected == "un fichier de décision, dont le nom finit par « .decision.json »"


def test_the_log_beside_a_decision_is_checked_against_the_head(tmp_path: Path) -> None:
    path = written(plain(), tmp_path)
    head = append(journal_beside(path), entry_of(path, who="Camille"))
    append(journal_beside(path), entry_of(path, who="Dominique", why="relecture"))
    verification = verify(path, head=head)
    assert verification.sound
    assert verification.chain
    assert verification.chain.lines_since_head == 1
    assert "Journal intact : 2\N{NO-BREAK SPACE}lignes, 1 depuis" in verification.words
    assert not verify(path, head="0" * 63 + "1").sound
    journal_beside(path).unlink()
    assert not verify(path, head=head).sound
    assert verify(path).sound


def test_a_log_that_does_not_speak_of_a_decision_does_not_confirm_it(tmp_path: Path) -> None:
    path = written(plain(), tmp_path)
    append(journal_beside(path), entry_of(path, who="Camille"))
    path.write_bytes(path.read_bytes() + b" ")
    assert check_chain(journal_beside(path)).is_intact
    assert not verify(path).sound


def test_no_solver_is_imported(tmp_path: Path) -> None:
    path = written(plain(), tmp_path)
    code = (
        "import sys; from mentormatch import verify; assert verify(sys.argv[1]).sound;"
        "print(*sorted({'scipy', 'pulp', 'highspy', 'pandas'} & set(sys.modules)),"
        "*(name for name in sys.modules if name.startswith('mentormatch.assignment.engine')))"
    )
    told = subprocess.run([sys.executable, "-c", code, str(path)], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == ""


def test_the_command_says_in_french_what_holds_and_ends_with_0_3_or_4(tmp_path: Path) -> None:
    app = Typer()
    app.command("verify")(verify_command)
    path = written(plain(), tmp_path)
    fine = CliRunner().invoke(app, [str(path)])
    assert fine.exit_code == 0
    assert fine.stdout == ""
    assert fine.stderr.startswith("Décision vérifiée\N{NO-BREAK SPACE}: les règles")
    told = CliRunner().invoke(app, [str(path), "--json"])
    assert json.loads(told.stdout)["certificate"] == "certified"
    content = json.loads(path.read_bytes())
    content["tiers"][0]["value"] = 9
    wrong = CliRunner().invoke(app, [str(changed(path, content)), "--json"])
    assert wrong.exit_code == 3
    assert json.loads(wrong.stdout)["outcome"] == "refused"
    assert CliRunner().invoke(app, [str(path), "--head", "a" * 64]).exit_code == 3
    content = json.loads(path.read_bytes()) | {"prices": []}
    unproved = CliRunner().invoke(app, [str(changed(path, content)), "--json"])
    assert unproved.exit_code == 4
    assert [json.loads(unproved.stdout)[name] for name in ("outcome", "verified", "rules_hold")] == [
        "unproved",
        False,
        True,
    ]
