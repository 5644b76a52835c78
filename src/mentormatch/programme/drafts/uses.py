"""A question with its answers -> what it is taken for: its kind, and its use: forbidden, shown to staff, or compared.

Without a reason to pair people by it, a question is shown to staff and scores nothing. A question that is not
understood may be about anything, a person's health or faith too. So what its words are known to be about decides, and
yes or no, which says so little by itself, needs the plainest words.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from mentormatch.fields import Use
from mentormatch.fields.base import split
from mentormatch.languages.translation import mark, tr
from mentormatch.languages.vocabulary import vocabulary
from mentormatch.programme.drafts import capacity, words
from mentormatch.programme.drafts.capacity import are_chosen, distinct, share
from mentormatch.programme.drafts.kinds import COLUMNS, GRIDS, Guess, boxes_of, consent, contact, key
from mentormatch.programme.drafts.lexicon import normalize_words
from mentormatch.programme.drafts.samples import EMAIL_PATTERN, QuestionSample
from mentormatch.programme.drafts.sensitivity import MAX_ANSWERS, is_doubtful, subject_of

MOST_LOOKED_AT = 2000
"""Answers among which those of a sensitive subject are looked for."""
READ_ONLY = mark("lu par l'équipe, jamais noté")
SENSITIVE = mark(
    "donnée sensible ({subject} ; RGPD, articles 9 et 10) : ni lue ni utilisée, sauf si vous en décidez autrement"
)
SUBJECTS = {
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
STATED = mark("choisi par l'équipe")
KINDS_OF_USES: Mapping[Use, str] = {"forbidden": "text", "contact": "text", "key": "text", "consent": "yesno"}
"""The kind that a question has by what is done with it."""
NO_REASON = mark("rien n'y dit de quoi rapprocher deux personnes : lu par l'équipe")
UNASKED = mark("jamais comparé sans que vous le demandiez")
BY_KIND = ("slots", "ranking")
"""Kinds that are asked for nothing else than to bring people together."""
MOSTLY = 0.5
MOST_OF_A_MOMENT, MOST_OF_A_SHORT_DAY = 5, 3
"""The words of a text that names a moment, and the letters of a day that is written short."""


def guess(sample: QuestionSample) -> Guess:
    """Return what a question looks like; where nothing tells, a text that only staff read."""
    subject = subject_in(sample)
    if subject is not None:
        return Guess("text", tr(SENSITIVE, subject=tr(SUBJECTS[subject])), use="forbidden")
    return restrict(sample, first_fit(sample, GRIDS if sample.items else COLUMNS))


def first_fit(sample: QuestionSample, kinds: Iterable[Callable[[QuestionSample], Guess | None]]) -> Guess:
    """Return the first of these kinds that a question may be, a text that only staff read where it is none."""
    nothing = Guess("text", tr("texte libre, lu par l'équipe, jamais noté"), use="display")
    return next((one for tried in kinds if (one := tried(sample))), nothing)


def apply_use(sample: QuestionSample, found: Guess, use: Use) -> Guess:
    """Return what a question is once people said what is done with it: ``found`` is what it was taken for."""
    why = tr(STATED)
    if use in KINDS_OF_USES:
        return Guess(KINDS_OF_USES[use], why, use=use)
    if found.use in KINDS_OF_USES:
        kinds = [kind for kind in COLUMNS if kind not in (contact, key, consent)]
        found = first_fit(sample, GRIDS if sample.items else kinds)
    return replace(found, why=join_reasons(found.why, why), use=use)


def restrict(sample: QuestionSample, found: Guess) -> Guess:
    """Return a guess, without a part in pairs where it asks for a gender, for what staff need, or for nothing known."""
    if found.use != "match":
        return found
    if words.asks_gender(sample.question):
        return replace(found, use="display", why=join_reasons(found.why, tr(UNASKED)))
    if words.is_for_staff(sample.question) and not words.asks_number(sample.question):
        return replace(found, use="display", why=join_reasons(found.why, tr(READ_ONLY)))
    return (
        found
        if can_pair(sample, found) and not is_doubtful(sample.question)
        else replace(found, use="display", why=join_reasons(found.why, tr(NO_REASON)))
    )


def join_reasons(why: str, more: str) -> str:
    """Return two reasons as one."""
    return tr("{why} ; {more}", why=why, more=more)


def subject_in(sample: QuestionSample) -> str | None:
    """Return the sensitive subject that a question asks for, by its words, its items, or the answers chosen."""
    before = None if sample.follows is None else subject_in(sample.follows)
    if before is not None:
        return before
    # An address is made of words that say nothing of a person: "name@charity.invalid".
    given = [answer for answer in sample.answers[:MOST_LOOKED_AT] if not EMAIL_PATTERN.fullmatch(answer)]
    answers = distinct(given)[:MAX_ANSWERS]
    pieces = [piece for answer in answers for piece in split(answer, None)]
    options = distinct([*sample.items, *pieces, *(part for piece in pieces for part in piece.split(", "))])
    chosen = bool(sample.items) or are_chosen(sample.answers)
    # The first word of codes such as race_no and race_time says less than each of them.
    coded = " " not in sample.question and all(header.startswith(sample.question) for header in sample.headers)
    questions = sample.headers if coded else (sample.question,)
    return next((found for one in questions if (found := subject_of(one, options, closed=chosen))), None)


def is_sensitive(sample: QuestionSample) -> bool:
    """Say whether a question asks for sensitive data."""
    return subject_in(sample) is not None


def can_pair(sample: QuestionSample, found: Guess) -> bool:
    """Say whether a question gives a reason to bring two people together, or to keep them apart."""
    question = sample.question
    if (
        found.kind in BY_KIND
        or is_untitled(sample)
        or words.asks_place(question)
        or words.asks_organisation(question)
        or words.contains_phrase(vocabulary().lists.names, question)
    ):
        return True
    if words.asks_whom_to_avoid(question) or capacity.taking_side(question) or capacity.asks_places(question):
        return True
    if words.contains_phrase(vocabulary().pairing.asked, question) or are_languages(sample) or are_moments(sample):
        return True
    return not is_agreement(sample, found) and words.contains_phrase(vocabulary().pairing.with_options, question)


def is_agreement(sample: QuestionSample, found: Guess) -> bool:
    """Say whether a question is answered by yes or no, in these words or others, so that its words alone tell."""
    said, options, asked = normalize_words(sample.question), distinct(sample.answers), vocabulary().agreement
    agreed = any(asked.yes.match(normalize_words(option)) for option in options)
    shaped = bool(asked.person.anywhere.match(said)) and not asked.either.search(said)
    return found.kind == "yesno" or (found.kind in ("choice", "scale") and (agreed or shaped))


def is_untitled(sample: QuestionSample) -> bool:
    """Say whether boxes to tick stand under no other title than the first of them."""
    return bool(sample.items) and normalize_words(sample.question).startswith(normalize_words(sample.items[0]))


def are_languages(sample: QuestionSample) -> bool:
    """Say whether most answers name languages."""
    options, spoken = distinct(sample.answers), vocabulary().spoken.names.words
    return share(options, lambda option: not spoken.isdisjoint(normalize_words(option).split())) > MOSTLY


def are_moments(sample: QuestionSample) -> bool:
    """Return whether most answers, or most of the boxes to tick, name days or moments of the day."""
    given = boxes_of(sample) or distinct([piece for answer in sample.answers for piece in re.split(r"[,;\n]", answer)])
    return share(given, names_moment) > MOSTLY


def names_moment(text: str) -> bool:
    """Return whether a text begins or ends with a day or a moment of the day.

    >>> names_moment("Tuesday 12-2"), names_moment("en soirée"), names_moment("Monday's topic is law and money")
    (True, True, False)
    """
    said = normalize_words(text).split()
    named = {*words.days(), *words.moments()}
    ends = {" ".join(said[:1]), " ".join(said[:2]), " ".join(said[-1:]), " ".join(said[-2:])}
    whole = [day for day in words.days() if len(day) > MOST_OF_A_SHORT_DAY and " ".join(said).startswith(day)]
    return 0 < len(said) <= MOST_OF_A_MOMENT and bool(ends & named or whole)
