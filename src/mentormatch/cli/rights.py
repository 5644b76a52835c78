"""The commands on personal data: ``export-person``, ``forget``, ``purge`` and ``contacts``."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mentormatch.cli.messages import print_error, print_message, say_json, say_written, write_json
from mentormatch.cli.option_groups import SideFiles, SurveyFiles, expand_options
from mentormatch.cli.options import (
    DEFAULT_PROGRAMME,
    FILE,
    FOLDER,
    TEXT,
    AsJson,
    Mentees,
    Mentors,
    ProgrammeFile,
    Replace,
    StoredAnswers,
    Who,
    answer_files,
    write_new,
)
from mentormatch.languages.translation import mark, tr

if TYPE_CHECKING:
    from mentormatch.record.rights.edition import Edition

Why = Annotated[
    str, typer.Option("--why", metavar=TEXT, help=mark("Pourquoi, pour le journal. Sans le nom de la personne."))
]
Somebody = Annotated[
    str, typer.Argument(metavar=mark("PERSONNE"), help=mark("Le code de la personne, ou son courriel."))
]
Folders = Annotated[
    list[Path] | None,
    typer.Option(
        "--in",
        metavar=FOLDER,
        help=mark("Un dossier de documents, à répéter ; sinon, ceux près du programme."),
    ),
]
OutFile = Annotated[
    Path | None, typer.Option("-o", "--out", metavar=FILE, help=mark("Le fichier à écrire ; sinon, sur la sortie."))
]
YesOption = Annotated[
    bool, typer.Option("--yes", help=mark("Effacer vraiment ; sinon, dire seulement ce qui le serait."))
]


@dataclass(frozen=True, kw_only=True)
class EditionFiles:
    """The files of an edition: its programme, its answers, and the folders of its documents."""

    answers: StoredAnswers = None
    programme: ProgrammeFile = DEFAULT_PROGRAMME
    sides: SideFiles
    folders: Folders = None

    @property
    def edition(self) -> "Edition":
        """The edition, as the operations on the data of one person take it."""
        from mentormatch.record.rights.edition import Edition, get_document_folders

        homes = tuple(self.folders or get_document_folders(self.programme))
        answers = answer_files(self.answers, self.sides.mentors, self.sides.mentees)
        return Edition(self.programme, answers, homes, self.sides.tool, self.sides.encoding)


@expand_options
def export_command(*, person: Somebody, stored: EditionFiles, out: OutFile = None, as_json: AsJson = False) -> None:
    """Write as JSON all that is kept about a person, for them (GDPR, article 15)."""
    from mentormatch.record.rights.edition import export_person

    export = export_person(stored.edition, person)
    if out is not None:
        write_new(out, export.to_json(), private=True)
        say_written(out)
    if as_json or out is None:
        write_json(export.to_json())


@expand_options
def forget_command(
    *, person: Somebody, stored: EditionFiles, who: Who = None, why: Why = "", as_json: AsJson = False
) -> None:
    """Erase a person from the answers and the documents, and never read them again (GDPR, article 17)."""
    from mentormatch.record.rights.erasure import forget

    erasure = forget(stored.edition, person, who=who, why=why)
    if as_json:
        remaining = {"to_do": erasure.to_do, "failed": erasure.failed}
        report = {"rows": erasure.rows, "documents": [str(path) for path in erasure.documents], **remaining}
        say_json(report)
    print_message(
        *(tr("Effacée : {source}, ligne {line}", source=source, line=line) for source, line in erasure.rows),
        *(tr("Effacé, à refaire : {path}", path=path) for path in erasure.documents),
        *(tr("Reste à faire : {sentence}.", sentence=sentence) for sentence in erasure.to_do),
    )
    print_error(*(tr("Reste à faire : {sentence}.", sentence=sentence) for sentence in erasure.failed))
    raise typer.Exit(1 if erasure.failed else 0)


def purge_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: StoredAnswers = None,
    *,
    programme: ProgrammeFile = DEFAULT_PROGRAMME,
    mentors: Mentors = None,
    mentees: Mentees = None,
    folders: Folders = None,
    who: Who = None,
    why: Why = "",
    yes: YesOption = False,
    as_json: AsJson = False,
) -> None:
    """End an edition: erase the answers and the documents, keep the decision and its log."""
    from mentormatch.record.rights.edition import Edition, get_document_folders
    from mentormatch.record.rights.erasure import find_files_to_purge, find_foreign_documents, purge

    named = {"answers": answers, "mentors": mentors, "mentees": mentees}
    paths = {name: path for name, path in named.items() if path is not None}
    edition = Edition(programme, paths, tuple(folders or get_document_folders(programme)))
    targets = purge(edition, who=who, why=why) if yes else find_files_to_purge(edition)
    remaining = list(find_foreign_documents(edition, targets))
    if as_json:
        report = {"deleted": yes, "files": [str(path) for path in targets], "left": [str(path) for path in remaining]}
        say_json(report)
    print_message(
        *(tr("Effacé : {path}", path=path) if yes else tr("Serait effacé : {path}", path=path) for path in targets),
        *(tr("Laissé, à regarder : {path}", path=path) for path in remaining),
    )
    if not yes:
        print_message(tr("Rien n'a été effacé : ajoutez --yes."))


@expand_options
def contacts_command(
    *, survey: SurveyFiles, out: OutFile = None, replace: Replace = False, as_json: AsJson = False
) -> None:
    """Write the contact details of each person to a file that only its author can read."""
    from mentormatch.programme.enrolment import read_contacts
    from mentormatch.report.handouts import write_contacts

    programme = survey.load_programme()
    contacts = read_contacts(programme, **survey.sources)
    written = write_contacts(contacts, programme, out or Path("contacts.csv"), replace=replace)
    if as_json:
        say_json({"written": [str(written)], "people": len(contacts), "fields": contacts.fields})
    say_written(written)
