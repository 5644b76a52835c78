"""Who leaves: chosen from those who are there; the pairs are repaired at once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from mentormatch.errors import RequestError
from mentormatch.explanation.labels import Labels
from mentormatch.fields import Side
from mentormatch.languages import mark, tr
from mentormatch.operations.matching import Matching
from mentormatch.operations.repair import Repair, repair
from mentormatch.report.view import labels_for_notebook
from mentormatch.report.views.made import RepairPiece
from mentormatch.widgets.panel.panel import Panel, PanelButton, PanelGesture, PanelMenu, PanelRow, PanelView

ROLES: dict[Side, str] = {"mentor": mark("{name}, mentor·e"), "mentee": mark("{name}, mentoré·e")}
LEAD = mark(
    "La réparation place le plus de monde possible, défait le moins de binômes possible, et ensuite seulement gagne des"
    " points."
)


@dataclass
class DeparturesPanel(Panel):
    """People who leave a plan, by their keys, and the repaired pairs; ``labels`` None: codes, or pseudonyms."""

    now: Callable[[], Matching] = field(default_factory=lambda: no_plan)
    gone: list[tuple[Side, str]] = field(default_factory=list)
    labels: Labels | None = None

    def __post_init__(self) -> None:
        self.before = self.now()
        self.repair = self._repair(self.gone)

    @classmethod
    def of(cls, now: Callable[[], Matching], withdrawn: Sequence[str], labels: Labels | None) -> "DeparturesPanel":
        """Return it with people who leave to begin with; those who are not in the plan are left aside."""
        matching = now()
        sides = [(matching.side_of(key), key) for key in withdrawn]
        there = [(side, key) for side, key in sides if matching.cohort.side(side).has(key)]
        return cls(now=now, gone=there, labels=labels)

    @property
    def language(self) -> str:
        """The language of the programme."""
        return self.before.language

    @property
    def called(self) -> Labels:
        """What people are called."""
        return labels_for_notebook(self.before) if self.labels is None else self.labels

    def people(self) -> Iterator[tuple[str, Side, str]]:
        """Yield everybody: the name in gestures, which tells nothing of them, the side, the key."""
        sides: tuple[Side, Side] = ("mentor", "mentee")
        for side in sides:
            for row, key in enumerate(self.before.cohort.side(side).ids, start=1):
                yield f"{side[0] if side == 'mentor' else 'e'}{row}", side, key

    def view(self) -> PanelView:
        """Return who leaves, who else could, and what became of the pairs."""
        gone = set(self.gone)
        everybody = [(name, self._name_person(side, key), (side, key) in gone) for name, side, key in self.people()]
        options = [("", tr("choisir…")), *((name, called) for name, called, left in everybody if not left)]
        left = tr("s'en va")
        return PanelView(
            title=tr("Qui s'en va ?"),
            lead=tr(LEAD),
            rows=[
                PanelRow(name=name, words=called, told=left, act="leave", act_words=tr("Reste finalement"))
                for name, called, gone in everybody
                if gone
            ],
            menus=[PanelMenu(name="person", words=tr("Une personne de plus s'en va"), options=options)],
            buttons=[
                PanelButton(name="again", words=tr("Repartir des binômes du dessus, tels qu'ils sont maintenant"))
            ],
            document=RepairPiece(self.repair.matching, self.called, self.repair).page(),
        )

    def _name_person(self, side: Side, key: str) -> str:
        return tr(ROLES[side], name=self.called.person(side, key))

    def do(self, gesture: PanelGesture, content: bytes) -> None:
        """Have somebody leave or stay, or take the plan as it is now; raises RequestError where nobody is meant."""
        found = {name: (side, key) for name, side, key in self.people()}
        match gesture.act:
            case "choose" if gesture.value in found:
                gone = [*self.gone, found[gesture.value]]
            case "leave" if gesture.name in found:
                gone = [one for one in self.gone if one != found[gesture.name]]
            case "do":
                self.before = self.now()
                gone = [one for one in self.gone if self.before.cohort.side(one[0]).has(one[1])]
            case _:
                raise RequestError(tr("Cette personne n'est pas dans ces binômes"))
        self.repair = self._repair(gone)
        self.gone, self.said = gone, str(self.repair)

    def _repair(self, gone: Sequence[tuple[Side, str]]) -> Repair:
        return repair(self.before, withdrawn=list(dict.fromkeys(key for _, key in gone)))


def no_plan() -> Matching:
    """Raise RequestError: there is no plan to repair."""
    raise RequestError(tr("Il n'y a aucune répartition à réparer"))
