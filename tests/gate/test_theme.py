"""Colours and fonts are stated in one file, every variable that is used is defined, and text can be read."""

import re
from pathlib import Path

import pytest

from mentormatch.base.theme import theme

SOURCE = Path(__file__).resolve().parents[2] / "src" / "mentormatch"
SUFFIXES = {".css", ".js", ".html", ".svg", ".py"}
OWN_COLOURS = {
    "base/theme.css": "the theme",
    "base/theme.py": "its example",
    "service/page/icon.svg": "a picture, which programs of the system read from the disk",
    "service/page/docs.css": "the page of a library, with its own style",
    "report/pictures/picture.py": "cividis, a scale of colours that everybody tells apart",
    "report/pictures/waterfall.py": "a grey beside that scale",
}
HEX = re.compile(r"(?<![&\w])#(?!fff(?:fff)?\b)(?:[0-9a-f]{6}|[0-9a-f]{3}(?=[;\"' ]))\b", re.IGNORECASE)
READABLE = 4.5  # contrast of text, Web Content Accessibility Guidelines 2.2, 1.4.3


def texts() -> dict[str, str]:
    """Return the text of each file of the package that may state a colour."""
    return {
        str(path.relative_to(SOURCE)): path.read_text("utf-8")
        for path in sorted(SOURCE.rglob("*"))
        if path.suffix in SUFFIXES
    }


def test_colours_stand_in_the_theme_alone() -> None:
    colours = {name: HEX.findall(text) for name, text in texts().items() if name not in OWN_COLOURS}
    assert {name: found for name, found in colours.items() if found} == {}


def test_the_icon_has_the_colour_of_the_theme() -> None:
    assert f'fill="{theme()["accent"]}"' in texts()["service/page/icon.svg"]


def test_every_variable_that_is_used_is_defined() -> None:
    used = {name for text in texts().values() for name in re.findall(r"var\(--([\w-]+)", text)}
    own = {name for text in texts().values() for name in re.findall(r"(?<!var\()--([\w-]+): ", text)}
    assert used - own - theme().keys() == set()
    assert len(used & theme().keys()) > 20


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour ``#rrggbb``, in [0, 1]."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, in [1, 21]."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("text", "background"),
    [
        *((name, "tint") for name in ("ink", "soft", "mute", "accent", "deep", "deepest", "good", "warn", "bad")),
        *((name, f"{name}-wash") for name in ("good", "warn", "bad")),
        *((name, "wash") for name in ("ink", "accent", "deep")),
    ],
)
def test_text_can_be_read_on_its_background(text: str, background: str) -> None:
    assert contrast(theme()[text], theme()[background]) >= READABLE
    assert contrast(theme()[text], "#ffffff") >= READABLE


@pytest.mark.parametrize("name", [name for name in theme() if name.startswith("tone-")])
def test_the_colour_of_a_criterion_can_be_read_on_white(name: str) -> None:
    assert contrast(theme()[name], "#ffffff") >= READABLE
