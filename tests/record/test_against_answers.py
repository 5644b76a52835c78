"""A decision as people type it: its file or its folder, alone or with the answers and the programme it rests on."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import mentormatch as mm
from mentormatch import verify
from mentormatch.cli import commands
from mentormatch.errors import UnprovedError
from mentormatch.record.decision import Decision
from mentormatch.record.log import GENESIS_DIGEST, check_chain
from mentormatch.record.seal import Stamp
from mentormatch.record.validation import validate
from mentormatch.record.verify import VerificationOutcome, journal_beside
from tests.operations.foreign_markets import clubs, matched
from tests.record.decisions import changed, coupled, written
from tests.report.readers import Outline, sheets

pytestmark = [pytest.mark.promise(29), pytest.mark.promise(30)]

DECISION = "binomes.decision.json"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(commands.app, list(map(str, arguments)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with an example, its answers and what ``match`` wrote of it."""
    assert run("new", tmp_path / "exemple").exit_code == 0
    answers, programme = tmp_path / "exemple" / "reponses.csv", tmp_path / "exemple" / "programme.toml"
    assert run("match", answers, "-p", programme, "-o", tmp_path / "out", "--who", "Dominique").exit_code == 0
    return tmp_path


def against(folder: Path, decision: Path | None = None) -> Result:
    answers, programme = folder / "exemple" / "reponses.csv", folder / "exemple" / "programme.toml"
    return run("verify", decision or folder / "out", "--answers", answers, "--programme", programme, "--json")


def test_the_folder_that_match_wrote_is_verified_and_validated(folder: Path) -> None:
    assert run("verify", folder / "out").exit_code == 0
    assert run("validate", folder / "out", "--who", "Camille Roux").exit_code == 0
    assert [one.who for one in verify(folder / "out").validations] == ["Camille Roux"]
    assert verify(folder / "out", head=check_chain(folder / "out" / "binomes.journal.jsonl").head).verified
    (folder / "empty").mkdir()
    refused = run("verify", folder / "empty")
    assert refused.exit_code == 3
    assert "binomes.decision.json : illisible" in refused.output.replace("\u00a0", " ")


def test_a_folder_with_one_decision_under_another_name_is_taken(tmp_path: Path) -> None:
    written(coupled(), tmp_path).rename(tmp_path / "mars.decision.json")
    assert verify(tmp_path).outcome is VerificationOutcome.VERIFIED
    written(coupled(), tmp_path).rename(tmp_path / "avril.decision.json")
    assert verify(tmp_path).outcome is VerificationOutcome.REFUSED


def test_with_its_answers_a_decision_is_held_to_what_they_give(folder: Path) -> None:
    told = against(folder)
    assert told.exit_code == 0
    assert json.loads(told.stdout)["outcome"] == "verified"
    assert "seule l’empreinte du fichier" in told.stdout
    path = folder / "out" / DECISION
    content = json.loads(path.read_bytes())
    content["pins"] = content["pairs"]
    forged = changed(path, content)
    assert run("verify", forged).exit_code == 0
    refused = against(folder, forged)
    assert refused.exit_code == 3
    assert [one["where"] for one in json.loads(refused.stdout)["problems"]] == ["pins"]


def test_answers_of_one_side_each_or_none_for_a_programme(folder: Path) -> None:
    assert run("verify", folder / "out", "--programme", folder / "exemple" / "programme.toml").exit_code == 2
    sides = [item for side in ("mentors", "mentees") for item in (f"--{side}", folder / "exemple" / "reponses.csv")]
    told = run("verify", folder / "out", *sides, "-p", folder / "exemple" / "programme.toml", "--json")
    assert json.loads(told.stdout)["outcome"] in ("verified", "refused")


def test_a_programme_with_emphasis_is_held_to_its_own_answers(tmp_path: Path) -> None:
    fields = {
        "code": {"question": "Code", "kind": "text", "use": "key"},
        "place": {"question": "Lieu", "kind": "choice", "options": ["a", "b"]},
        "trade": {"question": "Métier", "kind": "choice", "options": ["a", "b"]},
        "matters": {"question": "Ce qui compte", "kind": "choices", "options": ["Le métier", "Le lieu"]},
    }
    criteria = [
        {"kind": "same", "field": "trade", "name": "Le métier", "weight": 2},
        {"kind": "same", "field": "place", "name": "Le lieu", "weight": 1},
    ]
    stated = {"programme": {"name": "Essai"}, "fields": fields, "criteria": criteria}
    programme = mm.Programme.read({**stated, "emphasis": {"field": "matters", "times": 3}})
    people = [
        {"Code": code, "Lieu": place, "Métier": trade, "Ce qui compte": matters}
        for code, place, trade, matters in (("1", "a", "b", "Le lieu"), ("2", "b", "a", "Le métier"))
    ]
    cohort = mm.read_survey(
        programme,
        mentors=[{**one, "Code": f"M{one['Code']}"} for one in people],
        mentees=[{**one, "Code": f"E{one['Code']}"} for one in people],
    )
    matching = mm.match(cohort, programme)
    path = tmp_path / DECISION
    path.write_text(Decision.of(matching).to_json(), "utf-8")
    assert verify(path, against=(matching.cohort, matching.programme)).rules_hold


def test_of_a_repair_it_is_told_that_answers_do_not_give_its_former_pairs(tmp_path: Path) -> None:
    matching = mm.match(mm.examples.cohort(), mm.examples.programme())
    repaired = mm.repair(matching, withdrawn=[matching.pairs[0].mentor]).matching
    path = tmp_path / DECISION
    path.write_text(Decision.of(repaired).to_json(), "utf-8")
    found = verify(path, against=(repaired.cohort, repaired.programme))
    assert found.rules_hold
    assert "viennent du fichier seul" in found.words
    content = json.loads(path.read_bytes())
    for name in ("goals", "tiers"):
        content[name].reverse()
    path.write_text(json.dumps(content | {"prices": []}), "utf-8")
    assert [one.where for one in verify(path, against=(repaired.cohort, repaired.programme)).problems] == ["goals"]


@pytest.mark.parametrize("undo", [0, 1, 4])
def test_a_repair_that_bounds_the_undone_pairs_is_checked_against_the_answers(tmp_path: Path, undo: int) -> None:
    before = matched(clubs())
    repaired = mm.repair(before, withdrawn=[before.pairs[0].mentor], undo=undo).matching
    path = tmp_path / DECISION
    path.write_text(Decision.of(repaired).to_json(), "utf-8")
    assert verify(path, against=(repaired.cohort, repaired.programme)).outcome == "verified"
    content = json.loads(path.read_bytes())
    if undo == 1:
        mentor, counted = next(iter(content["rows"][-1]["weights"].items()))
        content["rows"][-1]["weights"][mentor] = dict.fromkeys(counted, 2)
        path.write_text(json.dumps(content), "utf-8")
        problems = verify(path, against=(repaired.cohort, repaired.programme)).problems
        assert "rows" in [problem.where for problem in problems]


def test_a_repair_of_a_validated_plan_is_checked_against_the_answers(tmp_path: Path) -> None:
    before = mm.match(mm.examples.cohort(), mm.examples.programme())
    repaired = mm.repair(before, withdrawn=["M04"], keep="all").matching
    path = tmp_path / DECISION
    path.write_text(Decision.of(repaired).to_json(), "utf-8")
    assert verify(path, against=(repaired.cohort, repaired.programme)).rules_hold


def test_a_head_that_no_line_has_is_refused_and_so_is_a_document_stamped_with_it(folder: Path) -> None:
    assert run("verify", folder / "out", "--head", GENESIS_DIGEST).exit_code == 3
    page = folder / "out" / "binomes.html"
    head = check_chain(folder / "out" / "binomes.journal.jsonl").head
    page.write_text(page.read_text("utf-8").replace(head, GENESIS_DIGEST), "utf-8")
    assert {one.where for one in verify(folder / "out").problems} >= {"binomes.html"}


def test_an_unproved_decision_is_validated_only_if_that_is_accepted(tmp_path: Path) -> None:
    path = written(coupled(), tmp_path, proofs="none")
    with pytest.raises(UnprovedError, match="--accept-unproved"):
        validate(path, who="Camille Roux")
    assert not journal_beside(path).exists()
    assert run("validate", path, "--who", "Camille Roux").exit_code == 4
    assert run("verify", path).exit_code == 4
    done = run("validate", path, "--who", "Camille Roux", "--accept-unproved", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["unproved"] is True
    entry = check_chain(journal_beside(path)).entries[-1]
    assert (entry.unproved, entry.what["optimality"]) == (True, "unproved")
    assert "Optimalité affirmée, non contrôlable." in verify(path).words


def test_documents_say_first_that_an_optimum_is_only_stated_and_then_that_it_was_accepted(tmp_path: Path) -> None:
    stated = mm.examples.programme().model_dump(by_alias=True) | {"goals": {"order": ["matched", "leximin"]}}
    matching = mm.match(mm.examples.cohort(), mm.Programme.read(stated), proofs="none")
    assert [str(one.code) for one in matching.caveats] == ["unproved"]
    matching.save(tmp_path, who="Dominique")
    page, book = (tmp_path / "binomes.html").read_text("utf-8"), (tmp_path / "binomes.xlsx").read_bytes()
    assert "démontrée optimale" not in page
    assert "ne permet pas de le contrôler" in page
    assert next(iter(sheets(book))) == "À lire d’abord"
    told = json.loads((tmp_path / "binomes.json").read_bytes())
    assert [one["code"] for one in told["caveats"]] == ["unproved"]
    validate(tmp_path, who="Camille Roux", accept_unproved=True)
    notices = Outline((tmp_path / "binomes.html").read_text("utf-8")).inside("p.notice")
    assert "Optimalité affirmée, non contrôlable." in notices[0]
    record = Stamp.model_validate(json.loads((tmp_path / "binomes.json").read_bytes())["record"])
    assert [one.unproved for one in record.validations] == [True]
