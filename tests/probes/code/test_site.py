"""What a browser gets, from a real server on loopback: pages, lazy chunks, maps, workers, exposed files, walls and bombs."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import pytest

from tests.probes.code.samples import URL64, Make
from wizard.checklist import load
from wizard.demo.parts.http import Request, Response, page, serve
from wizard.model import Finding, Outcome, Tag, Unobserved
from wizard.net import Access, open_net
from wizard.probe import Target
from wizard.probes.code import served
from wizard.probes.code.served_findings import Seen, read

M = Make(21)
FILLER = ";".join(f"function f{n}(a){{return a+{n}}}" for n in range(50))
HOME = '<!doctype html><html><head><script type="module" src="/assets/app.js"></script></head><body><div id=root></div></body></html>'
Files = dict[str, bytes | str | Response]


def js(text: str, **headers: str) -> Response:
    named = tuple((k.replace("_", "-"), v) for k, v in headers.items())
    return Response(200, (("content-type", "text/javascript"), *named), f"{FILLER};{text}".encode())


def handler(files: Files, fallback: Response | None = None) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        found = files.get(request.path)
        if found is None:
            return fallback or Response(404, (("content-type", "text/plain"),), b"not found")
        if isinstance(found, Response):
            return found
        data = found.encode() if isinstance(found, str) else found
        media = "text/html" if request.path.endswith("/") or request.path.endswith(".html") else "text/plain"
        media = (
            "text/javascript"
            if request.path.endswith(".js")
            else "application/json"
            if request.path.endswith(("json", ".map"))
            else media
        )
        return Response(200, (("content-type", media),), data)

    return answer


async def look(files: Files, fallback: Response | None = None) -> Seen | Unobserved:
    async with (
        serve(handler(files, fallback)) as web,
        open_net(Access(run_id="t1", hosts=frozenset({f"127.0.0.1:{web.port}"}))) as net,
    ):
        return await served.observe(Target(run_id="t1", site=web.url), net)


async def findings(files: Files, fallback: Response | None = None) -> dict[str, list[Finding]]:
    seen = await look(files, fallback)
    assert isinstance(seen, Seen)
    made: dict[str, list[Finding]] = {}
    for finding in read(seen):
        words = load().words(finding)
        assert "{" not in words.text + words.next, words
        assert finding.outcome is not Outcome.FAIL or (words.fix and "{" not in words.fix)
        made.setdefault(finding.check, []).append(finding)
    return made


def outcome(made: dict[str, list[Finding]], check: str) -> set[str]:
    return {f.outcome.value for f in made.get(check, [])}


async def test_a_clean_site_passes() -> None:
    made = await findings({"/": HOME, "/assets/app.js": js(f'const key="{M.anon()}"')})
    for check in ("bundle", "browser-calls", "source-maps", "exposed-files"):
        assert outcome(made, check) == {"pass"}, (check, made[check])
    assert outcome(made, "public-keys") == {"pass"}


PLACES: dict[str, Files] = {
    "inline": {"/": HOME.replace("<body>", "<body><script>const a='KEY'</script>"), "/assets/app.js": js("")},
    "next data": {
        "/": HOME + '<script id="__NEXT_DATA__" type="application/json">{"k":"KEY"}</script>',
        "/assets/app.js": js(""),
    },
    "script": {"/": HOME, "/assets/app.js": js("const a='KEY'")},
    "imported chunk": {"/": HOME, "/assets/app.js": js('import("./chat-9f.js")'), "/assets/chat-9f.js": js("a='KEY'")},
    "vite list": {
        "/": HOME,
        "/assets/app.js": js(
            'const __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=["assets/lazy-1a.js","assets/x.css"])))=>i'
        ),
        "/assets/lazy-1a.js": js("a='KEY'"),
    },
    "webpack table": {
        "/": HOME.replace("/assets/app.js", "/static/js/main.js"),
        "/static/js/main.js": js(
            'r.u=e=>"static/js/"+({7:"chat"}[e]||e)+"."+{7:"abcd1234",9:"ffff0000"}[e]+".chunk.js",r.p="/"'
        ),
        "/static/js/chat.abcd1234.chunk.js": js(""),
        "/static/js/9.ffff0000.chunk.js": js("a='KEY'"),
    },
    "next manifest": {
        "/": HOME.replace("/assets/app.js", "/_next/static/chunks/main.js")
        + '<script id=d>{"buildId":"bUiLd12345"}</script>',
        "/_next/static/chunks/main.js": js(""),
        "/_next/static/bUiLd12345/_buildManifest.js": js(
            'self.__BUILD_MANIFEST={"/chat":["static/chunks/pages/chat-77.js"]}'
        ),
        "/_next/static/chunks/pages/chat-77.js": js("a='KEY'"),
    },
    "service worker": {
        "/": HOME,
        "/assets/app.js": js('navigator.serviceWorker.register("/worker-v1.js")'),
        "/worker-v1.js": js("a='KEY'"),
    },
    "manifest of create-react-app": {
        "/": HOME,
        "/assets/app.js": js(""),
        "/asset-manifest.json": json.dumps({"files": {"x.js": "/static/js/x.11.js"}}),
        "/static/js/x.11.js": js("a='KEY'"),
    },
    "linked page": {
        "/": HOME.replace("<div", '<a href="/pricing">p</a><div'),
        "/assets/app.js": js(""),
        "/pricing": page("<script>k='KEY'</script>"),
    },
}


@pytest.mark.parametrize("case", PLACES)
async def test_a_key_is_found_wherever_it_stands(case: str) -> None:
    key = M.supabase()

    def planted(body: bytes | str | Response) -> bytes | str | Response:
        if isinstance(body, Response) and isinstance(body.body, bytes):
            return Response(body.status, body.headers, body.body.replace(b"KEY", key.encode()))
        return body.replace("KEY", key) if isinstance(body, str) else body

    made = await findings({path: planted(body) for path, body in PLACES[case].items()})
    fails = [f for f in made["bundle"] if f.outcome is Outcome.FAIL]
    assert len(fails) == 1 and fails[0].severity == "critical" and fails[0].tags == (Tag.KEY_SERVED,)
    assert key not in repr(made)


async def test_a_key_only_in_a_source_map() -> None:
    key = M.supabase()
    source = json.dumps(
        {"version": 3, "sources": ["src/pay.ts"], "sourcesContent": [f'const k = "{key}"\n'], "mappings": "AAAA"}
    )
    made = await findings(
        {"/": HOME, "/assets/app.js": js("\n//# sourceMappingURL=app.js.map"), "/assets/app.js.map": source}
    )
    assert outcome(made, "bundle") == {"pass"} and outcome(made, "source-maps") == {"fail"}
    (fail,) = made["source-maps"]
    assert fail.where.endswith("/assets/app.js.map!src/pay.ts:1") and Tag.KEY_SERVED in fail.tags


async def test_a_map_that_is_only_guessed_and_clean_is_a_note() -> None:
    source = json.dumps({"version": 3, "sources": ["a"], "sourcesContent": ["const a = 1"], "mappings": ""})
    made = await findings({"/": HOME, "/assets/app.js": js(""), "/assets/app.js.map": source})
    assert outcome(made, "source-maps") == {"pass"} and made["source-maps"][0].severity == "note"


async def test_missing_scripts_lower_the_coverage() -> None:
    imports = "".join(f'import("./c{n}.js");' for n in range(5))
    made = await findings({"/": HOME, "/assets/app.js": js(imports), "/assets/c0.js": js("")})
    assert outcome(made, "bundle") == {"unknown"} and made["bundle"][0].say == "partly"


async def test_a_script_that_is_the_apps_own_page_is_not_one() -> None:
    made = await findings({"/": HOME}, fallback=page(HOME))
    assert outcome(made, "bundle") == {"unknown"} and made["bundle"][0].say == "no-script"


async def test_a_table_that_cannot_be_read_counts_as_unread() -> None:
    made = await findings({"/": HOME, "/assets/app.js": js("r.u=e=>names(e)+suffix")})
    assert outcome(made, "bundle") == {"unknown"}


async def test_test_keys_are_medium() -> None:
    made = await findings({"/": HOME, "/assets/app.js": js(f"const s='{M.stripe('test')}'")})
    (fail,) = made["bundle"]
    assert (fail.outcome, fail.severity, fail.tags) == (Outcome.FAIL, "medium", ())


async def test_meter_keys_are_asked_about() -> None:
    made = await findings({"/": HOME, "/assets/app.js": js(f"maps.googleapis.com?key=AIza{M.text(URL64, 35)}")})
    assert outcome(made, "bundle") == {"pass"} and outcome(made, "meter-keys") == {"unknown"}


async def test_gemini_fails() -> None:
    made = await findings(
        {"/": HOME, "/assets/app.js": js(f'"https://generativelanguage.googleapis.com/v1?key=AIza{M.text(URL64, 35)}"')}
    )
    assert (
        outcome(made, "bundle") == {"fail"}
        and outcome(made, "meter-keys") == {"fail"}
        and outcome(made, "browser-calls") == {"fail"}
    )


CALLS = {
    "key beside it": ('fetch("https://api.openai.com/v1/chat",{{headers:{{Authorization:"Bearer {key}"}}}})', "fail"),
    "build-time name": (
        'fetch("https://api.anthropic.com/v1",{{headers:{{"x-api-key":import.meta.env.VITE_AI_KEY}}}})',
        "fail",
    ),
    "allowed": ("new OpenAI({{apiKey:t,dangerouslyAllowBrowser:!0}})", "unknown"),
    "allowed with a key": ('new OpenAI({{apiKey:"{key}",dangerouslyAllowBrowser:!0}})', "fail"),
    "called": ('fetch("https://api.groq.com/openai/v1",{{headers:h}})', "unknown"),
    "named": ('const docs={{see:["https://api.openai.com/docs"]}}', "unknown"),
    "library default": ("this.dangerouslyAllowBrowser=!1", "pass"),
}


@pytest.mark.parametrize("case", CALLS)
async def test_browser_calls(case: str) -> None:
    text, wanted = CALLS[case]
    key = "sk-" + "proj-" + M.text(URL64, 80)
    made = await findings({"/": HOME, "/assets/app.js": js(text.format(key=key))})
    assert outcome(made, "browser-calls") == {wanted}
    roots = {root for f in made["browser-calls"] for root in f.roots}
    told_elsewhere = {"frontend-secrets.bundle"} if "{key}" in text else set()
    assert roots == told_elsewhere and (not roots or outcome(made, "bundle") == {"fail"})


async def test_a_policy_calls_nobody() -> None:
    policy = '<meta http-equiv="Content-Security-Policy" content="connect-src https://api.openai.com">'
    made = await findings({"/": HOME.replace("<head>", "<head>" + policy), "/assets/app.js": js("")})
    assert outcome(made, "browser-calls") == {"pass"}


EXPOSED: dict[str, tuple[bytes, str]] = {
    "/.env": (f"A=1\nSTRIPE_SECRET_KEY={M.stripe()}\n".encode(), "fail"),
    "/.env.local": (b"COLOUR=blue\n", "unknown"),
    "/.git/config": (b'[core]\n\tbare = false\n[remote "origin"]\n', "fail"),
    "/.git/HEAD": (b"ref: refs/heads/main\n", "fail"),
    "/backup.zip": (b"PK\x03\x04" + bytes(200), "fail"),
    "/db.sql": (b"-- PostgreSQL database dump\nCREATE TABLE clients", "fail"),
    "/config.json": (b'{"apiUrl": "https://api.example.com"}', "pass"),
    "/debug": (b"ok", "unknown"),
}


@pytest.mark.parametrize("path", EXPOSED)
async def test_exposed_files(path: str) -> None:
    body, wanted = EXPOSED[path]
    made = await findings(
        {
            "/": HOME,
            "/assets/app.js": js(""),
            path: Response(200, (("content-type", "application/octet-stream"),), body),
        }
    )
    assert outcome(made, "exposed-files") == {wanted}
    if path == "/.env":
        assert made["exposed-files"][0].severity == "critical" and Tag.KEY_SERVED in made["exposed-files"][0].tags


async def test_the_apps_own_page_for_everything_is_no_exposed_file() -> None:
    made = await findings({"/": HOME, "/assets/app.js": js("")}, fallback=page(HOME))
    assert outcome(made, "exposed-files") == {"pass"}


async def test_json_for_everything_is_no_exposed_file() -> None:
    answer = Response(200, (("content-type", "application/json"),), b'{"error":"not found","hint":"see docs"}')
    made = await findings({"/": HOME, "/assets/app.js": js("")}, fallback=answer)
    assert outcome(made, "exposed-files") == {"pass"}


EMBEDDED = {
    "a script in the page": ("<script>const menu = () => 1</script>", "pass", ""),
    "a module in the page": ("<SCRIPT type='module'>import './x.js'; export const a = 1</SCRIPT>", "unknown", "partly"),
    "data for a script": ('<script type="application/json">{"a": "function () {}"}</script>', "unknown", "no-script"),
    "a template": ('<script type="text/template">const a = 1</script>', "unknown", "no-script"),
    "nothing in it": ("<script></script>", "unknown", "no-script"),
    "never closed": ("<script>const a = 1", "unknown", "no-script"),
    "many that are never closed": ("<script>const a = 1;" * 20_000, "unknown", "no-script"),
}


@pytest.mark.parametrize(("text", "wanted", "said"), EMBEDDED.values(), ids=EMBEDDED)
async def test_a_page_may_hold_its_script_itself(text: str, wanted: str, said: str) -> None:
    made = await findings({"/": f"<title>Chat</title>{text}"})
    assert outcome(made, "bundle") == {wanted}
    assert not said or made["bundle"][0].say == said


async def test_a_challenge_is_not_the_site() -> None:
    wall = Response(
        403, (("content-type", "text/html"), ("cf-mitigated", "challenge")), b"<title>Just a moment...</title>"
    )
    seen = await look({}, fallback=wall)
    assert isinstance(seen, Unobserved) and seen.say == "challenged"


async def test_no_site_and_a_dead_one() -> None:
    async with open_net(Access(run_id="t1", hosts=frozenset({"127.0.0.1:9"}))) as net:
        assert (await served.observe(Target(), net)).say == "no-site"  # type: ignore[union-attr]
        assert (await served.observe(Target(site="http://127.0.0.1:9"), net)).say == "host-down"  # type: ignore[union-attr]


async def test_a_host_without_a_page_is_not_down() -> None:
    """An API has no page to read, and yet a settings file may lie in the open there."""
    found = await findings({"/.env": f"STRIPE_SECRET_KEY={M.stripe()}\n"})
    assert [f.outcome for f in found["bundle"]] == [Outcome.UNKNOWN]
    assert found["bundle"][0].say == "no-script"
    assert [f.outcome for f in found["exposed-files"]] == [Outcome.FAIL]


async def test_a_gzip_bomb_is_bounded() -> None:
    bomb = gzip.compress(bytes(64 << 20))
    script = Response(200, (("content-type", "text/javascript"), ("content-encoding", "gzip")), bomb)
    seen = await look({"/": HOME, "/assets/app.js": script})
    assert isinstance(seen, Seen) and seen.read < 20 << 20 and seen.fetched < seen.known


async def test_other_peoples_scripts_are_listed_not_fetched() -> None:
    home = HOME.replace("<head>", '<head><script src="https://cdn.elsewhere.example/x.js"></script>')
    seen = await look({"/": home, "/assets/app.js": js("")})
    assert isinstance(seen, Seen) and seen.foreign == ("cdn.elsewhere.example",) and seen.known == seen.fetched == 2


async def test_redirect_loops_end() -> None:
    loop = Response(302, (("location", "/assets/app.js"),))
    seen = await look({"/": HOME, "/assets/app.js": loop})
    assert isinstance(seen, Seen) and seen.fetched == 1
