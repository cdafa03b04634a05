"""Other ways to ask for what is not one's own: the owner's filter left out or emptied, both ids at once. Pure: calls in, calls out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from wizard.intake.slots import Difference, put
from wizard.net import Call
from wizard.probes.api.bodies import Json, parse
from wizard.probes.api.proof import Owned, is_person

_GAP = "lr-gap-5f0e"


def dropped(owned: Owned) -> Iterator[tuple[Call, Difference]]:
    """A's own call without its filter, then with an empty one. In a body only a person's id is a filter: a thing's id is what is asked for."""
    for difference in owned.differences:
        slot = difference.a
        if slot.where == "query":
            pairs = parse_qsl(urlsplit(owned.a.url).query, keep_blank_values=True)
            yield _with_query(owned.a, [pair for pair in pairs if pair[0] != slot.pointer]), difference
            yield _with_query(owned.a, [(name, "" if name == slot.pointer else old) for name, old in pairs]), difference
        elif slot.where == "json" and is_person(difference):
            if (without := _without(owned.a, slot.pointer)) is not None:
                yield without, difference
            yield put(owned.a, replace(slot, codec="plain"), ""), difference


def doubled(owned: Owned) -> Iterator[tuple[Call, Difference]]:
    """A's own call with A's and B's id in one place: a repeated query name, a list, a JSON name given twice; both orders."""
    for difference in owned.differences:
        mine, theirs = owned.whole(difference)
        if difference.a.where == "query":
            pairs = parse_qsl(urlsplit(owned.a.url).query, keep_blank_values=True)
            for order in ((mine, theirs), (theirs, mine)):
                both = [(difference.a.pointer, value) for value in order]
                yield _with_query(owned.a, [p for p in pairs if p[0] != difference.a.pointer] + both), difference
        elif difference.a.where == "json":
            for order in ((mine, theirs), (theirs, mine)):
                if (twice := _twice(owned.a, difference.a.pointer, order)) is not None:
                    yield twice, difference
            if (listed := _listed(owned.a, difference.a.pointer, (mine, theirs))) is not None:
                yield listed, difference


def _with_query(call: Call, pairs: list[tuple[str, str]]) -> Call:
    return replace(call, url=urlunsplit(urlsplit(call.url)._replace(query=urlencode(pairs))))


def _edited(call: Call, pointer: str, value: Json, *, remove: bool = False) -> tuple[Call, Json] | None:
    """The call with another JSON value at the pointer (RFC 6901), and the value that stood there; None when it is no such body."""
    document = parse((call.body or b"").decode("utf-8", "replace"))
    node: Json = document.value if document else None
    *path, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]] or [""]
    for part in path:
        if isinstance(node, dict) and part in node:
            node = node[part]
        elif isinstance(node, list) and part.isdigit() and int(part) < len(node):
            node = node[int(part)]
        else:
            return None
    if document is None or not isinstance(node, dict) or last not in node:
        return None
    old = node.pop(last) if remove else node[last]
    if not remove:
        node[last] = value
    return replace(call, body=json.dumps(document.value, ensure_ascii=False).encode()), old


def _without(call: Call, pointer: str) -> Call | None:
    edited = _edited(call, pointer, None, remove=True)
    return edited[0] if edited else None


def _typed(value: str, old: Json) -> Json:
    """The value in the type that stood there."""
    return int(value) if isinstance(old, int) and not isinstance(old, bool) and value.lstrip("-").isdigit() else value


def _listed(call: Call, pointer: str, values: tuple[str, str]) -> Call | None:
    edited = _edited(call, pointer, None)
    if edited is None:
        return None
    again = _edited(call, pointer, [_typed(value, edited[1]) for value in values])
    return again[0] if again else None


def _twice(call: Call, pointer: str, values: tuple[str, str]) -> Call | None:
    """A body in which the last name of the pointer stands twice (RFC 8259 leaves open which one counts)."""
    edited = _edited(call, pointer, _GAP)
    if edited is None or edited[0].body is None:
        return None
    name = json.dumps(pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~"), ensure_ascii=False)
    first, second = (json.dumps(_typed(value, edited[1]), ensure_ascii=False) for value in values)
    text = edited[0].body.decode().replace(f'{name}: "{_GAP}"', f"{name}: {first}, {name}: {second}", 1)
    return replace(call, body=text.encode()) if _GAP not in text else None
