"""What the check of a decision says, in words and as JSON, and what it says of the log."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from mentormatch import AssignmentProblem, verify
from mentormatch.contract.response import VerifyResponse
from mentormatch.languages.translation import tr
from mentormatch.record.log import LogEntry, append, check_chain
from mentormatch.record.verify import (
    HEAD_GIVEN_TEXT,
    NO_HEAD_TEXT,
    OUTCOME_TEXTS,
    TIE_TEXTS,
    VerificationOutcome,
    entry_of,
    journal_beside,
)
from mentormatch.results import Verification
from tests.record.decisions import changed, coupled, plain, written

pytestmark = pytest.mark.promise(29)

WHEN = "2026-03-01T09:30:00+00:00"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(plain(), tmp_path)


def seal(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def validated(path: Path, decision: str, why: str = "") -> None:
    """Add to the log beside a decision that somebody validated a decision."""
    what = {"decision": decision}
    append(
        journal_beside(path),
        LogEntry(kind="matching", what=what, who="Dominique", when=WHEN),
        LogEntry(kind="validation", what=what, who="Camille", when=WHEN, why=why),
    )


def said(path: Path, head: str | None = None) -> list[str]:
    """Return what the check says, line by line, with ordinary spaces."""
    return verify(path, head=head).words.replace("\u00a0", " ").splitlines()


def test_an_outcome_has_a_settled_name_and_a_sentence_of_its_own() -> None:
    names = ["verified", "bounded", "unproved", "nothing", "refused"]
    assert [str(outcome) for outcome in VerificationOutcome] == names
    assert len({OUTCOME_TEXTS[outcome] for outcome in VerificationOutcome}) == 5


@pytest.mark.parametrize("outcome", VerificationOutcome)
def test_rules_hold_if_a_decision_is_verified_bounded_or_unproved(outcome: VerificationOutcome) -> None:
    found = Verification("", outcome)
    verified = (VerificationOutcome.VERIFIED, VerificationOutcome.BOUNDED)
    assert found.rules_hold is (outcome in (*verified, VerificationOutcome.UNPROVED))
    assert found.sound is found.rules_hold
    assert found.verified is (outcome in verified)


def test_without_a_log_the_words_are_the_outcome_and_the_certificate(path: Path) -> None:
    certificate = verify(path).certificate
    assert certificate
    assert said(path) == [tr(OUTCOME_TEXTS[VerificationOutcome.VERIFIED]), certificate.words, tr(TIE_TEXTS[""])]


def test_what_was_not_checked_of_the_optimum_is_said(tmp_path: Path) -> None:
    first, second = said(written(coupled(), tmp_path, proofs="none"))
    assert first == tr(OUTCOME_TEXTS[VerificationOutcome.UNPROVED], goals="total des points")
    assert second.startswith("Les règles sont respectées ; ")


def test_a_log_that_is_whole_tells_its_lines_and_who_validated(path: Path) -> None:
    head = append(journal_beside(path), entry_of(path, who="Dominique").model_copy(update={"when": WHEN}))
    assert said(path)[3:] == [
        "Journal intact : 1 ligne.",
        f"Empreinte du journal : {head}",
        "Encore une proposition : personne ne l’a validée.",
        tr(NO_HEAD_TEXT),
    ]
    assert verify(path).validations == ()
    validated(path, "f" * 64)
    validated(path, seal(path), why="comité")
    assert said(path)[3:] == [
        "Journal intact : 5 lignes.",
        f"Empreinte du journal : {check_chain(journal_beside(path)).head}",
        "Validée par Camille le 1er mars 2026 à 9 h 30 UTC. Motif : comité",
        tr(NO_HEAD_TEXT),
    ]
    assert said(path, head)[-1] == tr(HEAD_GIVEN_TEXT)
    assert said(path, head)[3] == "Journal intact : 5 lignes, 4 depuis l’empreinte demandée."
    assert said(path, check_chain(journal_beside(path)).head)[3] == "Journal intact : 5 lignes."
    assert [one.why for one in verify(path).validations] == ["comité"]


def test_a_log_that_is_broken_is_not_said_to_be_intact_nor_to_be_silent(path: Path) -> None:
    log = journal_beside(path)
    append(log, LogEntry(kind="edit", what={}, who="Camille", when=WHEN))
    log.write_bytes(log.read_bytes() + b"{}\n")
    head = check_chain(log).head
    assert said(path)[2:] == [
        f"Empreinte du journal : {head}",
        "  - journal, ligne 2 : ce n’est pas une ligne de journal",
    ]
    assert said(path)[0] == tr(OUTCOME_TEXTS[VerificationOutcome.REFUSED])


def test_a_log_that_speaks_of_other_decisions_is_told(path: Path) -> None:
    validated(path, "f" * 64)
    assert said(path)[-1] == "  - journal : il ne parle pas de cette décision, ou son fichier a changé depuis"


def test_all_that_was_found_is_one_json_object(path: Path) -> None:
    head = append(journal_beside(path), entry_of(path, who="Dominique").model_copy(update={"when": WHEN}))
    validated(path, seal(path), why="comité")
    verification = verify(path, head=head)
    told = json.loads(VerifyResponse.of(verification).to_json())
    goals = told.pop("goals")
    assert told.pop("sentences") == verification.words.splitlines()
    assert told == {
        "schema_version": 2,
        "verified": True,
        "rules_hold": True,
        "outcome": "verified",
        "certificate": "certified",
        "ties": "",
        "digest": seal(path),
        "log": {
            "lines": 3,
            "head": check_chain(journal_beside(path)).head,
            "since": 2,
            "checked_against": [],
        },
        "validations": [{"who": "Camille", "when": WHEN, "why": "comité", "unproved": False}],
        "problems": [],
    }
    assert [goal["goal"] for goal in goals] == ["matched", "priority", "total"]
    assert all(goal["value"] == goal["stated_bound"] == goal["certified_bound"] for goal in goals)


def test_the_bounds_of_a_goal_are_told_apart_in_json(tmp_path: Path) -> None:
    verification = verify(written(coupled(), tmp_path))
    assert verification.certificate
    tiers = tuple(replace(tier, value=1, stated=2, certified=3) for tier in verification.certificate.tiers[:1])
    told = VerifyResponse.of(
        replace(verification, certificate=replace(verification.certificate, tiers=tiers))
    ).to_json()
    assert json.loads(told)["goals"] == [
        {"goal": "matched", "value": 1, "stated_bound": 2, "certified_bound": 3, "proved_by": "prices"}
    ]


def test_a_file_that_is_no_decision_has_no_certificate_and_no_goals(tmp_path: Path) -> None:
    path = tmp_path / "x.decision.json"
    path.write_bytes(b"{}")
    told = json.loads(VerifyResponse.of(verify(path)).to_json())
    assert (told["verified"], told["outcome"], told["certificate"], told["goals"]) == (False, "refused", None, [])
    assert (told["log"], told["validations"], told["digest"]) == (None, [], seal(path))
    (problem,) = told["problems"]
    assert problem["where"] == "fichier"
    assert problem["found"].startswith("il y manque : status, engine, ")
    assert problem["expected"] == "un fichier de décision, dont le nom finit par « .decision.json »"


def test_words_in_json_keep_their_accents(tmp_path: Path) -> None:
    assert "ne permet pas de le contrôler" in VerifyResponse.of(verify(written_without_prices(tmp_path))).to_json()


def written_without_prices(tmp_path: Path) -> Path:
    path = written(plain(), tmp_path)
    content = json.loads(path.read_bytes())
    content["prices"] = []
    return changed(path, content)


def test_a_decision_that_lacks_the_prices_it_could_have_says_so(tmp_path: Path) -> None:
    lacking = verify(written_without_prices(tmp_path))
    assert lacking.problems == ()
    assert lacking.sentence == (
        "Les règles sont respectées et les valeurs sont exactes. Le calcul affirme que rien ne fait mieux, mais ce"
        " fichier ne permet pas de le contrôler : nombre de binômes, personnes prioritaires et total des points."
    )


def test_a_decision_with_a_goal_that_prices_cannot_prove_may_lack_them(tmp_path: Path) -> None:
    problem = AssignmentProblem.from_scores([[5, 4], [3, 9]], goals=("leximin",))
    verification = verify(written(problem, tmp_path, proofs="none"))
    assert (verification.outcome, verification.problems) == (VerificationOutcome.UNPROVED, ())
    assert verify(written(problem, tmp_path)).outcome is VerificationOutcome.VERIFIED


def test_what_the_certificate_finds_is_told_under_the_name_of_the_check(path: Path) -> None:
    content = json.loads(path.read_bytes())
    content["tiers"][0]["value"] += 1
    wrong = verify(changed(path, content))
    assert wrong.certificate
    assert [str(problem) for problem in wrong.problems] == [f"contrôle : {text}" for text in wrong.certificate.problems]


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    verification = verify(tmp_path / "absent.decision.json")
    assert (verification.digest, verification.outcome) == ("", VerificationOutcome.REFUSED)
    why = "rien n’existe sous ce nom"
    assert [str(one) for one in verification.problems] == [f"absent.decision.json : illisible ({why})"]


def test_a_head_or_a_log_that_was_asked_for_must_be_there(path: Path) -> None:
    assert verify(path).chain is None
    missing = "binomes.journal.jsonl : le journal ne peut pas être lu"
    for asked in (verify(path, head="0" * 64), verify(path, journal=journal_beside(path))):
        assert asked.outcome is VerificationOutcome.REFUSED
        assert [str(one).startswith(missing) for one in asked.problems] == [True]


def test_a_log_under_another_name_is_looked_at_if_it_is_named(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere.jsonl"
    append(other, entry_of(path, who="Camille"))
    assert verify(path).chain is None
    chain = verify(path, journal=str(other)).chain
    assert chain is not None
    assert chain.is_intact


def test_the_entry_of_a_decision_holds_its_digest_who_and_why(path: Path) -> None:
    entry = entry_of(path, who=" Camille ", why="édition 2026")
    assert (entry.kind, entry.what) == ("matching", {"decision": seal(path)})
    assert (entry.who, entry.why, entry_of(path, who="Camille").why) == ("Camille", "édition 2026", "")


def test_the_log_stands_beside_the_decision_under_its_name() -> None:
    assert journal_beside(Path("a/binomes.decision.json")) == Path("a/binomes.journal.jsonl")
    assert journal_beside(Path("a/copie.json")) == Path("a/copie.json.journal.jsonl")
