"""The API part of a profile: every route once, sorted by what the profile says of it, and the file that describes it."""

from __future__ import annotations

from urllib.parse import urlsplit

from wizard.intake import describe, routes
from wizard.model import Route, Trouble
from wizard.profile.lines import Key
from wizard.profile.notice import Notice
from wizard.profile.shape import ProfileFile
from wizard.profile.source import Source
from wizard.profile.urls import authority, clean, split
from wizard.profile.values import contents, existing, require_closed
from wizard.words import say

NAMED = ("login", "upload", "reset", "webhook", "logout")


def one_route(source: Source, text: str, path: Key, base_url: str) -> Route | None:
    """A route that the profile names, or None when it names none. Trouble when it is no ``METHOD /path``."""
    if not text.strip():
        return None
    found = routes.parse(text, base_url)
    if found is None:
        raise source.trouble("bad-route", path, found=text)
    return found


def name_of(source: Source, text: str, path: Key, base_url: str) -> str:
    """The same, written as ``METHOD /path`` or ""."""
    return str(one_route(source, text, path, base_url) or "")


def many(source: Source, texts: list[str], path: Key, base_url: str) -> tuple[Route, ...]:
    """A list of routes."""
    found = (one_route(source, text, (*path, at), base_url) for at, text in enumerate(texts))
    return tuple(one for one in found if one)


def all_routes(source: Source, shape: ProfileFile, base_url: str) -> tuple[tuple[Route, ...], tuple[Notice, ...]]:
    """Named routes first (their kind is what the profile calls them), then those listed, then those described."""
    api = shape.api
    named = [(getattr(api, name), ("api", name), "dangerous" if name == "logout" else name) for name in NAMED]
    named += [
        (shape.webhook.route, ("webhook", "route"), "webhook"),
        (shape.chat.request, ("chat", "request"), "chat"),
    ]
    known = [(one_route(source, text, path, base_url), kind) for text, path, kind in named]
    kinds = [routes.sorted_as(one, kind) for one, kind in known if one]
    for part in ("public", "admin"):
        kinds += [routes.sorted_as(one, part) for one in many(source, getattr(api, part), ("api", part), base_url)]
    listed = many(source, api.routes, ("api", "routes"), base_url)
    told, notices = described(source, shape, base_url)
    return routes.merge(tuple(kinds), listed, told), notices


def described(source: Source, shape: ProfileFile, base_url: str) -> tuple[tuple[Route, ...], tuple[Notice, ...]]:
    """The routes of a local description, with a notice for a HAR that holds secrets. Nothing for a URL: only the door may read that."""
    text, path = shape.api.describe, ("api", "describe")
    if not text or is_url(text):
        return (), ()
    raw = contents(source, text, path, describe.BIGGEST)
    try:
        if describe.is_har(raw):
            require_closed(source, path, existing(source, text, path))
        notices = (Notice("har-secrets", path=text),) if describe.is_har(raw) and describe.has_secrets(raw) else ()
        return describe.read_description(raw, base_url), notices
    except Trouble as error:
        if error.key.startswith("profile."):
            raise
        raise source.trouble("bad-describe", path, why=say(error.key, **error.slots)) from None


def is_url(text: str) -> bool:
    """Whether a description is an address rather than a path."""
    return urlsplit(text.strip()).scheme.lower() in ("http", "https") if "://" in text else False


def describe_url(source: Source, shape: ProfileFile, hosts: frozenset[str]) -> str:
    """The address of a description on a consented host, or "". Trouble when its host is another."""
    text, path = shape.api.describe, ("api", "describe")
    if not is_url(text):
        return ""
    url = clean(source, text, path)
    parts = split(url)
    host = authority(parts) if parts else ""
    if host not in hosts:
        raise source.trouble("not-consented", path, host=host)
    return url
