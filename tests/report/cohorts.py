"""Small matchings made without a file: frames of answers, and a programme given as a table."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from pathlib import Path
from typing import Any

from pandas import DataFrame

from mentormatch import Matching, Programme, match, read_survey
from mentormatch.languages.text_keys import canonical, fold
from mentormatch.people.codes import tells_who
from tests.conftest import DEEP

type Answers = Mapping[str, str]

FIELDS: dict[str, Any] = {
    "code": {"question": "Code", "kind": "text", "use": "key"},
    "metier": {"question": "Métier", "kind": "choice", "options": ["production", "diffusion", "administration"]},
    "besoins": {"question": "Besoins", "kind": "choices", "options": ["budget", "contrats", "tournée"]},
}
CRITERIA: list[dict[str, Any]] = [
    {"kind": "same", "field": "metier", "weight": 1},
    {"kind": "overlap", "field": "besoins", "weight": 2, "group": "contexte"},
]


def programme(**parts: Any) -> Programme:
    """Return a small programme; ``parts`` replace its own."""
    data = {"programme": {"name": "Essai"}, "fields": FIELDS, "criteria": CRITERIA}
    return Programme.read({**data, **parts})


def matched(
    rules: Programme, mentors: Sequence[Answers], mentees: Sequence[Answers], bans: Sequence[tuple[str, str]] = ()
) -> Matching:
    """Return the matching of these people, whose answers are given by field."""
    questions = {name: field.question for name, field in rules.fields.items()}
    ours, theirs = [
        DataFrame(
            [[row.get(name, "") for name in questions] for row in side], columns=list(questions.values()), dtype=object
        )
        for side in (mentors, mentees)
    ]
    return match(read_survey(rules, mentors=ours, mentees=theirs), rules, bans=bans)


def person(code: str, metier: str = "production", besoins: str = "budget") -> dict[str, str]:
    """Return the answers of one person."""
    return {"code": code, "metier": metier, "besoins": besoins}


def small() -> Matching:
    """Return three mentors and four mentees: three pairs, one mentee left out, one blank answer."""
    mentors = [person("M1"), person("M2", "diffusion", "contrats; tournée"), person("M3", "", "tournée")]
    mentees = [person("E1"), person("E2", "diffusion", "contrats"), person("E3", "production", ""), person("E4")]
    return matched(programme(), mentors, mentees)


def hostile_strings(folder: Path) -> list[str]:
    """Return every hostile text in the published data, and some of our own, each once."""
    lines = [line for path in sorted((folder / "xss").glob("*.txt")) for line in path.read_text("utf-8").splitlines()]
    cells = json.loads((folder / "formula-injection" / "made-cells.json").read_text("utf-8"))
    strings = flattened(json.loads((folder / "strings-made" / "strings.json").read_text("utf-8")))
    ours = ["<r><t>=1+1</t></r>", "<r></r>", "_x0041_", "a\x1ab", "{{ 7 * 7 }}", "{% raw %}", "</style><b>", "\ud800x"]
    return list(dict.fromkeys(text.strip() for text in [*lines, *cells, *strings, *ours]))


def flattened(data: object) -> Iterator[str]:
    """Yield every text in ``data``."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        yield from (text for part in data.values() for text in flattened(part))
    elif isinstance(data, Sequence):
        yield from (text for part in data for text in flattened(part))


def hostile_matchings(strings: Sequence[str]) -> Iterator[Matching]:
    """Yield matchings in which the strings are keys, options, names of criteria and rules, and the programme's name.

    Strings that would tell who somebody is are no keys here, as these stand in no document.
    In the fast suite they are every third string: those that are alike stand beside one another.
    """
    usable = {canonical(text): text for text in strings if canonical(text)}
    for batch in batched([*usable.values()][:: 1 if DEEP else 3], 40):
        sound = [text for text in batch if text.encode("utf-8", "ignore").decode("utf-8") == text]
        options = list({fold(text): text for text in sound if fold(text)}.values())
        rules = programme(
            programme={"name": " ".join(sound)},
            fields={**FIELDS, "metier": {"question": "Métier", "kind": "choice", "options": options}},
            criteria=[{"kind": "same", "field": "metier", "name": text} for text in sound[:20]],
            rules=[{"kind": "different", "field": "besoins", "name": text} for text in sound[20:]],
        )
        codes = [text for text in batch if not tells_who(text)]
        people = [person(key, options[at // 2 % len(options)]) for at, key in enumerate(codes)]
        yield matched(rules, people[::2], [{**one, "besoins": "contrats"} for one in people[1::2]])
