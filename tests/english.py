"""What is said where English is asked for: no French is left in it, and no brace is."""

import re
from collections.abc import Iterable

FRENCH = re.compile(
    r"[àâçéèêëîïôûùœÀÉÈÊÎÔ«»{}]|\s[:;!?]|\b(?:le|la|les|des|du|un|une|est|sont|pas|pour|avec|que|qui|dans|par|aux?|ou|et)\b"
)


def french_in(texts: Iterable[str]) -> list[str]:
    """Return the texts in which there is French, or a brace that nothing filled."""
    return [text for text in texts if FRENCH.search(text)]
