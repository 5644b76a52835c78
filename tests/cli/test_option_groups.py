"""Option groups: a dataclass in the signature of a command stands for an option per field."""

from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from mentormatch.cli.option_groups import expand_options

First = Annotated[int, typer.Option("--first")]
Second = Annotated[str | None, typer.Option("--second")]
Files = Annotated[list[str], typer.Argument()]


@dataclass(frozen=True, kw_only=True)
class Inner:
    """One option."""

    second: Second = None


@dataclass(frozen=True, kw_only=True)
class Outer:
    """An argument that must be given, an option, and a group."""

    files: Files
    first: First = 1
    inner: Inner


@dataclass(frozen=True, kw_only=True)
class Changed(Outer):
    """The same with another default, which keeps its place."""

    first: First = 2


def run(command: object, *words: str) -> str:
    app = typer.Typer(rich_markup_mode=None)
    app.command()(expand_options(command))  # type: ignore[arg-type]  # any of the functions below
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    return done.output


def test_a_command_receives_its_groups_with_what_was_given_and_defaults() -> None:
    def command(*, own: Annotated[bool, typer.Option("--own")] = False, outer: Outer) -> None:
        typer.echo(f"{own} {outer}")

    assert run(command, "a", "b", "--second", "s").strip() == f"False {outer(['a', 'b'], 1, 's')}"
    assert run(command, "a", "--own", "--first", "3").strip() == f"True {outer(['a'], 3, None)}"
    assert "Missing argument" in run(command)


def outer(files: list[str], first: int, second: str | None) -> Outer:
    return Outer(files=files, first=first, inner=Inner(second=second))


def test_options_of_a_group_stand_where_the_group_stands_and_an_inherited_one_where_it_stood() -> None:
    def command(*, groups: Changed, last: Annotated[int, typer.Option("--last")] = 0) -> None:
        typer.echo(f"{groups.first} {last}")

    told = run(command, "--help")
    assert sorted(("--first", "--second", "--last"), key=told.index) == ["--first", "--second", "--last"]
    assert run(command, "a").strip() == "2 0"


def test_two_options_of_one_name_are_refused_when_the_command_is_made() -> None:
    def command(*, one: Inner, other: Outer) -> None:
        raise AssertionError((one, other))

    with pytest.raises(ValueError, match="second"):
        expand_options(command)
