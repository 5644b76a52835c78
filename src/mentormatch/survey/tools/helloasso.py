"""HelloAsso: a CSV or XLSX of tickets, one row a ticket; a form of questions may hang on each.

The only address is that of the person who paid, who may have paid for several: such people are told apart by ticket.
"""

from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark
from mentormatch.survey.fact_tool import FactTool, Layout
from mentormatch.survey.facts import Facts, State
from mentormatch.survey.tool import ToolPage

AMOUNT = "montant "
ORDER, DATE, STATUS = "Référence commande", "Date de la commande", "Statut de la commande"
PAYER, TICKET = "Email payeur", "Numéro de billet"


class HelloAsso(FactTool):
    """Tickets and answers of a HelloAsso campaign."""

    kind = "helloasso"
    label = "HelloAsso"
    marks = tuple(map(fold, (ORDER, STATUS, PAYER)))
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
        among=((ORDER,), (DATE,), (STATUS,)),
        place="anywhere",
        dropped=(ORDER, DATE, STATUS, "Moyen de paiement", "Billet", "Code promo"),
        kept=(
            *("Nom participant", "Prénom participant", "Nom payeur", "Prénom payeur", PAYER, "Raison sociale"),
            *(TICKET, "Tarif"),
        ),
        sent=(DATE,),
        day_first=(DATE,),
        number=(TICKET,),
        states=(State(column=(STATUS,), counts=("Validé", "Validée"), others="out"),),
        buyer=(PAYER, ORDER, ("Nom participant", "Prénom participant")),
    )

    def leave_out(self, layout: Layout) -> None:
        """Leave out the amount of what another column names."""
        names = list(map(fold, layout.names))
        amounts = {at for at, name in enumerate(names) if name.startswith(AMOUNT)}
        layout.left_out |= {at for at in amounts if names[at].removeprefix(AMOUNT) in names}
