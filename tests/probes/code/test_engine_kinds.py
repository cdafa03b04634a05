"""Every kind of the catalogue: a sample is found under its own name, one that is cut short or made up is not a finding, and it has its words."""

from __future__ import annotations

import datetime
import re

import pytest

from tests.probes.code.samples import FAR, HEX, Make, private
from wizard.probes.code import phrases
from wizard.probes.code.secrets import Grade, Place, kinds, scan_bytes
from wizard.probes.code.secrets.types import Match

NEAR = {
    "gcp-service-account": '{"type": "service_account", "private_key": "%s"}',
    "gemini": "// https://generativelanguage.googleapis.com/v1\nconst k = '%s';",
    "google-maps": "<script src='https://maps.googleapis.com/maps/api/js?key=%s'></script>",
    "google-firebase": "{apiKey: '%s', authDomain: 'x.firebaseapp.com'}",
    "clerk-secret": "CLERK_SECRET_KEY='%s'",
    "clerk-test": "CLERK_SECRET_KEY='%s'",
    "curl-user": "curl %s https://x.brightside.io",
    "azure-sas": "https://x.blob.core.windows.net/c?se=2090-01-01&%s",
}
OWN = {
    "jwt": lambda make: make.jwt(sub="u_1", exp=1_000_000_000),
    "gcp-service-account": lambda make: make.pem("\\n"),
    "private-key": lambda make: make.pem(),
    "base64-hidden": None,
    "database-url": lambda make: "postgres://app:" + make.alnum(16) + "@db.brightside.io:5432/main",
    "url-password": lambda make: "https://svc:" + make.alnum(16) + "@files.brightside.io",
    "bearer": lambda make: "Bearer " + make.alnum(40),
    "basic": lambda make: "Basic " + __import__("base64").b64encode(b"svc:" + make.alnum(14).encode()).decode(),
    "aws-id": lambda make: "AKIA" + make.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16),
    "github": lambda make: make.github(),
    "npm": lambda make: make.github(kind="npm"),
    "slack": lambda make: "xoxb-" + make.text("0123456789", 11) + "-" + make.alnum(24),
    "slack-user": lambda make: "xoxp-" + make.text("0123456789", 11) + "-" + make.alnum(32),
    "dropbox": lambda make: "sl.u." + make.alnum(120),
    "algolia": lambda make: make.hex(32),
    "aws-secret": lambda make: make.alnum(40),
    "facebook": lambda make: "EAAC" + make.alnum(80),
    "openai": lambda make: "sk-" + make.alnum(20) + "T3Blbk" + "FJ" + make.alnum(20),
    "pypi": lambda make: "pypi-AgEIcHlw" + "aS5vcmc" + make.text(HEX, 80),
    "curl-user": lambda make: "-u svc:" + make.alnum(14),
    "terraform": lambda make: make.alnum(14) + ".atlas" + "v1." + make.alnum(64),
}
ANCHORED = [k for k in kinds().values() if k.pattern is not None and k.check != "base64"]
WORDED = [k for k in kinds().values() if k.words]


def found(text: str, name: str = "config.txt", place: Place = Place.SERVED) -> list[Match]:
    return list(scan_bytes(text.encode(), name, place, private).matches)


def sample(kind: str, make: Make) -> str:
    own = OWN.get(kind)
    pattern = kinds()[kind].pattern or kinds()[kind].shape
    assert pattern is not None
    return own(make) if own else make.from_pattern(pattern.pattern)


@pytest.mark.parametrize("kind", ANCHORED, ids=lambda k: k.id)
def test_a_sample_is_found_under_its_own_name(kind) -> None:
    for seed in range(5):
        value = sample(kind.id, Make(seed))
        text = NEAR.get(kind.id, 'x = "%s"') % value
        matches = found(text)
        assert kind.id in [m.kind for m in matches], (value, matches)
        match = next(m for m in matches if m.kind == kind.id)
        assert value not in match.label and value not in match.excerpt


@pytest.mark.parametrize("kind", WORDED, ids=lambda k: k.id)
def test_a_vendors_word_and_shape_name_it(kind) -> None:
    for seed in range(4):
        value = sample(kind.id, Make(seed))
        word = kind.words[0].decode().replace(".", "_").replace(" ", "_").strip("_")
        name = f"{word}_admin_key" if kind.id == "algolia" else f"{word}_secret_key"
        for text in (f'{name} = "{value}"', f"{name.upper()}={value}"):
            kinds_found = [m.kind for m in found(text)]
            assert kind.id in kinds_found or any(kinds()[k].order < kind.order for k in kinds_found), text


@pytest.mark.parametrize(
    "kind",
    [
        k
        for k in ANCHORED
        if k.id not in ("jwt", "bearer", "basic", "url-password", "database-url", "mailchimp", "curl-user")
    ],
    ids=lambda k: k.id,
)
def test_one_that_is_cut_short_is_not_found(kind) -> None:
    value = sample(kind.id, Make(3))
    anchor = next((a.decode() for a in kind.anchors if a.decode() in value), "")
    short = value[: value.find(anchor) + len(anchor) + 3]
    assert kind.id not in [m.kind for m in found(NEAR.get(kind.id, 'x = "%s"') % short)]


@pytest.mark.parametrize(
    "kind",
    [k for k in ANCHORED if k.keyed and k.id not in OWN and k.id != "mailchimp" and k.grade is not Grade.PUBLIC],
    ids=lambda k: k.id,
)
def test_a_body_of_one_letter_is_made_up(kind) -> None:
    value = sample(kind.id, Make(3))
    anchor = next((a.decode() for a in kind.anchors if a.decode() in value), "")
    at = value.find(anchor) + len(anchor)
    dull = value[:at] + re.sub(r"[A-Za-z0-9]", "0", value[at:])
    assert not [m for m in found(NEAR.get(kind.id, 'x = "%s"') % dull) if m.kind == kind.id and m.counts], dull


def test_every_kind_has_its_words() -> None:
    for kind in kinds().values():
        assert phrases.name(kind.id) and phrases.risk(kind.id)
        assert phrases.rotate(kind.id) or kind.grade is Grade.PUBLIC, kind.id
        assert "{" not in phrases.rotate(kind.id)


def test_kinds_were_compared_with_their_vendors_within_a_year() -> None:
    newest = max(kind.seen for kind in kinds().values())
    year, month = map(int, newest.split("-"))
    limit = datetime.date(year - 1, month, 1).strftime("%Y-%m")
    assert [kind.id for kind in kinds().values() if kind.seen < limit] == []


def test_a_key_inside_base64_is_found() -> None:
    import base64

    make = Make(5)
    account = '{"type": "service_account", "project_id": "x", "private_key": "' + make.pem("\\n") + '"}'
    text = "GOOGLE_CREDENTIALS=" + base64.b64encode(account.encode()).decode()
    assert "gcp-service-account" in [m.kind for m in found(text, ".env")]
    hidden = base64.b64encode(("sk-ant-" + "api03-" + make.alnum(93) + "AA").encode()).decode()
    assert "anthropic" in [m.kind for m in found(f"key: {hidden}", "secret.yaml")]


def test_claims_decide_what_a_token_is() -> None:
    make = Make(1)
    cases = {
        make.service_role(): ("supabase-service-role", ""),
        make.anon(): ("supabase-anon", ""),
        make.jwt(iss="supabase-demo", role="service_role", exp=FAR): ("supabase-service-role", "demo"),
        make.jwt(sub="u_1", exp=FAR): ("long-lived-login", ""),
        make.jwt(sub="u_1", role="admin"): ("admin-login", ""),
        make.jwt(sub="u_1", exp=1_000_000_000): ("jwt", "expired"),
        make.jwt(iss="https://auth.calendly.com", exp=FAR): ("calendly", ""),
        make.jwt(a="rw", iat=1_700_000_000): ("turso", ""),
    }
    for token, wanted in cases.items():
        (match,) = found(f'anonKey: "{token}"')
        assert (match.kind, match.made_up) == wanted


@pytest.mark.parametrize(
    "bait", ["a", "eyJ", "=", "sk-", "-----BEGIN ", "://a:", "secret=", "A", "token: ", "AKIA", HEX, "\\n", "bearer "]
)
def test_bait_of_100_kb_is_bounded(bait: str) -> None:
    text = (bait * (100_000 // len(bait))).encode()
    result = scan_bytes(text, "bait.txt", Place.TEXT, private)
    assert result.read == len(text)
    assert not [m for m in result.matches if m.counts and m.grade is not Grade.PUBLIC]
