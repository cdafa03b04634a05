"""Edits of an assessment's own profile, from forms. The file is written only when the whole profile reads back sound."""

from __future__ import annotations

from typing import Any

from wizard import profile
from wizard.intake.curl import parse as read_curl
from wizard.model import Trouble
from wizard.session.core import Session
from wizard.session.desk import PROFILE, Desk
from wizard.session.work import owned
from wizard.store import write_whole
from wizard.words import say

FIELDS = (
    "api.base_url",
    "api.describe",
    "site.edge",
    "email.domains",
    "repository.path",
    "logs.paths",
    "monitoring.status_page",
    "deployment.version_url",
    "deployment.rollback",
    "chat.request",
    "chat.body",
    "chat.reply",
    "chat.canary",
    "chat.rule",
)
"""The keys that the form offers, in its order."""

KINDS = ("private", "public", "admin", "chat", "login", "upload", "reset", "webhook", "logout")
"""What a founder may call a route. Lists of the profile hold public and admin ones; the rest name one route each."""

MOST_NAMES = 6
LISTS = ("email.domains", "logs.paths")


def editable(session: Session) -> bool:
    """Whether the assessment has a profile of its own; one that stands elsewhere is its owner's to change."""
    return session.source is None and session.folder is not None


def fields(session: Session) -> dict[str, str]:
    """What the profile says for each field of the form, and for the consent."""
    tables = _tables(session)
    found = {name: _get(tables, name) for name in (*FIELDS, "consent.touch", "consent.push")}
    return {name: _shown(value) for name, value in found.items() if value is not None}


def save(session: Session, typed: dict[str, str], consent: dict[str, bool], desk: Desk) -> None:
    """Take over what was typed; Trouble (2), with nothing changed, when a value is none that a profile may have."""
    tables = _tables(session)
    for name, text in typed.items():
        _set(tables, name, [part.strip() for part in text.split(",") if part.strip()] if name in LISTS else text)
    _consent(tables, session, consent)
    _keep(session, tables, desk)


def accounts(session: Session, pasted: dict[str, str], markers: dict[str, str], desk: Desk) -> None:
    """Take over two pasted requests and their markers. What carries a session goes into files that only this person can read."""
    folder = session.folder
    if folder is None or not all(text.strip() for text in pasted.values()):
        raise Trouble("session.paste-both")
    if not all(markers.values()):
        raise Trouble("session.marker-missing")
    tables = _tables(session)
    for name, text in pasted.items():
        read_curl(text)  # its Trouble says what is wrong before anything is written
        write_whole(folder.path / f"{name}.curl", text.encode())
        table = tables.setdefault("accounts", {}).setdefault(name, {})
        table |= {"curl": f"{name}.curl", "marker": markers[name]}
    _consent(tables, session, {"touch": True})
    _add_host(tables, read_curl(pasted["a"]).call.url)
    _keep(session, tables, desk)


def routes(session: Session) -> list[tuple[str, str]]:
    """Every known route with what it was sorted as, in the profile's order."""
    return [(str(route), route.kind or "private") for route in session.profile.target.routes] if session.profile else []


def sort_route(session: Session, route: str, kind: str, desk: Desk) -> None:
    """Take over the founder's word on what a route is. Trouble (2), with nothing changed, when that cannot be."""
    tables = _tables(session)
    api = tables.setdefault("api", {})
    for name in ("public", "admin"):
        api[name] = [one for one in api.get(name, []) if one != route]
    for name in ("login", "upload", "reset", "webhook", "logout"):
        if api.get(name) == route:
            api.pop(name)
    if kind in ("public", "admin"):
        api[kind].append(route)
    elif kind == "chat":
        tables.setdefault("chat", {})["request"] = route
    elif kind != "private":
        api[kind] = route
    if route not in api.get("routes", []):
        api["routes"] = [*api.get("routes", []), route]
    tables["api"] = {name: value for name, value in api.items() if value}
    _keep(session, tables, desk)


def understood(text: str) -> str:
    """What a pasted request was understood as, without its secrets; or why it was not."""
    try:
        read = read_curl(text)
    except Trouble as trouble:
        return say(trouble.key, **trouble.slots)
    scheme, _, rest = read.call.url.partition("://")
    host, slash, path = rest.partition("/")
    names = [*sorted(read.credentials), *sorted({name for name, _ in read.call.headers} - set(read.credentials))]
    headers = ", ".join(names[:MOST_NAMES])
    if len(names) > MOST_NAMES:
        headers = say("tui.proof.more-headers", names=headers, count=len(names) - MOST_NAMES)
    return say(
        "tui.proof.understood",
        method=read.call.method,
        host=f"{scheme}://{host}",
        path=slash + path.partition("?")[0],
        headers=headers,
    )


def _tables(session: Session) -> dict[str, Any]:
    path = session.folder.path / PROFILE if session.folder else None
    return profile.tables(path.read_text(encoding="utf-8")) if path and path.is_file() else {}


def _keep(session: Session, tables: dict[str, Any], desk: Desk) -> None:
    folder = session.folder
    if folder is None:
        return
    text = profile.render(tables)
    path = folder.path / PROFILE
    session.profile = owned(profile.loads(text, path, desk.environ), desk.environ)
    write_whole(path, text.encode())
    desk.read_profile(session)
    session.save()


def _consent(tables: dict[str, Any], session: Session, given: dict[str, bool]) -> None:
    consent = tables.setdefault("consent", {})
    consent |= given
    if any(consent.get(name) for name in ("touch", "push")):
        consent.setdefault("by", session.assessment.subject.assessor or session.assessment.subject.business)


def _add_host(tables: dict[str, Any], url: str) -> None:
    """The pasted request's own host is the API's address, when none was given."""
    api = tables.setdefault("api", {})
    if not api.get("base_url"):
        scheme, _, rest = url.partition("://")
        api["base_url"] = f"{scheme}://{rest.partition('/')[0]}"


def _get(tables: dict[str, Any], name: str) -> Any:
    table, _, key = name.partition(".")
    return tables.get(table, {}).get(key)


def _set(tables: dict[str, Any], name: str, value: Any) -> None:
    table, _, key = name.partition(".")
    if value:
        tables.setdefault(table, {})[key] = value
    else:
        tables.get(table, {}).pop(key, None)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
