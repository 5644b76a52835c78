"""Questions of a draft -> the question that separates mentors from mentees, with the answer of each side."""

from collections.abc import Sequence
from dataclasses import dataclass

from mentormatch.fields import Side
from mentormatch.languages.text_keys import is_yes_or_no, says_yes
from mentormatch.languages.vocabulary import vocabulary
from mentormatch.programme.drafts import words
from mentormatch.programme.drafts.capacity import MAX_SPELLINGS, distinct, split_options
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.samples import QuestionSample

MAX_ROLE_ANSWERS = 6  # a question with more distinct answers is not about roles


@dataclass(frozen=True, slots=True)
class RoleQuestion:
    """The question that separates the sides, with the answers of mentors and of mentees."""

    sample: QuestionSample
    mentor: str
    mentee: str

    def side(self, answer: str) -> Side | None:
        """Return the side of an answer; None if it is another answer."""
        folded = fold(answer)
        return "mentor" if folded == fold(self.mentor) else "mentee" if folded == fold(self.mentee) else None

    @property
    def options(self) -> list[str]:
        """The answers of both sides, and other answers of several people; answers of one person may be typed."""
        shared, _ = split_options(self.sample.answers, self.sample.givers)
        return [option for option in distinct(self.sample.answers) if option in shared or self.side(option)]

    @property
    def sides(self) -> list[Side | None]:
        """The side of each row."""
        return [self.side(row[0]) for row in self.sample.rows]


def find_role(questions: Sequence[QuestionSample]) -> RoleQuestion | None:
    """Return the question whose answers name the sides, else one on the wish to be a mentor, else None."""
    samples = [sample for sample in questions if not sample.items and len(set(sample.answers)) <= MAX_SPELLINGS]
    by_answers = (role_of_answers(sample) for sample in samples)
    by_volunteers = (role_of_volunteers(sample) for sample in samples)
    return next((role for role in (*by_answers, *by_volunteers) if role), None)


def role_of_answers(sample: QuestionSample) -> RoleQuestion | None:
    """Return a question whose answers name mentors and mentees, possibly among others; None if they do not."""
    options = distinct(sample.answers)
    answers = words.get_role_answers(options)
    if not answers and 2 <= len(options) <= MAX_ROLE_ANSWERS and vocabulary().role.who.search(fold(sample.question)):
        answers = find_named_sides(options) or (find_host_and_newcomer(options) if len(options) == 2 else None)
    return RoleQuestion(sample, *answers) if answers else None


def find_named_sides(options: Sequence[str]) -> tuple[str, str] | None:
    """Return the only answer for mentors and the only one for mentees; None without, or if an answer is for both."""
    role = vocabulary().role
    if any(role.both.search(fold(option)) for option in options):
        return None
    mentees = [option for option in options if words.names_mentee(option) or role.seeks.search(fold(option))]
    mentors = [
        option
        for option in options
        if option not in mentees and (words.names_mentor(option) or role.gives.search(fold(option)))
    ]
    return (mentors[0], mentees[0]) if len(mentors) == len(mentees) == 1 else None


def find_host_and_newcomer(options: Sequence[str]) -> tuple[str, str] | None:
    """Return the answer of hosts and that of newcomers; None if the words of two answers do not show them.

    >>> find_host_and_newcomer(["Newcomer", "Host"]), find_host_and_newcomer(["Étudiant", "Salarié"])
    (('Host', 'Newcomer'), None)
    """
    role = vocabulary().role
    are_newcomers = [bool(role.taken_in.search(fold(option))) for option in options]
    are_hosts = [bool(role.takes_in.search(fold(option))) for option in options]
    mentees = [
        option
        for option, is_newcomer, is_other_newcomer in zip(options, are_newcomers, reversed(are_newcomers), strict=True)
        if is_newcomer and not is_other_newcomer
    ]
    if len(mentees) != 1:
        return None
    mentee = options.index(mentees[0])
    return (options[1 - mentee], mentees[0]) if are_hosts[1 - mentee] else None


def role_of_volunteers(sample: QuestionSample) -> RoleQuestion | None:
    """Return a yes-or-no question on the wish to be a mentor as the role (yes: mentors); None for another question."""
    options, folded = distinct(sample.answers), fold(sample.question)
    yes = [option for option in options if is_yes_or_no(option) and says_yes(option)]
    no = [option for option in options if is_yes_or_no(option) and not says_yes(option)]
    if len(options) != 2 or not yes or not no:
        return None
    role = vocabulary().role
    asks_to_mentor = (
        role.mentoring.anywhere.search(folded) and role.become.search(folded) and not role.past.search(folded)
    )
    return RoleQuestion(sample, yes[0], no[0]) if asks_to_mentor else None
