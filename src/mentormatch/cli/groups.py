"""The commands for groups of peers: ``groups``, ``topics``, ``dates`` and ``turns``."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mentormatch.cli.messages import print_error, print_message, say_written, write_json, write_text
from mentormatch.cli.option_groups import RunOptions, SurveyFiles, call_by_codes, expand_options
from mentormatch.cli.options import FILE, TEXT, Replace
from mentormatch.cli.output import EXIT_CODES, NameOptions, keeps_existing_files, say_where_names_are
from mentormatch.languages.translation import mark, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentormatch.groups.result import Result
    from mentormatch.groups.rotation import FileGroup
    from mentormatch.people.cohort import Cohort
    from mentormatch.programme.programme import Programme


GroupsOut = Annotated[
    list[Path] | None,
    typer.Option("-o", "--out", metavar=FILE, help=mark("Fichier .xlsx, .html, .csv ou .json ; à répéter.")),
]
Together = Annotated[
    list[str] | None,
    typer.Option("--together", metavar=TEXT, help=mark("Des codes à réunir, séparés par des virgules ; à répéter.")),
]
Apart = Annotated[
    list[str] | None,
    typer.Option("--apart", metavar=TEXT, help=mark("Des codes à séparer, séparés par des virgules ; à répéter.")),
]
Past = Annotated[
    list[Path] | None,
    typer.Option("--past", metavar=FILE, help=mark("Des groupes d'avant (.json, ou une feuille) ; à répéter.")),
]
Rounds = Annotated[
    int | None,
    typer.Option("--rounds", min=1, metavar=mark("ENTIER"), help=mark("Combien de tours, en changeant de groupe.")),
]
GroupsStaff = Annotated[
    bool, typer.Option("--staff", help=mark("Avec ce qui est réservé à l'équipe : points, raisons, retrouvailles."))
]


SessionsOut = Annotated[
    list[Path] | None,
    typer.Option("-o", "--out", metavar=FILE, help=mark("Fichier .xlsx, .html, .csv, .json ou .ics ; à répéter.")),
]
SessionsStaff = Annotated[
    bool, typer.Option("--staff", help=mark("Avec ce qui est réservé à l'équipe : qui a demandé quoi, qui manque."))
]


@dataclass(frozen=True, kw_only=True)
class SessionOutput:
    """The files to which the plan of a group is written, its readers, and the options of its solve."""

    out: SessionsOut = None
    replace: Replace = False
    staff: SessionsStaff = False
    naming: NameOptions
    run: RunOptions


@dataclass(frozen=True, kw_only=True)
class GroupOutput(SessionOutput):
    """The same for groups: other formats, and other contents for staff."""

    out: GroupsOut = None
    staff: GroupsStaff = False


@expand_options
def groups_command(  # noqa: PLR0913 - the options of the command line are its contract
    *,
    survey: SurveyFiles,
    together: Together = None,
    apart: Apart = None,
    past: Past = None,
    rounds: Rounds = None,
    to: GroupOutput,
) -> None:
    """Form groups of the people who answered, and rounds of groups if requested."""
    from mentormatch.groups.formation import form_groups
    from mentormatch.groups.rotation import read_groups, rotate

    cohort, programme = read_members(survey)
    former = [group for path in past or () for group in read_groups(path, cohort)]
    formed = form_groups(
        cohort,
        programme,
        together=parse_key_lists(together),
        apart=parse_key_lists(apart),
        past=former,
        **to.run.solving,
    )
    names = to.naming.read(cohort, programme, survey.sources)
    named = formed.veiled if names is None else formed.named(names)
    result: Result = rotate(named, rounds) if rounds is not None and formed.groups else named
    say_where_names_are(names if to.out else None)
    output_result(result, to)


def parse_key_lists(texts: Iterable[str] | None) -> list[list[str]]:
    """Split the codes of each option at commas.

    >>> parse_key_lists(["C01, C09"])
    [['C01', 'C09']]
    """
    return [[key.strip() for key in text.split(",")] for text in texts or ()]


Number = Annotated[
    int | None,
    typer.Option("--number", min=1, metavar=mark("ENTIER"), help=mark("Combien de séances ; sinon, le programme.")),
]
Member = Annotated[
    list[str] | None,
    typer.Option("--member", metavar=TEXT, help=mark("Le code d'un membre du groupe ; à répéter. Sinon, tous.")),
]


GroupsFile = Annotated[
    Path | None,
    typer.Option("--groups", metavar=FILE, help=mark("Le fichier des groupes (.json, ou une feuille) ; avec --group.")),
]
GroupNumber = Annotated[
    int | None,
    typer.Option("--group", min=1, metavar=mark("ENTIER"), help=mark("Pour ce groupe du fichier --groups seulement.")),
]


@dataclass(frozen=True, kw_only=True)
class MemberOptions:
    """The members that a plan is for: some of the people who answered, a group of a file, or else all of them."""

    member: Member = None
    groups: GroupsFile = None
    group: GroupNumber = None

    def group_in_file(self, cohort: "Cohort") -> "tuple[Sequence[FileGroup], int] | None":
        """Return the groups of the file led together with one, and the position of that one; None without a file.

        Raises BadParameter if a file is given without the number of a group, or with members, if a number is given
        without a file, or if the file has fewer groups.
        """
        if (self.groups is None) != (self.group is None) or (self.member and self.groups):
            raise typer.BadParameter(tr("donnez --groups et --group ensemble, ou bien --member"))
        if self.groups is None or self.group is None:
            return None
        from mentormatch.groups.rotation import read_file_groups
        from mentormatch.groups.sessions import led_together

        groups = read_file_groups(self.groups, cohort)
        if self.group > len(groups):
            raise typer.BadParameter(tr("--group : ce fichier a {count} groupes", count=len(groups)))
        group = groups[self.group - 1]
        led = next(together for together in led_together(groups) if group in together)
        return led, led.index(group)


@expand_options
def topics_command(*, survey: SurveyFiles, number: Number = None, to: SessionOutput) -> None:
    """Choose the topics of a group."""
    from mentormatch.groups.sessions import topics_of

    cohort, programme = read_members(survey)
    deliver_in_names(topics_of(cohort, programme, number=number, **to.run.solving), survey, cohort, programme, to)


@expand_options
def dates_command(*, survey: SurveyFiles, number: Number = None, members: MemberOptions, to: SessionOutput) -> None:
    """Choose the dates of a group's sessions."""
    from mentormatch.groups.sessions import dates_of, dates_of_groups

    cohort, programme = read_members(survey)
    group = members.group_in_file(cohort)
    if group is None:
        dates = dates_of(cohort, programme, members.member, number=number, **to.run.solving)
    else:
        led, index = group
        dates = dates_of_groups(cohort, programme, led, number=number, **to.run.solving)[index]
    deliver_in_names(dates, survey, cohort, programme, to)


@expand_options
def turns_command(*, survey: SurveyFiles, members: MemberOptions, to: SessionOutput) -> None:
    """Choose who presents at which session, at the best dates if the programme proposes dates."""
    from mentormatch.groups.sessions import year_of, years_of

    cohort, programme = read_members(survey)
    group = members.group_in_file(cohort)
    if group is None:
        dates, turns = year_of(cohort, programme, members.member, **to.run.solving)
    else:
        led, index = group
        dates, turns = years_of(cohort, programme, led, **to.run.solving)[index]
    result: Result | None = turns or dates  # without dates, why there are none
    assert result is not None
    deliver_in_names(result, survey, cohort, programme, to)


def read_members(survey: SurveyFiles) -> "tuple[Cohort, Programme]":
    """Return the people who answered and their programme, and call people by their codes."""
    _, programme = survey.sources, survey.load_programme()  # errors of usage come first
    cohort = survey.read_people(programme)
    call_by_codes(cohort, programme)
    return cohort, programme


def deliver_in_names(
    result: "Result", survey: SurveyFiles, cohort: "Cohort", programme: "Programme", to: SessionOutput
) -> None:
    """Deliver a result whose members are called by their names if these were requested, else by their codes."""
    from mentormatch.explanation.names import codes, cohort_labels

    names = to.naming.read(cohort, programme, survey.sources)
    say_where_names_are(names if to.out else None)
    output_result(
        result.in_codes(codes(cohort)) if names is None else result.relabel(cohort_labels(names, cohort, programme)),
        to,
    )


def output_result(result: "Result", to: SessionOutput) -> None:
    """Write a result where requested, report it, and end with the exit code of its status."""
    from mentormatch.report.sessions import SessionDocuments, first_table_as_text, to_json

    documents, code, out = SessionDocuments(result, to.staff), EXIT_CODES[str(result.status)], to.out or []
    written = () if keeps_existing_files(result.status, *out) else out
    if written:
        result.save(*written, staff=to.staff, replace=to.replace)
    if to.run.as_json:
        write_json(to_json(documents).decode("utf-8"))
    elif not out:
        write_text(first_table_as_text(documents))
    (print_error if code else print_message)(*result.sentences, *result.staff_sentences)
    say_written(*written)
    raise typer.Exit(code)
