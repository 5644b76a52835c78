"""Pages in French and in English side by side: each says its language, and is set as that language is.

English pages are those of ``english`` in conf.py, as patterns. The language of a page decides its quotation marks, and
is told to screen readers and hyphenation. In French no line breaks before a high punctuation mark or inside
guillemets, though the sources have plain spaces there.
"""

import re
from fnmatch import fnmatch

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util.typing import ExtensionMetadata

NO_BREAK = "\u00a0"
LOOSE = re.compile(r"(?<=«) | (?=[»:;?!%€])|(?<=\d) (?=\d{3}\b)")
AS_TYPED = (nodes.literal, nodes.FixedTextElement, nodes.raw)


class TwoLanguages(SphinxTransform):
    """Marks the sections of English pages, and binds the loose punctuation of French ones."""

    default_priority = 700  # before quotation marks are chosen, which look at the mark

    def apply(self, **_: object) -> None:
        """Treat one page."""
        if any(fnmatch(self.env.docname, pattern) for pattern in self.config.english):
            for section in self.document.findall(nodes.section):
                section["classes"].append("language-en")
        else:
            for text in list(self.document.findall(nodes.Text)):
                bind(text)


def bind(text: nodes.Text) -> None:
    """Put a space that does not break where French has one, except in what is shown as typed."""
    bound = LOOSE.sub(NO_BREAK, text.astext())
    if bound != text.astext() and not isinstance(text.parent, AS_TYPED):
        text.parent.replace(text, nodes.Text(bound))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Offer the setting ``english`` and treat each page."""
    app.add_config_value("english", [], "env", types=frozenset({list}))
    app.add_transform(TwoLanguages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
