"""Groups in words, in tables and in codes: what participants may read, and apart from it what is for the team."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from mentormatch.assignment.model.solution import Tier
from mentormatch.explanation.tables import CellValue, ResultSheet, rejected_sheet, sheet
from mentormatch.groups.problem import pairs_in
from mentormatch.languages import mark, tr, tr_n
from mentormatch.languages.phrases import counted, percent, points, thousands

if TYPE_CHECKING:
    from mentormatch.groups.partition import FormedGroup, Grouping, GroupShare

GOALS = {
    "placed": mark("personnes placées"),
    "priority": mark("priorités"),
    "meetings": mark("retrouvailles"),
    "floor": mark("points du groupe le plus faible"),
    "total": mark("total des points"),
}


def sentences(grouping: "Grouping") -> Iterator[str]:
    """Yield what participants may read, what matters most first: nobody is named."""
    yield formed_sentences(grouping)
    yield grouping.standing
    alone = len(grouping.unplaced)
    if alone:
        yield tr_n(
            "{number} personne n'a pas de groupe.", "{number} personnes n'ont pas de groupe.", alone, number=alone
        )
    yield from grouping.remarks


def formed_sentences(grouping: "Grouping") -> str:
    """Return in words how many people there are in how many groups, and of which sizes."""
    sizes = sorted({len(group.members) for group in grouping.groups})
    if not sizes:
        return tr("Aucun groupe n'a été formé.")
    people = counted(sum(len(group.members) for group in grouping.groups), "personne")
    groups = counted(len(grouping.groups), "groupe")
    if len(sizes) == 1:
        return tr("{people} en {groups} de {size}.", people=people, groups=groups, size=sizes[0])
    return tr(
        "{people} en {groups}, de {least} à {most}.", people=people, groups=groups, least=sizes[0], most=sizes[-1]
    )


def staff_sentences(grouping: "Grouping") -> Iterator[str]:
    """Yield what is for the team: each goal with its proof or its gap, why not all have a place, who is nobody."""
    yield from (f"{capital(goal_in_words(tier))}." for tier in grouping.tiers)
    yield from why_not_all(grouping)
    aside = len(grouping.rejected)
    if aside:
        yield tr_n("{number} réponse est écartée.", "{number} réponses sont écartées.", aside, number=aside)


def why_not_all(grouping: "Grouping") -> Iterator[str]:
    """Yield why not everybody has a place, and what would do, where that is so."""
    if grouping.conflict is not None:
        yield grouping.conflict.reason
        yield from grouping.conflict.ways_out


def capital(text: str) -> str:
    """Return a text that begins a sentence.

    >>> capital("total des points")
    'Total des points'
    """
    return f"{text[:1].upper()}{text[1:]}"


def goal_in_words(tier: Tier) -> str:
    """Return what is reached in one goal, and that it is proved, or how far the bound is."""
    shown = points if tier.goal in ("floor", "total") else thousands
    name, value = tr(GOALS[tier.goal]), shown(tier.value)
    if tier.proved:
        return tr("{goal} : {value}, prouvé", goal=name, value=value)
    if tier.bound is None:
        return tr("{goal} : {value}, sans borne connue", goal=name, value=value)
    off = percent(abs(tier.bound - tier.value) / max(abs(tier.bound), 1), 1)
    return tr("{goal} : {value}, borne {bound} (écart {gap})", goal=name, value=value, bound=shown(tier.bound), gap=off)


def sheets(grouping: "Grouping") -> dict[str, ResultSheet]:
    """Return who is in which group, and who leads it where somebody does."""
    led = any(group.facilitator for group in grouping.groups)
    columns = [("group", tr("Groupe")), ("member", tr("Membre"))]
    columns += [("facilitator", tr("Animé par"))] if led else []
    rows = (row[: len(columns)] for group in grouping.groups for row in placed_sheet(grouping, group))
    return {"groups": sheet(columns, rows)}


def placed_sheet(grouping: "Grouping", group: "FormedGroup") -> Iterator[tuple[CellValue, ...]]:
    """Yield the number of a group, each of its members, and who leads it, empty where nobody does."""
    leader = grouping.labels.person("mentor", group.facilitator) if group.facilitator else ""
    yield from ((group.number, grouping.called(key), leader) for key in group.members)


def staff_sheets(grouping: "Grouping") -> dict[str, ResultSheet]:
    """Return what is for the team: points and what they are made of, who has no group, who meets again, rows aside."""
    return {
        "scores": scores(grouping),
        "shares": shares(grouping),
        "unplaced": unplaced_json(grouping),
        "met": met_json(grouping),
        "rejected": rejected_sheet(grouping.rejected),
    }


def scores(grouping: "Grouping") -> ResultSheet:
    """Return the points of each group, as the mean of its pairs."""
    columns = [("group", tr("Groupe")), ("size", tr("Personnes")), ("points", tr("Points sur 100"))]
    columns.append(("again", tr("Retrouvailles")))
    return sheet(columns, ((one.number, len(one.members), one.points, len(one.met)) for one in grouping.groups))


def shares(grouping: "Grouping") -> ResultSheet:
    """Return what each criterion adds to each group: points a pair, which add up to those of the group."""
    columns = [
        ("group", tr("Groupe")),
        ("heading", tr("Rubrique")),
        ("criterion", tr("Critère")),
        ("points", tr("Points")),
        ("full", tr("Sur")),
        ("answered", tr("Part connue")),
        ("reason", tr("Pourquoi")),
    ]
    rows = (grouping_json(one, share) for one in grouping.groups for share in one.contributions)
    return sheet(columns, rows)


def grouping_json(one: "FormedGroup", share: "GroupShare") -> tuple[CellValue, ...]:
    """Return one share as the cells of a row."""
    pairs = 10_000 * max(pairs_in(len(one.members)), 1)
    heading, full = share.group or "", share.full / pairs
    return one.number, heading, share.criterion, share.share / pairs, full, share.answered, share.reason


def unplaced_json(grouping: "Grouping") -> ResultSheet:
    """Return everybody in no group, and why."""
    columns = [("member", tr("Membre")), ("code", tr("Code")), ("reason", tr("Raison"))]
    return sheet(columns, ((grouping.called(one.person), one.code, one.reason) for one in grouping.unplaced))


def met_json(grouping: "Grouping") -> ResultSheet:
    """Return the pairs who were in one group before, and are again."""
    columns = [("group", tr("Groupe")), ("member", tr("Membre")), ("other", tr("A déjà rencontré"))]
    pairs = ((one.number, grouping.called(a), grouping.called(b)) for one in grouping.groups for a, b in one.met)
    return sheet(columns, pairs)


def public_json(grouping: "Grouping") -> dict[str, object]:
    """Return the groups in codes, as participants may read them."""
    return {
        "status": str(grouping.status),
        "groups": [
            {"number": one.number, "facilitator": one.facilitator or None, "members": list(one.members)}
            for one in grouping.groups
        ],
        "without_group": len(grouping.unplaced),
    }


def staff_json(grouping: "Grouping") -> dict[str, object]:
    """Return the groups in codes, with all that is known of them."""
    found = grouping.conflict
    return public_json(grouping) | {
        "groups": [whole(one) for one in grouping.groups],
        "tiers": [{"goal": one.goal, "value": one.value, "bound": one.bound} for one in grouping.tiers],
        "gap": grouping.gap,
        "unplaced": [{"member": one.person, "code": one.code, "reason": one.reason} for one in grouping.unplaced],
        "repeats": grouping.repeats,
        "conflict": None
        if found is None
        else {"code": found.code, "reason": found.reason, "ways_out": list(found.ways_out)},
        "rejected": [{"line": row.line, "fate": row.fate, "reason": row.reason} for row in grouping.rejected],
    }


def whole(one: "FormedGroup") -> Mapping[str, object]:
    """Return one group in codes: its score and its shares are sums over its pairs, in millionths."""
    return {
        "number": one.number,
        "facilitator": one.facilitator or None,
        "members": list(one.members),
        "score": one.score,
        "contributions": [
            {
                "criterion": share.criterion,
                "kind": share.kind,
                "group": share.group,
                "share": share.share,
                "full": share.full,
                "answered": share.answered,
                "reason": share.reason,
            }
            for share in one.contributions
        ],
        "met": [list(pair) for pair in one.met],
    }
