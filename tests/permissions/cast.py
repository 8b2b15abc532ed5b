"""Who stands around a packet: somebody for every column of the policy, and for every pair of relations that can be."""

from collections.abc import Mapping
from dataclasses import replace

from tests.permissions.oracle import Ties

CANDIDATE, MANAGER, OWNER = Ties(candidate=True), Ties(manager=True), Ties(owner=True)
PEER, MEMBER, CHAIR = Ties(peer="asked"), Ties(seat="member"), Ties(seat="chair")


def also(ties: Ties, **more: object) -> Ties:
    return replace(ties, **more)


FREE = {"conflict": "none"}

#: Packet -> the people around it. Each packet has a panel of its own, with one chair at most.
CAST: Mapping[str, Mapping[str, Ties]] = {
    "plain": {
        "candidate": CANDIDATE,
        "manager who owes": MANAGER,
        "stranger": Ties(),
        "site owner": Ties(site_owner=True),
        "peer who owes": PEER,
        "peer who rated": also(PEER, rated=True),
        "member who owes": also(MEMBER, **FREE),
        "member who voted": also(MEMBER, voted=True, **FREE),
        "member who never answered": MEMBER,
        "member with a conflict": also(MEMBER, conflict="declared"),
        "member set aside": also(MEMBER, conflict="set"),
        "member who managed the candidate": also(MEMBER, near=True, **FREE),
        "member who managed and is set aside": also(MEMBER, near=True, conflict="set"),
        "member and peer who owes": also(MEMBER, peer="asked", **FREE),
        "member and peer who rated": also(MEMBER, peer="asked", rated=True, **FREE),
        "member set aside and peer": also(MEMBER, peer="asked", conflict="set"),
        "chair": also(CHAIR, **FREE),
        "owner": also(OWNER, site_owner=True),
        "owner with a conflict": also(OWNER, conflict="declared", site_owner=True),
        "owner who managed the candidate": also(OWNER, near=True),
        "owner and peer who owes": also(OWNER, peer="asked", site_owner=True),
        "owner and peer who rated": also(OWNER, peer="asked", rated=True),
        "owner and member": also(OWNER, seat="member", voted=True, **FREE),
        "owner and member set aside": also(OWNER, seat="member", conflict="set", site_owner=True),
    },
    "rated": {
        "candidate and member": also(CANDIDATE, seat="member", **FREE),
        "manager who rated": also(MANAGER, rated=True),
        "chair with a conflict": also(CHAIR, conflict="declared"),
    },
    "kept in the line": {
        "candidate and chair": also(CANDIDATE, seat="chair", **FREE),
        "manager and member": also(MANAGER, seat="member", **FREE),
    },
    "led by the manager": {
        "candidate and owner": also(CANDIDATE, owner=True, site_owner=True),
        "manager who rated, and chair": also(MANAGER, rated=True, seat="chair", **FREE),
    },
    "owned by the manager": {
        "manager who owes, and owner": also(MANAGER, owner=True, site_owner=True),
        "chair and peer who owes": also(CHAIR, peer="asked", **FREE),
    },
    "rated by the owner": {
        "manager who rated, and owner": also(MANAGER, owner=True, rated=True),
        "chair and peer who rated": also(CHAIR, peer="asked", rated=True, **FREE),
    },
    "read by the manager": {
        "manager who rated, and member": also(MANAGER, rated=True, seat="member", **FREE),
        "chair who voted": also(CHAIR, voted=True, **FREE),
    },
    "led by the owner": {
        "manager who owes, and chair": also(MANAGER, seat="chair", **FREE),
    },
    "chaired by an owner": {"owner and chair": also(OWNER, seat="chair", **FREE)},
    "without an answer": {"chair who never answered": CHAIR},
    "set aside": {"chair set aside": also(CHAIR, conflict="set")},
}

#: Packets of a cycle in which the three stages of calibration stand side by side.
MIXED: Mapping[str, Mapping[str, Ties]] = {
    "mixed": {
        label: CAST["plain"][label]
        for label in (
            "candidate",
            "peer who rated",
            "member who owes",
            "member who voted",
            "member with a conflict",
            "member set aside",
            "chair",
            "owner",
        )
    }
    | {"manager who rated": also(MANAGER, rated=True)}
}


def in_phase(ties: Ties, phase: int) -> Ties:
    """What of the ties there can be by then: nobody rates before ratings open, nor votes before calibration."""
    if phase < 2:
        ties = replace(ties, rated=False, peer="")
    if phase < 3:
        ties = replace(ties, voted=False)
    elif ties.peer and not ties.rated:
        ties = replace(ties, peer="late")
    return ties
