"""What tells that something said in one language is not all in it."""

import re

FRENCH = re.compile(
    r"[àâçèêëîïôûùœÀÉÈÊÎÔ«»]|(?<!\bd)é|\{\w*\}|\w [:;!?]"
    r"|\b(?:le|la|les|des|du|de|un|une|est|sont|pas|pour|sans|aucun|aucune|avec|que|qui|dans|par|sur|aux?|ou|et|cette|ces"
    r"|ligne|mois|colonne)\b"
)


def french_in(*texts: str) -> list[str]:
    """Return the texts with French words or punctuation, or a brace that nothing filled; *département* is English."""
    return [text for text in texts if FRENCH.search(text)]


ENGLISH = re.compile(
    r"\b(?:the|of|and|is|are|was|were|not|with|this|that|be|been|to|by|from|has|have|which|there|than|must|cannot|only"
    r"|nobody|nothing|found|expected)\b"
)


def english_in(*texts: str) -> list[str]:
    """Return the texts with English words, or with the punctuation of English in a French text."""
    return [text for text in texts if ENGLISH.search(text)]


def foreign_in(code: str, *texts: str) -> list[str]:
    """Return the texts in French or English that have words of the other; of another language it is not told."""
    return french_in(*texts) if code == "en" else english_in(*texts) if code == "fr" else []
