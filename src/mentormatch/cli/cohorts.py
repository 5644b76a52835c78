"""What commands work on: the people in the answers, with what they wished, under what the team decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mentormatch.cli.messages import say
from mentormatch.cli.options import FILE
from mentormatch.languages import mark, tr

if TYPE_CHECKING:
    from mentormatch.assignment.engine import Ties
    from mentormatch.explanation.edits import Note
    from mentormatch.followup.lessons import EditionResults
    from mentormatch.operations.matching import KeyPair, Matching, PairsByHand
    from mentormatch.people.cohort import Cohort
    from mentormatch.programme.programme import Programme

Wishes = Annotated[
    list[Path] | None,
    typer.Option("--wishes", metavar=FILE, help=mark("Un formulaire de souhaits rempli ; à répéter.")),
]
Decided = Annotated[
    Path | None,
    typer.Option("--decisions", metavar=FILE, help=mark("Le classeur des binômes, après les décisions de l'équipe.")),
]
EDITION = typer.Option(
    "--edition",
    metavar=mark("SUIVI.JSON"),
    help=mark("Le suivi.json d'une édition, tel que follow-up l'a écrit ; à répéter."),
)
Editions = Annotated[list[Path] | None, EDITION]
RequiredEditions = Annotated[list[Path], EDITION]


@dataclass(frozen=True, slots=True)
class CohortOptions:
    """What the options of a command say of the pairs: forms of wishes, the workbook of decisions, seed and limits."""

    wishes: tuple[Path, ...] = ()
    decisions: Path | None = None
    seed: int = 0
    time_limit_s: float | None = None
    memory_mb: int | None = None
    ties: "Ties" = "canonical"


@dataclass(frozen=True, slots=True)
class LoadedCohort:
    """The people, the programme, the pairs that the team imposed and set aside, and what it wrote beside pairs."""

    cohort: "Cohort"
    programme: "Programme"
    pins: tuple["KeyPair", ...] = ()
    bans: tuple["KeyPair", ...] = ()
    notes: tuple["Note", ...] = ()

    @property
    def by_hand(self) -> "PairsByHand":
        """The pairs that the team imposed and set aside, as the operations take them."""
        return {"pins": self.pins, "bans": self.bans}


def load_cohort(programme: Path, files: dict[str, Any], options: CohortOptions) -> LoadedCohort:
    """Return what there is to work on: the people in these files, with what they chose and what the team decided."""
    from mentormatch.programme.enrolment import read_survey
    from mentormatch.programme.programme import Programme

    loaded = Programme.load(programme)
    loaded.must_form_pairs()
    cohort = add_wishes(read_survey(loaded, **files), programme, loaded, options.wishes)
    if options.decisions is None:
        return LoadedCohort(cohort, loaded)
    from mentormatch.report.reviewed.decisions import read_decisions

    decided = read_decisions(options.decisions, cohort, loaded)
    say(tr("Décisions reprises : {decisions}.", decisions=decided))
    if decided.notes:
        say(tr("Du classeur ne sont pas repris les feuilles ajoutées, les commentaires de cellule et les couleurs."))
    return LoadedCohort(cohort, loaded, decided.pins, decided.bans, decided.notes)


def add_wishes(cohort: "Cohort", programme: Path, loaded: "Programme", wishes: tuple[Path, ...]) -> "Cohort":
    """Return the cohort with what people chose in forms of wishes, ``programme`` being the file beside their codes."""
    if not wishes:
        return cohort
    from mentormatch.profiles.choices import with_wishes
    from mentormatch.survey.privacy import pseudonyms_for

    return with_wishes(cohort, loaded, pseudonyms_for(programme), *wishes)


def match_files(programme: Path, files: dict[str, Any], options: CohortOptions) -> "Matching":
    """Return the matching of the people in these files, with what they chose and what the team decided."""
    from mentormatch.operations.matching import match

    on = load_cohort(programme, files, options)
    matching = match(
        on.cohort,
        on.programme,
        seed=options.seed,
        time_limit_s=options.time_limit_s,
        memory_mb=options.memory_mb,
        ties=options.ties,
        **on.by_hand,
    )
    return matching.with_notes(on.notes)


def read_editions(paths: Sequence[Path]) -> "list[EditionResults]":
    """Return how the pairs of editions before went, from what the follow-up wrote of each."""
    from mentormatch.followup.lessons import read_results

    return [read_results(path) for path in paths]
