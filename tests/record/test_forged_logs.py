"""Logs that somebody forged: each is seen, or it is said that nobody could know; the figures are told by kind."""

import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache

import pytest

from mentormatch.languages.translation import tr
from mentormatch.operations.matching import folder_exporters
from mentormatch.record.decision import DECISION_SUFFIX
from mentormatch.record.digests import digest
from mentormatch.record.log import LogEntry, LogKind, LogLine, chain_in, extend_content
from mentormatch.record.seal import STAMP_READERS, Seal
from mentormatch.record.verify import NO_HEAD_TEXT, verify_content
from mentormatch.results import Verification
from tests.record.decisions import chained
from tests.report.cohorts import small

pytestmark = pytest.mark.promise(29)

type Forgery = Callable[[random.Random, Sequence[LogEntry], bytes], bytes]

A_LOG = 20
"""Forgeries of one log."""


@cache
def decision() -> bytes:
    return folder_exporters()[DECISION_SUFFIX].content(small())


@cache
def honest(number: int) -> tuple[tuple[LogEntry, ...], bytes, dict[str, bytes]]:
    """Return a log with one validation at least, its bytes, and the documents that print its head."""
    chance, seal = random.Random(number), digest(decision())
    more: list[LogKind] = ["edit", "matching", "validation", "purge"]
    kinds: list[LogKind] = ["matching", *chance.choices(more, k=chance.randint(2, 7))]
    kinds.insert(chance.randint(1, len(kinds)), "validation")
    entries = tuple(
        LogEntry(
            kind=kind,
            what={"decision": seal, "number": str(place)},
            who=chance.choice(["Camille Roux", "Zoé Martin", "Dominique"]),
            when=f"2026-03-{place + 1:02}T09:30:00+0{chance.randint(0, 2)}:00",
            why=chance.choice(["", "comité", "absence"]),
        )
        for place, kind in enumerate(kinds)
    )
    head, content = extend_content(b"", *entries)
    printed = Seal.of(chain_in(content), seal, head)
    made = {kind: each for kind, each in folder_exporters().items() if kind in STAMP_READERS}
    return entries, content, {f"binomes{kind}": each.content(small(), printed) for kind, each in made.items()}


def cut_at_the_end(chance: random.Random, _: Sequence[LogEntry], content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join(lines[: chance.randrange(len(lines))])


def cut_in_the_middle(chance: random.Random, _: Sequence[LogEntry], content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    del lines[chance.randrange(len(lines) - 1)]
    return b"".join(lines)


def rewritten(chance: random.Random, entries: Sequence[LogEntry], _: bytes) -> bytes:
    """Return a log of which one entry was changed and every digest worked out again."""
    place = chance.randrange(len(entries))
    one = entries[place]
    other = chance.choice([{"who": f"{one.who}x"}, {"why": f"{one.why}x"}, {"when": f"2025{one.when[4:]}"}])
    return chained(*entries[:place], one.model_copy(update=other), *entries[place + 1 :])


def reordered(chance: random.Random, entries: Sequence[LogEntry], content: bytes) -> bytes:
    """Return a log of which two lines changed places, as they were or with every digest worked out again."""
    order = list(range(len(entries)))
    one, two = chance.sample(order, 2)
    order[one], order[two] = two, one
    if chance.random() < 0.5:
        return chained(*(entries[place] for place in order))
    lines = content.splitlines(keepends=True)
    return b"".join(lines[place] for place in order)


def with_another_byte(chance: random.Random, _: Sequence[LogEntry], content: bytes) -> bytes:
    place = chance.randrange(len(content))
    return content[:place] + bytes([content[place] ^ (1 << chance.randrange(7))]) + content[place + 1 :]


def with_a_line_more(chance: random.Random, entries: Sequence[LogEntry], content: bytes) -> bytes:
    """Return a log with a line put in, the lines after it as they were or worked out again."""
    place = chance.randrange(len(entries))
    false = entries[0].model_copy(update={"kind": "validation", "who": "Personne"})
    if chance.random() < 0.5:
        return chained(*entries[:place], false, *entries[place:])
    lines = content.splitlines()
    previous = digest(lines[place - 1]) if place else "0" * 64
    lines.insert(place, LogLine(line=place + 1, previous=previous, entry=false).encode())
    return b"\n".join(lines) + b"\n"


def without_validations(_: random.Random, entries: Sequence[LogEntry], __: bytes) -> bytes:
    return chained(*(one for one in entries if one.kind != "validation"))


FORGERIES: Sequence[Forgery] = (
    cut_at_the_end,
    cut_in_the_middle,
    rewritten,
    reordered,
    with_another_byte,
    with_a_line_more,
    without_validations,
)
WAYS = ("alone", "with a head", "beside documents")


def checked(way: str, number: int, journal: bytes) -> Verification:
    """Return the check of a log in one of three ways."""
    _, content, beside = honest(number)
    head = chain_in(content).head if way == "with a head" else None
    printed = beside if way == "beside documents" else None
    return verify_content(decision(), head=head, journal=journal, documents=printed)


def told(way: str, found: Verification) -> str:
    """Return what a check says of a forged log: that it was seen, or that it could not be, or nothing."""
    if not found.sound:
        return "seen"
    return "said to be unknown" if way == "alone" and tr(NO_HEAD_TEXT) in found.words else "passed in silence"


def figures(count: int) -> Counter[tuple[str, str, str]]:
    """Return how many of so many forged logs were seen, by kind and way."""
    found: Counter[tuple[str, str, str]] = Counter()
    for number in range(count):
        chance, log = random.Random(number), number // A_LOG
        forgery = FORGERIES[number % len(FORGERIES)]
        entries, content, _ = honest(log)
        journal = forgery(chance, entries, content)
        assert journal != content
        for way in WAYS:
            found[forgery.__name__, way, told(way, checked(way, log, journal))] += 1
    return found


@pytest.mark.parametrize("count", [30, pytest.param(1_000, marks=pytest.mark.proof)])
def test_each_forged_log_is_seen_or_it_is_said_that_nobody_could_know(
    count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range((count - 1) // A_LOG + 1):
        assert all(checked(way, number, honest(number)[1]).sound for way in WAYS)
    found = figures(count)
    with capsys.disabled():
        for (forgery, way, what), times in sorted(found.items()) if count > 30 else ():
            sys.stdout.write(f"{forgery:22} {way:18} {what:20} {times:5}\n")
    assert sum(found.values()) == len(WAYS) * count
    assert not [kind for kind in found if kind[2] == "passed in silence"]
    assert {what for _, way, what in found if way != "alone"} == {"seen"}
    assert all(found[forgery, "alone", "seen"] for forgery in ("cut_in_the_middle", "with_a_line_more"))
