"""Text from outside on a page: nothing hidden, nothing that moves other text, nothing the fonts cannot draw."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.report.showable import LONGEST, LONGEST_WORD, all_showable, has_glyph, showable
from wizard.words import data


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("plain text, 10 €", "plain text, 10 €"),
        ("Ünïcödé Größe Ελλάδα Жизнь", "Ünïcödé Größe Ελλάδα Жизнь"),
        ("two\nlines", "two\nlines"),
        ("two\r\nlines", "two\nlines"),
        ("a\tb", "a    b"),
        ("\x1b[31mred", "[U+001B][31mred"),
        ("\x00", "[U+0000]"),
        ("\u202egpj.exe", "[U+202E]gpj.exe"),
        ("\u200b\ufeff\u2066", "[U+200B][U+FEFF][U+2066]"),
        ("\U0001f600", "[U+1F600]"),
        ("漢", "[U+6F22]"),
        ("\ud800", "[U+D800]"),
        ("é", "é"),
        ("✓ ✗ – → ─", "✓ ✗ – → ─"),
    ],
)
def test_table(given_text: str, shown: str) -> None:
    assert showable(given_text) == shown


def test_a_tower_of_marks_is_taken_down() -> None:
    shown = showable("a" + "\u0301" * 200)
    assert shown.count("\u0301") == 3


def test_long_texts_and_words_are_cut_and_say_so() -> None:
    assert showable("W" * 10_000) == "W" * LONGEST_WORD + f"[…+{10_000 - LONGEST_WORD}]"
    long = "word " * 2000
    shown = showable(long)
    assert len(shown) < LONGEST + 20
    assert shown.endswith(f"[…+{10_000 - LONGEST}]")


@given(st.text(max_size=300))
def test_nothing_unprintable_is_left(text: str) -> None:
    shown = showable(text)
    assert all(
        c == "\n" or (has_glyph(c) and unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn")) for c in shown
    )


def test_depths() -> None:
    assert all_showable({"a": ["\x00", ("\x01", 7)], "b": None}) == {"a": ["[U+0000]", ["[U+0001]", 7]], "b": None}
    assert all_showable("data:image/svg+xml;base64,AAAA" + "A" * 9000).endswith("A")
    assert "[U+202E]" in all_showable("data:image/\u202e")


def test_coverage_file_tells_the_truth_about_the_fonts() -> None:
    from fontTools.ttLib import TTFont

    folder = data("templates/report/fonts")
    fonts = {p.name: set(TTFont(p).getBestCmap()) for p in folder.glob("*.woff2")}
    assert len(fonts) == 4
    sans = set.intersection(*(chars for name, chars in fonts.items() if "Sans" in name))
    mono = next(chars for name, chars in fonts.items() if "Code" in name)
    rows = [line.split("-") for line in (folder / "coverage.txt").read_text("ascii").split()]
    listed = {code for row in rows for code in range(int(row[0], 16), int(row[-1], 16) + 1)}
    assert listed == sans | mono
    for code in range(0x300):
        assert has_glyph(chr(code)) == (code in listed), hex(code)


def test_fonts_are_small_and_licensed() -> None:
    folder = data("templates/report/fonts")
    assert sum(p.stat().st_size for p in folder.iterdir()) < 1_500_000
    for name in ("OFL-SourceSans3.md", "OFL-SourceCodePro.md"):
        assert "SIL Open Font License" in (folder / name).read_text("utf-8")
