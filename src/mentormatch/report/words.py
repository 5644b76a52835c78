"""What a matching comes to, in plain words: its status, its goals, its criteria and its rules."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from mentormatch.assignment.model.solution import Status, Tier
from mentormatch.explanation.caveats import Code
from mentormatch.explanation.goal_prices import places_words, price_words
from mentormatch.explanation.names import KEYS, Labels
from mentormatch.fields import Side
from mentormatch.fields.extension import Extension
from mentormatch.languages.phrases import counted, listed, percent, plain, points
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.operations.evaluation import GIVEN
from mentormatch.operations.matching import Matching, case_of

STATUS: Mapping[Status, tuple[str, str]] = {
    Status.PROVED: (
        mark("Aucune autre répartition ne fait mieux"),
        mark(
            "La répartition est démontrée optimale : dans l'ordre des objectifs ci-dessous, aucune autre répartition"
            " permise par les règles ne fait mieux."
        ),
    ),
    Status.FEASIBLE: (
        mark("Répartition valable, optimum non démontré"),
        mark(
            "La répartition respecte toutes les règles, mais le temps imparti n'a pas suffi à démontrer qu'aucune autre"
            " ne fait mieux : l'écart encore possible est indiqué pour chaque objectif."
        ),
    ),
    Status.INFEASIBLE: (
        mark("Aucune répartition possible"),
        mark("Aucune répartition ne respecte toutes les règles du programme à la fois : il n'y a donc pas de binôme."),
    ),
    Status.STOPPED: (
        mark("Calcul interrompu"),
        mark("Le calcul a été arrêté avant une première réponse : il n'y a donc pas de binôme."),
    ),
    Status.FAILED: (
        mark("Calcul en échec"),
        mark("Le calcul a échoué : il n'y a donc pas de binôme, et rien n'est dit de ceux qui seraient possibles."),
    ),
}
"""In short and in a sentence, to be spoken by ``verdict``."""
GIVEN_PLAN = (
    mark("Répartition donnée"),
    mark("La répartition a été donnée : rien n'a été résolu, et une autre ferait peut-être mieux."),
)
UNSETTLED = mark(
    "La répartition est démontrée optimale ; parmi des réponses de même valeur, celle-ci n'est pas forcément la même à"
    " chaque calcul : elles n'ont pas été départagées."
)
GOALS: Mapping[str, str] = {
    "matched": mark("Former le plus de binômes possible"),
    "priority": mark("Placer d'abord les personnes prioritaires"),
    "floor": mark("Rendre le binôme le moins bien noté aussi bon que possible"),
    "floor_person": mark("Rendre la somme de points de la personne la moins bien servie aussi grande que possible"),
    "leximin": mark("Améliorer d'abord le binôme le moins bien noté, puis le suivant, et ainsi de suite"),
    "total": mark("Obtenir le plus grand total de points"),
    "changes": mark("Défaire le moins possible de binômes déjà formés"),
}
COUNTED = frozenset({"matched", "priority", "changes"})
"""The goals that count people and pairs, whatever points these have."""
PEOPLE: Mapping[Side, Callable[[int], str]] = {
    "mentor": lambda count: counted(count, "mentor·e"),
    "mentee": lambda count: counted(count, "mentoré·e"),
}
FATES: Mapping[str, Callable[[int], str]] = {
    "taken": lambda count: counted(count, "retenue"),
    "incomplete": lambda count: counted(count, "incomplète"),
    "replaced": lambda count: counted(count, "remplacée"),
    "rejected": lambda count: counted(count, "rejetée"),
}
SOME = mark("Sur {people}, la répartition forme {pairs}.")
NOBODY = mark("Sur personne, la répartition forme {pairs}.")
READING = (
    mark(
        "Chaque critère donne des points selon son poids ; les poids font 100 en tout, et les points d'un binôme sont"
        " la somme des points de ses critères."
    ),
    mark(
        "Une réponse qui manque n'est ni une mauvaise réponse ni un avantage : le critère compte alors pour moitié, ou"
        " pour la part que le programme a choisie. La part connue dit quel poids repose sur de vraies réponses."
    ),
    mark("Les points comparent des binômes possibles entre eux. Ils ne jugent pas les personnes."),
    mark("À égalité, le choix est tiré au sort, toujours le même pour ces réponses, quel que soit leur ordre."),
)


@dataclass(frozen=True, slots=True)
class WordLine:
    """One entry of the programme in words: what it is called, how much it weighs, the questions that it rests on."""

    name: str
    weight: str = ""
    group: str = ""
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReachedGoal:
    """One goal in words: what is asked, what was reached, and what is proved of it."""

    goal: str
    value: str
    proof: str


def people_of(matching: Matching) -> dict[Side, int]:
    """Return how many people each side has."""
    return {"mentor": len(matching.cohort.mentors), "mentee": len(matching.cohort.mentees)}


def count_unmatched(matching: Matching) -> dict[Side, int]:
    """Return how many people of each side have no partner."""
    return {side: len(case_of(matching).alone(side)) for side in PEOPLE}


def verdict(matching: Matching) -> tuple[str, str]:
    """Return what is known of the pairs, in short and in a sentence.

    If nothing was compared, or nobody can check the optimum, that and no more.
    """
    first = " ".join(caveat.sentence for caveat in matching.caveats)
    if first and matching.is_vacuous:
        return tr("Rien n'a été comparé"), first
    if any(caveat.code is Code.UNPROVED for caveat in matching.caveats):
        return tr("Optimalité affirmée, non contrôlable"), first
    short, sentence = GIVEN_PLAN if matching.solution.engine == GIVEN else STATUS[matching.status]
    open_ties = matching.status is Status.PROVED and not matching.solution.canonical
    return tr(short), f"{first} {tr(UNSETTLED if open_ties else sentence)}".strip()


def reading() -> tuple[str, ...]:
    """Return how the points are read."""
    return tuple(map(tr, READING))


def people_in_words(counts: Mapping[Side, int]) -> str:
    """Return the numbers of both sides in words, empty where there is nobody."""
    return listed([PEOPLE[side](count) for side, count in counts.items() if count])


def summary(matching: Matching) -> str:
    """Return the result in a sentence or two."""
    people, pairs = people_in_words(people_of(matching)), counted(len(matching.solution.pairs), "binôme")
    made = tr(SOME if people else NOBODY, people=people, pairs=pairs)
    alone = count_unmatched(matching)
    if not any(alone.values()):
        return tr("{made} Tout le monde a un binôme.", made=made) if len(matching.solution.pairs) else made
    return tr_n(
        "{made} {people} reste sans binôme.",
        "{made} {people} restent sans binôme.",
        sum(alone.values()),
        made=made,
        people=people_in_words(alone),
    )


def rows_in_words(matching: Matching) -> str:
    """Return what became of the rows that came in, empty where none is known."""
    fates = [row.fate for row in matching.cohort.rows]
    if not fates:
        return ""
    parts = [words(fates.count(fate)) for fate, words in FATES.items() if fate in fates]
    answers = counted(len(fates), "réponse")
    return tr("{answers} au questionnaire : {fates}.", answers=answers, fates=listed(parts))


def prices(matching: Matching) -> tuple[str, ...]:
    """Return what each goal costs the others, a sentence each."""
    return tuple(map(price_words, matching.goal_prices))


def kept_places(matching: Matching, labels: Labels = KEYS) -> tuple[str, ...]:
    """Return what is left of the places that are kept for people who come later, and what that costs, a rule each."""
    return tuple(places_words(left, lambda key: labels.person("mentor", key)) for left in matching.kept_places)


def goals(matching: Matching) -> Iterator[ReachedGoal]:
    """Yield each goal with what it reached, in the order in which they are pursued."""
    checked = {tier.goal for tier in matching.file_certificate.tiers if tier.proved}
    for tier in matching.solution.tiers:
        stated = matching.status is Status.PROVED and tier.goal not in checked
        said = tr("affirmé, non contrôlable") if stated else proof(tier)
        said = tr("rien à comparer") if hollow(matching, tier.goal) else said
        yield ReachedGoal(tr(GOALS.get(tier.goal, tier.goal)), amount(tier.goal, tier.value), said)


def hollow(matching: Matching, goal: str) -> bool:
    """Return whether a goal compared nothing: points where all are alike, and anything where there is no pair."""
    return matching.is_vacuous and (goal not in COUNTED or not matching.solution.pairs.size)


AMOUNTS: Mapping[str, Callable[[int], str]] = {
    "matched": lambda value: counted(value, "binôme"),
    "priority": lambda value: tr(
        "{places} à des personnes prioritaires", places=counted(value, "place donnée", "places données")
    ),
    "total": lambda value: tr("{score} points", score=points(value)),
    "floor": lambda value: tr("{score} points pour le binôme le moins bien noté", score=points(value)),
    "leximin": lambda value: tr("{score} points pour le binôme le moins bien noté", score=points(value)),
    "floor_person": lambda value: tr("{score} points pour la personne la moins bien servie", score=points(value)),
    "changes": lambda value: counted(value, "binôme défait", "binômes défaits"),
}


def amount(goal: str, value: int) -> str:
    """Return a value of a goal with its unit."""
    return AMOUNTS[goal](value) if goal in AMOUNTS else str(value)


def proof(tier: Tier) -> str:
    """Return in words what is proved of one goal."""
    least = tier.goal == "changes"
    if tier.proved:
        return tr("minimum démontré") if least else tr("maximum démontré")
    if tier.bound is None or (least and not tier.bound):
        return tr("minimum non connu") if least else tr("maximum non connu")
    bound = amount(tier.goal, tier.bound)
    return tr("au moins {amount}", amount=bound) if least else tr("au plus {amount}", amount=bound)


def criteria(matching: Matching) -> Iterator[WordLine]:
    """Yield each criterion with its share of the weight."""
    for criterion, weight in zip(matching.scores.criteria, matching.scores.weights, strict=True):
        yield WordLine(criterion.label, percent(weight), criterion.group or "", questions(matching, criterion))
    if (emphasis := matching.programme.emphasis) is not None:
        said = tr("ce que chacun met en avant compte {times} fois", times=plain(emphasis.times))
        yield WordLine(said, questions=(matching.programme.fields[emphasis.field].question,))


def rules(matching: Matching, labels: Labels = KEYS) -> Iterator[WordLine]:
    """Yield each rule."""
    for rule in matching.programme.rules:
        yield WordLine(labels.rule(rule), questions=questions(matching, rule))


def questions(matching: Matching, extension: Extension) -> tuple[str, ...]:
    """Return the wording of the questions that a criterion or a rule rests on."""
    fields = matching.programme.fields
    return tuple(dict.fromkeys(fields[reference.field].question for reference in extension.references()))
