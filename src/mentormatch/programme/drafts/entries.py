"""Fields of a draft -> the lines of a programme file, each guess with a comment that staff must confirm it."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mentormatch.base.immutable_models import FrozenDict
from mentormatch.fields import Side
from mentormatch.languages.phrases import counted
from mentormatch.languages.translation import mark, spoken, tr, tr_n
from mentormatch.programme.drafts import words
from mentormatch.programme.drafts.kinds import Guess
from mentormatch.programme.drafts.lexicon import fold
from mentormatch.programme.drafts.roles import RoleQuestion
from mentormatch.programme.drafts.samples import QuestionSample
from mentormatch.programme.drafts.words import get_content_words
from mentormatch.survey.headers import split_part
from mentormatch.survey.tool import OTHER

MAX_FIRST_ROWS = 1000  # by which a kind is guessed, with up to as many later rows of rare answers
NO_WORDS: Mapping[str, str] = FrozenDict()


@dataclass(frozen=True, slots=True)
class DraftEntry:
    """A field of a draft: its id, its question as asked in the files, and its guessed kind and use.

    Attributes
    ----------
    side
        The side that answers; None if both do, or it is unknown.
    other_headers
        Headers in other words that are the same question.
    answers
        Texts of the files, each with the answer of the programme that it means.
    unclear
        Texts for which staff must give a number of people.
    similar_names
        Pairs of names that may be of one organisation.
    capacity_side
        The side whose number of places it asks for.
    per_side
        Whether each side has a file of its own.
    is_confirmed
        Whether staff decided the use, so that kind and use need no confirmation.
    """

    name: str
    sample: QuestionSample
    guess: Guess
    side: Side | None = None
    other_headers: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default=NO_WORDS)
    unclear: tuple[str, ...] = ()
    similar_names: tuple[tuple[str, str], ...] = ()
    capacity_side: Side | None = None
    per_side: bool = False
    is_confirmed: bool = False

    @property
    def question(self) -> str:
        """The text of the question."""
        return self.sample.question

    @property
    def options(self) -> list[str]:
        """The options of the question, or the items of its grid, as typed."""
        settings = self.guess.settings
        return [str(text) for text in (*settings.get("options", ()), *settings.get("items", ()))]

    @property
    def why(self) -> str:
        """The reason for the guess, with the number of answers of a single person, which are no options."""
        count = len(self.guess.single)
        if not count:
            return self.guess.why
        answers = count_single_answers(count)
        return tr("{why} ; {answers}, à ajouter à la main si c'est une option", why=self.guess.why, answers=answers)

    @property
    def takes_options(self) -> bool:
        """Whether further options are possible: their order has no meaning."""
        return self.guess.kind in ("choice", "choices", "place", "ranking") and "options" in self.guess.settings

    @property
    def scored(self) -> bool:
        """Whether pairs may be compared by it."""
        return self.guess.use == "match"

    def map_headers(self) -> Iterator[tuple[str, str]]:
        """Yield each header that does not show its field or item, and the target in the mapping."""
        items = self.sample.items or ("",) * len(self.sample.headers)
        for header, item in zip(self.sample.headers, items, strict=False):
            if item and fold(item) != fold(OTHER) and not is_header_of(header, self.question, item):
                yield header, f"{self.name} [{item}]"
            elif not item and fold(header) != fold(self.question):
                yield header, self.name
        yield from ((header, self.name) for header in self.other_headers)


def count_single_answers(count: int) -> str:
    return tr_n(
        "{answers} donnée une seule fois",
        "{answers} données une seule fois",
        count,
        answers=counted(count, "réponse"),
    )


def is_header_of(header: str, question: str, item: str) -> bool:
    return tuple(map(fold, split_part(header) or (header, ""))) == (fold(question), fold(item))


def only_side(sample: QuestionSample) -> Side | None:
    """Return the only side that answered a question; None if both did, or it is unknown."""
    sides = {side for side, row in zip(sample.sides, sample.rows, strict=True) if any(row)}
    return next(iter(sides)) if len(sides) == 1 else None


def group_by_side(sample: QuestionSample) -> Mapping[Side | None, Sequence[str]]:
    """Return the cells of a question of one column, empty ones too, by side."""
    cells: dict[Side | None, list[str]] = {}
    for side, row in zip(sample.sides, sample.rows, strict=True):
        cells.setdefault(side, []).append(row[0])
    return cells


def limit_rows(sample: QuestionSample) -> QuestionSample:
    """Return a question with enough rows to guess its kind: the first rows, and later ones with rare answers."""
    if len(sample.rows) <= MAX_FIRST_ROWS:
        return sample
    counts: dict[str, int] = {}
    indices: list[int] = []
    for index, row in enumerate(sample.rows):
        if index < MAX_FIRST_ROWS or any(cell and counts.get(cell, 0) < 2 for cell in row):
            indices.append(index)
            for cell in row:
                counts[cell] = counts.get(cell, 0) + 1
        if len(indices) == 2 * MAX_FIRST_ROWS:
            break
    rows = tuple(sample.rows[index] for index in indices)
    sides = tuple(sample.sides[index] for index in indices)
    people = tuple(sample.people[index] for index in indices) if sample.people else ()
    return replace(sample, rows=rows, sides=sides, people=people)


def make_field_id(question: str, used_names: set[str]) -> str:
    """Return a short id for a question, not one of ``used_names``.

    >>> make_field_id("Quelles sont vos disciplines ?", {"disciplines"})
    'disciplines_2'
    """
    short = "_".join(get_content_words(question)[:3]) or "question"
    numbered = (f"{short}_{number}" for number in range(2, len(used_names) + 3))
    return next(name for name in (short, *numbered) if name not in used_names)


DRAFT_COMMENT = mark("""\
# Brouillon de programme, déduit d'un fichier de réponses. Rien n'y est décidé : relisez chaque ligne, corrigez, puis
# effacez « à confirmer ». Ce que l'outil n'a pas vu dans les réponses (une option que personne n'a choisie) manque ici.
""")
CONFIRM_COMMENT = mark("à confirmer")
MAX_LINE_WIDTH = 100  # characters of a list on one line


def make_heading_lines(
    entries: Sequence[DraftEntry], role: RoleQuestion | None, email: DraftEntry | None, name: str
) -> Iterator[str]:
    """Yield the lines of the heading."""
    yield "[programme]"
    yield make_toml_line("name", quote_toml(name), tr(CONFIRM_COMMENT))
    yield make_toml_line(
        "language", quote_toml(spoken()), make_confirm_comment(tr("la langue des documents et des messages"))
    )
    if role:
        role_name = next(entry.name for entry in entries if entry.question == role.sample.question)
        mentor, mentee = quote_toml(role.mentor), quote_toml(role.mentee)
        yield make_toml_line(
            "role", f'{{ field = "{role_name}", mentor = {mentor}, mentee = {mentee} }}', tr(CONFIRM_COMMENT)
        )
    if email:
        yield make_toml_line("email", quote_toml(email.name), tr(CONFIRM_COMMENT))


def make_field_lines(entries: Sequence[DraftEntry]) -> Iterator[str]:
    """Yield the lines of the fields."""
    for entry in entries:
        yield f"[fields.{entry.name}]"
        yield make_toml_line("question", quote_toml(entry.question))
        why = entry.why if entry.is_confirmed else make_confirm_comment(entry.why)
        yield make_toml_line("kind", quote_toml(entry.guess.kind), why)
        for setting, value in entry.guess.settings.items():
            yield make_toml_line(setting, quote_toml(value) if isinstance(value, str) else make_toml_array(value))
        if entry.side:
            is_mentor = entry.side == "mentor"
            why = tr("seuls des mentor·es ont répondu") if is_mentor else tr("seuls des mentoré·es ont répondu")
            yield make_toml_line("side", quote_toml(entry.side), make_confirm_comment(why))
        if words.asks_whom_to_avoid(entry.question):
            yield make_toml_line("private", "true", make_confirm_comment(tr("montré à l'équipe seule")))
        if entry.guess.use != "match":
            yield make_toml_line("use", quote_toml(entry.guess.use), "" if entry.is_confirmed else tr(CONFIRM_COMMENT))
        yield ""


def make_mapping_lines(entries: Sequence[DraftEntry]) -> Iterator[str]:
    """Yield the lines that map headers and answers in other words, and proposals as comments."""
    headers = [pair for entry in entries if entry.guess.use != "forbidden" for pair in entry.map_headers()]
    if headers:
        yield "[mapping.questions]"
        yield from (
            make_toml_line(quote_toml(header), quote_toml(target), tr(CONFIRM_COMMENT)) for header, target in headers
        )
        yield ""
    for entry in entries:
        if entry.answers or entry.unclear or entry.similar_names:
            yield f"{'' if entry.answers or entry.unclear else '# '}[mapping.options.{entry.name}]"
            yield from (
                make_toml_line(quote_toml(text), quote_toml(meaning), tr(CONFIRM_COMMENT))
                for text, meaning in entry.answers.items()
            )
            yield from (
                make_toml_line(f"# {quote_toml(text)}", '""', tr("à compléter : combien de personnes ?"))
                for text in entry.unclear
            )
            yield from (
                make_toml_line(
                    f"# {quote_toml(name)}",
                    quote_toml(other_name),
                    tr("peut-être une seule structure : si c'est le cas, effacez « # »"),
                )
                for name, other_name in entry.similar_names
            )
            yield ""


def make_document_lines(entries: Sequence[DraftEntry], *, surname_first: bool) -> Iterator[str]:
    """Yield the lines on names in letters, and a comment on contact details for partners; none without names."""
    contacts, name_entries = get_contacts(entries), get_name_entries(entries)
    if not name_entries:
        return
    yield "[documents]"
    names = [entry.name for entry in name_entries]
    value = quote_toml(names[0]) if len(names) == 1 else make_toml_array(names)
    yield make_toml_line("name", value, make_confirm_comment(tr("comment lettres et fiches appellent les personnes")))
    if surname_first:
        yield make_toml_line(
            "surname_first", "true", make_confirm_comment(tr("le nom avant le prénom, d'après majuscules et adresses"))
        )
    contact_names = [entry.name for entry in contacts if not words.name_of_person(entry.question)]
    if contact_names:
        why = tr("ce que chaque personne lit de son ou sa binôme : à activer quand elles ont donné leur accord")
        yield f"# {make_toml_line('contacts', f'[{", ".join(map(quote_toml, contact_names))}]', why)}"
    yield ""


def get_contacts(entries: Sequence[DraftEntry]) -> list[DraftEntry]:
    return [entry for entry in entries if entry.guess.use == "contact"]


def get_name_entries(entries: Sequence[DraftEntry]) -> list[DraftEntry]:
    return find_name_entries(get_contacts(entries))


def find_name_entries(contacts: Sequence[DraftEntry]) -> list[DraftEntry]:
    """Return the questions whose answers, in this order, make the name of a person, of either side.

    For each side with questions of its own: the whole name if there is such a question, else first and last name.
    """
    name_entries = [entry for entry in contacts if words.name_of_person(entry.question)]
    name_entries = [entry for entry in name_entries if not words.name_of_somebody_else(entry.question)] or name_entries
    sides = [{entry.side, None} for entry in name_entries]
    ordered: list[DraftEntry] = []
    for side in [name_sides for name_sides in sides if len(name_sides) == 2] or [{None}]:
        of_side = [entry for entry in name_entries if entry.side in side]
        parts = {words.name_part(entry.question): entry for entry in reversed(of_side)}
        name_parts = ("whole",) if "whole" in parts else ("first", "last")
        ordered += [parts[part] for part in name_parts if part in parts and parts[part] not in ordered]
    return ordered


def make_confirm_comment(why: str) -> str:
    return tr("à confirmer : {why}", why=why)


def quote_toml(text: str) -> str:
    r"""Return ``text`` as a TOML string on one line.

    >>> quote_toml('L"été\n')
    '"L\\"été\\n"'
    """
    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False).replace("\x7f", "\\u007f")


def make_toml_array(texts: Iterable[str]) -> str:
    """Return a TOML array of strings, on several lines if it is long.

    >>> make_toml_array(["Oui", "Non"])
    '["Oui", "Non"]'
    """
    items = [quote_toml(text) for text in texts]
    flat = f"[{', '.join(items)}]"
    return flat if len(flat) <= MAX_LINE_WIDTH else "[\n    " + ",\n    ".join(items) + ",\n]"


def make_toml_line(key: str, value: str, comment: str = "") -> str:
    """Return ``key = value``, with a comment after it if there is one."""
    return f"{key} = {value}{f'  # {make_comment_text(comment)}' if comment else ''}"


def make_comment_text(text: str) -> str:
    """Return ``text`` on one line, without characters that a TOML comment cannot contain."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
