"""The table of commands: headings, names, summaries and descriptions; shell completion and global options."""

import os
import sys
from collections.abc import Callable
from typing import Annotated, Literal

import typer

from mentormatch.base.streams import hold_standard_streams
from mentormatch.cli.ask import ask_command, schema_command
from mentormatch.cli.evaluate import (
    access_command,
    alternatives_command,
    evaluate_command,
    incentives_command,
    learn_command,
    recruit_command,
    sturdy_command,
    why_not_command,
)
from mentormatch.cli.groups import dates_command, groups_command, topics_command, turns_command
from mentormatch.cli.help_texts import Command, HelpGroup
from mentormatch.cli.keys import keys_command
from mentormatch.cli.match import (
    diagnose_command,
    draw_command,
    estimate_command,
    experiment_command,
    intake_command,
    match_command,
    plans_command,
)
from mentormatch.cli.messages import Language, Quiet, starting_language, write_text
from mentormatch.cli.participants import (
    follow_up_command,
    handouts_command,
    letters_command,
    profiles_command,
    suggest_command,
)
from mentormatch.cli.repair import repair_command, replies_command
from mentormatch.cli.rights import contacts_command, export_command, forget_command, purge_command
from mentormatch.cli.serve import install_launcher_command, open_page, serve_command
from mentormatch.cli.start import demo_command, draft_command, map_command, new_command
from mentormatch.cli.verify import prove_command, validate_command, verify_command
from mentormatch.languages.translation import language, mark

PROGRAM_NAME = "mentormatch"
COMPLETION_VARIABLE = "_MENTORMATCH_COMPLETE"
"""The environment variable by which the completion script of a shell requests completions."""

type Shell = Literal["bash", "zsh", "fish"]


def prepare_completion() -> None:
    if COMPLETION_VARIABLE in os.environ:
        from typer._completion_classes import completion_init

        completion_init()


def show_script(shell: str | None) -> None:
    if shell:
        from typer._completion_shared import get_completion_script

        write_text(get_completion_script(prog_name=PROGRAM_NAME, complete_var=COMPLETION_VARIABLE, shell=shell))
        raise typer.Exit


Completion = Annotated[
    Shell | None,
    typer.Option(
        "--completion",
        metavar="bash|zsh|fish",
        is_eager=True,
        expose_value=False,
        callback=show_script,
        help=mark("Le script qui fait compléter commandes et options par ce shell, à lui faire lire à son démarrage."),
    ),
]


app = typer.Typer(
    name=PROGRAM_NAME,
    cls=HelpGroup,
    invoke_without_command=True,
    add_completion=False,  # its options speak English, and one of them changes files of the shell; see ``Completion``
    pretty_exceptions_enable=False,  # its tracebacks would show people's answers
    rich_markup_mode=None,
)

COMMAND_GROUPS: dict[str, dict[Callable[..., None], tuple[str, str, str]]] = {
    mark("Préparer une édition"): {
        demo_command: (
            "demo",
            mark("Former les binômes d'un programme d'exemple"),
            mark("Former les binômes d'un programme d'exemple, et écrire classeur, page, CSV et JSON dans un dossier."),
        ),
        new_command: (
            "new",
            mark("Copier un programme et des réponses d'exemple à adapter"),
            mark("Écrire dans un dossier un programme et des réponses d'exemple, à adapter."),
        ),
        draft_command: (
            "draft",
            mark("Écrire un brouillon de programme d'après des réponses"),
            mark(
                "Écrire un brouillon de programme à partir de réponses inconnues ; "
                "tout ce qui y est déduit est à confirmer."
            ),
        ),
        map_command: (
            "map",
            mark("Associer les colonnes et les réponses aux questions"),
            mark(
                "Proposer à quelle question répond chaque colonne, et à quelle option chaque réponse, "
                "quand les mots diffèrent."
            ),
        ),
        intake_command: (
            "intake",
            mark("Contrôler les réponses, ligne par ligne"),
            mark("Dire ce que devient chaque ligne, et qui pourrait rencontrer qui, sans former de binômes."),
        ),
        diagnose_command: (
            "diagnose",
            mark("Dire si les règles peuvent toutes tenir"),
            mark(
                "Dire si les règles peuvent toutes tenir, lesquelles s'y opposent, et les issues les moins coûteuses."
            ),
        ),
        estimate_command: (
            "estimate",
            mark("Estimer le temps et la mémoire du calcul"),
            mark("Dire d'avance ce que le calcul demanderait de temps et de mémoire, sans former de binômes."),
        ),
        suggest_command: (
            "suggest",
            mark("Proposer à chaque personne des partenaires possibles"),
            mark(
                "Proposer à chaque personne une courte liste de partenaires possibles, équilibrée entre tous et toutes."
            ),
        ),
        profiles_command: (
            "profiles",
            mark("Écrire des profils anonymes et un formulaire de choix"),
            mark("Écrire des profils anonymes, et un court formulaire pour choisir après les avoir lus."),
        ),
    },
    mark("Former et comprendre les binômes"): {
        match_command: (
            "match",
            mark("Former les meilleurs binômes"),
            mark("Former les binômes, et les écrire dans un fichier ou un dossier, ou sur la sortie."),
        ),
        plans_command: (
            "plans",
            mark("Former plusieurs plans au choix"),
            mark("Former plusieurs plans au choix : le meilleur, puis chaque fois le meilleur qui en diffère assez."),
        ),
        evaluate_command: (
            "evaluate",
            mark("Évaluer des binômes faits à la main"),
            mark(
                "Dire ce que valent des binômes faits à la main, les règles enfreintes, et l'écart avec les meilleurs."
            ),
        ),
        why_not_command: (
            "why-not",
            mark("Dire pourquoi deux personnes ne forment pas un binôme"),
            mark("Dire pourquoi deux personnes ne forment pas un binôme, ce qu'il coûterait, et qui changerait."),
        ),
        alternatives_command: (
            "alternatives",
            mark("Dire avec qui d'autre une personne aurait pu être"),
            mark("Dire avec qui d'autre une personne aurait pu être, en commençant par ce qui coûte le moins."),
        ),
        recruit_command: (
            "recruit",
            mark("Dire qui recruter pour placer les personnes sans binôme"),
            mark("Dire qui recruter pour placer les personnes sans binôme, et quelles places suffiraient."),
        ),
        sturdy_command: (
            "sturdy",
            mark("Dire combien gardent un binôme si quelqu'un part"),
            mark("Dire combien gardent un binôme si quelqu'un part, et ce que coûterait de mieux tenir."),
        ),
        access_command: (
            "access",
            mark("Comparer les placements selon les réponses surveillées"),
            mark("Dire si les personnes ont été placées quoi qu'elles aient répondu aux questions surveillées."),
        ),
        incentives_command: (
            "incentives",
            mark("Dire si quelqu'un gagnerait à répondre autrement"),
            mark("Dire si quelqu'un gagnerait à répondre autrement, par quelle question, et ce qui le ferme."),
        ),
    },
    mark("Proposer et valider"): {
        replies_command: (
            "replies",
            mark("Prendre les réponses à une proposition"),
            mark(
                "Prendre les réponses à une proposition : qui a accepté ou refusé, et qui se voit proposer qui ensuite."
            ),
        ),
        letters_command: (
            "letters",
            mark("Écrire les lettres, en brouillons de courriel"),
            mark("Écrire les lettres d'une occasion, en brouillons de courriel et en tableau ; rien n'est envoyé."),
        ),
        handouts_command: (
            "handouts",
            mark("Écrire une fiche par participant·e"),
            mark("Écrire une fiche par participant·e, et le tableau du publipostage, pour les binômes formés."),
        ),
        contacts_command: (
            "contacts",
            mark("Écrire à part comment joindre chaque personne"),
            mark("Écrire à part comment joindre chaque personne, dans un fichier que son auteur seul peut lire."),
        ),
        prove_command: (
            "prove",
            mark("Chercher la preuve qu'une décision est la meilleure"),
            mark("Chercher plus longtemps la preuve qu'une décision est la meilleure, et l'écrire dans son fichier."),
        ),
        validate_command: (
            "validate",
            mark("Valider une décision, par une ligne signée du journal"),
            mark(
                "Revérifier une décision, puis la valider par une ligne signée du journal ; "
                "refusée, elle n'en reçoit aucune."
            ),
        ),
        verify_command: (
            "verify",
            mark("Vérifier une décision à partir de son seul fichier"),
            mark("Vérifier une décision à partir de son seul fichier : règles, valeurs, optimalité, journal."),
        ),
    },
    mark("Suivre et apprendre"): {
        repair_command: (
            "repair",
            mark("Refaire des binômes après départs et arrivées"),
            mark(
                "Refaire des binômes après départs et arrivées en en défaisant le moins ; dire qui prendrait le relais."
            ),
        ),
        follow_up_command: (
            "follow-up",
            mark("Lire les réponses à 1, 3, 6 ou 12 mois"),
            mark(
                "Lire les réponses à 1, 3, 6 ou 12 mois : qui ne se voit plus, qui appeler, "
                "ce que sont devenus les binômes."
            ),
        ),
        learn_command: (
            "learn",
            mark("Dire quels critères vont avec les binômes qui durent"),
            mark(
                "Dire quels critères vont avec les binômes qui durent et sont contents, d'après les suivis d'éditions."
            ),
        ),
        experiment_command: (
            "experiment",
            mark("Consigner d'avance un essai de deux programmes"),
            mark("Consigner d'avance un essai : deux programmes entre lesquels le sort décidera."),
        ),
        draw_command: (
            "draw",
            mark("Tirer au sort entre les deux programmes d'un essai"),
            mark("Tirer au sort, partie par partie, là où les deux programmes d'un essai font d'autres binômes."),
        ),
    },
    mark("Groupes de pairs"): {
        groups_command: (
            "groups",
            mark("Former des groupes de pairs"),
            mark("Former des groupes de pairs : les meilleurs que les règles permettent, d'une saison à l'autre."),
        ),
        topics_command: (
            "topics",
            mark("Choisir les sujets d'un groupe"),
            mark("Choisir les sujets d'un groupe : le plus de membres servis, puis en proportion."),
        ),
        dates_command: (
            "dates",
            mark("Choisir les dates des séances"),
            mark("Choisir les dates des séances : le plus de présents, hors jours fériés et vacances scolaires."),
        ),
        turns_command: (
            "turns",
            mark("Dire qui présente à quelle séance"),
            mark("Dire qui présente à quelle séance : chacun une fois avant que quiconque recommence."),
        ),
    },
    mark("Données personnelles"): {
        export_command: (
            "export-person",
            mark("Écrire tout ce qui est conservé d'une personne"),
            mark("Écrire, en JSON, tout ce qui est conservé d'une personne, pour le lui remettre (RGPD, article 15)."),
        ),
        forget_command: (
            "forget",
            mark("Effacer une personne des réponses et des documents"),
            mark("Effacer une personne des réponses et des documents, et ne plus jamais la lire (RGPD, article 17)."),
        ),
        purge_command: (
            "purge",
            mark("Finir une édition, en garder la décision et le journal"),
            mark("Finir une édition : effacer les réponses et les documents, garder la décision et son journal."),
        ),
    },
    mark("Page de l'équipe, service et applications"): {
        install_launcher_command: (
            "install-launcher",
            mark("Écrire un lanceur qui ouvre la page de l'équipe"),
            mark("Écrire un lanceur : l'ouvrir par un double clic, c'est ouvrir la page de l'équipe, sans terminal."),
        ),
        serve_command: (
            "serve",
            mark("Ouvrir le service HTTP, protégé par un jeton"),
            mark("Ouvrir le service : les opérations du contrat JSON en HTTP, pour cette machine, sous un jeton."),
        ),
        keys_command: (
            "keys",
            mark("Ajouter, remplacer ou révoquer les clés d'un service"),
            mark(
                "Ajouter, nommer, remplacer ou révoquer les clés d'un service ; "
                "s'il tourne, il en tient compte aussitôt."
            ),
        ),
        ask_command: (
            "ask",
            mark("Répondre à une demande du contrat JSON"),
            mark("Répondre à une demande du contrat JSON, comme le service : la même demande, la même réponse."),
        ),
        schema_command: (
            "schema",
            mark("Donner le schéma JSON d'une opération"),
            mark("Donner le schéma JSON (2020-12) de ce qu'une opération reçoit, ou de ce qu'elle répond."),
        ),
    },
}
"""The headings of the help, in the order of an edition; each command with its name, its summary and its description."""

for _heading, _commands in COMMAND_GROUPS.items():
    for _function, (_name, _summary, _help) in _commands.items():
        app.command(_name, cls=Command, rich_help_panel=_heading, short_help=_summary, help=_help)(_function)


def run() -> None:
    """Run the command line in the language of its caller, with progress on the terminal."""
    from mentormatch.widgets.progress import progress

    hold_standard_streams()
    prepare_completion()
    with language(starting_language(sys.argv[1:])), progress():
        app()


def show_version(*, asked: bool) -> None:
    if asked:
        from mentormatch.base.version import __version__

        write_text(__version__)
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version",
        help=mark("La version, et rien d'autre."),
        callback=lambda asked: show_version(asked=asked),
        expose_value=False,
        is_eager=True,
    ),
]


@app.callback(
    help=mark(
        "Former des binômes mentor·e - mentoré·e optimaux et expliqués, à partir d'un questionnaire. "
        "Sans commande, la page de l'équipe s'ouvre dans le navigateur."
    )
)
def set_global_options(
    ctx: typer.Context,
    *,
    version: Version = False,
    completion: Completion = None,
    language: Language = None,
    quiet: Quiet = False,
) -> None:
    """Accept the global options, whose callbacks do the work; without a command, open the page."""
    del version, completion, language, quiet
    if ctx.invoked_subcommand is None:
        open_page()
