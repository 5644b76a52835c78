"""A question with its answers -> what it is taken for: its kind, and its use: forbidden, shown to staff, or compared.

Without a reason to pair people by it, a question is shown to staff and scores nothing. A question that is not
understood may be about anything, a person's health or faith too. So what its words are known to be about decides, and
yes or no, which says so little by itself, needs the plainest words.

The question that tells mentors from mentees, and the answer of each, by its words and by its answers.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mentormatch.fields import Side, Use
from mentormatch.fields.base import split
from mentormatch.fields.single import NO, YES
from mentormatch.languages import mark, tr
from mentormatch.languages.text_keys import canonical
from mentormatch.programme.drafts import capacity, lexicon, words
from mentormatch.programme.drafts.capacity import MOST_SPELLINGS, are_chosen, distinct, share
from mentormatch.programme.drafts.kinds import COLUMNS, GRIDS, Guess, consent, contact, key
from mentormatch.programme.drafts.lexicon import fold, plain
from mentormatch.programme.drafts.samples import QuestionSample
from mentormatch.programme.drafts.sensitivity import MOST_ANSWERS, is_doubtful, subject_of

MOST_ROLES = 6
"""A question with more different answers is not about who somebody is in the programme."""
WHO = re.compile(
    r"\b(vous etes|je suis|qui etes|participe\w*|en tant que|role|profil|statut|inscri\w+|vous venez|candidat\w*"
    r"|regist\w+|join\w*|sign\w* up|i am|are you|take part|taking part|apply\w*|application|want to be|like to be"
    r"|a titre de|en qualite de|remplis\w*|repond\w+|comme|tu es|t'es|es-tu|je (veux|voudrais|souhaite|viens|serai)"
    r"|tu (veux|viens|seras|t'inscris)|as an?|i (want|would like|'d like) to|do you want|would you like|which side|cote"
    r"|your part|participant|here (to|for|as)|what brings you)\b"
)
"""A question that asks who somebody is."""
SEEKS = re.compile(
    r"\b(cherche|recherche|besoin|be (mentored|supported|helped|guided|hosted|tutored)|get|receive|find|looking for"
    r"|seek|need|learn|(like|want|need|have|get|given|rather have) (a|an|my|one) (mentor|buddy|big|tutor|coach|host"
    r"|guide)|(avoir|trouver|souhaite|veux|voudrais|demande) (un|une|mon|ma) (mentor|parrain|marraine|tuteur"
    r"|tutrice|binome)|etre (accompagne|parraine|tutore|aide|guide|accueilli|suivi)\w*)\b"
)
GIVES = re.compile(
    r"\b(soutenir|aider|guider|conseiller|encadrer|parrainer|donner|apporter|help|give|offer|support|volunteer|coach"
    r"|guide|(be|become|being|as) (a|an) (mentor|buddy|big|tutor|coach|host|guide)|to (mentor|host|tutor|welcome))\b"
)
TAKEN_IN = re.compile(
    r"\b(newcomers?|new (student|starter|joiner|arrival|comer)s?|little\w*|fillot\w*|bizut\w*|tutee\w*|tutore\w*"
    r"|parraine\w*|accompagnee?s?|nouve\w+ arriv\w+|(primo|nouvel)\w*[- ]arriv\w+|arrivante?s?|accueillie?s?"
    r"|beneficiaires?|protegee?s?|apprentie?s?|mentee\w*)\b"
)
TAKES_IN = re.compile(
    r"\b(benevoles?|volunteers?|hosts?|hotes?|buddy|buddies|big|accompagnant\w*|accompagnat\w*|accueillant\w*|guides?"
    r"|tutors?|referent\w*|mentors?|parrains?|marraines?|tut(eur|rice)s?|ambassad\w*)\b"
)
"""Of two answers, who is taken in by a programme, and who takes in."""
BOTH = re.compile(r"\b(deux|both|l'un et l'autre|either)\b")
BECOME = re.compile(
    r"\b(want|wants|like|willing|interested|happy|ready|wish|apply|volunteer|agree|souhait\w+|voul\w+|voudri\w+"
    r"|aime\w+|envie|pret\w*|accept\w+|devenir|interesse\w*)\b"
)
MENTORING = re.compile(
    r"\b(be|become|becoming|being|as) (an? )?(mentor|buddy|tutor|big|host)s?\b(?! me)"
    r"|\bmentoring (other|student|someone|people|a |new|young)"
    r"|\bto mentor\b(?! me)|\b(etre|devenir) (un\S* |une )?(mentor|tut(eur|rice)|parrain|marraine)"
    r"|\baccompagner (un|une|des|quelqu)"
)
PAST = re.compile(
    r"\b(already|before|ever|have you|has been|did you|first[- ]time|previous\w*|deja|avez-vous ete|passe|a year)\b"
)


@dataclass(frozen=True, slots=True)
class RoleQuestion:
    """The question that tells who is who, and the answers of mentors and of mentees."""

    sample: QuestionSample
    mentor: str
    mentee: str

    def side(self, answer: str) -> Side | None:
        """Return the side that an answer tells."""
        said = fold(answer)
        return "mentor" if said == fold(self.mentor) else "mentee" if said == fold(self.mentee) else None

    @property
    def options(self) -> list[str]:
        """The answers of both, and others that were given more than once: what one person typed is theirs."""
        given = Counter(map(fold, self.sample.answers))
        return [each for each in distinct(self.sample.answers) if given[fold(each)] > 1 or self.side(each)]

    @property
    def sides(self) -> list[Side | None]:
        """The side of each row."""
        return [self.side(row[0]) for row in self.sample.rows]


def role_among(questions: Sequence[QuestionSample]) -> RoleQuestion | None:
    """Return what tells the role: answers that name both, else whether somebody would be a mentor."""
    few = [sample for sample in questions if not sample.items and len(set(sample.answers)) <= MOST_SPELLINGS]
    answered = (role_of_answers(sample) for sample in few)
    offered = (role_of_volunteers(sample) for sample in few)
    return next((role for role in (*answered, *offered) if role), None)


def role_of_answers(sample: QuestionSample) -> RoleQuestion | None:
    """Return the answers of mentors and of mentees where those of a question name them, beside others or not."""
    options = distinct(sample.answers)
    found = words.roles(options)
    if not found and 2 <= len(options) <= MOST_ROLES and WHO.search(fold(sample.question)):
        found = answers_that_name(options) or (taking_and_taken(options) if len(options) == 2 else None)
    return RoleQuestion(sample, *found) if found else None


def answers_that_name(options: Sequence[str]) -> tuple[str, str] | None:
    """Return the only answer that says mentor and the only one that says mentee, None where one says both."""
    if any(BOTH.search(fold(option)) for option in options):
        return None
    mentees = [each for each in options if words.MENTEE.search(canonical(each)) or SEEKS.search(fold(each))]
    mentors = [
        each
        for each in options
        if each not in mentees and (words.MENTOR.search(canonical(each)) or GIVES.search(fold(each)))
    ]
    return (mentors[0], mentees[0]) if len(mentors) == len(mentees) == 1 else None


def taking_and_taken(options: Sequence[str]) -> tuple[str, str] | None:
    """Return which of two answers takes people in, and which is taken in, None where their words do not tell.

    >>> taking_and_taken(["Newcomer", "Host"]), taking_and_taken(["Étudiant", "Salarié"])
    (('Host', 'Newcomer'), None)
    """
    taken = [bool(TAKEN_IN.search(fold(each))) for each in options]
    taking = [bool(TAKES_IN.search(fold(each))) for each in options]
    mentees = [each for each, mine, theirs in zip(options, taken, reversed(taken), strict=True) if mine and not theirs]
    if len(mentees) != 1:
        return None
    mentee = options.index(mentees[0])
    return (options[1 - mentee], mentees[0]) if taking[1 - mentee] else None


def role_of_volunteers(sample: QuestionSample) -> RoleQuestion | None:
    """Return that yes is a mentor and no a mentee, where a question asks whether somebody would be a mentor."""
    options, said = distinct(sample.answers), fold(sample.question)
    yes = [each for each in options if fold(each) in YES]
    no = [each for each in options if fold(each) in NO]
    if len(options) != 2 or not yes or not no:
        return None
    asks = MENTORING.search(said) and BECOME.search(said) and not PAST.search(said)
    return RoleQuestion(sample, yes[0], no[0]) if asks else None


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
AGREED = re.compile(r"(?:yes|oui)\b")
OF_PERSON = re.compile(
    r"(?:do|did|are|were|have|has|is|can|could|will|would|should|does) (?:you|your|he|she|they|i|the|any|there)\b"
    r"|\w+ (?:vous|tu)\b|(?:tu|t) \w+"
)
"""How a question begins that yes or no answers."""
EITHER = re.compile(r"\b(?:or|ou|how|what|which|quel\w*|comment|plutot)\b")
MOSTLY = 0.5


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
    if words.is_for_staff(sample.question) and not words.COUNT.search(fold(sample.question)):
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
    answers = distinct(sample.answers[:MOST_LOOKED_AT])[:MOST_ANSWERS]
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
        or words.says(lexicon.NAMES, question)
    ):
        return True
    if words.AVOIDED.search(plain(question)) or capacity.taking_side(question) or capacity.asks_places(question):
        return True
    if words.says(lexicon.PAIRING, question) or are_languages(sample):
        return True
    return not is_agreement(sample, found) and words.says(lexicon.PAIRING_WITH_OPTIONS, question)


def is_agreement(sample: QuestionSample, found: Guess) -> bool:
    """Say whether a question is answered by yes or no, in these words or others, so that its words alone tell."""
    said, options = plain(sample.question), distinct(sample.answers)
    agreed = any(AGREED.match(plain(option)) for option in options)
    shaped = bool(OF_PERSON.match(said)) and not EITHER.search(said)
    return found.kind == "yesno" or (found.kind in ("choice", "scale") and (agreed or shaped))


def is_untitled(sample: QuestionSample) -> bool:
    """Say whether boxes to tick stand under no other title than the first of them."""
    return bool(sample.items) and plain(sample.question).startswith(plain(sample.items[0]))


def are_languages(sample: QuestionSample) -> bool:
    """Say whether most answers name languages."""
    options = distinct(sample.answers)
    return share(options, lambda option: not lexicon.LANGUAGES.isdisjoint(plain(option).split())) > MOSTLY
