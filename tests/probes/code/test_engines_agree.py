"""hyperscan, RE2 and plain Python give the same findings, byte for byte."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.probes.code.samples import Make, private
from tests.probes.code.test_engine_cases import DECOYS, PLANTED
from wizard.probes.code.secrets import Place, Scanner, prefilter
from wizard.probes.code.secrets.anchors import LONGEST_LITERAL, LONGEST_SPAN, anchors
from wizard.probes.code.secrets.prefilter import Hyperscan, Plain, Re2, choose

ENGINES = [choose(name) for name in ("hyperscan", "re2", "plain")]


def test_all_three_are_here() -> None:
    assert [type(engine) for engine in ENGINES] == [Hyperscan, Re2, Plain]


def compare(data: bytes, name: str = "a.txt") -> None:
    hits = [engine.hits(data) for engine in ENGINES]
    assert hits[0] == hits[1] == hits[2]
    results = []
    for engine in ENGINES:
        scanner = Scanner(name, Place.TEXT, private, engine)
        scanner.feed(data)
        results.append(scanner.end().matches)
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("case", [*PLANTED, *DECOYS])
def test_on_the_cases(case: str) -> None:
    name, text = (PLANTED[case] if case in PLANTED else DECOYS[case])[:2]
    compare(text.encode(), name)


def test_on_every_kind_pressed_together() -> None:
    make = Make(2)
    from wizard.probes.code.secrets import kinds

    texts = [make.from_pattern(kind.pattern.pattern) for kind in kinds().values() if kind.pattern is not None]
    compare("".join(texts).encode())
    compare("\n".join(f"secret_token_api_key = '{text}'" for text in texts).encode())


PIECES = [literal for anchor in anchors() for literal in anchor.literals]
GLUE = [
    b"=",
    b": ",
    b'"',
    b"'",
    b" ",
    b"\n",
    b"\\",
    b"://",
    b"@",
    b">",
    b"(",
    b"0123456789abcdef",
    b"Xk9",
    b"Zq7Lm2Vt5R",
    b"\xff\xfe",
    b"\0",
    b"_",
    b"-",
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES + GLUE) | st.binary(max_size=12), max_size=40))
def test_on_bytes_made_of_anchors(parts: list[bytes]) -> None:
    compare(b"".join(parts))


def test_a_part_of_a_text_gives_what_starts_in_it() -> None:
    make = Make(3)
    data = b" ".join(f"token = '{make.alnum(20)}' {make.stripe()}".encode() for _ in range(40))
    for engine in ENGINES:
        whole = engine.hits(data)
        for first, last in ((0, 700), (700, 1400), (1401, len(data))):
            assert engine.hits(data, first, last) == [hit for hit in whole if first <= hit[0] < last]


@pytest.mark.parametrize("library", [True, False])
def test_any_of_a_few_words(library: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not library:
        monkeypatch.setattr(prefilter, "_library", lambda _name: None)
    look = prefilter.any_of.__wrapped__((b"VITE_", b"a.c"))
    assert [look(text) for text in (b"x VITE_Y", b"a.c", b"abc", b"vite_", b"")] == [True, True, False, False, False]


def test_no_span_is_longer_than_is_looked_back() -> None:
    for anchor in anchors():
        parsed = re._parser.parse(anchor.source.decode())  # type: ignore[attr-defined]
        shortest, longest = parsed.getwidth()
        assert max(map(len, anchor.literals)) <= LONGEST_LITERAL
        assert longest <= LONGEST_SPAN
        assert anchor.width in (0, shortest) and (not anchor.width or shortest == longest)
        assert shortest >= 4
