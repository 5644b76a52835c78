"""What is told of the dates of sessions as JSON, where it may be shown to all."""

from mentormatch.base.strict_json import JsonMessage
from mentormatch.groups.dates import Dates
from mentormatch.groups.inputs import names_as


class DateOut(JsonMessage):
    """A date of a session: its name in the programme, when it begins, and how many of those who answered can be there.

    ``start`` is written as ISO 8601 does, by the clock of the place: a day, or a moment.
    """

    name: str
    start: str
    attendance: int


def dates_out(dates: Dates) -> list[DateOut]:
    """Return the dates chosen as the contract has them."""
    chosen = zip(dates.chosen, dates.attendance, strict=True)
    return [DateOut(name=one.name, start=names_as(one.start), attendance=present) for one, present in chosen]
