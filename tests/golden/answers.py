"""The answers that are kept, a short digest for each aspect of each case, and how others differ from them."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path

from tests.golden import arrays, cohorts, editions, groups, programmes, usage
from tests.golden.aspects import Case

KEPT = Path(__file__).with_name("answers.json")

type Digests = dict[str, str]


def cases() -> Iterator[Case]:
    """Yield every case."""
    yield from chain.from_iterable(part.cases() for part in (programmes, groups, arrays, editions, usage, cohorts))


@cache
def cases_by_name() -> Mapping[str, Case]:
    """Return every case by its name."""
    found = list(cases())
    named = {one.name: one for one in found}
    assert len(named) == len(found), "two cases have one name"
    return named


def kept() -> dict[str, Digests]:
    """Return the digests that are kept, by case and aspect."""
    return dict(json.loads(KEPT.read_text("utf-8"))) if KEPT.exists() else {}


def write(answers: Mapping[str, Digests]) -> None:
    """Keep digests, a line a case."""
    lines = [f"{json.dumps(name)}: {json.dumps(digests)}" for name, digests in sorted(answers.items())]
    KEPT.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def changes(before: Digests, now: Digests) -> list[str]:
    """Return the aspects that are not as they were, those that are new or gone among them."""
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def told(name: str, aspect: str) -> str:
    """Return the text of one aspect of a case."""
    return cases_by_name()[name].found()[aspect]
