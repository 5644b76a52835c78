"""What a matching comes to, in plain French: its status, its goals, its criteria and its rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mentormatch.assignment.solution import Status, Tier
from mentormatch.extension import Extension
from mentormatch.fields import Side
from mentormatch.french import counted, listed, percent, points
from mentormatch.matching import Matching
from mentormatch.review.goal_prices import price_words
from mentormatch.review.labels import KEYS, Labels

STATUS: Mapping[Status, tuple[str, str]] = {
    Status.PROVED: (
        "Répartition démontrée optimale",
        "La répartition est démontrée optimale : dans l'ordre des objectifs ci-dessous, aucune autre répartition"
        " permise par les règles ne fait mieux.",
    ),
    Status.FEASIBLE: (
        "Répartition valable, optimum non démontré",
        "La répartition respecte toutes les règles, mais le temps imparti n'a pas suffi à démontrer qu'aucune autre ne"
        " fait mieux : l'écart encore possible est indiqué pour chaque objectif.",
    ),
    Status.INFEASIBLE: (
        "Aucune répartition possible",
        "Aucune répartition ne respecte toutes les règles du programme à la fois : il n'y a donc pas de binôme.",
    ),
    Status.STOPPED: (
        "Calcul interrompu",
        "Le calcul a été arrêté avant une première réponse : il n'y a donc pas de binôme.",
    ),
    Status.FAILED: (
        "Calcul en échec",
        "Le calcul a échoué : il n'y a donc pas de binôme, et rien n'est dit de ceux qui seraient possibles.",
    ),
}
GOALS: Mapping[str, str] = {
    "matched": "Former le plus de binômes possible",
    "priority": "Placer d'abord les personnes prioritaires",
    "floor": "Rendre le binôme le moins bien noté aussi bon que possible",
    "floor_person": "Rendre la somme de points de la personne la moins bien servie aussi grande que possible",
    "leximin": "Améliorer d'abord le binôme le moins bien noté, puis le suivant, et ainsi de suite",
    "total": "Obtenir le plus grand total de points",
    "changes": "Défaire le moins possible de binômes déjà formés",
}
PEOPLE: Mapping[Side, str] = {"mentor": "mentor·e", "mentee": "mentoré·e"}
FATES: Mapping[str, tuple[str, str]] = {
    "taken": ("retenue", "retenues"),
    "incomplete": ("incomplète", "incomplètes"),
    "replaced": ("remplacée", "remplacées"),
    "rejected": ("rejetée", "rejetées"),
}
READING = (
    "Chaque critère donne des points selon son poids ; les poids font 100 en tout, et les points d'un binôme sont la"
    " somme des points de ses critères.",
    "Une réponse qui manque n'est ni une mauvaise réponse ni un avantage : le critère compte alors à sa valeur neutre."
    " La part connue dit quel poids repose sur de vraies réponses.",
    "Les points comparent des binômes possibles entre eux. Ils ne jugent pas les personnes.",
    "À égalité parfaite, le choix est fait par un tirage reproductible : les mêmes personnes et la même graine donnent"
    " les mêmes binômes, quel que soit l'ordre des réponses.",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the programme in words: what it is called, how much it weighs, the questions that it rests on."""

    name: str
    weight: str = ""
    group: str = ""
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reached:
    """One goal in words: what is asked, what was reached, and what is proved of it."""

    goal: str
    value: str
    proof: str


def people_of(matching: Matching) -> dict[Side, int]:
    """Return how many people each side has."""
    return {"mentor": len(matching.cohort.mentors), "mentee": len(matching.cohort.mentees)}


def left_out(matching: Matching) -> dict[Side, int]:
    """Return how many people of each side have no partner."""
    return {side: len(matching.case.alone(side)) for side in PEOPLE}


def people_in_words(counts: Mapping[Side, int]) -> str:
    """Return the numbers of both sides in words, empty where there is nobody."""
    return listed([counted(count, PEOPLE[side]) for side, count in counts.items() if count])


def summary(matching: Matching) -> str:
    """Return the result in a sentence or two."""
    people = people_in_words(people_of(matching)) or "personne"
    made = f"Sur {people}, la répartition forme {counted(len(matching.solution.pairs), 'binôme')}."
    alone = left_out(matching)
    count = sum(alone.values())
    if not count:
        return f"{made} Tout le monde a un binôme." if len(matching.solution.pairs) else made
    return f"{made} {people_in_words(alone)} {'reste' if count == 1 else 'restent'} sans binôme."


def rows_in_words(matching: Matching) -> str:
    """Return what became of the rows that came in, empty where none is known."""
    fates = [row.fate for row in matching.cohort.rows]
    if not fates:
        return ""
    parts = [counted(fates.count(fate), *words) for fate, words in FATES.items() if fate in fates]
    return f"{counted(len(fates), 'réponse')} au questionnaire : {listed(parts)}."


def prices(matching: Matching) -> tuple[str, ...]:
    """Return what each goal costs the others, a sentence each."""
    return tuple(map(price_words, matching.goal_prices))


def goals(matching: Matching) -> Iterator[Reached]:
    """Yield each goal with what it reached, in the order in which they are pursued."""
    for tier in matching.solution.tiers:
        yield Reached(GOALS.get(tier.goal, tier.goal), amount(tier.goal, tier.value), proof(tier))


def amount(goal: str, value: int) -> str:
    """Return a value of a goal with its unit."""
    match goal:
        case "matched":
            return counted(value, "binôme")
        case "priority":
            return f"{counted(value, 'place donnée', 'places données')} à des personnes prioritaires"
        case "total":
            return f"{points(value)} points"
        case "floor" | "leximin":
            return f"{points(value)} points pour le binôme le moins bien noté"
        case "floor_person":
            return f"{points(value)} points pour la personne la moins bien servie"
        case "changes":
            return counted(value, "binôme défait", "binômes défaits")
    return str(value)


def proof(tier: Tier) -> str:
    """Return in words what is proved of one goal."""
    best, beyond = ("minimum", "au moins") if tier.goal == "changes" else ("maximum", "au plus")
    if tier.proved:
        return f"{best} démontré"
    return f"{best} non connu" if tier.bound is None else f"{beyond} {amount(tier.goal, tier.bound)}"


def criteria(matching: Matching) -> Iterator[Line]:
    """Yield each criterion with its share of the weight."""
    for criterion, weight in zip(matching.scores.criteria, matching.scores.weights, strict=True):
        yield Line(criterion.label, percent(weight), criterion.group or "", questions(matching, criterion))


def rules(matching: Matching, labels: Labels = KEYS) -> Iterator[Line]:
    """Yield each rule."""
    for rule in matching.programme.rules:
        yield Line(labels.rule(rule), questions=questions(matching, rule))


def questions(matching: Matching, extension: Extension) -> tuple[str, ...]:
    """Return the wording of the questions that a criterion or a rule rests on."""
    fields = matching.programme.fields
    return tuple(dict.fromkeys(fields[reference.field].question for reference in extension.references()))
