"""A pasted command comes out as the request that the shell and curl would have sent, with the credentials apart."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.intake import curl
from wizard.intake.dialect import Dialect, dialect
from wizard.intake.pasted import Pasted
from wizard.intake.shell import ansi_c
from wizard.model import Trouble
from wizard.words import say

URL = "https://api.example.test/conversations/c_1001"


def chrome_bash(text: str) -> str:
    """How Chrome writes a value for bash."""
    if re.search(r"[\0-\x1f\x7f-\x9f!]|'", text):
        inside = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
        return "$'" + re.sub(r"[\0-\x1f\x7f-\x9f!]", lambda m: f"\\u{ord(m[0]):04x}", inside) + "'"
    return f"'{text}'"


def chrome_cmd(text: str) -> str:
    """How Chrome writes a value for cmd today."""
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    text = re.sub(r"[^a-zA-Z0-9\s_\-:=+~'/.',?;()*`]", lambda m: "^" + m[0], text)
    text = re.sub(r"%(?=[a-zA-Z0-9_])", "%^", text)
    return '^"' + text.replace("\n", "^\n\n") + '^"'


def old_cmd(text: str) -> str:
    """How browsers wrote a value for cmd before."""
    text = text.replace("\\", "\\\\").replace('"', '""').replace("%", '"%"')
    return '"' + text.replace("\n", '"^\n\n"') + '"'


def firefox_bash(text: str) -> str:
    """How Firefox writes a value for bash: everything outside printable ASCII is escaped, UTF-16 unit by unit."""
    if not re.search(r"[^\x20-\x7e]|'|!", text):
        return f"'{text}'"
    text = (
        text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r").replace("!", "\\041")
    )
    units = text.encode("utf-16-be", "surrogatepass")
    codes = [int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2)]
    out = "".join(chr(c) if 0x20 <= c <= 0x7E else f"\\x{c:02x}" if c < 256 else f"\\u{c:04x}" for c in codes)
    return f"$'{out}'"


def command(quote, body: str, join: str) -> str:
    head = quote("content-type: application/json")
    return f"curl {quote(URL)} {join}\n  -H {head} {join}\n  --data-raw {quote(body)}"


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), min_size=1, max_size=200)
TRICKY = st.text(st.sampled_from("^\"'\\%$!`&|<>;(){}[]#@ \n\ta1_é€😀"), min_size=1, max_size=60)


@settings(max_examples=300, deadline=None)
@given(TEXT | TRICKY)
def test_bodies_from_chrome_for_bash_come_back(body: str) -> None:
    assert curl.parse(command(chrome_bash, body, "\\")).call.body == body.encode()


@settings(max_examples=300, deadline=None)
@given(TEXT | TRICKY)
def test_bodies_from_chrome_for_cmd_come_back(body: str) -> None:
    assert curl.parse(command(chrome_cmd, body, "^")).call.body == body.encode()


@settings(max_examples=300, deadline=None)
@given(TEXT | TRICKY)
def test_bodies_from_old_cmd_come_back(body: str) -> None:
    assert curl.parse(command(old_cmd, body, "^")).call.body == body.encode()


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=80) | TRICKY)
def test_bodies_from_firefox_come_back(body: str) -> None:
    latin = re.findall(r"[\x80-\xff]+", body)
    if not body or any(
        _is_utf8(run) for run in latin
    ):  # a run that is UTF-8 by chance reads as UTF-8: older exports need that
        return
    assert curl.parse(command(firefox_bash, body, "\\")).call.body == body.encode()


def _is_utf8(run: str) -> bool:
    raw = run.encode("latin-1")
    for start in range(len(raw)):
        for end in range(start + 2, len(raw) + 1):
            try:
                raw[start:end].decode()
            except UnicodeDecodeError:
                continue
            return True
    return False


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gives_a_request_or_a_plain_sentence(text: str) -> None:
    for paste in (text, "curl " + text, "curl 'https://a.test' " + text, 'curl ^"https://a.test^" ' + text):
        try:
            found = curl.parse(paste)
        except Trouble as error:
            assert "{" not in say(error.key, **error.slots)
        else:
            assert found.call.url.startswith("http")


def test_a_caret_quote_in_the_body_does_not_change_the_dialect() -> None:
    body = '{"a": "^\\"b^\\" ^\n"}'
    assert curl.parse(f"curl '{URL}' --data-raw '{body}'").call.body == body.encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("curl https://a.test", Dialect.POSIX),
        ("curl 'https://a.test'", Dialect.POSIX),
        ("curl $'https://a.test'", Dialect.POSIX),
        ('curl "https://a.test" \\\n -H "a: b"', Dialect.POSIX),
        ('curl "https://a.test" -H "a: b"', Dialect.POSIX),
        ('curl ^"https://a.test^" ^\n -H ^"a: b^"', Dialect.CARET),
        ('curl "https://a.test" ^\n -H "a: b"', Dialect.OLD),
        ('curl "https://a.test" ^\r\n -H "a: b"', Dialect.OLD),
        ('curl "https://a.test" --data "x ^\ny"', Dialect.POSIX),
        ("curl https://a.test ^\n -d x=1", Dialect.OLD),
    ],
)
def test_dialect(text: str, expected: Dialect) -> None:
    assert dialect(text) is expected


def one(text: str) -> Pasted:
    return curl.parse(text)


@pytest.mark.parametrize(
    ("text", "method", "url", "body"),
    [
        ("curl https://a.test/x", "GET", "https://a.test/x", None),
        ("curl a.test/x", "GET", "https://a.test/x", None),
        ("curl localhost:8000/x", "GET", "http://localhost:8000/x", None),
        ("curl 127.0.0.1:8000", "GET", "http://127.0.0.1:8000/", None),
        ("curl -XPOST https://a.test", "POST", "https://a.test/", None),
        ("curl -sSLkX POST https://a.test", "POST", "https://a.test/", None),
        ("curl --request=PUT https://a.test", "PUT", "https://a.test/", None),
        ("curl -X put https://a.test", "PUT", "https://a.test/", None),
        ("curl -I https://a.test", "HEAD", "https://a.test/", None),
        ("curl --head https://a.test", "HEAD", "https://a.test/", None),
        ("curl -d a=1 -d b=2 https://a.test", "POST", "https://a.test/", b"a=1&b=2"),
        ("curl -da=1 https://a.test", "POST", "https://a.test/", b"a=1"),
        ("curl --data-raw @x https://a.test", "POST", "https://a.test/", b"@x"),
        ("curl --data-binary $'a\\nb' https://a.test", "POST", "https://a.test/", b"a\nb"),
        ("curl --json '{\"a\":1}' https://a.test", "POST", "https://a.test/", b'{"a":1}'),
        ("curl --json '{' --json '}' https://a.test", "POST", "https://a.test/", b"{}"),
        ("curl -G -d a=1 --data-urlencode 'q=a b&c' https://a.test", "GET", "https://a.test/?a=1&q=a%20b%26c", None),
        ("curl -G -d a=1 'https://a.test/?z=0#top'", "GET", "https://a.test/?z=0&a=1", None),
        ("curl --data-urlencode 'a b' https://a.test", "POST", "https://a.test/", b"a%20b"),
        ("curl --url https://a.test/u", "GET", "https://a.test/u", None),
        ("curl 'https://a.test/a b?q=ü'", "GET", "https://a.test/a%20b?q=%C3%BC", None),
        ("curl 'https://A.Test:443/P'", "GET", "https://a.test/P", None),
        ("curl 'https://a.test/x?f[a]=1'", "GET", "https://a.test/x?f[a]=1", None),
        ("curl https://a.test | jq .", "GET", "https://a.test/", None),
        ("curl https://a.test > out.txt", "GET", "https://a.test/", None),
        ("curl https://a.test ; rm -rf x", "GET", "https://a.test/", None),
        ("curl https://a.test && echo", "GET", "https://a.test/", None),
        ("curl https://a.test\ncurl https://b.test", "GET", "https://a.test/", None),
        ("curl https://a.test # note", "GET", "https://a.test/", None),
        ("$ curl https://a.test", "GET", "https://a.test/", None),
        ("$ curl https://a.test \\\n> -d x=1", "POST", "https://a.test/", b"x=1"),
        ("PS C:\\Users\\me> curl https://a.test", "GET", "https://a.test/", None),
        ("C:\\Users\\me>curl.exe https://a.test", "GET", "https://a.test/", None),
        ("```bash\ncurl https://a.test\n```", "GET", "https://a.test/", None),
        ("\ufeffcurl\u00a0https://a.test\u00a0-d\u00a0x=1", "POST", "https://a.test/", b"x=1"),
        ("curl \u2018https://a.test\u2019 -d \u201cx=1\u201d", "POST", "https://a.test/", b"x=1"),
        ("curl 'https://a.test' -d '\u201cx\u201d'", "POST", "https://a.test/", "\u201cx\u201d".encode()),
        ("/usr/bin/curl https://a.test", "GET", "https://a.test/", None),
        ("curl 'https://a.test' \\\r\n  -d 'x=1'", "POST", "https://a.test/", b"x=1"),
        ('curl "https://a.test" -d "a\\"b\\$c\\\\d"', "POST", "https://a.test/", b'a"b$c\\d'),
        ('curl "https://a.test/?p=%^PATH%" ^\n -d "a=""b"""', "POST", "https://a.test/?p=%%5EPATH%", b'a="b"'),
        ('curl ^"https://a.test/?p=^%^PATH^%^" ^\n -d ^"x^"', "POST", "https://a.test/?p=%PATH%", b"x"),
    ],
)
def test_requests(text: str, method: str, url: str, body: bytes | None) -> None:
    call = one(text).call
    assert (call.method, call.url, call.body) == (method, url, body)


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (r"\n\r\t\\\'", "\n\r\t\\'"),
        (r"\u0021", "!"),
        (r"\ud83d\ude00", "\ud83d\ude00"),
        (r"\xc3\xa9", "é"),
        (r"\xe9", "é"),
        (r"\xe9\xe8", "éè"),
        (r"\U0001F600", "😀"),
        (r"\101", "A"),
        (r"\q", r"\q"),
    ],
)
def test_ansi_c(inside: str, expected: str) -> None:
    assert ansi_c(inside) == expected


def test_surrogate_halves_are_joined() -> None:
    assert one("curl https://a.test -d $'\\ud83d\\ude00'").call.body == "😀".encode()
    assert one("curl https://a.test -d $'\\ud83d!'").call.body == "\ufffd!".encode()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("curl https://a.test/`id`", "would-run"),
        ("curl https://a.test/$(id)", "would-run"),
        ('curl "https://a.test/$(id)"', "would-run"),
        ("curl -d @secret.txt https://a.test", "file-value"),
        ("curl --data-binary @x https://a.test", "file-value"),
        ("curl --json @x https://a.test", "file-value"),
        ("curl --data-urlencode a@x https://a.test", "file-value"),
        ("curl -H @x https://a.test", "file-value"),
        ("curl -b jar.txt https://a.test", "file-value"),
        ("curl -F f=@x https://a.test", "file-value"),
        ("curl -F 'f=<x' https://a.test", "file-value"),
        ("curl -K c https://a.test", "refused-option"),
        ("curl -sKc https://a.test", "refused-option"),
        ("curl -T f https://a.test", "refused-option"),
        ("curl --cert c https://a.test", "refused-option"),
        ("curl -E c https://a.test", "refused-option"),
        ("curl --resolve a:1:2 https://a.test", "refused-option"),
        ("curl --connect-to a:1:b:2 https://a.test", "refused-option"),
        ("curl -x http://p https://a.test", "refused-option"),
        ("curl --proxy=http://p https://a.test", "refused-option"),
        ("curl https://a.test https://b.test", "several-urls"),
        ("curl", "no-url"),
        ("curl -d", "no-value"),
        ("curl 'https://a.test", "open-quote"),
        ('curl ^"https://a.test', "open-quote"),
        ("curl $'https://a.test\\'", "open-quote"),
        ("curl file:///etc/passwd", "bad-url"),
        ("curl https://", "bad-url"),
        ("curl 'https://a b.test/'", "bad-url"),
        ("wget https://a.test", "no-curl"),
        ("https://a.test", "no-curl"),
        ("", "no-curl"),
        ('Invoke-WebRequest -UseBasicParsing -Uri "https://a.test"', "powershell"),
        ("$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession", "powershell"),
        ('fetch("https://a.test", {"method": "GET"});', "fetch"),
        ("await fetch('https://a.test')", "fetch"),
        ("curl " + "x" * 1_000_001, "too-big"),
        ("curl -X 'GE T' https://a.test", "bad-method"),
    ],
)
def test_refusals_say_what_to_do(text: str, key: str) -> None:
    with pytest.raises(Trouble) as caught:
        one(text)
    assert caught.value.key == f"intake.{key}"
    assert "{" not in say(caught.value.key, **caught.value.slots)


def test_credentials_are_taken_apart() -> None:
    token = "eyJ" + "hbGciOiJIUzI1NiJ9." + "eyJzdWIiOiJ1XzEifQ" + ".c2ln"
    found = one(
        f"curl {URL} -H 'Authorization: Bearer {token}' -H 'apikey: anon' -H 'X-Api-Key: k' -H 'X-CSRF-Token: c' -H 'x-odd: {token}' "
        "-b 'session=abc; uid=u_1001' -H 'x-user-id: u_1001' -H 'content-type: application/json' -H 'If-None-Match: \"e\"' "
        "-H 'User-Agent: Firefox' -H 'Sec-Fetch-Mode: cors' -H 'Accept-Encoding: br' -H 'Host: other' -H 'Content-Length: 3'"
    )
    assert {name: value.reveal() for name, value in found.credentials.items()} == {
        "Authorization": f"Bearer {token}",
        "apikey": "anon",
        "X-Api-Key": "k",
        "X-CSRF-Token": "c",
        "x-odd": token,
        "Cookie": "session=abc; uid=u_1001",
    }
    assert found.call.headers == (
        ("Cookie", "uid=u_1001"),
        ("x-user-id", "u_1001"),
        ("content-type", "application/json"),
    )
    assert token not in repr(found.call)
    assert "abc" not in repr(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("curl -u ada:pw https://a.test", "Basic YWRhOnB3"),
        ("curl https://ada:pw@a.test", "Basic YWRhOnB3"),
        ("curl --oauth2-bearer tok https://a.test", "Bearer tok"),
    ],
)
def test_sign_in_options(text: str, expected: str) -> None:
    found = one(text)
    assert found.credentials["Authorization"].reveal() == expected
    assert "@" not in found.call.url


def test_header_forms() -> None:
    found = one(
        "curl https://a.test -H 'X-Empty;' -H 'Accept: a' -H 'X-Gone: 1' -H 'X-Gone:' -H ':authority: a.test' -e https://r.test"
    )
    assert found.call.headers == (("X-Empty", ""), ("Accept", "a"), ("Referer", "https://r.test"))


def test_content_type_can_be_removed() -> None:
    assert one("curl https://a.test -d x -H 'Content-Type:'").call.headers == ()


def test_notes_and_secrets_in_the_address() -> None:
    found = one("curl -k --frobnicate 'https://a.test/?access_token=abcdefghijkl&key=name' --max-time 3")
    assert found.notes == (
        ("insecure", "--insecure"),
        ("ignored-option", "--frobnicate"),
        ("ignored-option", "--max-time"),
        ("credential-in-address", "access_token"),
    )
    assert [secret.reveal() for secret in found.also] == ["abcdefghijkl"]
    for key, detail in found.notes:
        assert "{" not in say(f"intake.notes.{key}", detail=detail)


def test_password_in_a_form_is_masked_later() -> None:
    found = one("curl https://a.test/login -d 'email=a@b.test' -d password=hunter22")
    assert [secret.reveal() for secret in found.also] == ["hunter22"]


def test_forms_become_multipart() -> None:
    found = one("curl https://a.test -F 'a=1;type=text/plain' --form-string 'b=@x'")
    media = dict(found.call.headers)["Content-Type"]
    assert media.startswith("multipart/form-data; boundary=")
    assert found.call.body is not None
    assert found.call.body.count(media.partition("boundary=")[2].encode()) == 3
    assert b'name="a"\r\n\r\n1\r\n' in found.call.body
    assert b'name="b"\r\n\r\n@x\r\n' in found.call.body


def test_a_whole_browser_copy() -> None:
    body = {"conversation_id": "c_1001", "message": 'It\'s "fine"!\n'}
    text = (
        f"curl '{URL}' \\\n  -H 'accept: */*' \\\n  -H 'authorization: Bearer tok' \\\n  -b 'sid=1; _ga=2' \\\n"
        f"  --data-raw {chrome_bash(json.dumps(body))} \\\n  --compressed"
    )
    found = one(text)
    assert json.loads(found.call.body or b"") == body
    assert found.call.method == "POST"
    assert found.notes == ()
