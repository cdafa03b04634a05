"""Routes: read from text, joined to the base address once, sorted by what they do, and paired between two accounts' own entries."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from wizard.model import Route

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
_LINE = re.compile(r"\s*([A-Za-z]+)\s+(/\S*)\s*\Z")
_GAP = re.compile(r"\{([^{}/]*)\}")
_COLON = re.compile(r"(?<=/):([A-Za-z_]\w*)")
_ANGLE = re.compile(r"<(?:\w+:)?([A-Za-z_]\w*)>")
_WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_BAD = re.compile(r"[\x00-\x20\x7f-\x9f\\\"<>^`|#\u2028\u2029]")
_READS = ("GET", "HEAD", "OPTIONS")


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    with Path(__file__).with_name("routes.toml").open("rb") as file:
        return tomllib.load(file)


def tidy(template: str) -> str:
    """A path template in one form: ``/users/:id`` and ``/users/<int:id>`` become ``/users/{id}``."""
    return _ANGLE.sub(r"{\1}", _COLON.sub(r"{\1}", template))


def parse(text: str, base_url: str = "", source: str = "profile") -> Route | None:
    """A route from ``METHOD /path/{id}?query``, or None. A path that repeats the path of `base_url` loses it, so that both join once."""
    found = _LINE.match(text)
    if not found or found[1].upper() not in METHODS or len(text) > 2_000:
        return None
    template = tidy(found[2])
    if template.startswith("//") or _BAD.search(template):
        return None
    return route(found[1], within(template, base_url), source=source)


def route(method: str, template: str, *, source: str = "", secured: bool | None = None) -> Route:
    """A route, sorted by its words, with the names of its gaps."""
    method = method.upper()
    return Route(method, template, kind_of(method, template), source, secured, tuple(_GAP.findall(template)))


def base_path(base_url: str) -> str:
    """The path of the base address without its final slash, or ""."""
    return urlsplit(base_url).path.rstrip("/")


def within(template: str, base_url: str) -> str:
    """`template` without the base address's own path, when it repeats it."""
    base = base_path(base_url)
    if base and (template == base or template.startswith((base + "/", base + "?"))):
        rest = template[len(base) :]
        return rest if rest.startswith("/") else "/" + rest
    return template


def join(base_url: str, template: str) -> str:
    """The full address of a path under the base address. The base's path stands in it once, whether or not `template` repeats it."""
    return base_url.partition("?")[0].rstrip("/") + within(template, base_url)


def gaps(template: str) -> tuple[str, ...]:
    """The names of the gaps of a template."""
    return tuple(_GAP.findall(template))


def words_of(template: str) -> set[str]:
    """The whole words of a path, lower case: of ``/reset-password/sendMail``: reset-password, reset, password, sendmail, send, mail."""
    path = _GAP.sub("", unquote(template.partition("?")[0]))
    out: set[str] = set()
    for piece in re.split(r"[/.:_~]+", path):
        split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", piece).lower()
        for name in (piece.lower(), split):
            out.update(_WORD.findall(name))
            out.update(part for part in name.split("-") if part)
    return out


def kind_of(method: str, template: str) -> str:
    """What a route is for, by its words: login, chat, upload, reset, webhook, admin, dangerous, or "" (unsorted). Never public: only a person says that."""
    found, table = words_of(template), _words()
    reads = method in _READS
    if method == "DELETE":
        return "dangerous"
    for kind, names in table["kinds"].items():
        if reads and kind in table["writes_only"]["kinds"]:
            continue
        if not found.isdisjoint(names):
            return kind
    if reads and not found.isdisjoint(table["acting"]["words"]):
        return "dangerous"
    return ""


def is_verb(template: str) -> bool:
    """Whether the last word of a route without gaps tells somebody to do something: then it is not called again once nobody got a 2xx."""
    if _GAP.search(template):
        return False
    last = template.partition("?")[0].rstrip("/").rpartition("/")[2]
    table = _words()
    verbs = {*table["verbs"]["words"], *table["acting"]["words"], *table["kinds"]["dangerous"]}
    return not words_of("/" + last).isdisjoint(verbs)


def sorted_as(one: Route, kind: str) -> Route:
    """The same route under a kind that a person gave it."""
    return replace(one, kind=kind)


def shape(one: Route) -> str:
    """Method and template with nameless gaps: two descriptions of one route have one shape."""
    return f"{one.method} {_GAP.sub('{}', one.template.partition('?')[0]).rstrip('/')}"


def merge(*lists: tuple[Route, ...]) -> tuple[Route, ...]:
    """All routes once each, in order; the first of a shape stays, taking a kind or a security fact that only a later one has."""
    out: dict[str, Route] = {}
    for one in (entry for entries in lists for entry in entries):
        old = out.get(shape(one))
        if old is None:
            out[shape(one)] = one
        else:
            secured = one.secured if old.secured is None else old.secured
            out[shape(one)] = replace(old, kind=old.kind or one.kind, secured=secured)
    return tuple(out.values())


def match(template: str, path: str) -> dict[str, str] | None:
    """The values of the gaps of `template` in a concrete `path`, or None where they differ elsewhere. A query counts only where the template has one."""
    (ours, _, asked), (theirs, _, query) = template.partition("?"), path.partition("?")
    parts, given = ours.rstrip("/").split("/"), theirs.rstrip("/").split("/")
    if len(parts) != len(given):
        return None
    if asked:
        parts, given = [*parts, *asked.split("&")], [*given, *query.split("&")]
    if len(parts) != len(given):
        return None
    out: dict[str, str] = {}
    for part, value in zip(parts, given, strict=True):
        gap = _GAP.search(part)
        if gap is None:
            if part != value:
                return None
            continue
        before, after = part[: gap.start()], part[gap.end() :]
        long_enough = len(value) > len(before) + len(after)
        if not (long_enough and value.startswith(before) and value.endswith(after)):
            return None
        out[gap[1]] = value[len(before) : len(value) - len(after)]
    return out


@dataclass(frozen=True, slots=True)
class Pair:
    """One route with account a's and account b's own path on it; `a` or `b` is "" when only one of them listed it."""

    route: Route
    a: str
    b: str


def pair(own_a: tuple[str, ...], own_b: tuple[str, ...], routes: tuple[Route, ...]) -> tuple[Pair, ...]:
    """Entries of a and b paired by route, in a's order. Without a listed route the two paths themselves show where the id stands."""
    left = [found for found in (parse(entry) for entry in own_b) if found]
    out: list[Pair] = []
    for mine in (found for found in (parse(entry) for entry in own_a) if found):
        known = _listed(mine, routes)
        partner, one = None, known
        for theirs in left:
            common = known if known and match(known.template, theirs.template) is not None else None
            common = common or _between(mine, theirs)
            if common and theirs.method == mine.method:
                partner, one = theirs, common
                break
        if partner:
            left.remove(partner)
        out.append(Pair(one or mine, mine.template, partner.template if partner else ""))
    return (*out, *(Pair(_listed(rest, routes) or rest, "", rest.template) for rest in left))


def _listed(one: Route, routes: tuple[Route, ...]) -> Route | None:
    """The listed route that a concrete path belongs to; the one with the fewest gaps when several fit."""
    fits = [r for r in routes if r.method == one.method and r.params and match(r.template, one.template) is not None]
    return min(fits, key=lambda r: len(r.params), default=None)


def _between(mine: Route, theirs: Route) -> Route | None:
    """The route that two concrete paths share: equal but for parts with a digit or, at most one, without."""
    ours, others = (re.split(r"([/?&=])", r.template) for r in (mine, theirs))
    if mine.method != theirs.method or len(ours) != len(others):
        return None
    differ = [at for at, (x, y) in enumerate(zip(ours, others, strict=True)) if x != y]
    if not differ or differ[0] < 4:  # the first word of the path names the collection
        return None
    wordy = [at for at in differ if not (re.search(r"\d", ours[at]) and re.search(r"\d", others[at]))]
    if len(wordy) > 1:
        return None
    parts = list(ours)
    for count, at in enumerate(differ):
        parts[at] = "{id}" if count == 0 else f"{{id{count + 1}}}"
    return route(mine.method, "".join(parts), source="own")
