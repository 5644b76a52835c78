"""What a programme lacks to take some files, the key or the role, and the columns that could be it."""

from collections.abc import Iterator, Sequence

from mentormatch.drafting import words
from mentormatch.drafting.answers import FEW
from mentormatch.drafting.identity import apart, blanks, is_email
from mentormatch.drafting.ids import identifier
from mentormatch.drafting.roles import Role, role_among, role_in
from mentormatch.drafting.samples import Sample
from mentormatch.drafting.toml import array, line, quoted
from mentormatch.languages import mark, tr
from mentormatch.survey.headers import claimed
from mentormatch.survey.plan import Plan
from mentormatch.survey.table import Table

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
MOST_COLUMNS = 3
"""So many columns are named that could be the key."""


def telling(sample: Sample, name: str, plan: Plan) -> str:
    """Return why a column could be the key or the role that a programme asks for, empty where it could not."""
    if plan.roles and name == plan.roles.field and role_in(sample):
        return tr(TELLS)
    if name == plan.key and words.key(sample.question) and could_be_key(sample):
        return tr(DIFFERENT)
    if name == plan.email and not plan.key and is_email(sample):
        return tr(ADDRESSES)
    return ""


def could_be_key(sample: Sample) -> bool:
    """Say whether nearly every row has an answer to a question that no other row has."""
    return not sample.items and apart(sample) and blanks(sample, len(sample.rows)) * FEW < len(sample.rows)


def codes(asked: Sequence[Sample]) -> list[Sample]:
    """Return the columns that could be a key: those called a code first, then addresses, then any that tells apart."""
    able = [sample for sample in asked if could_be_key(sample)]
    called = [sample for sample in able if words.key(sample.question)]
    emails = [sample for sample in able if is_email(sample) and sample not in called]
    others = [sample for sample in able if sample not in called and sample not in emails and is_coded(sample)]
    return [*called, *emails, *others][:MOST_COLUMNS]


def is_coded(sample: Sample) -> bool:
    """Say whether every answer is one word with a figure in it: sentences and names that differ are no codes."""
    return all(" " not in answer and any(map(str.isdigit, answer)) for answer in sample.answers)


def absent(tables: Sequence[Table], asked: Sequence[Sample], plan: Plan, *, apart: bool) -> list[str]:
    """Return what to add to a programme that has neither key nor role where these files need one, line by line."""
    lines: list[str] = []
    if not plan.key and not all(plan.email in claimed(table.header, plan) for table in tables):
        lines += [*keyed(asked)]
    if not apart and plan.roles is None and plan.alone is None:
        role = role_among(asked)
        lines += [*roled(role)] if role else [tr(NO_ROLE_AT_ALL)]
    return lines


def keyed(asked: Sequence[Sample]) -> Iterator[str]:
    """Yield a field for each column that could be the key: an address is a contact, which stands for a key."""
    for sample in codes(asked):
        email = is_email(sample)
        yield tr(NO_KEY, question=sample.question, why=tr(ADDRESSES if email else DIFFERENT))
        yield f"[fields.{identifier(sample.question, set())}]"
        yield line("question", quoted(sample.question))
        yield line("kind", quoted("text"))
        yield line("use", quoted("contact" if email else "key"))
    if not codes(asked):
        yield tr(NEITHER)


def roled(role: Role) -> Iterator[str]:
    """Yield the role and its field."""
    yield tr(NO_ROLE, question=role.sample.question)
    yield f'role = {{ field = "role", mentor = {quoted(role.mentor)}, mentee = {quoted(role.mentee)} }}'
    yield "[fields.role]"
    yield line("question", quoted(role.sample.question))
    yield line("kind", quoted("choice"))
    yield line("options", array(role.options))
