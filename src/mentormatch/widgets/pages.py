"""The files of which widgets are drawn, for a page and for a notebook: scripts in parts, one style for both."""

from importlib.resources import files

from mentormatch.base.theme import theme_css

CONTROLS = ("", "controls.css")
"""What every widget but the board, which has a style of its own, is drawn with."""
NARROW = "@media screen and (max-width: 820px)"
"""Of a page; in a notebook the width of the output counts, not that of the window."""


def text_of(part: str, name: str) -> str:
    """Return a file of a widget: ``part`` is its folder here, empty for what several share."""
    home = files("mentormatch.widgets")
    return (home.joinpath(part, "page", name) if part else home.joinpath("page", name)).read_text(encoding="utf-8")


def notebook_script(*parts: tuple[str, str]) -> str:
    """Return one module, as anywidget wants it, of what every widget has and of these files, in their order."""
    return "\n".join(text_of(*one) for one in (("board", "elements.js"), ("", "kernel.js"), *parts))


def notebook_style(*parts: tuple[str, str]) -> str:
    """Return the style of a widget in a notebook: that of the page, which reaches nothing outside of the widget."""
    styles = "\n".join(text_of(*one) for one in (CONTROLS, *parts))
    nested = styles.replace(NARROW, "@container mm-widget (max-width: 820px)")
    return f"{theme_css('.mm-widget')}{text_of('', 'notebook.css')}\n.mm-widget .mm-inside {{\n{nested}\n}}\n"
