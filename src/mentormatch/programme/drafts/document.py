"""Fields of a draft -> the lines of a programme file, each guess with a comment that it is to be confirmed."""

import json
from collections.abc import Iterable, Iterator, Sequence

from mentormatch.fields import Side
from mentormatch.languages import mark, spoken, tr
from mentormatch.programme.drafts import words
from mentormatch.programme.drafts.entries import DraftEntry
from mentormatch.programme.drafts.patterns import fold
from mentormatch.programme.drafts.roles import RoleQuestion

HEAD = mark("""\
# Brouillon de programme, déduit d'un fichier de réponses. Rien n'y est décidé : relisez chaque ligne, corrigez, puis
# effacez « à confirmer ». Ce que l'outil n'a pas vu dans les réponses (une option que personne n'a choisie) manque ici.
""")
CONFIRM = mark("à confirmer")
ALONE: dict[Side, str] = {
    "mentor": mark("seuls des mentor·es ont répondu"),
    "mentee": mark("seuls des mentoré·es ont répondu"),
}
MOST_WIDTH = 100
"""Characters; a longer list is written on several lines."""


def heading(
    entries: Sequence[DraftEntry], role: RoleQuestion | None, email: DraftEntry | None, name: str
) -> Iterator[str]:
    """Yield the lines of the heading."""
    yield "[programme]"
    yield line("name", quote_toml(name), tr(CONFIRM))
    yield line("language", quote_toml(spoken()), to_confirm(tr("la langue des documents et des messages")))
    if role:
        role_name = next(entry.name for entry in entries if entry.question == role.sample.question)
        mentor, mentee = quote_toml(role.mentor), quote_toml(role.mentee)
        yield line("role", f'{{ field = "{role_name}", mentor = {mentor}, mentee = {mentee} }}', tr(CONFIRM))
    if email:
        yield line("email", quote_toml(email.name), tr(CONFIRM))


def fields(entries: Sequence[DraftEntry]) -> Iterator[str]:
    """Yield the lines of the fields."""
    for entry in entries:
        yield f"[fields.{entry.name}]"
        yield line("question", quote_toml(entry.question))
        why = entry.guess.why if entry.stated else to_confirm(entry.guess.why)
        yield line("kind", quote_toml(entry.guess.kind), why)
        for setting, value in entry.guess.settings.items():
            yield line(setting, quote_toml(value) if isinstance(value, str) else array(value))
        if entry.side:
            yield line("side", quote_toml(entry.side), to_confirm(tr(ALONE[entry.side])))
        if words.AVOIDED.search(fold(entry.question)):
            yield line("private", "true", to_confirm(tr("montré à l'équipe seule")))
        if entry.guess.use != "match":
            yield line("use", quote_toml(entry.guess.use), "" if entry.stated else tr(CONFIRM))
        yield ""


def mappings(entries: Sequence[DraftEntry]) -> Iterator[str]:
    """Yield which headers and which answers stand for others, where the words of the files do not say so."""
    headers = [pair for entry in entries if entry.guess.use != "forbidden" for pair in entry.map_headers()]
    if headers:
        yield "[mapping.questions]"
        yield from (line(quote_toml(header), quote_toml(meant), tr(CONFIRM)) for header, meant in headers)
        yield ""
    for entry in entries:
        if entry.answers:
            yield f"[mapping.options.{entry.name}]"
            yield from (line(quote_toml(text), quote_toml(said), tr(CONFIRM)) for text, said in entry.answers.items())
            yield ""


def to_confirm(why: str) -> str:
    """Return that a line is to be confirmed, and why it was guessed."""
    return tr("à confirmer : {why}", why=why)


def quote_toml(text: str) -> str:
    r"""Return ``text`` as a TOML string on one line.

    >>> quote_toml('L"été\n')
    '"L\\"été\\n"'
    """
    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False).replace("\x7f", "\\u007f")


def array(texts: Iterable[str]) -> str:
    """Return a TOML array of strings, on several lines where it is long.

    >>> array(["Oui", "Non"])
    '["Oui", "Non"]'
    """
    items = [quote_toml(text) for text in texts]
    flat = f"[{', '.join(items)}]"
    return flat if len(flat) <= MOST_WIDTH else "[\n    " + ",\n    ".join(items) + ",\n]"


def line(key: str, value: str, comment: str = "") -> str:
    """Return ``key = value``, with a comment behind it where there is one."""
    return f"{key} = {value}{f'  # {plain(comment)}' if comment else ''}"


def plain(text: str) -> str:
    """Return ``text`` on one line, without characters that a comment may not hold."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
