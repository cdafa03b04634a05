"""Whatever is wrong with a profile is one sentence with file, line, key, what was expected and what to do."""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wizard.model import Trouble
from wizard.profile import load, loads, quick
from wizard.words import say

from .conftest import ENV, Load

HEAD = '[business]\nname = "B"\n'


def trouble(read: Load, text: str, *items: str, **more: object) -> tuple[Trouble, str]:
    with pytest.raises(Trouble) as caught:
        read(text, *items, **more)
    error = caught.value
    sentence = say(error.key, **error.slots)
    assert error.code == 2
    assert "{" not in sentence.replace("{{message}}", "")
    assert "\n" not in sentence
    return error, sentence


CASES = [
    ('[busines]\nname = "B"', "unknown-key", 1, "busines", "business"),
    ('[business]\nnaem = "B"', "unknown-key", 2, "business.naem", "name"),
    ('schema = 1\n[business]\nname = "B"\n[api]\nbase-url = "https://a.test"', "unknown-key", 5, "api.base-url", "base_url"),
    (HEAD + "[consent]\nzzzzzz = 1", "unknown-key-far", 4, "consent.zzzzzz", "touch"),
    (HEAD + '[accounts.c]\nmarker = "x"', "unknown-key-far", 3, "accounts.c", "expired"),
    (HEAD + '[accounts.expird]\nmarker = "x"', "unknown-key", 3, "accounts.expird", "expired"),
    ("", "missing", 1, "business", "table"),
    ('[business]\nproduct = "x"', "missing", 1, "business.name", "text"),
    ('[business]\nname = "  "', "empty", 2, "business.name", ""),
    ("[business]\nname = 3", "wrong-type", 2, "business.name", "text"),
    ("business = 3", "wrong-type", 1, "business", "table"),
    (HEAD + '[consent]\ntouch = "yes"', "wrong-type", 4, "consent.touch", "true or false"),
    (HEAD + "[api]\nroutes = 'GET /me'", "wrong-type", 4, "api.routes", "list"),
    (HEAD + "[api]\nroutes = [\n  'GET /me',\n  7,\n]", "wrong-type", 6, "api.routes[2]", "text"),
    (HEAD + "[accounts.a]\nheaders = { X = 1 }", "wrong-type", 4, "accounts.a.headers.X", "text"),
    (HEAD + "[limits]\nmax_requests = 2.5", "wrong-type", 4, "limits.max_requests", "whole"),
    (HEAD + "[limits]\nmax_requests = true", "wrong-type", 4, "limits.max_requests", "whole"),
    (HEAD + "[limits]\nmax_requests = 0", "out-of-range", 4, "limits.max_requests", "1 to 10000"),
    (HEAD + "[limits]\nrequests_per_second = 0", "too-small", 4, "limits.requests_per_second", "from 0"),
    (HEAD + "[limits]\nrequests_per_second = nan", "too-small", 4, "limits.requests_per_second", ""),
    (HEAD + '[site]\nurl = "https://a.test"\n[limits]\nrequests_per_second = 50', "too-fast", 6, "limits.requests_per_second", "10"),
    (HEAD + '[chat]\ncost_per_message = "x"', "wrong-type", 4, "chat.cost_per_message", "number"),
    (HEAD + '[consent]\nproof = "dsn"', "not-one-of-near", 4, "consent.proof", "dns"),
    ('schema = 2\n[business]\nname = "B"', "not-one-of", 1, "schema", "1"),
    ('[business]\nname = "B"\nrole = "boss"', "not-one-of", 3, "business.role", "consultant"),
    (HEAD + '[monitoring]\nprovider = "better-stack"', "not-one-of-near", 4, "monitoring.provider", "betterstack"),
    (HEAD + '[webhook]\nscheme = "morse"', "not-one-of", 4, "webhook.scheme", "stripe"),
    (HEAD + "[consent]\ntouch = true", "no-consent", 4, "consent.touch", "consent.by"),
    (HEAD + '[consent]\nby = " "\npush = true', "no-consent", 5, "consent.push", "by ="),
    (HEAD + '[site]\nurl = "ftp://a.test"', "wrong-value", 4, "site.url", "web address"),
    (HEAD + '[site]\nurl = "a.test"', "wrong-value", 4, "site.url", "web address"),
    (HEAD + '[site]\nurl = "https://u:p@a.test"', "wrong-value", 4, "site.url", "password"),
    (HEAD + '[site]\nurl = "https://a b.test"', "wrong-value", 4, "site.url", "web address"),
    (HEAD + '[site]\nurl = "https://a.test:99999"', "wrong-value", 4, "site.url", "web address"),
    (HEAD + '[api]\nbase_url = "javascript:alert(1)"', "wrong-value", 4, "api.base_url", "web address"),
    (HEAD + '[site]\ndomains = ["a.test", "https://b.test"]', "wrong-value", 4, "site.domains[2]", "bare name"),
    (HEAD + '[site]\ndomains = ["*.a.test"]', "wrong-value", 4, "site.domains[1]", "bare name"),
    (HEAD + '[email]\ndomains = ["ada@a.test"]', "wrong-value", 4, "email.domains[1]", "bare name"),
    (HEAD + '[api]\norigins = ["https://a.test/x"]', "wrong-value", 4, "api.origins[1]", "origin"),
    (HEAD + '[monitoring]\nstatus_page = "status"', "wrong-value", 4, "monitoring.status_page", "web address"),
    (HEAD + '[api]\nroutes = ["/me"]', "bad-route", 4, "api.routes[1]", "POST /chat"),
    (HEAD + '[api]\nlogin = "POST login"', "bad-route", 4, "api.login", "POST /chat"),
    (HEAD + '[accounts.a]\nown = ["c_1001"]', "bad-route", 4, "accounts.a.own[1]", "POST /chat"),
    (HEAD + '[chat]\nrequest = "chat"', "bad-route", 4, "chat.request", "POST /chat"),
    (HEAD + "[chat]\nbody = '{}'", "no-message", 4, "chat.body", "{{message}}"),
    (HEAD + '[network]\nconnect = { "a.test" = "127.0.0.1:1" }', "wrong-value", 4, 'network.connect."a.test"', "port"),
    (HEAD + '[network]\nconnect = { "a.test:443" = "127.0.0.1" }', "wrong-value", 4, 'network.connect."a.test:443"', "port"),
    (HEAD + '[network]\nresolver = "dns.test"', "wrong-value", 4, "network.resolver", "127.0.0.1"),
    (HEAD + '[accounts.a]\nmarker = "one two three"', "wrong-value", 4, "accounts.a.marker", "words"),
    (HEAD + '[accounts.a]\nmarker = "aaaa1111 bbbb2222"\n[accounts.b]\nmarker = "cccc3333 bbbb2222"', "same-marker", 6, "accounts.b.marker", "own"),
    (HEAD + '[accounts.a]\nheaders = { "Bad Name" = "env:LR_TOKEN_A" }', "bad-header", 4, 'accounts.a.headers."Bad Name"', "header"),
    (HEAD + '[logs]\npaths = ["nowhere.log"]', "no-path", 4, "logs.paths[1]", "nowhere.log"),
    (HEAD + '[repository]\npath = "ci.log"', "no-folder", 4, "repository.path", "ci.log"),
    (HEAD + '[deployment]\nrollback = "docs"', "not-a-file", 4, "deployment.rollback", "docs"),
    (HEAD + '[chat]\nprompt = "none.txt"', "no-path", 4, "chat.prompt", "none.txt"),
    (HEAD + '[accounts.a]\ncurl = "none.curl"', "no-path", 4, "accounts.a.curl", "none.curl"),
    (HEAD + '[api]\ndescribe = "none.json"', "no-path", 4, "api.describe", "none.json"),
    (HEAD + '[api]\ndescribe = "ci.log"', "bad-describe", 4, "api.describe", "OpenAPI"),
    (HEAD + '[api]\ndescribe = "https://b.test/o.json"', "not-consented", 4, "api.describe", "b.test"),
    (HEAD + '[answers]\n"a.b" = { valeu = "yes" }', "unknown-key", 4, 'answers."a.b".valeu', "value"),
    (HEAD + '[answers]\n"a.b" = { by = "x" }', "missing", 4, 'answers."a.b".value', "text"),
    (HEAD + '[answers]\n"a.b" = true', "wrong-type", 4, 'answers."a.b"', "text"),
    (HEAD + '[answers]\n"a.b" = ""', "bad-answer", 4, 'answers."a.b"', "dont-know"),
    (HEAD + '[answers]\n"a.b" = { value = "yes", date = "soon" }', "wrong-type", 4, 'answers."a.b".date', "date"),
    (HEAD + '[answers]\n"a.b" = { value = "yes", files = ["gone.txt"] }', "no-path", 4, 'answers."a.b".files[1]', "gone.txt"),
    (HEAD + '[answers."a.b"]\nvalue = "yes"\nminutes = -1', "too-small", 5, 'answers."a.b".minutes', "0"),
    (HEAD + '[answers]\na.b = { value = "yes", minute = 3 }', "unknown-key", 4, 'answers."a.b".minute', "minutes"),
    (HEAD + '[answers.a.b]\nvalue = "yes"\nminutes = "x"', "wrong-type", 5, 'answers."a.b".minutes', "number"),
    (HEAD + '[edge]\ntoken = "env:NOT_SET"', "unset", 4, "edge.token", "NOT_SET"),
    (HEAD + '[edge]\ntoken = "env:MY-TOKEN"', "bad-env", 4, "edge.token", "env:NAME"),
    (HEAD + '[accounts.a]\nheaders = { Authorization = "Bearer env:LR_TOKEN_A" }', "bad-env", 4, "accounts.a.headers.Authorization", "env:NAME"),
    ('[business]\nname = "B\n', "not-toml", 2, None, "TOML"),
    ("[business]\nname = B", "not-toml", 2, None, "TOML"),
    ('[business]\nname = "B"\nname = "C"', "not-toml", 3, None, "TOML"),
    ("x = " + "[" * 5_000, "not-toml", 1, None, "TOML"),
    ("x = " + "9" * 10_000, "not-toml", 1, None, "TOML"),
    ('[business]\nname = "B"\n#\udcff', "not-text", 3, None, "UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "key", "line", "name", "hint"), CASES, ids=lambda value: str(value)[:40] if isinstance(value, str) else ""
)
def test_every_error_names_its_place(
    read: Load, folder: Path, text: str, key: str, line: int, name: str | None, hint: str
) -> None:
    error, sentence = trouble(read, text)
    assert error.key == f"profile.{key}"
    assert f"{folder / 'profile.toml'}, line {line}:" in sentence
    assert name is None or f" {name}" in sentence
    assert hint in sentence


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[accounts.a]\nheaders = { Authorization = "Bearer x" }', "accounts.a.headers.Authorization"),
        ('[accounts.a]\nheaders = { X-Anything = "x" }', "accounts.a.headers.X-Anything"),
        ('[webhook]\nsecret = "x"', "webhook.secret"),
        ('[edge]\ntoken = "x"', "edge.token"),
        ('[monitoring]\ntoken = "x"', "monitoring.token"),
        ('[hosted]\nkind = "supabase"\nkey = "sb_' + 'secret_x"', "hosted.key"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_a_literal_credential_needs_a_closed_file(read: Load, folder: Path, text: str, key: str) -> None:
    for mode in (0o644, 0o640, 0o604, 0o660):
        error, sentence = trouble(read, HEAD + text, mode=mode)
        assert error.key == "profile.open-file"
        assert key in sentence
        assert f"chmod 600 {folder / 'profile.toml'}" in sentence
    assert read(HEAD + text, mode=0o600).subject.business == "B"


@pytest.mark.parametrize(
    "text",
    [
        '[accounts.a]\nheaders = { Authorization = "env:LR_TOKEN_A", Accept = "application/json" }',
        '[accounts.a]\nmarker = "amber4821 otter7730"',
        '[chat]\ncanary = "LR-CANARY-5521"',
        '[hosted]\nkind = "supabase"\nkey = "anon"',
    ],
)
def test_other_literals_may_stand_in_an_open_file(read: Load, text: str) -> None:
    assert read(HEAD + text, mode=0o644).subject.business == "B"


def test_a_master_key_is_known_by_its_claims() -> None:
    from wizard.profile.accounts import is_master

    def jwt(claims: object) -> str:
        return "e30." + urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=") + ".sig"

    assert is_master(jwt({"role": "service_role"}))
    assert not is_master(jwt({"role": "anon"}))
    assert not is_master(jwt([]))
    assert not is_master("a.b.c")
    assert not is_master("sb_publishable_x")


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
@pytest.mark.parametrize(
    ("name", "text", "table"),
    [
        ("a.curl", "curl https://a.test", '[accounts.a]\ncurl = "a.curl"'),
        (
            "x.har",
            '{"log": {"entries": [{"request": {"method": "POST", "url": "https://a.test/x"}}]}}',
            '[api]\ndescribe = "x.har"',
        ),
    ],
)
def test_pasted_files_and_hars_must_be_closed_too(read: Load, folder: Path, name: str, text: str, table: str) -> None:
    (folder / name).write_text(text)
    (folder / name).chmod(0o644)
    error, sentence = trouble(read, HEAD + table)
    assert error.key == "profile.open-file"
    assert f"chmod 600 {folder / name}" in sentence
    (folder / name).chmod(0o600)
    assert read(HEAD + table).subject.business == "B"


def test_a_text_not_written_yet_needs_no_mode(folder: Path) -> None:
    text = HEAD + '[edge]\ntoken = "literal"'
    assert loads(text, folder / "new.toml", {}).target.edge_token


def test_an_expired_account_may_share_a_marker(read: Load) -> None:
    marked = 'marker = "amber4821 otter7730"\n'
    found = read(HEAD + f"[accounts.a]\n{marked}[accounts.expired]\n{marked}")
    assert found.target.accounts["expired"].marker == found.target.accounts["a"].marker


def test_a_wrong_paste_says_which_menu_line(read: Load, folder: Path) -> None:
    (folder / "a.curl").write_text('fetch("https://a.test")')
    (folder / "a.curl").chmod(0o600)
    error, sentence = trouble(read, HEAD + '[accounts.a]\ncurl = "a.curl"')
    assert error.key == "profile.bad-curl"
    assert "Copy as cURL (bash)" in sentence


def test_credentials_never_stand_in_an_error(read: Load) -> None:
    _, sentence = trouble(read, HEAD + '[accounts.a]\nheaders = { Authorization = "Bearer topsecret" }')
    assert "topsecret" not in sentence
    _, sentence = trouble(
        read, HEAD + '[accounts.a]\nheaders = { Authorization = "env:X" }', environ={"X": "top\nsecret"}
    )
    assert "secret" not in sentence.replace("sign-in secret", "")


@pytest.mark.parametrize("name", ["LR_TOKEN_A", "CLOUDFLARE_READ"])
def test_an_empty_variable_counts_as_unset(read: Load, name: str) -> None:
    text = HEAD + f'[edge]\ntoken = "env:{name}"'
    error, _ = trouble(read, text, environ=ENV | {name: " "})
    assert error.key == "profile.unset"
    assert error.slots["name"] == name


def test_loopback_may_be_hurried(read: Load) -> None:
    fast = "[limits]\nrequests_per_second = 500"
    assert read(HEAD + '[site]\nurl = "http://127.0.0.1:8000"\n' + fast).access.requests_per_second == 500
    dialled = '[site]\nurl = "https://a.test"\n[network]\nconnect = { "a.test:443" = "127.0.0.1:8443" }\n'
    assert read(HEAD + dialled + fast).access.requests_per_second == 500


def test_missing_and_oversized_files(folder: Path) -> None:
    with pytest.raises(Trouble) as caught:
        load(folder / "none.toml", {})
    assert (caught.value.key, caught.value.code) == ("profile.no-file", 2)
    with pytest.raises(Trouble) as caught:
        load(folder, {})
    assert caught.value.key == "profile.no-file"
    (folder / "big.toml").write_bytes(b"#" * 2_000_001)
    with pytest.raises(Trouble) as caught:
        load(folder / "big.toml", {})
    assert caught.value.key == "profile.too-big"


@pytest.mark.parametrize(
    "url",
    ["", "ftp://a.test", "https://", "https://u:p@a.test", "two words", "https://a.test:0", "/etc/passwd", "a..b"],
)
def test_quick_refuses_what_is_no_address(url: str) -> None:
    with pytest.raises(Trouble) as caught:
        quick(url)
    assert (caught.value.key, caught.value.code) == ("profile.bad-address", 2)


def test_control_characters_are_escaped_in_errors(read: Load) -> None:
    _, sentence = trouble(read, HEAD + '"ev\\u001bil\\u202e" = 1')
    assert "\x1b" not in sentence
    assert "\u202e" not in sentence


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_any_text_is_a_profile_or_one_sentence(tmp_path: Path, text: str) -> None:
    for given_text in (text, HEAD + text):
        try:
            loads(given_text, tmp_path / "profile.toml", {})
        except Trouble as error:
            assert error.code == 2
            assert say(error.key, **error.slots)


KEYS = [
    "schema",
    "business",
    "site",
    "api",
    "accounts",
    "a",
    "chat",
    "answers",
    "name",
    "url",
    "domains",
    "routes",
    "headers",
    "marker",
    "value",
    "limits",
]
GARBAGE = st.recursive(
    st.none().map(lambda _: 0)
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.dates()
    | st.sampled_from(["env:X", "GET /x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(min_size=1, max_size=4), inner, max_size=4)
    ),
    max_leaves=15,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(KEYS), GARBAGE, max_size=5))
def test_any_tables_are_a_profile_or_one_sentence(tmp_path: Path, tables: dict[str, object]) -> None:
    from wizard.profile import render

    text = render({"business": {"name": "B"}} | tables)
    try:
        loads(text, tmp_path / "profile.toml", {})
    except Trouble as error:
        assert error.key.startswith("profile.")
        assert error.key != "profile.wrong-shape"
        assert say(error.key, **error.slots)
