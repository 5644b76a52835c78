"""A decision of which ties are proved: what its file contains, what ``verify`` says, and what a forger gets."""

import json
from pathlib import Path
from typing import Literal

import pytest
from typer.testing import CliRunner

import mentormatch as mm
from mentormatch import verify
from mentormatch.cli import commands
from mentormatch.contract.operation import ask
from mentormatch.record.verify import VerificationOutcome
from tests.record.decisions import changed

pytestmark = [pytest.mark.promise(29), pytest.mark.promise(11)]

ALONE = "Ces binômes sont les seuls qui atteignent ces valeurs"
SETTLED = "Le départage des égalités est contrôlé"
OPEN = "Le départage des égalités n’est pas contrôlé"


def tied(proofs: Literal["goals", "canonical"] = "canonical") -> mm.Matching:
    """Return the matching of the example by one question that many answer alike."""
    programme = mm.examples.programme()
    (criterion, *_) = [each for each in programme.criteria if each.kind == "same"] or programme.criteria
    return mm.match(
        mm.examples.cohort(),
        programme.model_copy(update={"criteria": [criterion]}),
        proofs=proofs,
        seed=3,
    )


@pytest.fixture(scope="module")
def matching() -> mm.Matching:
    return tied()


def test_ties_of_a_decision_are_proved_and_the_words_are_those_of_the_answers(
    matching: mm.Matching, tmp_path: Path
) -> None:
    path, *_ = matching.save(tmp_path, who="Dominique")
    content = json.loads(path.read_bytes())
    assert content["proofs"][-1]["goal"] == "ties"
    assert content["ties"]
    for keys in (matching.cohort.mentors.ids, matching.cohort.mentees.ids):
        assert not any(key in json.dumps(content) for key in keys)
    assert SETTLED in verify(path).words
    against = verify(path, against=(matching.cohort, matching.programme))
    assert (against.verified, "empreintes de clés qui départagent" in against.words) == (True, True)
    answer = json.loads(ask("verify", {"decision": path.read_text("utf-8")}).model_dump_json())
    assert answer["ties"] == "hash"


def test_who_does_not_ask_is_told_that_ties_are_not_checked(tmp_path: Path) -> None:
    matching = tied("goals")
    path, *_ = matching.save(tmp_path, who="Dominique")
    assert "ties" not in json.loads(path.read_bytes())
    assert OPEN in verify(path).words


def test_other_words_are_refused(matching: mm.Matching, tmp_path: Path) -> None:
    path, *_ = matching.save(tmp_path, who="Dominique")
    content = json.loads(path.read_bytes())
    person = next(iter(content["ties"]))
    # Words of nobody, malformed ones, and words that are lacking
    for ties in (
        content["ties"] | {"m999": "0" * 16},
        content["ties"] | {person: "0"},
        content["ties"] | {person: 5},
        {},
        {other: word for other, word in content["ties"].items() if other != person},
    ):
        assert verify(changed(path, content | {"ties": ties})).outcome is VerificationOutcome.REFUSED
    # Words for which the hashes happen to prefer the same pairs hold by the file alone, and not with the answers
    for number in range(64):
        other = content | {"ties": content["ties"] | {person: f"{number:016x}"}}
        assert verify(changed(path, other), against=(matching.cohort, matching.programme)).outcome is (
            VerificationOutcome.REFUSED
        )
        if verify(changed(path, other)).verified:
            break


def test_the_command_line_takes_the_option() -> None:
    done = CliRunner().invoke(commands.app, ["match", "--help"])
    assert "goals|canonical|none" in done.stdout
