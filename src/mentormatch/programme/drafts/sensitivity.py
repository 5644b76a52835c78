"""Whether a question asks for sensitive data: by its own words, by those around them, and by the options chosen.

A wrong guess on one side shows staff one question less; on the other it pairs people by their health or their faith.
So a phrase of a sensitive subject counts, unless the words beside it say that it is a field of work, of study or of
interest, a contract, or that others than the person are meant. Options count where two of them are of such a subject,
or one that tells by itself.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache

from mentormatch.programme.drafts.contexts import (
    CLUBS,
    HARMLESS,
    HEADS,
    HELPED,
    LISTENERS,
    MENTEES,
    OF_NOUN,
    OTHERS,
    PRACTISED,
    TALKED,
    TOPICS,
)
from mentormatch.programme.drafts.lexicon import CONSENT
from mentormatch.programme.drafts.patterns import alternatives, plain, within
from mentormatch.programme.drafts.subjects import SUBJECTS

MOST_ANSWERS, LONGEST = 200, 90
"""Different answers that are looked at, and the characters of the longest one that may be an option."""
SHARE, TYPED, FEW = 0.15, 0.4, 3
"""The share of sensitive options that tells, where they were chosen and where typed; how many are few."""
COLOURS = frozenset(re.findall(r"\w+", "blue bleu gray green grey gris jaune orange pink red rose rouge vert yellow"))
"""Options beside which black and white are colours of things."""
PERSON = re.compile(
    r"\b(?:you|your|yourself|i|my|am|we|our|any|vous|votre|vos|tu|ton|ta|tes|je|j|mon|ma|mes|es|as|son|sa|"
    r"ses|their|his|her"
    r"|child s|spouse s|please|needs?|any|besoin|merci|veuillez|indiquez|precisez)(?: \w+){0,9} $"
)
ASKED = re.compile(
    r" (?:\w+ ){0,2}(?:do|did|are|were|have|would) (?:you|they)\b"
    r"| (?:\w+ ){0,2}(?:avez|auriez|aurez|etes|pratiquez|suivez|portez|appartenez|prenez) vous\b"
    r"|(?: \w+){0,4} (?:you need|would (?:help|suit) you)\b"
    r"|(?: \w+){0,8} (?:vous|te|t) (?:faut|faudra\w*|ser\w+|sont|aider\w+|permett\w+|a t)\b"
)
"""What stands behind a phrase that is asked of a person: what they do, and what they need or had."""
IN_LIFE = re.compile(
    r" (?:\w+ ){0,4}(?:in|for|to|dans|pour|helps?|suits?|support) (?:you|your|vous|votre|toi|ta|ton)\b"
)
"""What stands behind a phrase that a person is asked about."""
REMARK = re.compile(r"[(\[:]")
"""What a remark on a question begins with."""
DONE_BY = r"(?:have|do|did|avez|as|que|qu) (?:you|vous|tu)"
NOT_OWN = r"(?!(?:my|your|own|being|vos|votre|ton|ta|tes|etre)\b)"
NOT_GIVEN = r"(?<!besoin d )(?<!need )(?<!need some )(?<!etre )(?<!be )(?<!being )"
"""What stands ahead of help that a person receives."""
ASKING = r"(?:which|what|quels?|quelles?|your|vos|votre|tes|ton|ta)"
DONE = (
    r"(?:handled?|defended|tried|advise[ds]?|represented|conseillez|defendez|defendu\w*|plaide\w*|traitez"
    r"|treat|cover|couvrez|enseignez|teach|gerez|manage)\b"
)
ABOUT = r"(?:in|of|on|about|with|within|for|into|towards?|de|du|des|d|en|sur|dans|avec|aux?|pour|a)"
ARTICLE = r"(?: (?:the|a|an|la|le|les|l|un|une|some|other|d autres))*"
BEHIND = r"(?: (?:inclusion|\w+al|\w+aux|\w+ales?|infectieuses?|rights?))?"
SMALL = frozenset(
    re.findall(
        r"\w+",
        "a an and any appartenance are attendance attended attestation au aux avez certificat certificate check "
        "checked code communaute community contact current currently d dans date de des describe details did do "
        "does du en est et etes facultatif field flag for form fourni fournie group groupe have historique history "
        "hors if in indiquez info information is l la laquelle le lequel les level member membership membre merci "
        "my n name needs no nom non note notes number numero o of on optional optionnel or ou oui par part phone "
        "please pour precisez q quel quelle quelles quels question si situation sont specify status statut "
        "telephone the to two type un une vos votre vous what which with y yes you your",
    )
)
"""Words that leave a phrase all that a question says."""
DECLINED = re.compile(
    r"(?:i )?(?:would )?(?:prefer|rather|wish|want|choose)s? not|(?:do not|don t) (?:wish|want)|decline"
    r"|(?:ne )?(?:souhaite|veux|prefere|desire)\w* pas|ne pas repondre|sans reponse|nspp"
)


def subject_of(question: str, options: Iterable[str] = (), *, closed: bool = True) -> str | None:
    """Return the sensitive subject that a question asks for, None where it asks for none.

    ``options`` are the answers that differ, or the labels of boxes; ``closed`` says that they were chosen, not typed.

    >>> subject_of("Avez-vous un problème de santé ?"), subject_of("Travaillez-vous dans le secteur de la santé ?")
    ('health', None)
    >>> subject_of("Q12", ["Hétérosexuel·le", "Bisexuel·le", "Je préfère ne pas répondre"])
    'sexuality'
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", question)
    said = without_harmless(plain(spaced))
    chosen = tuple(option for option in list(options)[:MOST_ANSWERS] if len(option) <= LONGEST)
    by_words = subject_in_words(said)
    if by_words:
        return by_words
    # What stands before brackets or a colon is what is asked for; what is behind may name a course or a field.
    asked = without_harmless(plain(REMARK.split(question, maxsplit=1)[0]))
    if is_topical(said) and not (asked and subject_in_words(asked)):
        return None
    return subject_in_options(tuple(map(plain, chosen)), closed=closed)


@lru_cache(maxsize=4096)
def subject_in_words(said: str) -> str | None:
    """Return the sensitive subject of the words of a question, None where there is none."""
    agreed = bool(within(CONSENT).match(said))
    for subject in SUBJECTS:
        # Phrases that tell in any sentence; in one by which people agree, no others do.
        told = (subject.certain, subject.telling) + (() if agreed else (subject.likely,))
        strong = [m.span() for part in told for m in within(part).finditer(said)]
        if any(not is_exempt(said, span) for span in strong):
            return subject.name
        if agreed:
            continue
        # Phrases that tell where a person is asked.
        if any(
            not is_exempt(said, m.span()) and concerns_person(said, m.span())
            for m in within(subject.possible).finditer(said)
        ):
            return subject.name
    return None


def is_doubtful(question: str) -> bool:
    """Say whether a word of a sensitive subject stands in a question, asked of a person or not.

    >>> is_doubtful("Church youth group nearby"), is_doubtful("Youth group nearby")
    (True, False)
    """
    said = without_harmless(plain(question))
    found = (match.span() for subject in SUBJECTS for match in within(subject.possible).finditer(said))
    return any(not is_exempt(said, span) for span in found)


def concerns_person(said: str, span: tuple[int, int]) -> bool:
    """Say whether a phrase is asked of a person, or is all that the question says."""
    rest = [*said[: span[0]].split(), *said[span[1] :].split()]
    behind = said[span[1] :]
    if PERSON.search(said[: span[0]]) or ASKED.match(behind) or IN_LIFE.match(behind):
        return True
    return all(word in SMALL or word.isdigit() for word in rest)


def is_exempt(said: str, span: tuple[int, int]) -> bool:
    """Say whether the words around a phrase tell that it is a field of work, or the state of others."""
    before, phrase, after = said[: span[0]], said[slice(*span)], said[span[1] :]
    # A field of work or of study, a club.
    ahead, behind = exempting_frames()
    if any(frame.search(before) for frame in ahead) or any(frame.match(after) for frame in behind):
        return True
    # A subject that is talked about with somebody.
    talked, listened, helped = conversation_frames()
    if talked.search(before) and listened.search(after):
        return True
    # Help that is given to others.
    others = within(OTHERS)
    aided = helped.search(before)
    return bool(aided and (others.search(aided[0]) or others.match(phrase) or others.match(after.lstrip())))


@cache
def exempting_frames() -> tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]:
    """Return what makes a field of work of a phrase, or somebody else's state: by words ahead of it, and behind it."""
    topic, link = alternatives(TOPICS), rf"(?: {ABOUT})+{ARTICLE}"
    ahead = (
        rf"\b(?:{topic}{link}(?: \w+)?|{alternatives(OF_NOUN)}) $",
        rf"^(?:(?:q\d+|{ABOUT}|{ASKING}) ){{0,3}}(?:\w+ )?{alternatives(HEADS)}(?: {NOT_OWN}\w+)* $",
        rf"\b{alternatives(MENTEES)}(?: {NOT_OWN}\w+){{0,4}} $",
    )
    behind = (
        rf"{BEHIND} {topic}(?!\w)",
        rf"(?: \w+){{0,2}} {DONE_BY}(?: \w+){{0,2}} {DONE}",
        rf"(?: \w+){{0,3}} {alternatives(CLUBS)}(?!\w)",
    )
    return tuple(map(re.compile, ahead)), tuple(map(re.compile, behind))


@cache
def conversation_frames() -> tuple[re.Pattern[str], ...]:
    """Return the words of a talk, of those with whom it is, and of help given to others."""
    return (
        re.compile(rf"\b{alternatives(TALKED)}(?: {NOT_OWN}\w+){{0,6}} $"),
        re.compile(rf"\b{alternatives(LISTENERS)}(?!\w)"),
        re.compile(rf"{NOT_GIVEN}\b{alternatives(HELPED)}(?: \w+){{0,5}} $"),
    )


def is_topical(said: str) -> bool:
    """Say whether a question asks for a field of work, of study or of interest, or for what is done at work."""
    return bool(within(TOPICS).search(said) or within(PRACTISED).search(said))


@lru_cache(maxsize=1024)
def subject_in_options(options: tuple[str, ...], *, closed: bool) -> str | None:
    """Return the sensitive subject of options, None where too few are of one."""
    told = [option for option in options if not DECLINED.match(option)]
    # Some answers tell by themselves, such as an allowance for the disabled among sources of income.
    telling = [name for option in told if (name := subject_told_by(option))]
    if len(telling) > (not closed):
        return Counter(telling).most_common(1)[0][0]
    # Of all others two are needed, and a share of all; one is enough beside a few and a refusal to answer.
    found = [name for option in told if (name := subject_of_option(option))]
    declined = len(told) < len(options) and len(told) <= FEW
    enough = len(found) > 1 - declined and len(found) > (SHARE if closed else TYPED) * len(told)
    return Counter(found).most_common(1)[0][0] if enough and not (COLOURS & set(told) and "origin" in found) else None


def subject_of_option(option: str) -> str | None:
    """Return the sensitive subject of an option by which people say something of themselves, None of any other."""
    for subject in SUBJECTS:
        if subject.answers and re.fullmatch(alternatives(subject.answers), option):
            return subject.name
        if any(not is_exempt(option, m.span()) for m in within(subject.certain).finditer(option)):
            return subject.name
    return None


def subject_told_by(option: str) -> str | None:
    """Return the sensitive subject of an option that tells it whatever stands beside it, None of any other."""
    return next((subject.name for subject in SUBJECTS if within(subject.telling).search(option)), None)


@lru_cache(maxsize=4096)
def without_harmless(said: str) -> str:
    """Return the words of a question without phrases that only look sensitive.

    Where one of these is a part of a longer phrase that is sensitive, the longer one counts.
    """
    certain = [m.span() for subject in SUBJECTS for m in within(subject.certain).finditer(said)]

    def kept(match: re.Match[str]) -> str:
        start, end = match.span()
        longer = any(first <= start and end <= last and last - first > end - start for first, last in certain)
        return match[0] if longer else " "

    return " ".join(within(HARMLESS).sub(kept, said).split())
