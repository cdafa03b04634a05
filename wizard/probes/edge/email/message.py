"""An original e-mail as bytes: its header fields, who sent it, which mailbox received it, and which headers may be believed (RFC 5322, RFC 8601)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from email.utils import getaddresses, parsedate_to_datetime

from wizard.probes.edge.email import authres
from wizard.probes.edge.email.dmarc import listed

MAX_BYTES = 40_000_000
MAX_HEAD = 1_000_000
MAX_FIELDS = 4_000
MAX_LINES = 2_000
MAX_SIGNATURES = 12
MAX_SIGNATURE = 8_192
_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]+)[ \t]*:(.*)", re.DOTALL)
_BY = re.compile(r"(?:^|[\s)])by\s+\[?([A-Za-z0-9.:_-]+)\]?", re.IGNORECASE)
_FROM_IP = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f:.]+)\]|\(([0-9A-Fa-f:]*[.:][0-9A-Fa-f:.]+)\)", re.IGNORECASE)
_OWN = (b"dkim-signature", b"from", b"date", b"subject", b"message-id", b"mime-version", b"to")
"""Fields that the sender wrote: whatever stands below the first of them was there before the mailbox took the message."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A message's fields in order (name lower case, value with folds), and where its body starts."""

    fields: tuple[tuple[bytes, bytes], ...]
    raw: bytes

    def all(self, name: bytes) -> tuple[bytes, ...]:
        """The values of every field of this name, top first."""
        return tuple(value for field, value in self.fields if field == name)


def read_mail(raw: bytes) -> Mail | str:
    """The message, or why it is none: too-big, not-mail. Linear; the head is bounded to 1 MB and 4,000 fields."""
    if len(raw) > MAX_BYTES:
        return "too-big"
    head = raw[: MAX_HEAD + 2]
    end = re.search(rb"\r?\n\r?\n", head)
    if end is None and len(raw) > MAX_HEAD:
        return "too-big"
    lines = re.split(rb"\r?\n", head[: end.start()] if end else head)
    if lines and lines[0].startswith((b"From ", b">From ")):
        lines = lines[1:]
    groups: list[list[bytes]] = []
    for line in lines:
        if line[:1] in (b" ", b"\t") and groups:
            groups[-1].append(line)
        else:
            groups.append([line])
    if len(groups) > MAX_FIELDS or any(len(group) > MAX_LINES for group in groups) or _costly(raw):
        return "too-big"
    found = [_FIELD.fullmatch(b"\r\n".join(group)) for group in groups if group != [b""]]
    fields = tuple((m[1].lower(), m[2]) for m in found if m is not None)
    known = {name for name, _ in fields}
    if len(fields) < len(found) or not known & {b"from", b"received", b"subject", b"date"}:
        return "not-mail"
    return Mail(fields, raw)


def _costly(raw: bytes) -> bool:
    """Whether runs of blanks would make relaxed canonicalisation, quadratic in a run's length, take more than a few seconds."""
    return sum((run.end() - run.start()) ** 2 for run in re.finditer(rb"[\t ]{64,}", raw)) > 1_000_000_000


def text(value: bytes) -> str:
    """A field's value as one line of text; bytes of no known encoding are kept as replacement characters."""
    return re.sub(r"\r?\n[ \t]*", " ", value.decode("utf-8", "replace")).strip()


def from_domains(mail: Mail) -> tuple[str, ...]:
    """The domain of every address in every From field, lower case; () when none can be read. Encoded names stay encoded: they hold no address."""
    values = [text(value[:MAX_SIGNATURE]) for value in mail.all(b"from")[:10]]
    found = [domain_of(address) for _, address in getaddresses(values)]
    return tuple(dict.fromkeys(domain for domain in found if domain))


def domain_of(address: str) -> str:
    """The domain of an address, lower case and in its ASCII form, or ""."""
    domain = address.strip().strip("<>").rpartition("@")[2].strip().rstrip(".").lower()
    if "@" not in address or not domain:
        return ""
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError:
            return ""
    return domain if re.fullmatch(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+", domain) and len(domain) < 254 else ""


def date_of(mail: Mail) -> float:
    """When the mailbox took the message (the date of the topmost Received, else Date) in epoch seconds; -1.0 when neither can be read."""
    stamps = [text(value).rpartition(";")[2] for value in mail.all(b"received")[:1]]
    stamps += [text(value) for value in mail.all(b"date")[:1]]
    for stamp in stamps:
        try:
            return parsedate_to_datetime(stamp[:200]).timestamp()
        except (ValueError, TypeError, IndexError, OverflowError, OSError):
            continue
    return -1.0


def by_host(received: bytes) -> str:
    """The name of the host that wrote a Received field, "" when it is an address or missing."""
    found = _BY.search(_bare(text(received[:4_000])))
    host = found[1].lower().strip(".") if found else ""
    return host if "." in host and ":" not in host and not re.fullmatch(r"[0-9.]+", host) else ""


def _bare(value: str) -> str:
    return re.sub(r"\([^()]*\)", " ", value)


def same_house(one: str, other: str) -> bool:
    """Whether two hosts belong to one administrative domain: equal, or the same registrable domain."""
    return one == other or (bool(listed(one)) and listed(one) == listed(other))


@dataclass(frozen=True, slots=True)
class Trusted:
    """What the receiving mailbox itself wrote: its host, the topmost results it vouches for, and the client it took the mail from."""

    receiver: str = ""
    results: authres.Results | None = None
    client: str = ""
    helo: str = ""


def trusted(mail: Mail) -> Trusted:
    """Read only what stands above the first Received of another administrative domain and above the sender's own fields (RFC 8601 section 5).

    Received fields whose `by` is a bare address are the mailbox's inner steps and are skipped. Results count when they name the receiver; without
    a name (Microsoft) when the receiver ends in outlook.com.
    """
    receiver = next((host for host in map(by_host, mail.all(b"received")[:50]) if host), "")
    results: authres.Results | None = None
    client = helo = ""
    for name, value in mail.fields:
        if name in _OWN:
            break
        if name == b"received":
            host = by_host(value)
            if host and not same_house(host, receiver):
                break
            client, helo = _client(value) or (client, helo)
        elif name == b"authentication-results" and results is None and receiver:
            found = authres.read(text(value))
            named = same_house(found.server, receiver) if found.server else receiver.endswith(".outlook.com")
            results = found if named and found.results else None
    return Trusted(receiver, results, client, helo)


def _client(received: bytes) -> tuple[str, str] | None:
    """(address, HELO name) of the client in a Received field, when it is a public address: the last one is where the mail came in."""
    line = text(received[:4_000])
    start = re.match(r"from\s+(\S+)", line, re.IGNORECASE)
    head = re.split(r"\sby\s", line, maxsplit=1)[0]
    for found in _FROM_IP.finditer(head) if start else ():
        try:
            address = ipaddress.ip_address(found[1] or found[2])
        except ValueError:
            continue
        if start and (address.is_global or address.is_loopback):
            return str(address), start[1].strip("[]()").lower()
    return None
