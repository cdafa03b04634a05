"""Reads JSON or YAML that somebody else wrote: bounded in size, depth, aliases and merges; plain data only, no tags, nothing remote."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import yaml

from wizard.model import Trouble

BIGGEST = 2_000_000
DEEPEST = 200
ALIASES = 2_000
MERGED = 100_000
HOPS = 20
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Bounded(_Loader):  # type: ignore[misc, valid-type]  # C or Python, by what is installed
    """Safe YAML whose merge keys cannot multiply without end."""

    merged = 0

    def flatten_mapping(self, node: Any) -> None:
        """Merge as usual, but count what is merged."""
        super().flatten_mapping(node)
        self.merged += len(node.value)
        if self.merged > MERGED:
            raise Trouble("intake.too-deep")


def read(raw: bytes) -> Any:
    """The plain data in `raw`. Trouble when it is too large, too deep, or neither JSON nor YAML."""
    if len(raw) > BIGGEST:
        raise Trouble("intake.too-big", most="2 MB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Trouble("intake.unreadable") from None
    if text.lstrip()[:1] in ("{", "["):
        return _json(text)
    return _yaml(text)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise Trouble("intake.too-deep") from None
    except ValueError:
        raise Trouble("intake.unreadable") from None


def _yaml(text: str) -> Any:
    try:
        _measure(text)
        loader = _Bounded(text)
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except RecursionError:
        raise Trouble("intake.too-deep") from None
    except (yaml.YAMLError, ValueError, TypeError, OverflowError, AttributeError, KeyError, IndexError):
        raise Trouble("intake.unreadable") from None  # PyYAML lets more than its own errors out on odd scalars


def _measure(text: str) -> None:
    """Walk the events first: the composer is recursive in C, so depth must be known before it runs."""
    depth = aliases = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
        if depth > DEEPEST or aliases > ALIASES:
            raise Trouble("intake.too-deep")


def resolve(document: Any, node: Any) -> Any:
    """`node`, or what its local ``$ref`` leads to in at most 20 hops; None for a remote or a broken one."""
    for _ in range(HOPS):
        if not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
            return node
        node = _pointed(document, node["$ref"])
    return None


def _pointed(document: Any, reference: str) -> Any:
    if not reference.startswith("#/") or reference.count("/") > DEEPEST:
        return None
    node = document
    for step in reference[2:].split("/"):
        name = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict):
            node = node.get(name)
        elif isinstance(node, list) and name.isdigit() and len(name) < 7 and int(name) < len(node):
            node = node[int(name)]
        else:
            return None
    return node


def table(value: Any) -> dict[Any, Any]:
    """`value` if it is a table, else an empty one."""
    return value if isinstance(value, dict) else {}


def entries(value: Any) -> list[Any]:
    """`value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []
