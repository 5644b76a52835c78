"""A question and its options -> its sensitive subject, if any.

An error in one direction hides one question from staff; in the other it pairs people by their health or faith. So a
phrase of a sensitive subject counts, unless the words around it name a field of work, of study or of interest, a
contract, or other people. Options count if two, and enough of all, are sensitive; one suffices if it is certain and was
chosen, or beside a refusal to answer.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import chain

from mentormatch.languages.vocabulary import Vocabulary, languages_in_use, vocabulary, words_in, words_of
from mentormatch.programme.drafts.form_language import language_of_question
from mentormatch.programme.drafts.lexicon import compile_phrases, make_phrases_regex, normalize_words, split_phrases

MAX_ANSWERS = 200  # distinct answers examined
MAX_OPTION_LENGTH = 90  # characters; longer answers are ignored
MIN_SHARE_IF_CHOSEN = 0.15  # of sensitive options, for a sensitive question
MIN_SHARE_IF_TYPED = 0.4


def subject_of(question: str, options: Iterable[str] = (), *, closed: bool = True) -> str | None:
    """Return the sensitive subject that a question asks about, None if there is none.

    ``options`` are the distinct answers, or the labels of boxes; ``closed``: they were chosen, not typed. The
    vocabularies in use decide, then that of the language of the question if it is another one.

    >>> subject_of("Avez-vous un problème de santé ?"), subject_of("Travaillez-vous dans le secteur de la santé ?")
    ('health', None)
    >>> subject_of("Q12", ["Hétérosexuel·le", "Bisexuel·le", "Je préfère ne pas répondre"])
    'sexuality'
    >>> subject_of("Haben Sie eine anerkannte Schwerbehinderung?")
    'health'
    """
    short_options = tuple(option for option in list(options)[:MAX_ANSWERS] if len(option) <= MAX_OPTION_LENGTH)
    subject, question_language = (
        subject_in_question(question, short_options, closed=closed),
        language_of_question(question),
    )
    if subject is None and question_language and question_language not in languages_in_use():
        with words_of((question_language,)):
            return subject_in_question(question, short_options, closed=closed)
    return subject


def subject_in_question(question: str, options: Sequence[str], *, closed: bool) -> str | None:
    """Return the sensitive subject of a question by the vocabularies in use, None if there is none."""
    words = vocabulary()
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", question)
    folded = without_harmless(normalize_words(spaced), words)
    subject = find_subject_in_words(folded)
    if subject:
        return subject
    # The text before brackets or a colon is the question; the text after it may name a course or a field
    core = without_harmless(normalize_words(re.split(r"[(\[:]", question, maxsplit=1)[0]), words)
    if is_topical(folded) and not (core and find_subject_in_words(core)):
        return None
    return subject_in_options(tuple(map(normalize_words, options)), words, closed=closed)


def find_subject_in_words(folded: str) -> str | None:
    subject_and_phrase = find_in_words(folded, vocabulary())
    return subject_and_phrase and subject_and_phrase[0]


def find_sensitive_words(question: str) -> str:
    """Return the words of a question that make it sensitive; empty if its words do not.

    >>> find_sensitive_words("Avez-vous un problème de santé ?"), find_sensitive_words("Quel est votre métier ?")
    ('problème de santé', '')
    """
    spaced, question_language = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", question), language_of_question(question)
    vocabularies = (vocabulary(), *((words_in((question_language,)),) if question_language else ()))
    match = next(
        (
            match
            for tokens in vocabularies
            if (match := find_in_words(without_harmless(normalize_words(spaced), tokens), tokens))
        ),
        None,
    )
    if match is None:
        return ""
    tokens, phrase = list(re.finditer(r"[^\W_]+", spaced)), match[1].split()
    runs = (tokens[start : start + len(phrase)] for start in range(len(tokens) - len(phrase) + 1))
    run = next((run for run in runs if [normalize_words(word[0]) for word in run] == phrase), None)
    return spaced[run[0].start() : run[-1].end()] if run else match[1]


@lru_cache(maxsize=4096)
def find_in_words(folded: str, words: Vocabulary) -> tuple[str, str] | None:
    """Return the sensitive subject of a folded question and the phrase that shows it, None if there is none."""
    is_consent = bool(compile_phrases(words.consent.required).match(folded))
    for name, subject in words.subjects.items():
        # Phrases that are sensitive in any sentence; in a consent, only these count
        phrases = (subject.certain, subject.telling) + (() if is_consent else (subject.likely,))
        certain_spans = (m.span() for part in phrases for m in compile_phrases(part).finditer(folded))
        # Phrases that are sensitive if they are about a person
        possible_spans = () if is_consent else (m.span() for m in compile_phrases(subject.possible).finditer(folded))
        personal_spans = (span for span in possible_spans if concerns_person(folded, span))
        span = next((span for span in chain(certain_spans, personal_spans) if not is_exempt(folded, span)), None)
        if span:
            return name, folded[slice(*span)]
    return None


def is_doubtful(question: str) -> bool:
    """Return whether a question contains a word of a sensitive subject, even one that is not about a person.

    >>> is_doubtful("Church youth group nearby"), is_doubtful("Youth group nearby")
    (True, False)
    """
    folded, words = without_harmless(normalize_words(question), vocabulary()), vocabulary()
    spans = (
        match.span()
        for _, subject in words.subjects.items()
        for match in compile_phrases(subject.possible).finditer(folded)
    )
    return any(not is_exempt(folded, span) for span in spans)


def concerns_person(folded: str, span: tuple[int, int]) -> bool:
    """Return whether a phrase is about a person, or the question has no other content word."""
    other_words = [*folded[: span[0]].split(), *folded[span[1] :].split()]
    before, *after_frames = person_frames(vocabulary())
    if before.search(folded[: span[0]]) or any(frame.match(folded[span[1] :]) for frame in after_frames):
        return True
    return all(word in vocabulary().sensitive.small.words or word.isdigit() for word in other_words)


def is_exempt(folded: str, span: tuple[int, int]) -> bool:
    """Return whether the words around a phrase show a field of work, a conversation, or the state of other people."""
    before, phrase, after = folded[: span[0]], folded[slice(*span)], folded[span[1] :]
    # A field of work or of study, a club
    frames_before, frames_after = exempting_frames(vocabulary())
    if any(frame.search(before) for frame in frames_before) or any(frame.match(after) for frame in frames_after):
        return True
    # A topic of conversations
    conversation, listener, help_pattern = conversation_frames(vocabulary())
    if conversation.search(before) and listener.search(after):
        return True
    # Help given to others
    other_people = compile_phrases(vocabulary().sensitive.others)
    help_match = help_pattern.search(before)
    return bool(
        help_match
        and (other_people.search(help_match[0]) or other_people.match(phrase) or other_people.match(after.lstrip()))
    )


@cache
def person_frames(words: Vocabulary) -> tuple[re.Pattern[str], ...]:
    """Return patterns before a phrase about a person (one), and after it (two)."""
    phrases = words.sensitive
    return (
        re.compile(rf"\b(?:{phrases.person})(?: \w+){{0,9}} $"),
        re.compile(rf" (?:{phrases.asked})"),
        re.compile(rf" (?:\w+ ){{0,4}}(?:{phrases.in_life})\b"),
    )


@cache
def exempting_frames(words: Vocabulary) -> tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]:
    """Return patterns before, and after, a phrase that names a field of work or the state of another person."""
    frames, other = words.sensitive, not_about_respondent(words)
    topic, heads = make_phrases_regex(frames.topics), make_phrases_regex(frames.heads)
    about = rf"(?: (?:{frames.about}))+(?: (?:{frames.articles}))*"
    before = (
        rf"\b(?:{topic}{about}(?: \w+)?|{make_phrases_regex(frames.of_noun)}) $",
        rf"^(?:(?:q\d+|{frames.about}|{frames.asking}) ){{0,3}}(?:\w+ )?{heads}(?: {other}\w+)* $",
        rf"\b{make_phrases_regex(frames.mentees)}(?: {other}\w+){{0,4}} $",
    )
    after = (
        rf"(?: (?:{frames.behind}))? {topic}(?!\w)",
        rf"(?: \w+){{0,2}} (?:{frames.done_by})(?: \w+){{0,2}} (?:{frames.done})\b",
        rf"(?: \w+){{0,3}} {make_phrases_regex(frames.clubs)}(?!\w)",
    )
    return tuple(map(re.compile, before)), tuple(map(re.compile, after))


@cache
def conversation_frames(words: Vocabulary) -> tuple[re.Pattern[str], ...]:
    """Return patterns for conversations, for the people in them, and for help given to others."""
    phrases = words.sensitive
    not_received = "".join(f"(?<!{phrase} )" for phrase in split_phrases(phrases.received))
    return (
        re.compile(rf"\b{make_phrases_regex(phrases.talked)}(?: {not_about_respondent(words)}\w+){{0,6}} $"),
        re.compile(rf"\b{make_phrases_regex(phrases.listeners)}(?!\w)"),
        re.compile(rf"{not_received}\b{make_phrases_regex(phrases.helped)}(?: \w+){{0,5}} $"),
    )


def not_about_respondent(words: Vocabulary) -> str:
    return rf"(?!(?:{words.sensitive.own})\b)"


def is_topical(folded: str) -> bool:
    """Return whether a question is about a field of work, of study or of interest, or a practice at work."""
    words = vocabulary().sensitive
    return bool(compile_phrases(words.topics).search(folded) or compile_phrases(words.practised).search(folded))


@lru_cache(maxsize=1024)
def subject_in_options(options: tuple[str, ...], words: Vocabulary, *, closed: bool) -> str | None:
    """Return the most frequent sensitive subject of options, None if too few options have one."""
    answered = [option for option in options if not words.sensitive.declined.anywhere.match(option)]
    # Some answers are certain, such as a disability allowance among sources of income
    certain_names = [name for option in answered if (name := find_certain_subject(option))]
    if len(certain_names) > (not closed):
        return Counter(certain_names).most_common(1)[0][0]
    # Other options must be two, and a share of all; one suffices among up to three with a refusal to answer
    names = [name for option in answered if (name := subject_of_option(option))]
    is_declined = len(answered) < len(options) and len(answered) <= 3
    are_enough = len(names) > 1 - is_declined and len(names) > (
        MIN_SHARE_IF_CHOSEN if closed else MIN_SHARE_IF_TYPED
    ) * len(answered)
    return (
        Counter(names).most_common(1)[0][0]
        if are_enough and not (words.sensitive.colours.words & set(answered) and "origin" in names)
        else None
    )


def subject_of_option(option: str) -> str | None:
    """Return the sensitive subject of an option by which people describe themselves; None for another option."""
    for name, subject in vocabulary().subjects.items():
        if re.fullmatch(make_phrases_regex(subject.answers), option):
            return name
        if any(not is_exempt(option, m.span()) for m in compile_phrases(subject.certain).finditer(option)):
            return name
    return None


def find_certain_subject(option: str) -> str | None:
    """Return the sensitive subject that an option shows in any context, None if there is none."""
    subjects = vocabulary().subjects.items()
    return next((name for name, subject in subjects if compile_phrases(subject.telling).search(option)), None)


@lru_cache(maxsize=4096)
def without_harmless(folded: str, words: Vocabulary) -> str:
    """Return a folded question without phrases that only look sensitive.

    Such a phrase stays if it is part of a longer, certainly sensitive phrase.
    """
    certain_spans = [
        m.span() for _, subject in words.subjects.items() for m in compile_phrases(subject.certain).finditer(folded)
    ]

    def replacement(match: re.Match[str]) -> str:
        start, end = match.span()
        is_part = any(
            outer_start <= start and end <= outer_end and outer_end - outer_start > end - start
            for outer_start, outer_end in certain_spans
        )
        return match[0] if is_part else " "

    return " ".join(compile_phrases(words.sensitive.harmless).sub(replacement, folded).split())
