"""The questions of a draft, asked one after the other on a terminal."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mentormatch.cli.messages import print_message
from mentormatch.errors import RequestError
from mentormatch.languages.phrases import about, counted, listed, quoted
from mentormatch.languages.translation import tr
from mentormatch.programme.interview.interview import DraftInterview
from mentormatch.programme.interview.question import NUMBER_CHOICE, TEXT_CHOICE, DraftQuestion, Line

ACCEPT_KEY, PASS_KEY, COLUMN_KEY = "a", "p", "c"


class EndOfInput(Exception):  # noqa: N818 - no failure
    """The terminal was closed, or its user wants no further question."""


class Prompt(NamedTuple):
    """A line typed by the user, without spaces at its ends."""

    text: str

    @property
    def numbers(self) -> list[int]:
        """The numbers in the line; empty if it contains any other text."""
        parts = self.text.replace(",", " ").replace(";", " ").split()
        return [int(part) for part in parts] if all(map(str.isdecimal, parts)) else []


def ask(words: str) -> Prompt:
    """Return the line that the user types after a prompt. Raises EndOfInput at the end of the input."""
    print_message(words)
    typed = sys.stdin.readline()
    if not typed:
        raise EndOfInput
    return Prompt(typed.strip())


def ask_all(interview: DraftInterview) -> DraftInterview:
    """Ask each open question once, until the end of the input, and return the interview with the replies."""
    passed: set[str] = set()
    expected = len(interview.with_proposals().questions)
    try:
        while unasked := [candidate for candidate in interview.open if candidate.id not in passed]:
            question = unasked[0]
            number = len(interview.questions) - len(unasked) + 1
            count = max(expected, len(interview.questions))
            print_message("", tr("Question {number} sur {count}", number=number, count=count))
            reply = ask_one(question)
            if reply == ACCEPT_KEY:
                interview = interview.accepted()
                passed |= {question.id} if any(candidate.id == question.id for candidate in interview.open) else set()
            elif reply is None:
                passed.add(question.id)
            else:
                interview = interview.answered({question.id: reply})
    except EndOfInput:
        pass
    return interview


def ask_one(question: DraftQuestion) -> object:
    """Return the reply to a question; None if it stays open, ``ACCEPT_KEY`` if all others are accepted as read."""
    print_message(question.text)
    if question.hint:
        print_message(question.hint)
    while True:
        reply = ASK_BY_FORM[question.form](question)
        if reply is None or reply == ACCEPT_KEY:
            return reply
        try:
            return question.read(reply)
        except RequestError as error:
            print_message(*(f"{problem.found}." for problem in error.problems))


def show_choices(question: DraftQuestion) -> None:
    for number, choice in enumerate(question.choices, 1):
        print_message(f"  {number}. {choice.text}{f' → {choice.effect}' if choice.effect else ''}")


def keys_line(question: DraftQuestion, enter: str) -> str:
    """Return the accepted keys: Enter for the proposal, another column, later, or all other proposals as read."""
    keys = [tr("Entrée : {reply}", reply=enter)] if enter else []
    keys += [tr("c : une autre colonne")] if question.columns else []
    keys += [tr("p : plus tard"), tr("a : accepter les autres comme lues")]
    return about(tr("Réponse"), ", ".join(keys))


def ask_choice(question: DraftQuestion) -> object:
    """Ask for one choice by its number."""
    show_choices(question)
    proposed = question.proposed if isinstance(question.proposed, str) else None
    enter = str(question.values.index(proposed) + 1) if proposed in question.values else ""
    while True:
        typed = ask(keys_line(question, enter))
        if not typed.text and proposed is not None:
            return proposed
        if typed.text in (ACCEPT_KEY, PASS_KEY):
            return ACCEPT_KEY if typed.text == ACCEPT_KEY else None
        if typed.text == COLUMN_KEY and question.columns:
            return ask_column(question)
        if len(typed.numbers) == 1 and 0 < typed.numbers[0] <= len(question.choices):
            return question.values[typed.numbers[0] - 1]


def ask_several(question: DraftQuestion) -> object:
    """Ask for several choices by their numbers."""
    show_choices(question)
    proposed = question.proposed if isinstance(question.proposed, tuple) else ()
    numbers = ", ".join(str(question.values.index(value) + 1) for value in proposed)
    enter = numbers if question.proposed is not None else ""
    print_message(tr("Des numéros séparés par des virgules ; 0 : aucun."))
    while True:
        typed = ask(keys_line(question, enter or (tr("aucun") if question.proposed is not None else "")))
        if not typed.text and question.proposed is not None:
            return list(proposed)
        if typed.text in (ACCEPT_KEY, PASS_KEY):
            return ACCEPT_KEY if typed.text == ACCEPT_KEY else None
        if typed.numbers == [0]:
            return []
        if typed.numbers and all(0 < number <= len(question.choices) for number in typed.numbers):
            return [question.values[number - 1] for number in typed.numbers]


def ask_each(question: DraftQuestion) -> object:
    """Ask for a choice, a number or a text for each line."""
    if NUMBER_CHOICE not in question.values and TEXT_CHOICE not in question.values:
        show_choices(question)
    elif question.choices[0].effect:
        print_message(f"  → {question.choices[0].effect}")
    print_message(keys_line(question, ""))
    replies: dict[str, object] = {}
    for line in question.lines:
        typed = ask_line(question, line)
        if typed in (ACCEPT_KEY, PASS_KEY):
            return ACCEPT_KEY if typed == ACCEPT_KEY else None
        if typed:
            replies[line.key] = typed
    return replies


def ask_line(question: DraftQuestion, line: Line) -> str:
    """Return the reply to a line, or a key."""
    people = f" ({counted(line.people, 'personne')})" if line.people else ""
    words = f"  {quoted(line.key)}{people}"
    if TEXT_CHOICE in question.values:
        return ask(f"{words} {tr('[Entrée : laissée de côté ; sinon le motif de la lire]')}").text
    numbered = NUMBER_CHOICE in question.values
    enter = line.proposed if numbered else str(question.values.index(line.proposed) + 1) if line.proposed else ""
    while True:
        typed = ask(f"{words} {tr('[Entrée : {reply}]', reply=enter)}" if enter else words)
        if typed.text in (ACCEPT_KEY, PASS_KEY) or (numbered and typed.text):
            return typed.text
        if not typed.text and line.proposed:
            return line.proposed
        if len(typed.numbers) == 1 and 0 < typed.numbers[0] <= len(question.values):
            return question.values[typed.numbers[0] - 1]


def ask_column(question: DraftQuestion) -> Mapping[str, object] | None:
    """Ask for the column that tells the sides, and for the answers of each."""
    columns = list(question.columns)
    for number, column in enumerate(columns, 1):
        print_message(f"  {number}. {column}")
    column_numbers = ask_numbers(tr("Quelle colonne ?"), len(columns))
    if not column_numbers:
        return None
    answers = question.columns[columns[column_numbers[0] - 1]]
    for number, answer in enumerate(answers, 1):
        print_message(f"  {number}. {answer}")
    sides = [
        ask_answers(words, answers)
        for words in (tr("Quelles réponses disent mentor·e ?"), tr("Quelles réponses disent mentoré·e ?"))
    ]
    return {"question": columns[column_numbers[0] - 1], "mentor": sides[0], "mentee": sides[1]}


def ask_answers(words: str, answers: Sequence[str]) -> list[str]:
    """Return some answers, by their numbers or in their own words."""
    typed = ask(words)
    if typed.numbers and all(0 < number <= len(answers) for number in typed.numbers):
        return [answers[number - 1] for number in typed.numbers]
    return [typed.text]


def ask_numbers(words: str, max_number: int) -> list[int]:
    while True:
        typed = ask(words)
        if not typed.text or (typed.numbers and all(0 < number <= max_number for number in typed.numbers)):
            return typed.numbers


ASK_BY_FORM: Mapping[str, Callable[[DraftQuestion], object]] = {
    "one": ask_choice,
    "several": ask_several,
    "each": ask_each,
}


def open_lines(interview: DraftInterview) -> Iterator[str]:
    """Yield the number of answered questions, and the open questions with the way to answer them."""
    answered = [question for question in interview.questions if question.reply is not None]
    if answered:
        edits = counted(len(interview.edits), "changement")
        yield tr("{answers} : {edits} du brouillon.", answers=counted(len(answered), "réponse"), edits=edits)
    if interview.open:
        yield tr(
            "{questions} : {names}. Écrivez-les avec --questions FICHIER, répondez-y dans ce fichier, puis relisez-le"
            " avec --answers FICHIER.",
            questions=counted(len(interview.open), "question ouverte", "questions ouvertes"),
            names=listed_names(interview.open),
        )


def listed_names(questions: Sequence[DraftQuestion]) -> str:
    return listed([quoted(question.id) for question in questions])
