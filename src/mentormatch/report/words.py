"""A matching -> texts on its status, goals, criteria and rules."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from mentormatch.assignment.model.solution import Status, Tier
from mentormatch.explanation.caveats import CaveatCode
from mentormatch.explanation.goal_prices import places_words, price_words
from mentormatch.explanation.names import KEY_LABELS, Labels
from mentormatch.fields import Side
from mentormatch.fields.extension import Extension
from mentormatch.languages.phrases import counted, listed, percent, plain, points
from mentormatch.languages.translation import mark, tr, tr_n
from mentormatch.operations.evaluation import GIVEN_ENGINE
from mentormatch.operations.matching import Matching, case_of

# In short, and as a sentence
STATUS_TEXTS: Mapping[Status, tuple[str, str]] = {
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
GIVEN_PLAN = (
    mark("Répartition donnée"),
    mark("La répartition a été donnée : rien n'a été résolu, et une autre ferait peut-être mieux."),
)
GOAL_TEXTS: Mapping[str, str] = {
    "matched": mark("Former le plus de binômes possible"),
    "priority": mark("Placer d'abord les personnes prioritaires"),
    "floor": mark("Rendre le binôme le moins bien noté aussi bon que possible"),
    "floor_person": mark("Rendre la somme de points de la personne la moins bien servie aussi grande que possible"),
    "leximin": mark("Améliorer d'abord le binôme le moins bien noté, puis le suivant, et ainsi de suite"),
    "total": mark("Obtenir le plus grand total de points"),
    "changes": mark("Défaire le moins possible de binômes déjà formés"),
}
# The goals that count people and pairs and do not depend on points
COUNTING_GOALS = frozenset({"matched", "priority", "changes"})
PEOPLE_COUNTS: Mapping[Side, Callable[[int], str]] = {
    "mentor": lambda count: counted(count, "mentor·e"),
    "mentee": lambda count: counted(count, "mentoré·e"),
}
ROW_OUTCOME_COUNTS: Mapping[str, Callable[[int], str]] = {
    "taken": lambda count: counted(count, "retenue"),
    "incomplete": lambda count: counted(count, "incomplète"),
    "replaced": lambda count: counted(count, "remplacée"),
    "rejected": lambda count: counted(count, "rejetée"),
}


@dataclass(frozen=True, slots=True)
class LabelledItem:
    """A criterion or rule as texts: name, weight, group, and the questions that it reads."""

    name: str
    weight: str = ""
    group: str = ""
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReachedGoal:
    """A goal as texts: description, value, and the proof of the value."""

    goal: str
    value: str
    proof: str


def people_of(matching: Matching) -> dict[Side, int]:
    return {"mentor": len(matching.cohort.mentors), "mentee": len(matching.cohort.mentees)}


def count_unmatched(matching: Matching) -> dict[Side, int]:
    return {side: len(case_of(matching).alone(side)) for side in PEOPLE_COUNTS}


def verdict(matching: Matching) -> tuple[str, str]:
    """Return the status of the pairs, in short and as a sentence.

    If nothing was compared, or the optimum cannot be checked, the sentence is that of the caveats; otherwise caveats
    precede the sentence.
    """
    first = " ".join(caveat.sentence for caveat in matching.caveats)
    if first and matching.is_vacuous:
        return tr("Rien n'a été comparé"), first
    if any(caveat.code is CaveatCode.UNPROVED for caveat in matching.caveats):
        return tr("Optimalité affirmée, non contrôlable"), first
    short, sentence = GIVEN_PLAN if matching.solution.engine == GIVEN_ENGINE else STATUS_TEXTS[matching.status]
    if matching.status is Status.PROVED and not matching.solution.canonical:
        sentence = mark(
            "La répartition est démontrée optimale ; parmi des réponses de même valeur, celle-ci n'est pas forcément la"
            " même à chaque calcul : elles n'ont pas été départagées."
        )
    return tr(short), f"{first} {tr(sentence)}".strip()


def format_reading_guide() -> tuple[str, ...]:
    """Return the guide to the points."""
    return (
        tr(
            "Chaque critère donne des points selon son poids ; les poids font 100 en tout, et les points d'un binôme"
            " sont"
            " la somme des points de ses critères."
        ),
        tr(
            "Une réponse qui manque n'est ni une mauvaise réponse ni un avantage : le critère compte alors pour"
            " moitié, ou"
            " pour la part que le programme a choisie. La part connue dit quel poids repose sur de vraies réponses."
        ),
        tr("Les points comparent des binômes possibles entre eux. Ils ne jugent pas les personnes."),
        tr("À égalité, le choix est tiré au sort, toujours le même pour ces réponses, quel que soit leur ordre."),
    )


def people_in_words(counts: Mapping[Side, int]) -> str:
    """Return the numbers of both sides as a text, empty if both are 0."""
    return listed([PEOPLE_COUNTS[side](count) for side, count in counts.items() if count])


def summary(matching: Matching) -> str:
    """Return the result in one or two sentences."""
    people, pairs = people_in_words(people_of(matching)), counted(len(matching.solution.pairs), "binôme")
    sentence = (
        tr("Sur {people}, la répartition forme {pairs}.", people=people, pairs=pairs)
        if people
        else tr("Sur personne, la répartition forme {pairs}.", pairs=pairs)
    )
    unmatched = count_unmatched(matching)
    if not any(unmatched.values()):
        return tr("{made} Tout le monde a un binôme.", made=sentence) if len(matching.solution.pairs) else sentence
    return tr_n(
        "{made} {people} reste sans binôme.",
        "{made} {people} restent sans binôme.",
        sum(unmatched.values()),
        made=sentence,
        people=people_in_words(unmatched),
    )


def rows_in_words(matching: Matching) -> str:
    """Return the outcomes of the rows as a sentence, empty if no row is recorded."""
    fates = [row.fate for row in matching.cohort.rows]
    if not fates:
        return ""
    parts = [format_count(fates.count(fate)) for fate, format_count in ROW_OUTCOME_COUNTS.items() if fate in fates]
    answers = counted(len(fates), "réponse")
    return tr("{answers} au questionnaire : {fates}.", answers=answers, fates=listed(parts))


def prices(matching: Matching) -> tuple[str, ...]:
    """Return the price of each goal for later goals, as sentences."""
    return tuple(map(price_words, matching.goal_prices))


def kept_places(matching: Matching, labels: Labels = KEY_LABELS) -> tuple[str, ...]:
    """Return one sentence per rule on the places kept for later people, and their price."""
    return tuple(places_words(places, lambda key: labels.person("mentor", key)) for places in matching.kept_places)


def goals(matching: Matching) -> Iterator[ReachedGoal]:
    """Yield each goal with its value and proof, in the order of the goals."""
    proved_goals = {tier.goal for tier in matching.file_certificate.tiers if tier.proved}
    for tier in matching.solution.tiers:
        is_claim = matching.status is Status.PROVED and tier.goal not in proved_goals
        proof_text = tr("affirmé, non contrôlable") if is_claim else format_proof_text(tier)
        proof_text = tr("rien à comparer") if is_vacuous_goal(matching, tier.goal) else proof_text
        yield ReachedGoal(
            tr(GOAL_TEXTS.get(tier.goal, tier.goal)), format_goal_value(tier.goal, tier.value), proof_text
        )


def is_vacuous_goal(matching: Matching, goal: str) -> bool:
    return matching.is_vacuous and (goal not in COUNTING_GOALS or not matching.solution.pairs.size)


GOAL_VALUE_TEXTS: Mapping[str, Callable[[int], str]] = {
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


def format_goal_value(goal: str, value: int) -> str:
    """Return a value of a goal with its unit."""
    return GOAL_VALUE_TEXTS[goal](value) if goal in GOAL_VALUE_TEXTS else str(value)


def format_proof_text(tier: Tier) -> str:
    """Return the text on the proof or the bound of a goal."""
    is_minimum = tier.goal == "changes"
    if tier.proved:
        return tr("minimum démontré") if is_minimum else tr("maximum démontré")
    if tier.bound is None or (is_minimum and not tier.bound):
        return tr("minimum non connu") if is_minimum else tr("maximum non connu")
    bound = format_goal_value(tier.goal, tier.bound)
    return tr("au moins {amount}", amount=bound) if is_minimum else tr("au plus {amount}", amount=bound)


def criteria(matching: Matching) -> Iterator[LabelledItem]:
    """Yield each criterion with its share of the weight, then the emphasis of people, if any, without one."""
    for criterion, weight in zip(matching.scores.criteria, matching.scores.weights, strict=True):
        yield LabelledItem(criterion.label, percent(weight), criterion.group or "", questions(matching, criterion))
    if (emphasis := matching.programme.emphasis) is not None:
        text = tr("ce que chacun met en avant compte {times} fois", times=plain(emphasis.times))
        yield LabelledItem(text, questions=(matching.programme.fields[emphasis.field].question,))


def rules(matching: Matching, labels: Labels = KEY_LABELS) -> Iterator[LabelledItem]:
    labels = labels.with_questions(matching.programme)
    for rule in matching.programme.rules:
        yield LabelledItem(labels.rule(rule), questions=questions(matching, rule))


def questions(matching: Matching, extension: Extension) -> tuple[str, ...]:
    """Return the texts of the questions that a criterion or rule reads."""
    fields = matching.programme.fields
    return tuple(dict.fromkeys(fields[reference.field].question for reference in extension.references()))
