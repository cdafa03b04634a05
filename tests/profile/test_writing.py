"""What is written reads back as what was meant."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.profile.writing import render, tables, write

keys = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
plain = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.booleans(), st.integers(-(2**60), 2**60)
)
values = st.recursive(
    st.one_of(plain, st.lists(plain, max_size=3)),
    lambda inner: st.dictionaries(keys, inner, min_size=1, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(keys, values, max_size=4))
@settings(deadline=None)
def test_there_and_back(meant: dict[str, object]) -> None:
    assert tables(render(meant)) == meant


def test_a_new_profile_has_only_what_is_known() -> None:
    text = write(business='Ada "B" Co', site="https://app.example.test")
    assert tables(text) == {
        "schema": 1,
        "business": {"name": 'Ada "B" Co', "role": "founder"},
        "site": {"url": "https://app.example.test"},
    }
