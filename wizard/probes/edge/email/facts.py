"""What is seen of a sending domain and of an original message: plain facts, bounded and printable, judged elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.model import FileRef
from wizard.net import Dns, DnsAnswer

MAX_RECORDS = 20
MAX_TEXT = 4096
FRESH_DAYS = 7.0
"""A message this young was signed with today's keys."""


@dataclass(frozen=True, slots=True)
class Look:
    """One DNS question and what it came to; `records` bounded to 20 of 4,096 characters, `cut` when more came."""

    name: str
    kind: str
    state: Dns
    records: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    detail: str = ""
    cut: bool = False


def look(answer: DnsAnswer, records: tuple[str, ...] | None = None) -> Look:
    """The bounded, printable form of an answer; `records` replaces its records (a selection of them)."""
    found = answer.records if records is None else records
    cut = len(found) > MAX_RECORDS or any(len(text) > MAX_TEXT for text in found)
    kept = tuple(printable(text)[:MAX_TEXT] for text in found[:MAX_RECORDS])
    chain = tuple(printable(name)[:255] for name in answer.chain[:10])
    return Look(printable(answer.name), answer.kind, answer.state, kept, chain, printable(answer.detail)[:200], cut)


def printable(text: str) -> str:
    """`text` with everything that is not a visible character or a blank written as an escape, so that it cannot act on a terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def clip(text: str, limit: int = 300) -> str:
    """Evidence text: printable, at most `limit` characters."""
    text = printable(text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


@dataclass(frozen=True, slots=True)
class SpfNode:
    """A domain in the SPF tree: its TXT state, and its ``v=spf1`` records (others are nobody's business)."""

    domain: str
    state: Dns
    records: tuple[str, ...] = ()
    broken: str = ""
    """The first term that breaks the syntax, read from the whole record even where the kept text is cut."""
    cut: bool = False
    """The record is too long to keep, or the name has so many TXT records that an SPF record may not be among those seen."""


@dataclass(frozen=True, slots=True)
class Selector:
    """What stands at ``<name>._domainkey.<domain>``. `origin`: profile, message, answer or guessed. `target`: the CNAME, "" if none."""

    name: str
    domain: str
    origin: str
    state: Dns
    records: tuple[str, ...] = ()
    target: str = ""
    provider: str = ""

    @property
    def host(self) -> str:
        """The name at which the key is looked up."""
        return f"{self.name}._domainkey.{self.domain}"


@dataclass(frozen=True, slots=True)
class Walk:
    """The DMARC tree walk from a domain (RFC 9989 section 4.10): each `_dmarc` question in order, and the public-suffix list's opinion."""

    domain: str
    looks: tuple[Look, ...]
    listed: str = ""


@dataclass(frozen=True, slots=True)
class Domain:
    """All that DNS says of one sending domain. `control` is the answer for a made-up selector: what it finds, guesses find too."""

    name: str
    soa: Look
    mx: Look
    spf: tuple[SpfNode, ...]
    hosts: tuple[Look, ...]
    walk: Walk
    selectors: tuple[Selector, ...]
    control: Look
    domainkey: Look
    reports: tuple[Look, ...]
    extras: tuple[Look, ...]
    named: bool = True
    """False: the site's own domain, judged along because strangers may write in its name."""
    guessed: int = 0
    suggest: tuple[str, ...] = ()
    """Includes of the mail providers that MX and keys point to, for the record to paste."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One DKIM-Signature and what checking it came to.

    `result`: valid, body-changed, header-changed, expired, no-key, dns-error, bad-key, broken. `signed_from`: From is in ``h=``.
    `length`: ``l=`` leaves part of the body unsigned.
    """

    domain: str
    selector: str
    result: str
    algorithm: str = ""
    signed_from: bool = False
    length: bool = False
    headers: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """An original message as handed over. `problem` is why it could not be read: missing, too-big, not-mail, many-from, no-from.

    `age`: days between its date and this run, -1 when undated. `spf` is recomputed today for the client that the trusted Received names.
    """

    file: FileRef
    problem: str = ""
    sender: str = ""
    return_path: str = ""
    age: float = -1.0
    received: int = 0
    receiver: str = ""
    signatures: tuple[Signature, ...] = ()
    unread: int = 0
    results: tuple[tuple[str, str], ...] = ()
    """(method, result) of the topmost Authentication-Results that may be trusted."""
    walks: tuple[Walk, ...] = ()
    client: str = ""
    spf: str = ""
    lists: tuple[str, ...] = ()
    """Which of List-Unsubscribe and List-Unsubscribe-Post it has."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Every sending domain and every message that was handed over."""

    domains: tuple[Domain, ...]
    messages: tuple[Message, ...] = ()
