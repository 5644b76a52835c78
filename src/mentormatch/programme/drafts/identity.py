"""Fields of a draft -> the key of people: a code, else an e-mail address, else a substitute that staff may take."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mentormatch.fields import Side
from mentormatch.fields.numbers import parse_number
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import mark, tr
from mentormatch.languages.vocabulary import vocabulary
from mentormatch.programme.drafts import words
from mentormatch.programme.drafts.capacity import ROWS_PER_BLANK, share_of
from mentormatch.programme.drafts.entries import (
    DraftEntry,
    group_by_side,
    make_field_id,
    make_toml_array,
    make_toml_line,
    quote_toml,
)
from mentormatch.programme.drafts.kinds import DATE_PATTERN
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.roles import RoleQuestion, find_role, role_of_answers
from mentormatch.programme.drafts.samples import EMAIL_PATTERN, QuestionSample
from mentormatch.programme.drafts.uses import guess_use
from mentormatch.survey.headers import claims_by_field
from mentormatch.survey.plan import IntakePlan
from mentormatch.survey.table import TextTable

MAX_CODE_LENGTH = 40  # characters
UNIQUE_REASON = mark("une réponse différente sur chaque ligne")
ADDRESSES_REASON = mark("des adresses e-mail")
ROLE_REASON = mark("ses réponses disent qui est mentor·e, qui est mentoré·e")
CODE_PATTERN = re.compile(r"(?=.*[^\W\d])(?=.*\d)[\w#./-]{2,20}|\d[\d#./_-]{1,19}")


def tool_headers(tables: Sequence[tuple[TextTable, Side | None]]) -> set[str]:
    """Return the folded headers of the columns that survey tools add to a form."""
    return {fold(table.header[column]) for table, _ in tables for column in table.own}


def split_tool_columns(
    questions: Sequence[QuestionSample], tool_folds: set[str]
) -> tuple[list[QuestionSample], list[QuestionSample]]:
    """Split questions into those of the form, with contact columns of the tool, and other columns of the tool."""
    of_form: list[QuestionSample] = []
    of_tool_only: list[QuestionSample] = []
    for sample in questions:
        of_tool = all(fold(header) in tool_folds for header in sample.headers)
        is_contact = of_tool and sample.answers and guess_use(sample).use == "contact"
        (of_tool_only if of_tool and not is_contact else of_form).append(sample)
    return of_form, of_tool_only


def choose_key(
    entries: Sequence[DraftEntry], tool_samples: Sequence[QuestionSample], row_count: int
) -> list[DraftEntry]:
    """Return the fields with at most one key.

    It is the key that staff confirmed, else a code in more than three quarters of the rows. Without either, there is no
    key if as many rows have an e-mail address, which then replaces it; else ``add_fallback_key`` chooses one.
    """
    confirmed = next((entry for entry in entries if entry.is_confirmed and entry.guess.use == "key"), None)
    if confirmed:
        return [mark_key(entry, chosen=entry is confirmed) for entry in entries]
    email = email_of(entries)
    codes = [entry for entry in entries if is_code(entry)]
    blanks = {entry.name: count_blanks(entry.sample, row_count) for entry in codes}
    best = min(codes, key=lambda entry: blanks[entry.name], default=None)
    is_code_usable = (
        best is not None and blanks[best.name] * ROWS_PER_BLANK < row_count and is_in_every_file(best, entries)
    )
    # Rows without an e-mail address would be lost if addresses told people apart.
    has_addresses = email is not None and count_blanks(email.sample, row_count) * ROWS_PER_BLANK < row_count
    if not is_code_usable and not has_addresses:
        with_fallback = add_fallback_key(entries, tool_samples, row_count)
        if email is None or any(entry.guess.use == "key" for entry in with_fallback):
            return with_fallback
    return [mark_key(entry, chosen=is_code_usable and entry is best) for entry in entries]


def is_code(entry: DraftEntry) -> bool:
    """Return whether a question is about a code, and each answer is unique on its side."""
    has_word = entry.guess.use == "key" or (words.asks_code(entry.question) and entry.guess.kind in ("text", "number"))
    return (
        bool(has_word)
        and not entry.sample.items
        and entry.guess.use != "forbidden"
        and is_unique_per_side(entry.sample)
    )


def is_unique_per_side(sample: QuestionSample) -> bool:
    """Return whether each answer is unique on its side and short enough for a code."""
    cells_by_side = [[canonical(cell) for cell in cells if cell] for cells in group_by_side(sample).values()]
    are_short = all(len(cell) <= MAX_CODE_LENGTH for cells in cells_by_side for cell in cells)
    return any(cells_by_side) and are_short and all(len(set(cells)) == len(cells) for cells in cells_by_side)


def count_blanks(sample: QuestionSample, row_count: int) -> int:
    return row_count - sum(bool(row[0]) for row in sample.rows)


def is_in_every_file(entry: DraftEntry, entries: Sequence[DraftEntry]) -> bool:
    sides = {side for field in entries for side in field.sample.sides} if entry.per_side else set()
    return sides <= set(entry.sample.sides)


def add_fallback_key(
    entries: Sequence[DraftEntry], tool_samples: Sequence[QuestionSample], row_count: int
) -> list[DraftEntry]:
    """Return the fields with a key that every row has, if any: the tool's number, else codes, else a contact."""
    numbers = [
        sample
        for sample in tool_samples
        if is_response(sample) and is_unique_per_side(sample) and not count_blanks(sample, row_count)
    ]
    without_key = [mark_key(entry, chosen=False) for entry in entries]
    if numbers:
        used_names = {entry.name for entry in entries} | {
            fold(header) for sample in tool_samples for header in sample.headers
        }
        why = tr("faute de code et de courriel sur chaque ligne, le numéro que l'outil donne à la réponse")
        sample = numbers[0]
        name = make_field_id(sample.question, used_names - {fold(sample.question)})
        return [
            DraftEntry(name, sample, replace(guess_use(sample), kind="text", settings={}, why=why, use="key")),
            *without_key,
        ]
    unique = [entry for entry in without_key if is_unique(entry.sample, row_count)]
    codes = [entry for entry in unique if entry.guess.use in ("match", "display") and are_codes(entry.sample.answers)]
    chosen = next(iter([*codes, *(entry for entry in unique if entry.guess.use == "contact")]), None)
    return [mark_key(entry, chosen=entry is chosen) for entry in without_key]


def is_response(sample: QuestionSample) -> bool:
    return bool(vocabulary().key.response.fullmatch(fold(sample.question))) and not sample.items


def is_unique(sample: QuestionSample, row_count: int) -> bool:
    return (
        not sample.items
        and len(sample.rows) == row_count
        and not count_blanks(sample, row_count)
        and is_unique_per_side(sample)
    )


def mark_key(entry: DraftEntry, *, chosen: bool) -> DraftEntry:
    """Return a field as the key if it is ``chosen``, else without the use as a key."""
    if chosen and entry.guess.use != "key":
        has_code_word = words.asks_code(entry.question)
        why = (
            tr("un code différent sur chaque ligne")
            if has_code_word
            else tr("faute de code et de courriel sur chaque ligne, ce qui distingue les personnes")
        )
        return replace(entry, guess=replace(entry.guess, kind="text", settings={}, use="key", why=why))
    if not chosen and entry.guess.use == "key":
        return replace(entry, guess=replace(entry.guess, use="display", why=tr("un autre code, lu par l'équipe")))
    return entry


def email_of(entries: Sequence[DraftEntry]) -> DraftEntry | None:
    """Return the field of e-mail addresses with the most answers, the first one of several; None if there is none."""
    candidates = [entry for entry in entries if entry.guess.use == "contact" and is_email(entry.sample)]
    return max(candidates, key=lambda entry: len(entry.sample.answers), default=None)


def is_email(sample: QuestionSample) -> bool:
    return not sample.items and share_of(sample.answers, EMAIL_PATTERN.fullmatch) > 0.7


def find_identity_reason(sample: QuestionSample, name: str, plan: IntakePlan) -> str:
    """Return the reason why a column could be the role, the key or the address of a programme; empty without one."""
    if plan.roles and name == plan.roles.field and role_of_answers(sample):
        return tr(ROLE_REASON)
    if name == plan.key and words.asks_code(sample.question) and could_be_key(sample):
        return tr(UNIQUE_REASON)
    if name == plan.email and not plan.key and is_email(sample):
        return tr(ADDRESSES_REASON)
    return ""


def could_be_key(sample: QuestionSample) -> bool:
    """Return whether over three quarters of the rows have an answer, each short and unique on its side."""
    return (
        not sample.items
        and is_unique_per_side(sample)
        and count_blanks(sample, len(sample.rows)) * ROWS_PER_BLANK < len(sample.rows)
    )


def key_candidates(questions: Sequence[QuestionSample]) -> list[QuestionSample]:
    """Return up to three columns that could be a key: first codes, then addresses, then answers with figures."""
    candidates = [sample for sample in questions if could_be_key(sample)]
    codes = [sample for sample in candidates if words.asks_code(sample.question)]
    emails = [sample for sample in candidates if is_email(sample) and sample not in codes]
    others = [sample for sample in candidates if sample not in codes and sample not in emails and is_coded(sample)]
    return [*codes, *emails, *others][:3]


def are_codes(answers: Sequence[str]) -> bool:
    """Return whether answers are words with figures that are no dates, or whole numbers without a gap."""
    if all(answer.isascii() and answer.isdigit() for answer in answers):
        numbers = sorted(map(int, answers))
        return numbers[-1] - numbers[0] == len(numbers) - 1
    others = (DATE_PATTERN.fullmatch(answer) or parse_number(answer) is not None for answer in answers)
    return all(map(CODE_PATTERN.fullmatch, answers)) and not any(others)


def is_coded(sample: QuestionSample) -> bool:
    return all(" " not in answer and any(map(str.isdigit, answer)) for answer in sample.answers)


def missing_identity(
    tables: Sequence[TextTable], questions: Sequence[QuestionSample], plan: IntakePlan, *, apart: bool
) -> list[str]:
    """Return lines to add to a programme without key or role if these files need them."""
    lines: list[str] = []
    if not plan.key and not all(plan.email in claims_by_field(table.header, plan) for table in tables):
        lines += [*key_lines(questions)]
    if not apart and plan.roles is None and plan.only_side is None:
        role = find_role(questions)
        no_column = tr(
            "Rien ne dit qui est mentor·e et qui est mentoré·e, et aucune colonne ne le pourrait : ajoutez-la, ou"
            " donnez un fichier par côté (--mentors, --mentees)"
        )
        lines += [*role_lines(role)] if role else [no_column]
    return lines


def key_lines(questions: Sequence[QuestionSample]) -> Iterator[str]:
    """Yield the lines of a field for each column that could be a key; an address is a contact that replaces a key."""
    for sample in key_candidates(questions):
        email = is_email(sample)
        yield tr(
            "Rien ne distingue les personnes. « {question} » le pourrait ({why}) ; dans le programme :",
            question=sample.question,
            why=tr(ADDRESSES_REASON if email else UNIQUE_REASON),
        )
        yield f"[fields.{make_field_id(sample.question, set())}]"
        yield make_toml_line("question", quote_toml(sample.question))
        yield make_toml_line("kind", quote_toml("text"))
        yield make_toml_line("use", quote_toml("contact" if email else "key"))
    if not key_candidates(questions):
        yield tr("Rien ne distingue les personnes, et aucune colonne ne le pourrait : ajoutez une colonne de codes")


def role_lines(role: RoleQuestion) -> Iterator[str]:
    yield tr(
        "Rien ne dit qui est mentor·e et qui est mentoré·e. « {question} » le pourrait ; dans le programme :",
        question=role.sample.question,
    )
    yield f'role = {{ field = "role", mentor = {quote_toml(role.mentor)}, mentee = {quote_toml(role.mentee)} }}'
    yield "[fields.role]"
    yield make_toml_line("question", quote_toml(role.sample.question))
    yield make_toml_line("kind", quote_toml("choice"))
    yield make_toml_line("options", make_toml_array(role.options))
