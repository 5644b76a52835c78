"""The commands ``export-person``, ``forget`` and ``purge``: what people may ask of their data, and an edition's end."""

from pathlib import Path
from typing import Annotated

import typer

from mentormatch.cli.options import (
    HERE,
    Answers,
    AsJson,
    Mentees,
    Mentors,
    ProgrammeFile,
    ToolName,
    say,
    say_json,
    sources,
    write_new,
)

Who = Annotated[str | None, typer.Option("--who", help="Qui le fait, pour le journal ; sinon, le compte.")]
Why = Annotated[str, typer.Option("--why", help="Pourquoi, pour le journal. Sans le nom de la personne.")]
Somebody = Annotated[str, typer.Argument(help="Le code de la personne, ou son courriel.")]
Folders = Annotated[list[Path] | None, typer.Option("--in", help="Un dossier de documents ; à répéter au besoin.")]
Told = Annotated[Path | None, typer.Option("-o", "--out", help="Le fichier à écrire ; sinon, sur la sortie.")]
Sure = Annotated[bool, typer.Option("--yes", help="Effacer vraiment ; sinon, dire seulement ce qui le serait.")]


def export_command(  # noqa: PLR0913 - the options of the command line are its contract
    person: Somebody,
    answers: Answers = None,
    *,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    folders: Folders = None,
    out: Told = None,
    as_json: AsJson = False,
) -> None:
    """Écrire, en JSON, tout ce qui est conservé d'une personne, pour le lui remettre (RGPD, article 15)."""
    from mentormatch.rights.edition import Edition
    from mentormatch.rights.export import export_person

    files = sources(answers, mentors, mentees, None)
    export = export_person(Edition(programme, files, tuple(folders or ()), tool), person)
    if out is not None:
        write_new(out, export.to_json(), private=True)
        say(f"Écrit : {out}")
    if as_json or out is None:
        typer.echo(export.to_json(), nl=False)


def forget_command(  # noqa: PLR0913 - the options of the command line are its contract
    person: Somebody,
    answers: Answers = None,
    *,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    folders: Folders = None,
    who: Who = None,
    why: Why = "",
    as_json: AsJson = False,
) -> None:
    """Effacer une personne des réponses et des documents, et ne plus jamais la lire (RGPD, article 17)."""
    from mentormatch.rights.edition import Edition
    from mentormatch.rights.erasure import forget

    files = sources(answers, mentors, mentees, None)
    done = forget(Edition(programme, files, tuple(folders or ()), tool), person, who=who, why=why)
    if as_json:
        told = {"rows": done.rows, "documents": [str(path) for path in done.documents], "to_do": done.to_do}
        say_json(told)
    for source, line in done.rows:
        say(f"Effacée : {source}, ligne {line}")
    for path in done.documents:
        say(f"Effacé, à refaire : {path}")
    for sentence in done.to_do:
        say(f"Reste à faire : {sentence}.")


def purge_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    folders: Folders = None,
    who: Who = None,
    why: Why = "",
    yes: Sure = False,
    as_json: AsJson = False,
) -> None:
    """Finir une édition : effacer les réponses et les documents, garder la décision et son journal."""
    from mentormatch.rights.edition import Edition
    from mentormatch.rights.ending import others_in, purge, to_purge

    named = {"answers": answers, "mentors": mentors, "mentees": mentees}
    files = {name: path for name, path in named.items() if path is not None}
    edition = Edition(programme, files, tuple(folders or ()))
    going = purge(edition, who=who, why=why) if yes else to_purge(edition)
    left = list(others_in(edition, going))
    if as_json:
        told = {"deleted": yes, "files": [str(path) for path in going], "left": [str(path) for path in left]}
        say_json(told)
    for path in going:
        say(f"{'Effacé' if yes else 'Serait effacé'} : {path}")
    for path in left:
        say(f"Laissé, à regarder : {path}")
    if not yes:
        say("Rien n'a été effacé : ajoutez --yes.")


def contacts_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    out: Told = None,
    as_json: AsJson = False,
) -> None:
    """Écrire à part comment joindre chaque personne, dans un fichier que son auteur seul peut lire."""
    from mentormatch.enrolment import read_contacts
    from mentormatch.programme import Programme
    from mentormatch.report.contacts import write_contacts

    known = Programme.load(programme)
    contacts = read_contacts(known, **sources(answers, mentors, mentees, tool))
    written = write_contacts(contacts, known, out or Path("contacts.csv"))
    if as_json:
        say_json({"written": [str(written)], "people": len(contacts), "fields": contacts.fields})
    say(f"Écrit : {written}")
