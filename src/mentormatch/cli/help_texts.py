"""Help and usage in the current language, and the check that a command overwrites nothing.

The texts of Typer are English and cannot be translated. Before it runs, a command is refused if it would overwrite its
input or, without ``--replace``, a decision or a text that a person wrote. A parameter ``out`` or ``folder`` is an
output, any other path an input.
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
from mentormatch.languages.translation import tr

OUTPUT_PARAMETERS = ("out", "folder")


def get_input_paths(values: Mapping[str, Any]) -> Iterator[Path]:
    for name, value in values.items():
        for path in paths(value) if name not in OUTPUT_PARAMETERS else ():
            yield path
            # Files in the same folder that belong to the input
            if name == "programme":
                yield from (path.with_suffix(".cle"), path.with_suffix(".oublis.json"))
            if path.name.endswith(".decision.json"):
                yield path.with_name(path.name.removesuffix(".decision.json") + ".journal.jsonl")


def paths(value: Any) -> Iterator[Path]:
    """Yield the paths in the value of a parameter; a text may be a path, also after ``3=``."""
    if isinstance(value, Path):
        yield value
    elif isinstance(value, str):
        yield from (Path(text) for text in (value, value.partition("=")[2]) if text and "\0" not in text)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from paths(item)


def get_output_paths(values: Mapping[str, Any]) -> list[Path]:
    return [path for name in OUTPUT_PARAMETERS for path in paths(values.get(name))]


def refuse_overwrite(command: str, values: Mapping[str, Any]) -> None:
    """Raise OverwriteError if a command would overwrite its input, a decision, or a text of a person.

    With ``--replace``, and for commands without that option, only inputs are protected.
    """
    out = get_output_paths(values)
    # The command ``map`` may append to its own input, the programme.
    added = [Path(values["programme"])] if command == "map" else []
    refuse_inputs([path for path in out if not any(is_same_file(path, programme) for programme in added)])
    if not values.get("replace", True) and any(path.exists() for path in out):
        # The documents of these commands are those of a match
        refuse_losses(out, "match" if command in ("repair", "demo", "draw") else command)


def is_same_file(path: Path, other_path: Path) -> bool:
    return path.exists() and other_path.exists() and path.samefile(other_path)


def refuse_inputs(out: Iterable[Path]) -> None:
    """Raise OverwriteError if an output file is also an input file."""
    overwritten = [path for path in out if path.is_file() and is_read(path)]
    if overwritten:
        advice = tr("choisissez un autre nom pour -o")
        problems = [
            Problem(path.name, tr("ce fichier est lu par cette même commande"), advice=advice) for path in overwritten
        ]
        raise OverwriteError(tr("Rien n'a été écrit"), problems)


def refuse_losses(out: Iterable[Path], kind: str) -> None:
    """Raise OverwriteError if a decision, or a text of a person, would be lost."""
    from mentormatch.base.generation import refuse
    from mentormatch.report.folder import find_losses

    refuse([problem for path in out for problem in find_losses(path, kind)], replace=False)


class TranslatedHelp:
    """Help in the language that is current when it is shown."""

    help: str | None
    params: list[Any]

    def get_help(self, ctx: Any) -> str:
        # Typer writes the help to a terminal without escaping control characters.
        return for_terminals(super().get_help(ctx))  # type: ignore[misc]  # of the command that is mixed in

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.usage_parts(ctx)), prefix=tr("Utilisation : "))

    def format_help_text(self, ctx: Any, formatter: Any) -> None:
        """Write the description of the command."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(cleandoc(tr(self.help or "")))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments and options of the command."""
        params = self.get_params(ctx)  # type: ignore[attr-defined] # of the command that is mixed in
        arguments, options = ([param for param in params if is_shown(param, kind)] for kind in ("argument", "option"))
        write_list(formatter, tr("Arguments :"), ((signature(param), description(param)) for param in arguments))
        write_list(formatter, tr("Options :"), ((signature(param), description(param)) for param in options))

    def usage_parts(self, ctx: Any) -> Iterator[str]:
        """Yield the parts of the line of usage."""
        yield "[OPTIONS]"
        for param in (param for param in self.params if is_shown(param, "argument")):
            yield tr(param.metavar) if param.required else f"[{tr(param.metavar)}]"


class Command(TranslatedHelp, TyperCommand):
    """A command, which also accepts the global options."""

    def get_short_help_str(self, limit: int = 45) -> str:
        return tr(self.short_help or "")  # fits on a line of 80 columns, whatever the limit

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters of the command, its own first, then the global options and ``--help``."""
        *params, asking_for_help = super().get_params(ctx)
        return [*params, *getattr(ctx.find_root().command, "global_options", ()), asking_for_help]

    def invoke(self, ctx: Any) -> Any:
        """Run the command, unless ``refuse_overwrite`` refuses it; delete the drafts of killed runs before."""
        from mentormatch.base.generation import clear_left

        paths = list(get_input_paths(ctx.params))
        clear_left(paths)
        with reading(paths):
            refuse_overwrite(str(self.name), ctx.params)
            return super().invoke(ctx)


class HelpGroup(TranslatedHelp, TyperGroup):
    """The command line: its commands under their headings, and their errors as messages."""

    @cached_property
    def global_options(self) -> list[Any]:
        """The options that each command accepts too; their environment variables are read only before a command."""
        params = [copy(param) for param in self.params if param.name in {"language", "quiet"}]
        for param in params:
            param.envvar = None
        return params

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Parse the options before the command."""
        with handle_errors_and_interrupts(as_json=wants_json(args)):
            ctx = super().make_context(info_name, args, parent, **extra)
        ctx.meta[__name__] = wants_json(args)
        return ctx

    def invoke(self, ctx: Any) -> Any:
        with handle_errors_and_interrupts(as_json=ctx.meta.get(__name__, False)):
            return super().invoke(ctx)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the global options, and the commands under their headings."""
        TranslatedHelp.format_options(self, ctx, formatter)
        listed: list[Any] = list(self.commands.values())
        width = max(map(len, self.commands))
        for heading, commands in groupby(listed, key=lambda command: command.rich_help_panel):
            rows = [(command.name.ljust(width), command.get_short_help_str()) for command in commands]
            write_list(formatter, tr("{heading} :", heading=tr(heading)), rows)

    def usage_parts(self, ctx: Any) -> Iterator[str]:
        """Yield the parts of the line of usage."""
        yield from super().usage_parts(ctx)
        yield tr("COMMANDE [ARGUMENTS]…")


def is_shown(param: Any, kind: str) -> bool:
    return param.param_type_name == kind and not param.hidden


def signature(param: Any) -> str:
    """Return the names of an option with its metavar, or the metavar of an argument."""
    value = tr(param.metavar) if param.metavar else ""
    return (
        value
        if is_shown(param, "argument")
        else " ".join(filter(None, [", ".join(sorted(param.opts, key=len)), value]))
    )


def description(param: Any) -> str:
    """Return the help text of a parameter, with a mark if it is required, or else with its default.

    Defaults that are empty, None or booleans are not shown.
    """
    text = tr("Montrer cette aide, et rien d'autre.") if param.name == "help" else tr(param.help or "")
    if param.required:
        return tr("{help}  [obligatoire]", help=text)
    if param.default in (None, "") or isinstance(param.default, bool):
        return text
    return tr("{help}  [par défaut\u00a0: {value}]", help=text, value=param.default)


def write_list(formatter: Any, title: str, rows: Iterable[tuple[str, str]]) -> None:
    """Write a list under its title, unless it is empty."""
    items = list(rows)
    if items:
        formatter.write_paragraph()
        formatter.write(f"{title}\n")
        with formatter.indentation():
            formatter.write_dl(items)
