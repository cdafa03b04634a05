"""The sample product's web app as a bundler leaves it: one page, hashed scripts, a lazy chunk. Also the status page."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from wizard.demo.parts.http import Request, Response, page, reply

_DATA = Path(__file__).parent / "data" / "site"
_PAGES = frozenset({"/", "/login", "/chat"})
_SUN = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="3" fill="#f2a93b"/></svg>'
_MEDIA = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "map": "application/json",
    "svg": "image/svg+xml",
}
_POLICY = (
    "default-src 'self'; connect-src https://api.brightside.example https://*.ingest.sentry.io; frame-ancestors 'none'"
)


@dataclass(slots=True)
class Site:
    """The built app. `files` maps a path below the root to its bytes; `key` is what a careless build lets out."""

    flaws: frozenset[str]
    commit: str
    key: str
    files: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Build: every name carries a hash of what it holds."""
        names: dict[str, str] = {}
        dsn = f"https://{secrets.token_hex(16)}@o{secrets.randbelow(900000) + 100000}.ingest.sentry.io/{secrets.randbelow(9000) + 1000}"
        fill = {"dsn": dsn, "commit": self.commit, "extra": self._extra(), "form": self._form()}
        names |= {name: _hashed(name, fill) for name in ("vendor.js", "style.css", "index.js", "chat.js")}
        fill |= {name.partition(".")[0]: hashed for name, hashed in names.items()}
        for name, hashed in names.items():
            self.files[f"assets/{hashed}"] = _filled(name, fill).encode()
        self.files["assets/sun.svg"] = _SUN
        self.files["index.html"] = _filled("index.html", fill).encode()
        self._let_out(names["index.js"])

    def _extra(self) -> str:
        if "secret-in-bundle" not in self.flaws:
            return ""
        return (
            f'const model={{apiKey:"{self.key}",dangerouslyAllowBrowser:!0}};export async function draft(text){{'
            'return fetch("https://api.anthropic.com/v1/messages",{method:"POST",headers:{"x-api-key":model.apiKey},'
            'body:JSON.stringify({messages:[{role:"user",content:text}]})})}'
        )

    def _form(self) -> str:
        if "plain-form" not in self.flaws:
            return ""
        return '<form action="http://app.brightside.example/newsletter" method="post"><input name="email"><button>Join</button></form>\n'

    def _let_out(self, index: str) -> None:
        if "source-map" in self.flaws:
            source = f'const client = new Anthropic({{ apiKey: "{self.key}" }});\n'
            holds = {
                "version": 3,
                "sources": ["../src/model.ts"],
                "sourcesContent": [source],
                "names": [],
                "mappings": "AAAA",
            }
            self.files[f"assets/{index}.map"] = json.dumps(holds).encode()
            self.files[f"assets/{index}"] += f"//# sourceMappingURL={index}.map\n".encode()
        if "env-served" in self.flaws:
            self.files[".env"] = f"NODE_ENV=production\nANTHROPIC_API_KEY={self.key}\n".encode()

    def write(self, folder: Path) -> None:
        """Leave the build in `folder`, as ``vite build`` does."""
        for name, data in self.files.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)

    def __call__(self, request: Request) -> Response:
        """Serve the app: its pages, its assets, and nothing else."""
        if request.method not in {"GET", "HEAD"}:
            return page("<h1>Not allowed</h1>", 405, (("allow", "GET, HEAD"),))
        path = request.target.partition("?")[0]
        if path in _PAGES:
            return self._page("index.html", 200)
        name = path.lstrip("/")
        if path == f"/{name}" and name in self.files and name != "index.html":
            caching = "public, max-age=31536000, immutable" if name.startswith("assets/") else "no-store"
            media = _MEDIA.get(name.rpartition(".")[2], "text/plain")
            headers = (("content-type", media), ("cache-control", caching), ("x-content-type-options", "nosniff"))
            return Response(200, headers, self.files[name])
        if path == "/.well-known/security.txt":
            return Response(200, (("content-type", "text/plain; charset=utf-8"),), _contact())
        return page((_DATA / "missing.html").read_text(encoding="utf-8"), 404, (("cache-control", "no-store"),))

    def _page(self, name: str, status: int) -> Response:
        headers = (
            ("cache-control", "no-cache"),
            ("content-security-policy", _POLICY),
            ("x-content-type-options", "nosniff"),
        )
        return page(self.files[name].decode(), status, headers)


def status_page(flaws: frozenset[str]) -> Response:
    """The public status page, as new as the request; careless, with an incident that nobody closed."""
    now = datetime.now(UTC).replace(microsecond=0)
    since = (now - timedelta(days=20)).date().isoformat()
    headline = (
        f"Ongoing incident since {since}: messages fail to send"
        if "old-incident" in flaws
        else "All systems operational"
    )
    html = (_DATA / "status.html").read_text(encoding="utf-8")
    stamp = now.isoformat().replace("+00:00", "Z")
    return page(
        html.replace("@@headline@@", headline).replace("@@now@@", stamp), headers=(("cache-control", "no-store"),)
    )


def status_summary(flaws: frozenset[str]) -> Response:
    """The same for programs, in the form that hosted status pages use (``/api/v2/summary.json``)."""
    now = datetime.now(UTC).replace(microsecond=0)
    since = (now - timedelta(days=20)).isoformat().replace("+00:00", "Z")
    stamp = now.isoformat().replace("+00:00", "Z")
    incident = {"id": "i1", "name": "Messages fail to send", "status": "investigating", "impact": "major"}
    open_ones = (
        [incident | {"created_at": since, "updated_at": since, "shortlink": ""}] if "old-incident" in flaws else []
    )
    parts = [{"id": name, "name": name, "status": "operational", "updated_at": stamp} for name in ("Website", "API")]
    about = {
        "id": "brightside",
        "name": "Ask Bright - Brightside Coaching",
        "url": "https://status.brightside.example",
        "updated_at": stamp,
    }
    state = {
        "indicator": "major" if open_ones else "none",
        "description": "Incident" if open_ones else "All Systems Operational",
    }
    return reply(
        {"page": about, "status": state, "components": parts, "incidents": open_ones, "scheduled_maintenances": []}
    )


def model_key() -> str:
    """A key in the shape of a model provider's, made up for one run: it opens nothing."""
    return "sk-" + "ant-" + "api03-" + secrets.token_urlsafe(90)[:93].replace("_", "w") + "AA"


def _contact() -> bytes:
    expires = (datetime.now(UTC) + timedelta(days=200)).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    return f"Contact: mailto:security@brightside.example\nExpires: {expires}\nPreferred-Languages: en\n".encode()


def _hashed(name: str, fill: dict[str, str]) -> str:
    stem, _, ending = name.rpartition(".")
    seed = (_DATA / name).read_bytes() + fill["commit"].encode()
    digest = base64.urlsafe_b64encode(hashlib.sha256(seed).digest()).decode()[:8].replace("-", "x").replace("_", "y")
    return f"{stem}-{digest}.{ending}"


def _filled(name: str, fill: dict[str, str]) -> str:
    text = (_DATA / name).read_text(encoding="utf-8")
    for key, value in fill.items():
        text = text.replace(f"@@{key}@@", value)
    return text
