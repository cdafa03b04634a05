"""Looks for the words of an inner error in error replies: traces, database errors, inner addresses, a debugger (OWASP API8:2023, CWE-209)."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from wizard.net import Net, Reply
from wizard.probes.api import odd
from wizard.probes.api.bodies import leaves, parse_json
from wizard.probes.api.evidence import shown
from wizard.probes.api.lexicon import squeeze
from wizard.probes.api.pages import text_of

_TAG = re.compile(r"<[^<>]{0,500}>")
_CREDENTIAL = re.compile(r"(//)[^/\s@]{1,200}@")
_MOST = 60_000
DEBUGGER = "debugger"


@dataclass(frozen=True, slots=True)
class Leak:
    """An inner word that showed in an error reply. `kind` as ``odd.toml`` calls it; `text` masked and cut."""

    kind: str
    text: str


def leaks_in(reply: Reply, sent: bytes, net: Net) -> tuple[Leak, ...]:
    """Each kind at most once. What we sent and got back, and a validator's own ``input`` and help link, are not looked at."""
    text = _looked_at(reply, sent)
    found: dict[str, Leak] = {}
    for kind, pattern in odd.leak_patterns():
        if kind not in found and (hit := pattern.search(text)):
            found[kind] = Leak(kind, shown(net.reveals(_CREDENTIAL.sub(r"\1…@", hit[0])), 60))
    return tuple(found.values())


def said(reply: Reply, net: Net) -> str:
    """The first 120 characters of an error, masked."""
    text = " ".join(_TAG.sub(" ", text_of(reply)[:4_000]).split()) if reply.head else ""
    return shown(net.reveals(_CREDENTIAL.sub(r"\1…@", text)))


def _looked_at(reply: Reply, sent: bytes) -> str:
    document = parse_json(reply)
    if document is not None:
        ours = squeeze(sent[:_MOST].decode("utf-8", "replace"))
        parts = [
            leaf
            for pointer, leaf in leaves(document.value)
            if isinstance(leaf, str) and not _not_theirs(pointer, leaf, ours)
        ]
        return "\n".join(parts)[:_MOST]
    text = text_of(reply)[:_MOST]
    for piece in re.findall(r"[^\"{}\[\]:,]{12,}", sent[:_MOST].decode("utf-8", "replace")):
        text = text.replace(piece, " ")
    return text + "\n" + html.unescape(_TAG.sub(" ", text)) if "<" in text else text


def _not_theirs(pointer: str, leaf: str, ours: str) -> bool:
    steps = pointer.lower().split("/")
    echo = squeeze(leaf)
    return "input" in steps or steps[-1] == "url" or (len(echo) > 3 and echo in ours)
