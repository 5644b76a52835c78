"""The words of a question -> what they tell of it: a key, a place, a gender, a rank, a follow-up of another one."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from mentormatch.fields.lists import rank_of
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.vocabulary import Asked, known_languages, vocabulary, words_in
from mentormatch.programme.drafts.lexicon import alternatives, fold, number_by_word, plain, within

LONGEST_KEY = 5
"""Words."""
LONGEST_ALONE = 2
"""Words that say something, of such a question."""


def says(phrases: str, question: str) -> bool:
    """Say whether one of these phrases stands in a question."""
    return bool(within(phrases).search(plain(question)))


def is_asked(words: Asked, question: str) -> bool:
    """Return whether a question has one of the ``asked`` phrases and none of the ``unless`` phrases."""
    return says(words.asked, question) and not says(words.unless, question)


def asks_number(question: str) -> bool:
    """Return whether a question asks for a number of people or things."""
    return bool(vocabulary().number.asked.anywhere.search(fold(question)))


def asks_grade(question: str) -> bool:
    """Return whether a question asks for a grade."""
    return bool(vocabulary().scale.graded.anywhere.search(fold(question)))


def asks_whom_to_avoid(question: str) -> bool:
    """Return whether a question asks, in any language, with whom a person is not to be paired."""
    return bool(words_in(known_languages()).avoided.asked.anywhere.search(fold(question)))


def asks_all_that_apply(text: str) -> bool:
    """Return whether a text asks, in any language, to choose all the answers that apply.

    >>> asks_all_that_apply("Vos jours [cochez tout ce qui convient]"), asks_all_that_apply("Vos jours")
    (True, False)
    """
    return says(words_in(known_languages()).survey.instructions, text)


def asks_organisation(question: str) -> bool:
    """Return whether a question asks where a person works; not with whom the person is not to be paired.

    >>> asks_organisation("Organisme de rattachement"), asks_organisation("Direction / service")
    (True, False)
    """
    said, organisation = fold(question), vocabulary().organisation
    named = bool(organisation.asked.search(said)) and not organisation.unless.search(said)
    return named and not asks_whom_to_avoid(question)


def names_mentor(answer: str) -> bool:
    """Return whether an answer has a word for a mentor."""
    return bool(vocabulary().role.mentor.anywhere.search(canonical(answer)))


def names_mentee(answer: str) -> bool:
    """Return whether an answer has a word for a mentee."""
    return bool(vocabulary().role.mentee.anywhere.search(canonical(answer)))


def days() -> Mapping[str, int]:
    """Return the place of each day in the week, by its names."""
    return number_by_word(vocabulary().week.days)


def moments() -> Mapping[str, int]:
    """Return the place of each moment in the day, by its names."""
    return number_by_word(vocabulary().week.moments)


def is_moment(text: str) -> bool:
    """Return whether a text names a moment of the day."""
    return plain(text) in moments()


def asks_code(question: str) -> bool:
    """Say whether a question asks for a code that tells people apart, and is short enough to be no sentence.

    >>> asks_code("N° d'adhérent"), asks_code("userID"), asks_code("Avez-vous lu le code de conduite de votre école ?")
    (True, True, False)
    """
    said = re.sub(r"(?<=[a-z])(?=I[dD]\b)", " ", question)
    short = len(plain(said).split()) <= LONGEST_KEY
    return short and is_asked(vocabulary().key, said)


def asks_place(question: str) -> bool:
    """Say whether a question asks for a place.

    >>> asks_place("Ville de résidence"), asks_place("Where are you based?"), asks_place("Or something else")
    (True, True, False)
    """
    place = vocabulary().place
    return says(place.asked, within(place.unless).sub(" ", plain(question))) and not asks_number(question)


def is_for_staff(question: str) -> bool:
    """Say whether a question is about logistics, the state of a file, a household or a course: no pair is made of it.

    >>> is_for_staff("Statut"), is_for_staff("Quel statut ont les projets que vous aimeriez suivre ensemble ?")
    (True, False)
    """
    small, staff = vocabulary().survey.small.words, vocabulary().staff
    telling = [word for word in plain(question).split() if word not in small]
    return says(staff.asked, question) or (len(telling) <= LONGEST_ALONE and says(staff.alone, question))


def asks_typed_text(question: str) -> bool:
    """Say whether a question asks for what people type: an employer, a school, a position.

    >>> asks_typed_text("Your employer"), asks_typed_text("Size of your employer")
    (True, False)
    """
    return is_asked(vocabulary().typed, question)


def asks_gender(question: str) -> bool:
    """Say whether a question asks for a gender, one's own or another's.

    >>> asks_gender("Genre"), asks_gender("Quel genre de mentor cherchez-vous ?")
    (True, False)
    """
    return bool(vocabulary().pairing.gender.fullmatch(plain(question)))


def is_rank(text: str) -> bool:
    """Say whether a text names a rank and nothing else: ``1``, ``1er choix``, ``First choice``, ``Priorité 2``.

    >>> is_rank("1er choix"), is_rank("Choice n°2"), is_rank("First aid")
    (True, True, False)
    """
    said = within(vocabulary().rank.words).sub(" ", plain(text)).split()
    return len(said) == 1 and rank_of(said[0]) > 0


def ordinal(header: str) -> tuple[str, int]:
    """Return what a header asks to rank and the rank that its column holds, 0 where it holds none.

    >>> ordinal("Atelier : 2e choix"), ordinal("Third team preference"), ordinal("Parent 1 - Nom")
    (('atelier choix', 2), ('team preference', 3), ('', 0))
    """
    said, rank = plain(header).split(), vocabulary().rank
    places = [at for at, word in enumerate(said) if rank.ordinals.fullmatch(word)]
    if len(places) != 1 or not says(rank.asked, header):
        return "", 0
    return " ".join(said[: places[0]] + said[places[0] + 1 :]), rank_of(said[places[0]])


def follows(question: str) -> bool:
    """Say whether a question only asks to say more of the one before it.

    >>> follows("Si oui, précisez :"), follows("If yes, please give details"), follows("Please describe your project")
    (True, True, False)
    """
    said, words = plain(question), vocabulary().follow_up
    if within(words.remarks).match(said):
        return False
    return bool(within(words.begins).match(said)) or all(word in words.words.words for word in said.split())


def describes(question: str, before: str) -> bool:
    """Say whether a question repeats the words of the one before it, and asks to describe what they name.

    >>> describes("Lift needed: details", "Do you need a lift?"), describes("Role details", "Do you need a lift?")
    (True, False)
    """
    said, known = content(question), set(content(before))
    named = [word for word in said if word not in vocabulary().follow_up.descriptions.words]
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
    return bool(re.fullmatch(alternatives(vocabulary().follow_up.membership), plain(question)))


def is_day(text: str) -> bool:
    """Say whether a text names a day: of the week, or a date with one.

    >>> is_day("lundi"), is_day("Friday 9th August"), is_day("un jour")
    (True, True, False)
    """
    said = plain(text)
    first, *others = said.split() or [""]
    return said in days() or (first in days() and any(word[0].isdigit() for word in others))


def name_of_person(question: str) -> bool:
    """Say whether a question asks for somebody's name, or a part of it, and for nothing else.

    >>> name_of_person("Votre prénom"), name_of_person("Last (family) name"), name_of_person("Nom du club")
    (True, True, False)
    """
    said = plain(re.sub(rf"\((?:{vocabulary().name.aside or '(?!)'})\b.*?\)", "", question)).split()
    name = vocabulary().name
    return bool(name.heads.words & set(said)) and set(said) <= name.words.words


def name_of_somebody_else(question: str) -> bool:
    """Return whether a question about a name asks for that of a parent, a payer or another person, or a title.

    >>> name_of_somebody_else("Nom payeur"), name_of_somebody_else("Nom participant")
    (True, False)
    """
    return bool(vocabulary().name.of_others.words & set(plain(question).split()))


def name_part(question: str) -> Literal["first", "last", "whole"]:
    """Return which part of a name a question asks for.

    >>> [name_part(question) for question in ("Prénom", "Nom", "Nom et prénom", "Full name", "Last name")]
    ['first', 'last', 'whole', 'whole', 'last']
    """
    said, name = set(plain(question).split()), vocabulary().name
    first, last = said & name.first.words, said & name.last.words
    if said & name.whole.words or bool(first) == bool(last):
        return "whole"
    return "first" if first else "last"


def roles(answers: Sequence[str]) -> tuple[str, str] | None:
    """Return the answer that says mentor and the one that says mentoré, None where they are not told.

    >>> roles(["Mentoré·e", "Mentor·e"])
    ('Mentor·e', 'Mentoré·e')
    """
    if len(answers) != 2:
        return None
    mentees = [answer for answer in answers if names_mentee(answer)]
    mentors = [answer for answer in answers if answer not in mentees and names_mentor(answer)]
    return (mentors[0], mentees[0]) if len(mentors) == len(mentees) == 1 else None


def content(text: str) -> list[str]:
    """Return the words of a text that say something, folded.

    >>> content("How many mentees would you like to have?"), content("Quelles sont vos disciplines ?")
    (['mentees', 'like'], ['disciplines'])
    """
    return [word for word in re.findall(r"[a-z0-9]+", fold(text)) if word not in vocabulary().survey.stop_words.words]


def plain_words(question: str) -> list[str]:
    """Return the words of a question that say something, without those for a side.

    >>> plain_words("Mentee Country of your institution") == plain_words("Mentor country of institution")
    True
    """
    return [word for word in content(question) if not vocabulary().role.words.anywhere.match(word)]
