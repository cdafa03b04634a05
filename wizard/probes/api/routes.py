"""Which routes belong to a test account, at which address, and in which order they are tried. Reading and pairing routes is intake's work."""

from __future__ import annotations

from urllib.parse import quote

from wizard.intake import routes as intake
from wizard.model import Route
from wizard.probe import Account, Target

SESSION_FREE = frozenset({"public", "login", "reset", "webhook"})
"""Kinds of routes that must answer anyone."""


def known_values(account: Account | None, routes: tuple[Route, ...]) -> dict[str, str]:
    """Name -> value as the account's own entries fill the templates: ``/conversations/c_1`` fills ``{id}`` of ``/conversations/{id}``.

    Each is also kept as ``parent.name`` (``conversations.id``), for one name may stand for different things on different routes.
    """
    found: dict[str, str] = {}
    for entry in (*account.own, *account.files) if account else ():
        given = intake.parse(entry)
        for route in routes if given else ():
            for name, value in (intake.match(route.template, given.template) or {}).items() if given else ():
                found.setdefault(f"{_parent(route.template, name)}.{name}", value)
                found.setdefault(name, value)
    return found


def filled(template: str, values: dict[str, str]) -> str | None:
    """The template with its gaps filled, or None when a value is not known. A value of the same parent goes first."""
    path = template
    for name in intake.gaps(template):
        value = values.get(f"{_parent(template, name)}.{name}", values.get(name))
        if value is None:
            return None
        path = path.replace("{" + name + "}", quote(value, safe=":@%._-~"), 1)
    return path


def _parent(template: str, name: str) -> str:
    before = template.partition("{" + name + "}")[0].strip("/").split("/")
    return next((word for word in reversed(before) if word and "{" not in word), "")


def address(target: Target, route: Route, account: str = "a") -> str | None:
    """Where a route stands for this account; None when one of its ``{names}`` is not known."""
    path = filled(route.template, known_values(target.accounts.get(account), target.routes))
    return None if path is None else intake.join(target.base_url, path)


def template_of(target: Target, method: str, path: str) -> str:
    """``METHOD /template`` that a concrete path belongs to (the one with the fewest gaps), or the path as it stands, its query left out."""
    fits = [r for r in target.routes if r.method == method and r.params and intake.match(r.template, path) is not None]
    best = min(fits, key=lambda route: len(route.params), default=None)
    return str(best) if best else f"{method} {path.partition('?')[0]}"


def private(target: Target) -> tuple[Route, ...]:
    """The routes that should need a session, private-looking first: those marked secured, private or admin, then with an id, then the rest.

    Left out: public ones, those that must answer anyone (login, reset, webhook), and dangerous ones (logout among them).
    """
    named = {target.login, target.reset, target.webhook_route, target.webhook.route, target.logout, *target.public}
    kept = [
        route
        for route in target.routes
        if str(route) not in named and route.kind not in SESSION_FREE and route.kind != "dangerous"
    ]
    return tuple(sorted(kept, key=_private_first))


def _private_first(route: Route) -> tuple[int, int]:
    marked = 0 if route.secured or route.kind in {"private", "admin", "chat"} else 1
    return marked, 0 if route.params else 1
