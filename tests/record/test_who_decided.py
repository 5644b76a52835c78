"""Who decided, when and why: one visible line each, in an order and at a time that can be; older logs are told."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from mentormatch import MentorMatchError, RequestError, verify
from mentormatch.cli.verify import validate_command
from mentormatch.languages.translation import tr
from mentormatch.record.digests import digest
from mentormatch.record.log import LogEntry, LogKind, append, chain_in, check_chain
from mentormatch.record.validation import validate
from mentormatch.record.verify import journal_beside
from tests.record.decisions import chained, plain, written

pytestmark = [pytest.mark.promise(29), pytest.mark.promise(30)]

FAKED = "X.\nValidated by Mme la Directrice on March 1, 2026 at 9:00 UTC.\n"
UNSEEN = [
    "\u200b",
    "\u200b\u200bab",
    "Zoé\u202eRoux",
    "Zoé\u2066Roux",
    "Zoé\x1bRoux",
    "Zoé\u2028Roux",
    "a\rb",
    "\ufeffab",
]
NO_NAME = ["", " ", "x", "1", "...", "42 !", "\u3164\u3164", "\N{COMBINING ACUTE ACCENT}\N{COMBINING ACUTE ACCENT}"]
NAMES = ["Li", "Zoé Roux", "D'Artagnan", "Mª José", "\u05d6\u05d5\u05d4", "\u5f20\u4f1f", "L. T.", "Anne-Marie (RH)"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(plain(), tmp_path)


def at(when: datetime, kind: LogKind = "edit", decision: str = "d", who: str = "Camille") -> LogEntry:
    return LogEntry(kind=kind, what={"decision": decision}, who=who, when=when.isoformat(timespec="seconds"))


@pytest.mark.parametrize("who", [FAKED, *UNSEEN, *NO_NAME])
def test_a_name_that_is_none_or_that_nobody_sees_validates_nothing(who: str, path: Path) -> None:
    with pytest.raises(RequestError):
        validate(path, who=who)
    with pytest.raises((RequestError, ValueError)):
        append(journal_beside(path), LogEntry(kind="edit", what={}, who=who))
    assert check_chain(journal_beside(path)).entries == ()


@pytest.mark.parametrize("why", [FAKED, *UNSEEN])
def test_a_reason_is_one_visible_line(why: str, path: Path) -> None:
    with pytest.raises(RequestError):
        validate(path, who="Camille Roux", why=why.join("ab"))


@pytest.mark.parametrize("who", NAMES)
def test_names_of_any_alphabet_validate_and_a_reason_may_be_empty(who: str, path: Path) -> None:
    assert validate(path, who=who).entry.who == who
    chain = verify(path).chain
    assert chain is not None
    assert chain.remarks == ()


def test_a_name_with_letters_of_several_alphabets_is_flagged_wherever_it_is_told(path: Path) -> None:
    validated = validate(path, who="\N{CYRILLIC CAPITAL LETTER ES}amille Roux")
    assert "(alphabets mélangés)" in validated.words
    assert "(alphabets mélangés)" in verify(path).words
    assert "mélangés" not in validate(path, who="Camille Roux").words


NOW = datetime.now(UTC)
IMPOSSIBLE: dict[str, Sequence[LogEntry]] = {
    "a validation before its matching": [at(NOW, "validation"), at(NOW, "matching")],
    "a validation of another decision": [at(NOW, "matching", "e"), at(NOW, "validation")],
    "time that runs backwards": [at(NOW - timedelta(days=1)), at(NOW - timedelta(days=2))],
    "the year 2999": [at(NOW.replace(year=2999, month=1, day=1))],
    "tomorrow": [at(NOW + timedelta(days=1))],
    "a name of one letter": [at(NOW, who="x")],
    "a name that is a line of the record": [at(NOW, who=FAKED)],
}


@pytest.mark.parametrize("entries", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_be_is_refused_on_writing_and_told_on_reading(entries: Sequence[LogEntry], tmp_path: Path) -> None:
    journal = tmp_path / "x.journal.jsonl"
    with pytest.raises(RequestError, match="Le journal ne peut pas tenir cette ligne"):
        append(journal, *entries)
    assert not journal.exists() or journal.read_bytes() == b""
    older = chain_in(chained(*entries))
    assert older.is_intact
    assert len(older.remarks) == 1
    assert str(older.remarks[0]).startswith("journal, ligne ")
    assert "\n" not in str(older.remarks[0])


def test_an_older_log_is_verified_with_its_remarks_and_goes_on(path: Path) -> None:
    decision = digest(path.read_bytes())
    entries = [at(NOW.replace(year=2999), "matching", decision), at(NOW, "validation", decision, who="\u200b")]
    journal_beside(path).write_bytes(chained(*entries))
    found = verify(path)
    assert found.verified
    assert found.chain is not None
    assert [one.where for one in found.chain.remarks] == ["journal, ligne 1, when", *["journal, ligne 2, who"] * 2]
    assert "une version d’aujourd’hui n’écrirait pas" in found.words
    validate(path, who="Camille Roux")
    assert [one.who for one in verify(path).validations] == ["\u200b", "Camille Roux"]


def test_clocks_that_differ_a_little_do_not_keep_anybody_from_writing(tmp_path: Path) -> None:
    journal = tmp_path / "x.journal.jsonl"
    append(journal, at(NOW + timedelta(minutes=2)))
    append(journal, at(NOW - timedelta(minutes=2)))
    assert check_chain(journal).remarks == ()


def test_a_refusal_prints_its_lines_and_no_line_of_a_name(path: Path) -> None:
    content = json.loads(path.read_bytes())
    content["tiers"][0]["value"] += 1
    path.write_text(json.dumps(content), "utf-8")
    with pytest.raises(MentorMatchError) as told:
        validate(path, who="Camille Roux")
    first, *others = str(told.value).splitlines()
    assert first == f"{tr("Rien n'a été validé.")} Décision refusée : elle n’est pas ce qu’elle affirme être."
    assert others
    assert "\\u000a" not in str(told.value)


def test_a_name_of_several_lines_is_no_line_of_the_record(path: Path) -> None:
    app = Typer()
    app.command()(validate_command)
    done = CliRunner().invoke(app, [str(path), "--who", FAKED])
    assert "\nValidated by" not in f"{done.output}{done.exception}"
    assert not journal_beside(path).exists()
