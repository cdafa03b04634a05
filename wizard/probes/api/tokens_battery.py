"""Pass 2: forged tokens on at most three routes that refuse nobody and random text. The door forges, and shows no token to anybody."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from wizard.model import Consent
from wizard.net import Call, Reply
from wizard.probe import progress
from wizard.probes.api.auth_routes import Own, plain_address
from wizard.probes.api.auth_seen import Battery, Try
from wizard.probes.api.auth_tries import Desk
from wizard.probes.api.faces import Kind, is_open

MOST_ROUTES = 3
ANY = (
    ("empty-bearer", ("empty-bearer", "null-bearer", "undefined-bearer")),
    ("wrong-token-kind", ("refresh-as-access", "id-as-access")),
)
BEARER = (("wrong-scheme", ("bare", "wrong-scheme-token", "wrong-scheme-basic")),)
JWT = (
    ("unchecked-signature", ("unsigned-altered", "claims-of:b")),
    ("unsigned-token", ("alg-none", "alg-None", "alg-nOnE")),
    ("key-id", ("kid-unknown", "kid-path", "jku-invalid", "x5u-invalid")),
)
CONFUSED = (("key-confusion", ("hs-confusion-pem", "hs-confusion-pem-nonewline", "hs-confusion-der")),)
SHORT = (("unchecked-signature", ("unsigned-altered",)), ("unsigned-token", ("alg-none",)))
"""What the second and third route are shown."""

Plan = tuple[tuple[str, tuple[str, ...]], ...]


async def battery(owns: list[Own], desk: Desk, key: bytes) -> tuple[Battery, ...]:
    """Every forged token on the first route, a few on the others. `owns` are the routes that qualify."""
    token = desk.asker.net.token("a")
    first: Plan = ANY + (BEARER if token.kind in {"jwt", "bearer"} and token.header.lower() == "authorization" else ())
    rest: Plan = ()
    if token.kind == "jwt":
        first, rest = first + JWT + (CONFUSED if key else ()), SHORT
    found = []
    for at, own in enumerate(spread(owns)):
        progress.get()(own.route)
        tries: list[tuple[str, Try]] = []
        for check, kinds in rest if at else first:
            tries += [(check, one) for one in await _family(own, check, kinds, desk, key)]
        if tries:
            found.append(Battery(own.route, tuple(tries)))
    return tuple(found)


def spread(owns: list[Own]) -> list[Own]:
    """At most three, each from another corner of the API: the first word of the path differs where it can."""
    corners: dict[str, Own] = {}
    for own in owns:
        words = [word for word in urlsplit(own.call.url).path.split("/") if word]
        corners.setdefault(
            "/".join(words[:2]) if words and words[0] in {"api", "v1", "v2"} else "".join(words[:1]), own
        )
    return list(corners.values())[:MOST_ROUTES]


async def _family(own: Own, check: str, kinds: tuple[str, ...], desk: Desk, key: bytes) -> list[Try]:
    """The variants of one check until one opens or two in a row break the server. Whose name a changed token may carry is always tried."""
    found: list[Try] = []
    for kind in kinds:
        call = replace(
            plain_address(own.call), actor=f"forged:{kind}:a", key=key if kind.startswith("hs-") else b"", fresh=True
        )
        found.append(await desk.attempt(call, check, own.route, how=kind))
        kinds_seen = [one.exchange.kind for one in found]
        if (is_open(kinds_seen[-1]) and check != "unchecked-signature") or kinds_seen[-2:] == [
            Kind.BREAKS,
            Kind.BREAKS,
        ]:
            break
    return found


async def published_key(desk: Desk) -> tuple[str, bytes]:
    """(symmetric, missing or fetched; the key's bytes) for a's JWT: from the usual addresses of the API's own host and of a consented issuer."""
    token = desk.asker.net.token("a")
    if token.kind != "jwt":
        return "", b""
    if token.alg.upper().startswith("HS"):
        return "symmetric", b""
    for origin in _issuers(desk):
        for path in ("/.well-known/jwks.json", "/auth/v1/.well-known/jwks.json", "/.well-known/openid-configuration"):
            reply = await _get(origin + path, desk)
            if path.endswith("configuration"):
                there = _named(reply, "jwks_uri")
                reply = await _get(_joined(origin, there), desk) if there else Reply()
            if reply.status == 200 and _named(reply, "keys"):
                return "fetched", reply.head
    return "missing", b""


def _issuers(desk: Desk) -> list[str]:
    target, issuer = desk.asker.target, desk.asker.net.token("a").issuer
    urls = [issuer if issuer.startswith(("https://", "http://")) else "", target.base_url, target.site]
    kept = [url.rstrip("/") for url in urls if url and not desk.asker.net.refuses(Consent.LOOK, url)]
    origins = [f"{urlsplit(url).scheme}://{urlsplit(url).netloc}" for url in kept]
    return list(dict.fromkeys([*kept[:1], *origins]))[:3]


async def _get(url: str, desk: Desk) -> Reply:
    return await desk.looks.net.send(Call("GET", url, why="auth.key-confusion"))


def _joined(origin: str, there: str) -> str:
    """The address that a server's answer names; hostile text gives one that the door refuses."""
    try:
        return urljoin(origin, there[:2_000])
    except ValueError:
        return ""


def _named(reply: Reply, name: str) -> str:
    """One member of a JSON object, as text."""
    try:
        found = json.loads(reply.head)
    except (ValueError, RecursionError):
        return ""
    value = found.get(name) if isinstance(found, dict) else ""
    return value if isinstance(value, str) else "set" if value else ""
