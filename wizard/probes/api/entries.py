"""The entries of a list by their ids: whether two clients are shown the same ones, other ones, or some in common. Ids stay in memory."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.net import Reply
from wizard.probes.api.bodies import Json, parse_json
from wizard.probes.api.lexicon import squeeze

DEEP = 3
MOST = 500
_KEYS = ("id", "uuid", "_id", "uid", "key", "slug", "number", "reference")


@dataclass(frozen=True, slots=True)
class Shared:
    """How two clients' lists of one route compare. `common`: entries in both; `apart`: none, and each client has some; `steady`: a's is the same when asked again."""

    a: int = 0
    b: int = 0
    common: int = 0
    steady: bool = False

    @property
    def apart(self) -> bool:
        """Whether b has entries of its own and a, asked twice, is shown none of them."""
        return self.b > 0 and self.common == 0 and self.steady


def entry_ids(reply: Reply, collection: str) -> tuple[str, ...]:
    """The ids of the entries of the first list of objects that the answer holds, in order; () where it holds none. `collection`: the list's own name."""
    document = parse_json(reply)
    rows = _rows(document.value) if document is not None else []
    kind = squeeze(collection).removesuffix("s")
    found = (_id(row, kind) for row in rows[:MOST])
    return tuple(dict.fromkeys(one for one in found if one))


def _rows(value: Json, depth: int = 0) -> list[dict[str, Json]]:
    if isinstance(value, list):
        return [row for row in value if isinstance(row, dict)]
    if isinstance(value, dict) and depth < DEEP:
        for inner in value.values():
            if rows := _rows(inner, depth + 1):
                return rows
    return []


def _id(row: dict[str, Json], kind: str) -> str:
    names = {squeeze(name): name for name in row}
    for key in (*_KEYS, f"{kind}id" if kind else "", f"{kind}number" if kind else ""):
        value = row.get(names.get(squeeze(key), ""))
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value)
    return ""
