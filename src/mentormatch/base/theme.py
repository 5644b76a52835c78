"""The style sheet ``theme.css`` -> the colours and the font of all pages, letters, workbooks and widgets."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@cache
def theme_css(selector: str = ":root") -> str:
    """Return the style sheet that defines the variables of the theme for the elements of ``selector``."""
    text = files("mentormatch.base").joinpath("theme.css").read_text(encoding="utf-8")
    return text.replace(":root", selector)


@cache
def theme() -> Mapping[str, str]:
    """Return the value of each variable of the theme by its name.

    >>> theme()["accent"]
    '#1f5f8b'
    """
    values: dict[str, str] = {}
    for name, value in re.findall(r"--([\w-]+): ([^;]+);", theme_css()):
        values[name] = values[value[6:-1]] if value.startswith("var(--") else value
    return MappingProxyType(values)


def palette(name: str) -> tuple[str, ...]:
    """Return the colours whose variables are ``name`` and a number, in the order of the style sheet."""
    return tuple(value for key, value in theme().items() if re.fullmatch(rf"{name}-\d+", key))
