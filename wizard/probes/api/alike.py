"""Whether two replies tell the same thing, once what changes by itself (times, nonces, the asked id) is taken out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from wizard.net import Reply
from wizard.probes.api.bodies import Json, keys, parse_json
from wizard.probes.api.lexicon import listed

_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_BLANK = re.compile(r"\s+")


def alike(one: Reply, other: Reply, *, ids: Iterable[str] = ()) -> bool:
    """Same status class and same content without volatile fields and without `ids` (what was asked for). Two cut bodies are never alike."""
    if one.fault or other.fault or one.cut or other.cut or one.status // 100 != other.status // 100:
        return False
    return _essence(one, tuple(ids)) == _essence(other, tuple(ids))


def same_keys(one: Reply, other: Reply) -> bool:
    """Whether both are JSON with the same key names at the top."""
    first, second = parse_json(one), parse_json(other)
    return first is not None and second is not None and keys(first.value) == keys(second.value)


def differing(one: Reply, other: Reply, limit: int = 8) -> tuple[str, ...]:
    """Names of keys (never values) in which two JSON replies differ, for a person who must judge: sorted, at most `limit`."""
    first, second = parse_json(one), parse_json(other)
    if first is None or second is None or not isinstance(first.value, dict) or not isinstance(second.value, dict):
        return ()
    names = set(first.value) | set(second.value)
    changed = sorted(name[:40] for name in names if first.value.get(name) != second.value.get(name))
    return tuple(changed[:limit])


def _essence(reply: Reply, ids: tuple[str, ...]) -> str:
    document = parse_json(reply)
    if document is not None:
        return "json" + _scrubbed(json.dumps(_steady(document.value), sort_keys=True, ensure_ascii=False), ids)
    return "text" + _BLANK.sub(" ", _scrubbed(reply.head.decode("utf-8", "replace"), ids)).strip()


def _scrubbed(text: str, ids: tuple[str, ...]) -> str:
    for word in sorted({one for one in ids if one}, key=len, reverse=True):
        text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", "<id>", text)
    return _UUID.sub("<uuid>", _TIME.sub("<time>", text))


def _steady(value: Json, depth: int = 0) -> Json:
    """The value without fields whose name says that they change by themselves, or that name the request."""
    if depth > 40:
        return None
    if isinstance(value, dict):
        dropped = listed("volatile", "keys") | listed("envelope", "trace")
        return {key: _steady(child, depth + 1) for key, child in value.items() if key.lower() not in dropped}
    if isinstance(value, list):
        return [_steady(child, depth + 1) for child in value]
    return value
