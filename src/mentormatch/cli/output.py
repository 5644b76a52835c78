"""A matching -> files, a report on stderr, and an exit code; and the options for names in documents."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mentormatch.cli.messages import print_error, print_message, say_written, write_answer
from mentormatch.cli.options import FILE, Replace, Who
from mentormatch.languages.text_keys import on_one_line
from mentormatch.languages.translation import mark, tr

if TYPE_CHECKING:
    from mentormatch.explanation.names import GivenNames
    from mentormatch.people.cohort import Cohort
    from mentormatch.programme.programme import Programme
    from mentormatch.survey.contacts import Contacts


WithNames = Annotated[
    bool,
    typer.Option(
        "--names",
        help=mark("Avec les noms que les personnes ont donnés, dans les documents et à l'écran, jamais dans le JSON."),
    ),
]
NamesFrom = Annotated[
    Path | None,
    typer.Option("--names-from", metavar=FILE, help=mark("Avec les noms d'une table à part : un code, un nom.")),
]


@dataclass(frozen=True, kw_only=True)
class NameOptions:
    """The source of the names of people in documents: the answers, a table, or none."""

    names: WithNames = False
    names_from: NamesFrom = None

    def read(self, cohort: "Cohort", programme: "Programme", *files: dict[str, Any]) -> "GivenNames | None":
        """Return the names in the given table or, if requested, in the files of answers; None without either.

        Raises RequestError if the programme has no question for names.
        """
        from mentormatch.cli.options import open_source
        from mentormatch.operations.name_sheet import read_names

        if self.names_from is not None:
            return read_names(open_source(self.names_from), cohort, programme)
        if not self.names:
            return None
        if not programme.documents.names:
            from mentormatch.errors import Problem, RequestError

            expected = tr("un champ d'usage « contact »")
            advice = tr("nommez dans le programme le champ des noms, ou donnez --names-from")
            absent = Problem("[documents] name", tr("absent"), expected, advice)
            raise RequestError(tr("Aucun nom n'est connu"), [absent])
        return read_all_contacts(programme, files)


def read_all_contacts(programme: "Programme", files: Sequence[dict[str, Any]]) -> "Contacts":
    """Return the contact details in several sources of answers; the last source of a person wins."""
    from mentormatch.programme.enrolment import read_contacts

    contacts = [read_contacts(programme, **sources) for sources in files]
    people = {person: details for source_contacts in contacts for person, details in source_contacts.people.items()}
    return replace(contacts[0], people=people)


def say_where_names_are(names: "GivenNames | None") -> None:
    """Report which files contain names, if names were requested."""
    if names is not None:
        print_message(
            tr("Les noms sont dans les pages, classeurs et fichiers CSV écrits ; rien d'autre n'en contient.")
        )


Out = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--out",
        metavar=mark("FICHIER|DOSSIER"),
        help=mark("Fichier .xlsx, .html, .csv, .json ou .parquet, ou dossier."),
    ),
]


@dataclass(frozen=True, kw_only=True)
class PairDocuments:
    """The file or folder of pairs, whether it is replaced, the names in documents, and the person for the log."""

    out: Out = None
    replace: Replace = False
    naming: NameOptions
    who: Who = None

    def log_options(self, names: "GivenNames | None", why: str) -> dict[str, Any]:
        """Return the ``log_options`` of ``output_matching``."""
        return {"who": self.who, "why": why, "replace": self.replace, "names": names}


EMPTY_PART_ADVICE = {
    "no_mentors": mark("vérifiez que le fichier des mentor·es est le bon, et ce que dit `mentormatch intake`"),
    "no_mentees": mark("vérifiez que le fichier des mentoré·es est le bon, et ce que dit `mentormatch intake`"),
    "no_criterion": mark("ajoutez au programme une section [[criteria]] dont le poids n'est pas nul"),
}
EMPTY_PART_LABELS = {
    "no_mentors": mark("Mentor·es"),
    "no_mentees": mark("Mentoré·es"),
    "no_criterion": mark("Critères"),
}
"""The part of a programme or survey that is empty, by the code of its caveat."""
EXIT_CODES = {"proved": 0, "feasible": 0, "infeasible": 4, "stopped": 5, "failed": 1}
"""The exit code of each status."""


def output_matching(matching: Any, out: Path | None, *, log_options: dict[str, Any], as_json: bool) -> None:
    """Write the matching where requested, report it, and end with the exit code of its status.

    ``log_options`` contains who formed it and why, for the log of a folder, whether existing documents are replaced,
    and the names in documents. Raises RequestError, and writes nothing, if a side is empty or no criterion counts.
    """
    from mentormatch.cli.summary import pairs_text
    from mentormatch.contract.match_response import MatchResponse

    refuse_empty(matching)
    written = save_matching(matching, out, log_options)
    write_answer(
        lambda: MatchResponse.of(matching, matching.labels).to_json(),
        lambda: pairs_text(matching, log_options.get("names")),
        as_json=as_json,
        out=out,
    )
    report_matching(matching, written)
    if written:
        say_where_names_are(log_options.get("names"))
    raise typer.Exit(EXIT_CODES[str(matching.status)])


def refuse_empty(matching: Any) -> None:
    """Raise RequestError if a side is empty, or no criterion counts: no pairs can be formed or compared."""
    from mentormatch.errors import Problem, RequestError
    from mentormatch.explanation.caveats import CODES_BEFORE_DATA

    empty = [caveat for caveat in matching.caveats if caveat.code in CODES_BEFORE_DATA]
    if empty:
        problems = [
            Problem(
                tr(EMPTY_PART_LABELS[caveat.code]),
                caveat.sentence,
                advice=tr(EMPTY_PART_ADVICE[caveat.code]),
                code=caveat.code,
            )
            for caveat in empty
        ]
        raise RequestError(tr("Rien n'a été formé ni écrit"), problems)


def save_matching(matching: Any, out: Path | None, log_options: dict[str, Any]) -> tuple[Path, ...]:
    """Write the matching to ``out``, unless it has no result and ``out`` has documents of one that has."""
    if out is None:
        return ()
    from mentormatch.report.folder import keeps_existing

    if keeps_existing(matching, out):
        say_kept(out)
        return ()
    return write(matching, out, log_options)


def write(matching: Any, out: Path, log_options: dict[str, Any]) -> tuple[Path, ...]:
    """Write the matching, together with the files of an example if there are any."""
    from mentormatch.languages.translation import language
    from mentormatch.report.folder import save_folder

    if "examples" in log_options:
        with language(matching.language, unless_asked=True):
            return save_folder(matching, out, **log_options)
    written: tuple[Path, ...] = matching.save(out, **log_options)
    return written


def keeps_existing_files(status: Any, *out: Path) -> bool:
    """Return whether a status has no result and some of the files exist, which then stay; report these files."""
    existing = [path for path in out if path.exists()] if EXIT_CODES[str(status)] else []
    for path in existing:
        say_kept(path)
    return bool(existing)


def refuse_unanswered(matching: Any) -> None:
    """If a matching has no result, report it and exit with the code of its status: there is nothing to write."""
    code = EXIT_CODES[str(matching.status)]
    if code:
        report_matching(matching, ())
        print_error(tr("Rien n'a été écrit."))
        raise typer.Exit(code)


def say_kept(path: Path) -> None:
    print_error(tr("Rien n'a été écrit : {path} garde ce qui s'y trouvait.", path=path))


def tell_caveats(matching: Any, speak: Callable[..., None] = print_message) -> None:
    """Report the caveats of a matching: nothing was compared, goals without a proof, differences lost by rounding."""
    speak(*(on_one_line(caveat.sentence) for caveat in matching.caveats))


def report_matching(matching: Any, written: tuple[Path, ...]) -> None:
    """Report a matching and its files; if it has no result, report why, even with ``--quiet``."""
    from mentormatch.operations.matching import summary

    speak = print_error if EXIT_CODES[str(matching.status)] else print_message
    # Files of pairs in CSV have no room for caveats, which are therefore reported even with ``--quiet``
    mute = any(path.suffix.lower() == ".csv" for path in written)
    speak(*map(on_one_line, matching.losses))
    tell_caveats(matching, print_error if mute else speak)
    for remark in matching.cohort.remarks:
        if remark.line is None:
            print_message(on_one_line(tr("À vérifier : {remark}", remark=remark.text)))
    speak(summary(matching))
    if matching.diagnosis:
        speak(*(on_one_line(f"  - {sentence}") for sentence in matching.diagnosis.sentences))
    say_written(*written)
