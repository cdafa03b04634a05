"""Hosted backends that the browser calls directly, where row rules are the lock: Supabase and Firebase. Counts towards object-access.

Rows that come back are never stored: only their number of bytes, status and the error's code are kept.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from wizard.model import Consent
from wizard.net import Call, Net, Reply
from wizard.probe import Hosted, Probe, Target
from wizard.probes.api.ask import Asker
from wizard.probes.api.bodies import Json, parse_json
from wizard.probes.api.bundle import Bundle, look_at_bundle
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Kind
from wizard.probes.api.hosted_read import CHECKS, NO_TABLE, read
from wizard.probes.api.hosted_seen import Bucket, Collection, HostedSeen, Insert, Table
from wizard.probes.api.sightings import sightings

MOST_TABLES = 15
BUDGET = 50
OWN_ROWS = 5
_JSON = ("content-type", "application/json")


@dataclass(frozen=True, slots=True)
class _Try:
    """What all requests of this probe share. `stranger` holds nothing but the public key; `named`: the tables that the profile names."""

    asker: Asker
    base: str
    stranger: str
    named: frozenset[str] = frozenset()

    @property
    def target(self) -> Target:
        return self.asker.target

    @property
    def touch(self) -> bool:
        return not self.asker.net.refuses(Consent.TOUCH, self.base)

    async def ask(
        self,
        check: str,
        actor: str,
        path: str,
        *,
        consent: Consent = Consent.LOOK,
        body: Json = None,
        headers: tuple[tuple[str, str], ...] = (),
        whose: str = "",
    ) -> tuple[Reply, Exchange]:
        """One request, named in evidence by its path without query. A body makes it a POST."""
        method = "GET" if body is None else "POST"
        content = None if body is None else json.dumps(body).encode()
        sent = (*headers, _JSON) if content else headers
        call = Call(method, self.base + path, actor, sent, content, consent, fresh=True)
        reply, _face = await self.asker.settled(call, check, f"{method} {path.partition('?')[0]}", whose=whose)
        return reply, self.asker.exchanges[-1]


async def observe(target: Target, net: Net) -> HostedSeen:
    """Look at every named table, collection and bucket with the public key alone, then as the test accounts. At most 50 requests."""
    bundle = await look_at_bundle(target.site, net)
    hosted = _with_bundle(target.hosted, bundle)
    if not hosted.kind:
        refused = "unnamed-project" if bundle.kind else ""
        return HostedSeen(kind=bundle.kind, refused=refused, host=bundle.host)
    named = frozenset(target.hosted.tables)
    target = replace(target, hosted=hosted)
    if not hosted.url or (hosted.kind == "supabase" and not net.token("hosted").present):
        return HostedSeen(kind=hosted.kind, refused="no-project")
    if refused := net.refuses(Consent.LOOK, hosted.url):
        return HostedSeen(kind=hosted.kind, refused=f"reasons.{refused}", host=urlsplit(hosted.url).netloc)
    stranger = "hosted" if net.token("hosted").present else "nobody"
    run = _Try(Asker(target, net, limit=BUDGET), hosted.url.rstrip("/"), stranger, named)
    seen = await (_supabase(run) if hosted.kind == "supabase" else _firebase(run))
    return replace(seen, kind=hosted.kind, host=urlsplit(hosted.url).netloc)


def _with_bundle(hosted: Hosted, bundle: Bundle) -> Hosted:
    """The named backend with the tables and buckets that the page's code names after those of the profile."""
    if hosted.kind != "supabase":
        return hosted
    tables, buckets = (*hosted.tables, *bundle.tables), (*hosted.buckets, *bundle.buckets)
    return replace(hosted, tables=tuple(dict.fromkeys(tables)), buckets=tuple(dict.fromkeys(buckets)))


# --- Supabase ----------------------------------------------------------------------------------------------------------


async def _supabase(run: _Try) -> HostedSeen:
    asked = [await _table(run, name) for name in run.target.hosted.tables[:MOST_TABLES]]
    tables = [table for table in asked if table.name in run.named or table.code not in NO_TABLE]
    buckets = [await _bucket(run, name) for name in run.target.hosted.buckets]
    written = [table for table in tables if any(insert.exchange.status == 201 for insert in table.inserts)]
    aftercare = tuple(f"POST /rest/v1/{table.name}: 1 row" for table in written)
    return HostedSeen(tables=tuple(tables), buckets=tuple(buckets), aftercare=aftercare)


async def _table(run: _Try, name: str) -> Table:
    path = f"/rest/v1/{quote(name)}?select=*"
    count = (("prefer", "count=exact"),)
    reply, stranger = await run.ask("row-rules", run.stranger, f"{path}&limit=1", headers=count)
    table = Table(name, stranger, code=code_of(reply), public=f"GET /rest/v1/{name}" in run.target.public)
    if stranger.kind in {Kind.HIDES, Kind.SILENT}:
        return table
    fields: list[str] = _names(reply)
    if run.touch and run.asker.net.token("a").present:
        table, fields = await _as_clients(run, table, path)
    if not run.asker.net.refuses(Consent.PUSH, run.base):
        return replace(table, inserts=await _inserts(run, name, fields))
    return replace(table, push=run.asker.net.refuses(Consent.PUSH, run.base))


async def _as_clients(run: _Try, table: Table, path: str) -> tuple[Table, list[str]]:
    """A's own rows (the control of an empty answer), then, with A's session, a row that B itself is shown as its own."""
    reply, own = await run.ask("row-rules", "a", f"{path}&limit={OWN_ROWS}", consent=Consent.TOUCH, whose="a")
    table, fields = replace(table, own=own), _names(reply)
    if own.kind is Kind.LEAKS or own.kind is not Kind.GIVES or not run.asker.net.token("b").present:
        return table, fields
    theirs, as_b = await run.ask("row-rules-swap", "b", f"{path}&limit={OWN_ROWS}", consent=Consent.TOUCH, whose="b")
    key, value = _row_of(run, "b", theirs)
    if not key:
        return replace(table, theirs=as_b), fields
    asked = f"{path}&{quote(key)}=eq.{quote(value)}"
    _reply, cross = await run.ask("row-rules-swap", "a", asked, consent=Consent.TOUCH, whose="b")
    return replace(table, theirs=as_b, cross=cross), fields


def _rows(reply: Reply) -> list[dict[str, Json]]:
    document = parse_json(reply)
    rows = document.value if document else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _names(reply: Reply) -> list[str]:
    return [name for row in _rows(reply)[:1] for name in row]


def _row_of(run: _Try, name: str, reply: Reply) -> tuple[str, str]:
    """(key column, value) of a row that is surely this account's own: it holds its secret word or names its person."""
    account = run.target.accounts[name]
    pair = run.asker.marks(Call("GET", run.base, name)).own
    for row in _rows(reply):
        body = json.dumps(row).encode()
        one = Reply(status=200, head=body, size=len(body), media="application/json")
        key = next((key for key in ("id", "uuid", "pk") if isinstance(row.get(key), str | int)), "")
        if key and sightings(one, pair, (), None, account.person, frozenset()):
            return key, str(row[key])
    return "", ""


async def _inserts(run: _Try, name: str, fields: list[str]) -> tuple[Insert, ...]:
    """An insert that must fail: the row rule is checked before the not-null rule, so the error's code tells whether a rule stood in the way.

    Rolled back where the server obeys ``tx=rollback`` (PostgREST).
    """
    prefer = (("prefer", "return=minimal, tx=rollback"),)
    tried: list[Insert] = []
    columns = [next((key for key in ("id", "uuid", "pk") if key in fields), "id")]
    columns += [name for name in (*fields, "user_id", "owner_id", "created_at") if name not in columns][:1]
    for column in columns:
        reply, exchange = await run.ask(
            "stranger-writes",
            run.stranger,
            f"/rest/v1/{quote(name)}",
            consent=Consent.PUSH,
            body={column: None},
            headers=prefer,
        )
        tried.append(Insert(exchange, code_of(reply)))
        if tried[-1].code != "428C9":
            break
    return tuple(tried)


def code_of(reply: Reply) -> str:
    """The error code of a PostgREST or Google answer, at most 40 letters and digits; "" where there is none."""
    document = parse_json(reply)
    value = document.value if document else None
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict) and isinstance(value.get("error"), dict):
        inner = value["error"]
        found = inner.get("status") or inner.get("code") if isinstance(inner, dict) else ""
    elif isinstance(value, dict):
        found = value.get("code") or value.get("error") or value.get("message")
    else:
        found = ""
    return "".join(char for char in str(found or "") if char.isalnum() or char in "_ ")[:40]


async def _bucket(run: _Try, name: str) -> Bucket:
    path = f"/storage/v1/object/list/{quote(name)}"
    if refused := run.asker.net.refuses(Consent.TOUCH, run.base):
        return Bucket(name, refused=f"reasons.{refused}")
    body: Json = {"prefix": "", "limit": OWN_ROWS}
    _reply, stranger = await run.ask("buckets", run.stranger, path, consent=Consent.TOUCH, body=body)
    if stranger.kind is not Kind.EMPTIES or not run.asker.net.token("a").present:
        return Bucket(name, stranger)
    _reply, own = await run.ask("buckets", "a", path, consent=Consent.TOUCH, body=body, whose="a")
    return Bucket(name, stranger, own)


# --- Firebase ----------------------------------------------------------------------------------------------------------


async def _firebase(run: _Try) -> HostedSeen:
    names = run.target.hosted.tables[:MOST_TABLES]
    storage = await _storages(run)
    if "/projects/" in run.base:
        run = replace(run, base=run.base.partition("/documents")[0])
        return HostedSeen(firestore=tuple([await _documents(run, name) for name in names]), storage=storage)
    reply, root = await run.ask("realtime-database", run.stranger, "/.json?shallow=true")
    places = [Collection("/", root, null=_is_null(reply))]
    for name in names:
        path = "/" + quote(name.strip("/"))
        reply, exchange = await run.ask("realtime-database", run.stranger, f"{path}.json?shallow=true")
        places.append(Collection(path, exchange, null=_is_null(reply)))
    return HostedSeen(realtime=tuple(places), storage=storage)


def _is_null(reply: Reply) -> bool:
    document = parse_json(reply)
    return reply.status == 200 and document is not None and document.value is None


async def _documents(run: _Try, name: str) -> Collection:
    path = f"/documents/{quote(name.strip('/'))}"
    reply, stranger = await run.ask("firestore", run.stranger, f"{path}?pageSize=1")
    found = Collection(name, stranger, code=code_of(reply), null=reply.status == 200 and stranger.kind is Kind.EMPTIES)
    planted = (
        next((entry for entry in run.target.accounts["b"].own if f"/{name}/" in entry), "")
        if "b" in run.target.accounts
        else ""
    )
    if not planted or not run.touch:
        return found
    document = "/documents/" + planted.partition("/documents/")[2] if "/documents/" in planted else ""
    if not document:
        return found
    _reply, own = await run.ask("firestore", "b", document, consent=Consent.TOUCH, whose="b")
    _reply, cross = await run.ask("firestore", "a", document, consent=Consent.TOUCH, whose="b")
    return replace(found, own=own, cross=cross)


async def _storages(run: _Try) -> tuple[Collection, ...]:
    """Cloud Storage stands on a host of its own, unless the backend is an emulator."""
    google = (urlsplit(run.base).hostname or "").endswith(("googleapis.com", "firebaseio.com", "firebasedatabase.app"))
    parts = urlsplit(run.base)
    there = replace(
        run, base="https://firebasestorage.googleapis.com" if google else f"{parts.scheme}://{parts.netloc}"
    )
    found = []
    for name in run.target.hosted.buckets:
        path = f"/v0/b/{quote(name, safe='')}/o?maxResults=1"
        reply, exchange = await there.ask("cloud-storage", there.stranger, path)
        found.append(Collection(name, exchange, code=code_of(reply), null=exchange.kind is Kind.EMPTIES))
    return tuple(found)


PROBE = Probe(
    id="hosted",
    item="object-access",
    consent=Consent.LOOK,
    seen=HostedSeen,
    observe=observe,
    read=read,
    checks=CHECKS,
    lane="api",
)
