"""Reads a pasted cURL command: the request it would send, with the credentials apart. Nothing is run, no file is opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from wizard.intake.dialect import after_name, dialect, undress
from wizard.intake.pasted import Pasted
from wizard.intake.request import Headers, basic, pasted
from wizard.intake.shell import words
from wizard.model import Trouble

_SHORT = {
    "X": "request", "H": "header", "d": "data", "b": "cookie", "u": "user", "A": "user-agent", "e": "referer", "F": "form",
    "I": "head", "G": "get", "k": "insecure", "K": "config", "T": "upload-file", "E": "cert", "x": "proxy", "U": "proxy-user",
    "o": "output", "m": "max-time", "w": "write-out", "c": "cookie-jar", "r": "range", "C": "continue-at", "D": "dump-header",
    "y": "speed-time", "Y": "speed-limit", "z": "time-cond", "t": "telnet-option", "Q": "quote", "P": "ftp-port",
    "s": "silent", "S": "show-error", "L": "location", "i": "include", "v": "verbose", "g": "globoff", "f": "fail",
    "N": "no-buffer", "j": "junk-session-cookies", "J": "remote-header-name", "O": "remote-name", "R": "remote-time", "q": "disable",
    "#": "progress-bar", "4": "ipv4", "6": "ipv6", "0": "http1.0", "1": "tlsv1", "2": "sslv2", "3": "sslv3", "a": "append",
    "B": "use-ascii", "l": "list-only", "M": "manual", "n": "netrc", "p": "proxytunnel", "Z": "parallel", "V": "version",
}  # fmt: skip
_DATA = frozenset({"data", "data-raw", "data-binary", "data-ascii", "data-urlencode", "json"})
_TAKEN = frozenset(
    {"request", "header", "cookie", "user", "user-agent", "referer", "url", "oauth2-bearer", "form", "form-string"}
)
_REFUSED = frozenset({
    "config", "upload-file", "cert", "key", "resolve", "connect-to", "proxy", "proxy-user", "preproxy", "socks4", "socks4a", "socks5",
    "socks5-hostname", "unix-socket", "abstract-unix-socket", "next", "aws-sigv4", "netrc", "netrc-file", "variable", "expand-data",
    "expand-url", "expand-header", "url-query", "proto-redir", "interface", "haproxy-clientip",
})  # fmt: skip
_SKIPPED = frozenset({
    "output", "max-time", "write-out", "cookie-jar", "range", "continue-at", "dump-header", "speed-time", "speed-limit", "time-cond",
    "telnet-option", "quote", "ftp-port", "connect-timeout", "retry", "retry-delay", "retry-max-time", "max-redirs", "limit-rate",
    "cacert", "capath", "ciphers", "tls-max", "cert-type", "key-type", "pass", "stderr", "trace", "trace-ascii", "keepalive-time",
    "dns-servers", "doh-url", "max-filesize", "noproxy", "output-dir", "rate", "proto", "proto-default", "request-target",
})  # fmt: skip
_QUIET = frozenset({
    "silent", "show-error", "location", "include", "verbose", "globoff", "fail", "no-buffer", "compressed", "http1.1", "http2", "http3",
    "ipv4", "ipv6", "output", "remote-name", "progress-bar", "tlsv1.2", "tlsv1.3", "path-as-is", "http2-prior-knowledge", "tlsv1",
    "no-progress-meter", "fail-with-body", "disable",
})  # fmt: skip
_BOUNDARY = "----launch-ready-form"
_Words = Iterator[str]


@dataclass(slots=True)
class _Command:
    method: str = ""
    urls: list[str] = field(default_factory=list)
    headers: Headers = field(default_factory=list)
    removed: set[str] = field(default_factory=set)
    data: list[str] = field(default_factory=list)
    form: list[tuple[str, str]] = field(default_factory=list)
    json: bool = False
    head: bool = False
    get: bool = False
    notes: list[tuple[str, str]] = field(default_factory=list)


def parse(text: str) -> Pasted:
    """The request of one ``curl`` command as copied from a browser, for bash or cmd.

    Trouble (``intake.…``) for what is no cURL command and for what would open a file, run something, or go elsewhere.
    """
    bare, prompted = undress(text)
    arguments = bare[after_name(bare) :]
    command = _Command()
    _options(command, words(arguments, dialect(bare), prompted))
    if not command.urls:
        raise Trouble("intake.no-url")
    if len(command.urls) > 1:
        raise Trouble("intake.several-urls", count=len(command.urls))
    return _request(command)


def _options(command: _Command, given: list[str]) -> None:
    rest = iter(given)
    plain = False
    for word in rest:
        if plain or not word.startswith("-") or word == "-":
            command.urls.append(word)
        elif word == "--":
            plain = True
        elif word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            _option(command, name, value if equals else None, rest)
        else:
            _cluster(command, word[1:], rest)


def _cluster(command: _Command, letters: str, rest: _Words) -> None:
    """Short options in one word: ``-sSLkX POST``, ``-XPOST``."""
    for at, letter in enumerate(letters):
        name = _SHORT.get(letter, letter)
        if name in _DATA or name in _TAKEN or name in _SKIPPED or (name in _REFUSED and name != "netrc"):
            _option(command, name, letters[at + 1 :] or None, rest)
            return
        _option(command, name, None, rest)


def _option(command: _Command, name: str, value: str | None, rest: _Words) -> None:
    if name in _REFUSED:
        raise Trouble("intake.refused-option", option=f"--{name}")
    if name in _DATA or name in _TAKEN:
        value = next(rest, None) if value is None else value
        if value is None:
            raise Trouble("intake.no-value", option=f"--{name}")
        (_add_data if name in _DATA else _take)(command, name, value)
    elif name in _SKIPPED:
        if value is None:
            next(rest, None)
        if name not in _QUIET:
            command.notes.append(("ignored-option", f"--{name}"))
    elif name in ("head", "get"):
        setattr(command, name, True)
    elif name == "insecure":
        command.notes.append(("insecure", "--insecure"))
    elif name not in _QUIET:
        command.notes.append(("ignored-option", f"--{name}" if len(name) > 1 else f"-{name}"))


def _take(command: _Command, name: str, value: str) -> None:
    if name == "request":
        command.method = value
    elif name == "url":
        command.urls.append(value)
    elif name == "header":
        _header(command, value)
    elif name == "cookie":
        if "=" not in value:
            raise Trouble("intake.file-value", option="--cookie")
        command.headers.append(("Cookie", value))
    elif name == "user":
        user, _, password = value.partition(":")
        command.headers.append(("Authorization", basic(user, password)))
    elif name == "oauth2-bearer":
        command.headers.append(("Authorization", f"Bearer {value}"))
    elif name == "referer":
        command.headers.append(("Referer", value.partition(";")[0]))
    elif name in ("form", "form-string"):
        _form(command, name, value)


def _header(command: _Command, text: str) -> None:
    if text.startswith("@"):
        raise Trouble("intake.file-value", option="--header")
    start = 1 if text.startswith(":") else 0  # a pseudo header as some browsers copy it
    at = text.find(":", start)
    if at >= 0:
        name, value = text[:at].strip(), text[at + 1 :].strip()
        if value:
            command.headers.append((name, value))
        else:
            command.removed.add(name.lower())
    elif text.rstrip().endswith(";"):
        command.headers.append((text.rstrip()[:-1].strip(), ""))


def _add_data(command: _Command, name: str, value: str) -> None:
    if name == "data-urlencode":
        key, equals, content = value.partition("=")
        if "@" in (key if equals else value):
            raise Trouble("intake.file-value", option=f"--{name}")
        encoded = quote(content if equals else value, safe="~-._")
        value = f"{key}={encoded}" if equals and key else encoded
    elif value.startswith("@") and name != "data-raw":
        raise Trouble("intake.file-value", option=f"--{name}")
    if name == "json":
        command.json = True
        if command.data:
            command.data[-1] += value
            return
    command.data.append(value)


def _form(command: _Command, name: str, value: str) -> None:
    field_name, equals, content = value.partition("=")
    if not equals:
        raise Trouble("intake.no-value", option=f"--{name}")
    if name == "form":
        if content.startswith(("@", "<")):
            raise Trouble("intake.file-value", option="--form")
        content = content.partition(";type=")[0]
    command.form.append((field_name, content))


def _request(command: _Command) -> Pasted:
    url, body = command.urls[0], None
    headers = [one for one in command.headers if one[0].lower() not in command.removed]
    present = {name.lower() for name, _ in headers} | command.removed
    if command.data and command.get:
        base, mark, fragment = url.partition("#")
        url = base + ("&" if "?" in base else "?") + "&".join(command.data) + mark + fragment
    elif command.data:
        body = "&".join(command.data).encode("utf-8", "replace")
        media = "application/json" if command.json else "application/x-www-form-urlencoded"
        headers += [("Content-Type", media)] if "content-type" not in present else []
        headers += [("Accept", "application/json")] if command.json and "accept" not in present else []
    elif command.form:
        body = _multipart(command.form)
        headers = [one for one in headers if one[0].lower() != "content-type"]
        headers.append(("Content-Type", f"multipart/form-data; boundary={_BOUNDARY}"))
    method = command.method or ("HEAD" if command.head else "POST" if body is not None else "GET")
    return pasted(method, url, headers, body, command.notes)


def _multipart(fields: list[tuple[str, str]]) -> bytes:
    """A multipart body (RFC 7578) of plain fields."""
    out = []
    for name, content in fields:
        safe = name.replace("\\", "\\\\").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        out.append(f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{safe}"\r\n\r\n{content}\r\n')
    return ("".join(out) + f"--{_BOUNDARY}--\r\n").encode("utf-8", "replace")
