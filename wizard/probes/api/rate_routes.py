"""Which routes are climbed, and what is sent: a body that costs nobody anything first, a tiny real message only where that met no limit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wizard.intake import routes as intake
from wizard.model import Consent, Route
from wizard.net import Call
from wizard.probe import Target
from wizard.probes.api.faces import Kind
from wizard.probes.api.sentinel import sentinel
from wizard.probes.api.sign_in_forms import shapes
from wizard.probes.chat import talk

NAMES = ("chat", "login", "reset", "upload", "webhook")
STRICT = ("chat", "login", "reset")
"""Where seventy served requests are a fail; elsewhere a person must judge."""

NO_PASSWORD = "lr-no-such-password"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Rung:
    """The request that is sent over and over. `cheap`: its body is turned away before anything costs money.

    `shapes`: other media types and bodies that the route may read instead, `words`: what stands in them and may come back. `read`: the route read the
    body for what it is, known `by` what; `there`: its answers look like none of an API's, and are known to be its own. `stamps`: uuids in the body that are made anew for each request.
    """

    name: str
    route: str
    call: Call
    cheap: bool
    shapes: tuple[tuple[str, bytes], ...] = ()
    read: bool = True
    there: bool = False
    by: str = ""
    words: tuple[str, ...] = ()
    stamps: tuple[bytes, ...] = ()


_ANSWERED = {Kind.REJECTS, Kind.GIVES, Kind.EMPTIES}
_FIRST: dict[str, frozenset[Kind]] = {
    "chat": frozenset({*_ANSWERED, Kind.HIDES}),
    "login": frozenset({*_ANSWERED, Kind.DENIES}),
    "reset": frozenset({*_ANSWERED, Kind.HIDES}),
    "upload": frozenset(_ANSWERED),
    "webhook": frozenset({*_ANSWERED, Kind.DENIES}),
}


def fit_first(rung: Rung) -> frozenset[Kind]:
    """What the first answer may be, so that the rest shows something: who is turned away as a stranger meets no limit of the route."""
    more = frozenset({Kind.HIDES, Kind.UNCLEAR}) if rung.there else frozenset()
    return _FIRST[rung.name] | more if rung.cheap else frozenset({Kind.GIVES, Kind.EMPTIES})


def chat_rungs(target: Target) -> tuple[Rung, ...]:
    """The chat with a body that is turned away, then with a tiny message."""
    route = talk.chat_route(target)
    if route is None or "{{message}}" not in target.chat.body:
        return ()
    real = talk.say(target, route, sentinel(target), consent=Consent.PUSH)
    name = talk.named(target, route)
    body, stamps = talk.stamped(target.chat.body, sentinel(target))
    return (
        Rung("chat", name, _ladder(real, b"{}"), True),
        Rung("chat", name, _ladder(real, body), False, stamps=stamps),
    )


def rung(name: str, target: Target) -> Rung | None:
    """The one rung of any other route; None when neither the profile nor the description names it."""
    route = _named(name, target)
    if route is None:
        return None
    person = f"lr-{target.run_id or 'x'}@lr.invalid"
    media, actor = "application/json", "nobody"
    tries: tuple[tuple[str, bytes], ...] = ()
    words: tuple[str, ...] = ()
    if name in {"login", "reset"}:
        other = person.replace("@lr.invalid", "@example.com")
        words = (person, other, NO_PASSWORD)
        tries = shapes(person, person, NO_PASSWORD if name == "login" else "")
        if (
            name == "login"
        ):  # some take no address under .invalid for one; at example.com, too, there is nobody (RFC 2606), and signing in mails nobody
            more = shapes(other, other, NO_PASSWORD)
            tries = (*tries, more[0], more[2])
        media, body = tries[0]
    elif name == "upload":
        body, media, actor = _no_file(sentinel(target)), "multipart/form-data; boundary=lr-edge", "a"
    else:
        body = b"{}"
    url = talk.where(target, route)
    call = Call(route.method, url, actor, (("content-type", media),), body, Consent.PUSH, ladder=True)
    return Rung(name, talk.named(target, route), call, True, tries, words=words)


def _ladder(call: Call, body: bytes) -> Call:
    return Call(call.method, call.url, call.actor, call.headers, body, Consent.PUSH, ladder=True)


def _named(name: str, target: Target) -> Route | None:
    told = {
        "login": target.login,
        "reset": target.reset,
        "upload": target.upload,
        "webhook": target.webhook_route or target.webhook.route,
    }[name]
    found = intake.parse(told, target.base_url) if told else next(_of_kind(name, target), None)
    return None if found is None or found.method == "GET" else found


def _of_kind(name: str, target: Target) -> Iterator[Route]:
    return (route for route in target.routes if route.kind == name and route.method == "POST" and not route.params)


def _no_file(text: str) -> bytes:
    """A form whose file is of a kind that nobody takes."""
    head = 'content-disposition: form-data; name="file"; filename="lr-test.none"\r\ncontent-type: application/x-lr-none'
    return f"--lr-edge\r\n{head}\r\n\r\n{text}\r\n--lr-edge--\r\n".encode()
