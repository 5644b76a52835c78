"""Who is who: the key, the e-mail address that stands for it, and what a programme that has neither could take."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mentormatch.fields import Side
from mentormatch.fields.numbers import parse_number
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, tr
from mentormatch.languages.vocabulary import vocabulary
from mentormatch.programme.drafts import words
from mentormatch.programme.drafts.capacity import FEW, share
from mentormatch.programme.drafts.entries import DraftEntry, array, by_side, identifier, line, quote_toml
from mentormatch.programme.drafts.kinds import DATE
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.roles import RoleQuestion, role_among, role_of_answers
from mentormatch.programme.drafts.samples import EMAIL_PATTERN, QuestionSample
from mentormatch.programme.drafts.uses import guess
from mentormatch.survey.headers import claims_by_field
from mentormatch.survey.plan import IntakePlan
from mentormatch.survey.table import TextTable

MOST_OF_A_CODE = 40
"""Characters; what is longer is no code."""
NO_KEY = mark("Rien ne distingue les personnes. « {question} » le pourrait ({why}) ; dans le programme :")
NO_ROLE = mark("Rien ne dit qui est mentor·e et qui est mentoré·e. « {question} » le pourrait ; dans le programme :")
NEITHER = mark("Rien ne distingue les personnes, et aucune colonne ne le pourrait : ajoutez une colonne de codes")
NO_ROLE_AT_ALL = mark(
    "Rien ne dit qui est mentor·e et qui est mentoré·e, et aucune colonne ne le pourrait : ajoutez-la, ou donnez un"
    " fichier par côté (--mentors, --mentees)"
)
DIFFERENT = mark("une réponse différente sur chaque ligne")
ADDRESSES = mark("des adresses e-mail")
TELLS = mark("ses réponses disent qui est mentor·e, qui est mentoré·e")
CODED = re.compile(r"(?=.*[^\W\d])(?=.*\d)[\w#./-]{2,20}|\d[\d#./_-]{1,19}")
MOST_COLUMNS = 3
"""So many columns are named that could be the key."""


def tool_headers(tables: Sequence[tuple[TextTable, Side | None]]) -> set[str]:
    """Return the headers of the columns that survey tools add to those of a form, folded."""
    return {fold(table.header[column]) for table, _ in tables for column in table.own}


def split_tool_columns(
    questions: Sequence[QuestionSample], own: set[str]
) -> tuple[list[QuestionSample], list[QuestionSample]]:
    """Return the questions, with the names and addresses that a tool knows, and apart from them its other columns."""
    kept: list[QuestionSample] = []
    aside: list[QuestionSample] = []
    for sample in questions:
        of_tool = all(fold(header) in own for header in sample.headers)
        known = of_tool and sample.answers and guess(sample).use == "contact"
        (aside if of_tool and not known else kept).append(sample)
    return kept, aside


def choose_key(entries: Sequence[DraftEntry], aside: Sequence[QuestionSample], total: int) -> list[DraftEntry]:
    """Return the fields with one key at most.

    It is a code that all but a few rows have; without one, an e-mail address that all but a few have stands for it; see
    ``fallback`` for other files.
    """
    stated = next((entry for entry in entries if entry.stated and entry.guess.use == "key"), None)
    if stated:
        return [as_key(entry, chosen=entry is stated) for entry in entries]
    email = email_of(entries)
    codes = [entry for entry in entries if is_code(entry)]
    lost = {entry.name: count_blanks(entry.sample, total) for entry in codes}
    best = min(codes, key=lambda entry: lost[entry.name], default=None)
    usable = best is not None and lost[best.name] * FEW < total and is_in_every_file(best, entries)
    # Rows without an e-mail address would be lost if addresses told people apart.
    addressed = email is not None and count_blanks(email.sample, total) * FEW < total
    if not usable and not addressed:
        found = fallback(entries, aside, total)
        if email is None or any(entry.guess.use == "key" for entry in found):
            return found
    return [as_key(entry, chosen=usable and entry is best) for entry in entries]


def is_code(entry: DraftEntry) -> bool:
    """Say whether a question asks for a code, and no two rows of one file share an answer."""
    named = entry.guess.use == "key" or (words.asks_code(entry.question) and entry.guess.kind in ("text", "number"))
    return bool(named) and not entry.sample.items and entry.guess.use != "forbidden" and distinguishes(entry.sample)


def distinguishes(sample: QuestionSample) -> bool:
    """Say whether no two rows of one side share an answer, and each is short enough for a code."""
    given = [[canonical(cell) for cell in cells if cell] for cells in by_side(sample).values()]
    short = all(len(cell) <= MOST_OF_A_CODE for cells in given for cell in cells)
    return any(given) and short and all(len(set(cells)) == len(cells) for cells in given)


def count_blanks(sample: QuestionSample, total: int) -> int:
    """Return how many of all rows do not answer a question of one column."""
    return total - sum(bool(row[0]) for row in sample.rows)


def is_in_every_file(entry: DraftEntry, entries: Sequence[DraftEntry]) -> bool:
    """Say whether every file asks a question."""
    sides = {side for each in entries for side in each.sample.sides} if entry.apart else set()
    return sides <= set(entry.sample.sides)


def fallback(entries: Sequence[DraftEntry], aside: Sequence[QuestionSample], total: int) -> list[DraftEntry]:
    """Return the fields with a key that every row has: the tool's number, else any column of codes, else names."""
    numbers = [each for each in aside if is_response(each) and distinguishes(each) and not count_blanks(each, total)]
    kept = [as_key(entry, chosen=False) for entry in entries]
    if numbers:
        taken = {entry.name for entry in entries} | {fold(header) for each in aside for header in each.headers}
        why = tr("faute de code et de courriel sur chaque ligne, le numéro que l'outil donne à la réponse")
        sample = numbers[0]
        name = identifier(sample.question, taken - {fold(sample.question)})
        return [DraftEntry(name, sample, replace(guess(sample), kind="text", settings={}, why=why, use="key")), *kept]
    unique = [entry for entry in kept if is_unique(entry.sample, total)]
    codes = [entry for entry in unique if entry.guess.use in ("match", "display") and are_codes(entry.sample.answers)]
    chosen = next(iter([*codes, *(entry for entry in unique if entry.guess.use == "contact")]), None)
    return [as_key(entry, chosen=entry is chosen) for entry in kept]


def is_response(sample: QuestionSample) -> bool:
    """Say whether a column is the number that a tool gives to a response."""
    return bool(vocabulary().key.response.fullmatch(fold(sample.question))) and not sample.items


def is_unique(sample: QuestionSample, total: int) -> bool:
    """Say whether every row has an answer that no other row of its file has."""
    return not sample.items and len(sample.rows) == total and not count_blanks(sample, total) and distinguishes(sample)


def as_key(entry: DraftEntry, *, chosen: bool) -> DraftEntry:
    """Return a field, once it is known whether it is the key."""
    if chosen and entry.guess.use != "key":
        known = words.asks_code(entry.question)
        why = (
            tr("un code différent sur chaque ligne")
            if known
            else tr("faute de code et de courriel sur chaque ligne, ce qui distingue les personnes")
        )
        return replace(entry, guess=replace(entry.guess, kind="text", settings={}, use="key", why=why))
    if not chosen and entry.guess.use == "key":
        return replace(entry, guess=replace(entry.guess, use="display", why=tr("un autre code, lu par l'équipe")))
    return entry


def email_of(entries: Sequence[DraftEntry]) -> DraftEntry | None:
    """Return the field that holds e-mail addresses: of several, the first of those that most rows fill in."""
    found = [entry for entry in entries if entry.guess.use == "contact" and is_email(entry.sample)]
    return max(found, key=lambda entry: len(entry.sample.answers), default=None)


def is_email(sample: QuestionSample) -> bool:
    """Say whether most answers are e-mail addresses."""
    return not sample.items and share(sample.answers, EMAIL_PATTERN.fullmatch) > 0.7


def why_identity(sample: QuestionSample, name: str, plan: IntakePlan) -> str:
    """Return why a column could be the key or the role that a programme asks for, empty where it could not."""
    if plan.roles and name == plan.roles.field and role_of_answers(sample):
        return tr(TELLS)
    if name == plan.key and words.asks_code(sample.question) and could_be_key(sample):
        return tr(DIFFERENT)
    if name == plan.email and not plan.key and is_email(sample):
        return tr(ADDRESSES)
    return ""


def could_be_key(sample: QuestionSample) -> bool:
    """Say whether nearly every row has an answer to a question that no other row has."""
    return (
        not sample.items and distinguishes(sample) and count_blanks(sample, len(sample.rows)) * FEW < len(sample.rows)
    )


def key_candidates(questions: Sequence[QuestionSample]) -> list[QuestionSample]:
    """Return the columns that could be a key: those called a code first, then addresses, then any that tells apart."""
    able = [sample for sample in questions if could_be_key(sample)]
    called = [sample for sample in able if words.asks_code(sample.question)]
    emails = [sample for sample in able if is_email(sample) and sample not in called]
    others = [sample for sample in able if sample not in called and sample not in emails and is_coded(sample)]
    return [*called, *emails, *others][:MOST_COLUMNS]


def are_codes(answers: Sequence[str]) -> bool:
    """Return whether answers are words with figures that are no dates, or whole numbers without a gap."""
    if all(answer.isascii() and answer.isdigit() for answer in answers):
        numbers = sorted(map(int, answers))
        return numbers[-1] - numbers[0] == len(numbers) - 1
    others = (DATE.fullmatch(answer) or parse_number(answer) is not None for answer in answers)
    return all(map(CODED.fullmatch, answers)) and not any(others)


def is_coded(sample: QuestionSample) -> bool:
    """Say whether every answer is one word with a figure in it: sentences and names that differ are no codes."""
    return all(" " not in answer and any(map(str.isdigit, answer)) for answer in sample.answers)


def missing_identity(
    tables: Sequence[TextTable], questions: Sequence[QuestionSample], plan: IntakePlan, *, apart: bool
) -> list[str]:
    """Return what to add to a programme that has neither key nor role where these files need one, line by line."""
    lines: list[str] = []
    if not plan.key and not all(plan.email in claims_by_field(table.header, plan) for table in tables):
        lines += [*key_lines(questions)]
    if not apart and plan.roles is None and plan.only_side is None:
        role = role_among(questions)
        lines += [*role_lines(role)] if role else [tr(NO_ROLE_AT_ALL)]
    return lines


def key_lines(questions: Sequence[QuestionSample]) -> Iterator[str]:
    """Yield a field for each column that could be the key: an address is a contact, which stands for a key."""
    for sample in key_candidates(questions):
        email = is_email(sample)
        yield tr(NO_KEY, question=sample.question, why=tr(ADDRESSES if email else DIFFERENT))
        yield f"[fields.{identifier(sample.question, set())}]"
        yield line("question", quote_toml(sample.question))
        yield line("kind", quote_toml("text"))
        yield line("use", quote_toml("contact" if email else "key"))
    if not key_candidates(questions):
        yield tr(NEITHER)


def role_lines(role: RoleQuestion) -> Iterator[str]:
    """Yield the role and its field."""
    yield tr(NO_ROLE, question=role.sample.question)
    yield f'role = {{ field = "role", mentor = {quote_toml(role.mentor)}, mentee = {quote_toml(role.mentee)} }}'
    yield "[fields.role]"
    yield line("question", quote_toml(role.sample.question))
    yield line("kind", quote_toml("choice"))
    yield line("options", array(role.options))
