"""Small programmes and the frames of answers to them."""

from collections.abc import Mapping, Sequence
from typing import Any

from pandas import DataFrame

from mentormatch import Cohort, Programme

KEY = {"question": "Code", "kind": "text", "use": "key"}
EMAIL = {"question": "Courriel", "kind": "text", "use": "contact"}
NAME = {"question": "Nom", "kind": "text", "use": "contact"}
ROLE = {"question": "Rôle", "kind": "choice", "options": ["Mentor·e", "Mentoré·e"]}
CONSENT = {"question": "Notice", "kind": "yesno", "use": "consent"}
TRADE = {"question": "Métier", "kind": "choice", "options": ["Production", "Diffusion"]}
ROLES = {"field": "role", "mentor": "Mentor·e", "mentee": "Mentoré·e"}


def programme(
    fields: Mapping[str, Any], *, one_file: bool = True, criteria: Sequence[Any] = (), **heading: Any
) -> Programme:
    """Return a programme with these questions; in one file for both sides a question tells the role."""
    asked = {"role": ROLE, **fields} if one_file else fields
    told = {"role": ROLES} if one_file else {}
    return Programme.read(
        {"programme": {"name": "Essai", **told, **heading}, "fields": asked, "criteria": list(criteria)}
    )


def frame(header: str, *rows: str) -> DataFrame:
    """Return a frame of texts; cells are separated by ``|``."""
    return DataFrame([row.split("|") for row in rows], columns=header.split("|"), dtype=object)


def fates(cohort: Cohort) -> list[tuple[int, str]]:
    """Return line and fate of every row."""
    return [(row.line, row.fate) for row in cohort.rows]


def remarks(cohort: Cohort) -> str:
    """Return all remarks, each with its line."""
    return "\n".join(f"{remark.line}: {remark.text}" for remark in cohort.remarks)
