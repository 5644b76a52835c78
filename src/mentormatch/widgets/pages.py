"""Scripts and styles of the widgets, for a page and for a notebook."""

from importlib.resources import files

from mentormatch.base.theme import theme_css

# Style of all widgets except the board, which has its own
CONTROLS_CSS = ("", "controls.css")
# On a page; in a notebook the width of the output counts instead of the window.
NARROW_QUERY = "@media screen and (max-width: 820px)"


def read_widget_file(part: str, name: str) -> str:
    """Return a file of a widget; ``part`` is its folder, empty for shared files."""
    home = files("mentormatch.widgets")
    return (home.joinpath(part, "page", name) if part else home.joinpath("page", name)).read_text(encoding="utf-8")


def notebook_script(*parts: tuple[str, str]) -> str:
    """Return a module for anywidget: the shared scripts, then these files in order."""
    return "\n".join(read_widget_file(*file) for file in (("board", "elements.js"), ("", "kernel.js"), *parts))


def notebook_style(*parts: tuple[str, str]) -> str:
    """Return the style of a widget in a notebook: shared styles and these files of the page, scoped to the widget."""
    styles = "\n".join(read_widget_file(*file) for file in (CONTROLS_CSS, *parts))
    nested = styles.replace(NARROW_QUERY, "@container mm-widget (max-width: 820px)")
    return f"{theme_css('.mm-widget')}{read_widget_file('', 'notebook.css')}\n.mm-widget .mm-inside {{\n{nested}\n}}\n"
