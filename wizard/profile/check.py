"""Holds a parsed profile against its shape, key by key, so that an error can name the place, the nearest known key and what was expected."""

from __future__ import annotations

import datetime
import difflib
import math
from typing import Any

import msgspec
from msgspec import inspect

from wizard.model import Trouble
from wizard.profile.lines import Key
from wizard.profile.shape import ProfileFile
from wizard.profile.source import Source, shown
from wizard.words import say

_PLAIN: tuple[tuple[type[inspect.Type], type | tuple[type, ...], str], ...] = (
    (inspect.StrType, str, "text"),
    (inspect.IntType, int, "whole"),
    (inspect.FloatType, (int, float), "number"),
    (inspect.BoolType, bool, "flag"),
    (inspect.DateType, datetime.date, "date"),
)


def check(source: Source) -> ProfileFile:
    """The typed profile. Trouble at the first key that is unknown, missing or of the wrong type."""
    _walk(source, source.data, inspect.type_info(ProfileFile), ())
    try:
        return msgspec.convert(source.data, ProfileFile)
    except msgspec.ValidationError as error:  # a rule of the shape that the walk does not know: still one clear line
        raise source.trouble("wrong-shape", (), why=shown(error)) from None


def _walk(source: Source, value: Any, kind: inspect.Type, path: Key) -> None:
    if isinstance(kind, inspect.Metadata):
        kind = kind.type
    if isinstance(kind, inspect.UnionType):
        kind = _branch(source, value, kind, path)
    if isinstance(kind, inspect.StructType):
        _table(source, value, kind, path)
    elif isinstance(kind, inspect.ListType):
        if not isinstance(value, list):
            raise _mismatch(source, value, kind, path)
        for at, entry in enumerate(value):
            _walk(source, entry, kind.item_type, (*path, at))
    elif isinstance(kind, inspect.DictType):
        if not isinstance(value, dict):
            raise _mismatch(source, value, kind, path)
        for name, entry in value.items():
            _walk(source, entry, kind.value_type, (*path, name))
    elif isinstance(kind, inspect.LiteralType):
        _choice(source, value, kind, path)
    elif not fits(value, kind):
        raise _mismatch(source, value, kind, path)
    else:
        _range(source, value, kind, path)


def _table(source: Source, value: Any, kind: inspect.StructType, path: Key) -> None:
    if not isinstance(value, dict):
        raise _mismatch(source, value, kind, path)
    known = {field.encode_name: field for field in kind.fields}
    for name, entry in value.items():
        if name not in known:
            raise _unknown(source, (*path, name), tuple(known))
        _walk(source, entry, known[name].type, (*path, name))
    for name, field in known.items():
        if field.required and name not in value:
            raise source.trouble("missing", (*path, name), expected=_expected(field.type))


def _unknown(source: Source, path: Key, known: tuple[str, ...]) -> Trouble:
    name = str(path[-1])
    near = difflib.get_close_matches(name.lower().replace("-", "_"), known, n=1, cutoff=0.5)
    if near:
        return source.trouble("unknown-key", path, nearest=near[0])
    return source.trouble("unknown-key-far", path, known=", ".join(sorted(known)))


def _branch(source: Source, value: Any, kind: inspect.UnionType, path: Key) -> inspect.Type:
    """The alternative whose type the value has."""
    types = [
        t.type if isinstance(t, inspect.Metadata) else t for t in kind.types if not isinstance(t, inspect.NoneType)
    ]
    for one in types:
        if isinstance(value, dict) and isinstance(one, inspect.StructType | inspect.DictType):
            return one
        if isinstance(value, list) and isinstance(one, inspect.ListType):
            return one
        if fits(value, one):
            return one
    raise source.trouble("wrong-type", path, expected=_expected(kind), found=_found(value))


def fits(value: Any, kind: inspect.Type) -> bool:
    """Whether a plain value is of this plain type. A bool is no number."""
    for shape, wanted, _ in _PLAIN:
        if isinstance(kind, shape):
            return isinstance(value, wanted) and (isinstance(value, bool) == (shape is inspect.BoolType))
    return isinstance(kind, inspect.AnyType)


def _choice(source: Source, value: Any, kind: inspect.LiteralType, path: Key) -> None:
    known = [str(one) for one in kind.values if one != ""]
    if value in kind.values and not isinstance(value, bool):
        return
    if not isinstance(value, str) or isinstance(kind.values[0], int):
        raise source.trouble("not-one-of", path, known=", ".join(known), found=shown(value))
    near = difflib.get_close_matches(value.lower(), known, n=1, cutoff=0.5)
    key = "not-one-of-near" if near else "not-one-of"
    raise source.trouble(key, path, known=", ".join(known), found=shown(value), nearest="".join(near))


def _range(source: Source, value: Any, kind: inspect.Type, path: Key) -> None:
    if isinstance(kind, inspect.StrType) and kind.min_length and not value.strip():
        raise source.trouble("empty", path)
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        low, above, high = kind.ge, kind.gt, kind.le
        in_bounds = (
            (low is None or value >= low) and (above is None or value > above) and (high is None or value <= high)
        )
        if not in_bounds or not math.isfinite(value):
            least = above if low is None else low
            key = "out-of-range" if high is not None else "too-small"
            raise source.trouble(key, path, least=_number(least), most=_number(high), found=value)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _mismatch(source: Source, value: Any, kind: inspect.Type, path: Key) -> Trouble:
    return source.trouble("wrong-type", path, expected=_expected(kind), found=_found(value))


def _expected(kind: inspect.Type) -> str:
    """What a value should be, in words; alternatives joined by "or"."""
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    names = dict.fromkeys(_word(one) for one in kinds if not isinstance(one, inspect.NoneType))
    return say("profile.or").join(say(f"profile.expected.{name}") for name in names)


def _word(kind: inspect.Type) -> str:
    """The key under ``profile.expected`` that names this type."""
    if isinstance(kind, inspect.Metadata):
        kind = kind.type
    for shape, _, word in _PLAIN:
        if isinstance(kind, shape):
            return word
    return "list" if isinstance(kind, inspect.ListType) else "table"


def _found(value: Any) -> str:
    """The key of what stands there instead, in words."""
    if isinstance(value, dict):
        return say("profile.found.table")
    if isinstance(value, list):
        return say("profile.found.list")
    if isinstance(value, str):
        return say("profile.found.text")
    return shown(str(value).lower() if isinstance(value, bool) else value)
