"""The commands on a decision file: ``verify`` checks it without a solver, ``validate`` makes it final under a name."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mentormatch.cli.messages import print_error, print_message, say_json, use_programme_language, write_json
from mentormatch.cli.option_groups import CohortFiles, SideFiles, expand_options
from mentormatch.cli.options import (
    DEFAULT_PROGRAMME,
    FILE,
    MAX_BYTES,
    STDIN,
    TEXT,
    AsJson,
    DecisionsFile,
    Wishes,
    read_bytes,
)
from mentormatch.cli.options import Who as SignedBy
from mentormatch.cli.options import Why as Reason
from mentormatch.languages.translation import mark

if TYPE_CHECKING:
    from mentormatch.record.verify import Ground, Verification

DECISION_METAVAR = mark("DÉCISION")

DecisionFile = Annotated[
    Path,
    typer.Argument(
        metavar=DECISION_METAVAR,
        help=mark("Le fichier de décision (.decision.json), ou son dossier ; « - » : l'entrée standard."),
    ),
]
GivenAnswers = Annotated[
    Path | None,
    typer.Option(
        "--answers",
        metavar=FILE,
        help=mark("Les réponses des deux côtés : la décision est tenue à ce qu'elles donnent sous le programme."),
    ),
]
GivenProgramme = Annotated[
    Path | None,
    typer.Option(
        "-p",
        "--programme",
        metavar=FILE,
        help=mark("Le programme (fichier TOML), avec les réponses ; sinon, programme.toml."),
        callback=lambda ctx, programme: programme and use_programme_language(ctx, programme),
    ),
]
Head = Annotated[
    str | None,
    typer.Option("--head", metavar=mark("EMPREINTE"), help=mark("L'empreinte du journal, imprimée sur les documents.")),
]
Journal = Annotated[
    Path | None, typer.Option("--log", metavar=FILE, help=mark("Le journal ; sinon, celui à côté du fichier."))
]
WithLog = Annotated[bool, typer.Option("--journal", help=mark("Dire aussi le journal, ligne par ligne, en mots."))]


@dataclass(frozen=True, kw_only=True)
class GroundFiles:
    """The files from which the pairs of a decision were formed, to check the decision against; all optional."""

    answers: GivenAnswers = None
    programme: GivenProgramme = None
    sides: SideFiles
    wishes: Wishes = None
    decisions: DecisionsFile = None

    def load(self) -> "Ground | None":
        """Return the people and the programme, with the pairs imposed and set aside by hand; None without files."""
        from mentormatch.operations.matching import rules_by_hand

        if not any((self.answers, self.sides.mentors, self.sides.mentees, self.programme)):
            return None
        on = CohortFiles(
            answers=self.answers,
            programme=self.programme or DEFAULT_PROGRAMME,
            sides=self.sides,
            wishes=self.wishes,
            decisions=self.decisions,
        ).load()
        return on.cohort, on.programme.with_rules(rules_by_hand(on.cohort, **on.by_hand))


@expand_options
def verify_command(  # noqa: PLR0913 - the options of the command line are its contract
    *,
    decision: DecisionFile,
    against: GroundFiles,
    head: Head = None,
    journal: Journal = None,
    in_words: WithLog = False,
    as_json: AsJson = False,
) -> None:
    """Check a decision: rules, values, optimality, log and documents; with answers, also against the answers."""
    from mentormatch.record.log import format_entry_sentences as lines_of
    from mentormatch.record.verify import verify, verify_content

    ground = against.load()
    if decision == STDIN:
        lines = None if journal is None else read_bytes(journal)
        content = sys.stdin.buffer.read(MAX_BYTES)
        verification = verify_content(content, head=head, journal=lines, against=ground)
    else:
        verification = verify(decision, head=head, journal=journal, against=ground)
    tell_verification(verification, as_json=as_json)
    if in_words and verification.chain:
        print_message("\n".join(lines_of(verification.chain.entries)))
    raise typer.Exit(code_of_outcome(verified=verification.verified, rules_hold=verification.rules_hold))


def tell_verification(verification: "Verification", *, as_json: bool) -> None:
    """Write a verification as JSON if requested, and report it."""
    from mentormatch.contract.response import VerifyResponse

    if as_json:
        write_json(VerifyResponse.of(verification).to_json())
    (print_message if verification.verified else print_error)(verification.words)


def code_of_outcome(*, verified: bool, rules_hold: bool) -> int:
    return 0 if verified else 4 if rules_hold else 3


StoredDecision = Annotated[
    Path,
    typer.Argument(metavar=DECISION_METAVAR, help=mark("Le fichier de décision (.decision.json), ou son dossier.")),
]
Who = Annotated[str, typer.Option("--who", metavar=TEXT, help=mark("La personne qui valide."))]
Why = Annotated[
    str, typer.Option("--why", metavar=TEXT, help=mark("Le motif, par exemple la réunion où c'est décidé."))
]


Minutes = Annotated[
    float,
    typer.Option(
        "--minutes", min=0.001, metavar=mark("MINUTES"), help=mark("Durée maximale pour chaque but, en minutes.")
    ),
]


EveryGoal = Annotated[
    bool,
    typer.Option(
        "--every-goal",
        help=mark("Démontrer aussi les buts que les prix du fichier démontrent, pour qui contrôle sans les prix."),
    ),
]


def prove_command(  # noqa: PLR0913 - the options of the command line are its contract
    decision: StoredDecision,
    *,
    minutes: Minutes = 30.0,
    every_goal: EveryGoal = False,
    who: SignedBy = None,
    why: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Search longer for the proof that a decision is optimal, and write it into its file, before it is validated."""
    from mentormatch.report.proofs import prove

    verification = prove(decision, who=who, why=why, time_limit_s=60 * minutes, every_goal=every_goal)
    tell_verification(verification, as_json=as_json)
    raise typer.Exit(code_of_outcome(verified=verification.verified, rules_hold=verification.rules_hold))


AcceptUnproved = Annotated[
    bool,
    typer.Option(
        "--accept-unproved",
        help=mark(
            "Valider aussi une décision dont le fichier affirme l'optimalité sans la démontrer ; le journal le dit."
        ),
    ),
]


def validate_command(  # noqa: PLR0913 - the options of the command line are its contract
    decision: StoredDecision,
    *,
    who: Who,
    why: Why = "",
    journal: Journal = None,
    accept_unproved: AcceptUnproved = False,
    as_json: AsJson = False,
) -> None:
    """Check a decision again, then validate it by a signed line of the log; one that is refused gets none."""
    from mentormatch.record.validation import validate

    validated = validate(decision, who=who, why=why, journal=journal, accept_unproved=accept_unproved)
    entry, digest = validated.entry, validated.verification.digest
    if as_json:
        report: dict[str, object] = {"decision": digest, "who": entry.who, "when": entry.when, "why": entry.why}
        renewed, skipped = [path.name for path in validated.renewed], [problem.where for problem in validated.left]
        say_json(report | {"unproved": entry.unproved, "head": validated.head, "renewed": renewed, "left": skipped})
    print_message(validated.words)
