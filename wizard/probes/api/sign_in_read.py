"""Whether a route took our body for a try to sign in: it refuses in words, or answers a body without one in another way.

Seventy answers show that there is no limit only where somebody looked at the tries. A static page, a form that comes back as it was, a wall in front
of the whole address, or a missing form token answer everything alike, and prove nothing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qsl, urlsplit

from wizard.net import Call, Reply
from wizard.probes.api import pages
from wizard.probes.api.alike import alike
from wizard.probes.api.bodies import leaves, parse_json
from wizard.probes.api.faces import Face, Kind
from wizard.probes.api.lexicon import ordered, speaks_of
from wizard.probes.api.sign_in_forms import NOT_READ, Send, missing, shaped

_NOTHING = {"application/json": b"{}"}
_STOPS = {Kind.THROTTLES, Kind.BLOCKED, Kind.BREAKS, Kind.SILENT}
_UNSEEN = re.compile(r"<(script|style|template)\b.*?</\1\s{0,8}>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]{0,4000}>")
_CHANGING = re.compile(r"[0-9a-f]{8,}|\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """Which shape to send; whether the route read it, known `by` what; `there`: an answer that an API does not give is the route's own."""

    at: int
    read: bool
    by: str = ""
    there: bool = False


async def shape_that_is_read(
    call: Call, tries: tuple[tuple[str, bytes], ...], words: Sequence[str], send: Send
) -> Found:
    """The first shape that is answered with more than "not like this"; the most usual one where none is."""
    empties: dict[str, tuple[Reply, Reply]] = {}
    alike_at = -1
    for at, shape in enumerate(tries):
        one = shaped(call, shape)
        reply, face = await send(one)
        if face.kind in _STOPS:
            return Found(at, True, face.kind)
        if reply.status in NOT_READ and face.kind is Kind.REJECTS:
            continue
        if face.kind is Kind.HIDES:
            gone = await missing(one, reply, send)
            return Found(0 if gone else at, not gone, "no such path" if gone else "another path", not gone)
        if reply.status == 401:
            return Found(at, True, "401")
        if refuses_in_words(reply, words):
            return Found(at, True, "words", there=True)
        if shape[0] not in empties:
            nothing = shaped(call, (shape[0], _NOTHING.get(shape[0], b"")))
            empties[shape[0]] = (await send(nothing))[0], (await send(nothing))[0]
        first, second = empties[shape[0]]
        if same(first, second, words) and not same(reply, first, words):
            return Found(at, True, "another answer than to nothing", there=True)
        if _answer_of_its_own(reply, face) and not await missing(one, reply, send):
            return Found(at, True, "another path")
        alike_at = at if alike_at < 0 else alike_at
    return Found(max(0, alike_at), False, "the same answer as to nothing" if alike_at >= 0 else "")


async def is_wall(call: Call, words: Sequence[str], send: Send) -> bool:
    """Whether a bare 401 comes from a wall: a path that cannot exist, and a body without a try, get the very same."""
    reply, _ = await send(call)
    if reply.status != 401 or refuses_in_words(reply, words) or not await missing(call, reply, send):
        return False
    media = next((value for name, value in call.headers if name.lower() == "content-type"), "")
    nothing, _ = await send(shaped(call, (media, _NOTHING.get(media, b""))))
    return same(reply, nothing, words)


def refuses_in_words(reply: Reply, words: Sequence[str] = ()) -> bool:
    """Whether the answer says that person or password are wrong. A page's words may be hidden in it, so a good status wants JSON or a redirect."""
    target = reply.header("location")
    if 300 <= reply.status < 400:
        return _sends_back(target)
    document = parse_json(reply)
    if document is None and (200 <= reply.status < 300 or not reply.head):
        return False
    texts = [str(leaf) for _, leaf in leaves(document.value)] if document else [_visible(reply)]
    text = " ".join(texts)[:20_000]
    for word in words:
        text = text.replace(word, " ")
    text = text.replace("_", " ").replace("-", " ")
    return speaks_of("sign_in", text) or _pattern().search(text.lower()) is not None


def same(one: Reply, other: Reply, words: Sequence[str] = ()) -> bool:
    """Whether two answers tell a person the same: for pages what can be read on them, for all else the content."""
    if one.fault or other.fault or one.status != other.status:
        return False
    if _way(one) != _way(other):
        return False
    if pages.is_html(one) and pages.is_html(other):
        return _visible(one, words) == _visible(other, words)
    return alike(one, other, ids=words)


def _answer_of_its_own(reply: Reply, face: Face) -> bool:
    """An API's "yes" (many say the same to everybody, on purpose), or its "no" without a word, such as ``{"ok": false}``. A page is neither."""
    if not 200 <= reply.status < 300 or pages.is_html(reply):
        return False
    document = parse_json(reply)
    words = document is not None and any(isinstance(leaf, str) for _, leaf in leaves(document.value))
    return not (face.soft and words) and face.kind is not Kind.UNCLEAR


def _sends_back(target: str) -> bool:
    """A redirect whose query says that it went wrong (``/login?error=CredentialsSignin``)."""
    try:
        names = [name.lower() for name, _ in parse_qsl(urlsplit(target).query, keep_blank_values=True)]
    except ValueError:
        return False
    return any(name in ordered("sign_in", "queries") for name in names)


def _way(reply: Reply) -> str:
    return _CHANGING.sub("", reply.header("location")) if 300 <= reply.status < 400 else ""


def _visible(reply: Reply, words: Sequence[str] = ()) -> str:
    """What a person can read on a page, without numbers and long codes that change by themselves."""
    text = html.unescape(_TAG.sub(" ", _UNSEEN.sub(" ", pages.text_of(reply)[:200_000])))
    for word in words:
        text = text.replace(word, " ")
    return " ".join(_CHANGING.sub("", text).split())


@cache
def _pattern() -> re.Pattern[str]:
    """A word for wrong at most four words away from one for what was given: ``invalid email or password``, ``user was not found``."""
    wrong, what = ("|".join(map(re.escape, ordered("sign_in", name))) for name in ("wrong", "what"))
    gap = r"\W+(?:\w+\W+){0,4}?"
    return re.compile(rf"\b(?:(?:{wrong}){gap}(?:{what})|(?:{what}){gap}(?:{wrong}))\b")
