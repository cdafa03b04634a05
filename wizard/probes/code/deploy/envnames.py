"""The settings that the code reads against those that are written down. Names only; Python is parsed, nothing is imported."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from wizard.probes.code.deploy.folder import PARTS, Folder

_PLATFORM = re.compile(
    r"^(?:NODE_ENV|PORT|HOST|CI|HOME|PATH|HOSTNAME|TZ|DEBUG|PWD|USER|LANG|TERM|MODE|DEV|PROD|SSR|BASE_URL"
    r"|(?:VERCEL|RAILWAY|RENDER|FLY|GITHUB|NETLIFY|CF_PAGES|HEROKU|npm)_.*)$"
)
_NAME = r"([A-Z][A-Z0-9_]{2,60})"
_SCRIPT = (
    re.compile(rf"process\.env(?:\.|\[['\"`]){_NAME}\b(?P<default>['\"`]?\]?\s*(?:\|\||\?\?))?"),
    re.compile(rf"import\.meta\.env(?:\.|\[['\"`]){_NAME}\b(?P<default>['\"`]?\]?\s*(?:\|\||\?\?))?"),
    re.compile(rf"(?:Deno\.env\.get|Bun\.env\.get)\(\s*['\"`]{_NAME}['\"`]\s*\)(?P<default>\s*(?:\|\||\?\?))?"),
    re.compile(rf"Bun\.env\.{_NAME}\b(?P<default>\s*(?:\|\||\?\?))?"),
)
_UNPACKED = re.compile(r"\{([^{}]{1,400})\}\s*=\s*process\.env\b")
_COMPUTED = re.compile(r"process\.env\[(?!['\"`])|os\.environ\[(?!['\"])")
_OTHERS = (
    re.compile(rf"os\.(?:Getenv|LookupEnv)\(\s*\"{_NAME}\"(?P<default>)"),
    re.compile(rf"ENV(?:\.fetch\(|\[)['\"]{_NAME}['\"](?P<default>\s*,)?"),
    re.compile(rf"(?:getenv|env)\(\s*['\"]{_NAME}['\"](?P<default>\s*,)?"),
    re.compile(rf"\$\{{{_NAME}(?P<default>:?[-+?])?"),
)
_COMMENTS = re.compile(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", re.S)
_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=", re.M)
_SAMPLES = (".env.example", ".env.sample", ".env.template", ".env.dist", "env.example", ".dev.vars.example")
_CODE = (".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".vue", ".svelte", ".astro")
_TESTING = re.compile(
    r"\.(?:test|spec|d)\.[a-z]+$|(?:^|/)(?:playwright|vitest|jest|cypress|wdio)\.config\.|(?:^|/)(?:conftest|test_\w+)\.py$"
)
_MOST_FILES = 4_000


@dataclass(frozen=True, slots=True)
class Names:
    """`read`: required names that the code reads; `optional` ones have a default; `documented`: names in the samples; `computed`: reads that could not be followed."""

    read: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    documented: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    computed: int = 0
    code: int = 0

    @property
    def missing(self) -> tuple[str, ...]:
        """Required names that no sample has."""
        return tuple(name for name in self.read if name not in self.documented)


def names(folder: Folder) -> Names:
    """Read all code once. Blocking."""
    needed: dict[str, bool] = {}
    computed = code = 0
    for name in [n for n in folder.names if _counts(n)][:_MOST_FILES]:
        text = folder.text(name)
        if not text:
            continue
        code += 1
        found, open_ = _of_file(name, text)
        computed += open_
        for key, optional in found:
            if not _PLATFORM.match(key):
                needed[key] = needed.get(key, True) and optional
    samples = folder.named(*_SAMPLES) or [n for n in folder.named(".env") if folder.sorts.tracked and folder.tracked(n)]
    documented = dict.fromkeys(key for sample in samples for key in _LINE.findall(folder.text(sample)))
    return Names(
        read=tuple(sorted(k for k, optional in needed.items() if not optional)),
        optional=tuple(sorted(k for k, optional in needed.items() if optional)),
        documented=tuple(documented),
        samples=tuple(samples),
        computed=computed,
        code=code,
    )


def _counts(name: str) -> bool:
    parts = name.split("/")
    if set(parts[:-1]) & PARTS or _TESTING.search(name) or name.endswith((".min.js", ".map")):
        return False
    return name.endswith((*_CODE, ".py", ".go", ".rb", ".php")) or _is_compose(name)


def _is_compose(name: str) -> bool:
    return bool(re.search(r"(?:^|/)(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml$", name))


def _of_file(name: str, text: str) -> tuple[list[tuple[str, bool]], int]:
    """(name, has a default) of one file, and how many reads could not be followed."""
    if name.endswith(".py"):
        return _python(text)
    if name.endswith(_CODE):
        text = _COMMENTS.sub("", text)
        found = [(m[1], bool(m["default"])) for pattern in _SCRIPT for m in pattern.finditer(text)]
        for block in _UNPACKED.findall(text):
            found += [(m[1], bool(m[2])) for m in re.finditer(rf"{_NAME}(?:\s*:\s*\w+)?(\s*=)?", block)]
        return found, len(_COMPUTED.findall(text))
    patterns = _OTHERS[3:] if _is_compose(name) else _OTHERS[:3]
    return [(m[1], bool(m["default"])) for pattern in patterns for m in pattern.finditer(text)], 0


def _python(text: str) -> tuple[list[tuple[str, bool]], int]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [], 0
    found: list[tuple[str, bool]] = []
    computed = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and _is_environ(node.value):
            key = _literal(node.slice)
            found += [(key, False)] if key else []
            computed += not key
        elif isinstance(node, ast.Call) and _reads(node):
            key = _literal(node.args[0]) if node.args else ""
            found += [(key, len(node.args) > 1 or bool(node.keywords))] if key else []
            computed += not key
        elif isinstance(node, ast.ClassDef) and any(_last(b) == "BaseSettings" for b in node.bases):
            found += _settings(node)
    return [(key, optional) for key, optional in found if re.fullmatch(_NAME, key)], computed


def _is_environ(node: ast.expr) -> bool:
    return _last(node) == "environ"


def _reads(node: ast.Call) -> bool:
    if _last(node.func) == "getenv":
        return True
    return isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop") and _is_environ(node.func.value)


def _settings(node: ast.ClassDef) -> list[tuple[str, bool]]:
    """The fields of a pydantic settings class, upper case, with its prefix."""
    prefix = next(
        (
            str(keyword.value.value)
            for sub in ast.walk(node)
            if isinstance(sub, ast.Call)
            for keyword in sub.keywords
            if keyword.arg == "env_prefix" and isinstance(keyword.value, ast.Constant)
        ),
        "",
    )
    fields = [n for n in node.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)]
    return [((prefix + n.target.id).upper(), n.value is not None) for n in fields if isinstance(n.target, ast.Name)]


def _literal(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _last(node: ast.expr) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))
