"""An id inside JSON: in a body, in GraphQL variables, or in JSON that itself stands in a query or a form. Leaves it out, or names both. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote

from wizard.intake.leaves import leaves
from wizard.intake.slots import Difference, put
from wizard.model import Slot
from wizard.net import Call
from wizard.probes.api.bodies import Json, node_at, parse
from wizard.probes.api.proof import Owned

_GAP = "lr-gap-5f0e"
_WITHIN = re.compile(r"json-string\(([^()]{1,400})\)")


@dataclass(frozen=True, slots=True)
class Inside:
    """A's own call, the JSON text in it, the id's pointer there (RFC 6901), and both accounts' values. `slot`: where the text stands, None for the body."""

    call: Call
    text: str
    pointer: str
    values: tuple[Json, Json]
    slot: Slot | None = None

    def without(self, empty: Json) -> Iterator[Call]:
        """The field left out (where it is one), then emptied."""
        if (edited := edit(self.text, self.pointer, None, remove=True)) is not None:
            yield self._with(edited)
        if (edited := edit(self.text, self.pointer, empty)) is not None:
            yield self._with(edited)

    def twice(self) -> Iterator[Call]:
        """The name given twice, in both orders (RFC 8259 leaves open which one counts), then a list of both."""
        name = json.dumps(_steps(self.pointer)[-1], ensure_ascii=False)
        gap = edit(self.text, self.pointer, _GAP)
        for pair in (self.values, self.values[::-1]):
            first, second = (json.dumps(value, ensure_ascii=False) for value in pair)
            text = (gap or "").replace(f'{name}: "{_GAP}"', f"{name}: {first}, {name}: {second}", 1)
            if text and _GAP not in text:
                yield self._with(text)
        if (listed := edit(self.text, self.pointer, list(self.values))) is not None:
            yield self._with(listed)

    def _with(self, text: str) -> Call:
        if self.slot is None:
            return replace(self.call, body=text.encode("utf-8", "replace"))
        return put(self.call, replace(self.slot, codec="plain"), text)


def inside(owned: Owned, difference: Difference) -> Inside | None:
    """The JSON that holds the id of this place; None where it stands in none."""
    a, b = difference.a, difference.b
    if a.where in {"json", "graphql"}:
        texts = [(call.body or b"").decode("utf-8", "replace") for call in (owned.a, owned.b)]
        pointer, slot = a.pointer, None
    elif a.where in {"query", "form"} and (found := _WITHIN.match(a.codec)):
        texts = [_leaf(call, one) for call, one in ((owned.a, a), (owned.b, b))]
        pointer, slot = unquote(found[1]), a
    else:
        return None
    mine, theirs = (_at(parse(text), pointer) for text in texts)
    return None if mine is None or theirs is None else Inside(owned.a, texts[0], pointer, (mine, theirs), slot)


def _leaf(call: Call, slot: Slot) -> str:
    at = (slot.where, slot.pointer)
    return next((leaf.value for leaf in leaves(call) if (leaf.where, leaf.pointer) == at), "")


def _steps(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]] or [""]


def _at(document: object, pointer: str) -> Json:
    return node_at(getattr(document, "value", None), _steps(pointer))


def edit(text: str, pointer: str, value: Json, *, remove: bool = False) -> str | None:
    """The JSON text with another value at the pointer, or without the field; None when no field of an object stands there."""
    document = parse(text)
    *path, last = _steps(pointer)
    node = node_at(document.value, path) if document else None
    if document is None or not isinstance(node, dict) or last not in node:
        return None
    if remove:
        node.pop(last)
    else:
        node[last] = value
    return json.dumps(document.value, ensure_ascii=False)
