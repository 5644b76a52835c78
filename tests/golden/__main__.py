"""Golden answers: ``python -m tests.golden [NAME ...]`` compares them, ``--write`` keeps them anew.

A name is that of a case or begins some (``pairs/``). To see what changed, have two checkouts ``--show`` one aspect.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from time import monotonic

from tests.golden.answers import Digests, cases, cases_by_name, changes, kept, told, write
from tests.golden.aspects import Case


def chosen(names: Sequence[str], *, fast: bool) -> Iterator[Case]:
    """Yield the cases whose names begin with one of these; all, where there is none."""
    yield from (one for one in cases() if (one.fast or not fast) and (not names or one.name.startswith(tuple(names))))


def compared(names: Sequence[str], *, fast: bool, write_anew: bool) -> int:
    """Compare the answers of cases with those kept, or keep them anew; return how many are not as they were."""
    before, found = kept(), dict[str, Digests]()
    for one in chosen(names, fast=fast):
        start = monotonic()
        found[one.name] = one.digests()
        if write_anew:
            write({name: each for name, each in (kept() | found).items() if name in cases_by_name()})
        changed = changes(before.get(one.name, {}), found[one.name])
        say(f"{one.name}: {monotonic() - start:.2f} s: {', '.join(changed) or 'as it was'}")
    wrong = [name for name, digests in found.items() if before.get(name) != digests]
    say(f"{len(wrong)} of {len(found)} changed: {' '.join(wrong)}")
    return 0 if write_anew else len(wrong)


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def run() -> int:
    """Do what is asked for; return how many answers are not as they were."""
    parser = ArgumentParser(prog="python -m tests.golden", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="cases, or how their names begin; without one, all")
    parser.add_argument("--write", action="store_true", help="keep the answers that are found now")
    parser.add_argument("--fast", action="store_true", help="only the cases of the fast suite")
    parser.add_argument("--show", nargs=2, metavar=("CASE", "ASPECT"), help="write the text of one aspect of one case")
    asked = parser.parse_args()
    if asked.show:
        say(told(*asked.show))
        return 0
    return compared(asked.names, fast=asked.fast, write_anew=asked.write)


if __name__ == "__main__":
    sys.exit(min(run(), 1))
