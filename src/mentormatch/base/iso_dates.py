"""Dates and moments as ISO 8601 writes them, without a time zone: sessions begin by the clock on the wall."""

from datetime import date, datetime

FORMS = "2026-10-13, 2026-10-13T09:30"


def start_of(when: str | date) -> date | None:
    """Return when a date begins, None where it is none; a local time has no zone of its own."""
    try:
        start = when if isinstance(when, date) else read(when)
    except (TypeError, ValueError):
        return None
    return None if isinstance(start, datetime) and start.tzinfo is not None else start


def read(text: str) -> date:
    """Return the date, or the moment, that a text writes as ISO 8601 does."""
    return datetime.fromisoformat(text) if "T" in text or " " in text else date.fromisoformat(text)
