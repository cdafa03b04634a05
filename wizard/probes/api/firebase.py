"""Firebase: the Realtime Database, Firestore and Cloud Storage as a stranger meets them."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote, urlsplit

from wizard.model import Consent
from wizard.net import Reply
from wizard.probes.api.bodies import parse_json
from wizard.probes.api.faces import Kind
from wizard.probes.api.hosted_ask import Try, code_of
from wizard.probes.api.hosted_seen import Collection, HostedSeen

MOST_PLACES = 15


async def look_at_firebase(run: Try) -> HostedSeen:
    """Firestore where the address names a project, else the Realtime Database; and the named buckets."""
    names = run.target.hosted.tables[:MOST_PLACES]
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


async def _documents(run: Try, name: str) -> Collection:
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


async def _storages(run: Try) -> tuple[Collection, ...]:
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
