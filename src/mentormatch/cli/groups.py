"""The commands for groups of peers: ``groups``, ``topics``, ``dates`` and ``turns``."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mentormatch.cli.delivery import EXIT_CODES, NamesFrom, WithNames, lacks_answer, read_given_names, say_held
from mentormatch.cli.messages import complain, say, say_written, write_json, write_text
from mentormatch.cli.options import (
    FILE,
    HERE,
    TEXT,
    Answers,
    AsJson,
    EncodingName,
    Mentees,
    Mentors,
    ProgrammeFile,
    Replace,
    Seed,
    TimeLimit,
    ToolName,
    call_by_codes,
    sources,
)
from mentormatch.languages.translation import mark, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentormatch.explanation.names import GivenNames
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


def groups_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    encoding: EncodingName = None,
    together: Together = None,
    apart: Apart = None,
    past: Past = None,
    rounds: Rounds = None,
    out: GroupsOut = None,
    replace: Replace = False,
    staff: GroupsStaff = False,
    names: WithNames = False,
    names_from: NamesFrom = None,
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Form groups of those who answered, and rounds of them where that is asked for."""
    from mentormatch.groups.formation import form_groups
    from mentormatch.groups.rotation import read_groups, rotate

    files = sources(answers, mentors, mentees, tool, encoding)
    cohort, loaded = read(programme, files)
    before = [group for path in past or () for group in read_groups(path, cohort)]
    found = form_groups(
        cohort,
        loaded,
        seed=seed,
        together=keys_in(together),
        apart=keys_in(apart),
        past=before,
        time_limit_s=time_limit,
    )
    called = read_given_names(names_from, cohort, loaded, files, given=names)
    shown = found.veiled if called is None else found.named(called)
    result: Result = rotate(shown, rounds) if rounds is not None and found.groups else shown
    say_held(called if out else None)
    deliver(result, Destination(tuple(out or ()), staff, replace, as_json))


def keys_in(said: Iterable[str] | None) -> list[list[str]]:
    """Return the codes that each option names.

    >>> keys_in(["C01, C09"])
    [['C01', 'C09']]
    """
    return [[key.strip() for key in each.split(",")] for each in said or ()]


SessionsOut = Annotated[
    list[Path] | None,
    typer.Option("-o", "--out", metavar=FILE, help=mark("Fichier .xlsx, .html, .csv, .json ou .ics ; à répéter.")),
]
SessionsStaff = Annotated[
    bool, typer.Option("--staff", help=mark("Avec ce qui est réservé à l'équipe : qui a demandé quoi, qui manque."))
]
Number = Annotated[
    int | None,
    typer.Option("--number", min=1, metavar=mark("ENTIER"), help=mark("Combien de séances ; sinon, le programme.")),
]
Member = Annotated[
    list[str] | None,
    typer.Option("--member", metavar=TEXT, help=mark("Le code d'un membre du groupe ; à répéter. Sinon, tous.")),
]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a result goes, and who may read it."""

    out: tuple[Path, ...]
    staff: bool
    replace: bool
    as_json: bool


GroupsFile = Annotated[
    Path | None,
    typer.Option("--groups", metavar=FILE, help=mark("Le fichier des groupes (.json, ou une feuille) ; avec --group.")),
]
GroupNumber = Annotated[
    int | None,
    typer.Option("--group", min=1, metavar=mark("ENTIER"), help=mark("Pour ce groupe du fichier --groups seulement.")),
]


def topics_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    encoding: EncodingName = None,
    number: Number = None,
    out: SessionsOut = None,
    replace: Replace = False,
    staff: SessionsStaff = False,
    names: WithNames = False,
    names_from: NamesFrom = None,
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Choose the topics of a group."""
    from mentormatch.groups.sessions import topics_of

    files = sources(answers, mentors, mentees, tool, encoding)
    cohort, loaded = read(programme, files)
    found = topics_of(cohort, loaded, number=number, seed=seed, time_limit_s=time_limit)
    named = read_given_names(names_from, cohort, loaded, files, given=names)
    deliver(name_members(found, named, cohort, loaded, out), Destination(tuple(out or ()), staff, replace, as_json))


def dates_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    encoding: EncodingName = None,
    number: Number = None,
    member: Member = None,
    groups: GroupsFile = None,
    group: GroupNumber = None,
    out: SessionsOut = None,
    replace: Replace = False,
    staff: SessionsStaff = False,
    names: WithNames = False,
    names_from: NamesFrom = None,
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Choose the dates of a group's sessions."""
    from mentormatch.groups.sessions import dates_of, dates_of_groups

    files = sources(answers, mentors, mentees, tool, encoding)
    cohort, loaded = read(programme, files)
    planned = groups_named(cohort, member, groups, group)
    if planned is None:
        found = dates_of(cohort, loaded, member, number=number, seed=seed, time_limit_s=time_limit)
    else:
        led, place = planned
        found = dates_of_groups(cohort, loaded, led, number=number, seed=seed, time_limit_s=time_limit)[place]
    named = read_given_names(names_from, cohort, loaded, files, given=names)
    deliver(name_members(found, named, cohort, loaded, out), Destination(tuple(out or ()), staff, replace, as_json))


def turns_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    encoding: EncodingName = None,
    member: Member = None,
    groups: GroupsFile = None,
    group: GroupNumber = None,
    out: SessionsOut = None,
    replace: Replace = False,
    staff: SessionsStaff = False,
    names: WithNames = False,
    names_from: NamesFrom = None,
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Say who presents at which session, at the dates that are best where the programme proposes dates."""
    from mentormatch.groups.sessions import year_of, years_of

    files = sources(answers, mentors, mentees, tool, encoding)
    cohort, loaded = read(programme, files)
    planned = groups_named(cohort, member, groups, group)
    if planned is None:
        dates, turns = year_of(cohort, loaded, member, seed=seed, time_limit_s=time_limit)
    else:
        led, place = planned
        dates, turns = years_of(cohort, loaded, led, seed=seed, time_limit_s=time_limit)[place]
    found: Result | None = turns or dates  # without dates, why there are none
    assert found is not None
    named = read_given_names(names_from, cohort, loaded, files, given=names)
    deliver(name_members(found, named, cohort, loaded, out), Destination(tuple(out or ()), staff, replace, as_json))


def groups_named(
    cohort: "Cohort", member: list[str] | None, groups: Path | None, group: int | None
) -> "tuple[Sequence[FileGroup], int] | None":
    """Return all groups of a file with the facilitator of one, and the position of that one; None without a file.

    Raises an error of usage if a file is named without the number of a group, or the number without a file.
    """
    if (groups is None) != (group is None) or (member and groups):
        raise typer.BadParameter(tr("donnez --groups et --group ensemble, ou bien --member"))
    if groups is None or group is None:
        return None
    from mentormatch.groups.rotation import read_file_groups
    from mentormatch.groups.sessions import led_together

    there = read_file_groups(groups, cohort)
    if group > len(there):
        raise typer.BadParameter(tr("--group : ce fichier a {count} groupes", count=len(there)))
    led = next(each for each in led_together(there) if there[group - 1] in each)
    return led, led.index(there[group - 1])


def read(programme: Path, files: dict[str, Any]) -> "tuple[Cohort, Programme]":
    """Return the people who answered, and their programme."""
    from mentormatch.programme.enrolment import read_survey
    from mentormatch.programme.programme import Programme

    loaded = Programme.load(programme)
    cohort = read_survey(loaded, **files)
    call_by_codes(cohort, loaded)
    return cohort, loaded


def name_members(
    found: "Result", names: "GivenNames | None", cohort: "Cohort", programme: "Programme", out: list[Path] | None
) -> "Result":
    """Return a result whose members are called by these names, if there are any, and say which files hold them."""
    from mentormatch.explanation.names import codes, cohort_labels

    say_held(names if out else None)
    return found.in_codes(codes(cohort)) if names is None else found.relabel(cohort_labels(names, cohort, programme))


def deliver(result: "Result", to: Destination) -> None:
    """Write a result where it was asked for, say what it is, and end with the code of its status."""
    from mentormatch.report.sessions import SessionDocuments, first_table_as_text, to_json

    documents, code = SessionDocuments(result, to.staff), EXIT_CODES[str(result.status)]
    written = () if lacks_answer(result.status, *to.out) else to.out
    if written:
        result.save(*written, staff=to.staff, replace=to.replace)
    if to.as_json:
        write_json(to_json(documents).decode("utf-8"))
    elif not to.out:
        write_text(first_table_as_text(documents))
    for sentence in (*result.sentences, *result.staff_sentences):
        (complain if code else say)(sentence)
    for path in written:
        say_written(path)
    raise typer.Exit(code)
