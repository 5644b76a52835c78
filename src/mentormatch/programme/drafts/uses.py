"""A question with its answers -> its kind and its use, such as forbidden, shown to staff, or compared.

Sensitive questions are forbidden. Others without a use of their own (key, contact, consent) are compared only if they
give a reason to pair or separate people; otherwise staff read them, and they score nothing. An unknown question may be
about health or faith, so known words decide. A yes-or-no question must have the clearest words, as its answers show
little.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from mentormatch.fields import Use
from mentormatch.fields.base import split
from mentormatch.languages.translation import mark, tr
from mentormatch.languages.vocabulary import vocabulary
from mentormatch.programme.drafts import capacity, words
from mentormatch.programme.drafts.capacity import are_chosen, distinct, share_of
from mentormatch.programme.drafts.kinds import (
    COLUMN_GUESSERS,
    GRID_GUESSERS,
    Guess,
    get_boxes,
    guess_consent,
    guess_contact,
    guess_key,
)
from mentormatch.programme.drafts.lexicon import normalize_words
from mentormatch.programme.drafts.samples import EMAIL_PATTERN, QuestionSample
from mentormatch.programme.drafts.sensitivity import MAX_ANSWERS, is_doubtful, subject_of

SUBJECT_LABELS = {
    "health": mark("santé, handicap"),
    "religion": mark("religion, convictions"),
    "origin": mark("origine"),
    "sexuality": mark("orientation sexuelle, identité de genre"),
    "politics": mark("opinions politiques"),
    "union": mark("appartenance syndicale"),
    "pregnancy": mark("grossesse, maternité"),
    "criminal record": mark("condamnations"),
    "biometrics": mark("biométrie, génétique"),
}
DECIDED_REASON = mark("choisi par l'équipe")
# The kind of a question that follows from its use
KIND_BY_USE: Mapping[Use, str] = {"forbidden": "text", "contact": "text", "key": "text", "consent": "yesno"}


def guess_use(sample: QuestionSample) -> Guess:
    """Return the guess for a question; if nothing is recognised, a text that only staff read."""
    subject = find_subject(sample)
    if subject is not None:
        return Guess(
            "text",
            tr(
                "donnée sensible ({subject} ; RGPD, articles 9 et 10) : ni lue ni utilisée, sauf si vous en décidez"
                " autrement",
                subject=tr(SUBJECT_LABELS[subject]),
            ),
            use="forbidden",
        )
    return restrict_use(sample, find_first_guess(sample, GRID_GUESSERS if sample.items else COLUMN_GUESSERS))


def find_first_guess(sample: QuestionSample, guessers: Iterable[Callable[[QuestionSample], Guess | None]]) -> Guess:
    """Return the first guess of these functions; a text that only staff read if all return None."""
    free_text = Guess("text", tr("texte libre, lu par l'équipe, jamais noté"), use="display")
    return next((result for guesser in guessers if (result := guesser(sample))), free_text)


def apply_use(sample: QuestionSample, original: Guess, use: Use) -> Guess:
    """Return the guess for a question after staff decided its use; ``original`` is the guess before."""
    why = tr(DECIDED_REASON)
    if use in KIND_BY_USE:
        return Guess(KIND_BY_USE[use], why, use=use)
    if original.use in KIND_BY_USE:
        kinds = [kind for kind in COLUMN_GUESSERS if kind not in (guess_contact, guess_key, guess_consent)]
        original = find_first_guess(sample, GRID_GUESSERS if sample.items else kinds)
    return replace(original, why=join_reasons(original.why, why), use=use)


def restrict_use(sample: QuestionSample, result: Guess) -> Guess:
    """Return a guess, for staff only if it is a gender, a question for staff, or no certain reason to pair."""
    if result.use != "match":
        return result
    if words.asks_gender(sample.question):
        reason = tr("jamais comparé sans que vous le demandiez")
    elif words.is_for_staff(sample.question) and not words.asks_number(sample.question):
        reason = tr("lu par l'équipe, jamais noté")
    elif can_pair(sample, result) and not is_doubtful(sample.question):
        return result
    else:
        reason = tr("rien n'y dit de quoi rapprocher deux personnes : lu par l'équipe")
    return replace(result, use="display", why=join_reasons(result.why, reason))


def join_reasons(why: str, more: str) -> str:
    return tr("{why} ; {more}", why=why, more=more)


def find_subject(sample: QuestionSample) -> str | None:
    """Return the sensitive subject of a question by its words, items or answers; None if there is none.

    A question on details of sensitive ones has the subject of the first.
    """
    previous_subjects = filter(None, map(find_subject, sample.follows))
    if previous_subject := next(previous_subjects, None):
        return previous_subject
    # The words of an address are not about a person: name@charity.invalid
    answers_without_addresses = [answer for answer in sample.answers[:2000] if not EMAIL_PATTERN.fullmatch(answer)]
    answers = distinct(answers_without_addresses)[:MAX_ANSWERS]
    pieces = [piece for answer in answers for piece in split(answer, None)]
    options = distinct([*sample.items, *pieces, *(part for piece in pieces for part in piece.split(", "))])
    are_closed = bool(sample.items) or are_chosen(sample.answers)
    # The headers race_no and race_time are clearer than their common beginning
    is_code = " " not in sample.question and all(header.startswith(sample.question) for header in sample.headers)
    questions = sample.headers if is_code else (sample.question,)
    return next((subject for text in questions if (subject := subject_of(text, options, closed=are_closed))), None)


def is_sensitive(sample: QuestionSample) -> bool:
    return find_subject(sample) is not None


def can_pair(sample: QuestionSample, result: Guess) -> bool:
    """Return whether a question gives a reason to pair two people, or to separate them."""
    question = sample.question
    if (
        result.kind in ("slots", "ranking")
        or is_untitled(sample)
        or words.asks_place(question)
        or words.asks_organisation(question)
        or words.contains_phrase(vocabulary().lists.names, question)
    ):
        return True
    if words.asks_whom_to_avoid(question) or capacity.get_capacity_side(question) or capacity.asks_places(question):
        return True
    if words.contains_phrase(vocabulary().pairing.asked, question) or are_languages(sample) or are_moments(sample):
        return True
    return not is_agreement(sample, result) and words.contains_phrase(vocabulary().pairing.with_options, question)


def is_agreement(sample: QuestionSample, result: Guess) -> bool:
    """Return whether the answers of a question mean yes or no, in any words, so that only its own words matter."""
    folded, options, phrases = normalize_words(sample.question), distinct(sample.answers), vocabulary().agreement
    has_yes = any(phrases.yes.match(normalize_words(option)) for option in options)
    is_shaped = bool(phrases.person.anywhere.match(folded)) and not phrases.either.search(folded)
    return result.kind == "yesno" or (result.kind in ("choice", "scale") and (has_yes or is_shaped))


def is_untitled(sample: QuestionSample) -> bool:
    """Return whether the title of a checkbox question begins with its first item."""
    return bool(sample.items) and normalize_words(sample.question).startswith(normalize_words(sample.items[0]))


def are_languages(sample: QuestionSample) -> bool:
    """Return whether most answers name languages."""
    options, language_names = distinct(sample.answers), vocabulary().spoken.names.words
    return share_of(options, lambda option: not language_names.isdisjoint(normalize_words(option).split())) > 0.5


def are_moments(sample: QuestionSample) -> bool:
    """Return whether most answers, or most items of checkboxes, name days or moments of the day."""
    texts = get_boxes(sample) or distinct([piece for answer in sample.answers for piece in re.split(r"[,;\n]", answer)])
    return share_of(texts, names_moment) > 0.5


def names_moment(text: str) -> bool:
    """Return whether a short text begins or ends with a day or a moment of the day.

    >>> names_moment("Tuesday 12-2"), names_moment("en soirée"), names_moment("Monday's topic is law and money")
    (True, True, False)
    """
    parts = normalize_words(text).split()
    known = {*words.days(), *words.moments()}
    ends = {" ".join(parts[:1]), " ".join(parts[:2]), " ".join(parts[-1:]), " ".join(parts[-2:])}
    short_forms = [day for day in words.days() if len(day) > 3 and " ".join(parts).startswith(day)]
    return 0 < len(parts) <= 5 and bool(ends & known or short_forms)
