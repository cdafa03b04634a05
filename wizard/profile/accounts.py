"""Test accounts and hosted keys: what probes may know of them, and the credentials apart, for the door alone."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from wizard.intake import curl, routes
from wizard.intake.pasted import Pasted
from wizard.model import Consent, Trouble
from wizard.net import Secret
from wizard.probe import Account
from wizard.profile.lines import Key
from wizard.profile.notice import Notice
from wizard.profile.shape import AccountTable, HostedTable, ProfileFile
from wizard.profile.urls import authority, split
from wizard.profile.values import Read, contents, file_of, require_closed
from wizard.words import say

NAMES = ("a", "b", "limited", "expired")
CURL_MOST = 1_000_000
SHORT_WORD = 6
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_VALUE = re.compile(r"[\x20-\x7e\x80-\xff\t]+\Z")
_HARMLESS = frozenset(
    {"accept", "accept-language", "content-type", "origin", "referer", "user-agent", "x-requested-with"}
)


@dataclass(slots=True)
class Accounts:
    """All accounts of a profile. `pasted` keeps the parsed commands; `secrets` what must be masked and is in no header."""

    known: dict[str, Account] = field(default_factory=dict)
    headers: dict[str, dict[str, Secret]] = field(default_factory=dict)
    secrets: list[Secret] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    pasted: dict[str, Pasted] = field(default_factory=dict)


def accounts(read: Read, shape: ProfileFile) -> Accounts:
    """Every account that the profile names."""
    out = Accounts()
    for name in NAMES:
        table: AccountTable | None = getattr(shape.accounts, name)
        if table is not None:
            _account(read, name, table, out)
    _apart(read, out)
    return out


def with_base(found: Accounts, base_url: str) -> None:
    """Turn pasted reads into own entries, relative to the base address, and bring own entries into one form."""
    for name, account in list(found.known.items()):
        own = [str(one) for one in (routes.parse(entry, base_url) for entry in account.own) if one]
        files = [str(one) for one in (routes.parse(entry, base_url) for entry in account.files) if one]
        if account.pasted and account.pasted.method == "GET" and not own:
            parts = urlsplit(account.pasted.url)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            own = [f"GET {routes.within(path, base_url)}"]
        found.known[name] = replace(account, own=tuple(own), files=tuple(files))


def _account(read: Read, name: str, table: AccountTable, out: Accounts) -> None:
    at: Key = ("accounts", name)
    headers = {key: Secret(_header(read, key, value, at)) for key, value in table.headers.items()}
    pasted = _pasted(read, table.curl, (*at, "curl")) if table.curl else None
    if pasted:
        given = {key.lower() for key in headers}
        headers = {k: v for k, v in pasted.credentials.items() if k.lower() not in given} | headers
        out.pasted[name] = pasted
        out.secrets += pasted.also
    for part in ("own", "files"):
        for count, entry in enumerate(getattr(table, part)):
            if routes.parse(entry) is None:
                raise read.source.trouble("bad-route", (*at, part, count), found=entry)
    marker = _marker(read, table.marker, (*at, "marker"))
    person = tuple(Secret(value.strip()) for value in table.person)
    out.secrets += [*(word for word in marker or () if word), *person]
    if marker and len(_squeezed(marker[1].reveal())) < SHORT_WORD:
        out.notices.append(Notice("marker-short", account=name))
    call = replace(pasted.call, actor=name, consent=Consent.TOUCH) if pasted else None
    out.known[name] = Account(name, marker, tuple(table.own), tuple(table.files), person, call)
    out.headers[name] = headers


def _header(read: Read, name: str, value: str, at: Key) -> str:
    path = (*at, "headers", name)
    value = value.strip()
    if not _TOKEN.match(name) or not _VALUE.match(value):
        raise read.source.trouble("bad-header", path)
    if path not in read.from_env and name.lower() not in _HARMLESS:
        require_closed(read.source, path, read.source.path)
    return value


def _pasted(read: Read, text: str, path: Key) -> Pasted:
    place = file_of(read.source, text, path)
    require_closed(read.source, path, place)
    raw = contents(read.source, text, path, CURL_MOST)
    try:
        return curl.parse(raw.decode("utf-8-sig", "replace"))
    except Trouble as error:
        raise read.source.trouble("bad-curl", path, why=say(error.key, **error.slots)) from None


def _marker(read: Read, text: str, path: Key) -> tuple[Secret, Secret] | None:
    words = text.split()
    if not words:
        return None
    if len(words) > 2 or not all(_squeezed(word) for word in words):
        raise read.source.wrong(path, "marker", f"{len(words)} words")
    return (Secret(words[0] if len(words) == 2 else ""), Secret(words[-1]))


def _squeezed(word: str) -> str:
    return re.sub(r"[^a-z0-9]", "", word.lower())


def _apart(read: Read, out: Accounts) -> None:
    """A's and B's secret words must not stand in the other's: an echo would look like a leak. Expired may well be A itself."""
    for name, other in (("a", "b"), ("b", "a")):
        mine, theirs = (out.known[one].marker if one in out.known else None for one in (name, other))
        secret = _squeezed(mine[1].reveal()) if mine else ""
        if secret and any(secret in _squeezed(word.reveal()) for word in theirs or () if word):
            raise read.source.trouble("same-marker", ("accounts", "b", "marker"))


def strangers(found: Accounts, hosts: frozenset[str]) -> list[Notice]:
    """A notice for each pasted request that goes to an address nobody consented to."""
    out = []
    for name, pasted in found.pasted.items():
        parts = split(pasted.call.url)
        host = authority(parts) if parts else ""
        if host not in hosts:
            out.append(Notice("pasted-host", account=name, host=host))
    return out


def hosted_headers(read: Read, table: HostedTable) -> dict[str, Secret]:
    """The public key of a hosted backend, sent as the provider's own library sends it. A master key counts as a literal credential."""
    path = ("hosted", "key")
    if not table.key:
        return {}
    if not _VALUE.match(table.key):
        raise read.source.trouble("bad-header", path)
    if path not in read.from_env and is_master(table.key):
        require_closed(read.source, path, read.source.path)
    if table.kind == "firebase":
        return {"x-goog-api-key": Secret(table.key)}
    return {"apikey": Secret(table.key), "Authorization": Secret(f"Bearer {table.key}")}


def is_master(key: str) -> bool:
    """Whether a Supabase key is the one that no browser may have (``sb_secret_`` or a JWT of role service_role)."""
    if key.startswith("sb_secret_"):
        return True
    parts = key.split(".")
    if len(parts) != 3:
        return False
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return False
    return isinstance(claims, dict) and claims.get("role") == "service_role"
