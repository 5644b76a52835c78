"""Questions that ask how many people somebody would take: their words, and the figure in each answer."""

import re
from collections.abc import Sequence

from mentormatch.drafting.answers import distinct, share
from mentormatch.fields import Side
from mentormatch.fields.single import parse_number
from mentormatch.text import fold

COUNT = re.compile(r"\b(how many|number of|no\.? of|combien|nombre|nbre?|maximum of|max)\b")
WHOM: dict[str, re.Pattern[str]] = {
    "mentees": re.compile(
        r"\b(mentees?\b|mentore\S*|filleul\S*|fillots?\b|proteges?\b|tutore\S*|binomes?\b|pairs\b|littles?\b)"
    ),
    "mentors": re.compile(r"\b(mentors?\b(?!ing)|mentor·\S*|parrains?\b|marraines?\b|tuteurs?\b|tutrices?\b)"),
    "people": re.compile(
        r"\b(people|persons?|personnes?|students?|etudiant\S*|jeunes?|eleves?|lyceen\S*|participant\S*|candidat\S*"
        r"|learners?|interns?|trainees?|scholars?|apprentices?|apprentis?|newcomers?|freshers?|first[- ]years?"
        r"|famil(?:y|ies|les?)|adults?|adultes?|accompagnements?|stagiaires?|juniors?|salarie\S*|colleagues?"
        r"|collegues?|enfants?|children|young)\b"
    ),
}
"""Who is counted."""
MEASURE = re.compile(
    r"\b(hours?|heures?|years?|ans|annees?|times?|fois|sessions?|rendez-vous|meetings?|seances?|minutes?|days?|jours?"
    r"|weeks?|semaines?|months?|mois|rencontres?|per|par|with|avec|for|pour|in|dans)\b"
)
"""What is counted instead, or what stands between a count and somebody who is not what it counts."""
ABLE = re.compile(
    r"\b(can|could|would|will|willing|able|like|want|wish|open|prepared|prefer|accept\w*|max\w*|at once|pouvez"
    r"|pourriez|pourrez"
    r"|souhait\w*|voulez|voudriez|pret\w*|desir\w*|envisag\w*|seriez|pensez)\b"
)
BEFORE = re.compile(
    r"\b(did|have you|has|had|were|avait|menes?|already|previous\w*|so far|ever|deja|avez-vous|avez|ont"
    r"|last year|l'an dernier)\b"
)
TAKING = re.compile(
    r"\b(accompagn\w*|suivre|encadr\w*|parrain\w*|mentor(er|ing|at)?|support\w*|take|guide\w*|coach\w*|help\w*|aider"
    r"|accueil\w*|prendre|host|tutor\w*|advis\w*|meet\w*|work with|supervis\w*|look after|befriend\w*|jumel\w*"
    r"|epaul\w*|wing|soutenir|paired|matched|conseiller)\b"
)
SEATS = re.compile(
    r"(?:how many|combien de|nombre de) (?:people|persons|personnes)|"
    r"(nombre de )?(places?|capacite)( (d'accueil|disponibles?|offertes?|maximale?|max))*|capacity|number of places"
)
PLACES_FOR = re.compile(r"^\s*(?:de |d')?(?:places?|spots?|seats?) (?:for|pour|a)\b(?: (?:des|les|the|new))*")
ALONE = re.compile(r"[\s?:.]*(?:(?:par|per|a) (?:an|annee|year|semestre|semester|fois|time))?[\s?:.]*")
"""What may stand behind a bare "how many ?", where who is meant was said before."""
NEAR, FAR = 2, 6
"""Words between a count and those counted: at most so many, or so many behind a verb in French."""
MOST = 50
"""Nobody takes more people than that."""
SPELLED = {
    word: number
    for number, words in enumerate(
        (
            "zero none aucun aucune",
            "one un une",
            "two deux",
            "three trois",
            "four quatre",
            "five cinq",
            "six",
            "seven sept",
            "eight huit",
            "nine neuf",
            "ten dix",
        )
    )
    for word in words.split()
}
OPEN = re.compile(r"\b(less|fewer|moins|plus de|more than|over|under)\b")
BESIDE = re.compile(
    r"(or|more|ou|plus|et|and|at|the|most|au|max\w*|up|to|jusqu|a|only|seulement|environ|about|mentees?"
    r"|mentor\w*|e|es|s"
    r"|people|persons?|personnes?|students?|etudiant\w*|jeunes?|filleul\w*|eleves?|binomes?)"
)
"""What may stand beside the figure in an answer: with any other word it is somebody's own text."""


def giver(question: str) -> Side | None:
    """Return who a question asks how many people they would take, None where it asks something else.

    >>> giver("How many mentees can you take?"), giver("Combien de mentors souhaitez-vous ?")
    ('mentor', 'mentee')
    >>> giver("How many people did you manage?"), giver("Combien d'heures par mentoré·e ?")
    (None, None)
    """
    said = fold(question)
    counted = COUNT.search(said)
    if counted is None or BEFORE.search(said):
        return None
    rest = PLACES_FOR.sub("", said[counted.end() :])
    if ALONE.fullmatch(rest) and ABLE.search(said[: counted.start()]):
        rest = said[: counted.start()]
        return "mentor" if TAKING.search(rest) and any(words.search(rest) for words in WHOM.values()) else None
    places = {name: found.start() for name, words in WHOM.items() if (found := follows(rest, words))}
    whom = min(places, key=lambda name: places[name], default=None)
    if whom == "mentees":
        return "mentor"
    if whom == "mentors":
        return "mentee" if ABLE.search(said) else None
    taking = whom is not None and ABLE.search(said) and TAKING.search(said)
    return "mentor" if taking else None


def follows(rest: str, words: re.Pattern[str]) -> re.Match[str] | None:
    """Return where one of these words is what is counted: it stands near, and no measure before it."""
    found = words.search(rest)
    if found is None or MEASURE.search(rest[: found.start()]):
        return None
    between = re.findall(r"[\w']+", rest[: found.start()])
    return found if len(between) <= (FAR if ABLE.search(rest[: found.start()]) else NEAR) else None


def seats(question: str) -> bool:
    """Say whether a question is a bare word for the places that somebody has."""
    return bool(SEATS.fullmatch(fold(question).strip(" ?:.")))


def figure(answer: str) -> int | None:
    """Return the one whole number in a short answer, the least of an open one, None where it has none or several.

    >>> figure("2"), figure("Three or more"), figure("3+"), figure("1 à 2"), figure("plus de 3")
    (2, 3, 3, None, None)
    """
    said = fold(answer)
    words = re.findall(r"[a-z]+", said)
    numbers = [*(int(one) for one in re.findall(r"\d+", said)), *(SPELLED[one] for one in words if one in SPELLED)]
    plain = (
        all(word in SPELLED or BESIDE.fullmatch(word) for word in words)
        and len(numbers) == 1
        and not OPEN.search(said)
        and not re.search(r"\d[.,]\d", said)
    )
    return numbers[0] if plain and numbers[0] <= MOST else None


def counted(answers: Sequence[str]) -> bool:
    """Say whether answers are numbers of people, all but a few."""
    return share(distinct(answers), lambda text: figure(text) is not None) > 0.75


def spelled(answers: Sequence[str]) -> dict[str, str]:
    """Return the answers that hold a number and are not written as one, with that number."""
    return {
        answer: str(number)
        for answer in distinct(answers)
        if parse_number(answer) is None and (number := figure(answer)) is not None
    }
