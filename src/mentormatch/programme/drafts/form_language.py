"""The texts of a form -> the languages in which it asks, by tables of about a hundred words each."""

import re
from collections.abc import Iterable
from functools import lru_cache

from mentormatch.languages.vocabulary import DEFAULT, Codes, known_languages, load
from mentormatch.programme.drafts.lexicon import plain

LEAST_SHARE, CLEARLY = 0.1, 0.1
"""The share of words by which a language is known, and by how much it must exceed that of others."""
MAIL = re.compile(r"\be mails?\b")
"""The same word in every language, whose first letter is one in some."""
FEW_WORDS = 30
"""A form whose headers have fewer words may be in a language that its common words do not tell."""
FEWEST_WORDS = 4
"""The number of words from which a question may have a language of its own."""


def languages_in(texts: Iterable[str]) -> Codes:
    """Return the codes of the languages of some texts, the most used first; none if that is not known.

    English may stand beside another language. Two other languages that are as likely are taken for neither.

    >>> languages_in(["What are your topics?", "Email"]), languages_in(["Quels sont vos thèmes ?", "E-mail"])
    (('en',), ('fr',))
    >>> languages_in(["Imię", "Jakie języki Pani zna?"]), languages_in(["Your name / Votre nom", "City / Ville"])
    ((), ('fr', 'en'))
    """
    shares = shares_of_languages(texts)
    best = max(shares.values())
    near = [code for code in sorted(shares, key=lambda code: -shares[code]) if shares[code] > best - CLEARLY]
    near = [code for code in near if shares[code] >= LEAST_SHARE]
    return tuple(near) if len(near) == 1 or (len(near) == 2 and "en" in near) else ()


def certain_language(texts: Iterable[str]) -> Codes:
    """Return the code of the only language of which these texts have a word that no other language has, else none.

    >>> certain_language(["Code", "Mentoré·e"]), certain_language(["Code", "Mentee"]), certain_language(["Oui", "Yes"])
    (('fr',), (), ())
    """
    said = {word for text in texts for word in plain(text).split()}
    found = [code for code in known_languages() if said & load(code).survey.certain.words]
    return (found[0],) if len(found) == 1 else ()


def count_common_words(texts: Iterable[str], codes: Codes) -> int:
    """Return how many words of some texts are common words of a language."""
    known = set().union(*(load(code).survey.common.words for code in codes))
    return sum(word in known for text in texts for word in plain(text).split())


def shares_of_languages(texts: Iterable[str]) -> dict[str, float]:
    """Return the share of the words of some texts that each language knows, its own letters as half a word each."""
    known = {code: load(code).survey for code in known_languages()}
    counts, total = dict.fromkeys(known, 0.0), 0
    for text in texts:
        said, letters = re.findall(r"[a-z]+", MAIL.sub(" ", plain(text))), set(text.casefold())
        total += len(said)
        for code, words in known.items():
            counts[code] += sum(word in words.common.words for word in said)
            counts[code] += len(words.letters.words & letters) / 2
    return {code: counts[code] / (total or 1) for code in known}


def words_read(languages: Codes) -> Codes:
    """Return the languages whose words read a form in these languages: all of them if its language is not known."""
    if not languages:
        return known_languages()
    return (
        (*DEFAULT, *(code for code in languages if code not in DEFAULT)) if set(DEFAULT) & {*languages} else languages
    )


@lru_cache(maxsize=4096)
def language_of_question(question: str) -> str:
    """Return the code of the language of one question, empty if its words do not tell it.

    >>> language_of_question("Welche Themen interessieren Sie?"), language_of_question("Name")
    ('de', '')
    """
    told = languages_in([question]) if len(re.findall(r"\w+", question)) >= FEWEST_WORDS else ()
    return told[0] if len(told) == 1 else ""
