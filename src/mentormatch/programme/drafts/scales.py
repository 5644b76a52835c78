"""The order of graded answers, the lowest first: by what their words mean, in French and English, or by their numbers.

An answer is read as a degree of one core word ("pas très important": -1 of "important"), as a step of a known ladder
("rarely", "monthly", "débutant"), or as a range of numbers with a unit. Answers that give none ("sans opinion") stand
off the scale. Where neither words nor numbers tell, there is no order: people are asked.
"""

# French here is read, not said

import re
from collections.abc import Sequence
from functools import cache

from mentormatch.programme.drafts.lexicon import fold, heads, plain, within

OFF = """
    no preference, no opinion, no answer, n a, na, not applicable, not concerned, don t know, do not know,
    i don t know, dk, not sure, unsure, can t say, cannot say, does not apply, prefer not *, prefer not to **,
    i prefer not **, rather not say, i would rather not **, i do not wish **, decline to **, it depends, as needed,
    when needed, no idea, sans preference, pas de preference, aucune preference, sans opinion, sans avis, pas d avis,
    sans reponse, non applicable, sans objet, non concerne*, pas concerne*, je ne suis pas concerne*, ne sait pas,
    ne sais pas, je ne sais pas, nsp, nspp, ne se prononce pas, je ne souhaite pas **, ne souhaite pas **,
    je prefere ne pas **, prefere ne pas **, cela depend, ca depend, variable, selon les besoins, au besoin,
    did not **, i did not **, i have not **, haven t **, not used, never used, not attended, je n ai pas **,
    n ai pas participe*, pas utilise*, no experience of it
    """
"""Answers that stand off any scale."""

NEUTRAL = """
    neutral, neither, neither *, neither agree nor disagree, neither **, neutre, ni d accord ni pas d accord, ni **,
    undecided, indecis*, indifferent*, mixed, mitige*, sans avis tranche
    """
"""Answers in the middle of a scale that goes both ways."""

PLAIN = 2.0
DEGREES = (
    (
        -4.0,
        """
        strongly dis, very un, very dis, extremely un, extremely dis, completely dis, totally dis, tout a fait in,
        tres in
        """,
    ),
    (
        -3.0,
        """
        not at all, absolutely not, pas du tout, absolument pas, none at all, vraiment pas, aucunement, nullement,
        none, aucun, aucune, nothing, rien, definitely not
        """,
    ),
    (
        -1.0,
        """
        not very, not so, not too, not particularly, not really, hardly, pas tres, pas vraiment, pas trop, peu,
        plutot pas, tres peu, only slightly, very little, rather not, little
        """,
    ),
    (
        0.5,
        """
        slightly, a little, a little bit, a bit, un peu, legerement, to a small extent
        """,
    ),
    (
        1.0,
        """
        somewhat, partly, partially, partiellement, en partie, to some extent, moyennement, moderately, modérément,
        moderement, relativement
        """,
    ),
    (
        1.4,
        """
        assez, fairly, quite, reasonably, rather, plutot, suffisamment
        """,
    ),
    (
        1.7,
        """
        mostly, largely, mainly, en grande partie, generally, globalement
        """,
    ),
    (
        3.0,
        """
        very, strongly, highly, tres, fortement, a lot, lots, beaucoup, very much, much, bien, to a large extent
        """,
    ),
    (
        4.0,
        """
        extremely, completely, totally, absolutely, fully, entirely, tout a fait, totalement, entierement,
        completement, extremement, enormement, parfaitement, a great deal, definitely, absolument, vraiment,
        to a very large extent, to a great extent
        """,
    ),
    (
        -2.0,
        """
        not, pas, non, no
        """,
    ),
)
"""How far a word takes its core: what is said without such a word is ``PLAIN``; a negative core turns the sign."""

POLES = tuple(
    tuple(pair.strip().split("/"))
    for pair in """
    agree/disagree, in agreement/in disagreement, d accord/en desaccord, accord/desaccord, satisfied/dissatisfied,
    satisfied/unsatisfied, likely/unlikely, useful/useless, easy/difficult, easy/hard, comfortable/uncomfortable,
    important/unimportant, relevant/irrelevant, familiar/unfamiliar, helpful/unhelpful, interested/uninterested,
    happy/unhappy, clear/unclear, positive/negative, confident/unconfident, satisfait/insatisfait,
    satisfaite/insatisfaite, utile/inutile, facile/difficile, favorable/defavorable, probable/improbable,
    satisfaisant/insatisfaisant, positif/negatif, pertinent/inutile, true/false, vrai/faux, true/untrue
    """.replace("\n", " ").split(",")
)
"""Words with their opposites."""

LADDERS = (
    """
    sans importance, no importance, pas important*, not important, not at all important, pas du tout important*,
    unimportant, of no importance
    | peu important*, slightly important, of little importance, low importance, not very important
    | moyennement important*, moderately important, somewhat important, assez important*, fairly important,
    quite important
    | important*
    | tres important*, very important, highly important, primordial*
    | indispensable*, essential*, essentiel*, extremely important, crucial*, capital*, critical
    """,
    """
    never, jamais, not once
    | almost never, presque jamais, hardly ever, very rarely, tres rarement
    | rarely, seldom, rarement, infrequently
    | occasionally, occasionnellement, de temps en temps, once in a while, from time to time
    | sometimes, parfois, quelquefois
    | regularly, regulierement, about half the time
    | often, souvent, frequently, frequemment
    | very often, tres souvent, very frequently
    | usually, most of the time, la plupart du temps, generally, habituellement
    | almost always, presque toujours, nearly always
    | always, toujours, systematiquement, all the time, tout le temps
    """,
    """
    never, jamais
    | less often, moins souvent, rarely, rarement
    | once a year, yearly, annually, une fois par an, tous les ans, chaque annee, annuel*
    | twice a year, every six months, deux fois par an, tous les six mois, semestriel*
    | quarterly, once a quarter, every three months, once every three months, tous les trois mois,
    une fois par trimestre, chaque trimestre, trimestriel*
    | every two months, every other month, tous les deux mois, bimestriel*
    | less than once a month, moins d une fois par mois
    | monthly, once a month, every month, tous les mois, une fois par mois, chaque mois, mensuel*, mensuellement
    | fortnightly, every two weeks, every other week, bi weekly, biweekly, twice a month, tous les quinze jours,
    toutes les deux semaines, deux fois par mois, une fois tous les quinze jours, bimensuel*, once every two weeks
    | weekly, once a week, every week, toutes les semaines, une fois par semaine, chaque semaine, hebdomadaire*,
    at least weekly
    | twice a week, several times a week, more than once a week, plusieurs fois par semaine, deux fois par semaine
    | daily, every day, once a day, tous les jours, chaque jour, quotidien*, quotidiennement
    | several times a day, plusieurs fois par jour, more than once a day
    """,
    """
    none, aucun, aucune, no knowledge, no experience, aucune connaissance, aucune experience, non, jamais pratique,
    pas de niveau
    | notions, bases, les bases, basics, the basics, notions de base, basic, basic knowledge, awareness,
    grand debutant, scolaire
    | debutant*, beginner*, novice*, elementary, elementaire, faux debutant*
    | intermediaire*, intermediate, moyen, moyenne, some experience, working knowledge, je pratique
    | confirme*, independant*, competent, proficient, upper intermediate, experienced, experimente*, bon niveau
    | avance*, advanced
    | courant*, fluent, fluently
    | expert*, maitrise, mastery, je peux former quelqu un, je peux former, can teach, can teach others, specialist*
    | bilingue*, bilingual, natif, native, native speaker, mother tongue, langue maternelle
    """,
    """
    a1
    | a2
    | b1
    | b2
    | c1
    | c2
    | natif, native, native speaker, langue maternelle, mother tongue
    """,
    """
    terrible, tres mauvais*, very poor, very bad, awful, horrible, tres insuffisant*
    | mauvais*, poor, bad, insuffisant*, unsatisfactory, mediocre*, needs improvement, faible*
    | passable*, fair, average, moyen*, acceptable*, ok, okay, correct*, adequate, bof
    | assez bon*, assez bien, fairly good, plutot bon*, plutot bien
    | good, bon, bonne, bien, satisfaisant*, satisfactory
    | tres bon*, very good, tres bien, great
    | excellent*, outstanding, exceptional, exceptionnel*, parfait*, perfect
    """,
    """
    nul, nulle, null, no, zero
    | very low, tres faible*, tres bas*, tres peu eleve*
    | low, faible*, bas, basse, weak, peu eleve*, faible interet
    | medium, moyen*, moderate, modere*, average, mid, normal, normale
    | high, fort, forte, forts, eleve*, haut*, strong
    | very high, tres fort*, tres eleve*, tres haut*, very strong, urgent*
    """,
    """
    very small, tres petit*, tiny, micro
    | small, petit*, petite
    | medium, moyen*, medium sized, mid size, mid sized, midsize
    | large, grand*, big
    | very large, tres grand*, huge
    """,
    """
    intern, stagiaire, trainee, apprentice, alternant*, student, etudiant*
    | junior*, entry level, early career, debut de carriere, associate
    | mid, mid level, mid career, middle, intermediate, confirme*, milieu de carriere
    | senior*, late career, fin de carriere
    | lead, staff, principal, expert*
    | manager*, head, responsable, cadre dirigeant
    | director*, directeur*, directrice*, executive, c level, vp
    """,
    """
    freshman, first year, premiere annee
    | sophomore, second year, deuxieme annee
    | junior, third year, troisieme annee
    | senior, fourth year, quatrieme annee, final year, derniere annee
    | graduate, graduate student, masters, master, postgraduate
    | phd, phd student, doctorant*
    """,
    """
    l1, licence 1
    | l2, licence 2
    | l3, licence 3
    | m1, master 1
    | m2, master 2
    | doctorat, these, phd, d1, doctorant*
    """,
    """
    aucun, aucun diplome, sans diplome, none, no qualification*, no formal education, primary, primary school
    | brevet, college, gcse*, lower secondary, middle school
    | cap, bep, cap bep, cap ou bep, vocational
    | bac, baccalaureat, niveau bac, a level*, high school, high school diploma, secondary, secondary school,
    upper secondary, some college
    | bac 1
    | bac 2, bts, dut, bts dut, associate degree, associate s degree, foundation degree
    | bac 3, licence, licence ou equivalent, but, bachelor, bachelors, bachelor s, bachelor s degree, bachelor degree,
    undergraduate, undergraduate degree, ba, bsc
    | bac 4, maitrise
    | bac 5, master, masters, master s, master s degree, master degree, postgraduate, ma, msc, ingenieur*,
    bac 5 et plus, bac 5 ou plus
    | bac 8, doctorat, doctorate, phd, doctoral degree, docteur*
    """,
    """
    no, non
    | rather no, plutot non, probably not, sans doute pas
    | maybe, peut etre, perhaps, partiellement, partially, partly, en partie, possibly, somewhat, a little, un peu,
    to some extent, assez
    | rather yes, plutot oui, probably, mostly, sans doute
    | yes, oui
    | definitely, yes definitely, oui tout a fait, absolutely, oui absolument, beaucoup, a lot
    """,
    """
    not needed, pas besoin, no need, aucun besoin, unnecessary
    | nice to have, utile*, useful, optional, souhaitable
    | important*, should have
    | prioritaire*, essential, essentiel*, must have, indispensable*, critical, priority, tres important*
    """,
    """
    en presence, en presentiel uniquement
    | surtout en presence, plutot en presentiel
    | indifferent
    | surtout en visio, plutot en visio, plutot a distance
    | en visio uniquement, a distance uniquement
    """,
)
"""Families of graded answers, steps from the lowest to the highest between bars, each with its synonyms."""


MOST = "most, le plus, la plus, best, meilleur*, highest, maximum, max, strongest"
LEAST = "least, le moins, la moins, worst, pire, lowest, minimum, min, weakest"
"""Words of the ends of a scale."""
UNITS = (
    ("minutes?|min|mn", 1 / 1440),
    ("hours?|heures?|hrs?|h", 1 / 24),
    ("days?|jours?|j", 1.0),
    ("weeks?|semaines?|wks?", 7.0),
    ("months?|mois", 30.4),
    ("quarters?|trimestres?", 91.3),
    ("years?|yrs?|ans?|annees?|yo", 365.25),
)
RATE = re.compile(rf"(?:\b(?:par|per|a|an|each|every|chaque)|/)\s*(?=(?:{'|'.join(words for words, _ in UNITS)})\b)")
"""What comes before the period of a rate: two hours *per* week."""
EVERY_DAY = re.compile(r"\b(?:tous les jours|chaque jour|quotidien\w*|every day|daily)\b")
SMALL_NUMBERS = {
    word: value
    for value, words in enumerate(
        (
            "none aucun aucune zero never jamais",
            "un une one once",
            "deux two twice",
            "trois three",
            "quatre four",
            "cinq five",
            "six",
            "sept seven",
            "huit eight",
            "neuf nine",
            "dix ten",
        )
    )
    for word in words.split()
} | {"moi seul": 1, "just me": 1}
BELOW = re.compile(
    r"\b(?:moins|jusqu|less|under|below|fewer|up to|at most|au plus|maximum|inferieur\w*)\b|^[<≤]|^-\s*\d"
)
ABOVE = re.compile(
    r"\b(?:plus de|plus d'|more than|over|above|at least|au moins|superieur\w*|minimum|beyond|au dela|onwards)\b|^[>≥]"
    r"|\+\s*\w*$|\d\s*\+|\b(?:et|ou|and|or) (?:plus|more|over|above|older|up)\b|\bplus$"
)
FIGURE = re.compile(r"(?<![\w.,])(\d{1,3}(?:[ ,.]\d{3})+|\d+(?:[.,]\d+)?)(?:st|nd|rd|th|er|re|ere|eme|e)?(?![\d])")
FILLER = re.compile(
    r"\b(?:moins|jusqu|less|than|under|below|fewer|up|to|at|most|least|au|plus|maximum|minimum|more|over|"
    r"above|or|ou|et|and|entre|between|de|d|a|from|environ|about|around|less|par|per"
    r"|an?|the|of|un|une|employees?|salaries?|personnes?|people|persons?|mentees?|mentores?|experience|"
    r"old|age|in|with|each|every|fois|times?|moi|seul|just|me|year|old|euros?|eur|gbp|usd|k|annee|etudes?|"
    r"study|seance\w*|session\w*|rendez|vous|meeting\w*|call\w*"
    r"|every|tous|toutes|chaque|level|niveau|stage|phase|grade|semester|semestre|class|classe|only|older|"
    r"members?|membres?|articles?|papers?|projects?|projets?|km|miles?|kg|cm|m|mentors?|students?|"
    r"etudiant\w*)\b"
)


def order_answers(answers: Sequence[str]) -> list[str] | None:
    """Return answers in their order, the lowest first, None where neither words nor numbers tell one.

    Answers off the scale are left out.

    >>> order_answers(["Plus de 5 ans", "1 à 2 ans", "Moins de 1 an"])
    ['Moins de 1 an', '1 à 2 ans', 'Plus de 5 ans']
    >>> order_answers(["Very important", "Not important", "No preference", "Somewhat important"])
    ['Not important', 'Somewhat important', 'Very important']
    """
    kept = [answer for answer in answers if not is_off_scale(answer)]
    if len(kept) < 2:
        return None
    for measured in (*(in_ladder(kept, ladder) for ladder in LADDERS), in_degrees(kept), in_ranges(kept)):
        if measured and None not in measured and len(set(measured)) == len(kept):
            order = dict(zip(kept, measured, strict=True))
            return sorted(kept, key=lambda answer: order[answer] or 0)
    return None


def is_higher(one: str, other: str) -> bool | None:
    """Return whether ``one`` stands above ``other`` on a scale that names its ends, None where their words do not tell.

    >>> is_higher("very", "not at all"), is_higher("le moins", "le plus"), is_higher("tea", "coffee")
    (True, False, None)
    """
    ends = [within(MOST).search(plain(one)), within(MOST).search(plain(other))]
    least = [within(LEAST).search(plain(one)), within(LEAST).search(plain(other))]
    if ends.count(None) == 1 or least.count(None) == 1:
        return bool(ends[0] or least[1])
    order = order_answers([one, other])
    values = [degree(one), degree(other)]
    if order is None and ({values[0][0], values[1][0]} - {""} or values[0][1] == values[1][1]):
        return None
    return order[0] == other if order else values[0][1] > values[1][1]


def is_off_scale(answer: str) -> bool:
    """Say whether an answer stands off any scale."""
    return bool(within(OFF).fullmatch(plain(answer)))


@cache
def steps(ladder: str) -> tuple[str, ...]:
    """Return the steps of a ladder, each with its synonyms."""
    return tuple(step for step in ladder.split("|") if step.strip() != "*")


def in_ladder(answers: Sequence[str], ladder: str) -> list[float | None]:
    """Return the step of each answer on a ladder, None for one that is none of its steps."""
    return [step_of(answer, ladder) for answer in answers]


def step_of(answer: str, ladder: str) -> float | None:
    """Return the step of an answer on a ladder, None where it is none of them."""
    said = heads(answer)
    found = (at for words in said for at, step in enumerate(steps(ladder)) if within(step).fullmatch(words))
    return next(found, None)


def in_degrees(answers: Sequence[str]) -> list[float | None] | None:
    """Return how far each answer goes, None where they are not degrees of one core word."""
    found = [degree(answer) for answer in answers]
    poles = {word: pair[0] for pair in POLES for word in pair}
    cores = [poles.get(core, core) for core, _ in found]
    plainly = sum(value == PLAIN and core not in poles for core, value in found)
    if len(set(cores) - {""}) > 1 or plainly > 1 or (len(found) < 3 and ("" in cores or len(set(cores)) > 1)):
        return None
    negative = {pair[1] for pair in POLES}
    return [-value if core in negative and value > 0 else value for core, value in found]


def degree(answer: str) -> tuple[str, float]:
    """Return the core word of an answer and how far it takes it: 2 where nothing is said, 0 where it is neutral."""
    heard = heads(answer) or [fold(answer)]
    said = heard[-1] if re.match(r"\s*\d", answer) else heard[0]
    said = re.sub(r"^(?:i am|i m|i feel|i|je suis|je|oui|yes) ", "", said)
    if within(NEUTRAL).fullmatch(said):
        return "", 0.0
    for value, words in DEGREES:
        found = re.match(within(words).pattern, said)
        if found:
            core = said[found.end() :].strip()
            return re.sub(r"\s*\d+$", "", core), float(value)
    return re.sub(r"\s*\d+$", "", said), PLAIN


def in_ranges(answers: Sequence[str]) -> list[float | None] | None:
    """Return what orders ranges of numbers: the first number of each, a little less below it, a little more above."""
    spoken = {unit(write_figures(answer)) for answer in answers}
    found = [measure_range(answer, scaled=len(spoken - {1.0}) > 1) for answer in answers]
    rates = {bool(RATE.search(write_figures(answer))) for answer in answers if fold(answer) not in SMALL_NUMBERS}
    classes = all(re.fullmatch(r"\d+(?:e|eme)", fold(answer)) for answer in answers)
    return None if None in found or years(answers) or classes or len(rates) > 1 else found


def years(answers: Sequence[str]) -> bool:
    """Say whether answers are years of a calendar."""
    return bool(answers) and all(re.fullmatch(r"(?:19|20)\d\d", answer.strip()) for answer in answers)


def measure_range(answer: str, *, scaled: bool = True) -> float | None:
    """Return what orders a range of numbers in days or in its own unit, None where an answer is no range.

    >>> measure_range("6 mois à 1 an") < measure_range("1 à 2 ans") < measure_range("Plus de 2 ans")
    True
    >>> measure_range("12 Green Road") is None
    True
    """
    said = write_figures(re.sub(r"\s*\(.*?\)|\s[–—-]\s(?!\d).*$", "", answer).strip().casefold())
    found = FIGURE.search(said)
    if not found or rest_of(said):
        return None
    value = float(re.sub(r"(?<=\d)[ ,.](?=\d{3}\b)", "", found[1]).replace(",", "."))
    amount, _, period = RATE.sub("|", said[found.end() :], count=1).partition("|")
    value *= (unit(amount) if scaled else 1.0) / unit(period)
    if re.match(r"every|tous|toutes", said):
        value = 1 / value if value else value
    nudge = -0.01 if BELOW.search(said) else 0.01 if ABOVE.search(said) else 0.0
    return value + nudge * max(value, 0.01)


def write_figures(said: str) -> str:
    """Return a text without accents, in which small numbers are figures."""
    words = fold(said).replace("d'un ", "de 1 ").replace("d'une ", "de 1 ").replace("'", " ")
    words = EVERY_DAY.sub("1 day per day", words)
    for word, value in SMALL_NUMBERS.items():
        words = re.sub(rf"\b{word}\b", str(value), words)
    return words


def rest_of(said: str) -> str:
    """Return what an answer says beside a range of numbers and its unit: nothing, where it is one."""
    bare = re.sub(r"(?<=\d)(?:st|nd|rd|th|er|re|ere|eme)\b", "", said)
    bare = FIGURE.sub(" ", bare)
    for words, _ in UNITS:
        bare = re.sub(rf"(?<![a-z])(?:{words})(?![a-z])", " ", bare)
    return re.sub(r"[^a-z0-9]", "", FILLER.sub(" ", bare))


def unit(behind: str) -> float:
    """Return how long the first unit behind a number is, in days; 1 where there is none."""
    found = [
        (match.start(), days)
        for words, days in UNITS
        if (match := re.search(rf"(?<![a-z])(?:{words})(?![a-z])", behind))
    ]
    return min(found)[1] if found else 1.0
