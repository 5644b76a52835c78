"""Where a command writes: never over what it reads, nor over what somebody decided or wrote, and known before it works.

This is so for every command by itself: a parameter called ``out`` or ``folder`` says where it writes, every other path
what it reads.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mentormatch.base.atomic_files import is_read
from mentormatch.errors import OverwriteError, Problem
from mentormatch.languages import tr

WRITTEN = ("out", "folder")
KINDS = {"repair": "match", "demo": "match"}
"""Of which kind of run the documents of a command are, where it has not the same name."""
ADDS = "map"
"""The command that may add to the programme which it reads."""
DECISION, LOG = ".decision.json", ".journal.jsonl"


def inputs(given: Mapping[str, Any]) -> Iterator[Path]:
    """Yield the files that a command reads, with those beside them that go with them."""
    for name, value in given.items():
        for path in paths(value) if name not in WRITTEN else ():
            yield path
            if name == "programme":
                yield from (path.with_suffix(".cle"), path.with_suffix(".oublis.json"))
            if path.name.endswith(DECISION):
                yield path.with_name(path.name.removesuffix(DECISION) + LOG)


def paths(value: Any) -> Iterator[Path]:
    """Yield the paths in what was given for a parameter; a text may be one, and so may what follows ``3=``."""
    if isinstance(value, Path):
        yield value
    elif isinstance(value, str):
        yield from (Path(text) for text in (value, value.partition("=")[2]) if text and "\0" not in text)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from paths(one)


def outputs(given: Mapping[str, Any]) -> list[Path]:
    """Return where a command writes."""
    return [path for name in WRITTEN for path in paths(given.get(name))]


def spare(command: str, given: Mapping[str, Any]) -> None:
    """Raise OverwriteError where a command would write over what it reads, or something good would be lost."""
    out = outputs(given)
    added = [Path(given["programme"])] if command == ADDS else []
    refuse_inputs([path for path in out if not any(alike(path, one) for one in added)])
    if not given.get("replace", True) and any(path.exists() for path in out):
        refuse_losses(out, KINDS.get(command, command))


def alike(path: Path, other: Path) -> bool:
    """Say whether two paths are of one file."""
    return path.exists() and other.exists() and path.samefile(other)


def refuse_inputs(out: Iterable[Path]) -> None:
    """Raise OverwriteError where a file to be written is one of those that are read."""
    found = [path for path in out if path.is_file() and is_read(path)]
    if found:
        advice = tr("choisissez un autre nom pour -o")
        told = [Problem(path.name, tr("ce fichier est lu par cette même commande"), advice=advice) for path in found]
        raise OverwriteError(tr("Rien n'a été écrit"), told)


def refuse_losses(out: Iterable[Path], kind: str) -> None:
    """Raise OverwriteError where something good would be lost."""
    from mentormatch.base.generation import refuse
    from mentormatch.report.folder import at_stake

    refuse([problem for path in out for problem in at_stake(path, kind)], replace=False)
