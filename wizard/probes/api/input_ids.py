"""Malformed ids in paths and senseless queries, on routes that a test account may read. Never a neighbour of a real id."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from wizard.intake import routes as intake
from wizard.model import Consent
from wizard.net import Call
from wizard.probe import Target
from wizard.probes.api import odd
from wizard.probes.api.listings import list_routes
from wizard.probes.api.routes import filled, known_values, private


def odd_routes(target: Target) -> Iterator[tuple[str, str, Call, str]]:
    """(check, payload, request, route): one route with an id in its path, one that lists things."""
    values = known_values(target.accounts.get("a"), target.routes)
    for route in private(target):
        if route.method == "GET" and route.params and filled(route.template, values) is not None:
            for value in odd.odd_ids():
                path = _with_last(route.template, route.params[-1], value, values)
                yield "bad-query", value[:24], _get(target, path), str(route)
            break
    for listing in list_routes(target)[:1]:
        for name, value in odd.odd_queries():
            mark = "&" if "?" in listing.template else "?"
            path = f"{listing.template}{mark}{name}={quote(value)}"
            yield "bad-query", f"{name}={value}", _get(target, path), str(listing)


def _with_last(template: str, name: str, value: str, values: dict[str, str]) -> str:
    """The template filled with the account's own ids, but for the last gap."""
    head, _, rest = template.rpartition("{" + name + "}")
    return (filled(head, values) or head) + quote(value, safe="") + rest


def _get(target: Target, path: str) -> Call:
    return Call("GET", intake.join(target.base_url, path), "a", consent=Consent.TOUCH, fresh=True)
