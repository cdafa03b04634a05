"""The decision table, row by row, on canned replies; then the words' disguises and bounds."""

from __future__ import annotations

import base64
import codecs
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.probes.api.canned import CANARY, MARKS, MINE, OTHER, OWN, THEIRS, broken, events, page, reply
from wizard.net import Fault, Reply, Secret
from wizard.probes.api.faces import Around, Face, Kind, Marks, Pair, classify, is_open, is_shut, sent_texts
from wizard.probes.api.pages import shell_sign

SHELL = page('<!doctype html><title>Bright 3</title><script src="/assets/app.3f9a77c1.js"></script><div id=root></div>')
LATER = page(
    '<!doctype html><title>Bright 4</title><script src="/assets/app.88b1c2d3.js" nonce=x></script><div id=root></div>'
)
AROUND = Around(shell=shell_sign(SHELL))
LOGIN = '<title>Bright</title><form><input name=p type="password"></form>'
CSP = "script-src https://challenges.cloudflare.com https://www.google.com/recaptcha/"
B64 = base64.b64encode(f"note {THEIRS} end".encode()).decode()
PDF = b"%PDF-1.7 \x00\x01\x02 something binary"

CASES: list[tuple[str, Reply, str]] = [
    # 1 faults
    ("timeout", broken(Fault.TIMEOUT), "silent timeout"),
    ("refused", broken(Fault.REFUSED), "silent refused"),
    ("our own door", broken(Fault.BUDGET), "silent budget"),
    ("unknown encoding", broken(Fault.ENCODING), "unclear cannot-decode"),
    # 2 leaks, whatever the status
    ("leak in data", reply(200, {"title": "x", "text": f"cedar1946 {THEIRS}"}), "leaks other"),
    ("leak in 403", reply(403, {"error": f"{THEIRS} is not yours"}), "leaks other"),
    ("leak in 500 trace", reply(500, f"Traceback: row={THEIRS}", "text/plain"), "leaks other"),
    ("leak in header", reply(404, {}, x_note=f"a {THEIRS}"), "leaks other"),
    ("leak in redirect", reply(302, "", "", location=f"/c?t={THEIRS}"), "leaks other"),
    ("leak in graphql errors", reply(200, {"errors": [{"message": "x"}], "data": {"c": {"t": THEIRS}}}), "leaks other"),
    ("leak in a base64 blob", reply(200, {"blob": B64}), "leaks other"),
    ("leak in base64 behind a path", reply(200, {"u": "/files/x" + B64}), "leaks other"),
    ("leak over stream pieces", events('{"d":"her"}', '{"d":"on5"}', '{"d":"582"}'), "leaks other"),
    ("leak over plain pieces", events("her", "on5", "582"), "leaks other"),
    ("leak over ai lines", reply(200, '0:"her"\n0:"on5582"\n', "text/plain"), "leaks other"),
    ("leak spaced out", reply(200, {"t": "H E R O N - 5 5 8 2"}), "leaks other"),
    ("leak as entities", page("<p>&#104;eron5582</p>"), "leaks other"),
    ("leak percent-encoded", reply(200, {"u": "%68eron5582"}), "leaks other"),
    ("leak as escapes", reply(200, b'{"t":"\\u0068eron5582"}'), "leaks other"),
    ("leak before the cut", reply(200, f'["{THEIRS}', cut=True), "leaks other"),
    ("leak beside own word", reply(200, {"a": MINE, "b": THEIRS}), "leaks other"),
    ("leak in a challenge", page(f"{THEIRS} /cdn-cgi/challenge-platform/", 403), "leaks other"),
    ("leak in a duplicate key", reply(200, f'{{"t":"{THEIRS}","t":"x"}}'.encode()), "leaks other"),
    ("leak as a key", reply(200, {f"{THEIRS}-conversation-of-client-b": 1}), "leaks other"),
    ("canary", reply(200, {"reply": "my line is LR-CANARY-5521"}), "leaks canary"),
    ("canary reversed", reply(200, {"reply": "1255-YRANAC-RL"}), "leaks canary"),
    ("canary rot13", reply(200, {"reply": codecs.encode("LR-CANARY-5521", "rot13")}), "leaks canary"),
    ("canary hex", reply(200, {"reply": b"LR-CANARY-5521".hex()}), "leaks canary"),
    ("key word alone is no leak", reply(200, {"q": "cedar1946", "n": 1}), "gives data"),
    # 3 challenges
    ("cloudflare challenge", page("wait", 403, cf_mitigated="challenge"), "blocked edge"),
    ("aws challenge as 202", reply(202, "", "", x_amzn_waf_action="challenge"), "blocked edge"),
    ("aws captcha as 405", page("x", 405, x_amzn_waf_action="captcha"), "blocked edge"),
    ("vercel", page("x", 429, x_vercel_mitigated="challenge"), "blocked edge"),
    ("challenge script", page("<script>window._cf_chl_opt={}</script>", 503), "blocked edge"),
    (
        "attention required",
        page("<title>Attention Required! | Cloudflare</title>", 403, server="cloudflare"),
        "blocked edge",
    ),
    ("error code 1020", reply(403, "error code: 1020", "text/plain", server="cloudflare"), "blocked edge"),
    ("content policy names cloudflare", reply(404, {"error": "x"}, content_security_policy=CSP), "hides 404"),
    ("challenge words in a good page", reply(200, {"t": "see /cdn-cgi/challenge-platform/"}), "gives data"),
    ("403 behind cloudflare", reply(403, {"error": "no"}, server="cloudflare"), "denies 403"),
    # 4 throttles
    ("429", reply(429, {"error": "slow"}), "throttles 429"),
    ("503 with retry-after", reply(503, "busy", "text/plain", retry_after="3"), "throttles 503"),
    ("503 with a trace", reply(503, "Traceback (most recent call last)", "text/plain", retry_after="3"), "breaks 503"),
    ("503 bare", reply(503, "busy", "text/plain"), "breaks 503"),
    ("soft throttle", reply(200, {"error": "Too many requests, slow down"}), "throttles soft"),
    ("soft throttle by code", reply(200, {"code": "RATE_LIMITED", "message": "x"}), "throttles soft"),
    # 5, 6, 7 own word, cut, not modified
    ("own", reply(200, {"text": MINE}), "gives own"),
    ("own on a page", page(f"<p>{MINE}</p>"), "gives own"),
    ("own before the cut", reply(200, MINE, cut=True), "gives own"),
    ("own in a 404 is no gift", reply(404, {"q": MINE}), "hides 404"),
    ("cut", reply(200, "[1,2", cut=True), "unclear cut"),
    ("304", reply(304), "unclear not-modified"),
    # 8, 9 redirects
    ("to login", reply(302, "", "", location="/login?next=/c"), "denies login"),
    ("to signin page", reply(307, "", "", location="https://x.example/users/sign-in"), "denies login"),
    ("to session/new", reply(302, "", "", location="/session/new"), "denies login"),
    ("to an identity service", reply(302, "", "", location="https://acme.eu.auth0.com/u?state=1"), "denies login"),
    ("to login.php", reply(302, "", "", location="/login.php"), "denies login"),
    ("to a slash", reply(308, "", "", location="/x"), "unclear moved"),
    ("to authors", reply(302, "", "", location="/authors/logins"), "unclear moved"),
    ("to nowhere", reply(302, "", "", location="http://[bad"), "unclear moved"),
    # 10-14 plain refusals
    ("401", reply(401, {"detail": "x"}), "denies 401"),
    ("511", reply(511), "denies 401"),
    ("403", reply(403, ""), "denies 403"),
    ("451", reply(451), "denies 403"),
    ("404", reply(404, {"detail": "Not Found"}), "hides 404"),
    ("410", reply(410), "hides 410"),
    ("406 postgrest", reply(406, {"code": "PGRST116", "message": "0 rows"}), "hides 406"),
    ("406 else", reply(406, {}), "rejects 406"),
    ("origin down", page("x", 522, server="cloudflare"), "silent origin-down"),
    ("522 elsewhere", page("x", 522), "breaks 522"),
    ("500", reply(500, {"error": "Internal"}), "breaks 500"),
    ("400", reply(400, {"error": "bad id"}), "rejects 400"),
    ("422", reply(422, {"detail": [{"loc": ["path", "id"], "msg": "x"}]}), "rejects 422"),
    ("400 with inner denial", reply(400, {"error": {"code": 403, "status": "PERMISSION_DENIED"}}), "denies inner"),
    ("400 json api", reply(400, {"errors": [{"status": "401", "title": "x"}]}), "denies inner"),
    ("400 postgrest", reply(400, {"code": "42501", "message": "row"}), "denies inner"),
    ("400 that speaks of permission", reply(400, {"error": "permission field is required"}), "rejects 400"),
    # 15 soft errors
    ("soft not found", reply(200, {"error": "not found"}), "hides soft"),
    ("soft code", reply(200, {"code": 401, "msg": "x", "data": None}), "denies soft"),
    ("soft 40101", reply(200, {"code": 40101, "message": "token expired", "data": None}), "denies soft"),
    ("success numbered 20000", reply(200, {"code": 20000, "message": "fine", "data": None}), "gives data"),
    ("soft problem", reply(200, {"title": "Forbidden", "status": 403}, "application/problem+json"), "denies soft"),
    ("gateway", reply(200, {"statusCode": 403, "body": "{}"}), "denies soft"),
    ("success false", reply(200, {"success": False, "message": "nope"}), "rejects soft"),
    ("jsend", reply(200, {"status": "error", "message": "Conversation does not exist"}), "hides soft"),
    ("inner 500", reply(200, {"error": "boom", "status": 500}), "unclear soft-5xx"),
    ("sqlstate", reply(200, {"code": "22P02", "details": None, "message": "x"}), "rejects soft"),
    (
        "trpc batch",
        reply(207, [{"error": {"message": "x", "data": {"code": "UNAUTHORIZED", "httpStatus": 401}}}] * 2),
        "denies soft",
    ),
    ("trpc batch with one gift", reply(207, [{"error": {"code": 1}}, {"result": {"data": {"n": 4}}}]), "gives data"),
    ("weak detail", reply(200, {"detail": "Not authenticated"}), "denies soft weak"),
    ("weak message with path", reply(200, {"message": "access denied", "path": "/c/1"}), "denies soft weak"),
    ("weak under plain text", reply(200, {"message": "Not found"}, "text/plain"), "hides soft weak"),
    ("long words are data", reply(200, {"message": "You need no permission. " * 8}), "gives data"),
    ("a record about permission", reply(200, {"title": "Permission slips", "detail": "for the trip"}), "gives data"),
    ("a greeting", reply(200, {"message": "Hello Ada"}), "gives data"),
    ("error null", reply(200, {"error": None, "data": {"id": 4}}), "gives data"),
    ("guarded error", reply(200, b')]}\',\n{"error":{"status":404}}'), "hides soft"),
    ("jsonp error", reply(200, b'cb({"error":"not found"});', "text/html"), "hides soft"),
    # 16 GraphQL
    ("graphql refused", reply(200, {"data": None, "errors": [{"message": "Forbidden"}]}), "denies soft"),
    (
        "graphql null field",
        reply(200, {"data": {"c": None}, "errors": [{"extensions": {"code": "NOT_FOUND"}}]}),
        "hides soft",
    ),
    ("graphql partial", reply(200, {"data": {"c": {"n": 3}}, "errors": [{"message": "Forbidden"}]}), "gives partial"),
    (
        "graphql invalid",
        reply(200, {"errors": [{"extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}]}),
        "rejects soft",
    ),
    # 17, 18 nothing and data
    ("204", reply(204), "empties nothing"),
    ("no body", reply(200, ""), "empties nothing"),
    ("null", reply(200, b"null"), "empties nothing"),
    ("[]", reply(200, []), "empties nothing"),
    ("user null", reply(200, {"user": None}), "empties nothing"),
    ("ok", reply(200, {"ok": True}), "empties nothing"),
    (
        "empty page of a list",
        reply(200, {"items": [], "page": 1, "limit": 20, "total": 0, "next": None}),
        "empties nothing",
    ),
    ("graphql empty", reply(200, {"data": {"cs": []}}), "empties nothing"),
    ("a lone count", reply(200, {"count": 3}), "gives data"),
    ("data", reply(200, {"id": 4, "title": "x"}), "gives data"),
    ("json as html", reply(200, [{"id": 1}], "text/html"), "gives data"),
    ("created", reply(201, {"id": 1}), "gives data"),
    # 19-21 pages
    ("shell", LATER, "shell shell"),
    ("login form", page(LOGIN), "denies login-page"),
    ("login title", page("<title>Sign in | Bright</title>"), "denies login-page"),
    ("refresh to login", page('<meta http-equiv="refresh" content="0;url=/login">'), "denies login-page"),
    ("script to login", page("<script>window.location.href = '/auth/start'</script>"), "denies login-page"),
    ("page", page("<title>Prices</title><p>9 euro"), "unclear page"),
    ("page without media type", reply(200, "<!DOCTYPE html><p>x", ""), "unclear page"),
    # 22 streams
    ("stream", events('{"delta":"Par"}', '{"delta":"is"}', "[DONE]"), "gives stream"),
    ("stream of plumbing", events('{"type":"start","id":"r1"}', "[DONE]"), "empties nothing"),
    (
        "stream error",
        reply(200, 'event: error\ndata: {"code":401,"message":"x"}\n\n', "text/event-stream"),
        "denies soft",
    ),
    ("stream error by type", events('{"type":"error","errorText":"Too many requests"}'), "throttles soft"),
    ("ndjson", reply(200, '{"text":"a"}\n{"text":"b"}\n', "application/x-ndjson"), "gives stream"),
    ("ai lines", reply(200, '0:"Hel"\n0:"lo"\ne:{"finishReason":"stop"}\n', "text/plain"), "gives stream"),
    ("empty stream", reply(200, ": ping\n\n", "text/event-stream"), "empties nothing"),
    # 23 other media
    ("file", reply(200, PDF, "application/pdf"), "unclear file"),
    ("plain text", reply(200, "Hello there", "text/plain"), "gives text"),
    ("plain refusal", reply(200, "Access denied", "text/plain"), "denies soft weak"),
    # 24 anything left
    ("status 100", reply(100), "unclear status"),
    ("status 999", reply(999), "unclear status"),
]


def told(face: Face) -> str:
    return " ".join([face.kind, face.why, *(["weak"] if face.weak else [])])


@pytest.mark.parametrize(("name", "given", "expected"), CASES, ids=[case[0] for case in CASES])
def test_a_canned_reply_is_sorted(name: str, given: Reply, expected: str) -> None:
    assert told(classify(given, MARKS, AROUND)) == expected


def test_the_table_is_wide_and_its_names_differ() -> None:
    assert len(CASES) >= 85
    assert len({case[0] for case in CASES}) == len(CASES)
    assert {case[2].split()[0] for case in CASES} == set(Kind)


def test_soft_is_said_of_errors_inside_a_success_only() -> None:
    for name, canned, expected in CASES:
        assert classify(canned, MARKS, AROUND).soft == ("soft" in expected), name


def test_shut_and_open_are_six_kinds_and_the_rest_proves_nothing() -> None:
    assert {kind for kind in Kind if is_shut(kind)} == {"denies", "hides", "rejects", "empties"}
    assert {kind for kind in Kind if is_open(kind)} == {"gives", "leaks"}


def test_a_word_that_we_sent_proves_nothing_when_it_comes_back() -> None:
    marks = Marks(own=OWN, others=(OTHER,), sent=sent_texts(f"https://x/search?q={THEIRS.upper()}", None, b""))
    assert told(classify(reply(200, {"query": THEIRS, "n": 0}), marks, AROUND)) == "gives data"


@pytest.mark.parametrize(
    ("text", "kind"), [("it is x7y2.", "leaks"), ("x7y2", "leaks"), ("abx7y2cd", "gives"), ("x7-y2", "gives")]
)
def test_a_short_word_counts_only_by_itself(text: str, kind: str) -> None:
    marks = Marks(others=(Pair(Secret(""), Secret("x7y2")),))
    assert classify(reply(200, {"t": text}), marks, AROUND).kind == kind


def test_a_short_user_id_that_we_asked_for_proves_nothing() -> None:
    marks = Marks(persons=(Secret("ben"),), sent=sent_texts("https://x/users/ben"))
    assert not classify(reply(200, {"user_id": "ben"}), marks, AROUND).saw("person")
    assert classify(reply(200, {"user_id": "ben"}), Marks(persons=(Secret("ben"),)), AROUND).saw("person")


def test_nobody_must_see_no_marker_at_all() -> None:
    stranger = Marks(others=(OWN, OTHER))
    assert told(classify(reply(200, {"t": MINE}), stranger, AROUND)) == "leaks other"


def test_a_leak_outranks_a_missing_own_word_but_not_a_fault() -> None:
    assert classify(Reply(fault=Fault.TIMEOUT, head=THEIRS.encode()), MARKS, AROUND).kind is Kind.SILENT


def test_hits_say_where_and_never_the_word() -> None:
    face = classify(reply(200, {"list": [{"a/b": f"x {THEIRS}"}], "own": MINE}), MARKS, AROUND)
    assert [(hit.whose, hit.place, hit.pointer, hit.masked) for hit in face.hits] == [
        ("other", "json", "/list/0/a~1b", "her…"),
        ("own", "json", "/own", "ott…"),
    ]
    assert THEIRS not in repr(face)
    assert MINE not in repr(face)


@pytest.mark.parametrize(
    ("persons", "body", "seen"),
    [
        (("bob@example.com",), {"owner": "Bob@Example.com"}, True),
        (("bob@example.com",), {"owner": "bigbob@example.com"}, False),
        (("u_1002x",), {"owner": "u_1002x"}, True),
        (("u_1002x",), {"owner": "u_1002xy"}, False),
        (("7",), {"user_id": 7}, True),
        (("7",), {"count": 17, "text": "7 days"}, False),
        (("7",), [{"id": 7, "name": "Soup", "price": 7}], False),
        (("7",), {"order": {"ownerId": "7"}}, True),
    ],
)
def test_a_person_is_a_hit_and_no_verdict(persons: tuple[str, ...], body: object, seen: bool) -> None:
    face = classify(reply(200, body), Marks(persons=tuple(Secret(word) for word in persons)), AROUND)
    assert face.kind is Kind.GIVES
    assert face.saw("person") is seen


def test_the_owners_file_is_a_leak_and_the_callers_own_is_not() -> None:
    theirs, mine = reply(200, PDF, "application/pdf"), reply(200, PDF + b"!", "application/pdf")
    assert told(classify(theirs, MARKS, Around(owner=theirs, own=mine))) == "leaks same-file"
    assert told(classify(mine, MARKS, Around(owner=theirs, own=mine))) == "gives same-file"
    assert told(classify(reply(200, PDF, "application/pdf", cut=True), MARKS, Around(owner=theirs))) == "unclear cut"


@pytest.mark.parametrize(
    ("headers", "cached"),
    [
        ({"age": "12"}, True),
        ({"age": "0"}, False),
        ({"age": "soon"}, False),
        ({"cf_cache_status": "HIT"}, True),
        ({"cf_cache_status": "DYNAMIC"}, False),
        ({"cf_cache_status": "revalidated"}, True),
        ({"x_cache": "Hit from cloudfront"}, True),
        ({"x_cache": "Miss from cloudfront"}, False),
        ({"x_vercel_cache": "STALE"}, True),
        ({"x_nextjs_cache": "HIT"}, True),
    ],
)
def test_a_cache_is_noticed(headers: dict[str, str], cached: bool) -> None:
    assert classify(reply(404, {}, **headers), MARKS, AROUND).cached is cached


def test_a_shell_without_marks_equals_nothing() -> None:
    bare = page("<p>hello")
    assert shell_sign(bare) == ""
    assert classify(bare, MARKS, Around(shell=shell_sign(bare))).kind is Kind.UNCLEAR
    assert shell_sign(reply(404, "<title>x</title>", "text/html")) == ""


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"9" * 262_144,
        b'{"n":' + b"9" * 10_000 + b"}",
        b"\xff\xfe" * 100_000,
        b"A" * 262_144,
        b"<title" * 40_000,
        b"<script " * 30_000,
        b"data: {\n" * 30_000,
        b"&#x" * 80_000,
        b"%" * 262_144,
        b"a(" + (b")" + b" " * 100_000) * 2 + b"x",
        b"<input " * 37_000,
        b'<script src="' * 20_000,
        json.dumps([{"error": "x"}] * 20_000).encode(),
    ],
    ids=[
        "deep",
        "deep objects",
        "digits",
        "long number",
        "not text",
        "base64",
        "title",
        "script",
        "events",
        "entities",
        "percent",
        "callback",
        "inputs",
        "sources",
        "wide",
    ],
)
@pytest.mark.parametrize("media", ["application/json", "text/html", "text/event-stream"])
def test_hostile_bodies_are_sorted_without_raising(body: bytes, media: str) -> None:
    face = classify(reply(200, body, media), Marks(own=OWN, others=(OTHER,), canary=CANARY), AROUND)
    assert face.kind in set(Kind)


MEDIA = st.sampled_from(["application/json", "text/html", "text/plain", "text/event-stream", "application/pdf", ""])


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 999), st.binary(max_size=400), MEDIA, st.text(max_size=40), st.booleans())
def test_any_bytes_have_one_face(status: int, body: bytes, media: str, value: str, cut: bool) -> None:
    given_reply = Reply(status, (("location", value), ("age", value), ("x-note", value)), body, len(body), cut, media)
    face = classify(given_reply, MARKS, AROUND)
    assert face.kind in set(Kind)
    assert face == classify(given_reply, MARKS, AROUND)


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 600) | st.sampled_from(["", "x", "ok", "not found", "Forbidden"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "detail", "data", "status", "items", "count", "id"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(JSONS)
def test_another_clients_word_outranks_every_dressing(value: object) -> None:
    assert classify(reply(200, {"wrapped": value, "note": THEIRS}), MARKS, AROUND).kind is Kind.LEAKS
    assert classify(reply(200, value), MARKS, AROUND).kind in {
        Kind.GIVES,
        Kind.EMPTIES,
        Kind.DENIES,
        Kind.HIDES,
        Kind.REJECTS,
        Kind.THROTTLES,
        Kind.UNCLEAR,
    }
