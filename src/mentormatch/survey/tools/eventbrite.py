"""Eventbrite, the report of attendees. One row per ticket; name and address may be those of the buyer."""

from mentormatch.survey.fact_tool import FactTool
from mentormatch.survey.facts import Facts, State
from mentormatch.survey.tool import ToolPage


class Eventbrite(FactTool):
    """Attendees of an event and their answers."""

    kind = "eventbrite"
    label = "Eventbrite"
    marks = ("order #", "attendee #", "attendee status", "eventbrite fees", "eventbrite payment processing")
    expected = "Order #, Order Date, Attendee #, Attendee Status"
    page = ToolPage(
        known_by="« Order # », « Order Date », et « Attendee # » ou « Attendee Status »",
        files="CSV, XLSX",
        several="`a | b`",
        unconfirmed="les intitulés en d'autres langues que l'anglais ; ce qui joint plusieurs choix",
    )
    facts = Facts(
        first=(("Order #",), ("Order Date",)),
        any_of=("Attendee #", "Attendee Status"),
        kept=("First Name", "Last Name", "Surname", "Email", "Attendee #"),
        asked=("Ticket Type",),
        dropped=(
            *("Order #", "Order Date", "Quantity", "Price Tier", "Group", "Order Type", "Currency", "Total Paid"),
            *("Fees Paid", "Eventbrite Fees", "Eventbrite Payment Processing", "Attendee Status"),
            *(f"{kind} {part}" for kind in ("Home", "Work") for part in ("Address 1", "Address 2", "City", "State")),
            *(f"{kind} {part}" for kind in ("Home", "Work") for part in ("Zip", "Country")),
        ),
        sent=("Order Date",),
        number=("Attendee #",),
        states=(
            State(
                column=("Attendee Status",),
                counts=("Attending", "Checked In"),
                out=("Deleted", "Refunded", "Not Attending", "Transferred"),
            ),
        ),
        joiner=" - ",
        several=" | ",
        buyer=("Email", "Order #", ("First Name", "Last Name", "Surname")),
    )
