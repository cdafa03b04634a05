"""The record to paste: what is published, corrected, as exact DNS text. Pure; no prose."""

from __future__ import annotations

import re

from wizard.probes.edge.email.dmarc import tags_of
from wizard.probes.edge.email.spf import SpfSyntax, parse

_TYPOS = {"ipv4": "ip4", "ipv6": "ip6", "ip": "ip4", "includes": "include", "inclue": "include", "incude": "include"}
_ONCE = re.compile(r"(?:redirect|exp)=", re.IGNORECASE)
_ENDS = ("-all", "~all", "?all", "+all", "all")


def spf_new(includes: tuple[str, ...], *, sends: bool) -> str:
    """A first SPF record: the services that MX and keys point to. With `sends` False nobody may send."""
    return " ".join(["v=spf1", *(f"include:{name}" for name in includes), "~all" if sends else "-all"])


def spf_merged(records: tuple[str, ...]) -> str:
    """Several records as one: every term once, in order, ended by the strictest end among them (at least ``~all``)."""
    words = [word for record in records for word in record.split()[1:]]
    kept = [w for w in dict.fromkeys(words) if w.lower() not in _ENDS]
    redirects = [w for w in kept if w.lower().startswith("redirect=")]
    includes = [f"include:{w.partition('=')[2]}" for w in redirects]
    kept = [w for w in kept if w not in redirects]
    end = "-all" if any(w.lower() == "-all" for w in words) else "~all"
    return " ".join(["v=spf1", *dict.fromkeys([*kept, *includes]), end])


def spf_closed(record: str) -> str:
    """The record ended by ``~all``, without terms that let nearly everybody in."""
    words = [w for w in record.split()[1:] if w.lower() not in _ENDS and not _opens(w)]
    return " ".join(["v=spf1", *words, "~all"])


def _opens(word: str) -> bool:
    found = re.fullmatch(r"\+?(ip[46]):.*/(\d+)", word, re.IGNORECASE | re.ASCII)
    return found is not None and int(found[2][:3]) < (8 if found[1].lower() == "ip4" else 19)


def spf_mended(record: str) -> str:
    """The record with its misspelt terms put right, and those that cannot be read left out."""
    words = [word for word in (_mended(word) for word in record.split()[1:]) if word]
    single = {word.lower().partition("=")[0]: word for word in reversed(words) if _ONCE.match(word)}
    kept = [word for word in dict.fromkeys(words) if not _ONCE.match(word) or word in single.values()]
    return " ".join(["v=spf1", *kept])


def _mended(word: str) -> str:
    name, colon, rest = word.partition(":")
    sign = name[:1] if name[:1] in "+-~?" else ""
    low = name.removeprefix(sign).lower()
    for tried in (word, f"{sign}{_TYPOS.get(low, low)}{colon}{rest}", f"{low}={rest}" if low == "redirect" else ""):
        try:
            if tried and parse(f"v=spf1 {tried}"):
                return tried
        except SpfSyntax:
            continue
    return ""


def spf_without(record: str, term: str) -> str:
    """The record without one of its terms."""
    return " ".join(word for word in record.split() if word.removeprefix("+").lower() != term.lower())


def dmarc_new(domain: str, policy: str) -> str:
    """A DMARC record with reports to the domain's own mailbox ``dmarc@``."""
    return f"v=DMARC1; p={policy}; rua=mailto:dmarc@{domain}"


def dmarc_with(text: str, domain: str, **changes: str) -> str:
    """A published record with some tags changed, the rest kept in order. ``pct`` and ``t`` go; reports are added where there are none."""
    tags = dict(reversed([(name.lower(), value) for name, value in tags_of(text)]))
    kept = {name: value for name, value in reversed(tags.items()) if name not in ("v", "p", "pct", "t")}
    kept.setdefault("rua", f"mailto:dmarc@{domain}")
    p = changes.pop("p", "") or tags.get("p", "none")
    for name, value in changes.items():
        if value:
            kept[name] = value
        else:
            kept.pop(name, None)
    return "; ".join(["v=DMARC1", f"p={p}", *(f"{name}={value}" for name, value in kept.items())])
