"""Sends one try at a route and holds the answer against the account's own: the pieces that every check of the item shares."""

from __future__ import annotations

import base64
import json
import re
import secrets
from dataclasses import dataclass, field, replace

from wizard.net import Call, Reply
from wizard.probes.api.alike import alike
from wizard.probes.api.ask import Asker, marks_of, refuses
from wizard.probes.api.auth_seen import Try
from wizard.probes.api.auth_words import known
from wizard.probes.api.bodies import leaves, parse_json
from wizard.probes.api.evidence import shown
from wizard.probes.api.faces import Around, Face, Marks, is_open, is_shut
from wizard.probes.api.lexicon import squeeze
from wizard.probes.api.pages import text_of

_MAIL = re.compile(r"(?<![\w.+-])([A-Za-z0-9._%+-]{1,64})@([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6})")
_PHONE = re.compile(r"(?<![\w+])\+\d[\d ().-]{7,18}\d(?!\w)")
_JWT = re.compile(r"(?<![\w-])eyJ[\w-]{8,2000}\.([\w-]{8,8000})\.[\w-]{8,2000}")
MOST_PLACES = 6
TOKEN_LEAST = 12


class Visitor(Asker):
    """An `Asker` to whom a's own word in the answer to a bent token of a is a's own, not another's."""

    def marks(self, call: Call) -> Marks:
        """The marks for this call's answer."""
        holder = call.actor.rpartition(":")[2] if call.actor.startswith("forged:") else call.actor
        found = marks_of(self.target, replace(call, actor="a" if holder == "expired" else holder))
        return replace(found, canary=None)


@dataclass(slots=True)
class Desk:
    """`asker` sends what carries a credential or a body; `looks` what anybody's browser may send. Baselines stay in memory."""

    asker: Visitor
    looks: Visitor
    controls: dict[str, Reply] = field(default_factory=dict)
    cookies: list[tuple[str, str, bool]] = field(default_factory=list)
    fell: bool = False
    """The server fell silent over a body."""

    async def send(
        self, call: Call, check: str, route: str, *, looked: bool = False, own: Reply | None = None
    ) -> tuple[Reply, Face]:
        """One request, through `looks` when `looked`; a challenge by a cache is asked again past it."""
        visitor = self.looks if looked else self.asker
        shell = await self.looks.shell(call.url)
        nobody = call.actor in {"nobody", "hosted"}
        around = Around(shell=shell, own=None if nobody else own, owner=own if nobody else None)
        reply, face = await visitor.settled(call, check, route, around=around)
        for value in reply.all("set-cookie"):
            self.cookies.append((route, value, call.url.startswith("https:")))
        return reply, face

    async def attempt(self, call: Call, check: str, route: str, *, how: str = "", looked: bool = False) -> Try:
        """One try, held against the route's own control (where there is one)."""
        visitor = self.looks if looked else self.asker
        own = self.controls.get(route)
        reply, face = await self.send(call, check, route, looked=looked, own=own)
        stale = False
        if is_shut(face.kind) and face.cached:
            again = replace(
                call, url=call.url + ("&" if "?" in call.url else "?") + "lr=" + secrets.token_hex(4), target=None
            )
            reply, face = await self.send(again, check, route, looked=looked, own=own)
            stale = is_shut(face.kind) and face.cached
        like = own is not None and alike(reply, own)
        places = personal(reply, visitor.target.domains, tokens=like) if is_open(face.kind) else ()
        return Try(
            exchange=visitor.exchanges[-1],
            how=how,
            like=like,
            refuses=refuses(face, reply, None, own),
            stale=stale,
            personal=tuple(shown(visitor.net.reveals(place)) for place in places),
        )

    @property
    def requests(self) -> int:
        """All that was sent."""
        return self.asker.sent + self.looks.sent


def personal(reply: Reply, domains: tuple[str, ...] = (), *, tokens: bool = True) -> tuple[str, ...]:
    """Places (JSON pointers, or ``body``) where a person's e-mail address, a token, or several phone numbers stand.

    Addresses of an office (``support@``) and of the business's own domains are no person's; one phone number alone may be the business's; a public
    key's token names nobody. `tokens`: whether tokens count at all: a stranger may be given one of its own.
    """
    document = parse_json(reply)
    texts = list(leaves(document.value)) if document is not None else [("body", text_of(reply))]
    places: list[str] = []
    phones: dict[str, str] = {}
    for pointer, leaf in texts:
        if not isinstance(leaf, str):
            continue
        text = leaf[:65_536]
        name = squeeze(pointer.rpartition("/")[2])
        if (tokens and _is_token(name, text)) or any(
            _is_person(hit[1], hit[2], domains) for hit in _MAIL.finditer(text)
        ):
            places.append(pointer)
        for hit in _PHONE.finditer(text):
            phones.setdefault(squeeze(hit.group()), pointer)
    if len(phones) > 1:
        places += phones.values()
    return tuple(dict.fromkeys(places))[:MOST_PLACES]


def _is_token(name: str, text: str) -> bool:
    """A JWT that says whose it is (RFC 7519), or a long value called a token."""
    found = _JWT.search(text)
    if found is None:
        return name in known("personal", "tokens") and len(text) >= TOKEN_LEAST
    payload = found[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        return True
    return isinstance(claims, dict) and not known("personal", "claims").isdisjoint(claims)


def _is_person(local: str, domain: str, domains: tuple[str, ...]) -> bool:
    low = domain.lower()
    if squeeze(local) in known("personal", "offices") or low.rpartition(".")[2] in known("personal", "files"):
        return False
    return not any(low == own or low.endswith("." + own) or own.endswith("." + low) for own in domains)
