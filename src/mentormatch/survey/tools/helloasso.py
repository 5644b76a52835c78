"""HelloAsso: a CSV or XLSX of tickets, one row a ticket; a form of questions may hang on each.

The only address is that of the person who paid, who may have paid for several: where that is so it is remarked on, and
the number of the ticket can be the key.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from mentormatch.languages.phrases import listed
from mentormatch.languages.text_keys import canonical, fold
from mentormatch.languages.translation import mark, tr
from mentormatch.survey.table import Refused, Rows, TableRemark, TextTable, tabulate
from mentormatch.survey.tool import (
    Tool,
    ToolPage,
    columns_of,
    not_of,
    number_repeats,
    rows_below,
    with_submissions,
    without_columns,
)

ORDER, DATE, STATUS = "reference commande", "date de la commande", "statut de la commande"
VALID = ("valide", "validee")
LEFT_OUT = (ORDER, DATE, STATUS, "moyen de paiement", "billet", "code promo")
AMOUNT, TICKET = "montant ", "numero de billet"
PARTICIPANT, PAYER = ("nom participant", "prenom participant"), "email payeur"
STAYING = (*PARTICIPANT, "nom payeur", "prenom payeur", PAYER, "raison sociale", TICKET, "tarif")
NOT_VALID = mark("Le statut de la commande n'est pas « Validé ».")
SEVERAL = mark(
    "Lignes {lines} : même courriel de payeur pour plusieurs participants ; « Numéro de billet » peut servir"
    " d'identifiant."
)
SHOWN_LINES = 5


class HelloAsso(Tool):
    """Tickets and answers of a HelloAsso campaign."""

    kind: ClassVar[str] = "helloasso"
    label: ClassVar[str] = "HelloAsso"
    marks: ClassVar[Sequence[str]] = (ORDER, STATUS, PAYER)
    expected: ClassVar[str] = mark("« Référence commande », « Date de la commande » et « Statut de la commande »")
    page: ClassVar[ToolPage] = ToolPage(
        files="CSV, XLSX",
        sent="date de la commande",
        refused="une commande qui n'est pas « Validé » est une ligne rejetée",
        own="participant, payeur, numéro de billet, tarif",
        several="une option par colonne, `Oui`",
        other="une question à part",
        grid="une question par ligne",
        ranking="la cellule, dans l'ordre",
        unconfirmed="le point-virgule ; la date `jj/mm/aaaa`, avec ou sans l'heure",
        response="numéro de billet",
    )

    def knows(self, rows: Rows) -> bool:
        """Take what has an order in each row, with its date and its status."""
        return {ORDER, DATE, STATUS} <= set(map(fold, rows.records[0].cells))

    def sort(self, rows: Rows) -> TextTable:
        if not self.knows(rows):
            raise not_of(rows, self)
        table = valid_only(tabulate(rows_below(rows), number_repeats(rows.records[0].cells)))
        names = list(map(fold, table.header))
        tickets = columns_of(table, [TICKET], len(names))
        table = with_submissions(table, [names.index(DATE)], certain="day first", response=tickets)
        staying = frozenset(columns_of(table, STAYING, len(names)))
        table = replace(table, tool=self.kind, own=staying, remarks=(*table.remarks, *shared_addresses(table)))
        return without_columns(table, {column for column, name in enumerate(names) if is_left_out(name, names)})


def is_left_out(name: str, names: Sequence[str]) -> bool:
    """Tell whether a column is of the order alone: its notes, or the amount of what another column names."""
    return name in LEFT_OUT or (name.startswith(AMOUNT) and name.removeprefix(AMOUNT) in names)


def valid_only(table: TextTable) -> TextTable:
    """Return ``table`` with the orders that are not valid as refused rows."""
    status = list(map(fold, table.header)).index(STATUS)
    valid = [record for record in table.records if fold(record.cells[status]) in VALID]
    lines = {record.line for record in valid}
    others = [Refused(record.line, tr(NOT_VALID)) for record in table.records if record.line not in lines]
    refused = sorted((*table.refused, *others), key=lambda row: row.line)
    return replace(table, records=tuple(valid), refused=tuple(refused))


def shared_addresses(table: TextTable) -> Iterator[TableRemark]:
    """Yield that some people have the address of another who paid for them, where they have."""
    names = list(map(fold, table.header))
    if PAYER not in names:
        return
    who = [names.index(name) for name in PARTICIPANT if name in names]
    people: dict[str, dict[tuple[str, ...], int]] = {}
    for record in table.records:
        named = tuple(canonical(record.cells[column]) for column in who)
        people.setdefault(canonical(record.cells[names.index(PAYER)]), {}).setdefault(named, record.line)
    lines = sorted(line for address, met in people.items() if address and len(met) > 1 for line in met.values())
    if lines:
        shown = [str(line) for line in lines[:SHOWN_LINES]] + [tr("d'autres")] * (len(lines) > SHOWN_LINES)
        yield TableRemark(lines[0], tr(SEVERAL, lines=listed(shown)))
