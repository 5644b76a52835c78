"""The commands ``draft`` and ``map``: a first programme, or a first mapping, for people to read over and confirm."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from mentormatch.cli.options import (
    FILE,
    HERE,
    Answers,
    AsJson,
    EncodingName,
    Mentees,
    Mentors,
    ProgrammeFile,
    ToolName,
    sources,
)
from mentormatch.cli.saying import say, say_json, say_written, write_text
from mentormatch.cli.writing import write_new
from mentormatch.languages import mark, tr

DraftFile = Annotated[
    Path | None, typer.Option("-o", "--out", metavar=FILE, help=mark("Le programme à écrire ; sinon, sur la sortie."))
]
MappingFile = Annotated[
    Path | None,
    typer.Option(
        "-o", "--out", metavar=FILE, help=mark("Un nouveau fichier, ou le programme lui-même, pour l'ajouter à sa fin.")
    ),
]


def draft_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    encoding: EncodingName = None,
    out: DraftFile = None,
    as_json: AsJson = False,
) -> None:
    """Write a first programme from answers that no programme describes; all that it deduces is to be confirmed."""
    from mentormatch.drafting.programme import draft
    from mentormatch.enrolment import read_tables

    made = draft(read_tables(**sources(answers, mentors, mentees, tool, encoding)))
    deliver(made.text, out, told={"programme": made.text, "lacking": made.lacking}, as_json=as_json)
    for sentence in made.lacking:
        say(tr("À compléter : {sentence}.", sentence=sentence))


def map_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    encoding: EncodingName = None,
    out: MappingFile = None,
    as_json: AsJson = False,
) -> None:
    """Propose which question each column answers, and which option each answer is, where the words differ."""
    from mentormatch.drafting.mapping import propose, with_mapping, written
    from mentormatch.enrolment import read_tables
    from mentormatch.programme import Programme

    known = Programme.load(programme)
    proposal = propose(known, read_tables(**sources(answers, mentors, mentees, tool, encoding)))
    text = written(proposal, known)
    if proposal.empty:
        say(tr("Rien à faire correspondre : chaque colonne et chaque réponse est comprise telle quelle."))
    if out is not None and out.exists() and out.samefile(programme):
        with_mapping(programme, text)
        say(tr("Ajouté à la fin de {path}", path=out))
        text, out = "", None
    deliver(text, out, told=asdict(proposal), as_json=as_json)


def deliver(text: str, out: Path | None, *, told: dict[str, object], as_json: bool) -> None:
    """Write a text into a new file, or on stdout; as JSON, what it says."""
    if out is not None:
        write_new(out, text)
        say_written(out)
    if as_json:
        say_json(told)
    elif out is None and text:
        write_text(text)
