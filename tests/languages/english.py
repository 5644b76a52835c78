"""What tells that something said in English is not all in English."""

import re

FRENCH = re.compile(
    r"[àâçèêëîïôûùœÀÉÈÊÎÔ«»]|(?<!\bd)é|\{\w*\}|\w [:;?!]"
    r"|\b(?:les|des|une|est|sont|pas|pour|sans|aucun|aucune|avec|dans|sur|cette|ces|ligne|mois|colonne|du|de|la)\b"
)


def french_in(text: str) -> list[str]:
    """Return the French that is left in a text, its punctuation and braces that nothing filled; *département* stays."""
    return FRENCH.findall(text)
