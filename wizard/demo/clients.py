"""The sample business's data: four people, two of them test clients with marker words, their conversations, files, orders and notes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

MOST_NOTES = 40


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in."""

    id: str
    name: str
    email: str
    role: str
    marker: str = ""
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))


ADA = Person("u_1001", "Ada Lindqvist", "ada.lindqvist@mailbox.example", "client", "amber4821 otter7730")
BEN = Person("u_1002", "Ben Achterberg", "ben.achterberg@mailbox.example", "client", "cobalt5917 heron2264")
GUEST = Person("u_1003", "Gus Trial", "gus.trial@mailbox.example", "guest")
COACH = Person("u_1", "Mara Bright", "mara@brightside.example", "coach")
PEOPLE = {person.id: person for person in (ADA, BEN, GUEST, COACH)}


@dataclass(slots=True)
class Order:
    """A booked package; each real payment event is kept once."""

    id: str
    owner: str
    item: str
    cents: int
    memo: str
    payments: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Records:
    """Everything that belongs to somebody, by id."""

    conversations: dict[str, dict[str, str]] = field(default_factory=dict)
    files: dict[str, dict[str, str]] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    events: set[str] = field(default_factory=set)


def records() -> Records:
    """A fresh set. The marker words stand where their owner would have written them."""
    kept = Records()
    for person, number in ((ADA, 1), (BEN, 2)):
        words = person.marker
        kept.conversations[f"c_{1000 + number}"] = {
            "owner": person.id,
            "title": f"Planning week {number}",
            "text": f"My key words for this week are {words}.",
        }
        kept.files[f"f_{76 + number}"] = {
            "owner": person.id,
            "name": "goals.txt",
            "text": f"Goals of the quarter: {words}\n",
        }
        kept.orders[f"o_{500 + number}"] = Order(
            f"o_{500 + number}", person.id, "Six sessions", 54000, f"Reference {words}"
        )
        kept.notes[person.id] = [f"Call on Tuesday about {words}."]
    kept.notes[GUEST.id] = []
    return kept
