"""Help and usage in the language that is spoken, and where a command may write.

Typer's own words are English and cannot be translated. A command never writes over what it reads, nor over what
somebody decided or wrote, and this is known before it works: a parameter called ``out`` or ``folder`` says where it
writes, every other path what it reads.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from functools import cached_property
from inspect import cleandoc
from itertools import groupby
from pathlib import Path
from typing import Any

from typer.core import TyperCommand, TyperGroup

from mentormatch.base.atomic_files import is_read, reading
from mentormatch.cli.errors import handle_errors_and_interrupts, wants_json
from mentormatch.errors import OverwriteError, Problem
from mentormatch.languages.text_keys import for_terminals
from mentormatch.languages.translation import mark, tr

OUTPUT_PARAMETERS = ("out", "folder")
RUN_KINDS = {"repair": "match", "demo": "match", "draw": "match"}
"""Of which kind of run the documents of a command are, where it has not the same name."""
APPENDING_COMMAND = "map"
"""The command that may add to the programme which it reads."""
DECISION, LOG = ".decision.json", ".journal.jsonl"


def get_input_paths(given: Mapping[str, Any]) -> Iterator[Path]:
    """Yield the files that a command reads, with those beside them that go with them."""
    for name, value in given.items():
        for path in paths(value) if name not in OUTPUT_PARAMETERS else ():
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


def get_output_paths(given: Mapping[str, Any]) -> list[Path]:
    """Return where a command writes."""
    return [path for name in OUTPUT_PARAMETERS for path in paths(given.get(name))]


def refuse_overwrite(command: str, given: Mapping[str, Any]) -> None:
    """Raise OverwriteError where a command would write over what it reads, or something good would be lost."""
    out = get_output_paths(given)
    added = [Path(given["programme"])] if command == APPENDING_COMMAND else []
    refuse_inputs([path for path in out if not any(is_same_file(path, one) for one in added)])
    if not given.get("replace", True) and any(path.exists() for path in out):
        refuse_losses(out, RUN_KINDS.get(command, command))


def is_same_file(path: Path, other: Path) -> bool:
    """Say whether two paths are of one file."""
    return path.exists() and other.exists() and path.samefile(other)


def refuse_inputs(out: Iterable[Path]) -> None:
    """Raise OverwriteError where a file to be written is one of those that are read."""
    found = [path for path in out if path.is_file() and is_read(path)]
    if found:
        advice = tr("choisissez un autre nom pour -o")
        problems = [
            Problem(path.name, tr("ce fichier est lu par cette même commande"), advice=advice) for path in found
        ]
        raise OverwriteError(tr("Rien n'a été écrit"), problems)


def refuse_losses(out: Iterable[Path], kind: str) -> None:
    """Raise OverwriteError where something good would be lost."""
    from mentormatch.base.generation import refuse
    from mentormatch.report.folder import at_stake

    refuse([problem for path in out for problem in at_stake(path, kind)], replace=False)


HELP = mark("Montrer cette aide, et rien d'autre.")
USAGE = mark("Utilisation : ")
OPTIONS, ARGUMENTS = mark("Options :"), mark("Arguments :")
COMMAND = mark("COMMANDE [ARGUMENTS]…")
GLOBAL_OPTIONS = {"language", "quiet"}
"""Options of the whole command line that are taken before a command and after it."""


class TranslatedHelp:
    """What a command says of itself, spoken when it is shown."""

    help: str | None
    params: list[Any]

    def get_help(self, ctx: Any) -> str:
        """Return the help, as a terminal may be sent it: Typer writes it by itself."""
        return for_terminals(super().get_help(ctx))  # type: ignore[misc]  # of the command that is mixed in

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write how the command is typed."""
        formatter.write_usage(ctx.command_path, " ".join(self.usage_parts(ctx)), prefix=tr(USAGE))

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        """Write what the command does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(cleandoc(tr(self.help or "")))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write what the command takes."""
        params = self.get_params(ctx)  # type: ignore[attr-defined] # of the command that is mixed in
        arguments, options = ([one for one in params if is_shown(one, kind)] for kind in ("argument", "option"))
        write_list(formatter, tr(ARGUMENTS), ((signature(one), description(one)) for one in arguments))
        write_list(formatter, tr(OPTIONS), ((signature(one), description(one)) for one in options))

    def usage_parts(self, ctx: Any) -> Iterator[str]:
        """Yield the parts of the line of usage."""
        yield "[OPTIONS]"
        for one in (one for one in self.params if is_shown(one, "argument")):
            yield tr(one.metavar) if one.required else f"[{tr(one.metavar)}]"


class Command(TranslatedHelp, TyperCommand):
    """A command, which also takes the options of the whole."""

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the summary of the command, which fits on one line of help at 80 columns whatever the ``limit``."""
        return tr(self.short_help or "")

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the options and arguments of the command, those of the whole after its own."""
        *own, asking_for_help = super().get_params(ctx)
        return [*own, *getattr(ctx.find_root().command, "global_options", ()), asking_for_help]

    def invoke(self, ctx: Any) -> Any:
        """Run the command, unless it would write over what it reads or over something good."""
        from mentormatch.base.generation import clear_left

        paths = list(get_input_paths(ctx.params))
        clear_left(paths)
        with reading(paths):
            refuse_overwrite(str(self.name), ctx.params)
            return super().invoke(ctx)


class HelpGroup(TranslatedHelp, TyperGroup):
    """The whole command line: its commands, and what goes wrong in them, in words."""

    @cached_property
    def global_options(self) -> list[Any]:
        """The options that every command takes too; their environment variables are read once, before a command."""
        shared = [copy(param) for param in self.params if param.name in GLOBAL_OPTIONS]
        for one in shared:
            one.envvar = None
        return shared

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Read the options before the command."""
        with handle_errors_and_interrupts(as_json=wants_json(args)):
            ctx = super().make_context(info_name, args, parent, **extra)
        ctx.meta[__name__] = wants_json(args)
        return ctx

    def invoke(self, ctx: Any) -> Any:
        """Run a command; an error ends with a message on stderr and the exit code of its kind."""
        with handle_errors_and_interrupts(as_json=ctx.meta.get(__name__, False)):
            return super().invoke(ctx)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options of the whole, and its commands under their headings."""
        TranslatedHelp.format_options(self, ctx, formatter)
        width = max(map(len, self.commands))
        for heading, commands in groupby(self.commands.values(), key=lambda command: command.rich_help_panel):
            rows = [(str(command.name).ljust(width), command.get_short_help_str()) for command in commands]
            write_list(formatter, tr("{heading} :", heading=tr(heading)), rows)

    def usage_parts(self, ctx: Any) -> Iterator[str]:
        """Yield the parts of the line of usage."""
        yield from super().usage_parts(ctx)
        yield tr(COMMAND)


def is_shown(param: Any, kind: str) -> bool:
    """Say whether a parameter is an argument, or an option, that is shown."""
    return param.param_type_name == kind and not param.hidden


def signature(param: Any) -> str:
    """Return how an option or argument is written, with what it takes."""
    value = tr(param.metavar) if param.metavar else ""
    return (
        value
        if is_shown(param, "argument")
        else " ".join(filter(None, [", ".join(sorted(param.opts, key=len)), value]))
    )


def description(param: Any) -> str:
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
