"""DMARC records, the tree walk, policy that applies, and alignment (RFC 9989). Pure; the questions are asked elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from publicsuffixlist import PublicSuffixList

from wizard.net import Dns
from wizard.probes.edge.email.facts import Walk
from wizard.probes.edge.email.keys import tag_list

STRENGTH = {"none": 0, "quarantine": 1, "reject": 2}
MAX_QUESTIONS = 8
_VERSION = re.compile(r"\s*v\s*=\s*DMARC1\s*(?:;|$)")
_REPORT = re.compile(r"\s*mailto:([^\s,!@]+)@([A-Za-z0-9.-]+)(?:![0-9]+[kmgtKMGT]?)?\s*", re.ASCII)


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def listed(domain: str) -> str:
    """The registrable domain by the public-suffix list (offline data), or "" for a suffix itself, an address or a single label."""
    if not re.search(r"[a-z]", domain.rpartition(".")[2].lower()):
        return ""
    return _suffixes().privatesuffix(domain.lower()) or ""


def rented(domain: str) -> bool:
    """Whether the name stands under a hosting platform's own suffix (``me.lovable.app``), whose DNS its user cannot edit."""
    suffix = _suffixes().publicsuffix(domain.lower()) or ""
    official = _official().publicsuffix(domain.lower()) or ""
    return suffix != official


@cache
def _official() -> PublicSuffixList:
    return PublicSuffixList(only_icann=True)


@dataclass(frozen=True, slots=True)
class Policy:
    """A DMARC record that may be used. `problem`: "" or bad-p (an invalid policy and no ``rua``). `p` "" means that none was written."""

    p: str = ""
    sp: str = ""
    np: str = ""
    t: bool = False
    pct: int | None = None
    psd: str = "u"
    adkim: str = "r"
    aspf: str = "r"
    rua: tuple[tuple[str, str], ...] = ()
    """(local part, domain) of each report address."""
    problem: str = ""


def means_dmarc(text: str) -> bool:
    """Whether a TXT record was meant to be one, though it may be misspelt (``v=dmarc1, p=none``)."""
    return text.lstrip()[:40].replace(" ", "").lower().startswith("v=dmarc")


def walk_names(domain: str) -> tuple[str, ...]:
    """The names that a walk from `domain` asks, at most 8: the domain, then (from more than 8 labels straight to 7) one label less each time."""
    labels = domain.lower().removesuffix(".").split(".")
    names = [".".join(labels)]
    rest = labels[-(MAX_QUESTIONS - 1) :] if len(labels) >= MAX_QUESTIONS else labels[1:]
    while rest:
        names.append(".".join(rest))
        rest = rest[1:]
    return tuple(names[:MAX_QUESTIONS])


def is_dmarc(text: str) -> bool:
    """Whether a TXT record is a DMARC record: it starts with ``v=DMARC1`` (section 4.7)."""
    return bool(_VERSION.match(text))


def parse(text: str) -> Policy:
    """A record's tags; never raises. Unknown tags and parts that are no tag are ignored, the first of two counts (section 4.7).

    An invalid ``p``, ``sp`` or ``np`` with a usable ``rua`` reads as none.
    """
    low = {name.lower(): value.lower() for name, value in reversed(tags_of(text))}
    rua = tuple((m[1], m[2]) for m in (_REPORT.fullmatch(part) for part in low.get("rua", "").split(",")) if m)
    policies = {name: low.get(name, "") for name in ("p", "sp", "np")}
    bad = [name for name, value in policies.items() if value and value not in STRENGTH]
    psd = low.get("psd", "u")
    return Policy(
        p="none" if bad else policies["p"],
        sp="" if bad else policies["sp"],
        np="" if bad else policies["np"],
        t=low.get("t", "n") == "y",
        pct=_percent(low.get("pct", "")),
        psd=psd if psd in ("y", "n") else "u",
        adkim="s" if low.get("adkim") == "s" else "r",
        aspf="s" if low.get("aspf") == "s" else "r",
        rua=rua,
        problem="bad-p" if bad and not rua else "",
    )


def tags_of(text: str) -> list[tuple[str, str]]:
    """Every ``name=value`` of the record in order; whatever is none is left out."""
    found = [tag_list(part) or {} for part in text.split(";")[:200]]
    return [pair for tags in found for pair in tags.items()]


def _percent(value: str) -> int | None:
    return int(value) if re.fullmatch(r"\d{1,3}", value, re.ASCII) and int(value) <= 100 else None


@dataclass(frozen=True, slots=True)
class Found:
    """Where a walk ended. `state`: found, none, several, error. `at` is the domain whose record applies, `organisation` the walk's result."""

    state: str
    at: str = ""
    text: str = ""
    policy: Policy = Policy()
    organisation: str = ""
    trail: str = ""


def discover(walk: Walk) -> Found:
    """The record that applies to mail from the walk's domain (sections 4.8 and 4.10.1), and its organisational domain (4.10.2)."""
    records: list[tuple[str, str, Policy]] = []
    for look in walk.looks:
        name = look.name.removeprefix("_dmarc.")
        if look.state is Dns.ERROR:
            if not records:
                return Found("error", at=name, trail=look.detail)
            break
        found = [text for text in look.records if is_dmarc(text)]
        if len(found) > 1 and name == walk.domain:
            return Found("several", at=name, text=" | ".join(found))
        if len(found) != 1:
            continue
        policy = parse(found[0])
        records.append((name, found[0], policy))
        if policy.psd == "n" or (policy.psd == "y" and name != walk.domain):
            break
    return _applies(walk, records)


def _applies(walk: Walk, records: list[tuple[str, str, Policy]]) -> Found:
    if not records:
        return Found("none", organisation=walk.listed or walk.domain)
    top, _, last = records[-1]
    organisation = top
    if last.psd == "y" and top != walk.domain:
        organisation = _below(walk.domain, top)
    by_name = {name: (text, policy) for name, text, policy in records}
    for name in (walk.domain, organisation, top):
        if name in by_name:
            text, policy = by_name[name]
            return Found("found", name, text, policy, organisation)
    return Found("none", organisation=organisation)


def _below(domain: str, top: str) -> str:
    """The name one label below `top` on the way to `domain`."""
    return ".".join(domain.split(".")[-(top.count(".") + 2) :])


def effective(found: Found, domain: str, *, exists: bool = True) -> str:
    """The policy for mail from `domain`: ``p`` at the record's own name, else ``np`` (a name that does not exist), ``sp``, ``p``."""
    policy = found.policy
    if domain == found.at:
        return policy.p or "none"
    return (policy.np if not exists else "") or policy.sp or policy.p or "none"


def organisation(walk: Walk) -> str:
    """The organisational domain: by the walk, but never a public suffix or broader than the list allows."""
    found = discover(walk).organisation or walk.domain
    if walk.listed and (walk.listed.endswith("." + found) or not listed(found)):
        return walk.listed
    return found


def aligned(sender: Walk, other: Walk, mode: str) -> bool:
    """Whether `other` (``d=`` or the return path's domain) aligns with the From domain; `mode` "s" wants the same name, "r" one organisation."""
    if mode == "s":
        return sender.domain == other.domain
    return organisation(sender) == organisation(other)
