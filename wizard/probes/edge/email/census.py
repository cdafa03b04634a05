"""The census of an SPF tree: what evaluating it may cost in the worst case, and where it breaks (RFC 7208 section 4.6.4). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from wizard.net import Dns
from wizard.probes.edge.email.evaluate import MAX_HOSTS
from wizard.probes.edge.email.facts import Look, SpfNode
from wizard.probes.edge.email.macros import expand, fit, needs
from wizard.probes.edge.email.spf import Record, SpfSyntax, Term, parse

MAX_PATHS = 40


@dataclass(slots=True)
class Census:
    """What the tree costs. `faults` are (kind, path): syntax, include-nowhere, redirect-nowhere, two-below, loop, too-many-mx.

    `least` is True when a macro or a DNS error hid part of the tree, so the counts are lower bounds. `errors` are paths whose DNS gave no answer.
    """

    lookups: int = 0
    void: int = 0
    least: bool = False
    ptr: bool = False
    macros: bool = False
    faults: list[tuple[str, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    voids: list[str] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    """Each look-up with the way to it, in the order in which a receiver would make them; at most 40."""


@dataclass(slots=True)
class _Cost:
    """What one domain's record costs, its own sub-tree included, as paths below it."""

    lookups: int = 0
    void: int = 0


def known(spec: str, domain: str) -> str:
    """The name behind a domain-spec, or "" when a macro hides it. ``%{d}`` alone is known."""
    return fit(expand(spec, {"d": domain})).lower() if needs(spec) <= {"d"} else ""


def edges(record: Record, domain: str) -> Iterable[tuple[str, str, str]]:
    """(term, kind, name) of every look-up that the record can cause, in order; name "" when a macro hides it."""
    for term in record.reachable:
        if term.name in ("include", "a", "mx", "ptr", "exists"):
            yield str(term), term.name, known(term.target, domain) if term.target else domain
    if record.onward:
        yield f"redirect={record.onward}", "redirect", known(record.onward, domain)


def census(root: str, nodes: tuple[SpfNode, ...], hosts: tuple[Look, ...]) -> Census:
    """Count the tree under `root`. A domain that is included twice costs twice, as it does for a receiver."""
    walk = _Walk({node.domain: node for node in nodes}, {(h.name, h.kind): h for h in hosts})
    cost = walk.record(root, (), (root,))
    walk.found.lookups, walk.found.void = cost.lookups, cost.void
    return walk.found


class _Walk:
    """One pass over the tree; each domain is costed once and remembered, so a hostile tree cannot blow up."""

    def __init__(self, nodes: dict[str, SpfNode], hosts: dict[tuple[str, str], Look]) -> None:
        self.nodes, self.hosts = nodes, hosts
        self.found = Census()
        self.costs: dict[str, _Cost] = {}

    def record(self, domain: str, path: tuple[str, ...], above: tuple[str, ...]) -> _Cost:
        cost = self.costs.get(domain)
        if cost is not None:
            return cost
        cost = _Cost()
        record = self._parsed(domain, path)
        for term, kind, name in edges(record, domain) if record else ():
            self._edge(cost, (kind, name), (*path, term), above)
        self.costs[domain] = cost
        return cost

    def _parsed(self, domain: str, path: tuple[str, ...]) -> Record | None:
        node = self.nodes.get(domain)
        where = " > ".join(path) or domain
        if node is None or node.cut:
            self.found.least = True
            return None
        if node.state is Dns.ERROR:
            self.found.least = True
            self.found.errors.append(where)
            return None
        if len(node.records) != 1:
            nowhere = "redirect-nowhere" if path and path[-1].startswith("redirect=") else "include-nowhere"
            kind = "two-below" if node.records else nowhere
            self.found.faults.append((kind, where))
            return None
        if node.broken:
            self.found.faults.append(("syntax", f"{where}: {node.broken}"))
            return None
        try:
            return parse(node.records[0])
        except SpfSyntax as error:
            self.found.faults.append(("syntax", f"{where}: {error}"))
            return None

    def _edge(self, cost: _Cost, edge: tuple[str, str], path: tuple[str, ...], above: tuple[str, ...]) -> None:
        kind, name = edge
        cost.lookups += 1
        if len(self.found.path) < MAX_PATHS:
            self.found.path.append(" > ".join(path))
        if kind == "ptr":
            self.found.ptr = True
        elif not name:
            self.found.least = self.found.macros = True
        elif kind not in ("include", "redirect"):
            self._hosts(cost, kind, name, path)
        elif name in above:
            self.found.faults.append(("loop", " > ".join(path)))
        else:
            below = self.record(name, path, (*above, name))
            cost.lookups += below.lookups
            cost.void += below.void

    def _hosts(self, cost: _Cost, kind: str, name: str, path: tuple[str, ...]) -> None:
        where = " > ".join(path)
        answers = [self.hosts[name, k] for k in _KINDS[kind] if (name, k) in self.hosts]
        if not answers:
            self.found.least = True
        elif any(a.state is Dns.FOUND for a in answers):
            if kind == "mx":
                self._servers(cost, answers[0], where)
        elif any(a.state is Dns.ERROR for a in answers):
            self.found.least = True
            self.found.errors.append(where)
        else:
            cost.void += 1
            self.found.voids.append(where)

    def _servers(self, cost: _Cost, mx: Look, where: str) -> None:
        """The mail servers behind an ``mx`` term: more than ten end the evaluation, and each that does not exist is a void look-up."""
        if mx.cut or len(mx.records) > MAX_HOSTS:
            self.found.faults.append(("too-many-mx", where))
        for entry in mx.records[:MAX_HOSTS]:
            host = (entry.split() or ["."])[-1]
            answers = [self.hosts[host, kind] for kind in _KINDS["a"] if (host, kind) in self.hosts]
            if host.strip(".") and answers and all(a.state in (Dns.NO_DATA, Dns.NO_NAME) for a in answers):
                cost.void += 1
                self.found.voids.append(f"{where} > {host}")


_KINDS = {"a": ("A", "AAAA"), "mx": ("MX",), "exists": ("A",)}


@dataclass(frozen=True, slots=True)
class Ending:
    """How the top record ends. `state`: ended, error (DNS), hidden (a macro), broken (there is no one sound record to follow)."""

    state: str
    all: str = ""
    wide: str = ""
    """The address term that lets nearly everybody in, or ""."""
    at: str = ""


def ending(root: str, nodes: tuple[SpfNode, ...]) -> Ending:
    """The `all` that applies to `root`, followed through redirects (section 6.1). The ``all`` of an include never counts."""
    by_name = {node.domain: node for node in nodes}
    domain, seen = root, set[str]()
    while domain not in seen:
        seen.add(domain)
        node = by_name.get(domain)
        if node is None or node.state is Dns.ERROR:
            return Ending("error", at=domain)
        if len(node.records) != 1 or node.cut or node.broken:
            return Ending("broken", at=domain)
        try:
            record = parse(node.records[0])
        except SpfSyntax:
            return Ending("broken", at=domain)
        wide = next((str(term) for term in record.reachable if _wide(term)), "")
        if record.all or wide or not record.redirect:
            return Ending("ended", record.all, wide, domain)
        domain = known(record.redirect, domain)
        if not domain:
            return Ending("hidden")
    return Ending("broken", at=domain)


def _wide(term: Term) -> bool:
    """An address term that passes more than a whole /8 (v6: /19) of the internet."""
    if term.qualifier != "+":
        return False
    return (term.name == "ip4" and term.cidr4 < 8) or (term.name == "ip6" and term.cidr6 < 19)
