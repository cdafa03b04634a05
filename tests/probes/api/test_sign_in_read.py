"""Seventy answers show that sign-in has no limit only where somebody looked at the tries: the trap is a page that answers everything alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from tests.probes.api.rig import Setup, access_of, target_of, words_of
from tests.probes.api.test_rate import Fast
from wizard.demo.parts.http import Answer, Request, Response, page, reply, serve
from wizard.net import Reply
from wizard.net.door import Door
from wizard.probes.api.rate import PROBE
from wizard.probes.api.rate_read import read
from wizard.probes.api.rate_seen import Seen
from wizard.probes.api.sign_in_read import refuses_in_words, same

FORM = "<title>Sign in</title><form method=post><input name=email{}><input type=password name=password>{}</form>"
Behaviour = Callable[[Request], Answer]


def given(request: Request) -> dict[str, object]:
    """What the route reads of a body: JSON or a form."""
    try:
        found = json.loads(request.body or b"{}")
    except ValueError:
        found = {name: value[0] for name, value in parse_qs(request.body.decode()).items()}
    return found if isinstance(found, dict) else {}


def form_only(request: Request) -> dict[str, object]:
    return given(request) if "form" in request.header("content-type") else {}


def says_wrong(request: Request) -> Answer:
    """A form that says what was wrong, with 200; it reads forms alone."""
    return page(FORM.format("", "<p>That did not work." if form_only(request).get("password") else ""))


def always_the_form(request: Request) -> Answer:
    return page(FORM.format("", ""))


def form_with_a_clock(request: Request) -> Answer:
    always = always_the_form
    always.count = getattr(always, "count", 0) + 1  # type: ignore[attr-defined]
    return page(FORM.format("", f"<p>Served {always.count} pages</p><input type=hidden value=t{always.count}a>"))  # type: ignore[attr-defined]


def quotes(request: Request) -> Answer:
    """Says something else each time, whatever it gets."""
    quotes.count = getattr(quotes, "count", 0) + 1  # type: ignore[attr-defined]
    return page(FORM.format("", ("<p>Rise early", "<p>Breathe", "<p>Walk more")[quotes.count % 3]))  # type: ignore[attr-defined]


def echoes_the_name(request: Request) -> Answer:
    return page(FORM.format(f" value={given(request).get('email', '')}", ""))


def hidden_words(request: Request) -> Answer:
    return page(FORM.format("", "<p hidden>Wrong password</p>"))


def app_shell(request: Request) -> Answer:
    return page("<title>Ask Bright</title><script src=/app.js></script><div id=root></div>")


def soft_failure(request: Request) -> Answer:
    return reply({"ok": False, "error": "Wrong e-mail or password"} if request.path == "/login" else {}, 200)


def soft_without_words(request: Request) -> Answer:
    return reply({"ok": False}) if request.path == "/login" else reply({"detail": "Not Found"}, 404)


def soft_for_all(request: Request) -> Answer:
    return reply({"ok": False})


def soft_missing(request: Request) -> Answer:
    return reply({"ok": False, "error": "field login is missing"})


def no_form_token(request: Request) -> Answer:
    return page("<title>403</title><h1>CSRF verification failed</h1><p>Token missing or incorrect.", status=403)


def back_with_an_error(request: Request) -> Answer:
    return Response(302, (("location", "/welcome?error=1"),))


def away(request: Request) -> Answer:
    return Response(302, (("location", "/welcome"),))


def wall(request: Request) -> Answer:
    return reply({"message": "No token"}, 401)


def bare_401(request: Request) -> Answer:
    return Response(401) if request.path == "/login" else Response(404)


def spoken_401(request: Request) -> Answer:
    """A wall for all else; sign-in itself says what was wrong."""
    return reply({"message": "Invalid credentials" if request.path == "/login" else "No token"}, 401)


def bad_request(request: Request) -> Answer:
    known = given(request)
    full = known.get("username") and known.get("password")
    return reply({"error": "nobody of that name" if full else "name and password please"}, 400)


def bad_request_for_all(request: Request) -> Answer:
    return reply({"error": "name and password please"}, 400)


def mail_of_a_known_kind(request: Request) -> Answer:
    """Takes no address under a reserved top name for one, as a much used checker of addresses does."""
    known = given(request)
    if not str(known.get("email", "")).endswith(".com"):
        return reply({"detail": [{"loc": ["body", "email"], "msg": "not a valid address"}]}, 422)
    return reply({"detail": "wrong"}, 401)


FAIL, UNREAD = "fail", "form"
CASES: dict[str, tuple[Behaviour, str]] = {
    "a form again, and it says so": (says_wrong, FAIL),
    "a form again, and nothing else": (always_the_form, UNREAD),
    "a form with what changes by itself": (form_with_a_clock, UNREAD),
    "a form with another line each time": (quotes, UNREAD),
    "a form that shows the name again": (echoes_the_name, UNREAD),
    "a page with the words hidden in it": (hidden_words, UNREAD),
    "the app's own page": (app_shell, UNREAD),
    "200 and a failure in JSON": (soft_failure, FAIL),
    "200 and a failure without words": (soft_without_words, FAIL),
    "the same for every address": (soft_for_all, UNREAD),
    "fields of another name wanted": (soft_missing, UNREAD),
    "a form's token wanted": (no_form_token, UNREAD),
    "sent back with an error": (back_with_an_error, FAIL),
    "sent on whatever was given": (away, UNREAD),
    "a wall in front of all": (wall, UNREAD),
    "a bare 401 of its own": (bare_401, FAIL),
    "a 401 in words beside a wall": (spoken_401, FAIL),
    "400, and another 400 for nothing": (bad_request, FAIL),
    "400 whatever was given": (bad_request_for_all, UNREAD),
    "no address under a reserved top name": (mail_of_a_known_kind, FAIL),
}


@pytest.mark.parametrize("name", CASES)
async def test_login_without_a_limit(name: str) -> None:
    behaviour, wanted = CASES[name]
    async with serve(behaviour) as web:
        setup = Setup(push=True)
        target = replace(target_of(setup, web.url), login="POST /login")
        async with Door(access_of(setup, web), Fast()) as net:
            seen = await PROBE.observe(target, net)
            beside = net.spent().push
    assert isinstance(seen, Seen)
    found = next(finding for finding in read(seen) if finding.check == "login")
    words_of((found,))
    told = found.say or str(found.outcome)
    unread = {UNREAD, "no-control", "reasons.page-not-api", "reasons.moved"}
    assert told == wanted if wanted == FAIL else told in unread, found.evidence
    assert beside <= 20


REFUSALS = {
    "Invalid email or password": True,
    "LOGIN_BAD_CREDENTIALS": True,
    "User not found": True,
    "The password you entered is incorrect": True,
    "Unable to log in with provided credentials.": True,
    "CSRF token missing or incorrect": False,
    "email is required": False,
    "password is required": False,
    "Not Found": False,
    "Unauthorized": False,
    "": False,
}


@pytest.mark.parametrize("text", REFUSALS)
def test_refusals(text: str) -> None:
    body = json.dumps({"detail": text}).encode()
    assert refuses_in_words(Reply(400, head=body, media="application/json")) is REFUSALS[text]


def test_a_page_is_compared_by_what_can_be_read_on_it() -> None:
    one = Reply(200, head=b"<script>1</script><p>Sign in<!-- a -->", media="text/html")
    other = Reply(200, head=b"<script>22</script><P CLASS=x>Sign   in", media="text/html")
    assert same(one, other)
    assert not same(one, replace(other, head=b"<p>Sign in again"))
    assert not same(one, replace(other, status=403))
