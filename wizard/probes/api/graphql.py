"""Whether a GraphQL request only asks: nothing that changes data is sent in any other way than it was pasted. Pure."""

from __future__ import annotations

import re

from wizard.intake.leaves import is_graphql
from wizard.net import Call
from wizard.probes.api.bodies import parse

_BLANK = re.compile(r"(?:[\s,]|#[^\n]*)*")
_WRITES = re.compile(r"(?:^|[\s},])(?:mutation|subscription)(?=[\s({@])")


def changes(call: Call) -> bool:
    """Whether a body holds a mutation or a subscription, or names an operation without its text, which may be one (GraphQL, section 2.3)."""
    document = parse((call.body or b"").decode("utf-8", "replace"))
    if document is None or not is_graphql(document.value):
        return False
    several = document.value if isinstance(document.value, list) else [document.value]
    return not all(_asks(one.get("query")) for one in several if isinstance(one, dict))


def asks_only(call: Call) -> bool:
    """Whether a POST is a GraphQL query and nothing else, so that it leaves nothing behind."""
    document = parse((call.body or b"").decode("utf-8", "replace"))
    return document is not None and is_graphql(document.value) and not changes(call)


def _asks(text: object) -> bool:
    if not isinstance(text, str):
        return False
    blank = _BLANK.match(text)
    return text[blank.end() if blank else 0 :].startswith(("{", "query", "fragment")) and _WRITES.search(text) is None
