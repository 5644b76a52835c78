"""The file of a programme, with what people said of the columns of their answers; the rest stays as it is.

Comments, order and spacing too: what is added stands in its place, and a mapping that is new at the end.
"""

from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mentormatch.base.atomic_files import write_whole
from mentormatch.errors import OutputError, Problem
from mentormatch.languages import tr
from mentormatch.programme.drafts.document import plain
from mentormatch.programme.drafts.entries import identifier
from mentormatch.programme.drafts.mapping_draft import Counterpart, MappingDraft, mapping_text
from mentormatch.programme.drafts.roles import RoleQuestion
from mentormatch.programme.programme import Programme

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def add_mapping(path: Path, text: str) -> None:
    """Add a mapping to the end of a programme file, the rest of which stays as it is, byte for byte.

    Raises OutputError where the programme has a mapping already, ProgrammeError where this one does not fit it.
    """
    if has_mapping(Programme.load(path)):
        advice = tr("écrivez ailleurs (-o), et collez à la main")
        found = Problem("mapping", tr("le programme en a déjà une"), advice=advice)
        raise OutputError(tr("Rien n'a été ajouté à {file}", file=path.name), [found])
    after = append_text(path.read_bytes(), text)
    Programme.parse(after, path.name)
    write_whole(path, after)


def has_mapping(programme: Programme) -> bool:
    """Say whether a programme maps headers or answers."""
    return bool(programme.mapping.questions or programme.mapping.options)


def append_text(content: bytes, text: str) -> bytes:
    """Return a file with more text behind it."""
    return content.rstrip() + b"\n\n" + text.encode("utf-8")


def with_mapping(content: bytes, proposal: MappingDraft) -> bytes:
    """Return the file of a programme with all that a proposal maps, as it is where that is nothing.

    Where the programme has no mapping yet it ends with the text that ``mapping_text`` gives. Raises ProgrammeError
    where it is no programme.
    """
    known = Programme.parse(content)
    if not any(one.name is not None for one in chain(proposal.questions, *proposal.options.values())):
        return content
    if not has_mapping(known):
        return append_text(content, mapping_text(proposal, known))
    document = parse_toml(content)
    mapping = document["mapping"]
    put(mapping, ("questions",), proposal.questions)
    for name, found in proposal.options.items():
        put(mapping, ("options", name), found)
    return dump_toml(document)


def ask_later(content: bytes, names: Iterable[str]) -> bytes:
    """Return the file of a programme by which nobody was asked these questions yet.

    Criteria and rules that look at them stay; a question by which people agree is read by staff alone from then on.
    """
    document = parse_toml(content)
    fields: Any = document["fields"]
    for name in names:
        field = fields[name]
        if field.get("use", "match") == "match":
            field["later"] = True
        else:
            field["use"] = "display"
    return dump_toml(document)


def with_identity(content: bytes, key: str = "", role: RoleQuestion | None = None) -> bytes:
    """Return the file of a programme by which the question ``key`` tells people apart, and ``role`` the sides.

    Each is added where there is one; the programme is to have none of its own.
    """
    import tomlkit

    document = parse_toml(content)
    fields: Any = document.setdefault("fields", tomlkit.table())
    if key:
        name = identifier(key, set(fields))
        fields[name] = table(question=key, kind="text", use="key")
    if role:
        name = identifier("role", set(fields))
        fields[name] = table(question=role.sample.question, kind="choice", options=role.options)
        entry = tomlkit.inline_table()
        entry.update({"field": name, "mentor": role.mentor, "mentee": role.mentee})
        heading: Any = document["programme"]
        heading["role"] = entry
    return dump_toml(document)


def table(**settings: object) -> Any:
    """Return a table of TOML."""
    import tomlkit

    made = tomlkit.table()
    made.update(settings)
    return made


def put(mapping: Any, path: tuple[str, ...], found: Iterable[Counterpart]) -> None:
    """Put what is named into a table of a mapping, which is made where it is not there."""
    import tomlkit

    named = [one for one in found if one.name is not None]
    for key in path if named else ():
        if key not in mapping:
            mapping[key] = tomlkit.table()
        mapping = mapping[key]
    for one in named:
        entry = tomlkit.item(one.name)
        mapping[one.text] = entry.comment(plain(one.why))


def parse_toml(content: bytes) -> "TOMLDocument":
    """Return a file of TOML with all that it holds."""
    import tomlkit

    return tomlkit.parse(content.decode("utf-8-sig"))


def dump_toml(document: Mapping[str, Any]) -> bytes:
    """Return a file of TOML."""
    import tomlkit

    return tomlkit.dumps(document).encode("utf-8")
