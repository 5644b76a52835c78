"""Whether a question asks for sensitive data: by its own words, by those around them, and by the options chosen.

A wrong guess on one side shows staff one question less; on the other it pairs people by their health or their faith.
So a phrase of a sensitive subject counts, unless the words beside it say that it is a field of work, of study or of
interest, a contract, or that others than the person are meant. Options count where two of them are of such a subject,
or one that tells by itself.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import chain

from mentormatch.languages.vocabulary import Vocabulary, languages_in_use, vocabulary, words_in, words_of
from mentormatch.programme.drafts.form_language import language_of_question
from mentormatch.programme.drafts.lexicon import alternatives, plain, split_phrases, within

MOST_ANSWERS, LONGEST = 200, 90
"""Different answers that are looked at, and the characters of the longest one that may be an option."""
SHARE, TYPED, FEW = 0.15, 0.4, 3
"""The share of sensitive options that tells, where they were chosen and where typed; how many are few."""
REMARK = re.compile(r"[(\[:]")
"""What a remark on a question begins with."""


def subject_of(question: str, options: Iterable[str] = (), *, closed: bool = True) -> str | None:
    """Return the sensitive subject that a question asks for, None where it asks for none.

    ``options`` are the answers that differ, or the labels of boxes; ``closed`` says that they were chosen, not typed.
    The words of the languages in use tell it, and those of the language of the question if it is another.

    >>> subject_of("Avez-vous un problème de santé ?"), subject_of("Travaillez-vous dans le secteur de la santé ?")
    ('health', None)
    >>> subject_of("Q12", ["Hétérosexuel·le", "Bisexuel·le", "Je préfère ne pas répondre"])
    'sexuality'
    >>> subject_of("Haben Sie eine anerkannte Schwerbehinderung?")
    'health'
    """
    chosen = tuple(option for option in list(options)[:MOST_ANSWERS] if len(option) <= LONGEST)
    subject, own = subject_in_question(question, chosen, closed=closed), language_of_question(question)
    if subject is None and own and own not in languages_in_use():
        with words_of((own,)):
            return subject_in_question(question, chosen, closed=closed)
    return subject


def subject_in_question(question: str, chosen: Sequence[str], *, closed: bool) -> str | None:
    """Return the sensitive subject that a question asks for in the languages in use, None where it asks for none."""
    words = vocabulary()
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", question)
    said = without_harmless(plain(spaced), words)
    by_words = subject_in_words(said)
    if by_words:
        return by_words
    # What stands before brackets or a colon is what is asked for; what is behind may name a course or a field.
    core = without_harmless(plain(REMARK.split(question, maxsplit=1)[0]), words)
    if is_topical(said) and not (core and subject_in_words(core)):
        return None
    return subject_in_options(tuple(map(plain, chosen)), words, closed=closed)


def subject_in_words(said: str) -> str | None:
    """Return the sensitive subject of the words of a question, None where there is none."""
    found = find_in_words(said, vocabulary())
    return found and found[0]


def telling_words(question: str) -> str:
    """Return the words of a question that make it sensitive, empty where its words do not.

    >>> telling_words("Avez-vous un problème de santé ?"), telling_words("Quel est votre métier ?")
    ('problème de santé', '')
    """
    spaced, own = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", question), language_of_question(question)
    known = (vocabulary(), *((words_in((own,)),) if own else ()))
    found = next(
        (found for words in known if (found := find_in_words(without_harmless(plain(spaced), words), words))), None
    )
    if found is None:
        return ""
    words, phrase = list(re.finditer(r"[^\W_]+", spaced)), found[1].split()
    runs = (words[at : at + len(phrase)] for at in range(len(words) - len(phrase) + 1))
    run = next((run for run in runs if [plain(word[0]) for word in run] == phrase), None)
    return spaced[run[0].start() : run[-1].end()] if run else found[1]


@lru_cache(maxsize=4096)
def find_in_words(said: str, words: Vocabulary) -> tuple[str, str] | None:
    """Return the sensitive subject of the words of a question and the phrase that tells it, None where none does."""
    agreed = bool(within(words.consent.required).match(said))
    for name, subject in words.subjects.items():
        # Phrases that tell in any sentence; in one by which people agree, no others do.
        phrases = (subject.certain, subject.telling) + (() if agreed else (subject.likely,))
        strong = (m.span() for part in phrases for m in within(part).finditer(said))
        # Phrases that tell where a person is asked.
        weak = () if agreed else (m.span() for m in within(subject.possible).finditer(said))
        personal = (span for span in weak if concerns_person(said, span))
        span = next((span for span in chain(strong, personal) if not is_exempt(said, span)), None)
        if span:
            return name, said[slice(*span)]
    return None


def is_doubtful(question: str) -> bool:
    """Say whether a word of a sensitive subject stands in a question, asked of a person or not.

    >>> is_doubtful("Church youth group nearby"), is_doubtful("Youth group nearby")
    (True, False)
    """
    said, words = without_harmless(plain(question), vocabulary()), vocabulary()
    found = (match.span() for _, subject in words.subjects.items() for match in within(subject.possible).finditer(said))
    return any(not is_exempt(said, span) for span in found)


def concerns_person(said: str, span: tuple[int, int]) -> bool:
    """Say whether a phrase is asked of a person, or is all that the question says."""
    rest = [*said[: span[0]].split(), *said[span[1] :].split()]
    ahead, *frames = person_frames(vocabulary())
    if ahead.search(said[: span[0]]) or any(frame.match(said[span[1] :]) for frame in frames):
        return True
    return all(word in vocabulary().sensitive.small.words or word.isdigit() for word in rest)


def is_exempt(said: str, span: tuple[int, int]) -> bool:
    """Say whether the words around a phrase tell that it is a field of work, or the state of others."""
    before, phrase, after = said[: span[0]], said[slice(*span)], said[span[1] :]
    # A field of work or of study, a club.
    ahead, behind = exempting_frames(vocabulary())
    if any(frame.search(before) for frame in ahead) or any(frame.match(after) for frame in behind):
        return True
    # A subject that is talked about with somebody.
    talked, listened, helped = conversation_frames(vocabulary())
    if talked.search(before) and listened.search(after):
        return True
    # Help that is given to others.
    others = within(vocabulary().sensitive.others)
    aided = helped.search(before)
    return bool(aided and (others.search(aided[0]) or others.match(phrase) or others.match(after.lstrip())))


@cache
def person_frames(words: Vocabulary) -> tuple[re.Pattern[str], ...]:
    """Return what stands ahead of a phrase that is asked of a person, and what stands behind it."""
    frames = words.sensitive
    return (
        re.compile(rf"\b(?:{frames.person})(?: \w+){{0,9}} $"),
        re.compile(rf" (?:{frames.asked})"),
        re.compile(rf" (?:\w+ ){{0,4}}(?:{frames.in_life})\b"),
    )


@cache
def exempting_frames(words: Vocabulary) -> tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]:
    """Return what makes a field of work of a phrase, or somebody else's state: by words ahead of it, and behind it."""
    frames, other = words.sensitive, not_own(words)
    topic, link = alternatives(frames.topics), rf"(?: (?:{frames.about}))+(?: (?:{frames.articles}))*"
    ahead = (
        rf"\b(?:{topic}{link}(?: \w+)?|{alternatives(frames.of_noun)}) $",
        rf"^(?:(?:q\d+|{frames.about}|{frames.asking}) ){{0,3}}(?:\w+ )?{alternatives(frames.heads)}(?: {other}\w+)* $",
        rf"\b{alternatives(frames.mentees)}(?: {other}\w+){{0,4}} $",
    )
    behind = (
        rf"(?: (?:{frames.behind}))? {topic}(?!\w)",
        rf"(?: \w+){{0,2}} (?:{frames.done_by})(?: \w+){{0,2}} (?:{frames.done})\b",
        rf"(?: \w+){{0,3}} {alternatives(frames.clubs)}(?!\w)",
    )
    return tuple(map(re.compile, ahead)), tuple(map(re.compile, behind))


@cache
def conversation_frames(words: Vocabulary) -> tuple[re.Pattern[str], ...]:
    """Return the words of a talk, of those with whom it is, and of help given to others."""
    frames = words.sensitive
    not_received = "".join(f"(?<!{phrase} )" for phrase in split_phrases(frames.received))
    return (
        re.compile(rf"\b{alternatives(frames.talked)}(?: {not_own(words)}\w+){{0,6}} $"),
        re.compile(rf"\b{alternatives(frames.listeners)}(?!\w)"),
        re.compile(rf"{not_received}\b{alternatives(frames.helped)}(?: \w+){{0,5}} $"),
    )


def not_own(words: Vocabulary) -> str:
    """Return an expression before a word that does not tell that the person is meant."""
    return rf"(?!(?:{words.sensitive.own})\b)"


def is_topical(said: str) -> bool:
    """Say whether a question asks for a field of work, of study or of interest, or for what is done at work."""
    words = vocabulary().sensitive
    return bool(within(words.topics).search(said) or within(words.practised).search(said))


@lru_cache(maxsize=1024)
def subject_in_options(options: tuple[str, ...], words: Vocabulary, *, closed: bool) -> str | None:
    """Return the sensitive subject of options, None where too few are of one."""
    given = [option for option in options if not words.sensitive.declined.anywhere.match(option)]
    # Some answers tell by themselves, such as an allowance for the disabled among sources of income.
    telling = [name for option in given if (name := find_subject(option))]
    if len(telling) > (not closed):
        return Counter(telling).most_common(1)[0][0]
    # Of all others two are needed, and a share of all; one is enough beside a few and a refusal to answer.
    found = [name for option in given if (name := subject_of_option(option))]
    declined = len(given) < len(options) and len(given) <= FEW
    enough = len(found) > 1 - declined and len(found) > (SHARE if closed else TYPED) * len(given)
    return (
        Counter(found).most_common(1)[0][0]
        if enough and not (words.sensitive.colours.words & set(given) and "origin" in found)
        else None
    )


def subject_of_option(option: str) -> str | None:
    """Return the sensitive subject of an option by which people say something of themselves, None of any other."""
    for name, subject in vocabulary().subjects.items():
        if re.fullmatch(alternatives(subject.answers), option):
            return name
        if any(not is_exempt(option, m.span()) for m in within(subject.certain).finditer(option)):
            return name
    return None


def find_subject(option: str) -> str | None:
    """Return the sensitive subject of an option that tells it whatever stands beside it, None of any other."""
    subjects = vocabulary().subjects.items()
    return next((name for name, subject in subjects if within(subject.telling).search(option)), None)


@lru_cache(maxsize=4096)
def without_harmless(said: str, words: Vocabulary) -> str:
    """Return the words of a question without phrases that only look sensitive.

    Where one of these is a part of a longer phrase that is sensitive, the longer one counts.
    """
    certain = [m.span() for _, subject in words.subjects.items() for m in within(subject.certain).finditer(said)]

    def kept(match: re.Match[str]) -> str:
        start, end = match.span()
        longer = any(first <= start and end <= last and last - first > end - start for first, last in certain)
        return match[0] if longer else " "

    return " ".join(within(words.sensitive.harmless).sub(kept, said).split())
