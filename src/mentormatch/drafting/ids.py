"""Short ids for questions, in the language of the file: the words that say something, those that all share left out."""

import re

from mentormatch.text import fold

SMALL = frozenset(
    re.findall(
        r"\w+",
        # French, then English
        "le la les un une des du de d l a au aux et ou en que qui quoi quel quelle quels quelles vous votre vos dans"
        " pour par sur avec ce cette ces est sont etes etre avez ete si ne pas plus j je ai m s n c y il elle on nous"
        " se sa son ses mon ma mes nos notre dont donc merci svp comme combien comment"
        " the of an and or to in on at for by with from as is are was be been am do does did have has had you your"
        " yours i my me we our us it its this that these those they their them would could should will can may might"
        " what which who whom whose when where why how many much please any some there here not no if so than then more"
        " most t re ve ll about into",
    )
)
"""Words that say little of a question."""
RESPONSE = re.compile(
    r"#|s?id|uid|sequentiel|serial|(id|numero|no) (de |du |de la )?(la )?(reponse|repondant|soumission)"
    r"|(response|respondent|submission|network) id|reference commande|token"
)
"""What tools call the number that they give to a response."""
ROLE_WORDS = re.compile(r"(mentor|mentee|tut(eur|rice|ore)|filleul|parrain|marraine)")
MOST_WORDS = 3


def content(text: str) -> list[str]:
    """Return the words of a text that say something, folded.

    >>> content("How many mentees would you like to have?"), content("Quelles sont vos disciplines ?")
    (['mentees', 'like'], ['disciplines'])
    """
    return [word for word in re.findall(r"[a-z0-9]+", fold(text)) if word not in SMALL]


def identifier(question: str, taken: set[str]) -> str:
    """Return a short id for a question, other than those taken.

    >>> identifier("Quelles sont vos disciplines ?", {"disciplines"})
    'disciplines_2'
    """
    short = "_".join(content(question)[:MOST_WORDS]) or "question"
    several = (f"{short}_{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (short, *several) if name not in taken)


def plain_words(question: str) -> list[str]:
    """Return the words of a question that say something, without those for a side.

    >>> plain_words("Mentee Country of your institution") == plain_words("Mentor country of institution")
    True
    """
    return [word for word in content(question) if not ROLE_WORDS.match(word)]
