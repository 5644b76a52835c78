"""Decision files of past versions, with their logs: they stay verified, and a change of any byte is seen."""

import json
from pathlib import Path
from random import Random

import pytest

from mentormatch import verify
from mentormatch.record.decision import save_decision
from mentormatch.record.verify import VerificationOutcome, journal_beside
from tests.conftest import DEEP, some_of
from tests.record.decisions import coupled, example, plain, posed

pytestmark = [pytest.mark.promise(11), pytest.mark.promise(29)]

GOLDEN = Path(__file__).parent / "golden"
HEADS: dict[str, str] = json.loads((GOLDEN / "heads.json").read_text())
UNPROVED = {"coupled-1", "leximin-1"}
"""Prices do not prove their optimum whole (a rule couples pairs, the goal is no sum), and they have no proofs yet."""
CHANGES = 250 if DEEP else 60


def decision(name: str) -> Path:
    return GOLDEN / f"{name}.decision.json"


def with_another_byte(content: bytes, draw: Random) -> bytes:
    """Return the content with one byte changed to another."""
    place = draw.randrange(len(content))
    byte = draw.choice([other for other in range(256) if other != content[place]])
    return content[:place] + bytes([byte]) + content[place + 1 :]


def copied(name: str, folder: Path) -> tuple[Path, Path]:
    """Return a copy of a decision and of its log."""
    path = folder / "binomes.decision.json"
    journal = journal_beside(path)
    path.write_bytes(decision(name).read_bytes())
    journal.write_bytes(journal_beside(decision(name)).read_bytes())
    return path, journal


@pytest.mark.parametrize("name", sorted(HEADS))
def test_a_decision_of_the_past_is_still_verified(name: str) -> None:
    found = verify(decision(name), head=HEADS[name])
    assert found.outcome is (VerificationOutcome.UNPROVED if name in UNPROVED else VerificationOutcome.VERIFIED)
    assert [one.who for one in found.validations] == ["Camille Roux"]


@pytest.mark.parametrize("name", sorted(HEADS))
def test_every_change_of_one_byte_of_a_decision_is_seen(name: str, tmp_path: Path) -> None:
    path, _ = copied(name, tmp_path)
    whole, draw = path.read_bytes(), Random(name)
    for _ in range(CHANGES):
        path.write_bytes(with_another_byte(whole, draw))
        assert not verify(path).sound


@pytest.mark.parametrize("name", some_of(sorted(HEADS), 2))
def test_every_change_of_one_byte_of_a_log_is_seen(name: str, tmp_path: Path) -> None:
    path, journal = copied(name, tmp_path)
    whole, draw = journal.read_bytes(), Random(name)
    for _ in range(CHANGES):
        journal.write_bytes(with_another_byte(whole, draw))
        assert not verify(path, head=HEADS[name]).sound


@pytest.mark.parametrize("name", ["coupled-2", "example-1", "plain-1"])
def test_what_is_written_now_has_the_parts_of_what_was_written_then(name: str, tmp_path: Path) -> None:
    kind = name.split("-")[0]
    matching = example() if kind == "example" else posed(coupled() if kind == "coupled" else plain())
    now, then = json.loads(save_decision(matching, tmp_path).read_bytes()), json.loads(decision(name).read_bytes())
    assert now["schema_version"] == then["schema_version"]
    assert list(now) == list(then)
