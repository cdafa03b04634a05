"""What the door gets: consent, hosts, credentials, limits, and doors for tests."""

from __future__ import annotations

import base64
import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path

from wizard.net import Access, Secret
from wizard.profile.accounts import Accounts, hosted_headers
from wizard.profile.shape import ProfileFile
from wizard.profile.source import Source
from wizard.profile.urls import authority, domain, is_loopback, name_and_port, split
from wizard.profile.values import Read, contents, file_of, require_closed

LIVE_MOST = 10.0
ROOTS_MOST = 4_000_000
_PEM = re.compile(r"-----BEGIN (?:TRUSTED )?CERTIFICATE-----(.*?)-----END (?:TRUSTED )?CERTIFICATE-----", re.S)
SCHEMES = {
    name: name
    for name in ("stripe", "github", "meta", "twilio", "calendly", "slack", "standard", "shopify", "paddle", "calcom")
} | {
    "standardwebhooks": "standard",
    "svix": "standard",
    "clerk": "standard",
    "resend": "standard",
    "facebook": "meta",
    "whatsapp": "meta",
}


@dataclass(frozen=True, slots=True)
class Places:
    """The addresses of a profile, in one form each."""

    site: str = ""
    domains: tuple[str, ...] = ()
    base_url: str = ""
    hosted: str = ""
    hosts: frozenset[str] = field(default_factory=frozenset)


def hosts_of(*urls: str, names: tuple[str, ...] = ()) -> frozenset[str]:
    """The consented hosts: those of `urls`, and `names` as they are."""
    parts = (split(url) for url in urls if url)
    return frozenset({authority(one) for one in parts if one} | set(names))


def consent(source: Source, shape: ProfileFile) -> None:
    """Trouble when touch or push is true and nobody is named."""
    for name in ("touch", "push"):
        if getattr(shape.consent, name) and not shape.consent.by.strip():
            raise source.trouble("no-consent", ("consent", name))


def access(read: Read, shape: ProfileFile, found: Accounts, places: Places, run_id: str) -> Access:
    """Everything for the door. Trouble for an unsound door, scheme, limit or an open file with a literal credential."""
    source, given = read.source, shape.consent
    consent(source, shape)
    connect = _connect(source, shape)
    _pace(source, shape, places.hosts, connect)
    secrets = [Secret(shape.chat.canary.strip())] if shape.chat.canary.strip() else []
    return Access(
        run_id=run_id,
        hosts=places.hosts,
        by=given.by.strip(),
        touch=given.touch,
        push=given.push,
        proof=given.proof,
        accounts=found.headers | ({"hosted": key} if (key := hosted_headers(read, shape.hosted)) else {}),
        tokens=_tokens(read, shape),
        resolver=_resolver(source, shape),
        connect=connect,
        ca_file=_roots(source, shape.network.ca_file) if shape.network.ca_file else None,
        max_requests=shape.limits.max_requests,
        requests_per_second=shape.limits.requests_per_second,
        site=places.site or places.base_url,
        secrets=tuple(dict.fromkeys([*found.secrets, *secrets])),
        webhook_scheme=scheme(source, shape),
        hosted=places.hosted,
    )


def _tokens(read: Read, shape: ProfileFile) -> dict[str, Secret]:
    provider = shape.monitoring.provider or "monitoring"
    given = {
        "cloudflare": (shape.edge.token, ("edge", "token")),
        provider: (shape.monitoring.token, ("monitoring", "token")),
        "webhook": (shape.webhook.secret, ("webhook", "secret")),
    }
    out: dict[str, Secret] = {}
    for name, (value, path) in given.items():
        if not value.strip():
            continue
        if not value.strip().isprintable():
            raise read.source.wrong(path, "header", "text with line breaks")
        if path not in read.from_env:
            require_closed(read.source, path, read.source.path)
        out[name] = Secret(value.strip())
    return out


def scheme(source: Source, shape: ProfileFile) -> str:
    """The signing scheme in its one spelling, or ""."""
    given = shape.webhook.scheme.strip()
    if not given:
        return ""
    name = "".join(letter for letter in given.lower() if letter.isalnum())
    if name not in SCHEMES:
        raise source.trouble(
            "not-one-of", ("webhook", "scheme"), known=", ".join(dict.fromkeys(SCHEMES.values())), found=given
        )
    return SCHEMES[name]


def _connect(source: Source, shape: ProfileFile) -> dict[str, str]:
    out = {}
    for door, to in shape.network.connect.items():
        path = ("network", "connect", door)
        if not (ours := name_and_port(door)):
            raise source.wrong(path, "connect-name", door)
        if not (theirs := name_and_port(to)):
            raise source.wrong(path, "connect-name", to)
        out[_joined(*ours)] = _joined(*theirs)
    return out


def _joined(name: str, port: int) -> str:
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def _resolver(source: Source, shape: ProfileFile) -> str:
    text = shape.network.resolver.strip()
    if not text:
        return ""
    found = name_and_port(text) or (text.strip("[]"), 53)
    try:
        ipaddress.ip_address(found[0])
    except ValueError:
        raise source.wrong(("network", "resolver"), "resolver", text) from None
    return _joined(*found)


def _roots(source: Source, text: str) -> Path:
    """The file of extra roots; Trouble when no certificate can be read from it."""
    path = ("network", "ca_file")
    found = _PEM.findall(contents(source, text, path, ROOTS_MOST).decode("latin-1"))
    try:
        sound = bool(found) and all(base64.b64decode("".join(one.split()), validate=True)[:1] == b"0" for one in found)
    except ValueError:
        sound = False
    if not sound:
        raise source.wrong(path, "roots", text)
    return file_of(source, text, path)


def _pace(source: Source, shape: ProfileFile, hosts: frozenset[str], connect: dict[str, str]) -> None:
    """Nobody hurries a live site: more than 10 a second is for loopback alone."""
    rate = shape.limits.requests_per_second
    if rate is not None and rate > LIVE_MOST and not all(is_loopback(host, connect) for host in hosts):
        raise source.trouble("too-fast", ("limits", "requests_per_second"), found=f"{rate:g}")


def places(source: Source, shape: ProfileFile, site: str, base_url: str, hosted: str) -> Places:
    """All addresses with the hosts that they consent to. A hosted backend's is not among them: the door adds it once the site shows it."""
    names = tuple(domain(source, text, ("site", "domains", at)) for at, text in enumerate(shape.site.domains))
    return Places(site, names, base_url, hosted, hosts_of(site, base_url, names=names))
