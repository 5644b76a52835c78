"""The first commands: ``demo`` and ``new`` from an example, ``draft`` and ``map`` from unknown answers."""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mentormatch.cli.messages import (
    print_message,
    requested_language,
    say_json,
    say_written,
    use_request_language,
    write_text,
)
from mentormatch.cli.option_groups import RunOptions, SideFiles, SurveyFiles, expand_options
from mentormatch.cli.options import FILE, FOLDER, STDIN, TEXT, Answers, AsJson, Replace, Who, Why, read_bytes, write_new
from mentormatch.cli.output import output_matching
from mentormatch.languages.phrases import about, counted, listed, quoted
from mentormatch.languages.translation import mark, spoken, tr

if TYPE_CHECKING:
    from mentormatch.programme.drafts.programme_draft import Draft
    from mentormatch.programme.drafts.samples import Tables


FolderArgument = Annotated[Path, typer.Argument(metavar=FOLDER, help=mark("Où écrire."))]

Example = Annotated[
    str | None,
    typer.Option(
        "--example",
        metavar=TEXT,
        help=mark("Quel exemple ; sinon, celui de la langue demandée. Un nom inconnu fait dire ceux qu'il y a."),
    ),
]


@expand_options
def demo_command(  # noqa: PLR0913 - one parameter per option
    *,
    ctx: typer.Context,
    folder: FolderArgument = Path("mentormatch-demo"),
    example: Example = None,
    replace: Replace = False,
    who: Who = None,
    why: Why = "",
    run: RunOptions,
) -> None:
    """Form the pairs of an example programme, and write workbook, page, CSV and JSON into a folder."""
    from mentormatch import examples
    from mentormatch.operations.matching import match

    name = example or examples.name_in(requested_language(ctx))
    matching = match(examples.cohort(name), examples.programme(name), **run.solving)
    log_options = {"who": who, "why": why, "replace": replace, "examples": examples.contents(name)}
    output_matching(matching, folder, log_options=log_options, as_json=run.as_json)


@expand_options
def new_command(*, ctx: typer.Context, folder: FolderArgument, example: Example = None, run: RunOptions) -> None:
    """Write an example programme and its answers into a folder, to start from."""
    from mentormatch import examples

    written = examples.copy_to(folder, example or examples.name_in(requested_language(ctx)), overwrite=False)
    if run.as_json:
        say_json({"written": [str(written.programme), str(written.answers)]})
    print_message(tr("Écrits : {programme}, {answers}", programme=written.programme, answers=written.answers))


DraftFile = Annotated[
    Path | None, typer.Option("-o", "--out", metavar=FILE, help=mark("Le programme à écrire ; sinon, sur la sortie."))
]
QuestionsFile = Annotated[
    Path | None,
    typer.Option("--questions", metavar=FILE, help=mark("Écrire les questions du brouillon, avec leurs propositions.")),
]
RepliesFile = Annotated[
    Path | None, typer.Option("--answers", metavar=FILE, help=mark("Un fichier de questions auxquelles on a répondu."))
]
NoQuestions = Annotated[bool, typer.Option("--no-questions", help=mark("Ne rien demander, même dans un terminal."))]
MappingFile = Annotated[
    Path | None,
    typer.Option(
        "-o", "--out", metavar=FILE, help=mark("Un nouveau fichier, ou le programme lui-même, pour l'ajouter à sa fin.")
    ),
]


@expand_options
def draft_command(  # noqa: PLR0913 - one parameter per option
    *,
    ctx: typer.Context,
    answers: Answers = None,
    sides: SideFiles,
    out: DraftFile = None,
    questions: QuestionsFile = None,
    replies: RepliesFile = None,
    no_questions: NoQuestions = False,
    as_json: AsJson = False,
) -> None:
    """Write a draft programme from answers without a programme; ask staff what the answers do not tell."""
    from mentormatch.cli.interview import ask_all, open_lines
    from mentormatch.programme.drafts.samples import language_of
    from mentormatch.programme.enrolment import read_tables
    from mentormatch.programme.interview.interview import DraftInterview
    from mentormatch.programme.interview.question_file import questions_text, read_replies

    sources, language_before = sides.sources(answers), spoken()
    tables = read_tables(**sources)
    use_request_language(ctx, language_of(tables))
    if spoken() != language_before:
        tables = read_tables(**sources)  # for remarks in the language of the answers
    file_replies = read_replies(read_bytes(replies), replies.name) if replies else {}
    interview = DraftInterview.of(tables, file_replies)
    print_message(*reading_lines(tables))
    if can_ask() and not (no_questions or as_json or questions or STDIN in sources.values()):
        interview = ask_all(interview)
    draft = interview.draft
    print_message(*dry_run_lines(draft), *blocker_lines(draft), *to_review_lines(draft), *open_lines(interview))
    if questions is not None:
        write_new(questions, questions_text(interview.with_proposals().questions))
        say_written(questions)
    values = {
        "programme": draft.text,
        "language": draft.language,
        "lacking": draft.lacking,
        "problems": [str(problem) for problem in draft.dry_run.problems],
        "rows": draft.dry_run.fates,
        "rejected": draft.rejected,
        "confirm": draft.confirm,
        "orders": draft.orders,
        "proposed": draft.proposed,
        "questions": [question.to_dict() for question in interview.questions],
    }
    if questions is None or out is not None or as_json:
        write_draft(draft.text, out, values=values, as_json=as_json)


def can_ask() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def reading_lines(tables: "Tables") -> Iterator[str]:
    """Yield a line per file: the recognised tool, the encoding and delimiter or the sheet, and the size."""
    from mentormatch.inspection.section import read_as
    from mentormatch.report.intake_words import reading_rows
    from mentormatch.survey.entries import SubmissionSheet
    from mentormatch.survey.plan import IntakePlan

    nothing = IntakePlan(fields={}, key=None, email=None)
    sheets = [read_as(SubmissionSheet(table, side, {}), nothing) for table, side in tables]
    for source, tool, rows, columns, manner in reading_rows(sheets):
        parts = [tool, manner, counted(rows, "ligne"), counted(columns, "colonne")]
        yield f"{about(tr('« {text} »', text=source), ', '.join(part for part in parts if part))}."
    yield from (remark.text for table, _ in tables for remark in table.remarks if remark.line is None)


def dry_run_lines(draft: "Draft") -> Iterator[str]:
    """Yield the outcome of the rows with this draft, and the number of answers that the draft cannot read."""
    from mentormatch.inspection.section import Fates
    from mentormatch.report.intake_words import rows_in_words

    dry_run = draft.dry_run
    if dry_run.rows:
        rows = rows_in_words(Fates(dry_run.rows, keyed=False))
        yield about(tr("Relu comme un seul côté") if dry_run.alone else tr("Relu avec ce brouillon"), f"{rows}.")
    yield from (f"{sentence}." for sentence in draft.rejected)
    for name, count in dry_run.misread.items():
        answers = counted(count, "réponse")
        yield tr("« {name} » : {given} que ce brouillon ne comprend pas, à regarder.", name=name, given=answers)


def blocker_lines(draft: "Draft") -> Iterator[str]:
    for sentence in draft.lacking or map(str, draft.dry_run.problems):
        yield tr("À compléter : {sentence}.", sentence=sentence.rstrip("."))


def to_review_lines(draft: "Draft") -> Iterator[str]:
    """Yield the numbers of items to review: deduced lines, unknown orders of options, proposed criteria."""
    lines = counted(draft.confirm, "ligne")
    yield tr("À relire : {lines} « à confirmer ».", lines=lines)
    for entry in draft.entries:
        if entry.unclear:
            answers = listed([quoted(text) for text in entry.unclear])
            yield tr(
                "À préciser : {answers} à {name}, quel nombre de personnes ?", answers=answers, name=quoted(entry.name)
            )
    if draft.orders:
        names = listed([tr("« {text} »", text=name) for name in draft.orders])
        orders = counted(len(draft.orders), "ordre")
        yield tr("À vérifier : {orders} que rien ne dit, « ORDRE À VÉRIFIER » : {names}.", orders=orders, names=names)
    if draft.proposed:
        count = counted(draft.proposed, "proposition")
        yield tr("À choisir : {count} en commentaire à la fin, de même poids.", count=count)


@expand_options
def map_command(*, survey: SurveyFiles, out: MappingFile = None, as_json: AsJson = False) -> None:
    """Propose the question that each column answers, and the option of each answer, where the words differ."""
    from mentormatch.programme.drafts.mapping_draft import add_mapping, mapping_text, propose_mapping
    from mentormatch.programme.enrolment import read_tables

    programme = survey.load_programme()
    proposal = propose_mapping(programme, read_tables(**survey.sources))
    text = mapping_text(proposal, programme)
    if proposal.empty:
        print_message(tr("Rien à faire correspondre : chaque colonne et chaque réponse est comprise telle quelle."))
    if out is not None and out.exists() and out.samefile(survey.programme):
        add_mapping(survey.programme, text)
        print_message(tr("Ajouté à la fin de {path}", path=out))
        text, out = "", None
    write_draft(text, out, values=asdict(proposal), as_json=as_json)


def write_draft(text: str, out: Path | None, *, values: dict[str, object], as_json: bool) -> None:
    """Write a text to a new file or on stdout; with ``as_json``, write its ``values`` on stdout instead."""
    if out is not None:
        write_new(out, text)
        say_written(out)
    if as_json:
        say_json(values)
    elif out is None and text:
        write_text(text)
