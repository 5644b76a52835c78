"""The command ``follow-up``: what people answered during the year."""

import re
from pathlib import Path
from typing import Annotated

import typer

from mentormatch.cli.cohorts import CohortQuestion, Decided, Wishes, matched
from mentormatch.cli.delivery import refuse_unanswered
from mentormatch.cli.messages import say, say_written, write_json
from mentormatch.cli.options import (
    FOLDER,
    HERE,
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
    sources,
)
from mentormatch.languages import mark, tr

WAVE = re.compile(r"(?P<month>[0-9]{1,3})=(?P<path>.+)")

Waves = Annotated[
    list[str],
    typer.Option(
        "--wave", metavar=mark("MOIS=FICHIER"), help=mark("Le mois et le fichier, « 3=suivi-3-mois.csv » ; à répéter.")
    ),
]
Folder = Annotated[Path, typer.Option("-o", "--out", metavar=FOLDER, help=mark("Le dossier où écrire le suivi."))]


def follow_up_command(  # noqa: PLR0913 - the options of the command line are its contract
    answers: Answers = None,
    *,
    waves: Waves,
    programme: ProgrammeFile = HERE,
    mentors: Mentors = None,
    mentees: Mentees = None,
    tool: ToolName = None,
    encoding: EncodingName = None,
    wishes: Wishes = None,
    decisions: Decided = None,
    out: Folder = Path("suivi"),
    replace: Replace = False,
    seed: Seed = 0,
    time_limit: TimeLimit = None,
    as_json: AsJson = False,
) -> None:
    """Read the answers after 1, 3, 6 or 12 months: who meets no more, whom to call, what became of the pairs."""
    from mentormatch.followup.year import follow_up
    from mentormatch.report.followup import summary, to_json

    files = by_month(waves)
    asked = CohortQuestion(tuple(wishes or ()), decisions, seed, time_limit)
    matching = matched(programme, sources(answers, mentors, mentees, tool, encoding), asked)
    refuse_unanswered(matching)
    year = follow_up(matching.programme, matching.pairs, files)
    written = year.save(out, replace=replace)
    if as_json:
        write_json(to_json(year))
    say(summary(year))
    for path in written:
        say_written(path)


def by_month(waves: list[str]) -> dict[int, Path]:
    """Return the files by month; an error of usage where one is not written so, or a month comes twice."""
    found = [WAVE.fullmatch(wave) for wave in waves]
    files = {int(one["month"]): Path(one["path"]) for one in found if one}
    if len(files) < len(waves):
        raise typer.BadParameter(
            tr("écrivez un mois et un fichier, par exemple --wave 3=suivi-3-mois.csv ; chacun une fois")
        )
    return files
