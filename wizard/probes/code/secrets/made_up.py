"""Places where keys are usually made up: tests, docs, samples. Demote, never drop; a certain or live one stays what it is."""

from __future__ import annotations

import re

from wizard.probes.code.secrets.kinds import Kind
from wizard.probes.code.secrets.types import Confidence, Place

_TESTS = re.compile(
    r"(?i)(?:^|/)(?:tests?|specs?|__tests__|__mocks__|fixtures?|mocks?|examples?|docs?|testdata|cassettes|stories)/"
    r"|\.(?:test|spec|stories)\.[a-z]{1,4}x?(?:$|!)|(?:^|/)test_[^/]*\.py|_test\.(?:go|py|rb)"
)
_SAMPLES = re.compile(
    r"(?i)\.(?:example|sample|template|dist|tmpl)(?:\.[a-z]{2,5})?(?:$|!)|(?:^|/)(?:example|sample)[._-]?env|\.(?:examples?|samples?)\.json$"
)
_CODE = re.compile(
    r"(?i)\.(?:js|mjs|cjs|jsx|ts|mts|cts|tsx|py|pyi|rb|go|java|kt|kts|cs|php|rs|swift|c|cc|cpp|h|hpp|m|scala|dart|lua|vue|svelte|astro|html?|map|sol|ex|exs|clj|r|pl|ipynb|css)(?:$|[!?#])"
)
_WHERE_LIVE = frozenset((Place.SERVED, Place.BUILD, Place.LOG, Place.CI_LOG, Place.TEXT))


def program_text(name: str) -> bool:
    """By its name, a file of program text: there an unquoted value is an expression."""
    return bool(_CODE.search(name))


def by_place(name: str, place: Place, kind: Kind, confidence: Confidence) -> str:
    """``test-path``, ``sample-file`` or "": whether the file's name alone makes a match look made up."""
    if place in _WHERE_LIVE or confidence is Confidence.CERTAIN or kind.live:
        return ""
    if _SAMPLES.search(name):
        return "" if confidence is Confidence.STRONG else "sample-file"
    return "test-path" if _TESTS.search(name) else ""
