"""Proofs are added to a decision before it is validated: together with its log and what the documents print of both."""

import json
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from typer.testing import CliRunner, Result

import mentormatch as mm
from mentormatch import AssignmentProblem, RequestError, Row, verify
from mentormatch.cli import commands
from mentormatch.record.validation import validate
from mentormatch.record.verify import VerificationOutcome, journal_beside
from tests.doors import substitute
from tests.record.decisions import changed, coupled, example, plain, written

pytestmark = [pytest.mark.promise(29), pytest.mark.promise(11)]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(commands.app, list(map(str, arguments)))


def test_a_decision_without_proofs_gets_them(tmp_path: Path) -> None:
    path = written(coupled(), tmp_path, proofs="none")
    assert json.loads(path.read_bytes())["schema_version"] == 1
    assert verify(path).outcome is VerificationOutcome.UNPROVED
    assert mm.prove(path).outcome is VerificationOutcome.VERIFIED
    content = json.loads(path.read_bytes())
    assert (content["schema_version"], content["proofs"][0]["goal"]) == (2, "total")
    assert verify(path).verified
    before = path.read_bytes()
    assert mm.prove(path).verified
    assert path.read_bytes() == before


def test_a_name_that_the_log_refuses_is_refused_before_the_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def search(*_: object, **__: object) -> None:
        pytest.fail("the search was started")

    path = written(coupled(), tmp_path, proofs="none")
    substitute(monkeypatch, "report", add_proofs=search)
    with pytest.raises(RequestError, match="nommée"):
        mm.prove(path, who=" ")


def test_a_whole_folder_stays_one_run(tmp_path: Path) -> None:
    programme = mm.examples.programme().model_copy(update={"goals": mm.sections.Goals(order=["matched", "leximin"])})
    matching = mm.match(mm.examples.cohort(), programme, proofs="none")
    matching.save(tmp_path, who="Dominique")
    assert run("verify", tmp_path).exit_code == 4
    done = run("prove", tmp_path, "--who", "Dominique Petit", "--why", "avant le comité", "--minutes", "1", "--json")
    assert (done.exit_code, json.loads(done.stdout)["outcome"]) == (0, "verified")
    found = verify(tmp_path)
    assert found.verified
    assert found.chain
    assert [(entry.kind, entry.who, entry.why) for entry in found.chain.entries][-1] == (
        "matching",
        "Dominique Petit",
        "avant le comité",
    )
    assert set(found.carried) == {"binomes.html", "binomes.json", "binomes.xlsx", "binomes.resume.html"}
    assert {stamp.decision for stamp in found.carried.values()} == {found.digest}
    # What was printed before the proof is named as such
    stale = "ces documents disent encore que l’optimum ne peut pas être contrôlé : binomes.html, binomes.json, "
    assert any(stale in sentence for sentence in found.documents)
    assert stale in found.words
    validate(tmp_path, who="Camille Roux")
    with pytest.raises(RequestError, match="validée"):
        mm.prove(tmp_path)


def test_a_document_in_which_somebody_wrote_stays_theirs(tmp_path: Path) -> None:
    matching = mm.match(
        mm.examples.cohort(),
        mm.examples.programme().model_copy(update={"goals": mm.sections.Goals(order=["matched", "leximin"])}),
        proofs="none",
    )
    matching.save(tmp_path, who="Dominique")
    page = tmp_path / "binomes.html"
    page.write_text(page.read_text("utf-8").replace("</body>", "<p>relu</p></body>"), "utf-8")
    assert mm.prove(tmp_path, who="Dominique").verified
    assert "<p>relu</p>" in page.read_text("utf-8")


def test_a_decision_that_is_refused_gets_no_proofs(tmp_path: Path) -> None:
    path = written(coupled(), tmp_path, proofs="none")
    content = json.loads(path.read_bytes())
    content["tiers"][0]["value"] += 1
    forged = changed(path, content)
    before = forged.read_bytes()
    with pytest.raises(RequestError):
        mm.prove(forged)
    assert run("prove", forged).exit_code == 3
    assert forged.read_bytes() == before
    assert not journal_beside(forged).exists()


def test_a_search_that_is_cancelled_leaves_the_file(tmp_path: Path) -> None:
    cancel = Event()
    cancel.set()
    path = written(coupled(), tmp_path, proofs="none")
    before = path.read_bytes()
    assert mm.prove(path, cancel=cancel).outcome is VerificationOutcome.UNPROVED
    assert path.read_bytes() == before


def test_that_no_answer_keeps_the_rules_is_proved(tmp_path: Path) -> None:
    impossible = AssignmentProblem.from_scores(
        [[1, 2], [3, 4]], rows=[Row("trop", np.ones((2, 2), dtype=np.int64), least=3)]
    )
    path = written(impossible, tmp_path, proofs="none")
    assert run("verify", path).exit_code == 3
    done = run("prove", path)
    assert done.exit_code == 0
    found = verify(path)
    assert (found.outcome, found.verified) == (VerificationOutcome.NOTHING, True)
    assert found.sentence == "Aucune répartition ne respecte toutes les règles : c’est démontré."
    with pytest.raises(RequestError):
        validate(path, who="Camille Roux")
    # The proof of another problem does not hold
    content = json.loads(path.read_bytes())
    content["rows"][0]["least"] = 2
    assert verify(changed(path, content)).outcome is VerificationOutcome.REFUSED


def test_old_proofs_of_a_worse_answer_are_refused(tmp_path: Path) -> None:
    """All pairs dropped, prices deleted and ``proved`` kept: unproved. With the proofs kept: refused."""
    path = written(coupled(), tmp_path)
    content = json.loads(path.read_bytes())
    row = content["rows"][0] | {"least": 0}
    tiers = [tier | {"value": 0, "bound": 0} for tier in content["tiers"]]
    empty = content | {"pairs": [], "prices": [], "tiers": tiers, "rows": [row], "pins": []}
    for side in ("mentors", "mentees"):
        empty[side] = [member | {"least": 0} for member in content[side]]
    assert run("verify", changed(path, empty)).exit_code == 3
    without = changed(path, empty | {"proofs": [], "schema_version": 1})
    told = run("verify", without, "--json")
    assert told.exit_code == 4
    assert json.loads(told.stdout)["verified"] is False


def test_a_proved_gap_is_told_as_such(tmp_path: Path) -> None:
    path = written(plain(), tmp_path)
    content = json.loads(path.read_bytes())
    content["status"] = "feasible"
    content["tiers"][-1]["bound"] += 3
    found = verify(changed(path, content))
    assert (found.outcome, found.verified) == (VerificationOutcome.VERIFIED, True)  # the prices prove more


@pytest.mark.parametrize("matching", [example()])
def test_the_example_needs_no_search(matching: mm.Matching, tmp_path: Path) -> None:
    decision, *_ = matching.save(tmp_path, who="Dominique")
    assert run("prove", decision).exit_code == 0
    assert not any("disent encore" in sentence for sentence in verify(decision).documents)
