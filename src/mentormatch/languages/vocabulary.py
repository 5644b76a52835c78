"""The words of survey forms, one file per language -> the phrases and patterns by which drafts read a form.

``words/<language>.toml`` contains the words of a language in sections, one per purpose. ``vocabulary()`` returns those
of the languages in use: French and English together unless a ``words_of`` block names others.

Phrases and patterns are written without capitals and accents, as texts are compared.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, cached_property
from importlib.resources import files
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

type Codes = tuple[str, ...]
"""Codes of languages, ISO 639-1."""
DEFAULT_LANGUAGES: Codes = ("fr", "en")
"""The languages whose words are used unless a form is known to be in others."""
_in_use: ContextVar[Codes] = ContextVar("words", default=DEFAULT_LANGUAGES)


class PhraseList(str):
    """Phrases separated by commas.

    ``*`` at the end of a word matches any ending. As a word of its own it matches up to four words between others, or
    at most one at the end of a phrase; a last ``**`` matches up to eight. Braces contain alternatives:
    ``{born, live} in *``.
    """

    __slots__ = ()
    separator = ", "


class WordSet(str):
    """Words separated by spaces."""

    separator = " "

    @cached_property
    def words(self) -> frozenset[str]:
        """The words."""
        return frozenset(self.split())


class RegexAlternatives(str):
    """Alternatives of a regular expression, separated by bars; line breaks and indentation around bars do not count."""

    separator = "|"

    @cached_property
    def anywhere(self) -> re.Pattern[str]:
        """An expression that finds one of them anywhere in a text."""
        return re.compile(f"(?:{self})" if self else r"(?!)")

    @cached_property
    def whole(self) -> re.Pattern[str]:
        """An expression that finds one of them as whole words."""
        return re.compile(rf"\b(?:{self})\b" if self else r"(?!)")

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first alternative that a text contains as whole words."""
        return self.whole.search(text)

    def match(self, text: str) -> re.Match[str] | None:
        """Return the one of them that begins a text as whole words."""
        return self.whole.match(text)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """Return the one of them that is the text."""
        return self.anywhere.fullmatch(text)


def unwrap(text: object) -> object:
    """Return a text on one line."""
    return re.sub(r"\s*\n\s*", "", text.strip()) if isinstance(text, str) else text


def check(alternatives: RegexAlternatives) -> RegexAlternatives:
    """Return alternatives that compile; raises ValueError if they do not."""
    try:
        re.compile(alternatives)
    except re.error as error:
        raise ValueError(str(error)) from None
    if "||" in alternatives or alternatives[:1] == "|" or alternatives[-1:] == "|":
        raise ValueError("an alternative is empty")
    return alternatives


type Phrases = Annotated[PhraseList, BeforeValidator(PhraseList)]
type Words = Annotated[WordSet, BeforeValidator(WordSet)]
type Pattern = Annotated[
    RegexAlternatives, BeforeValidator(lambda text: RegexAlternatives(unwrap(text))), AfterValidator(check)
]
type Steps = tuple[Phrases, ...]
"""One list of phrases per step or per number, from the lowest on."""
NO_PHRASES, NO_WORDS, NO_PATTERN = PhraseList(), WordSet(), RegexAlternatives()


class Section(BaseModel):
    """A section of a file of words; each part is empty if a language has no words for it."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    __hash__ = object.__hash__


class SurveyWords(Section):
    """Words of any form: common words of its language, and words with little information on a question."""

    common: Words = NO_WORDS  # frequent words, which show the language
    letters: Words = NO_WORDS  # special letters, which show the language
    certain: Words = NO_WORDS  # show the language of a form with few words: roles, yes or no, names, addresses
    instructions: Phrases = NO_PHRASES  # requests to choose all answers that apply
    stop_words: Words = NO_WORDS
    small: Words = NO_WORDS  # allowed next to the only word of a question


class Asked(Section):
    """Phrases of questions for a subject, and phrases that change the subject of a question."""

    asked: Phrases = NO_PHRASES
    unless: Phrases = NO_PHRASES


class ContactWords(Asked):
    """Ways to reach a person."""

    email: Phrases = NO_PHRASES


class NameWords(Section):
    """Words of a question for a person's name."""

    words: Words = NO_WORDS  # all words that a question about a name may have
    heads: Words = NO_WORDS  # such a question has at least one of these
    of_others: Words = NO_WORDS  # the name of another person, or one that nobody uses to address the person
    first: Words = NO_WORDS
    last: Words = NO_WORDS
    whole: Words = NO_WORDS
    aside: Pattern = NO_PATTERN  # first words of a remark in brackets, which is ignored


class KeyWords(Asked):
    """Codes that tell people apart, unless the state, a house or a company gives them."""

    response: Pattern = NO_PATTERN  # the number that a survey tool gives to a response


class ConsentWords(Section):
    """Sentences of agreement."""

    required: Phrases = NO_PHRASES
    optional: Phrases = NO_PHRASES  # consents whose refusal rejects nobody


class ListWords(Section):
    """Questions that several answers are given to."""

    names: Phrases = NO_PHRASES  # of people or organisations
    plural: Phrases = NO_PHRASES


class StaffWords(Section):
    """Subjects for staff, never compared: logistics, the state of a file, households, opinions on a course."""

    asked: Phrases = NO_PHRASES
    alone: Phrases = NO_PHRASES  # only if the question has no other content words


class FollowUpWords(Section):
    """Questions that ask to say more of the one before them."""

    begins: Phrases = NO_PHRASES
    remarks: Phrases = NO_PHRASES  # first words of a question for any remarks
    words: Words = NO_WORDS  # a question of only these words asks for details
    descriptions: Words = NO_WORDS  # requests to describe what the previous question is about
    membership: Phrases = NO_PHRASES  # questions about a membership that do not name the group


class PairingWords(Section):
    """Subjects by which pairs may be compared."""

    asked: Phrases = NO_PHRASES  # a question to compare, whatever its answers
    with_options: Phrases = NO_PHRASES  # a question to compare if its answers are options, numbers or grades
    compared: Pattern = NO_PATTERN  # a question to compare if both sides answer it
    private: Pattern = NO_PATTERN  # never compared unless staff ask for it
    genders: Words = NO_WORDS
    gender: Pattern = NO_PATTERN  # a whole question for a gender


class SpokenWords(Section):
    """Languages that people speak."""

    names: Words = NO_WORDS
    asked: Pattern = NO_PATTERN


class MeetingWords(Section):
    """Frequency and times of meetings."""

    often: Pattern = NO_PATTERN
    when: Pattern = NO_PATTERN


class OrganisationWords(Section):
    """Organisations that people work for."""

    asked: Pattern = NO_PATTERN
    unless: Pattern = NO_PATTERN
    town_halls: Words = NO_WORDS  # equivalent before the name of a place


class NumberWords(Section):
    """Questions that are answered by numbers."""

    asked: Pattern = NO_PATTERN
    amount: Pattern = NO_PATTERN  # of time or of people at home


class AvoidedWords(Section):
    """Questions about people to keep apart from the respondent."""

    asked: Pattern = NO_PATTERN


class ScaleWords(Section):
    """Graded answers, and the ends and units of ranges of numbers."""

    graded: Pattern = NO_PATTERN  # a question whose answer is a grade
    means: Pattern = NO_PATTERN  # between a grade and its meaning
    off: Phrases = NO_PHRASES  # answers outside any scale
    neutral: Phrases = NO_PHRASES
    most: Phrases = NO_PHRASES
    least: Phrases = NO_PHRASES
    opposites: Phrases = NO_PHRASES  # words with their opposites, as high/low
    per: Pattern = NO_PATTERN  # before the period of a rate
    every_day: Pattern = NO_PATTERN
    every: Pattern = NO_PATTERN
    numbers: Steps = ()  # words for 0, 1, 2 ...
    alone: Phrases = NO_PHRASES  # one person
    of_one: Pattern = NO_PATTERN  # before a unit, one of it
    below: Pattern = NO_PATTERN
    above: Pattern = NO_PATTERN
    and_above: Pattern = NO_PATTERN
    fillers: Pattern = NO_PATTERN  # words allowed next to a range of numbers


class RankWords(Section):
    """Columns of ranks."""

    ordinals: Pattern = NO_PATTERN
    asked: Phrases = NO_PHRASES
    words: Phrases = NO_PHRASES  # allowed next to an ordinal


class RoleWords(Section):
    """Roles of mentors and mentees."""

    mentor: Pattern = NO_PATTERN
    mentee: Pattern = NO_PATTERN
    words: Pattern = NO_PATTERN  # beginnings of the words for either side
    who: Pattern = NO_PATTERN  # a question about the kind of person
    seeks: Pattern = NO_PATTERN
    gives: Pattern = NO_PATTERN
    taken_in: Pattern = NO_PATTERN
    takes_in: Pattern = NO_PATTERN
    both: Pattern = NO_PATTERN
    become: Pattern = NO_PATTERN
    mentoring: Pattern = NO_PATTERN
    past: Pattern = NO_PATTERN


class WeekWords(Section):
    """Days of the week and moments of the day, in order."""

    days: Steps = ()  # Monday to Friday, a weekday, Saturday, Sunday, the weekend
    moments: Steps = ()  # early morning, morning, noon, afternoon, its end, evening, night, the whole day


class AgreementWords(Section):
    """Questions and answers of yes or no."""

    yes: Pattern = NO_PATTERN
    person: Pattern = NO_PATTERN  # beginning of a yes-or-no question about the person
    either: Pattern = NO_PATTERN  # part of a question that is no yes-or-no question


class CapacityWords(Section):
    """Questions about the number of partners of a person, and their answers."""

    count: Pattern = NO_PATTERN
    term: Pattern = NO_PATTERN  # the period for which people are taken, as typed
    mentees: Pattern = NO_PATTERN
    mentors: Pattern = NO_PATTERN
    relations: Pattern = NO_PATTERN
    people: Pattern = NO_PATTERN
    agents: Pattern = NO_PATTERN  # endings of words for people by their activity
    not_agents: Pattern = NO_PATTERN  # beginnings of words with such an ending that are not for people
    things: Pattern = NO_PATTERN  # nouns other than people that a question may count
    seats: Pattern = NO_PATTERN
    able: Pattern = NO_PATTERN
    wanted: Pattern = NO_PATTERN  # willingness to take people, without a verb
    limit: Pattern = NO_PATTERN  # makes a title about people a question on a limit
    past: Pattern = NO_PATTERN
    held: Pattern = NO_PATTERN  # the current partners of a person
    elsewhere: Pattern = NO_PATTERN  # people in another context: at home, at work, at an event
    close: Pattern = NO_PATTERN  # verbs whose object can only be people
    taking: Pattern = NO_PATTERN
    offering: Pattern = NO_PATTERN  # the offer of a service, whatever its verb
    asked: Pattern = NO_PATTERN  # the respondent is the one who acts
    mutual: Pattern = NO_PATTERN  # verbs that either side can use for the other
    bare: Pattern = NO_PATTERN  # complete questions about the number of places
    if_so: Pattern = NO_PATTERN
    numbers: Steps = ()  # words for 0, 1, 2 ...
    open: Pattern = NO_PATTERN  # next to a number that is an open limit: more than, fewer than
    between: Pattern = NO_PATTERN  # between two numbers
    fillers: Pattern = NO_PATTERN  # words allowed next to the number in an answer
    unbounded: Pattern = NO_PATTERN  # answers that accept people without a number


class NeedWords(Section):
    """Words of questions on needs or offers."""

    receiving: Pattern = NO_PATTERN
    giving: Pattern = NO_PATTERN
    done: Pattern = NO_PATTERN
    able: Pattern = NO_PATTERN
    wishing: Pattern = NO_PATTERN
    lacked: Pattern = NO_PATTERN
    held: Pattern = NO_PATTERN
    neither: Pattern = NO_PATTERN
    personal: Pattern = NO_PATTERN  # what two people may have in common, so neither a need nor an offer


class DegreeWords(Section):
    """Words for the degree of the core word of an answer."""

    opposite: Phrases = NO_PHRASES
    none: Phrases = NO_PHRASES
    hardly: Phrases = NO_PHRASES
    slightly: Phrases = NO_PHRASES
    partly: Phrases = NO_PHRASES
    fairly: Phrases = NO_PHRASES
    mostly: Phrases = NO_PHRASES
    very: Phrases = NO_PHRASES
    fully: Phrases = NO_PHRASES
    not_: Phrases = NO_PHRASES


class Ladders(Section):
    """Families of graded answers, each a list of steps from the lowest to the highest."""

    importance: Steps = ()
    frequency: Steps = ()
    recurrence: Steps = ()
    skill: Steps = ()
    reference_level: Steps = ()
    quality: Steps = ()
    amount: Steps = ()
    size: Steps = ()
    seniority: Steps = ()
    year_of_study: Steps = ()
    year_of_degree: Steps = ()
    diploma: Steps = ()
    assent: Steps = ()
    necessity: Steps = ()
    presence: Steps = ()


class UnitWords(Section):
    """Units of time."""

    minute: Pattern = NO_PATTERN
    hour: Pattern = NO_PATTERN
    day: Pattern = NO_PATTERN
    week: Pattern = NO_PATTERN
    month: Pattern = NO_PATTERN
    quarter: Pattern = NO_PATTERN
    year: Pattern = NO_PATTERN


class SensitiveWords(Section):
    """Words around the phrases of a sensitive subject; they show whether the question concerns the respondent."""

    colours: Words = NO_WORDS  # with these options, black and white are colours of things
    small: Words = NO_WORDS  # not content words: a phrase next to them is the whole question
    person: Pattern = NO_PATTERN  # before a phrase: the question is about the person
    asked: Pattern = NO_PATTERN  # directly after a phrase, with the same meaning
    in_life: Pattern = NO_PATTERN  # up to four words after a phrase, with the same meaning
    done_by: Pattern = NO_PATTERN  # with ``done``, work on a subject
    done: Pattern = NO_PATTERN
    own: Pattern = NO_PATTERN  # words for the respondent: my, your
    received: Phrases = NO_PHRASES  # before a word for help: the person receives it
    asking: Pattern = NO_PATTERN
    about: Pattern = NO_PATTERN  # prepositions
    articles: Pattern = NO_PATTERN
    behind: Pattern = NO_PATTERN  # allowed between a phrase and a topic
    declined: Pattern = NO_PATTERN  # options of people who decline to answer
    topics: Phrases = NO_PHRASES  # fields of work, of study or of interest
    of_noun: Phrases = NO_PHRASES  # nouns directly before a phrase that is an adjective
    heads: Phrases = NO_PHRASES  # the subject of a question, followed by examples only
    helped: Phrases = NO_PHRASES  # verbs of help given to others
    others: Phrases = NO_PHRASES
    talked: Phrases = NO_PHRASES  # verbs of conversations about a subject
    listeners: Phrases = NO_PHRASES
    practised: Phrases = NO_PHRASES  # words of a trade, a service or a meeting
    mentees: Phrases = NO_PHRASES
    clubs: Phrases = NO_PHRASES  # groups whose elections are not political
    harmless: Phrases = NO_PHRASES  # phrases that only look sensitive


class Subject(Section):
    """The phrases of one sensitive subject, in decreasing order of certainty."""

    certain: Phrases = NO_PHRASES  # sensitive in any sentence
    likely: Phrases = NO_PHRASES  # sensitive unless they name a field of work or of study
    possible: Phrases = NO_PHRASES  # sensitive if they are about a person, or are the whole question
    answers: Phrases = NO_PHRASES  # options by which people describe themselves; two are sufficient
    telling: Phrases = NO_PHRASES  # options of which one is sufficient


class Subjects(Section):
    """The sensitive subjects: GDPR (RGPD), articles 9 and 10, and pregnancy."""

    health: Subject = Subject()
    religion: Subject = Subject()
    origin: Subject = Subject()
    sexuality: Subject = Subject()
    union: Subject = Subject()
    politics: Subject = Subject()
    pregnancy: Subject = Subject()
    criminal_record: Subject = Subject()
    biometrics: Subject = Subject()

    def items(self) -> Iterator[tuple[str, Subject]]:
        """Yield each subject with its name."""
        for name in type(self).model_fields:
            yield name.replace("_", " "), getattr(self, name)


class AnswerWords(Section):
    """Whole answers for yes and no, in languages without sentences in ``says_yes``."""

    yes: Phrases = NO_PHRASES
    no: Phrases = NO_PHRASES


class Vocabulary(Section):
    """The words of one or several languages."""

    answers: AnswerWords = AnswerWords()
    survey: SurveyWords = SurveyWords()
    contact: ContactWords = ContactWords()
    name: NameWords = NameWords()
    key: KeyWords = KeyWords()
    consent: ConsentWords = ConsentWords()
    place: Asked = Asked()
    lists: ListWords = ListWords()
    typed: Asked = Asked()
    staff: StaffWords = StaffWords()
    follow_up: FollowUpWords = FollowUpWords()
    pairing: PairingWords = PairingWords()
    spoken: SpokenWords = SpokenWords()
    meeting: MeetingWords = MeetingWords()
    organisation: OrganisationWords = OrganisationWords()
    number: NumberWords = NumberWords()
    avoided: AvoidedWords = AvoidedWords()
    scale: ScaleWords = ScaleWords()
    rank: RankWords = RankWords()
    role: RoleWords = RoleWords()
    week: WeekWords = WeekWords()
    agreement: AgreementWords = AgreementWords()
    capacity: CapacityWords = CapacityWords()
    needs: NeedWords = NeedWords()
    degrees: DegreeWords = DegreeWords()
    ladders: Ladders = Ladders()
    units: UnitWords = UnitWords()
    sensitive: SensitiveWords = SensitiveWords()
    subjects: Subjects = Subjects()


@cache
def known_languages() -> Codes:
    """Return the codes of the languages with a file of words, French and English first."""
    codes = sorted(file.name[:2] for file in files(__package__).joinpath("words").iterdir() if file.name[2:] == ".toml")
    return (*DEFAULT_LANGUAGES, *(code for code in codes if code not in DEFAULT_LANGUAGES))


@cache
def load(code: str) -> Vocabulary:
    """Return the words of one language; raises pydantic.ValidationError if its file has an unknown or wrong part."""
    text = files(__package__).joinpath("words", f"{code}.toml").read_text("utf-8")
    return Vocabulary.model_validate(tomllib.loads(text))


@cache
def words_in(codes: Codes) -> Vocabulary:
    """Return the words of several languages together."""
    return load(codes[0]) if len(codes) == 1 else merge([load(code) for code in codes])


def merge[S: Section](sections: Sequence[S]) -> S:
    """Return a section with the words of all sections."""
    merged: dict[str, Any] = {}
    for name in type(sections[0]).model_fields:
        values = [getattr(section, name) for section in sections]
        if isinstance(values[0], Section):
            merged[name] = merge(values)
        elif isinstance(values[0], tuple):
            merged[name] = merge_steps([steps for steps in values if steps])
        else:
            merged[name] = merge_texts(values)
    return type(sections[0]).model_construct(**merged)


def merge_texts[T: PhraseList | WordSet | RegexAlternatives](texts: Sequence[T]) -> T:
    return type(texts[0])(texts[0].separator.join(text for text in texts if text))


def merge_steps(ladders: Sequence[tuple[PhraseList, ...]]) -> tuple[PhraseList, ...]:
    return tuple(merge_texts(step) for step in zip(*ladders, strict=True)) if ladders else ()


def vocabulary() -> Vocabulary:
    """Return the words of the languages in use."""
    return words_in(languages_in_use())


def languages_in_use() -> Codes:
    """Return the codes of the languages in use."""
    return _in_use.get()


@contextmanager
def words_of(codes: Codes) -> Iterator[None]:
    """Use the words of these languages in a ``with`` block."""
    token = _in_use.set(codes)
    try:
        yield
    finally:
        _in_use.reset(token)
