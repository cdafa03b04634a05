"""webpack's table of chunk names (``.u=e=>"static/"+e+"."+{1:"ab"}[e]+".js"``), worked out by reading, never by running."""

from __future__ import annotations

import re

_TABLE = re.compile(rb"\.u=(?:\(?([A-Za-z_$]{1,3})\)?=>|function\(([A-Za-z_$]{1,3})\)\{return )")
_PUBLIC = re.compile(rb"""\.p=\\?["']([^"'\\]{0,200})\\?["']""")
_PAIR = re.compile(rb"""(?:"([^"]{1,80})"|([A-Za-z0-9_$]{1,40})):"([^"]{1,120})\"""")
_LOADED = re.compile(rb"\.e\((?:\"([\w-]{1,40})\"|(\d{1,8}))\)")
_CHOICE = re.compile(
    rb"""(?:"?([\w-]{1,40})"?===[A-Za-z_$]{1,3}|[A-Za-z_$]{1,3}==="?([\w-]{1,40})"?)\?"([^"]{1,200})":"""
)
MOST_TEXT = 400_000
MOST_NAMES = 400

Piece = str | dict[str, str] | None
"""A literal, a table by chunk id, or None for the id itself."""


def public_path(body: bytes) -> str:
    """Where the runtime says that chunks live, or ""."""
    found = _PUBLIC.search(body)
    return found[1].decode("utf-8", "replace") if found else ""


def names(body: bytes) -> tuple[list[str], int]:
    """(chunk names, tables that could not be read)."""
    found: list[str] = []
    unresolved = 0
    for table in list(_TABLE.finditer(body))[:4]:
        variable = table[1] or table[2]
        direct, pieces = _pieces(body[table.end() : table.end() + MOST_TEXT], variable)
        made = _made(pieces, body)
        found += direct + made
        if not made and not direct:
            unresolved += 1
    return list(dict.fromkeys(found))[:MOST_NAMES], unresolved


def _pieces(text: bytes, variable: bytes) -> tuple[list[str], list[Piece]]:
    """The sum after the arrow, piece by piece, up to the first thing that is no part of it."""
    direct: list[str] = []
    pieces: list[Piece] = []
    at, deep = 0, 0
    while at < len(text):
        char = text[at : at + 1]
        choice = _CHOICE.match(text, at)
        if choice:
            direct.append(choice[3].decode("utf-8", "replace"))
            at = choice.end()
        elif char in b"+ \n\t":
            at += 1
        elif char in b"()":
            deep += 1 if char == b"(" else -1
            if deep < 0:
                break
            at += 1
        elif char in b"\"'" and (end := text.find(char, at + 1)) > 0:
            pieces.append(text[at + 1 : end].decode("utf-8", "replace"))
            at = end + 1
        elif char == b"{":
            table = _lookup(text, at, variable)
            if table is None:
                break
            pieces.append(table[0])
            at, deep = table[1], deep - table[2]
        elif text.startswith(variable, at) and not text[at + len(variable) : at + len(variable) + 1].isalnum():
            pieces.append(None)
            at += len(variable)
        else:
            break
    return direct, pieces


def _lookup(text: bytes, at: int, variable: bytes) -> tuple[dict[str, str], int, int] | None:
    """A table with its look-up: the pairs (with the key "" when a missing id stands for itself), where it ends, brackets closed."""
    end = text.find(b"}", at)
    if end < 0:
        return None
    pairs = {(m[1] or m[2]).decode(): m[3].decode("utf-8", "replace") for m in _PAIR.finditer(text, at, end)}
    own = re.escape(variable)
    after = re.compile(rb"\)?\[" + own + rb"\](\|\|" + own + rb")?").match(text, end + 1)
    if after is None:
        return None
    return pairs | ({"": "own"} if after[1] else {}), after.end(), int(after[0].startswith(b")"))


def _made(pieces: list[Piece], body: bytes) -> list[str]:
    """Names for every id that the tables or the calls of the loader tell."""
    tables = [piece for piece in pieces if isinstance(piece, dict)]
    strict = [table for table in tables if "" not in table]
    if not any(isinstance(piece, str) and ".js" in piece for piece in pieces):
        return []
    ids = list(dict.fromkeys(key for table in strict or tables for key in table if key))
    if not strict:
        ids += [(m[1] or m[2]).decode() for m in _LOADED.finditer(body)]
    made = []
    for id_ in dict.fromkeys(ids):
        parts = [
            id_ if piece is None else piece.get(id_, id_ if "" in piece else "\0") if isinstance(piece, dict) else piece
            for piece in pieces
        ]
        name = "".join(parts)
        if "\0" not in name:
            made.append(name)
    return made
