"""Routes from collections of requests: Postman 2.0 and 2.1, Insomnia 4 and 5. Variables in an address become ``{gaps}``; its host is dropped."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from wizard.intake.document import entries, table
from wizard.intake.routes import parse
from wizard.model import Route

MOST = 2_000
DEEPEST = 20
_VARIABLE = re.compile(r"\{\{\s*(?:_\.)?([\w.-]+)\s*\}\}")
_NAME = re.compile(r"\W+")


def is_postman(document: Any) -> bool:
    """Whether a document is a Postman collection."""
    found = table(document)
    return isinstance(found.get("item"), list) and ("info" in found or "variable" in found)


def is_insomnia(document: Any) -> bool:
    """Whether a document is an Insomnia export."""
    found = table(document)
    newer = str(found.get("type", "")).startswith("collection.insomnia.rest") and isinstance(
        found.get("collection"), list
    )
    return newer or (found.get("_type") == "export" and isinstance(found.get("resources"), list))


def postman(document: Any, base_url: str = "") -> tuple[Route, ...]:
    """Every request of a collection, folders and all."""
    out: list[Route] = []
    _folder(table(document), None, base_url, out, 0)
    return tuple(out)


def _folder(node: dict[Any, Any], secured: bool | None, base_url: str, out: list[Route], depth: int) -> None:
    secured = _auth(node.get("auth"), secured)
    for entry in entries(node.get("item")) if depth <= DEEPEST else ():
        one = table(entry)
        if isinstance(one.get("item"), list):
            _folder(one, secured, base_url, out, depth + 1)
            continue
        request = one.get("request")
        url = request if isinstance(request, str) else table(request).get("url")
        method = str(table(request).get("method") or "GET")
        found = parse(f"{method} {path_of(_raw(url))}", base_url, "postman")
        if found is not None and len(out) < MOST and url:
            out.append(replace(found, secured=_auth(table(request).get("auth"), secured)))


def _auth(given: Any, inherited: bool | None) -> bool | None:
    """What a request's or a folder's auth says; null and absence mean "as the folder above"."""
    kind = table(given).get("type")
    if not isinstance(kind, str) or kind == "inherit":
        return inherited
    return kind not in ("noauth", "none")


def _raw(url: Any) -> str:
    if isinstance(url, str):
        return url
    found = table(url)
    if isinstance(found.get("raw"), str):
        return str(found["raw"])
    steps = found.get("path")
    return "/" + "/".join(str(step) for step in entries(steps)) if isinstance(steps, list) else str(steps or "")


def path_of(url: str) -> str:
    """The path template of an address with variables: ``{{baseUrl}}/users/:id?x=1`` gives ``/users/:id``."""
    bare = url.strip().partition("?")[0].partition("#")[0]
    bare = re.sub(r"\A\{\{[^{}]*\}\}(?=/|\Z)", "", bare)
    bare = re.sub(r"\A[A-Za-z][A-Za-z+.-]*://(?:\{\{[^{}]*\}\}|[^/])*", "", bare)
    path = _VARIABLE.sub(lambda found: "{" + _NAME.sub("_", found[1]) + "}", bare)
    if not path.startswith(
        "/"
    ):  # no scheme: a host name stands first unless the very first step has no dot and no port
        host, slash, rest = path.partition("/")
        path = slash + rest if re.search(r"[.:]", host) or not slash else "/" + path
    return path or "/"


def insomnia(document: Any, base_url: str = "") -> tuple[Route, ...]:
    """Every request of an Insomnia export."""
    root = table(document)
    found = [one for one in map(table, entries(root.get("resources"))) if one.get("_type") == "request"]
    _nested(entries(root.get("collection")), found, 0)
    out: list[Route] = []
    for one in found[:MOST]:
        url = one.get("url")
        parsed = (
            parse(f"{one.get('method') or 'GET'} {path_of(url)}", base_url, "insomnia")
            if isinstance(url, str) and url
            else None
        )
        if parsed is not None:
            out.append(replace(parsed, secured=_auth(one.get("authentication"), None)))
    return tuple(out)


def _nested(nodes: list[Any], found: list[dict[Any, Any]], depth: int) -> None:
    for node in map(table, nodes if depth <= DEEPEST else ()):
        if isinstance(node.get("children"), list):
            _nested(node["children"], found, depth + 1)
        elif "url" in node and len(found) < MOST:
            found.append(node)


def host_of(url: str) -> str:
    """The host and port of an address, lower case."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""
