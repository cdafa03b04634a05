"""What stands in a's token and in its addresses, read on this computer alone: names and times, never values."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from wizard.intake import routes as intake
from wizard.intake.request import in_address
from wizard.net import Net
from wizard.probe import Target
from wizard.probes.api.auth_seen import Token
from wizard.probes.api.evidence import shown
from wizard.probes.api.planted import SIGNED, link_life
from wizard.probes.api.routes import template_of

HARMLESS = frozenset(
    {"at_hash", "c_hash", "s_hash", "pwd_exp", "pwd_url", "username", "preferred_username", "hostname", "tenant_name"}
)
"""Claims whose names hold a risky word and mean nothing of the kind (OpenID Connect Core 3.3.2.11; one large identity service)."""
SHORT = 300.0
HOLDERS = ("a", "b", "limited", "expired", "hosted")
_LIVE = ("ws", "wss", "socket", "websocket", "cable")


def contents(net: Net, published: str, now: float) -> Token:
    """What is known of a's credential."""
    facts = net.token("a")
    begun = facts.iat if facts.iat is not None else now
    return Token(
        kind=facts.kind,
        alg=shown(facts.alg, 20),
        claims=tuple(shown(net.reveals(name), 60) for name in facts.claims),
        risky=tuple(shown(net.reveals(name), 60) for name in facts.risky_claims if _last(name) not in HARMLESS),
        ends=facts.exp is not None,
        life=None if facts.exp is None else facts.exp - begun,
        published=published,
        keys_tried=max(net.token(name).keys_tried for name in HOLDERS),
        known_keys=tuple(_known_keys(net)),
    )


def _known_keys(net: Net) -> Iterator[tuple[str, str, str]]:
    for name in HOLDERS:
        facts = net.token(name)
        if facts.known_key:
            fact = f"{name}: {shown(facts.alg, 20)} signature made with a key of the list {facts.known_key}, {facts.key_length} characters"
            yield name, facts.known_key, fact


def _last(name: str) -> str:
    return name.rpartition(".")[2].lower()


def clock_now() -> float:
    """Epoch seconds."""
    return time.time()


def in_addresses(target: Target, net: Net) -> tuple[tuple[str, str], ...]:
    """(route, parameter) for every credential in the query of an own call; a ``?`` before the parameter where the link is signed or lives under 5 minutes."""
    urls: list[tuple[str, str]] = []
    for account in (target.accounts.get("a"), target.accounts.get("b")):
        if account is None:
            continue
        if account.pasted:
            urls.append((account.pasted.method, account.pasted.url))
        given = (intake.parse(entry) for entry in account.own)
        urls += [(one.method, intake.join(target.base_url, one.template)) for one in given if one]
    found: dict[tuple[str, str], None] = {}
    for method, url in urls:
        for name, _value in in_address(url):
            path = intake.within(urlsplit(url).path, target.base_url)
            route = shown(net.reveals(template_of(target, method, path)))
            found[route, ("?" if _short(url, name) else "") + shown(name, 40)] = None
    return tuple(found)


def _short(url: str, name: str) -> bool:
    parts = urlsplit(url)
    signed, life = link_life(url, time.time())
    live = parts.scheme in _LIVE or any(word in _LIVE for word in parts.path.lower().split("/"))
    return live or (signed and name.lower() in SIGNED - {"token"}) or (life is not None and life <= SHORT)
