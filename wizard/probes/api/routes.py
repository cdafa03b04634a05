"""Turns route templates into addresses that belong to a test account, and puts routes in the order in which they are tried."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from wizard.model import Route
from wizard.probe import Account, Target

_GAP = re.compile(r"\{([^{}/]{1,60})\}")


def join(base_url: str, path: str) -> str:
    """`base_url` and `path` joined once: a path that already repeats the base's own path is not doubled."""
    parts = urlsplit(base_url)
    root = parts.path.rstrip("/")
    wanted, _, query = path.partition("?")
    wanted = "/" + wanted.lstrip("/")
    if root and not (wanted == root or wanted.startswith(root + "/")):
        wanted = root + wanted
    return urlunsplit((parts.scheme, parts.netloc, wanted, query, ""))


def entry(text: str) -> tuple[str, str]:
    """An entry such as ``GET /conversations/c_1`` as (METHOD, path); a bare path is a GET."""
    method, _, path = text.strip().partition(" ")
    if not path:
        return "GET", method
    return method.upper(), path.strip()


def fits(template: str, path: str) -> dict[str, str] | None:
    """The values that make `path` (its query left out) an instance of `template`, percent-decoded; None when it is not one."""
    wanted, given = template.partition("?")[0].strip("/").split("/"), path.partition("?")[0].strip("/").split("/")
    if len(wanted) != len(given):
        return None
    values: dict[str, str] = {}
    for part, actual in zip(wanted, given, strict=True):
        names = _GAP.findall(part)
        if not names:
            if part != actual:
                return None
            continue
        matched = re.fullmatch(_GAP.sub("(.+)", re.sub(r"[.^$*+?()\[\]|\\-]", r"\\\g<0>", part)), actual)
        if matched is None:
            return None
        values |= {name: unquote(value) for name, value in zip(names, matched.groups(), strict=True)}
    return values


def names(template: str) -> tuple[str, ...]:
    """The ``{names}`` in a template, in order."""
    return tuple(_GAP.findall(template))


def known_values(account: Account | None, routes: Iterable[Route]) -> dict[str, str]:
    """Name -> value as the account's own entries fill the templates: ``/conversations/c_1`` fills ``{id}`` of ``/conversations/{id}``.

    Also kept as ``parent.name`` (``conversations.id``), for one name may stand for different things on different routes.
    """
    if account is None:
        return {}
    found: dict[str, str] = {}
    for text in (*account.own, *account.files):
        _method, path = entry(text)
        for route in routes:
            values = fits(route.template, path)
            if not values:
                continue
            for name, value in values.items():
                found.setdefault(f"{_parent(route.template, name)}.{name}", value)
                found.setdefault(name, value)
    return found


def fill(template: str, values: Mapping[str, str]) -> str | None:
    """The template with its gaps filled (percent-encoded), or None when a value is not known. A value of the same parent goes first."""
    filled = template
    for name in names(template):
        value = values.get(f"{_parent(template, name)}.{name}", values.get(name))
        if value is None:
            return None
        filled = filled.replace("{" + name + "}", quote(value, safe=":@"), 1)
    return filled


def _parent(template: str, name: str) -> str:
    before = template.partition("{" + name + "}")[0].strip("/").split("/")
    return next((word for word in reversed(before) if word and "{" not in word), "")


def address(target: Target, route: Route, account: str = "a") -> str | None:
    """Where a route stands for this account; None when one of its ``{names}`` is not known. Templates that are filled already pass as they are."""
    values = known_values(target.accounts.get(account), target.routes)
    path = fill(route.template, values)
    return None if path is None else join(target.base_url, path)


def template_of(target: Target, text: str) -> str:
    """``METHOD /template`` that an entry belongs to, or the entry with id-looking parts written as ``{id}``."""
    method, path = entry(text)
    for route in target.routes:
        if names(route.template) and fits(route.template, path) is not None:
            return f"{method} {route.template}"
    return f"{method} {shape(path)}"


def shape(path: str) -> str:
    """A path with every part that holds a digit, or is long, written as ``{id}``; version parts (v1) and the query's values are kept out."""
    bare = path.partition("?")[0]
    parts = ["{id}" if _is_id(part) else part for part in bare.split("/")]
    return "/".join(parts)


def _is_id(part: str) -> bool:
    if re.fullmatch(r"v\d{1,2}", part):
        return False
    return bool(re.search(r"\d", part)) or len(part) > 32


def private(target: Target) -> tuple[Route, ...]:
    """The GET routes that should need a session, private-looking first: marked secured or private, then with an id, then the rest.

    Left out: public ones and those that must answer anyone (login, reset, webhook), logout, dangerous ones.
    """
    open_ones = {
        " ".join(entry(text))
        for text in (
            *target.public,
            *(t for t in (target.login, target.reset, target.webhook_route, target.logout) if t),
        )
    }
    kept = [
        route
        for route in target.routes
        if str(route) not in open_ones
        and route.kind not in {"public", "login", "reset", "webhook", "dangerous"}
        and "logout" not in route.template
    ]
    return tuple(sorted(kept, key=_private_first))


def _private_first(route: Route) -> tuple[int, int]:
    marked = 0 if route.secured or route.kind in {"private", "admin", "chat"} else 1
    return marked, 0 if names(route.template) else 1
