"""Tells an error that is dressed as a success (HTTP 200 with ``{"error": "not found"}``) from data, and data from nothing at all."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wizard.probes.api.bodies import Json, leaves
from wizard.probes.api.lexicon import codes, listed, speaks_of, squeeze, statuses

WEAK_LENGTH = 120
_SQLSTATE = re.compile(r"(?:2[2358]|4[02]|5[34578]|P0|XX)[0-9A-Z]{3}$")
_TABLES = ("throttled", "denied", "missing", "rejected")
_SHUT = {"throttled": "throttles", "denied": "denies", "missing": "hides", "rejected": "rejects"}


@dataclass(frozen=True, slots=True)
class SoftError:
    """An error inside a 2xx. `kind` is denies, hides, throttles, rejects or unclear (an inner 5xx); weak: by its words alone."""

    kind: str
    weak: bool = False


def soft_error(value: Json, media: str = "") -> SoftError | None:
    """What a 2xx JSON body that is nothing but error envelopes says; None when any element is data."""
    if isinstance(value, list):
        found = [soft_error(element, media) if isinstance(element, dict) else None for element in value[:100]]
        solid = [one for one in found if one is not None]
        if not solid or len(solid) < len(found):
            return None
        return SoftError(_first_kind([one.kind for one in solid]), any(one.weak for one in solid))
    if not isinstance(value, dict) or not value:
        return None
    if _graphql_errors(value):
        return None if _scalars(value.get("data")) else SoftError(sort_words(value["errors"]))
    if _gateway(value):
        return SoftError(sort_words(value))
    if not _all_vocabulary(value):
        return None
    if _solid(value, media):
        return SoftError(sort_words(value))
    return _by_words(value)


def graphql_partial(value: Json) -> bool:
    """GraphQL that reports errors and still hands out scalars (spec.graphql.org, section 7.1)."""
    return isinstance(value, dict) and _graphql_errors(value) and _scalars(value.get("data"))


def inner_denies(value: Json) -> bool:
    """Whether the JSON of a 4xx (problem+json, JSON:API, PostgREST, Google) speaks of missing rights by its code, not only by its prose."""
    return any(table == "denied" for table in _by_numbers_and_codes(value))


def is_empty(value: Json) -> bool:
    """Nothing in it: null, "", [], {}, or only null, false, 0, ``ok`` and paging words beside an empty list. A lone ``{"count": 3}`` is data."""
    if isinstance(value, list):
        return all(is_empty(element) for element in value[:1000])
    if isinstance(value, dict):
        beside_empty = any(child in ([], {}, None) for child in value.values())
        return all(_nothing(key.lower(), child, beside_empty) for key, child in value.items())
    return value in (None, "", 0, False)


def _nothing(key: str, child: Json, beside_empty: bool) -> bool:
    if isinstance(child, bool) and key in listed("empty", "fine"):
        return True
    if key == "status" and isinstance(child, str) and child.lower() in listed("empty", "fine"):
        return True
    if beside_empty and key in listed("empty", "paging") and not isinstance(child, dict | list):
        return True
    return is_empty(child)


def _graphql_errors(value: dict[str, Json]) -> bool:
    return (
        set(value) <= {"data", "errors", "extensions"}
        and isinstance(value.get("errors"), list)
        and bool(value["errors"])
    )


def _scalars(data: Json) -> bool:
    return any(leaf is not None and not pointer.endswith("/__typename") for pointer, leaf in leaves(data))


def _gateway(value: dict[str, Json]) -> bool:
    lowered = {key.lower(): child for key, child in value.items()}
    status = _number(lowered.get("statuscode"))
    return status is not None and status >= 400 and set(lowered) <= listed("envelope", "gateway")


def _all_vocabulary(value: dict[str, Json]) -> bool:
    known = listed("envelope", "keys") | listed("envelope", "trace")
    for key, child in value.items():
        lowered = key.lower()
        if lowered in known:
            continue
        if lowered in listed("envelope", "carriers") and child in (None, "", [], {}):
            continue
        return False
    return True


def _solid(value: dict[str, Json], media: str) -> bool:
    lowered = {key.lower(): child for key, child in value.items()}
    if lowered.get("success") is False or lowered.get("ok") is False:
        return True
    if any(_truthy_error(lowered.get(name)) for name in ("error", "errors", "err", "fault", "error_description")):
        return True
    if _failing_number(lowered) or _failing_code(lowered):
        return True
    return "problem+json" in media.lower() and bool({"title", "detail", "type", "status"} & set(lowered))


def _truthy_error(child: Json) -> bool:
    return bool(child) and child != 0


def _failing_number(lowered: dict[str, Json]) -> bool:
    names = ("status", "statuscode", "status_code", "httpstatus", "code", "error_code", "errorcode")
    return any((number := _number(lowered.get(name))) is not None and _is_failure(number) for name in names)


def _is_failure(number: int) -> bool:
    """400 and more; but some APIs number their successes 20000."""
    return number >= 400 and not 20_000 <= number < 30_000


def _failing_code(lowered: dict[str, Json]) -> bool:
    status = lowered.get("status")
    if isinstance(status, str) and status.lower() in listed("envelope", "failing"):
        return True
    for name in ("code", "status", "error_code", "errorcode", "type"):
        code = lowered.get(name)
        if isinstance(code, str) and (_table_of_code(code) or squeeze(code).startswith("pgrst")):
            return True
    return "message" in lowered and bool(_SQLSTATE.match(str(lowered.get("code", ""))))


def _by_words(value: dict[str, Json]) -> SoftError | None:
    said = {key.lower(): child for key, child in value.items() if child not in (None, "", [], {}, False)}
    allowed = listed("envelope", "words_only") | listed("envelope", "companions") | listed("envelope", "trace")
    texts = [child for key, child in said.items() if key in listed("envelope", "words_only")]
    if not said or not set(said) <= allowed or not texts or not all(isinstance(text, str) for text in texts):
        return None
    spoken = " ".join(str(text) for text in texts)
    return words_alone(spoken)


def words_alone(text: str) -> SoftError | None:
    """A short bare text that speaks like an error, which a record or a chat reply may do as well: weak."""
    if len(text) >= WEAK_LENGTH:
        return None
    table = next((table for table in _TABLES if speaks_of(table, text)), None)
    return SoftError(_SHUT[table], weak=True) if table else None


def sort_words(value: Json) -> str:
    """denies, hides, throttles or rejects by an error's numbers, then codes, then prose; an inner 5xx is unclear: it refuses nothing."""
    found = _by_numbers_and_codes(value)
    for table in _TABLES:
        if table in found:
            return _SHUT[table]
    if "broken" in found:
        return "unclear"
    prose = " ".join(leaf for _pointer, leaf in leaves(value) if isinstance(leaf, str))[:4_000]
    return next((_SHUT[table] for table in _TABLES if speaks_of(table, prose)), "rejects")


def _by_numbers_and_codes(value: Json) -> set[str]:
    found: set[str] = set()
    for pointer, leaf in leaves(value):
        name = pointer.rpartition("/")[2].lower()
        if "status" in name or "code" in name or name in {"error", "reason", "type", "name"}:
            number = _number(leaf)
            if number is not None:
                found |= {table for table in _TABLES if number in statuses(table)}
                if 500 <= number <= 599:
                    found.add("broken")
            elif isinstance(leaf, str) and (table := _table_of_code(leaf)):
                found.add(table)
    return found


def _table_of_code(code: str) -> str:
    squeezed = squeeze(code.rpartition("/")[2])
    return next((table for table in _TABLES if squeezed in codes(table)), "")


def _number(child: Json) -> int | None:
    if isinstance(child, bool):
        return None
    if isinstance(child, int):
        return child
    if isinstance(child, str) and child.isascii() and child.isdigit() and len(child) == 3:
        return int(child)
    return None


def _first_kind(kinds: list[str]) -> str:
    order = ("throttles", "unclear", "rejects", "hides", "denies")
    return next((kind for kind in order if kind in kinds), "rejects")
