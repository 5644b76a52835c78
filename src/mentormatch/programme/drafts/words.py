"""A question -> the meaning of its words: a key, a place, a gender, a rank, a part of a name, or a follow-up."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from mentormatch.fields.lists import rank_of
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.vocabulary import Asked, known_languages, vocabulary, words_in
from mentormatch.programme.drafts.lexicon import (
    compile_phrases,
    fold,
    make_phrases_regex,
    normalize_words,
    number_by_word,
)

MAX_CODE_QUESTION_WORDS = 5  # a longer question is a sentence about a code
MAX_TITLE_WORDS = 2  # words of a title, apart from small ones, in which one phrase decides


def contains_phrase(phrases: str, question: str) -> bool:
    return bool(compile_phrases(phrases).search(normalize_words(question)))


def is_asked(words: Asked, question: str) -> bool:
    """Return whether a question has one of the ``asked`` phrases and none of the ``unless`` phrases."""
    return contains_phrase(words.asked, question) and not contains_phrase(words.unless, question)


def asks_number(question: str) -> bool:
    return bool(vocabulary().number.asked.anywhere.search(fold(question)))


def asks_grade(question: str) -> bool:
    return bool(vocabulary().scale.graded.anywhere.search(fold(question)))


def asks_whom_to_avoid(question: str) -> bool:
    """Return whether a question asks, in any known language, for people not to be paired with."""
    return bool(words_in(known_languages()).avoided.asked.anywhere.search(fold(question)))


def asks_all_that_apply(text: str) -> bool:
    """Return whether a text asks, in any known language, to choose all the answers that apply.

    >>> asks_all_that_apply("Vos jours [cochez tout ce qui convient]"), asks_all_that_apply("Vos jours")
    (True, False)
    """
    return contains_phrase(words_in(known_languages()).survey.instructions, text)


def asks_organisation(question: str) -> bool:
    """Return whether a question is about the employer of a person, not about people to avoid.

    >>> asks_organisation("Organisme de rattachement"), asks_organisation("Direction / service")
    (True, False)
    """
    folded, organisation = fold(question), vocabulary().organisation
    has_phrase = bool(organisation.asked.search(folded)) and not organisation.unless.search(folded)
    return has_phrase and not asks_whom_to_avoid(question)


def names_mentor(answer: str) -> bool:
    return bool(vocabulary().role.mentor.anywhere.search(canonical(answer)))


def names_mentee(answer: str) -> bool:
    return bool(vocabulary().role.mentee.anywhere.search(canonical(answer)))


def days() -> Mapping[str, int]:
    """Map each name of a day to its index in the vocabulary."""
    return number_by_word(vocabulary().week.days)


def moments() -> Mapping[str, int]:
    """Map each name of a moment of the day to its index in the vocabulary."""
    return number_by_word(vocabulary().week.moments)


def is_moment(text: str) -> bool:
    return normalize_words(text) in moments()


def asks_code(question: str) -> bool:
    """Return whether a short question is about a code that identifies people.

    >>> asks_code("N° d'adhérent"), asks_code("userID"), asks_code("Avez-vous lu le code de conduite de votre école ?")
    (True, True, False)
    """
    spaced = re.sub(r"(?<=[a-z])(?=I[dD]\b)", " ", question)
    is_short = len(normalize_words(spaced).split()) <= MAX_CODE_QUESTION_WORDS
    return is_short and is_asked(vocabulary().key, spaced)


def asks_place(question: str) -> bool:
    """Return whether a question is about a place, and not about a number.

    >>> asks_place("Ville de résidence"), asks_place("Where are you based?"), asks_place("Or something else")
    (True, True, False)
    """
    place = vocabulary().place
    return contains_phrase(
        place.asked, compile_phrases(place.unless).sub(" ", normalize_words(question))
    ) and not asks_number(question)


def is_for_staff(question: str) -> bool:
    """Return whether a question is about logistics, a file, a household or a course: no reason for a pair.

    >>> is_for_staff("Statut"), is_for_staff("Quel statut ont les projets que vous aimeriez suivre ensemble ?")
    (True, False)
    """
    small_words, phrases = vocabulary().survey.small.words, vocabulary().staff
    other_words = [word for word in normalize_words(question).split() if word not in small_words]
    return contains_phrase(phrases.asked, question) or (
        len(other_words) <= MAX_TITLE_WORDS and contains_phrase(phrases.alone, question)
    )


def asks_typed_text(question: str) -> bool:
    """Return whether the answer to a question is typed: an employer, a school, a position.

    >>> asks_typed_text("Your employer"), asks_typed_text("Size of your employer")
    (True, False)
    """
    return is_asked(vocabulary().typed, question)


def asks_gender(question: str) -> bool:
    """Return whether a question is about the gender of the person or of a partner.

    >>> asks_gender("Genre"), asks_gender("Quel genre de mentor cherchez-vous ?")
    (True, False)
    """
    return bool(vocabulary().pairing.gender.fullmatch(normalize_words(question)))


def is_rank(text: str) -> bool:
    """Return whether a text only names a rank: ``1``, ``1er choix``, ``First choice``, ``Priorité 2``.

    >>> is_rank("1er choix"), is_rank("Choice n°2"), is_rank("First aid")
    (True, True, False)
    """
    remaining = compile_phrases(vocabulary().rank.words).sub(" ", normalize_words(text)).split()
    return len(remaining) == 1 and rank_of(remaining[0]) > 0


def split_ordinal(header: str) -> tuple[str, int]:
    """Return the words of a header without its ordinal, and its rank; ``("", 0)`` without one ordinal of a choice.

    >>> split_ordinal("Atelier : 2e choix"), split_ordinal("Third team preference"), split_ordinal("Parent 1 - Nom")
    (('atelier choix', 2), ('team preference', 3), ('', 0))
    """
    parts, rank = normalize_words(header).split(), vocabulary().rank
    positions = [index for index, word in enumerate(parts) if rank.ordinals.fullmatch(word)]
    if len(positions) != 1 or not contains_phrase(rank.asked, header):
        return "", 0
    return " ".join(parts[: positions[0]] + parts[positions[0] + 1 :]), rank_of(parts[positions[0]])


def is_follow_up(question: str) -> bool:
    """Return whether a question is only about details of the question before it.

    >>> is_follow_up("Si oui, précisez :"), is_follow_up("Please give details"), is_follow_up("Describe your project")
    (True, True, False)
    """
    folded, words = normalize_words(question), vocabulary().follow_up
    if compile_phrases(words.remarks).match(folded):
        return False
    return bool(compile_phrases(words.begins).match(folded)) or all(
        word in words.words.words for word in folded.split()
    )


def repeats_previous(question: str, previous: str) -> bool:
    """Return whether a question repeats words of the previous question, and adds only words for details.

    >>> [repeats_previous(text, "Do you need a lift?") for text in ("Lift needed: details", "Role details")]
    [True, False]
    """
    content_words, previous_stems = get_content_words(question), set(map(stem, get_content_words(previous)))
    named_words = [word for word in content_words if word not in vocabulary().follow_up.descriptions.words]
    return 0 < len(named_words) < len(content_words) and all(stem(word) in previous_stems for word in named_words)


def stem(word: str) -> str:
    """Return a word without the ending of a plural, of a verb or of a participle.

    >>> stem("needed") == stem("needs") == stem("need")
    True
    """
    return re.sub(r"(?<=\w{3})(?:ed|e?s)$", "", word)


def asks_membership(question: str) -> bool:
    """Return whether a question is about a membership, or its start, without the name of the group.

    >>> asks_membership("Are you a member?"), asks_membership("Are you a member of a sports club?")
    (True, False)
    """
    return bool(re.fullmatch(make_phrases_regex(vocabulary().follow_up.membership), normalize_words(question)))


def is_day(text: str) -> bool:
    """Return whether a text is a day of the week, or a date with one.

    >>> is_day("lundi"), is_day("Friday 9th August"), is_day("un jour")
    (True, True, False)
    """
    folded = normalize_words(text)
    first, *further = folded.split() or [""]
    return folded in days() or (first in days() and any(word[0].isdigit() for word in further))


def name_of_person(question: str) -> bool:
    """Return whether a question is only about the name of a person, or a part of it.

    >>> name_of_person("Votre prénom"), name_of_person("Last (family) name"), name_of_person("Nom du club")
    (True, True, False)
    """
    parts = normalize_words(re.sub(rf"\((?:{vocabulary().name.aside or '(?!)'})\b.*?\)", "", question)).split()
    name = vocabulary().name
    return bool(name.heads.words & set(parts)) and set(parts) <= name.words.words


def name_of_somebody_else(question: str) -> bool:
    """Return whether a question about a name is about another person, such as a parent, or a title or a nickname.

    >>> name_of_somebody_else("Nom payeur"), name_of_somebody_else("Nom participant")
    (True, False)
    """
    return bool(vocabulary().name.of_others.words & set(normalize_words(question).split()))


def name_part(question: str) -> Literal["first", "last", "whole"]:
    """Return the part of a name that a question is about.

    >>> [name_part(question) for question in ("Prénom", "Nom", "Nom et prénom", "Full name", "Last name")]
    ['first', 'last', 'whole', 'whole', 'last']
    """
    parts, name = set(normalize_words(question).split()), vocabulary().name
    first, last = parts & name.first.words, parts & name.last.words
    if parts & name.whole.words or bool(first) == bool(last):
        return "whole"
    return "first" if first else "last"


def get_role_answers(answers: Sequence[str]) -> tuple[str, str] | None:
    """Return the answer of mentors and that of mentees; None unless there are two answers, with a word for each.

    >>> get_role_answers(["Mentoré·e", "Mentor·e"])
    ('Mentor·e', 'Mentoré·e')
    """
    if len(answers) != 2:
        return None
    mentees = [answer for answer in answers if names_mentee(answer)]
    mentors = [answer for answer in answers if answer not in mentees and names_mentor(answer)]
    return (mentors[0], mentees[0]) if len(mentors) == len(mentees) == 1 else None


def get_content_words(text: str) -> list[str]:
    """Return the folded words of a text without stop words.

    >>> get_content_words("How many mentees would you like to have?")
    ['mentees', 'like']
    """
    return [word for word in re.findall(r"[a-z0-9]+", fold(text)) if word not in vocabulary().survey.stop_words.words]


def plain_words(question: str) -> list[str]:
    """Return the folded words of a question without stop words and words for a side.

    >>> plain_words("Mentee Country of your institution") == plain_words("Mentor country of institution")
    True
    """
    return [word for word in get_content_words(question) if not vocabulary().role.words.anywhere.match(word)]
