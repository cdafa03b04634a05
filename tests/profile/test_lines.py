"""The line index agrees with the text, whatever way TOML is written."""

from __future__ import annotations

import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.profile.lines import index, line_of

TEXT = '''# head
title = """
many
lines \\""" still
"""
raw = \'\'\'
x = 1
\'\'\'

[a]
one = 1 # note
"two three" = [
  1,
  # in between
  { deep = "]}", other = [2, 3] },
  """four
  """,
]
[a.b . "c.d"]
e.f = { g = 1, h.i = 2 }
[[rows]]
n = 1
[[rows]]
n = 2
tail = "#no"
'''


def test_lines_of_every_kind_of_key() -> None:
    tomllib.loads(TEXT)
    found = index(TEXT)
    expected = {
        ("title",): 2,
        ("raw",): 6,
        ("a",): 10,
        ("a", "one"): 11,
        ("a", "two three"): 12,
        ("a", "two three", 0): 13,
        ("a", "two three", 1): 15,
        ("a", "two three", 1, "deep"): 15,
        ("a", "two three", 1, "other", 1): 15,
        ("a", "two three", 2): 16,
        ("a", "b"): 19,
        ("a", "b", "c.d"): 19,
        ("a", "b", "c.d", "e", "f", "h", "i"): 20,
        ("rows", 0, "n"): 22,
        ("rows", 1): 23,
        ("rows", 1, "n"): 24,
        ("rows", 1, "tail"): 25,
    }
    assert {key: found.get(key) for key in expected} == expected
    assert ("x",) not in found


def test_the_nearest_known_table_stands_in() -> None:
    found = index(TEXT)
    assert line_of(found, ("a", "missing", "deeper")) == 10
    assert line_of(found, ("nothing",)) == 1
    assert line_of(found, ()) == 1


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("[]{}=.,#\"'\\ \n\tab1"), max_size=80))
def test_any_text_comes_to_an_end(text: str) -> None:
    assert all(1 <= line <= text.count("\n") + 1 for line in index(text).values())


KEY = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=5)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        KEY,
        st.dictionaries(
            KEY, st.integers(0, 9) | st.text(max_size=5) | st.lists(st.integers(0, 9), max_size=3), max_size=3
        ),
        max_size=3,
    )
)
def test_every_key_that_the_parser_knows_has_a_line(tables: dict[str, dict[str, object]]) -> None:
    from wizard.profile import render

    text = render(tables)
    found = index(text)
    for name, table in tomllib.loads(text).items():
        assert (name,) in found
        assert all((name, key) in found for key in table)
