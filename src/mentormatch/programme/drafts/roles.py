"""The question that tells mentors from mentees, and the answer of each, by its words and by its answers."""

# French here is read, not said

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mentormatch.fields import Side
from mentormatch.fields.single_answers import NO, YES
from mentormatch.languages.text_keys import canonical
from mentormatch.programme.drafts import words
from mentormatch.programme.drafts.capacity import MOST_SPELLINGS, distinct, split_options
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.samples import QuestionSample

MOST_ANSWERS = 6
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
        """The answers of both, and others that several people gave: what one person typed is theirs."""
        shared, _ = split_options(self.sample.answers, self.sample.givers)
        return [each for each in distinct(self.sample.answers) if each in shared or self.side(each)]

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
    if not found and 2 <= len(options) <= MOST_ANSWERS and WHO.search(fold(sample.question)):
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
