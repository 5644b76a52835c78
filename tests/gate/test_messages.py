"""Every text for people is a message, and every message has a translation that says the same of the same things."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from mentormatch import language
from mentormatch.languages.translation import FRENCH, LANGUAGES, spoken, tr, tr_n

HOME = Path(__file__).parents[2]
SOURCE = HOME / "src" / "mentormatch"
CATALOGUES = sorted((SOURCE / "languages").glob("*/*.po"))
SPEAKING = {"tr", "tr_n", "mark", "mark_n", "counted"}
FRENCH_WORDS = re.compile(
    r"[àâçéèêëîïôûùœÀÉÈÊÎÔ«»]|(?<![-\w])(?:le|la|les|des|du|une|est|sont|pas|pour|sans|aucun|aucune|avec|que|qui|dans|sur|cette|ces)(?![-\w])"
)
TOOLS = SOURCE / "survey" / "tools"
READ = "\n# French here is read, not said\n"
"""What a module says of itself where no text of it is a message; survey tools know the words of exports."""


def sayings(node: ast.AST, *, spoken: bool = False) -> Iterator[tuple[int, str]]:
    """Yield the texts that no message holds, with their lines; no docstrings."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and not spoken:
        yield node.lineno, node.value
    for child in ast.iter_child_nodes(node):
        yield from sayings(child, spoken=spoken or name in SPEAKING)


def modules() -> list[Path]:
    return [
        path for path in sorted(SOURCE.rglob("*.py")) if READ not in path.read_text("utf-8") and path.parent != TOOLS
    ]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_text_for_people_is_left_out_of_the_messages(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = [(line, text) for line, text in sayings(tree) if FRENCH_WORDS.search(text)]
    assert texts == [], "put each in tr(...) or mark(...), then run `make messages`"


def test_a_text_that_is_no_message_is_found() -> None:
    tree = ast.parse("def f(x):\n    'Une aide.'\n    return tr('Les {x}', x=x) + f'Aucun {x} dans'")
    assert [text for _, text in sayings(tree) if FRENCH_WORDS.search(text)] == [" dans"]


def test_the_catalogues_hold_what_the_code_says() -> None:
    asked = [sys.executable, str(HOME / "tools" / "messages"), "--check"]
    told = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_message_is_translated_and_names_the_same_things(path: Path) -> None:
    with path.open("rb") as stream:
        for message in read_po(stream, locale=path.parent.name):
            if message.id:
                ids, strings = forms(message.id), forms(message.string)
                assert all(strings), f"{ids}: translate it in {path.name}"
                assert {braces(text) for text in strings} <= {braces(text) for text in ids} | {braces(ids[-1])}, ids


def forms(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(map(str, text)) if isinstance(text, (list, tuple)) else ()


def braces(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_there_is_a_catalogue_for_every_language_but_the_one_in_the_code() -> None:
    assert {path.parent.name for path in CATALOGUES} == set(LANGUAGES) - {FRENCH}


def test_a_language_is_spoken_in_its_block_and_no_further() -> None:
    with language("en"):
        assert spoken() == "en"
        with language("fr", unless_asked=True):
            assert spoken() == "en"
        with language("fr"):
            assert spoken() == "fr"
        assert spoken() == "en"
    assert spoken() == "fr"


def test_a_language_that_is_not_known_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="attendu : « fr », « en »"), language("xx"):
        pass


def test_a_message_that_is_a_singular_elsewhere_is_spoken_as_both() -> None:
    with language("en"):
        assert (tr("mentor·e"), tr_n("mentor·e", "mentor·es", 2)) == ("mentor", "mentors")
        assert tr("") == ""


def test_a_message_without_a_translation_stays_french() -> None:
    with language("en"):
        assert tr("Ceci n’est pas un message de {who}", who="x") == "Ceci n’est pas un message de x"
        assert tr_n("loup", "loups", 0) == "loups"
    assert tr_n("loup", "loups", 0) == "loup"
