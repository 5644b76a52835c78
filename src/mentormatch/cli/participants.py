"""The commands for participants: ``suggest``, ``profiles``, then ``handouts`` of pairs, ``follow-up`` in the year."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mentormatch.cli.messages import print_error, print_message, say_json, say_written, write_answer, write_json
from mentormatch.cli.option_groups import CohortFiles, RunOptions, SeedAndTimeLimit, SurveyFiles, expand_options
from mentormatch.cli.options import FILE, FOLDER, AsJson, Replace
from mentormatch.cli.output import (
    EXIT_CODES,
    NameOptions,
    NamesFrom,
    refuse_unanswered,
    say_where_names_are,
    tell_caveats,
)
from mentormatch.languages.text_keys import row_text
from mentormatch.languages.translation import mark, tr

if TYPE_CHECKING:
    from mentormatch.operations.matching import Matching
    from mentormatch.operations.proposal import Proposal
    from mentormatch.operations.suggestion import Suggestions
    from mentormatch.survey.contacts import Contacts

INTEGER_METAVAR = mark("ENTIER")

MostListed = Annotated[
    int,
    typer.Option(
        "--each", min=1, max=1_000, metavar=INTEGER_METAVAR, help=mark("Combien de mentor·es par mentoré·e, au plus.")
    ),
]
ProfilesEach = Annotated[
    int | None,
    typer.Option(
        "--each",
        min=1,
        max=1_000,
        metavar=INTEGER_METAVAR,
        help=mark("Montrer à chaque mentoré·e autant de profils au plus, choisis pour elle ou lui ; sinon tous."),
    ),
]
MostShown = Annotated[
    int | None,
    typer.Option(
        "--most-shown",
        min=1,
        max=1_000,
        metavar=INTEGER_METAVAR,
        help=mark("À combien de mentoré·es montrer un·e même mentor·e, au plus."),
    ),
]
SuggestionsFile = Annotated[
    Path | None, typer.Option("-o", "--out", metavar=FILE, help=mark("Le fichier .csv où écrire les listes."))
]


@expand_options
def suggest_command(  # noqa: PLR0913 - the options of the command line are its contract
    *,
    each: MostListed = 5,
    most_shown: MostShown = None,
    people: CohortFiles,
    out: SuggestionsFile = None,
    replace: Replace = False,
    run: RunOptions,
) -> None:
    """Make a short list of possible partners for each person; each person is in some lists, but not in too many."""
    from mentormatch.base.generation import write_document
    from mentormatch.contract.operations.replies import SuggestResponse
    from mentormatch.operations.suggestion import suggest
    from mentormatch.report.exporters.data_files import to_csv

    if out is not None and out.suffix.lower() != ".csv":
        raise typer.BadParameter(tr("le nom d'un fichier .csv"), param_hint="-o")
    on = people.load()
    lists = suggest(on.cohort, on.programme, each=each, most_shown=most_shown, **run.solving, **on.by_hand)
    if out is not None and EXIT_CODES[str(lists.status)] == 0:
        say_written(write_document(out, to_csv(lists.sheet), "suggestions", replace=replace))
    write_answer(lambda: SuggestResponse.of(lists).to_json(), lambda: listed_text(lists), as_json=run.as_json, out=out)
    raise typer.Exit(EXIT_CODES[str(lists.status)])


def listed_text(suggestions: "Suggestions") -> str:
    """Return the lists, one partner per line, and the people without a list."""
    from mentormatch.languages.phrases import about, points
    from mentormatch.operations.suggestion import partner_of

    lines = [
        line
        for side, lists in suggestions.lists.items()
        for person, pairs in lists.items()
        if pairs
        for line in (person, *(f"  {row_text(partner_of(pair, side), points(pair.score))}" for pair in pairs))
    ]
    return "\n".join([*lines, *(about(unlisted.person, unlisted.reason) for unlisted in suggestions.without)])


ProfilesFolder = Annotated[
    Path, typer.Option("-o", "--out", metavar=FOLDER, help=mark("Le dossier où écrire profils et formulaires."))
]


@expand_options
def profiles_command(  # noqa: PLR0913 - the options of the command line are its contract
    *,
    survey: SurveyFiles,
    each: ProfilesEach = None,
    most_shown: MostShown = None,
    out: ProfilesFolder = Path("profils"),
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """Write anonymous profiles, and a short form to choose by after reading them."""
    from mentormatch.operations.suggestion import suggest
    from mentormatch.profiles import anonymous_profiles
    from mentormatch.report.profiles import profile_notes, write_profiles
    from mentormatch.survey.privacy import pseudonyms_for

    programme = survey.load_programme()
    cohort = survey.read_people(programme)
    if each is None and most_shown is not None:
        raise typer.BadParameter(tr("ne se donne qu'avec --each"), param_hint="--most-shown")
    lists = None if each is None else suggest(cohort, programme, each=each, most_shown=most_shown).keys
    profiles = anonymous_profiles(cohort, programme, pseudonyms_for(survey.programme), lists=lists)
    written = write_profiles(profiles, out, replace=replace)
    if as_json:
        counts = {side: len(shown_profiles) for side, shown_profiles in profiles.shown.items()}
        say_json({"written": [str(path) for path in written], "shown": counts, "withheld": dict(profiles.withheld)})
    say_written(*(path for path in written if profiles.lists is None or path.suffix != ".html"))
    print_message(*profile_notes(profiles))


HandoutsFolder = Annotated[
    Path, typer.Option("-o", "--out", metavar=FOLDER, help=mark("Le dossier où écrire fiches et publipostage."))
]
Validated = Annotated[
    Path | None, typer.Option("--decision", metavar=FILE, help=mark("Le fichier de décision validé (.decision.json)."))
]


WithoutContacts = Annotated[
    bool,
    typer.Option(
        "--without-contacts",
        help=mark("Continuer quand même, si personne ne lit comment joindre son ou sa binôme."),
    ),
]


def refuse_unreachable(matching: "Matching", contacts: "Contacts", *, agreed: bool) -> None:
    """Raise RequestError if handouts would lack the contact details of partners, unless that is ``agreed``."""
    from mentormatch.errors import Problem, RequestError
    from mentormatch.report.addressing import format_unreachable_warning
    from mentormatch.report.handouts import make_handouts

    message = "" if agreed else format_unreachable_warning(matching, make_handouts(matching, contacts))
    if message:
        advice = tr("quand les personnes ont donné leur accord, nommez leurs coordonnées dans [documents] contacts")
        ways = Problem("--without-contacts", tr("pour continuer quand même"), advice=advice)
        raise RequestError(message, [ways])


@expand_options
def handouts_command(  # noqa: PLR0913 - the options of the command line are its contract
    *,
    people: CohortFiles,
    decision: Validated = None,
    out: HandoutsFolder = Path("documents"),
    replace: Replace = False,
    names_from: NamesFrom = None,
    without_contacts: WithoutContacts = False,
    run: RunOptions,
) -> None:
    """Write one sheet per participant, and the table for letters, for the pairs that are formed."""
    from mentormatch.programme.enrolment import read_contacts
    from mentormatch.report.handouts import handout_notes, write_handouts

    sources = people.sources
    matching = people.match(run)
    refuse_unanswered(matching)
    contacts = read_contacts(matching.programme, **sources)
    names = NameOptions(names_from=names_from).read(matching.cohort, matching.programme)
    refuse_unreachable(matching, contacts, agreed=without_contacts)
    written = write_handouts(matching, contacts, out, decision=decision, replace=replace, names=names)
    sentences = list(handout_notes(matching, written))
    tell_caveats(matching, print_error)  # the table for letters is a CSV file too
    say_documents(written, [path for path in written if path.parent == out], sentences, as_json=run.as_json)


def say_documents(
    written: Sequence[Path], shown_paths: Iterable[Path], remarks: Sequence[str], *, as_json: bool
) -> None:
    """Report documents: all files as JSON if requested, ``shown_paths`` to people, and the remarks on them."""
    if as_json:
        say_json({"written": [str(path) for path in written], "remarks": remarks})
    say_written(*shown_paths)
    print_message(*remarks)


Occasion = Annotated[
    Literal["proposal", "confirmation", "reminder"],
    typer.Option(
        "--kind",
        metavar="proposal|confirmation|reminder",
        help=mark("Pour proposer (proposal), confirmer (confirmation), ou rappeler qu'une réponse manque (reminder)."),
    ),
]
RoundFile = Annotated[
    Path | None,
    typer.Option(
        "--round", metavar=FILE, help=mark("Le « propositions.json » du tour ; sans lui, tous les binômes formés.")
    ),
]
TemplateFolder = Annotated[
    Path | None,
    typer.Option(
        "--templates", metavar=FOLDER, help=mark("Le dossier des modèles de lettres ; ceux qui manquent y sont écrits.")
    ),
]
Deadline = Annotated[
    str,
    typer.Option(
        "--deadline", metavar=mark("DATE"), help=mark("La date limite, telle qu'elle est écrite dans la lettre.")
    ),
]
LettersFolder = Annotated[
    Path, typer.Option("-o", "--out", metavar=FOLDER, help=mark("Le dossier où écrire les lettres."))
]


def read_round(people: CohortFiles, solve: SeedAndTimeLimit, of_round: Path | None) -> "Matching | Proposal":
    """Return the pairs that are formed, or the state of a round of proposals."""
    from mentormatch.operations.proposal import Proposal, ProposalRecord
    from mentormatch.record.seal import read_or_empty

    if of_round is None:
        matching = people.match(solve)
        refuse_unanswered(matching)
        return matching
    on = people.load()
    return Proposal.read(ProposalRecord.from_json(read_or_empty(of_round)), on.cohort, on.programme, seed=solve.seed)


@expand_options
def letters_command(  # noqa: PLR0913 - the options of the command line are its contract
    *,
    kind: Occasion = "proposal",
    of_round: RoundFile = None,
    templates: TemplateFolder = None,
    deadline: Deadline = "",
    people: CohortFiles,
    out: LettersFolder = Path("lettres"),
    replace: Replace = False,
    names_from: NamesFrom = None,
    without_contacts: WithoutContacts = False,
    run: RunOptions,
) -> None:
    """Write the letters of one occasion as drafts of e-mail, and in a table; nothing is sent."""
    from mentormatch.operations.matching import Matching
    from mentormatch.programme.enrolment import read_contacts
    from mentormatch.report.letters import format_letter_notes, letters, templates_in, write_letters

    sources = people.sources
    proposed = read_round(people, run, of_round)
    matching = proposed if isinstance(proposed, Matching) else proposed.matching
    texts = None if templates is None else templates_in(templates, matching.language)
    names = NameOptions(names_from=names_from).read(matching.cohort, matching.programme)
    contacts = read_contacts(matching.programme, **sources)
    refuse_unreachable(matching, contacts, agreed=without_contacts or kind != "confirmation")
    written = letters(proposed, contacts, kind, templates=texts, deadline=deadline, names=names)
    paths = write_letters(written, out, matching.language, replace=replace)
    say_documents(paths, paths[:1], list(format_letter_notes(written)), as_json=run.as_json)


Waves = Annotated[
    list[str],
    typer.Option(
        "--wave", metavar=mark("MOIS=FICHIER"), help=mark("Le mois et le fichier, « 3=suivi-3-mois.csv » ; à répéter.")
    ),
]
FollowUpFolder = Annotated[
    Path, typer.Option("-o", "--out", metavar=FOLDER, help=mark("Le dossier où écrire le suivi."))
]


@expand_options
def follow_up_command(  # noqa: PLR0913 - the options of the command line are its contract
    *,
    waves: Waves,
    people: CohortFiles,
    out: FollowUpFolder = Path("suivi"),
    replace: Replace = False,
    naming: NameOptions,
    run: RunOptions,
) -> None:
    """Read the answers after 1, 3, 6 or 12 months: pairs that no longer meet, people to call, outcomes."""
    from mentormatch.followup.lessons import follow_up
    from mentormatch.people.codes import codes_of
    from mentormatch.report.followup import year_json, year_summary

    files = parse_waves(waves)
    sources = people.sources
    matching = people.match(run)
    refuse_unanswered(matching)
    names = naming.read(matching.cohort, matching.programme, sources)
    year = follow_up(matching.programme, matching.pairs, files, codes=codes_of(matching.cohort))
    written = year.save(out, replace=replace, names=names)
    if run.as_json:
        write_json(year_json(year))
    print_message(year_summary(year))
    say_written(*written)
    say_where_names_are(names)


def parse_waves(waves: list[str]) -> dict[int, Path]:
    """Return the files by month. Raises BadParameter for another format, or for two files of one month."""
    matches = [re.fullmatch(r"(?P<month>[0-9]{1,3})=(?P<path>.+)", wave) for wave in waves]
    files = {int(match["month"]): Path(match["path"]) for match in matches if match}
    if len(files) < len(waves):
        raise typer.BadParameter(
            tr("écrivez un mois et un fichier, par exemple --wave 3=suivi-3-mois.csv ; chacun une fois")
        )
    return files
