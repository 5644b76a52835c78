"""How commands form the pairs that they are about: from the answers, the wishes, and what the team decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mentormatch.cli.options import FILE
from mentormatch.cli.saying import say
from mentormatch.languages import mark, tr

if TYPE_CHECKING:
    from mentormatch.matching import Matching
    from mentormatch.people import Cohort
    from mentormatch.programme import Programme

Wishes = Annotated[
    list[Path] | None,
    typer.Option("--wishes", metavar=FILE, help=mark("Un formulaire de souhaits rempli ; à répéter.")),
]
Decided = Annotated[
    Path | None,
    typer.Option("--decisions", metavar=FILE, help=mark("Le classeur des binômes, après les décisions de l'équipe.")),
]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options of a command say of the pairs: forms of wishes, the workbook of decisions, seed and limit."""

    wishes: tuple[Path, ...] = ()
    decisions: Path | None = None
    seed: int = 0
    time_limit_s: float | None = None


def with_forms(cohort: "Cohort", programme: Path, loaded: "Programme", wishes: Sequence[Path]) -> "Cohort":
    """Return the cohort with what people chose in forms of wishes, ``programme`` being the file beside their codes."""
    if not wishes:
        return cohort
    from mentormatch.profiles.choices import with_wishes
    from mentormatch.survey.privacy import pseudonyms_for

    return with_wishes(cohort, loaded, pseudonyms_for(programme), *wishes)


def matched(programme: Path, files: dict[str, Any], asked: Asked) -> "Matching":
    """Return the matching of the people in these files, with what they chose and what the team decided."""
    from mentormatch.enrolment import read_survey
    from mentormatch.matching import match
    from mentormatch.programme import Programme
    from mentormatch.report.returned.decisions import Decisions, read_decisions

    loaded = Programme.load(programme)
    cohort = with_forms(read_survey(loaded, **files), programme, loaded, asked.wishes)
    decided = Decisions()
    if asked.decisions is not None:
        decided = read_decisions(asked.decisions, cohort, loaded)
        say(tr("Décisions reprises : {decisions}.", decisions=decided))
    pins, bans = decided.pins, decided.bans
    return match(cohort, loaded, seed=asked.seed, pins=pins, bans=bans, time_limit_s=asked.time_limit_s)
