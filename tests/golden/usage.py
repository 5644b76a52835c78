"""The help of every command in both languages, and what it answers to arguments that are wrong."""

from collections.abc import Iterator, Mapping
from functools import partial

from tests.cli.commands import NAMES
from tests.golden.aspects import Aspects, Case
from tests.golden.commands import done

WRONG: Mapping[str, str] = {
    "unknown option": "--unknown",
    "too many": "a b c d e f -p absent.toml",
    "no number": "absent.csv --seed x -p absent.toml",
    "below the least": "absent.csv b c --seed -1 -p absent.toml",
    "no value": "absent.csv --time-limit",
    "both sides and one": "absent.csv --mentors absent.csv b c -p absent.toml",
    "one side": "--mentees absent.csv -p absent.toml",
    "one argument": "--mentors absent.csv b -p absent.toml",
    "two arguments": "--mentors absent.csv b c -p absent.toml --json",
    "no side": "-p absent.toml --json",
}
"""Arguments that are wrong for each command: no such programme is there, so none of them runs."""


def help_of_commands(language: str) -> Aspects:
    """Return the help of the command line, and of each command."""
    whole = done("--language", language, "--help").told()
    return {"mentormatch": whole} | {name: done("--language", language, name, "--help").told() for name in NAMES}


def usage_errors(language: str) -> Aspects:
    """Return what each command says of wrong arguments, and how it ends."""
    return {
        name: "\n".join(
            f"{words}: {done('--language', language, name, *words.split()).told()}" for words in WRONG.values()
        )
        for name in NAMES
    }


def cases() -> Iterator[Case]:
    """Yield a case a language, with an aspect a command."""
    for language in ("fr", "en"):
        yield Case(f"help/{language}", partial(help_of_commands, language), fast=True)
        yield Case(f"usage/{language}", partial(usage_errors, language))
