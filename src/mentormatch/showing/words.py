"""How far work is, in French: short enough for one line of a terminal."""

from collections.abc import Mapping

from mentormatch.assignment.progress import TIES, Progress
from mentormatch.french import NO_BREAK, points, thousands

GOALS: Mapping[str, str] = {
    "": "Recherche d'une première répartition",
    "matched": "Le plus de binômes",
    "priority": "Le plus de personnes prioritaires",
    "floor": "Les points du binôme le plus faible",
    "floor_person": "Les points de la personne la moins bien servie",
    "leximin": "Les points des binômes les plus faibles",
    "total": "Total de points",
    "changes": "Le moins de binômes défaits",
    TIES: "Objectifs atteints, départage des égalités",
}
COUNTS = frozenset({"matched", "priority", "changes"})
ENDS: Mapping[str, str] = {
    "proved": "Terminé en {time} : répartition démontrée optimale.",
    "feasible": "Arrêté après {time} : la répartition trouvée respecte les règles, mais n'est pas démontrée optimale.",
    "infeasible": "Terminé en {time} : aucune répartition ne respecte toutes les règles.",
    "stopped": "Arrêté après {time}, avant une première réponse : il n'y a pas de binôme.",
    "failed": "Le calcul a échoué après {time}.",
}
SEVERAL = "Fini après {time}."


def stage(progress: Progress) -> str:
    """Return the goal that work is at, with what is known of it.

    >>> stage(Progress("matched", 19, 20)).replace(NO_BREAK, " ")
    "Le plus de binômes : 19 pour l'instant, 20 au plus (écart 1)"
    >>> stage(Progress("total", 10_354_576)).replace(NO_BREAK, " ")
    "Total de points : 1035,5 pour l'instant"
    """
    name, goal = GOALS.get(progress.goal, progress.goal), progress.goal
    if progress.value is None:
        return name
    value = amount(goal, progress.value)
    if progress.bound is None or progress.gap is None:
        return f"{name}{NO_BREAK}: {value} pour l'instant"
    bound, gap = amount(goal, progress.bound), amount(goal, progress.gap)
    if goal == "changes":
        return f"{name}{NO_BREAK}: {value} pour l'instant, {bound} au moins (écart {gap})"
    return f"{name}{NO_BREAK}: {value} pour l'instant, {bound} au plus (écart {gap})"


def amount(goal: str, value: int) -> str:
    """Return a value of a goal: a number of pairs or people, or points."""
    return thousands(value) if goal in COUNTS else points(value)


def part(progress: Progress) -> str:
    """Return which of several problems is being solved, empty where there is only one.

    >>> part(Progress(part=2, parts=3)), part(Progress(part=4)), part(Progress(part=1))
    ('calcul 2 sur 3', 'calcul 4', '')
    """
    if progress.parts is not None and progress.parts > 1:
        return f"calcul {max(progress.part, 1)} sur {progress.parts}"
    return f"calcul {progress.part}" if progress.part > 1 else ""


def time(seconds: float) -> str:
    """Return a time in whole seconds.

    >>> time(12.9).replace(NO_BREAK, " "), time(125).replace(NO_BREAK, " ")
    ('12 s', '2 min 05 s')
    """
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}{NO_BREAK}min{NO_BREAK}{rest:02d}{NO_BREAK}s" if minutes else f"{rest}{NO_BREAK}s"


def end(progress: Progress) -> str:
    """Return what came of work that is over; empty where it came to no answer of any kind.

    >>> end(Progress(part=1, seconds=3, status="proved")).replace(NO_BREAK, " ")
    'Terminé en 3 s : répartition démontrée optimale.'
    """
    said = SEVERAL if progress.part > 1 else ENDS.get(progress.status, "")
    return said.format(time=time(progress.seconds)).replace(" :", f"{NO_BREAK}:")
