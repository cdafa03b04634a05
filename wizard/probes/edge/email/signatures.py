"""DKIM signatures of an original: every one checked with dkimpy in a thread, its keys asked for beforehand (RFC 6376)."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from wizard.net import Dns, DnsAnswer
from wizard.probes.edge.email.evaluate import Ask
from wizard.probes.edge.email.facts import Signature, clip
from wizard.probes.edge.email.keys import MIN_BITS, is_key, read_key, tag_list
from wizard.probes.edge.email.message import MAX_SIGNATURE, MAX_SIGNATURES, Mail, text

LARGE = 5_000_000
"""Bytes from which only three signatures are checked: each one hashes the whole body."""
_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*", re.ASCII)
_QUIET = logging.getLogger("wizard.dkim")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A signature to check: its place among the message's signatures, and its tags."""

    index: int
    tags: tuple[tuple[str, str], ...]

    def tag(self, name: str) -> str:
        """A tag's value without blanks, or ""."""
        return re.sub(r"\s+", "", dict(self.tags).get(name, ""))

    @property
    def domain(self) -> str:
        """``d=``, lower case, "" when it is no host name."""
        return _name(self.tag("d"))

    @property
    def selector(self) -> str:
        """``s=``, lower case, "" when it is no host name."""
        return _name(self.tag("s"))

    @property
    def host(self) -> str:
        """Where the key stands."""
        return f"{self.selector}._domainkey.{self.domain}"


def _name(value: str) -> str:
    low = value.lower().rstrip(".")
    return low if len(low) < 200 and _NAME.fullmatch(low) else ""


def wanted(mail: Mail, near: str) -> tuple[tuple[Wanted, ...], int]:
    """The signatures worth checking (those of `near`'s own names first, at most 12, 3 in a large message) and how many are left out."""
    found: list[Wanted] = []
    values = mail.all(b"dkim-signature")
    for index, value in enumerate(values[:1000]):
        if len(value) <= MAX_SIGNATURE and not re.search(rb"\s{500}", value):
            found.append(Wanted(index, tuple((tag_list(text(value)) or {}).items())))
    found.sort(key=lambda s: not (s.domain == near or s.domain.endswith("." + near) or near.endswith("." + s.domain)))
    kept = found[: 3 if len(mail.raw) > LARGE else MAX_SIGNATURES]
    return tuple(kept), len(values) - len(kept)


async def check(ask: Ask, mail: Mail, signatures: tuple[Wanted, ...]) -> tuple[Signature, ...]:
    """What each signature came to, in the given order. All keys are asked for at once; nothing raises."""
    hosts = tuple(dict.fromkeys(s.host for s in signatures if s.domain and s.selector))
    answers = dict(zip(hosts, await asyncio.gather(*(ask(host, "TXT") for host in hosts)), strict=True))
    return await asyncio.to_thread(_check_all, mail.raw, signatures, answers)


def _check_all(raw: bytes, signatures: tuple[Wanted, ...], answers: dict[str, DnsAnswer]) -> tuple[Signature, ...]:
    verify: Callable[[int, str], str] = _verifier(raw)
    return tuple(_check(s, answers.get(s.host), verify) for s in signatures)


def _check(wanted_: Wanted, answer: DnsAnswer | None, verify: Callable[[int, str], str]) -> Signature:
    signed = tuple(name.strip().lower() for name in wanted_.tag("h").split(":"))[:60]
    base = Signature(
        clip(wanted_.tag("d"), 253).lower().rstrip("."),
        clip(wanted_.tag("s"), 253),
        "broken",
        clip(wanted_.tag("a"), 30),
        "from" in signed,
        bool(wanted_.tag("l")),
        tuple(clip(name, 40) for name in signed),
    )
    if answer is None or not wanted_.tags:
        return replace(base, detail="tags")
    expires = wanted_.tag("x")
    if re.fullmatch(r"\d{1,12}", expires, re.ASCII) and int(expires) < time.time():
        return replace(base, result="expired", detail=f"x={expires}")
    if base.algorithm == "rsa-sha1":
        return replace(base, detail=base.algorithm)
    if answer.state is Dns.ERROR:
        return replace(base, result="dns-error", detail=clip(answer.detail, 100))
    keys = [record for record in answer.records if is_key(record)]
    if answer.state is not Dns.FOUND or not keys:
        return replace(base, result="no-key", detail=answer.state.value)
    problem = "two-keys" if len(keys) > 1 else read_key(keys[0]).problem
    if not problem and _strict(keys[0]) and wanted_.tag("i").lower().rpartition("@")[2] not in ("", base.domain):
        problem = "t=s"
    if problem:
        return replace(base, result="no-key" if problem == "revoked" else "bad-key", detail=problem)
    result, _, detail = verify(wanted_.index, keys[0]).partition(" ")
    return replace(base, result=result, detail=clip(detail, 120))


def _strict(key: str) -> bool:
    return "s" in [flag.strip().lower() for flag in (tag_list(key) or {}).get("t", "").split(":")]


def _verifier(raw: bytes) -> Callable[[int, str], str]:
    """A function of (index, key record) that says valid, body-changed, header-changed or broken, and why. The message is parsed once."""
    import dkim  # noqa: PLC0415  it loads all of dnspython, and the first screen waits for every probe's module

    body = raw.partition(b"\n")[2] if raw.startswith((b"From ", b">From ")) else raw
    try:
        message = dkim.DKIM(body, logger=_QUIET, minkey=MIN_BITS)
    except Exception as error:  # a hostile message makes dkimpy raise anything, IndexError included
        why = type(error).__name__
        return lambda _index, _key: f"broken {why}"

    def verify(index: int, key: str) -> str:
        try:
            sound = message.verify(index, dnsfunc=lambda _name, timeout=5: key.encode("ascii", "replace"))
        except dkim.ValidationError as error:
            return "body-changed" if "body hash" in str(error) else f"broken {error}"
        except Exception as error:  # likewise
            return f"broken {type(error).__name__}"
        return "valid" if sound else "header-changed"

    return verify
