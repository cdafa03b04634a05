"""Asks for a whole SPF tree level by level, all of a level at once, and remembers each question of a run."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field

from wizard.net import Dns, DnsAnswer, Net
from wizard.probes.edge.email.census import edges
from wizard.probes.edge.email.facts import Look, SpfNode, look, printable
from wizard.probes.edge.email.spf import Record, SpfSyntax, is_spf, parse

MAX_DEPTH = 11
"""A record this deep has spent more than ten look-ups on the way (RFC 7208 section 4.6.4)."""
MAX_NODES = 60
MAX_HOSTS = 60
MAX_SERVERS = 11
MAX_TEXT = 8_192
CROWD = 64
"""So many records fill an answer of the door; what is not among them may still be published."""


@dataclass(slots=True)
class Asker:
    """`net.ask` with every question asked once, also while it is under way; names that no DNS can hold do not exist."""

    net: Net
    asked: dict[tuple[str, str], asyncio.Task[DnsAnswer]] = field(default_factory=dict)

    async def __call__(self, name: str, kind: str) -> DnsAnswer:
        """The answer to one question."""
        name = name.lower().removesuffix(".")
        if not _possible(name):
            return DnsAnswer(name, kind, Dns.NO_NAME, detail="name")
        task = self.asked.get((name, kind))
        if task is None:
            task = self.asked[name, kind] = asyncio.create_task(self._ask(name, kind))
        return await asyncio.shield(task)

    async def _ask(self, name: str, kind: str) -> DnsAnswer:
        return await self.net.ask(name, kind)


def _possible(name: str) -> bool:
    return len(name) < 254 and all(0 < len(label) < 64 for label in name.split(".")) and name.isascii()


async def grow(ask: Asker, root: str) -> tuple[tuple[SpfNode, ...], tuple[Look, ...]]:
    """The SPF records of `root` and of all that it includes or redirects to, and the hosts that its terms name. At most 60 of each."""
    nodes: dict[str, SpfNode] = {}
    hosts: dict[tuple[str, str], asyncio.Task[DnsAnswer]] = {}
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [name for name in dict.fromkeys(level) if name not in nodes][: MAX_NODES - len(nodes)]
        answers = await asyncio.gather(*(ask(name, "TXT") for name in level))
        below: list[str] = []
        for name, answer in zip(level, answers, strict=True):
            nodes[name], record = node(name, answer)
            for _term, kind, target in edges(record, name) if record else ():
                if target and kind in ("include", "redirect"):
                    below.append(target)
                for question in _KINDS.get(kind, ()) if target and len(hosts) < MAX_HOSTS else ():
                    if (target, question) not in hosts:
                        hosts[target, question] = asyncio.create_task(ask(target, question))
        level = below
    looks = await _settled(hosts)
    servers = [e.split()[-1] for found in looks if found.kind == "MX" for e in found.records[:MAX_SERVERS] if e.split()]
    rest = {(name, kind): asyncio.create_task(ask(name, kind)) for name in servers for kind in ("A", "AAAA")}
    fresh = {key: task for key, task in rest.items() if key not in hosts}
    return tuple(nodes.values()), looks + await _settled(fresh)


async def _settled(asked: dict[tuple[str, str], asyncio.Task[DnsAnswer]]) -> tuple[Look, ...]:
    answers = await asyncio.gather(*asked.values())
    return tuple(_named(name, look(answer)) for (name, _), answer in zip(asked, answers, strict=True))


def _named(name: str, found: Look) -> Look:
    return found if found.name == name else Look(name, found.kind, found.state, found.records, cut=found.cut)


_KINDS = {"a": ("A", "AAAA"), "mx": ("MX",), "exists": ("A",)}


def node(name: str, answer: DnsAnswer) -> tuple[SpfNode, Record | None]:
    """The SPF part of a TXT answer, and its terms when there is exactly one sound record."""
    spf = [text for text in answer.records if is_spf(text)]
    kept = tuple(printable(text)[:MAX_TEXT] for text in spf[:5])
    cut = any(len(text) > MAX_TEXT for text in spf) or (not spf and len(answer.records) >= CROWD)
    broken, record = "", None
    if len(spf) == 1:
        try:
            record = parse(spf[0])
        except SpfSyntax as error:
            broken = printable(str(error))[:200] or "?"
    return SpfNode(name, answer.state, kept, broken, cut), record


def labels(text: str) -> tuple[str, ...]:
    """Selector names in a free text answer, at most 10."""
    return tuple(dict.fromkeys(w.lower() for w in re.findall(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,200}", text)))[:10]
