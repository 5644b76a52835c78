"""The words of a question -> what they tell of it: a key, a place, a gender, a rank, a follow-up of another one."""

# French here is read, not said

import re
from collections.abc import Sequence
from typing import Literal

from mentormatch.fields.lists import rank_of
from mentormatch.languages.text_keys import canonical
from mentormatch.programme.drafts import lexicon
from mentormatch.programme.drafts.lexicon import alternatives, fold, plain, within

LONGEST_KEY = 5
"""Words."""
GENDER = re.compile(
    r"(?:(?:le|the|votre|ton|your|preferred|same|similar|what) )?(?:genre|sexe|gender|sex)(?: s)?|"
    r".*\b(?:votre (?:genre|sexe)|genders?|ton sexe|sex of)\b.*"
)
"""What is never compared unasked."""
LONGEST_ALONE = 2
"""Words that say something, of such a question."""
COUNT = re.compile(r"nombre|combien|capacite|places?\b|how many|number of|capacity|how much\b")
AVOIDED = re.compile(
    r"eviter|surtout pas|must not (?:be )?pair|ne souhaitez pas|ne voulez pas|conflit|avoid|(?:would rather|do"
    r"|would) not (?:want|like|"
    r"wish)|don't want|should (?:we |you )?not (?:be )?(?:pair|match)|pas etre (?:en binome|jumele)|"
    r"conflicts? of interest"
)
AMOUNT = re.compile(r"\b(age|ages|year|years|annees?|ans|hours?|heures?|days?|jours?|how long|children|enfants)\b")
GRADED = re.compile(
    r"\(1\)|\(5\)|\b1 ?[=:]|echelle|sur (5|10)\b|de [01] a (5|10|4|6|7)\b|\bnote[zr]?\b|a quel point|"
    r"dans quelle mesure|\bevaluez|how (satisfied|confident|likely|important|comfortable|familiar|often|"
    r"well|interested|useful|would you rate)"
    r"|\brat(e|ing)\b|\bscale\b|out of (5|10)|[01] ?(to|-|–) ?(5|10|7)\b|to what extent|on average, "
    r"how much|niveau\b|\blevel\b|degre d|how \w+ (?:are|do) you (?:feel|find)?|jusqu'ou|year of study|which year"
)
ORDINAL = re.compile(
    r"\d{1,2}(?:er|re|ere|e|eme|nd|rd|th|st)?|premiere?|first|deuxieme|seconde?|troisieme|third|quatrieme|"
    r"fourth|cinquieme|fifth"
)
RANKED = "choix, choice, priorite, priority, preference, preferences, rang, rank, ranking, classement, voeu, voeux"
RANKS = (
    "choix, choice, priorite, priority, preference, preferences, rang, rank, classement, voeu, voeux, "
    "numero, number, no, n, your, my, votre"
)
"""What is ranked by columns that an ordinal tells apart."""
END_AFTER = re.compile(r"\b(\d{1,2})\s*(?:[=:(–—-]|is|means|est|étant|being)\s*([^\d,;()]+)")
END_BEFORE = re.compile(r"([^\d,;()?]+?)\s*\((\d{1,2})\)")
"""What a question says of the ends of its scale: « 1 = pas du tout », ``not at all (1)``."""
MENTEE = re.compile(
    r"mentor[ée][ée]|mentoré|mentor[ée]\W[ée]e?\W?s?$|mentee|mentoree|filleul|tutoré|accompagné|être accompagn"
    r"|\b(cherche|recherche|trouver|bénéficier|recevoir)\b"
)
MENTOR = re.compile(
    r"\bmentor|parrain|marraine|\btut(eur|rice)|accompagnat|accompagner|j'accompagne|transmettre|propose|partager"
)
SMALL = frozenset(
    re.findall(
        r"\w+",
        "le la les un une des du de d l a au aux et ou en que qui quel quelle quels quelles vous votre vos dans pour"
        " par sur avec ce cette ces est sont etes avez ete si ne pas plus j je ai m s n c the of",
    )
)
"""Words that say little of a question."""
DAYS = (
    ("lundi", "monday", "mon", "lun"),
    ("mardi", "tuesday", "tue", "tues", "mar"),
    ("mercredi", "wednesday", "wed", "mer"),
    ("jeudi", "thursday", "thu", "thur", "thurs", "jeu"),
    ("vendredi", "friday", "fri", "ven"),
    ("en semaine", "semaine", "weekday", "weekdays", "week days"),
    ("samedi", "saturday", "sat", "sam"),
    ("dimanche", "sunday", "sun", "dim"),
    ("week end", "weekend", "weekends", "le week end"),
)
MOMENTS = (
    ("early morning", "tot le matin"),
    ("matin", "matinee", "morning", "mornings", "am", "matins"),
    ("midi", "midday", "noon", "lunchtime", "lunch", "lunch break", "pause dejeuner", "dejeuner"),
    ("apres midi", "afternoon", "afternoons", "pm", "apres midis"),
    ("fin de journee", "fin d apres midi", "late afternoon", "early evening"),
    ("soir", "soiree", "evening", "evenings", "soirs"),
    ("night", "nights", "nuit", "late evening", "overnight"),
    ("journee", "all day", "daytime", "day", "toute la journee", "full day"),
)
DAY_OF = {word: place for place, names in enumerate(DAYS) for word in names}
MOMENT_OF = {word: place for place, names in enumerate(MOMENTS) for word in names}
RESPONSE = re.compile(
    r"#|s?id|uid|sequentiel|serial|(id|numero|no) (de |du |de la )?(la )?(reponse|repondant|soumission)"
    r"|(response|respondent|submission|network) id|reference commande|token"
)
"""What tools call the number that they give to a response."""
ROLE_WORDS = re.compile(r"(mentor|mentee|tut(eur|rice|ore)|filleul|parrain|marraine)")


def says(phrases: str, question: str) -> bool:
    """Say whether one of these phrases stands in a question."""
    return bool(within(phrases).search(plain(question)))


def asks_code(question: str) -> bool:
    """Say whether a question asks for a code that tells people apart, and is short enough to be no sentence.

    >>> asks_code("N° d'adhérent"), asks_code("userID"), asks_code("Avez-vous lu le code de conduite de votre école ?")
    (True, True, False)
    """
    said = re.sub(r"(?<=[a-z])(?=I[dD]\b)", " ", question)
    short = len(plain(said).split()) <= LONGEST_KEY
    return short and says(lexicon.KEY, said) and not says(lexicon.NOT_KEY, said)


def asks_place(question: str) -> bool:
    """Say whether a question asks for a place.

    >>> asks_place("Ville de résidence"), asks_place("Where are you based?"), asks_place("Or something else")
    (True, True, False)
    """
    return says(lexicon.PLACE, within(lexicon.NOT_PLACE).sub(" ", plain(question))) and not COUNT.search(fold(question))


def is_for_staff(question: str) -> bool:
    """Say whether a question is about logistics, the state of a file, a household or a course: no pair is made of it.

    >>> is_for_staff("Statut"), is_for_staff("Quel statut ont les projets que vous aimeriez suivre ensemble ?")
    (True, False)
    """
    telling = [word for word in plain(question).split() if word not in SMALL]
    return says(lexicon.STAFF, question) or (len(telling) <= LONGEST_ALONE and says(lexicon.STAFF_ALONE, question))


def asks_typed_text(question: str) -> bool:
    """Say whether a question asks for what people type: an employer, a school, a position.

    >>> asks_typed_text("Your employer"), asks_typed_text("Size of your employer")
    (True, False)
    """
    return says(lexicon.TYPED, question) and not says(lexicon.NOT_TYPED, question)


def asks_gender(question: str) -> bool:
    """Say whether a question asks for a gender, one's own or another's.

    >>> asks_gender("Genre"), asks_gender("Quel genre de mentor cherchez-vous ?")
    (True, False)
    """
    return bool(GENDER.fullmatch(plain(question)))


def is_rank(text: str) -> bool:
    """Say whether a text names a rank and nothing else: ``1``, ``1er choix``, ``First choice``, ``Priorité 2``.

    >>> is_rank("1er choix"), is_rank("Choice n°2"), is_rank("First aid")
    (True, True, False)
    """
    said = within(RANKS).sub(" ", plain(text)).split()
    return len(said) == 1 and rank_of(said[0]) > 0


def ordinal(header: str) -> tuple[str, int]:
    """Return what a header asks to rank and the rank that its column holds, 0 where it holds none.

    >>> ordinal("Atelier : 2e choix"), ordinal("Third team preference"), ordinal("Parent 1 - Nom")
    (('atelier choix', 2), ('team preference', 3), ('', 0))
    """
    said = plain(header).split()
    places = [at for at, word in enumerate(said) if ORDINAL.fullmatch(word)]
    if len(places) != 1 or not says(RANKED, header):
        return "", 0
    return " ".join(said[: places[0]] + said[places[0] + 1 :]), rank_of(said[places[0]])


def follows(question: str) -> bool:
    """Say whether a question only asks to say more of the one before it.

    >>> follows("Si oui, précisez :"), follows("If yes, please give details"), follows("Please describe your project")
    (True, True, False)
    """
    said = plain(question)
    if within(lexicon.REMARKS).match(said):
        return False
    return bool(within(lexicon.FOLLOWING).match(said)) or all(word in lexicon.FOLLOWING_WORDS for word in said.split())


def describes(question: str, before: str) -> bool:
    """Say whether a question repeats the words of the one before it, and asks to describe what they name.

    >>> describes("Lift needed: details", "Do you need a lift?"), describes("Role details", "Do you need a lift?")
    (True, False)
    """
    said, known = content(question), set(content(before))
    named = [word for word in said if word not in lexicon.DESCRIPTION]
    return 0 < len(named) < len(said) and all(stem(word) in set(map(stem, known)) for word in named)


def stem(word: str) -> str:
    """Return a word without the ending of a plural, of a verb or of a participle.

    >>> stem("needed") == stem("needs") == stem("need")
    True
    """
    return re.sub(r"(?<=\w{3})(?:ed|e?s)$", "", word)


def asks_membership(question: str) -> bool:
    """Say whether a question asks if, or since when, somebody is a member, and does not say of what.

    >>> asks_membership("Are you a member?"), asks_membership("Are you a member of a sports club?")
    (True, False)
    """
    return bool(re.fullmatch(alternatives(lexicon.MEMBERSHIP), plain(question)))


def is_day(text: str) -> bool:
    """Say whether a text names a day: of the week, or a date with one.

    >>> is_day("lundi"), is_day("Friday 9th August"), is_day("un jour")
    (True, True, False)
    """
    said = plain(text)
    first, *others = said.split() or [""]
    return said in DAY_OF or (first in DAY_OF and any(word[0].isdigit() for word in others))


def name_of_person(question: str) -> bool:
    """Say whether a question asks for somebody's name, or a part of it, and for nothing else.

    >>> name_of_person("Votre prénom"), name_of_person("Last (family) name"), name_of_person("Nom du club")
    (True, True, False)
    """
    said = plain(re.sub(r"\((?:as|tel|comme|sur|on)\b.*?\)", "", question)).split()
    return bool(lexicon.NAME_HEADS & set(said)) and set(said) <= lexicon.NAME_WORDS


def name_of_somebody_else(question: str) -> bool:
    """Return whether a question about a name asks for that of a parent, a payer or another person, or a title.

    >>> name_of_somebody_else("Nom payeur"), name_of_somebody_else("Nom participant")
    (True, False)
    """
    return bool(lexicon.NAME_OF_OTHERS & set(plain(question).split()))


def name_part(question: str) -> Literal["first", "last", "whole"]:
    """Return which part of a name a question asks for.

    >>> [name_part(question) for question in ("Prénom", "Nom", "Nom et prénom", "Full name", "Last name")]
    ['first', 'last', 'whole', 'whole', 'last']
    """
    said = set(plain(question).split())
    first, last = said & lexicon.FIRST_NAMES, said & lexicon.LAST_NAMES
    if said & lexicon.WHOLE_NAMES or bool(first) == bool(last):
        return "whole"
    return "first" if first else "last"


def roles(answers: Sequence[str]) -> tuple[str, str] | None:
    """Return the answer that says mentor and the one that says mentoré, None where they are not told.

    >>> roles(["Mentoré·e", "Mentor·e"])
    ('Mentor·e', 'Mentoré·e')
    """
    if len(answers) != 2:
        return None
    mentees = [answer for answer in answers if MENTEE.search(canonical(answer))]
    mentors = [answer for answer in answers if answer not in mentees and MENTOR.search(canonical(answer))]
    return (mentors[0], mentees[0]) if len(mentors) == len(mentees) == 1 else None


def content(text: str) -> list[str]:
    """Return the words of a text that say something, folded.

    >>> content("How many mentees would you like to have?"), content("Quelles sont vos disciplines ?")
    (['mentees', 'like'], ['disciplines'])
    """
    return [word for word in re.findall(r"[a-z0-9]+", fold(text)) if word not in lexicon.STOP_WORDS]


def plain_words(question: str) -> list[str]:
    """Return the words of a question that say something, without those for a side.

    >>> plain_words("Mentee Country of your institution") == plain_words("Mentor country of institution")
    True
    """
    return [word for word in content(question) if not ROLE_WORDS.match(word)]
