"""Supabase (PostgREST and Storage): tables and buckets with the public key, as the test accounts, and an insert that must fail."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from urllib.parse import quote

from wizard.model import Consent
from wizard.net import Call, Reply
from wizard.probes.api.bodies import Json, parse_json
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Around, Kind
from wizard.probes.api.hosted_ask import Try, code_of
from wizard.probes.api.hosted_read import NO_TABLE
from wizard.probes.api.hosted_seen import Bucket, HostedSeen, Insert, Table
from wizard.probes.api.planted import FILE_CAP
from wizard.probes.api.sightings import sightings
from wizard.probes.api.supabase_functions import call_functions
from wizard.probes.api.supabase_schema import MOST_BUCKETS, bucket_names, schema

MOST_TABLES = 15
OWN_ROWS = 5
_OBJECT = re.compile(r"/object/(?:(?:authenticated|public|sign)/)?([A-Za-z0-9_.-]{1,100})/([^?\s]{1,500})")


async def look_at_supabase(run: Try) -> HostedSeen:
    """Every table, function and bucket that the target, the page's code or the project itself names, as far as there is room."""
    listed, shown = await schema(run), await bucket_names(run)
    names = tuple(dict.fromkeys((*run.target.hosted.tables, *listed.tables)))
    asked = [await _table(run, name) for name in names[:MOST_TABLES]]
    tables = [table for table in asked if table.name in run.named or table.code not in NO_TABLE]
    known = {function.name: function for function in (*run.functions, *listed.functions)}
    functions, left = await call_functions(run, tuple(known.values()))
    names_of_buckets = dict.fromkeys((*run.target.hosted.buckets, *shown.tables[:MOST_BUCKETS]))
    buckets = [await _bucket(run, name) for name in names_of_buckets]
    written = [table for table in tables if any(insert.exchange.status == 201 for insert in table.inserts)]
    return HostedSeen(
        tables=tuple(tables),
        buckets=tuple(buckets),
        functions=functions,
        listing=listed.exchange,
        bucket_names=shown.exchange,
        left=(*names[MOST_TABLES:], *left),
        aftercare=tuple(f"POST /rest/v1/{table.name}: 1 row" for table in written),
    )


async def _table(run: Try, name: str) -> Table:
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


async def _as_clients(run: Try, table: Table, path: str) -> tuple[Table, list[str]]:
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


def _row_of(run: Try, name: str, reply: Reply) -> tuple[str, str]:
    """(column, value) by which a row that is surely this account's own is asked for: it holds its secret word or names its person.

    The row's id; where the table has none, the column that holds the person's.
    """
    account = run.target.accounts[name]
    pair = run.asker.marks(Call("GET", run.base, name)).own
    persons = {word.reveal() for word in account.person}
    for row in _rows(reply):
        body = json.dumps(row).encode()
        one = Reply(status=200, head=body, size=len(body), media="application/json")
        key = next((key for key in ("id", "uuid", "pk") if isinstance(row.get(key), str | int)), "")
        key = key or next((key for key, value in row.items() if str(value) in persons), "")
        if key and sightings(one, pair, (), None, account.person, frozenset()):
            return key, str(row[key])
    return "", ""


async def _inserts(run: Try, name: str, fields: list[str]) -> tuple[Insert, ...]:
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


async def _bucket(run: Try, name: str) -> Bucket:
    path = f"/storage/v1/object/list/{quote(name)}"
    if refused := run.asker.net.refuses(Consent.TOUCH, run.base):
        return Bucket(name, refused=f"reasons.{refused}")
    body: Json = {"prefix": "", "limit": OWN_ROWS}
    _reply, stranger = await run.ask("buckets", run.stranger, path, consent=Consent.TOUCH, body=body)
    bucket = Bucket(name, stranger, file=await _public_file(run, name))
    if stranger.kind is not Kind.EMPTIES or not run.asker.net.token("a").present:
        return bucket
    _reply, own = await run.ask("buckets", "a", path, consent=Consent.TOUCH, body=body, whose="a")
    return replace(bucket, own=own)


async def _public_file(run: Try, bucket: str) -> Exchange | None:
    """B's planted file of this bucket at the address that needs no session; None where no such file was planted or b cannot open it."""
    files = run.target.accounts["b"].files if "b" in run.target.accounts else ()
    found = next((match for entry in files if (match := _OBJECT.search(entry)) and match[1] == bucket), None)
    if found is None:
        return None
    private, public = (
        f"{run.base}/storage/v1/object/{door}/{bucket}/{found[2]}" for door in ("authenticated", "public")
    )
    control, face = await run.asker.settled(
        Call("GET", private, "b", consent=Consent.TOUCH, cap=FILE_CAP),
        "buckets",
        f"GET /storage/v1/object/{bucket}",
        whose="b",
    )
    if face.kind is not Kind.GIVES and face.why != "file":
        return None
    call = Call("GET", public, "nobody", consent=Consent.TOUCH, cap=FILE_CAP, fresh=True)
    shown = f"GET /storage/v1/object/public/{bucket}"
    await run.asker.settled(call, "buckets", shown, whose="b", around=Around(owner=control))
    return run.asker.exchanges[-1]
