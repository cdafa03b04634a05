"""Where a name and a value stand joined: by a sign, in a pair, an element, a call. What the value is, `assign` says."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

LONGEST = 2048
_NAME_BYTES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.$ -"
_WINDOW = LONGEST + 240
_QUOTE = rb"""(?:\\{0,3}["'`]|&quot;|&#34;|%22|\\u0022)"""
_TYPE = rb"""(?:[sS]tring|str|&str|text)"""

# From the name's word on: rest of the name, separator, quote, value. Every repeat is bounded, the long ones give nothing back.
_PARTS = re.compile(
    rb"""(?P<rest>(?i:(?:(?:api|access|secret|account|license)[ ]){1,2}key)?[A-Za-z0-9_.-]{0,48}+)"""
    rb"""(?:(?P<pair>["']?[ ]?,?[ \t\r\n]{0,24}["']?[Vv]alue["']?[ ]?[:=][ ]?|["']?:[ ]?\{[ \t\r\n]{0,16}"value":[ ]?"""
    rb"""|["'][ ]content[ ]?=[ ]?|[ ]--(?:body|value)[ =])"""
    rb"""|(?P<sep></key>[ \t\r\n]{0,16}<string>|:[ ][>|][+-]?\r?\n[ ]{1,24}"""
    + rb"|"
    + _QUOTE
    + rb"""?[*]{0,2}[\]\)]?[ \t]{0,16}(?::?[ ]?"""
    + _TYPE
    + rb"""[ ]?=|\|\|=|\?\?=|:=|:-|=>|={1,3}|%3[AaDd]|:|,|%2[Cc]|>|\(|\|\||\?\?|(?<=[ ])(?:is|or|-)[ ]|\|)[ \t({*]{0,8})"""
    rb"""|(?P<blank>[ \t]{1,4}))"""
    rb"""(?P<call>(?:new[ ])?[A-Za-z_.]{1,16}\((?:default[ ]?=[ ]?)?(?=["']))?"""
    rb"""(?P<open>(?:b|f|r|u|@|\$)?"""
    + _QUOTE
    + rb""")?(?P<scheme>(?:Token|token|Key|Bot|ApiKey|Api-Key|API-Key|Klaviyo-API-Key|SSWS|GenieKey|DeepL-Auth-Key|JWT|Splunk)[ ])?"""
    rb"""(?P<value>(?:[^\s"'`\\<>]{1,2048}+|\\/){1,80}+)"""
    rb"""(?P<close>\\{0,3}["'`])?"""
)
_COATS = (b"&quot;", b"&#34;", b"%22", b"\\u0022")
_BARE = re.compile(rb"[A-Za-z0-9_+/=.~!@#%^*:$&?-]+")
_COMMAND = re.compile(rb"(?:ENV|ARG|export|set|setx|#define)[ \t]+$")
_STATEMENT = re.compile(rb"(?i)(?:create|alter|user|role|login|with)\b[^;\r\n]{0,100}$")
_SERVER = re.compile(
    rb"(?i)(?:server|data source|host|driver|provider|dsn)[ ]?=[^;\r\n\" ]{2,100}[; ]|\bjdbc:[a-z]{2,12}:"
)
_STANDS_OUT = re.compile(rb"(?=[A-Za-z_-]{0,40}[0-9])(?=[0-9_-]{0,40}[A-Za-z])[A-Za-z0-9_+/=.-]{20,200}$")
"""A value that no sentence and no list of words has: long, letters and digits."""
_ARGUMENT = re.compile(rb"""[({][ \t]{0,4}(?:[a-z]{1,2})?\\{0,3}["'`]?$""")
_LISTED = re.compile(rb"""[(\[][^()\[\]{}\r\n]{0,48}\\{0,3}["'`]$|^["']?$""")
_AFTER_DEFAULT = re.compile(
    rb"""(?:variable[ ]{1,4}["']|add_argument\(["']--|option\(["']--|\n[ ]{0,12})([A-Za-z][A-Za-z0-9_-]{2,60})["':]"""
)
"""What a ``default`` belongs to: a variable of Terraform, an option of a command, a parameter of a template."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """A value that has a name. `quoted`: it stood in quotes or in an element of its own; `loose`: in a call or a list, so it must look random."""

    name: bytes
    value: bytes
    start: int
    end: int
    begin: int
    quoted: bool
    blank: bool = False
    loose: bool = False


def parse(data: bytes, word: int, code: bool) -> Assigned | None:
    """The assignment whose name holds the word at `word`; None when there is none. In program text (`code`) only quoted values count."""
    word += data[word : word + 1] in (b" ", b"?", b"&")
    found = _PARTS.match(data, word, min(len(data), word + _WINDOW))
    if found is None or len(found["value"]) < 8:
        return None
    before = data[max(0, word - 48) : word]
    begin = word - len(before) + len(before.rstrip(_NAME_BYTES))
    if code and not found["open"] and not _open_before(data, found, begin):
        return None
    name = data[begin : found.start("rest") + len(found["rest"])].strip(b" .-$")
    name = b" ".join(name.rsplit(b" ", 2)[-2:]) if found["blank"] is not None else name.rsplit(b" ", 1)[-1]
    if not _joined(data, found, begin, word, code):
        return None
    if name.lower() == b"default":
        name = _owner(data, begin)
    return _assigned(data, found, name, begin, code)


def _assigned(data: bytes, found: re.Match[bytes], name: bytes, begin: int, code: bool) -> Assigned | None:
    start, value, sep = found.start("value"), found["value"], found["sep"] or b""
    name += b" token" if found["scheme"] else b""
    loose = bool(found["call"]) or (b"," in sep and not _argument(data, begin))
    coat = next((coat for coat in _COATS if (found["open"] or b"").endswith(coat)), b"")
    if coat:
        value = value.partition(coat)[0]
    marked = b">" in sep and data[start + len(value) : start + len(value) + 2] == b"</"
    if found["open"] or marked:
        return Assigned(name, value, start, start + len(value), begin, True, found["blank"] is not None, loose)
    if code and not _bare_in_code(data, found, begin):
        return None
    bare = _unquoted(data, name, value, start, begin)
    return replace(bare, blank=True) if bare and found["blank"] is not None else bare


def _open_before(data: bytes, found: re.Match[bytes], begin: int) -> bool:
    """In program text an unquoted value counts only where an address, an element or a string holds name and value alike."""
    return (found["sep"] or b"").rstrip(b" \t") in (b"=", b" =", b">", b"</key>", b":=") or data[
        begin - 2 : begin
    ] == b"${"


def _bare_in_code(data: bytes, found: re.Match[bytes], begin: int) -> bool:
    before, end = data[max(0, begin - 1) : begin], found.end("value")
    if before in (b"?", b"&") or connection(data, begin, found.start("value")):
        return True
    if before in (b'"', b"'") and data[end : end + 1] == before and (found["sep"] or b"") == b"=":
        return True  # ``putenv("NAME=value")``
    return data[begin - 2 : begin] == b"${" and found["value"].endswith(b"}")  # ``@Value("${name:value}")``


def connection(data: bytes, begin: int, end: int) -> bool:
    """A password inside a connection string of key and value pairs (ODBC, ADO, JDBC, libpq): the server stands beside it."""
    return bool(_SERVER.search(data, max(0, begin - 240), end + 240))


def _owner(data: bytes, begin: int) -> bytes:
    """The name of the variable, option or parameter that a ``default`` belongs to; empty when none is near."""
    near = data[max(0, begin - 300) : begin]
    near = near[near.rfind(b'variable "') :] if b'variable "' in near else near[near.rfind(b"\n\n") + 1 :]
    names = [m[1] for m in _AFTER_DEFAULT.finditer(b"\n" + near)]
    plain = (b"type", b"description", b"sensitive", b"noecho", b"default", b"nullable")
    return next((name for name in reversed(names) if name.lower() not in plain), b"")


def _argument(data: bytes, begin: int) -> bool:
    return bool(_ARGUMENT.search(data, max(0, begin - 16), begin))


def _joined(data: bytes, found: re.Match[bytes], begin: int, word: int, code: bool) -> bool:
    """What stands between the name and the value joins them."""
    opened, closed, sep = found["open"], found["close"], found["sep"] or b""
    if found["blank"] is not None and not _commanded(data, word):
        if opened and _STATEMENT.search(data, max(0, begin - 120), word):
            return bool(closed)  # SQL: ``PASSWORD '...'``
        if code or not _STANDS_OUT.match(found["value"]):
            return False  # two words of a sentence or of a list
    if b")" in sep and b"=>" in sep:
        return False  # what a call comes to, as documents write it
    if begin >= 2 and data[begin - 2 : begin] == b"::":
        return False  # the name of a type
    if b"," in sep and not _argument(data, begin):
        line = data.rfind(b"\n", max(0, begin - 64), begin) + 1 or max(0, begin - 64)
        if not opened or not _LISTED.search(data[line:begin]):
            return False  # two items of a list, not a name and its value
    coated = opened is not None and opened.endswith(_COATS)
    if opened and not coated and (not closed or opened[-1:] != closed[-1:]):
        return False
    return not (opened and not coated and sep[:1] in (b":", b"=", b" ") and _labelled(data, begin, opened))


def _labelled(data: bytes, begin: int, opened: bytes) -> bool:
    """The quote closes a label: ``"Password:"``; a quote behind another number of backslashes is one inside a string."""
    before = data[max(0, begin - 4) : begin]
    quote = before[-1:]
    return quote == opened[-1:] and before[:-1].endswith(b"\\") == (b"\\" in opened)


def _commanded(data: bytes, word: int) -> bool:
    """The name is an option (``--token``) or follows a word that sets it (``ENV TOKEN``)."""
    before = data[max(0, word - 64) : word]
    name = before[len(before.rstrip(_NAME_BYTES.rstrip(b" -"))) :]
    before = before[: len(before) - len(name)]
    return bool(re.search(rb"(?:^|[ \t\"'])--?(?:[a-z]+-){0,4}$", before) or _COMMAND.search(before))


def _unquoted(data: bytes, name: bytes, value: bytes, start: int, begin: int) -> Assigned | None:
    """A bare value up to what cannot belong to it; what calls or indexes is an expression."""
    bare = _BARE.match(value)
    if bare is None:
        return None
    kept = bare[0].rstrip(b".,:!?&").split(b"&")[0]
    if bare[0].endswith(b"..") or data.startswith(b"\xe2\x80\xa6", start + len(bare[0])):
        return None  # cut short on purpose
    if data[start + len(kept) : start + len(kept) + 1] in (b"(", b"[", b"{"):
        return None
    return Assigned(name, kept, start, start + len(kept), begin, False)
