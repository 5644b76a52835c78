"""The example, its contacts, and a document as it is read."""

from functools import cache
from pathlib import Path

from mentormatch import Matching, examples, match, read_contacts
from mentormatch.examples import ANSWERS_FILE, folder_of
from mentormatch.results import Contacts
from tests.report.readers import Outline

CONTACTS = {
    name: {"question": name.capitalize(), "kind": "text", "use": "contact"} for name in ("nom", "courriel", "tel")
}


@cache
def example() -> tuple[Matching, Contacts]:
    contacts = read_contacts(examples.programme(), Path(str(folder_of("mentorat"))) / ANSWERS_FILE)
    return match(examples.cohort(), examples.programme()), contacts


def read(page: str) -> str:
    """Return what somebody reads on a page."""
    texts = [text for where, text in Outline(page).texts if not where.startswith("style")]
    return " ".join(" ".join(texts).split())
