"""The boundary diagram as data: who and what there is, which trust boundary each stands behind, and how they reach each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from wizard.judge import Judgement
from wizard.model import Assessment, Basis
from wizard.report.boundaries.told import Row, Told
from wizard.words import lines, say

MOST_NODES = 25
_B = "boundaries."


class Zone(StrEnum):
    """A trust boundary, from the outside in and out again: a reader sees the zones from left to right."""

    PEOPLE = "people"
    CLIENT = "client"
    EDGE = "edge"
    PRODUCT = "product"
    DATA = "data"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Node:
    """One box. `note` says in a few words what it is or where it runs."""

    id: str
    label: str
    zone: Zone
    note: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """One arrow from `source` to `target`: the identity it uses and how we know of it."""

    source: str
    target: str
    identity: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Graph:
    """Boxes and arrows, each once, in a fixed order."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def node(self, id_: str) -> Node:
        """The box of this id; KeyError if there is none."""
        for node in self.nodes:
            if node.id == id_:
                return node
        raise KeyError(id_)


def is_like(text: str, kind: str) -> bool:
    """Whether `text` holds one of the words that the word file lists for this kind of thing."""
    low = text.lower()
    return any(word in low for word in lines(f"report.match.{kind}"))


def derive(assessment: Assessment, judgement: Judgement, told: Told) -> Graph:
    """The diagram of what was seen and told. With no interview it shows the site, the browser and the clients."""
    drawing = _Drawing(told, {v.item: v.basis for v in judgement.verdicts})
    drawing.product(assessment)
    drawing.people()
    drawing.data()
    drawing.outside()
    drawing.staff()
    return drawing.graph()


class _Drawing:
    """Collects boxes by name, so that one thing told twice is drawn once."""

    def __init__(self, told: Told, bases: dict[str, Basis]) -> None:
        self.told = told
        self.bases = bases
        self.nodes: dict[str, Node] = {}
        self.edges: dict[tuple[str, str], Edge] = {}
        self.browser = self.add(say("report.diagram.browser"), Zone.CLIENT)
        self.site = self.api = ""
        self.entries: list[str] = []

    def add(self, label: str, zone: Zone, note: str = "") -> str:
        """The id of the box of this name, made when it is new. A name told in two zones stays where it was told first."""
        key = " ".join(label.lower().split())
        if key not in self.nodes:
            self.nodes[key] = Node(key, _capital(" ".join(label.split())), zone, note)
        elif note and not self.nodes[key].note:
            self.nodes[key] = replace(self.nodes[key], note=note)
        return key

    def link(self, source: str, target: str, identity: str, basis: Basis) -> None:
        """An arrow; a second one between the same two adds its identity to the first."""
        if source == target or not source or not target:
            return
        old = self.edges.get((source, target))
        if old is not None:
            identity = old.identity if identity in old.identity else f"{old.identity}; {identity}"
            basis = max(old.basis, basis, key=lambda b: b.strength)
        self.edges[source, target] = Edge(source, target, identity or say("report.diagram.not-told"), basis)

    def product(self, assessment: Assessment) -> None:
        """The parts that run, what stands in front of them, and the way in from the browser."""
        rows = self.told.rows(_B + "deployment.hosting")
        basis = self.told.basis(_B + "deployment.hosting")
        fronts: dict[str, str] = {}
        for row in rows:
            if not row["part"]:
                continue
            zone = Zone.DATA if is_like(row["part"], "store") else Zone.PRODUCT
            if zone is Zone.DATA and self.told.rows(_B + "data.stores"):
                continue
            part = self.add(row["part"], zone, _note(row["runs on"], row["region"]))
            if zone is Zone.PRODUCT:
                front = row["in front"]
                fronts[part] = "" if not front or is_like(front, "nothing") else self.add(front, Zone.EDGE)
        if not fronts:
            fronts = dict.fromkeys(self._bare(assessment), "")
            basis = Basis.OBSERVED if self._seen("tls", "edge", "auth") else Basis.ATTESTED
        names = list(fronts)
        self.api = next((n for n in names if is_like(n, "api")), names[-1])
        self.site = next((n for n in names if is_like(n, "site")), names[0])
        self._way_in(fronts, basis)

    def _bare(self, assessment: Assessment) -> list[str]:
        site = assessment.subject.site.partition("://")[2].split("/")[0] or assessment.subject.site
        found = [self.add(say("report.diagram.site"), Zone.PRODUCT, site)]
        others = [h for h in assessment.scope if h != site and h.partition(".")[0] in lines("report.match.api")]
        if others:
            found.append(self.add(say("report.diagram.api"), Zone.PRODUCT, others[0]))
        return found

    def _way_in(self, fronts: dict[str, str], basis: Basis) -> None:
        where = self.told.label(_B + "identity.sessions").rstrip(" .")
        where = where[:1].lower() + where[1:]
        session = say("report.diagram.session-in", where=where) if where else say("report.diagram.session")
        entry = {self.site: say("report.diagram.open"), self.api: session}
        for part, front in fronts.items():
            if part in entry:
                seen = Basis.OBSERVED if self._seen("auth", "object-access", "tls") else basis
                if front:
                    self.link(self.browser, front, session, seen)
                    self.link(front, part, say("report.diagram.passed-on"), basis)
                else:
                    self.link(self.browser, part, entry[part], seen)
                self.entries.append(part)
        for part in fronts:
            if part not in entry:
                self.link(self.api, part, say("report.diagram.internal"), basis)

    def _seen(self, *items: str) -> bool:
        return any(self.bases.get(item) is Basis.OBSERVED for item in items)

    def people(self) -> None:
        """Groups that sign in: people by the browser, programs at the API."""
        rows = self.told.rows(_B + "identity.people")
        basis = self.told.basis(_B + "identity.people")
        for row in rows:
            if not row["group"]:
                continue
            machine = is_like(row["group"], "machine")
            node = self.add(row["group"], Zone.CLIENT if machine else Zone.PEOPLE, row["purpose"])
            identity = row["sign-in"]
            if row["second factor"] and not is_like(row["second factor"], "nothing"):
                factor = _plain_yes(row["second factor"]) or row["second factor"]
                identity = say("report.diagram.with-factor", **{"sign-in": identity, "factor": factor})
            self.link(node, self.api if machine else self.browser, identity, basis)
        if not rows:
            self.link(self.add(say("report.diagram.clients"), Zone.PEOPLE), self.browser, "", Basis.NONE)

    def data(self) -> None:
        """The stores, reached by the API with a key."""
        for row in self.told.rows(_B + "data.stores"):
            if row["store"]:
                node = self.add(row["store"], Zone.DATA, _note(row["provider"], row["region"]))
                key = self._key(row["store"], row["provider"], row["kind"])
                self.link(self.api, node, key, self.told.basis(_B + "data.stores"))

    def outside(self) -> None:
        """Other companies: models, tools, senders of events, linked services, monitors, and who else is on the list."""
        told, basis = self.told, self.told.basis
        for row in told.rows(_B + "data.models"):
            key = self._key(row["provider"], row["model"])
            self._out(row["provider"], row["model"], key, basis(_B + "data.models"))
        for row in told.rows(_B + "access.tools"):
            whose = row["with whose rights"]
            rights = say("report.diagram.tool-rights", whose=whose) if whose else ""
            self._out(row["tool"], say("report.diagram.tool"), rights, basis(_B + "access.tools"))
        for row in told.rows(_B + "identity.webhooks"):
            if row["sender"]:
                node = self.add(row["sender"], Zone.OUTSIDE, row["purpose"])
                self.link(node, self.api, row["check"], basis(_B + "identity.webhooks"))
        for row in told.rows(_B + "access.integrations"):
            self._out(row["service"], "", row["rights"], basis(_B + "access.integrations"))
        for row in told.rows(_B + "deployment.alerts"):
            if row["tool"]:
                node = self.add(row["tool"], Zone.OUTSIDE, say("report.diagram.monitor"))
                self.link(node, self.site, say("report.diagram.watches"), basis(_B + "deployment.alerts"))
        drawn = " ".join(f"{n.label} {n.note}".lower() for n in self.nodes.values())
        for row in told.rows(_B + "data.subprocessors"):
            if row["name"] and row["name"].lower() not in drawn:
                self._out(row["name"], row["purpose"], self._key(row["name"]), basis(_B + "data.subprocessors"))

    def _out(self, label: str, note: str, identity: str, basis: Basis) -> None:
        if label:
            self.link(self.api, self.add(label, Zone.OUTSIDE, note), identity, basis)

    def staff(self) -> None:
        """People who reach the data past the product: by a console, an export, a database client."""
        stores = [n for n in self.nodes.values() if n.zone is Zone.DATA]
        for row in self.told.rows(_B + "access.staff"):
            who = row["person or role"]
            if not who:
                continue
            node = self.add(who, Zone.PEOPLE)
            about = row["data"].lower()
            named = next((s.id for s in stores if s.id in about or (about and about in s.id)), "")
            target = named or (stores[0].id if stores else self.api)
            if is_like(row["way in"], "page"):
                target = self.browser
            self.link(node, target, _note(row["way in"], self._factor(row)), self.told.basis(_B + "access.staff"))

    @staticmethod
    def _factor(row: Row) -> str:
        factor = row["second factor"]
        if not factor or is_like(factor, "nothing"):
            return ""
        return _plain_yes(factor) or say("report.diagram.factor", factor=factor)

    def _key(self, *about: str) -> str:
        """The name of the secret that opens this, from the inventory."""
        for row in self.told.rows("frontend-secrets.where-they-live"):
            name = row.get("key", "")
            if name and any(word and word.lower() in name.lower() for word in about):
                return say("report.diagram.key", name=name)
        return ""

    def graph(self) -> Graph:
        """At most `MOST_NODES` boxes: what is too much in the last zone becomes one box that counts it."""
        order = list(Zone)
        nodes = sorted(self.nodes.values(), key=lambda n: order.index(n.zone))
        used = {end for pair in self.edges for end in pair}
        nodes = [n for n in nodes if n.id in used]
        if len(nodes) <= MOST_NODES:
            return Graph(tuple(nodes), self._kept(n.id for n in nodes))
        kept = nodes[: MOST_NODES - 1]
        rest = Node("…", say("report.diagram.more", count=len(nodes) - len(kept)), Zone.OUTSIDE)
        self.link(self.api, rest.id, say("report.diagram.see-table"), Basis.ATTESTED)
        return Graph((*kept, rest), self._kept([*(n.id for n in kept), rest.id]))

    def _kept(self, ids: Iterable[str]) -> tuple[Edge, ...]:
        known = list(ids)
        edges = [e for e in self.edges.values() if e.source in known and e.target in known]
        return tuple(sorted(edges, key=lambda e: (known.index(e.source), known.index(e.target))))


def _capital(label: str) -> str:
    """A label with a capital, but for names of programs such as ``calendar.write``."""
    return label if "." in label else label[:1].upper() + label[1:]


def _plain_yes(factor: str) -> str:
    """The words for a second step of which only "yes" was told; "" where its kind was named."""
    return say("report.diagram.second-step") if factor.strip(" .").lower() == "yes" else ""


def _note(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
