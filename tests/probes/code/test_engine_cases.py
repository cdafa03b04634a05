"""What must be found, what must not fail, how bytes may be cut and coded: one table of each."""

from __future__ import annotations

import base64

import pytest

from tests.probes.code.samples import ALNUM, B64, FAR, URL64, Make, private
from wizard.probes.code.secrets import Grade, Match, Place, Scanner, glance, scan_bytes
from wizard.probes.code.secrets.scanner import AFTER, BLOCK

M = Make(11)


def matches(text: str | bytes, name: str = "x.txt", place: Place = Place.TRACKED) -> list[Match]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(scan_bytes(data, name, place, private).matches)


def failing(text: str | bytes, name: str = "x.txt", place: Place = Place.TRACKED) -> list[str]:
    return [m.kind for m in matches(text, name, place) if m.counts and m.grade in (Grade.MASTER, Grade.SECRET)]


PLANTED = {
    "jwt in a long minified line": (
        "app.js",
        "x" * 200_000 + f'="{M.service_role()}",' + "y" * 200_000,
        "supabase-service-role",
    ),
    "service role by another name": ("app.js", f'const anonKey="{M.service_role()}"', "supabase-service-role"),
    "in next data": (
        "page.js",
        '<script id="__NEXT_DATA__">{"props":{"k":"' + M.supabase() + '"}}</script>',
        "supabase-secret",
    ),
    "long app token in a log with colours": (
        "ci.log",
        "2026-11-01T10:00:00Z \x1b[36;1mtoken ghs_"
        + "123456_"
        + M.jwt(iss="1", exp=FAR, pad=M.alnum(200))
        + "\x1b[0m done",
        "github-app",
    ),
    "escaped private key": ("key.json", '{"private_key": "' + M.pem("\\n") + '"}', "private-key"),
    "password with an escape in its url": (
        ".env",
        f"DATABASE_URL=postgresql://app:p%40{M.alnum(12)}@ep-1.neon.tech/main",
        "database-url",
    ),
    "mongo in a traceback": (
        "err.txt",
        f'  File "db.py", line 3\npymongo.errors: mongodb+srv://root9:{M.alnum(14)}@cluster0.ab1cd.mongodb.net/?w=1',
        "database-url",
    ),
    "deepgram by the vendor's word": (".env", f"DEEPGRAM_KEY={M.hex(40)}", "deepgram"),
    "postmark token": ("mail.py", f'client = PostmarkClient(server_token="{M.uuid()}")', "postmark"),
    "CRLF": (".env", f"A=1\r\nSTRIPE_SECRET_KEY={M.stripe()}\r\nB=2\r\n", "stripe-live"),
    "last line without an end": (".env", f"A=1\nSTRIPE={M.stripe()}", "stripe-live"),
    "notebook output": (
        "n.ipynb",
        '{"outputs": [{"text": ["key: ' + "sk-ant-" + "api03-" + M.text(URL64, 93) + 'AA\\n"]}]}',
        "anthropic",
    ),
    "live key in tests": ("tests/test_pay.py", f'KEY = "{M.stripe()}"', "stripe-live"),
    "good checksum in docs": ("docs/setup.md", f"token {M.github()}", "github"),
    "google ai key": (
        "app.js",
        f'fetch("https://generativelanguage.googleapis.com/v1?key=AIza{M.text(URL64, 35)}")',
        "gemini",
    ),
    "webhook": (
        "app.js",
        f'fetch("https://hooks.slack.com/services/T{M.alnum(9)}/B{M.alnum(9)}/{M.alnum(24)}")',
        "webhook-slack",
    ),
    "algolia admin": ("app.js", f'algoliaAdminKey:"{M.hex(32)}"', "algolia"),
    "basic": (
        "app.js",
        'headers:{Authorization:"Basic ' + base64.b64encode(b"svc:" + M.alnum(14).encode()).decode() + '"}',
        "basic",
    ),
    "turnstile secret": (".env.txt", f"TURNSTILE=0x4AAAAAAA{M.text(URL64, 26)}", "turnstile"),
    "slack export": (
        "export.txt",
        f"bob: here is the token xoxb-{M.text('0123456789', 12)}-{M.alnum(24)} ok?",
        "slack",
    ),
    "yaml": ("secrets.yaml", f"jwt_secret: {M.alnum(40)}", "signing-secret"),
    "ecs pair": ("task.json", '{"name": "PAYMENT_API_KEY", "value": "' + M.alnum(40) + '"}', "generic"),
    "xml": ("web.config.xml", f"<adminPassword>{M.alnum(10)}!7a</adminPassword>", "password"),
    "typed": ("a.ts", f'const apiKey: string = "{M.alnum(40)}"', "generic"),
    "php": ("a.php", f"define('DB_PASSWORD', '{M.alnum(10)}!7a');", "password"),
    "sample file with a strong key": (
        ".env.example",
        f"ANTHROPIC_API_KEY=sk-ant-api03-{M.text(URL64, 93)}AA",
        "anthropic",
    ),
    "after a blank": ("notes.txt", f"Here is the deepgram secret {M.hex(40)} for you", "deepgram"),
    "two words and a colon": ("notes.txt", f"API key: {M.alnum(32)}", "generic"),
    "after a dash": ("notes.txt", f"crm token - '{M.alnum(36)}'", "generic"),
    "in an address": ("app.js", f'fetch("https://api.brightside.io/v1?key={M.alnum(32)}")', "generic"),
    "pair in braces": ("a.cs", '{ "SecondaryAccountKey", "' + M.text(B64, 60) + '" }', "generic"),
    "connection string": ("a.cs", '"Server=db.brightside.io;User Id=app;Password=sunflowers;"', "password"),
    "netrc": (".netrc", f"machine api.brightside.io\n  login app\n  password {M.alnum(20)}\n", "netrc"),
    "curl with two quotes": ("run.sh", f"curl --user app:'{M.alnum(16)}' https://x.brightside.io", "curl-user"),
    "longer than a line": ("a.json", f'{{"refresh_token": "0.A{M.text(URL64, 1400)}"}}', "generic"),
    "behind a setting": ("a.ts", f'const k = process.env.PAYMENT_API_KEY ?? "{M.alnum(32)}";', "generic"),
    "default of a variable": (
        "variables.tf",
        'variable "crm_api_token" {\n  type    = string\n  default = "' + M.alnum(32) + '"\n}\n',
        "generic",
    ),
    "source in a string": ("a.js.map", '{"sourcesContent":["const apiKey = \\"' + M.alnum(32) + '\\";"]}', "generic"),
    "coated quotes": ("a.html", '<div data-page="{&quot;apiKey&quot;:&quot;' + M.alnum(32) + '&quot;}">', "generic"),
    "quotes of an address": ("a.log", f"GET /x?q=%7B%22apiKey%22%3A%22{M.alnum(32)}%22%7D", "generic"),
    "property list": ("Info.plist", f"<key>apiSecret</key>\n\t<string>{M.alnum(32)}</string>", "generic"),
    "folded": ("a.yaml", f"api_token: >-\n  {M.alnum(32)}\n", "generic"),
    "table": ("README.md", f"| `CRM_API_KEY` | `{M.alnum(32)}` |", "generic"),
    "called": ("a.py", f'api_key: SecretStr = SecretStr("{M.alnum(32)}")', "generic"),
    "typed after the name": ("a.go", f'const apiKey string = "{M.alnum(32)}"', "generic"),
    "meta": ("a.html", f'<meta name="api-token" content="{M.alnum(32)}">', "generic"),
    "whole in quotes": ("a.php", f'putenv("CRM_API_KEY={M.alnum(32)}");', "generic"),
    "mailer": ("a.js", f"auth: {{ user: 'app', pass: '{M.alnum(16)}' }}", "password"),
    "statement": ("a.sql", f"CREATE USER app WITH PASSWORD '{M.alnum(16)}';", "password"),
    "scheme of a vendor": ("a.js", f"headers: {{ Authorization: 'Token {M.hex(40)}' }}", "generic"),
    "brand without another word": (".env", f"KLAVIYO={M.alnum(34)}", "datadog-wandb"),
    "app token of 2026": ("ci.txt", "ghs_" + "123456_" + M.jwt(iss="123456", exp=FAR), "github-app"),
    "phrase that signs": (".env", "JWT_SECRET=correct-horse-battery-stable-staple", "signing-secret"),
    "jdbc": ("a.txt", f"jdbc:sqlserver://db.brightside.io:1433;user=sa;password={M.alnum(9)}x;", "password"),
    "aws pair": (
        "creds.csv",
        "AKIA" + M.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16) + "," + M.text(ALNUM, 40),
        "aws-id",
    ),
}


@pytest.mark.parametrize("case", PLANTED)
def test_planted_is_found(case: str) -> None:
    name, text, kind = PLANTED[case]
    assert kind in failing(text, name), matches(text, name)
    for match in matches(text, name):
        assert match.label in match.excerpt or len(match.excerpt) == 200


@pytest.mark.parametrize("case", PLANTED)
def test_planted_loses_its_name_when_its_heart_is_cut_out(case: str) -> None:
    name, text, kind = PLANTED[case]
    match = next(m for m in matches(text, name) if m.kind == kind)
    data = text.encode()
    keep = min(6, match.size)
    cut = data[: match.offset + keep] + data[match.offset + match.size :]
    assert kind not in failing(cut, name)


DECOYS = {
    "anon": ("app.js", f'const key="{M.anon()}"'),
    "firebase": (
        "app.js",
        f'{{apiKey:"AIza{M.text(URL64, 35)}",authDomain:"x.firebaseapp.com",messagingSenderId:"1"}}',
    ),
    "sentry dsn": ("app.js", f'dsn:"https://{M.hex(32)}@o123.ingest.us.sentry.io/456"'),
    "publishable": ("app.js", "pk_" + "live_" + M.alnum(24)),
    "demo role": ("app.js", M.jwt(iss="supabase-demo", role="service_role", exp=FAR)),
    "reference": (".env", "STRIPE=${STRIPE_SECRET_KEY}\nB=$SECRET_TOKEN_VALUE_X\nC={{ vault_password_123 }}"),
    "your key": ("README.md", "OPENAI_API_KEY=sk-your-key-here-1234567890abcdef"),
    "aws documents": (
        "a.py",
        "AKIA" + "IOSFODNN7EXAMPLE\naws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY",
    ),
    "sri": ("index.html", f'<script integrity="sha384-{M.text(B64, 64)}" src=a.js></script>'),
    "lockfile": ("package-lock.json", f'"integrity": "sha512-{M.text(B64, 86)}=="'),
    "git sha": ("a.yml", f"uses: actions/checkout@{M.hex(40)}\nimage: app@sha256:{M.hex(64)}"),
    "picture": (
        "a.css",
        "url(data:image/png;base64," + M.text(B64, 400) + "/AKIA" + "ABCDEFGHIJKLMNOP" + M.text(B64, 400) + ")",
    ),
    "css": ("a.css", ".sk-fading-circle .sk-circle-12{color:red}.task-list-item-checkbox-token{}"),
    "wrong checksum in docs": ("docs/a.md", M.github(good=False)),
    "masked": ("log.txt", "key sk_" + "live_****4242 password=******** token: ***"),
    "test key in tests": ("tests/a.py", f'"{M.stripe("test")}"'),
    "public key": ("id.pub", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5" + M.text(B64, 48) + " me@host"),
    "certificate": ("c.pem", M.pem(kind="CERTIFICATE") + M.pem(kind="PUBLIC KEY")),
    "jwks": (
        "jwks.json",
        '{"keys":[{"kty":"RSA","n":"' + M.text(URL64, 342) + '","e":"AQAB","kid":"' + M.hex(40) + '"}]}',
    ),
    "nonce": ("a.html", f'<meta name="csrf-token" content="{M.text(B64, 44)}"><script nonce="{M.text(B64, 24)}">'),
    "message": (
        "en.json",
        '{"password": "At least 12 characters", "token": "Your.token.has.expired", "secret": "passwordResetTokenExpired"}',
    ),
    "hash by name": ("a.py", f'api_key_sha256 = "{M.hex(64)}"'),
    "local database": ("docker-compose.yml", "DATABASE_URL: postgres://postgres:postgres@db:5432/app"),
    "stripe ids": ("a.js", " ".join(p + M.alnum(24) for p in ("price_", "cus_", "pi_", "prod_", "sub_"))),
    "expired": ("a.js", M.jwt(sub="u", exp=1_000_000_000)),
    "maps": ("a.js", f"maps.googleapis.com/maps/api/js?key=AIza{M.text(URL64, 35)}"),
    "code": (
        "a.js",
        "token:this.config.tokenProvider,secret=process.env.APP_SECRET_KEY;password=e.getPassword(t),apiKey:n.apiKeyFromSettings",
    ),
    "types": (
        "a.ts",
        "export interface A { accessToken: string; refreshToken: Promise<string>; apiKey: AuthenticationTokenProvider }",
    ),
    "icons": (
        "a.js",
        "sk-"
        + "-".join(["arrow", "circle", "outline"])
        + " fc-event-title-container key-binding-modifier re_render_component",
    ),
    "a notebook at home": (
        "README.md",
        f"[I 12:00 App] http://(3f0c or 127.0.0.1):8888/?token={M.hex(48)}\nhttp://localhost:8888/lab?a=1&token={M.hex(48)}\n"
        f"http://192.168.1.20:8123/?token={M.hex(48)} http://[::1]/#access_token={M.alnum(40)}\n"
        f"http://localhost:8888/token={M.hex(48)}",
    ),
    "uuid": ("a.json", f'{{"id": "{M.uuid()}", "requestId": "{M.uuid()}", "trace": "{M.hex(32)}"}}'),
    "log lines": ("a.log", f"2026-11-01 GET /api/token 200 trace={M.hex(32)} session started key=value user=42"),
    "label": ("a.js", 'e("label",{htmlFor:"auth_password"},"Password:"),t.createElement("code",null,"x")'),
    "fingerprint of a key": ("ci.log", f"gpg: using RSA key {M.text('0123456789ABCDEF', 40)}"),
    "key of a cache": ("ci.log", f"Cache restored from key: node-cache-Linux-x64-npm-{M.hex(64)}"),
    "operator": ("a.js", 'lastSignificantToken = "?InterpolationInJSX"; api_key = "readKeyFrom(settings)"'),
    "a hash that says so": ("a.py", f'passwd_check("sha1:{M.hex(12)}:{M.hex(40)}", "x")'),
    "the standards' own samples": (
        "notes.md",
        "Authorization: Basic czZCaGRSa3F0" + 'MzpnWDFmQmF0M2JW\n"refresh_token":"tGzv3JOkF0XG' + '5Qx2TlKWIA",',
    ),
    "what a call comes to": ("a.d.ts", f"* - sign('', 'test_secret') => '{M.hex(64)}'"),
    "a service that keeps secrets": ("a.py", f'ids = {{"alias/aws/secretsmanager": "{M.uuid()}"}}'),
    "a visit or a job": ("a.ts", f"{{ session_id: 'sesn_{M.alnum(24)}' }}"),
    "cut short": (
        "a.py",
        "-----BEGIN RSA PRIVATE " + f"KEY-----MIIEpQIBAAKCAQEA{M.text(B64, 60)}\\n.-----END RSA PRIVATE KEY-----",
    ),
    "words that stand in": ("a.toml", 'cookie_secret = "a-strong-randomly-made-secret"\npassword = "P@55w0rd' + '!"'),
    "name of a secret": ("a.yml", 'SECRET_NAME = "NEXUS-GPT4-API-KEY"'),
    "brand beside words": (
        "a.js",
        'facebook="https://x.io/y", twitter:"twitter-card-large-image2", amplitude="amplitude-event-name2-page"',
    ),
    "call for a word": ("a.js", 'const token = t("auth.token2.expiredMessage1"), password: gettext("Password2Short1")'),
    "default of no secret": (
        "v.tf",
        'variable "region" {\n  default = "' + M.alnum(24) + '"\n}\nvariable "token" {\n}',
    ),
    "list of words": ("a.js", '["password","newPassword1","token","accessToken2Expired"]'),
    "way around": ("a.js", "bypass: 'Sunny-Day-2026', compass='North-West-1999'"),
    "alternatives": ("a.ts", "type Token = TokenKind1 | undefined; secret: SecretOptions2 | null"),
    "table of words": ("README.md", "| API_KEY | the-key-of-the-api-v2 | required | 1.0.0 |"),
    "host": ("a.properties", "dev.credentials.url=dev-lb1.api.f4ke.com:5215"),
    "connection to a stand-in": ("a.config", "Server=db.x.io;User Id=app;Password=myPassword;"),
    "prose": (
        "a.md",
        "The password authentication configuration, and token: authorization. Secret management considerations!",
    ),
}


@pytest.mark.parametrize("case", DECOYS)
def test_decoy_does_not_fail(case: str) -> None:
    name, text = DECOYS[case]
    place = Place.SERVED if name.endswith((".js", ".css", ".html")) and "docs" not in name else Place.TRACKED
    bad = [m for m in matches(text, name, place) if m.counts and m.grade in (Grade.MASTER, Grade.SECRET)]
    assert [m for m in bad if not m.sandbox and not (name.startswith("docs") and m.made_up)] == []


@pytest.mark.parametrize("host", ["app.example.io", "11.0.0.1", "172.32.0.1:8888", "127.0.0.1.example.io"])
def test_a_token_in_an_address_elsewhere_still_counts(host: str) -> None:
    assert failing(f"see https://{host}/lab?token={M.hex(48)}", "README.md") == ["generic"]


def test_two_secrets_in_one_line_are_both_redacted_in_both() -> None:
    one, two = M.stripe(), M.supabase()
    found = matches(f"a={one}; b={two}")
    assert [m.kind for m in found] == ["stripe-live", "supabase-secret"]
    for match in found:
        assert one not in match.excerpt and two not in match.excerpt
        assert found[0].label in match.excerpt and found[1].label in match.excerpt


@pytest.mark.parametrize("shift", range(-60, 8))
def test_a_key_across_a_block_border_is_found_once(shift: int) -> None:
    key = M.stripe()
    data = b"x" * (BLOCK + shift) + b"\n" + key.encode() + b"\n" + b"y" * (BLOCK + AFTER)
    (match,) = matches(data)
    assert (match.offset, match.line, match.column) == (BLOCK + shift + 1, 2, 1)


@pytest.mark.parametrize("size", [1, 7, 100, 4096, 70_000, 1 << 20])
def test_pieces_of_any_size_give_the_same(size: int) -> None:
    text = ("\n".join(f"line {n}" for n in range(30_000)) + f"\nkey = {M.stripe()}\n" + "z\n" * 500_000).encode()
    text = text[-400_000 * (1 if size < 100 else 4) :] if size > 1 else text[200_000:260_000] + M.stripe().encode()
    scanner = Scanner("a.txt", Place.TEXT, private)
    for at in range(0, len(text), size):
        scanner.feed(text[at : at + size])
    whole = scan_bytes(text, "a.txt", Place.TEXT, private)
    assert scanner.end().matches == whole.matches


@pytest.mark.parametrize("size", [0, 1, 8191, 8192, BLOCK - 1, BLOCK + 40, 3 * BLOCK + AFTER])
def test_a_text_at_once_gives_what_a_stream_gives(size: int) -> None:
    """`whole` counts lines only where something was found, `glance` settles clean texts: neither may change a match."""
    make, filler = Make(17), b"const a = 1; // \xc3\xa4\n"
    text = (filler * (size // len(filler) + 1))[:size]
    for at in (0, size // 2, size):
        data = text[:at] + b"\n" + make.stripe().encode() + b" " + make.supabase().encode() + b"\n" + text[at:]
        stream = Scanner("a.txt", Place.TEXT, private)
        for begin in range(0, len(data), 300_000):
            stream.feed(data[begin : begin + 300_000])
        whole = Scanner("a.txt", Place.TEXT, private).whole(data)
        assert stream.end().matches == whole.matches and len(whole.matches) == 2
        hits = glance(data)
        assert hits != [] and (hits is None) == (len(data) > BLOCK)
        assert hits is None or Scanner("a.txt", Place.TEXT, private).whole(data, hits).matches == whole.matches
    assert glance(text[:BLOCK]) == []


@pytest.mark.parametrize("shift", range(-30, 31, 5))
def test_a_key_beyond_a_block_border_is_covered_too(shift: int) -> None:
    key, password = M.stripe(), M.alnum(10) + "!7"
    data = b"x" * (BLOCK - 50 + shift) + f"\n{key} password='{password}'\n".encode() + b"y" * (BLOCK + AFTER)
    stream = Scanner("a.txt", Place.TEXT, private)
    stream.feed(data)
    for match in (*stream.end().matches, *scan_bytes(data, "a.txt", Place.TEXT, private).matches):
        assert password not in match.excerpt and key not in match.excerpt


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read(coding: str) -> None:
    assert failing(f"first\nkey: {M.stripe()}\n".encode(coding)) == ["stripe-live"]


def test_binary_runs_few_kinds() -> None:
    data = b"\0\1\2" * 100 + M.stripe().encode() + b"\0" + M.pem().encode()
    assert failing(data, "a.bin") == ["private-key"]


def test_places_in_a_line_count_characters() -> None:
    key = M.stripe()
    (match,) = matches(f"a\nÄöü€ {key}")
    assert (match.line, match.column) == (2, 6)


def test_terminal_escapes_are_shown_not_sent() -> None:
    (match,) = matches(f"\x1b]0;evil\x07 {M.stripe()} \x1b[2J", "a\x1b[31m.txt")
    assert "\x1b" not in match.excerpt + match.name and "\\x1b" in match.excerpt and "\\x1b" in match.name


def test_the_same_password_shows_no_hash_of_itself() -> None:
    import hashlib

    password = M.alnum(12) + "!9"
    (match,) = matches(f'password = "{password}"', "a.py")
    assert match.fingerprint == private(password) != hashlib.sha256(password.encode()).hexdigest()[:12]
    assert password[:4] not in match.label and password[-4:] not in match.label


def test_a_thousand_keys_are_capped_and_said() -> None:
    make = Make(9)
    result = scan_bytes("\n".join(make.stripe() for _ in range(2100)).encode(), "a.txt", Place.TEXT, private)
    assert len(result.matches) == 2000 and result.capped
