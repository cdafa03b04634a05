"""What a Supabase project tells strangers about itself: the schema listing at ``/rest/v1/`` (OpenAPI 2.0, PostgREST) and the names of buckets.

The listing was announced closed to public keys; where it still answers, its names are tried like those in the page's code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from wizard.net import Call, Reply
from wizard.probes.api.bodies import Json, parse_json
from wizard.probes.api.bundle import Function
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.hosted_ask import Try

CAP = 2_097_152
MOST_NAMES = 500
MOST_BUCKETS = 5
_NAME = re.compile(r"/([A-Za-z_][A-Za-z0-9_]{0,62})")
_RPC = re.compile(r"/rpc/([A-Za-z_][A-Za-z0-9_]{0,62})")
_BUCKET = re.compile(r"[A-Za-z0-9_.-]{1,100}")


@dataclass(frozen=True, slots=True)
class Listed:
    """Names that the project itself gave out. `exchange`: the answer in which they stood, None where none came."""

    tables: tuple[str, ...] = ()
    functions: tuple[Function, ...] = ()
    exchange: Exchange | None = None


async def schema(run: Try) -> Listed:
    """Ask for the listing with the public key alone. Only names are taken from it."""
    call = Call("GET", f"{run.base}/rest/v1/", run.stranger, cap=CAP, fresh=True)
    reply, _face = await run.asker.settled(call, "row-rules", "GET /rest/v1/")
    found = read_schema(reply)
    return replace(found, exchange=run.asker.exchanges[-1]) if found.tables or found.functions else found


def read_schema(reply: Reply) -> Listed:
    """Tables, and functions with the names of their values, of a description; nothing where the answer is none. Pure."""
    document = parse_json(reply) if reply.status == 200 else None
    value = document.value if document else None
    paths = value.get("paths") if isinstance(value, dict) and ("swagger" in value or "openapi" in value) else None
    if not isinstance(paths, dict):
        return Listed()
    names = [name for name in paths if isinstance(name, str)][:MOST_NAMES]
    tables = [found[1] for name in names if (found := _NAME.fullmatch(name))]
    functions = [Function(found[1], _values(paths[name])) for name in names if (found := _RPC.fullmatch(name))]
    return Listed(tuple(sorted(tables)), tuple(sorted(functions, key=lambda one: one.name)))


def _values(path: Json) -> tuple[str, ...]:
    """The names of a function's values: those of the query of its GET."""
    get = path.get("get") if isinstance(path, dict) else None
    given = get.get("parameters") if isinstance(get, dict) else None
    rows = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    named = [one.get("name") for one in rows if one.get("in") == "query"]
    return tuple(name for name in named if isinstance(name, str) and _NAME.fullmatch("/" + name))


async def bucket_names(run: Try) -> Listed:
    """The names of buckets that a stranger is told (``tables`` of the result)."""
    reply, exchange = await run.ask("buckets", run.stranger, "/storage/v1/bucket")
    document = parse_json(reply) if reply.status == 200 else None
    rows = document.value if document and isinstance(document.value, list) else []
    named = [row.get("name") or row.get("id") for row in rows if isinstance(row, dict)]
    names = tuple(name for name in named if isinstance(name, str) and _BUCKET.fullmatch(name))
    return Listed(tables=names, exchange=exchange) if names else Listed()
