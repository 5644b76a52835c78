"""The texts of a form -> its languages, by tables of about a hundred common words per language."""

import re
from collections.abc import Iterable
from functools import lru_cache

from mentormatch.languages.vocabulary import DEFAULT_LANGUAGES, Codes, known_languages, load
from mentormatch.programme.drafts.lexicon import normalize_words

MIN_SHARE = 0.1  # of common words, for a known language
MIN_LEAD = 0.1  # of its share over that of the next language
MIN_HEADER_WORDS = 30  # in the headers of a form, for a language by common words
MIN_QUESTION_WORDS = 4  # of a question with a language of its own


def languages_in(texts: Iterable[str]) -> Codes:
    """Return the codes of the languages of some texts, most used first; empty if they are unknown.

    English may occur together with another language. If other languages are about equally likely, the result is empty.

    >>> languages_in(["What are your topics?", "Email"]), languages_in(["Quels sont vos thèmes ?", "E-mail"])
    (('en',), ('fr',))
    >>> languages_in(["Imię", "Jakie języki Pani zna?"]), languages_in(["Your name / Votre nom", "City / Ville"])
    ((), ('fr', 'en'))
    """
    shares = shares_of_languages(texts)
    best = max(shares.values())
    likely = [code for code in sorted(shares, key=lambda code: -shares[code]) if shares[code] > best - MIN_LEAD]
    likely = [code for code in likely if shares[code] >= MIN_SHARE]
    return tuple(likely) if len(likely) == 1 or (len(likely) == 2 and "en" in likely) else ()


def certain_language(texts: Iterable[str]) -> Codes:
    """Return the code of the only language with a word in these texts that no other language has; else empty.

    >>> certain_language(["Code", "Mentoré·e"]), certain_language(["Code", "Mentee"]), certain_language(["Oui", "Yes"])
    (('fr',), (), ())
    """
    words = {word for text in texts for word in normalize_words(text).split()}
    codes = [code for code in known_languages() if words & load(code).survey.certain.words]
    return (codes[0],) if len(codes) == 1 else ()


def count_common_words(texts: Iterable[str], codes: Codes) -> int:
    """Return the number of words in some texts that are common words of these languages."""
    common = set().union(*(load(code).survey.common.words for code in codes))
    return sum(word in common for text in texts for word in normalize_words(text).split())


def shares_of_languages(texts: Iterable[str]) -> dict[str, float]:
    """Return, by language, the share of words that are common in it.

    Each different special letter of the language in a text counts as half a word.
    """
    vocabularies = {code: load(code).survey for code in known_languages()}
    counts, total = dict.fromkeys(vocabularies, 0.0), 0
    for text in texts:
        tokens, letters = (
            re.findall(r"[a-z]+", re.sub(r"\be mails?\b", " ", normalize_words(text))),
            set(text.casefold()),
        )
        total += len(tokens)
        for code, words in vocabularies.items():
            counts[code] += sum(word in words.common.words for word in tokens)
            counts[code] += len(words.letters.words & letters) / 2
    return {code: counts[code] / (total or 1) for code in vocabularies}


def words_read(languages: Codes) -> Codes:
    """Return the languages whose vocabularies are used for a form in these languages; all if they are unknown."""
    if not languages:
        return known_languages()
    return (
        (*DEFAULT_LANGUAGES, *(code for code in languages if code not in DEFAULT_LANGUAGES))
        if set(DEFAULT_LANGUAGES) & {*languages}
        else languages
    )


@lru_cache(maxsize=4096)
def language_of_question(question: str) -> str:
    """Return the code of the language of one question; empty if its words do not show it.

    >>> language_of_question("Welche Themen interessieren Sie?"), language_of_question("Name")
    ('de', '')
    """
    codes = languages_in([question]) if len(re.findall(r"\w+", question)) >= MIN_QUESTION_WORDS else ()
    return codes[0] if len(codes) == 1 else ""
