"""A full profile comes out whole, split into what each layer may know."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from msgspec import json

from wizard.model import Answer, FileRef, Subject
from wizard.net import Secret
from wizard.profile import from_site, load, loads, quick, schema, unasked
from wizard.words import say

from .conftest import ENV, FILES, Load

FULL = """
schema = 1
[business]
name = "Brightside Coaching"
product = "Ask Bright"
assessor = "Ada Osei"
role = "consultant"
[site]
url = "https://App.Brightside.example/"
domains = ["brightside.example", "App.brightside.example."]
edge = "Cloudflare"
[consent]
by = "Ada Osei"
touch = true
push = true
proof = "file"
[api]
base_url = "https://api.brightside.example/v1/"
describe = "openapi.json"
routes = ["GET /me", "GET /v1/conversations/{id}", "POST /chat"]
public = ["GET /health"]
admin = ["GET /admin/users"]
login = "POST /login"
logout = "POST /logout"
origins = ["https://app.brightside.example/"]
[accounts.a]
headers = { Authorization = "env:LR_TOKEN_A", Accept = "application/json" }
marker = "amber4821 otter7730"
own = ["GET /v1/conversations/c_1001"]
files = ["GET /files/f_77"]
person = ["ada@example.test", "u_1001"]
[accounts.b]
headers = { Authorization = "env:LR_TOKEN_B" }
marker = "velvet5519"
[chat]
request = "POST /chat"
body = '{"message": "{{message}}"}'
reply = "reply"
canary = "LR-CANARY-5521"
prompt = "system-prompt.txt"
rule = "Only coaching"
tools = []
cost_per_message = 1
[webhook]
route = "POST /webhooks/stripe"
scheme = "Stripe"
secret = "env:LR_WEBHOOK_TEST"
event = "event.json"
effect = "GET /orders/{id}"
[hosted]
kind = "supabase"
url = "https://xyz.supabase.example"
key = "env:SUPABASE_ANON"
tables = ["conversations"]
[edge]
token = "env:CLOUDFLARE_READ"
[email]
domains = ["Brightside.example"]
selectors = ["s1"]
messages = ["welcome.eml"]
[repository]
path = "app"
build = ["app/dist"]
texts = ["ci.log"]
[logs]
paths = ["logs/"]
[monitoring]
provider = "betterstack"
token = "env:BETTERSTACK_READ"
status_page = "https://status.brightside.example"
evidence = ["test-alert.eml"]
[deployment]
version_url = "https://api.brightside.example/version"
rollback = "docs/ROLLBACK.md"
[network]
resolver = "127.0.0.1:5353"
connect = { "app.brightside.example:443" = "127.0.0.1:8443" }
ca_file = "ca.pem"
[limits]
max_requests = 100
requests_per_second = 1.5
[answers]
"deployment.rollback-drill" = { value = "yes", date = 2026-09-01, minutes = 12, by = "Bo", files = ["drill.eml"], note = "fine" }
"logging.alert" = "dont-know"
boundaries.data.where = "In Frankfurt"
"monitoring.contacts" = [{ who = "Ada", phone = 5 }]
"""


def test_everything_arrives(read: Load, folder: Path) -> None:
    found = read(FULL)
    target, access = found.target, found.access
    assert found.subject == Subject(
        "Brightside Coaching", "Ask Bright", "https://app.brightside.example", "Ada Osei", "consultant"
    )
    assert (target.site, target.edge) == ("https://app.brightside.example", "cloudflare")
    assert target.domains == ("brightside.example", "app.brightside.example")
    assert target.base_url == "https://api.brightside.example/v1"
    assert {str(r): r.kind for r in target.routes} == {
        "POST /login": "login",
        "POST /logout": "dangerous",
        "POST /webhooks/stripe": "webhook",
        "POST /chat": "chat",
        "GET /health": "public",
        "GET /admin/users": "admin",
        "GET /me": "",
        "GET /conversations/{id}": "",
        "GET /invoices/{id}": "",
    }
    assert {str(r): r.secured for r in target.routes}["GET /me"] is True
    assert (target.public, target.admin) == (("GET /health",), ("GET /admin/users",))
    assert (target.login, target.logout, target.webhook_route) == (
        "POST /login",
        "POST /logout",
        "POST /webhooks/stripe",
    )
    assert target.origins == ("https://app.brightside.example",)
    assert target.describe == ""
    a = target.accounts["a"]
    assert (a.own, a.files) == (("GET /conversations/c_1001",), ("GET /files/f_77",))
    assert a.marker == (Secret("amber4821"), Secret("otter7730"))
    assert target.accounts["b"].marker == (Secret(""), Secret("velvet5519"))
    assert a.person == (Secret("ada@example.test"), Secret("u_1001"))
    assert target.chat.body == '{"message": "{{message}}"}'
    assert (target.chat.tools, target.chat.confirmed, target.chat.cost_per_message) == ((), (), 1.0)
    assert target.chat.canary == Secret("LR-CANARY-5521")
    assert target.chat.prompt == Secret(FILES["system-prompt.txt"])
    assert (target.webhook.scheme, target.webhook.event) == ("stripe", '{"id": "evt_1"}')
    assert (target.hosted.kind, target.hosted.tables) == ("supabase", ("conversations",))
    assert (target.edge_token, target.monitoring_token) == (True, True)
    assert target.messages == (folder / "welcome.eml",)
    assert (target.repository, target.build, target.texts) == (
        folder / "app",
        (folder / "app/dist",),
        (folder / "ci.log",),
    )
    assert target.logs == (folder / "logs",)
    assert target.rollback == folder / "docs/ROLLBACK.md"
    assert (access.by, access.touch, access.push, access.proof) == ("Ada Osei", True, True, "file")
    assert access.hosts == {"app.brightside.example", "brightside.example", "api.brightside.example"}
    assert access.hosted == "https://xyz.supabase.example"
    assert access.accounts["a"] == {"Authorization": Secret(ENV["LR_TOKEN_A"]), "Accept": Secret("application/json")}
    assert access.accounts["hosted"] == {"apikey": Secret("anon-key"), "Authorization": Secret("Bearer anon-key")}
    assert access.tokens == {
        "cloudflare": Secret("cf-read"),
        "betterstack": Secret("bs-read"),
        "webhook": Secret("whsec_test"),
    }
    assert access.connect == {"app.brightside.example:443": "127.0.0.1:8443"}
    assert (access.resolver, access.ca_file) == ("127.0.0.1:5353", folder / "ca.pem")
    assert (access.max_requests, access.requests_per_second, access.webhook_scheme) == (100, 1.5, "stripe")
    assert access.run_id
    assert access.run_id == target.run_id
    assert set(access.secrets) == {
        *map(Secret, ("amber4821", "otter7730", "velvet5519", "ada@example.test", "u_1001", "LR-CANARY-5521")),
        Secret(FILES["system-prompt.txt"]),
    }
    assert found.consent == ("by=Ada Osei", "proof=file", "touch", "push")
    assert [str(notice) for notice in found.warnings] == []


def test_answers(read: Load) -> None:
    found = read(FULL)
    digest = hashlib.sha256(FILES["drill.eml"].encode()).hexdigest()
    assert found.answers == (
        Answer("deployment.rollback-drill", "yes", "Bo", "2026-09-01", "fine", 12.0, (FileRef("drill.eml", digest),)),
        Answer("logging.alert", "dont-know", "Ada Osei"),
        Answer("boundaries.data.where", "In Frankfurt", "Ada Osei"),
        Answer("monitoring.contacts", [{"who": "Ada", "phone": "5"}], "Ada Osei"),
    )
    assert found.target.answers["logging.alert"] is found.answers[1]


def test_nothing_secret_shows_in_a_profile(read: Load) -> None:
    shown = repr(read(FULL))
    for word in (*ENV.values(), "amber4821", "otter7730", "velvet5519", "ada@example.test", "LR-CANARY-5521"):
        assert word not in shown


def test_the_least_profile(read: Load) -> None:
    found = read('[business]\nname = "B"\n')
    assert found.subject == Subject("B")
    assert found.target.routes == ()
    assert found.access.hosts == frozenset()
    assert (found.access.touch, found.access.push, found.warnings) == (False, False, ())
    assert found.target.chat.tools is None


def test_an_answer_with_nobody_behind_it_counts_for_nothing_and_is_said(read: Load) -> None:
    found = read(
        '[business]\nname = "B"\n[answers]\n"logging.alert" = "yes"\n"auth.logout" = {value = "no", by = "Bo"}\n'
    )
    assert [answer.question for answer in found.answers] == ["auth.logout"]
    assert [str(notice) for notice in found.warnings] == [
        say("profile.warnings.answer-nobody", question="logging.alert")
    ]


CURL = "curl 'https://api.example.test/v1/conversations/c_1001' -H 'Authorization: Bearer pasted-token' -b 'session=s; uid=u_1'"
PASTED = '[business]\nname = "B"\n[site]\nurl = "https://app.example.test"\ndomains = ["api.example.test"]\n[accounts.a]\ncurl = "a.curl"\n'


def test_a_pasted_request_stands_in_for_headers_own_and_base(read: Load, folder: Path) -> None:
    (folder / "a.curl").write_text(CURL)
    (folder / "a.curl").chmod(0o600)
    found = read(PASTED)
    account = found.target.accounts["a"]
    assert found.target.base_url == "https://api.example.test"
    assert account.own == ("GET /v1/conversations/c_1001",)
    assert account.pasted is not None
    assert account.pasted.actor == "a"
    assert account.pasted.headers == (("Cookie", "uid=u_1"),)
    assert found.access.accounts["a"] == {
        "Authorization": Secret("Bearer pasted-token"),
        "Cookie": Secret("session=s; uid=u_1"),
    }
    assert "pasted-token" not in repr(found)


def test_a_request_pasted_from_elsewhere_is_said(read: Load, folder: Path) -> None:
    (folder / "a.curl").write_text(CURL.replace("api.example", "other.example"))
    (folder / "a.curl").chmod(0o600)
    found = read(PASTED)
    assert found.target.base_url == ""
    assert [notice.key for notice in found.warnings] == ["pasted-host"]


HAR = '{"log": {"entries": [{"request": {"method": "GET", "url": "https://api.example.test/c/17", "headers": [{"name": "Cookie"}]}, '
HAR += '"response": {"content": {"mimeType": "application/json"}}}]}}'


def test_a_har_describes_routes_and_its_secrets_are_said(read: Load, folder: Path) -> None:
    (folder / "x.har").write_text(HAR)
    (folder / "x.har").chmod(0o600)
    found = read('[business]\nname = "B"\n[api]\nbase_url = "https://api.example.test"\ndescribe = "x.har"\n')
    assert [str(route) for route in found.target.routes] == ["GET /c/{id}"]
    assert [notice.key for notice in found.warnings] == ["har-secrets"]


def test_a_description_may_be_an_address_on_a_consented_host(read: Load) -> None:
    text = '[business]\nname = "B"\n[api]\nbase_url = "https://api.example.test"\ndescribe = "https://api.example.test/openapi.json"\n'
    assert read(text).target.describe == "https://api.example.test/openapi.json"


def test_crlf_and_a_byte_order_mark_are_fine(read: Load) -> None:
    assert read('\ufeff[business]\r\nname = "B"\r\n').subject.business == "B"


def test_paths_start_at_the_profile_folder_whatever_the_current_one(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "profile.toml").write_text('[business]\nname = "B"\n[logs]\npaths = ["logs"]\n')
    monkeypatch.chdir(folder.parent)
    assert load(Path(folder.name) / "profile.toml", {}).target.logs == (folder / "logs",)
    assert loads('[business]\nname = "B"\n[logs]\npaths = ["logs"]\n', folder / "new.toml", {}).target.logs == (
        folder / "logs",
    )


def test_a_variable_that_no_chosen_item_needs_may_be_unset(read: Load) -> None:
    found = read(FULL, "tls", "email-auth", environ={"CLOUDFLARE_READ": "cf"})
    assert found.access.accounts["a"] == {"Accept": Secret("application/json")}
    assert found.access.tokens == {"cloudflare": Secret("cf")}
    assert {notice.key for notice in found.warnings} == {"env-unset"}
    assert all("{" not in str(notice) for notice in found.warnings)


@pytest.mark.parametrize(
    ("url", "site", "host"),
    [
        ("example.test", "https://example.test", "example.test"),
        ("https://Example.test/app/?x=1", "https://example.test/app?x=1", "example.test"),
        ("localhost:8000", "http://localhost:8000", "localhost:8000"),
        ("http://127.0.0.1:8001/", "http://127.0.0.1:8001", "127.0.0.1:8001"),
        ("https://bücher.test", "https://xn--bcher-kva.test", "xn--bcher-kva.test"),
    ],
)
def test_quick_needs_only_an_address(url: str, site: str, host: str) -> None:
    found = quick(url)
    assert found.target.quick
    assert (found.target.site, found.subject.site, found.access.hosts) == (site, site, {host})
    assert not (found.access.touch or found.access.push or found.access.accounts)


def test_from_site_takes_a_name() -> None:
    assert from_site("example.test", "Brightside").subject == Subject("Brightside", site="https://example.test")


def test_schema_names_every_table() -> None:
    found = schema()
    text = json.encode(found).decode()
    for table in ("business", "consent", "accounts", "answers", "limits", "network"):
        assert f'"{table}"' in text
    assert found["$schema"].endswith("2020-12/schema")


def test_an_answer_that_nobody_asks_for_is_said() -> None:
    said = (Answer("auth.logout", "yes", "A"), Answer("auth.logut", "yes", "A"), Answer("zzz", "yes", "A"))
    found = unasked(said, ["auth.logout", "cors.any"])
    assert [(notice.key, notice.slots["nearest"]) for notice in found] == [
        ("answer-unasked", "auth.logout"),
        ("answer-unasked-far", ""),
    ]
    assert all("{" not in str(notice) for notice in found)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("Yes", "yes"),
        ("NO ", "no"),
        ("don't know", "dont-know"),
        ("Don\u2019t know.", "dont-know"),
        ("n/a", "not-applicable"),
        ("Not applicable", "not-applicable"),
        ("No way", "No way"),
    ],
)
def test_plain_answers_may_be_spelled_freely(read: Load, given: str, value: str) -> None:
    found = read(f'[business]\nname = "B"\nassessor = "A"\n[answers]\n"a.b" = "{given}"\n')
    assert found.answers[0].value == value
