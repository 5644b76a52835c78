"""Help and usage in the language that is spoken: Typer's own words are English and cannot be translated."""

from collections.abc import Iterable, Iterator
from copy import copy
from functools import cached_property
from inspect import cleandoc
from typing import Any

from typer.core import TyperCommand, TyperGroup

from mentormatch.base.atomic_files import reading
from mentormatch.cli.failures import in_words, wants_json
from mentormatch.cli.outputs import inputs, spare
from mentormatch.languages import mark, tr
from mentormatch.languages.text_keys import escape_controls

HELP = mark("Montrer cette aide, et rien d'autre.")
USAGE = mark("Utilisation : ")
OPTIONS, ARGUMENTS, COMMANDS = mark("Options :"), mark("Arguments :"), mark("Commandes :")
COMMAND = mark("COMMANDE [ARGUMENTS]…")
EVERYWHERE = {"language", "quiet"}
"""Options of the whole command line that are taken before a command and after it."""


class InWords:
    """What a command says of itself, spoken when it is shown."""

    help: str | None
    params: list[Any]

    def get_help(self, ctx: Any) -> str:
        """Return the help, as a terminal may be sent it: Typer writes it by itself."""
        return escape_controls(super().get_help(ctx))  # type: ignore[misc]  # of the command that is mixed in

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the help of the command on one line."""
        return first_words(tr(self.help or ""), limit)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write how the command is typed."""
        formatter.write_usage(ctx.command_path, " ".join(self.pieces(ctx)), prefix=tr(USAGE))

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        """Write what the command does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(cleandoc(tr(self.help or "")))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write what the command takes."""
        params = self.get_params(ctx)  # type: ignore[attr-defined] # of the command that is mixed in
        arguments, options = ([one for one in params if takes(one, kind)] for kind in ("argument", "option"))
        write_list(formatter, tr(ARGUMENTS), ((named(one), told(one)) for one in arguments))
        write_list(formatter, tr(OPTIONS), ((named(one), told(one)) for one in options))

    def pieces(self, ctx: Any) -> Iterator[str]:
        """Yield the parts of the line of usage."""
        yield "[OPTIONS]"
        for one in (one for one in self.params if takes(one, "argument")):
            yield tr(one.metavar) if one.required else f"[{tr(one.metavar)}]"


class Command(InWords, TyperCommand):
    """A command, which also takes the options of the whole."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options and arguments of the command, those of the whole after its own."""
        *own, asking_for_help = super().get_params(ctx)
        return [*own, *getattr(ctx.find_root().command, "everywhere", ()), asking_for_help]

    def invoke(self, ctx: Any) -> Any:
        """Run the command, unless it would write over what it reads or over something good."""
        with reading(inputs(ctx.params)):
            spare(str(self.name), ctx.params)
            return super().invoke(ctx)


class HelpGroup(InWords, TyperGroup):
    """The whole command line: its commands, and what goes wrong in them, in words."""

    @cached_property
    def everywhere(self) -> list[Any]:
        """The options that every command takes too; their environment variables are read once, before a command."""
        shared = [copy(param) for param in self.params if param.name in EVERYWHERE]
        for one in shared:
            one.envvar = None
        return shared

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Read the options before the command."""
        with in_words(as_json=wants_json(args)):
            ctx = super().make_context(info_name, args, parent, **extra)
        ctx.meta[__name__] = wants_json(args)
        return ctx

    def invoke(self, ctx: Any) -> Any:
        """Run a command; an error ends with a message on stderr and the exit code of its kind."""
        with in_words(as_json=ctx.meta.get(__name__, False)):
            return super().invoke(ctx)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options of the whole, and its commands."""
        InWords.format_options(self, ctx, formatter)
        commands = {name: command for name, command in self.commands.items() if not command.hidden}
        limit = formatter.width - 6 - max(map(len, commands))
        rows = ((name, command.get_short_help_str(limit)) for name, command in commands.items())
        write_list(formatter, tr(COMMANDS), rows)

    def pieces(self, ctx: Any) -> Iterator[str]:
        """Yield the parts of the line of usage."""
        yield from super().pieces(ctx)
        yield tr(COMMAND)


def takes(param: Any, kind: str) -> bool:
    """Say whether a parameter is an argument, or an option, that is shown."""
    return param.param_type_name == kind and not param.hidden


def named(param: Any) -> str:
    """Return how an option or argument is written, with what it takes."""
    value = tr(param.metavar) if param.metavar else ""
    return (
        value if takes(param, "argument") else " ".join(filter(None, [", ".join(sorted(param.opts, key=len)), value]))
    )


def told(param: Any) -> str:
    """Return what an option or argument is for, what it is where it is not given, and whether it must be."""
    said = tr(HELP) if param.name == "help" else tr(param.help or "")
    if param.required:
        return tr("{help}  [obligatoire]", help=said)
    if param.default in (None, "") or isinstance(param.default, bool):
        return said
    return tr("{help}  [par défaut\u00a0: {value}]", help=said, value=param.default)


def write_list(formatter: Any, title: str, rows: Iterable[tuple[str, str]]) -> None:
    """Write a list under its title, if there is anything in it."""
    found = list(rows)
    if found:
        formatter.write_paragraph()
        formatter.write(f"{title}\n")
        with formatter.indentation():
            formatter.write_dl(found)


def first_words(text: str, limit: int) -> str:
    """Return the first sentence of a text, or as many of its words as there is room for.

    >>> first_words("Former les binômes, et les écrire.", 24), first_words("Lire. Puis écrire.", 24)
    ('Former les binômes, et…', 'Lire.')
    """
    sentence, stop, _ = text.partition(". ")
    whole = f"{sentence}{stop.strip()}"
    if len(whole) <= limit:
        return whole
    return f"{whole[: limit - 1].rpartition(' ')[0]}…"
