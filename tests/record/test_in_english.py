"""What the record says is English where that is asked for."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mentormatch import MentorMatchError, certify, language, verify
from mentormatch.assignment.verification.certificate import GOAL_NAMES, VERDICT_WORDS, CertifiedTier
from mentormatch.languages.translation import tr
from mentormatch.record.log import LOG_SUFFIX, append, make_entry
from mentormatch.record.validation import validate
from mentormatch.record.verify import COMPARED_TEXT, FORMER_PAIRS_TEXT, INFEASIBLE_TEXT, STOPPED_TEXT
from mentormatch.record.verify import OUTCOME_TEXTS as OUTCOMES
from mentormatch.results import Verdict
from tests.english import french_in
from tests.record.decisions import coupled, plain, posed, written


def verified(folder: Path) -> Iterator[str]:
    """Yield what is said of a decision as it gets a log, is validated, and has its log spoiled."""
    path = written(plain(), folder)
    journal = path.with_name(f"binomes{LOG_SUFFIX}")
    yield verify(path).words
    yield verify(path.with_name("absent.decision.json")).words
    append(journal, make_entry("edit", {"edit": "pin"}, who="Camille"))
    yield verify(path).words
    (folder / "coupled").mkdir()
    doubtful = written(coupled(), folder / "coupled", proofs="none")
    yield verify(doubtful).words
    yield validate(doubtful, who="Camille", why="board", accept_unproved=True).words
    append(journal, make_entry("matching", {"decision": verify(path).digest}, who="Camille"))
    yield verify(path).words
    head = validate(written(plain(), folder), who="Camille", why="board").head
    append(journal, make_entry("edit", {"edit": "ban"}, who="Camille"))
    yield from (verify(path, head=one).words for one in (head, "0" * 63 + "1"))
    lines = journal.read_bytes().splitlines(keepends=True)
    for spoilt in ([*lines, b"x"], [b"x\n", *lines], lines[1:], [lines[0].replace(b"pin", b"ban"), *lines[1:]]):
        journal.write_bytes(b"".join(spoilt))
        yield verify(path).words
    yield verify(path, journal=folder / "none" / "at all").words
    path.write_text("{}")
    yield verify(path).words


def test_what_is_said_of_a_decision_and_its_log_is_english(tmp_path: Path) -> None:
    with language("en"):
        said = list(verified(tmp_path))
    assert len(said) == 14
    assert not french_in(*said)


def test_what_is_refused_is_told_in_english(tmp_path: Path) -> None:
    path = written(plain(), tmp_path)
    with language("en"):
        for who, journal in (("", None), ("Camille", tmp_path / "none" / "at all")):
            with pytest.raises(MentorMatchError) as refusal:
                validate(path, who=who, journal=journal)
            assert not french_in(*[str(refusal.value)])


def test_a_certificate_speaks_english() -> None:
    with language("en"):
        assert not french_in(
            *map(tr, [*VERDICT_WORDS.values(), *GOAL_NAMES.values(), INFEASIBLE_TEXT, FORMER_PAIRS_TEXT, COMPARED_TEXT])
        )
        assert not french_in(*(tr(each, goals="x", gaps="x") for each in (*OUTCOMES.values(), STOPPED_TEXT)))
        assert CertifiedTier("total", 1000, None, 1003).words == "total points, to within 0.3%"
        partly = replace(certify(plain(), posed(plain()).solution), verdict=Verdict.PARTLY)
        open_tiers = tuple(replace(tier, certified=None) for tier in partly.tiers)
        assert not french_in(*[replace(partly, tiers=open_tiers).words])
