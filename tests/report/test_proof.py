"""The five-minute proof as a table, from what the probe keeps."""

from __future__ import annotations

from dataclasses import replace

from tests.report import samples
from wizard.model import Observation
from wizard.probes.api.crosses import Cross
from wizard.probes.api.evidence import Exchange
from wizard.probes.api.faces import Kind
from wizard.probes.api.proof import Proof
from wizard.probes.api.seen import Seen
from wizard.probes.api.sightings import Hit
from wizard.report.items import blocks
from wizard.report.proof import proof

ROUTE = "GET /conversations/{id}"


def exchange(actor: str, kind: Kind, *, whose: str = "", hit: str = "", why: str = "", status: int = 200) -> Exchange:
    hits = (Hit(hit, "json", "/text", "amb…"),) if hit else ()
    return Exchange("object-access.swap", actor, ROUTE, kind, whose=whose, why=why, status=status, size=142, hits=hits)


def seen(cross: Exchange) -> Seen:
    own = exchange("a", Kind.GIVES, whose="a", hit="own", why="own")
    made = Proof(
        ROUTE,
        own=(own, replace(own, actor="b", whose="b")),
        missing=exchange("a", Kind.HIDES, whose="missing", status=404),
        crosses=(Cross(cross, "b"), Cross(exchange("b", Kind.HIDES, whose="a", status=404), "a", refuses=True)),
        after=own,
    )
    return Seen(proofs=(Proof(ROUTE, refused="same-id"), made))


def with_seen(what: Seen):
    one = samples.assessment()
    look = Observation("object-access", what, "2026-11-23T18:05:00Z", 2.0)
    return replace(one, evidence=replace(one.evidence, observations=(*one.evidence.observations, look)))


def test_six_rows_in_words() -> None:
    table = proof(with_seen(seen(exchange("a", Kind.LEAKS, whose="b", hit="other"))))
    assert table is not None
    assert table["at"] == "23 November 2026, 18:05 UTC"
    assert [row["step"] for row in table["rows"]] == ["P1", "P2", "P3", "P4", "P5", "P6"]
    assert [row["outcome"] for row in table["rows"]] == ["pass", "pass", "pass", "fail", "pass", "pass"]
    leak = table["rows"][3]
    assert leak["who"] == "Client A"
    assert leak["whose"] == "Client B"
    assert leak["back"] == "200, another client's data, 142 bytes"
    assert leak["marker"] == "The other client's"
    assert table["rows"][2]["whose"] == "nobody (made-up record)"
    assert table["rows"][0]["whose"] == "their own"
    assert table["rows"][4]["marker"] == "None"


def test_no_proof_no_table() -> None:
    assert proof(samples.assessment()) is None
    assert proof(with_seen(Seen(proofs=(Proof(ROUTE, refused="same-id"),)))) is None


def test_a_fix_is_prose_and_blocks_to_paste() -> None:
    text = "Scope the query:\n\nselect 1 from t\n\nThen test it.\n\n```\na\n\nb\n```\n\n    indented\n\nFor example:\n\nThis is a sentence."
    assert [(b["kind"], b["text"]) for b in blocks(text)] == [
        ("prose", "Scope the query:"),
        ("code", "select 1 from t"),
        ("prose", "Then test it."),
        ("code", "a\n\nb"),
        ("code", "indented"),
        ("prose", "For example:"),
        ("prose", "This is a sentence."),
    ]
