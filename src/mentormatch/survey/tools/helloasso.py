"""HelloAsso, tickets in CSV or XLSX. One row per ticket, with the answers to its form.

The only address is that of the buyer of the tickets. If a buyer has several, their numbers identify the other people.
"""

from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark
from mentormatch.survey.fact_tool import FactTool, Layout
from mentormatch.survey.facts import Facts, State
from mentormatch.survey.tool import ToolPage

AMOUNT_PREFIX = "montant "
ORDER_COLUMN, DATE_COLUMN, STATUS_COLUMN = "Référence commande", "Date de la commande", "Statut de la commande"
PAYER_COLUMN, TICKET_COLUMN = "Email payeur", "Numéro de billet"


class HelloAsso(FactTool):
    """Tickets and answers of a HelloAsso campaign."""

    kind = "helloasso"
    label = "HelloAsso"
    marks = tuple(map(fold, (ORDER_COLUMN, STATUS_COLUMN, PAYER_COLUMN)))
    expected = mark("« Référence commande », « Date de la commande » et « Statut de la commande »")
    page = ToolPage(
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
    facts = Facts(
        among=((ORDER_COLUMN,), (DATE_COLUMN,), (STATUS_COLUMN,)),
        place="anywhere",
        dropped=(ORDER_COLUMN, DATE_COLUMN, STATUS_COLUMN, "Moyen de paiement", "Billet", "Code promo"),
        kept=(
            *("Nom participant", "Prénom participant", "Nom payeur", "Prénom payeur", PAYER_COLUMN, "Raison sociale"),
            *(TICKET_COLUMN, "Tarif"),
        ),
        sent=(DATE_COLUMN,),
        day_first=(DATE_COLUMN,),
        number=(TICKET_COLUMN,),
        states=(State(column=(STATUS_COLUMN,), counts=("Validé", "Validée"), others="out"),),
        buyer=(PAYER_COLUMN, ORDER_COLUMN, ("Nom participant", "Prénom participant")),
    )

    def leave_out(self, layout: Layout) -> None:
        """Leave out the amount of each option that has a column."""
        names = list(map(fold, layout.names))
        amounts = {at for at, name in enumerate(names) if name.startswith(AMOUNT_PREFIX)}
        layout.left_out |= {at for at in amounts if names[at].removeprefix(AMOUNT_PREFIX) in names}
