"""Words by which a question is taken for what it is; all are compared without case or accents."""

import re
from collections.abc import Sequence

from mentormatch.text import canonical, fold

SENSITIVE = re.compile(
    r"\b(sante|handicap\w*|maladies?|medica\w+|rqth|grossesse|ethni\w*|racia\w+|origines? (ethni|raci|geo|soci)\w*"
    r"|vos origines|votre origine|pays d'origine|religi\w+|croyances?|culte|foi|confession\w*|convictions?"
    r"|philosophi\w+|opinions?|politiques?|parti|syndic\w*|orientations? sexuelles?|sexuel\w*|vie intime"
    r"|biometri\w+|genetiqu\w+|empreintes? digitales?)\b"
)
"""Special categories of personal data: GDPR (RGPD), article 9, paragraph 1."""
EMAIL = re.compile(r"courriel|\be?-?mails?\b|messagerie|adresse electronique")
CONTACT = re.compile(
    r"((votre|vos|le) )?(nom|prenom|nom et prenom|prenom et nom|nom,? prenom|prenom,? nom|nom de famille|nom complet"
    r"|nom d'usage|nom participant|prenom participant|nom payeur|prenom payeur|raison sociale|pseudo) ?\d?"
    r"|.*\b(telephone|tel|portable|mobile|adresse postale|adresse ip|date de naissance|ne\(?e?\)? le)\b.*"
)
KEY = re.compile(r"\b(code (participant|personne|anonyme)\w*|code|identifiant|matricule|id|numero|n°|reference)\b")
CONSENT = re.compile(
    r"notice|rgpd|donnees (personnelles|a caractere)|mes donnees|consen|confidentialite|reglement|charte"
)
PLACE = re.compile(
    r"departement|territoire|ville|commune|code postal|\blieu\b|^ou |region|localisation|habitez|residence"
)
NAMES = re.compile(
    r"structures?|employeurs?|organis\w+|compagnies?|entreprises?|personnes?|eviter|associations?|collegues?"
)
COUNT = re.compile(r"nombre|combien|capacite|places?\b")
AVOIDED = re.compile(r"eviter|ne souhaitez pas|ne voulez pas|conflit")
GRADED = re.compile(r"\(1\)|\(5\)|echelle|sur (5|10)\b|de 1 a|note")
WHEN = re.compile(r"\bdate\b|horodat|heure|\bquand\b")

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
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MOMENTS = ("matin", "matinee", "midi", "apres-midi", "apres midi", "fin de journee", "soir", "soiree", "journee")
ORDERS = (
    ("non", "les bases", "je pratique", "je peux former quelqu'un"),
    ("non", "un peu", "assez", "oui", "beaucoup"),
    ("pas du tout", "un peu", "moyennement", "assez", "beaucoup", "tout a fait", "enormement"),
    ("jamais", "rarement", "parfois", "souvent", "toujours"),
    ("pas important", "peu important", "assez important", "important", "tres important", "essentiel"),
    ("pas besoin", "utile", "important", "prioritaire"),
    ("aucun", "notions", "debutant", "bases", "intermediaire", "avance", "confirme", "expert"),
    ("tres faible", "faible", "moyen", "fort", "tres fort"),
    ("pas du tout d'accord", "pas d'accord", "plutot pas d'accord", "neutre", "plutot d'accord", "d'accord"),
    ("en presence", "surtout en presence", "indifferent", "surtout en visio", "en visio uniquement"),
    ("non", "peut-etre", "oui"),
)
"""Families of graded answers, the lowest first."""


def sensitive(question: str) -> bool:
    """Say whether a question has words of article 9: health, origin, religion, opinions, union, sexuality, biometrics.

    >>> sensitive("Avez-vous un problème de santé ?"), sensitive("Votre métier d'origine")
    (True, False)
    """
    return bool(SENSITIVE.search(fold(question)))


def roles(answers: Sequence[str]) -> tuple[str, str] | None:
    """Return the answer that says mentor and the one that says mentoré, None where they are not told.

    >>> roles(["Mentoré·e", "Mentor·e"])
    ('Mentor·e', 'Mentoré·e')
    """
    mentees = [answer for answer in answers if MENTEE.search(canonical(answer))]
    mentors = [answer for answer in answers if answer not in mentees and MENTOR.search(canonical(answer))]
    return (mentors[0], mentees[0]) if len(mentors) == len(mentees) == 1 and len(answers) == 2 else None


def graded(answers: Sequence[str]) -> list[str] | None:
    """Return answers in their order, the lowest first, None where their words do not tell one.

    >>> graded(["Plus de 5 ans", "1 à 2 ans", "Moins de 1 an"])
    ['Moins de 1 an', '1 à 2 ans', 'Plus de 5 ans']
    """
    family = next((order for order in ORDERS if {fold(answer) for answer in answers} <= set(order)), None)
    if family:
        return sorted(answers, key=lambda answer: family.index(fold(answer)))
    bounds = [bound(answer) for answer in answers]
    if None in bounds or len(set(bounds)) < len(bounds):
        return None
    return sorted(answers, key=lambda answer: bound(answer) or (0, 0))


def bound(answer: str) -> tuple[int, int] | None:
    """Return what orders a range of numbers: its first number, and whether it lies below, in or above it."""
    said = fold(answer)
    found = re.search(r"\d+", said)
    if not found:
        return None
    below = re.match(r"moins|jusqu|<", said)
    return int(found[0]), -1 if below else int(bool(re.match(r"plus|>", said) or re.search(r"et plus|ou plus", said)))
