"""The question that tells mentors from mentees, and the answer of each, by its words and by its answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from mentormatch.fields import Side
from mentormatch.languages.text_keys import is_yes_or_no, says_yes
from mentormatch.languages.vocabulary import vocabulary
from mentormatch.programme.drafts import words
from mentormatch.programme.drafts.capacity import MOST_SPELLINGS, distinct, split_options
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.samples import QuestionSample

MOST_ANSWERS = 6
"""A question with more different answers is not about who somebody is in the programme."""


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
    found = words.get_role_answers(options)
    if not found and 2 <= len(options) <= MOST_ANSWERS and vocabulary().role.who.search(fold(sample.question)):
        found = answers_that_name(options) or (taking_and_taken(options) if len(options) == 2 else None)
    return RoleQuestion(sample, *found) if found else None


def answers_that_name(options: Sequence[str]) -> tuple[str, str] | None:
    """Return the only answer that says mentor and the only one that says mentee, None where one says both."""
    role = vocabulary().role
    if any(role.both.search(fold(option)) for option in options):
        return None
    mentees = [each for each in options if words.names_mentee(each) or role.seeks.search(fold(each))]
    mentors = [
        each for each in options if each not in mentees and (words.names_mentor(each) or role.gives.search(fold(each)))
    ]
    return (mentors[0], mentees[0]) if len(mentors) == len(mentees) == 1 else None


def taking_and_taken(options: Sequence[str]) -> tuple[str, str] | None:
    """Return which of two answers takes people in, and which is taken in, None where their words do not tell.

    >>> taking_and_taken(["Newcomer", "Host"]), taking_and_taken(["Étudiant", "Salarié"])
    (('Host', 'Newcomer'), None)
    """
    role = vocabulary().role
    taken = [bool(role.taken_in.search(fold(each))) for each in options]
    taking = [bool(role.takes_in.search(fold(each))) for each in options]
    mentees = [each for each, mine, theirs in zip(options, taken, reversed(taken), strict=True) if mine and not theirs]
    if len(mentees) != 1:
        return None
    mentee = options.index(mentees[0])
    return (options[1 - mentee], mentees[0]) if taking[1 - mentee] else None


def role_of_volunteers(sample: QuestionSample) -> RoleQuestion | None:
    """Return that yes is a mentor and no a mentee, where a question asks whether somebody would be a mentor."""
    options, said = distinct(sample.answers), fold(sample.question)
    yes = [each for each in options if is_yes_or_no(each) and says_yes(each)]
    no = [each for each in options if is_yes_or_no(each) and not says_yes(each)]
    if len(options) != 2 or not yes or not no:
        return None
    role = vocabulary().role
    asks = role.mentoring.anywhere.search(said) and role.become.search(said) and not role.past.search(said)
    return RoleQuestion(sample, yes[0], no[0]) if asks else None
