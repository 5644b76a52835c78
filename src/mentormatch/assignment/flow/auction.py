"""Forward and reverse auction (Bertsekas 1988; Bertsekas and Castañon 1992), compiled.

A person bids for the slot with the best margin: its dual rises until the second best is as good, and by ``step``
(epsilon) more. So all keep epsilon-complementary slackness: the margin of a matched pair is within epsilon of the
person's best. With ``step`` 0 this is the augmenting row reduction of Jonker and Volgenant (1987), which keeps exact
slackness but may leave people free. In the reverse auction free slots with a positive dual bid for people, downwards.

The auction only provides a start; shortest augmenting paths finish the solve. While people bid, each slot of a right
node has its own dual; the dual of the node is the lowest of these.

With 10,000 people per side a solve takes 2.6 s, and 4.0 s by paths from the same duals (as many slots as people); 1.4
and 2.0 s with more slots, 2.2 and 2.7 s with fewer.
"""

from typing import NamedTuple

import numpy as np

from mentormatch.assignment.flow.paths import NOBODY, Adjacency
from mentormatch.assignment.kernels.jit import jit
from mentormatch.base.arrays import IntVector, ShortVector

INFINITE = 1 << 62


class Auction(NamedTuple):
    """The state of an auction between n people and m right nodes with a capacity each, p slots in total.

    ``left`` (n,), ``right`` (m,): duals. ``slot`` (n,): the slot of each person, or -1. ``slot_starts`` (m + 1,): the
    first slot of each right node; ``slot_duals``, ``occupant``, ``node_of_slot`` (p,): the dual, the person, or -1, and
    the node of each slot. ``bidders``: a stack of the people or slots that are still to bid.
    """

    left: IntVector
    right: IntVector
    slot: IntVector
    slot_starts: IntVector
    slot_duals: IntVector
    occupant: ShortVector
    node_of_slot: ShortVector
    bidders: IntVector


def start_auction(duals: IntVector, capacities: IntVector, people: int) -> Auction:
    """Return an auction without matched people, at duals (m,) of the right side."""
    # One entry per slot: slots of a node have their own duals while people bid
    node_of_slot = np.repeat(np.arange(len(capacities), dtype=np.int32), capacities)
    return Auction(
        np.zeros(people, dtype=np.int64),
        duals.copy(),
        np.full(people, NOBODY, dtype=np.int64),
        np.concatenate([[0], np.cumsum(capacities)]),
        duals[node_of_slot],
        np.full(len(node_of_slot), NOBODY, dtype=np.int32),
        node_of_slot,
        np.empty(max(people, len(node_of_slot)), dtype=np.int64),
    )


@jit
def set_reservations(side: Adjacency, auction: Auction, patience: int) -> None:
    """Set the dual of each person to the best margin now, less ``patience``: the reservation.

    A person stops bidding below it, so that a bidding war among too many people ends.
    """
    for person in range(len(auction.slot)):
        # Best margin at the present duals, 0 for staying free
        best = np.int64(0)
        for pair in range(side.starts[person], side.starts[person + 1]):
            best = max(best, side.profit[pair] - auction.right[side.others[pair]])
        auction.left[person] = best - patience


@jit
def bid_forward(side: Adjacency, auction: Auction, step: int, bids: int) -> int:
    """Let free people bid for slots until none wants to, or for ``bids`` turns; return the number of turns.

    A bid exceeds the second best by ``step`` (epsilon). People below their reservation do not bid in their turn.
    """
    count, bids_made = 0, 0
    # All free people are on the stack, the first person on top
    for person in range(len(auction.slot) - 1, -1, -1):
        if auction.slot[person] == NOBODY:
            auction.bidders[count] = person
            count += 1
    # Gauss-Seidel auction: one bid at a time, by the person who was outbid last
    while count > 0 and bids_made < bids:
        bids_made += 1
        loser = _bid_for_slot(side, auction, auction.bidders[count - 1], step)
        count -= 1
        # The outbid person bids next; the stack is empty when all are matched or have stopped
        if loser != NOBODY:
            auction.bidders[count] = loser
            count += 1
    return bids_made


@jit
def _bid_for_slot(side: Adjacency, auction: Auction, person: int, step: int) -> int:
    """Let a person bid; return the person who is outbid, or NOBODY."""
    node, best, second = _best_node(side, auction, person)
    # Below the reservation: a path will set the dual
    if node == NOBODY or best < auction.left[person]:
        return NOBODY
    # The cheapest slot of the node is bid for; the next cheapest is an alternative too
    slot, second_lowest = _cheapest_slot(auction, node)
    second = max(second, best - (second_lowest - auction.slot_duals[slot]))
    # The occupant is outbid
    loser = auction.occupant[slot]
    if loser != NOBODY:
        # Without epsilon a bid that raises nothing would exchange two people for ever
        if second == best and step == 0:
            return NOBODY
        auction.slot[loser] = NOBODY
    # The bidding increment of Bertsekas: best less second best margin, plus epsilon
    auction.slot_duals[slot] += best - second + step
    # The dual of the node is that of its cheapest slot
    auction.right[node] = min(auction.slot_duals[slot], second_lowest)
    auction.occupant[slot], auction.slot[person] = person, slot
    return int(loser)


@jit
def _best_node(side: Adjacency, auction: Auction, person: int) -> tuple[int, np.int64, np.int64]:
    """Return the right node with the best margin, that margin and the second best; ties prefer a node at dual 0."""
    node, best, second = NOBODY, np.int64(0), np.int64(0)
    for pair in range(side.starts[person], side.starts[person + 1]):
        candidate = side.others[pair]
        margin = side.profit[pair] - auction.right[candidate]
        if margin > best:
            node, best, second = candidate, margin, best
        elif margin > second:
            second = margin
            # A node at dual 0 has a free slot, unless bids raised nothing: nobody is outbid
            if margin == best and auction.right[candidate] == 0 and auction.right[node] > 0:
                node = candidate
    return node, best, second


@jit
def _cheapest_slot(auction: Auction, node: int) -> tuple[int, np.int64]:
    """Return the slot with the lowest dual, preferably free, and the next lowest dual."""
    begin, end = auction.slot_starts[node], auction.slot_starts[node + 1]
    slot, lowest, second_lowest = begin, auction.slot_duals[begin], np.int64(INFINITE)
    for candidate in range(begin + 1, end):
        dual = auction.slot_duals[candidate]
        if dual < lowest or (dual == lowest and auction.occupant[candidate] == NOBODY):
            slot, lowest, second_lowest = candidate, dual, lowest
        elif dual < second_lowest:
            second_lowest = dual
    return slot, second_lowest


@jit
def equalise_duals(side: Adjacency, auction: Auction) -> None:
    """Set all slots of a right node to its lowest dual, and the duals of people to the resulting margins.

    Then each node has one dual again, as the assignment problem requires.
    """
    for slot in range(len(auction.occupant)):
        auction.slot_duals[slot] = auction.right[auction.node_of_slot[slot]]
    for person in range(len(auction.slot)):
        best, own_margin = np.int64(0), np.int64(NOBODY)
        node = NOBODY if auction.slot[person] == NOBODY else auction.node_of_slot[auction.slot[person]]
        for pair in range(side.starts[person], side.starts[person + 1]):
            margin = side.profit[pair] - auction.right[side.others[pair]]
            best = max(best, margin)
            if side.others[pair] == node:
                own_margin = margin
        # A matched person keeps the margin of their pair, which stays tight; a free person takes the best margin
        auction.left[person] = best if node == NOBODY else own_margin


@jit
def bid_reverse(back: Adjacency, auction: Auction, step: int, bids: int) -> int:
    """Reverse auction: let free slots with a positive dual bid for people; return the number of turns.

    It ends when no slot wants to bid, or after ``bids`` turns; a slot may bid for nobody in its turn.
    """
    count, bids_made = 0, 0
    for slot in range(len(auction.occupant)):
        # These slots violate complementary slackness
        if auction.occupant[slot] == NOBODY and auction.right[auction.node_of_slot[slot]] > 0:
            auction.bidders[count] = slot
            count += 1
    while count > 0 and bids_made < bids:
        bids_made += 1
        vacated = _bid_for_person(back, auction, auction.bidders[count - 1], step)
        count -= 1
        if vacated != NOBODY:
            auction.bidders[count] = vacated
            count += 1
    return bids_made


@jit
def _bid_for_person(back: Adjacency, auction: Auction, slot: int, step: int) -> int:
    """Let a slot bid for a person; return the slot that this person leaves if its dual is positive, else NOBODY."""
    node = auction.node_of_slot[slot]
    # The value of a person to the node: profit less their dual
    person, best, second = _best_person(back, auction, node)
    old_slot = NOBODY if person == NOBODY else auction.slot[person]
    if old_slot != NOBODY and best == second and step == 0:
        return NOBODY
    # The dual falls until the second best person would come too, less epsilon; never below 0, never upwards
    dual = min(max(second - step, np.int64(0)), auction.right[node])
    gain = auction.right[node] - dual
    auction.right[node] = dual
    # All slots of the node have one dual: their people gain by its fall
    for node_slot in range(auction.slot_starts[node], auction.slot_starts[node + 1]):
        if auction.occupant[node_slot] != NOBODY:
            auction.left[auction.occupant[node_slot]] += gain
    if person != NOBODY:
        # The person gains by the move
        auction.left[person] += best - dual
        auction.occupant[slot], auction.slot[person] = person, slot
        # The slot that they leave bids if its dual is positive
        if old_slot != NOBODY:
            auction.occupant[old_slot] = NOBODY
            if auction.right[auction.node_of_slot[old_slot]] > 0:
                return int(old_slot)
    return NOBODY


@jit
def _best_person(back: Adjacency, auction: Auction, node: int) -> tuple[int, np.int64, np.int64]:
    """Return the person with the best margin, that margin and the second best; ties prefer a free person."""
    person, best, second = NOBODY, np.int64(0), np.int64(0)
    begin, end = auction.slot_starts[node], auction.slot_starts[node + 1]
    for pair in range(back.starts[node], back.starts[node + 1]):
        candidate = back.others[pair]
        margin = back.profit[pair] - auction.left[candidate]
        # People of the node itself are no new bid
        if margin > second and not begin <= auction.slot[candidate] < end:
            if margin > best:
                person, best, second = candidate, margin, best
            else:
                second = margin
                if margin == best and auction.slot[candidate] == NOBODY:
                    person = candidate
    return person, best, second
