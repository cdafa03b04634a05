"""SPF syntax, macros and the census, as tables without DNS."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.net import Dns
from wizard.probes.edge.email.census import census, ending
from wizard.probes.edge.email.facts import Look, SpfNode
from wizard.probes.edge.email.macros import expand, fit, is_domain_spec
from wizard.probes.edge.email.records import spf_closed, spf_mended, spf_merged
from wizard.probes.edge.email.spf import SpfSyntax, is_spf, parse


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("v=spf1", True),
        ("v=spf1 -all", True),
        ("V=sPf1 a", True),
        ("v=spf10 a", False),
        ("v=spf1\t-all", False),
        (" v=spf1", False),
        ("spf1", False),
        ("", False),
    ],
)
def test_which_txt_is_spf(text: str, is_one: bool) -> None:
    assert is_spf(text) is is_one


GOOD = [
    "v=spf1", "v=spf1 -all", "v=spf1   a   mx ", "v=spf1 A:x.test/24 MX//64 a/0//0", "v=spf1 ip4:1.2.3.4/32 ip6:::1/128 ip6:::ffff:1.2.3.4",
    "v=spf1 include:_x.test redirect=y.test", "v=spf1 exists:%{ir}.%{v}._s.%{d2}", "v=spf1 exp=e.test moo=%{s}", "v=spf1 ptr ptr:x.test ?all",
    "v=spf1 a:foo:bar/baz.x.test", "v=spf1 a:x.test.", "v=spf1 include:%{d}", "v=spf1 a:a-b.c3-d", "v=spf1 exists:%{l1r-+.,/_=}.x.test",
]  # fmt: skip
BAD = [
    "v=spf1 ipv4:1.2.3.4", "v=spf1 ip4:1.2.3", "v=spf1 ip4:1.2.3.4/33", "v=spf1 ip4:1.2.3.4/032", "v=spf1 ip4:1.2.3.4/", "v=spf1 ip4", "v=spf1 ip6:fe80::1%eth0",
    "v=spf1 ip6:::1/129", "v=spf1 include:", "v=spf1 include", "v=spf1 all:x", "v=spf1 -all.", "v=spf1 a:", "v=spf1 a:museum", "v=spf1 a:1.2.3.4", "v=spf1 a/33",
    "v=spf1 a//129", "v=spf1 a:x.test/01", "v=spf1 redirect=", "v=spf1 redirect=a.test redirect=a.test", "v=spf1 exp=a.test exp=b.test", "v=spf1 exists:%{x}.a.test",
    "v=spf1 exists:%{l0}.a.test", "v=spf1 exists:%{c}.a.test", "v=spf1 exists:%l.a.test", "v=spf1 a:-x.-y", "v=spf1 a:ü.test", "v=spf1 a\tmx", "v=spf1 =x",
    "v=spf1 mx:exa mple.test", "v=spf1 1x=y", "v=spf1 --all",
]  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_sound_syntax(text: str) -> None:
    parse(text)


@pytest.mark.parametrize("text", BAD)
def test_broken_syntax_names_the_term(text: str) -> None:
    with pytest.raises(SpfSyntax) as error:
        parse(text)
    assert str(error.value) in text


@pytest.mark.parametrize("text", BAD)
def test_a_mended_record_can_be_read(text: str) -> None:
    parse(spf_mended(text))


# the examples of RFC 7208 section 7.4
VALUES = {
    "s": "strong-bad@email.example.com",
    "l": "strong-bad",
    "o": "email.example.com",
    "d": "email.example.com",
    "i": "192.0.2.3",
    "v": "in-addr",
}


@pytest.mark.parametrize(
    ("spec", "want"),
    [
        ("%{s}", "strong-bad@email.example.com"), ("%{d4}", "email.example.com"), ("%{d2}", "example.com"), ("%{d1}", "com"), ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"), ("%{l-}", "strong.bad"), ("%{lr-}", "bad.strong"), ("%{l1r-}", "strong"), ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%%%_%-", "% %20"), ("%{S}", "strong-bad%40email.example.com"),
    ],
)  # fmt: skip
def test_macros(spec: str, want: str) -> None:
    assert expand(spec, VALUES) == want


def test_a_name_that_is_too_long_loses_labels_on_the_left() -> None:
    assert fit("x" * 200 + "." + "y" * 60 + ".test") == "y" * 60 + ".test"


def tree(**records: str | None) -> tuple[SpfNode, ...]:
    """Nodes a.test, b.test … with one record each; None is a name without one, "!" a DNS error."""
    made = []
    for name, text in records.items():
        state = Dns.ERROR if text == "!" else Dns.FOUND if text else Dns.NO_NAME
        made.append(SpfNode(f"{name}.test", state, (text,) if text and text != "!" else ()))
    return tuple(made)


def counted(**records: str | None):
    return census("a.test", tree(**records), ())


def test_a_service_that_is_included_twice_costs_twice() -> None:
    found = counted(a="v=spf1 include:b.test include:c.test -all", b="v=spf1 include:c.test -all", c="v=spf1 a mx -all")
    assert found.lookups == 7 and not found.faults


def test_terms_behind_all_cost_nothing_and_redirect_counts_only_without_all() -> None:
    assert counted(a="v=spf1 -all a mx redirect=b.test").lookups == 0
    assert counted(a="v=spf1 a redirect=b.test", b="v=spf1 mx -all").lookups == 3


def test_a_tree_that_doubles_at_every_level_is_counted_at_once() -> None:
    names = [f"n{k}" for k in range(59)]
    records = {n: f"v=spf1 include:{m}.test include:{m}.test -all" for n, m in itertools.pairwise(names)}
    nodes = tree(**records, **{names[-1]: "v=spf1 -all"})
    assert census("n0.test", nodes, ()).lookups == 2**59 - 2


@pytest.mark.parametrize(
    ("records", "kind"),
    [
        ({"a": "v=spf1 include:a.test"}, "loop"),
        ({"a": "v=spf1 include:b.test", "b": "v=spf1 redirect=a.test"}, "loop"),
        ({"a": "v=spf1 include:b.test", "b": None}, "include-nowhere"),
        ({"a": "v=spf1 redirect=b.test", "b": None}, "redirect-nowhere"),
        ({"a": "v=spf1 include:b.test", "b": "v=spf1 ipv4:1.1.1.1"}, "syntax"),
    ],
)
def test_faults(records: dict, kind: str) -> None:
    assert [k for k, _ in counted(**records).faults] == [kind]


def test_more_than_ten_mail_servers() -> None:
    mx = Look("m.test", "MX", Dns.FOUND, tuple(f"1 m{n}.test" for n in range(11)))
    assert census("a.test", tree(a="v=spf1 mx:m.test -all"), (mx,)).faults == [("too-many-mx", "mx:m.test")]


@pytest.mark.parametrize(
    ("records", "want"),
    [
        ({"a": "v=spf1 -all"}, ("ended", "-")),
        ({"a": "v=spf1 all"}, ("ended", "+")),
        ({"a": "v=spf1 a"}, ("ended", "")),
        ({"a": "v=spf1 redirect=b.test", "b": "v=spf1 ~all"}, ("ended", "~")),
        ({"a": "v=spf1 include:b.test ~all", "b": "v=spf1 +all"}, ("ended", "~")),
        ({"a": "v=spf1 redirect=b.test", "b": "!"}, ("error", "")),
        ({"a": "v=spf1 redirect=%{i}.b.test"}, ("hidden", "")),
        ({"a": "v=spf1 redirect=b.test", "b": "v=spf1 redirect=a.test"}, ("broken", "")),
    ],
)
def test_how_a_record_ends(records: dict, want: tuple[str, str]) -> None:
    found = ending("a.test", tree(**records))
    assert (found.state, found.all) == want


@pytest.mark.parametrize(
    ("term", "wide"),
    [
        ("ip4:0.0.0.0/0", True),
        ("ip4:10.0.0.0/7", True),
        ("ip4:10.0.0.0/8", False),
        ("ip6:2000::/3", True),
        ("ip6:2a00::/19", False),
        ("-ip4:0.0.0.0/0", False),
    ],
)
def test_a_term_that_lets_nearly_everybody_in(term: str, wide: bool) -> None:
    assert bool(ending("a.test", tree(a=f"v=spf1 {term} -all")).wide) is wide
    assert not ending("a.test", tree(a=spf_closed(f"v=spf1 {term} -all"))).wide


def test_merging_keeps_every_sender_once() -> None:
    assert (
        spf_merged(("v=spf1 a include:x.test ~all", "v=spf1 include:x.test redirect=y.test"))
        == "v=spf1 a include:x.test include:y.test ~all"
    )


words = st.text(st.sampled_from("v=spf1 aimxlnc4610.:/-+~?%{}drtoh_\t,é"), max_size=80)


@given(words)
def test_any_text_parses_or_says_where_it_breaks(text: str) -> None:
    try:
        record = parse("v=spf1 " + text)
    except SpfSyntax:
        return
    for term in record.terms:
        assert not term.target or term.name in ("ip4", "ip6") or is_domain_spec(term.target)


@given(words, words)
def test_what_is_given_back_to_paste_always_parses(one: str, other: str) -> None:
    for text in (spf_mended("v=spf1 " + one), spf_mended(spf_merged(("v=spf1 " + one, "v=spf1 " + other)))):
        parse(text)


@given(
    st.lists(
        st.sampled_from(["include:b.test", "include:c.test", "a", "redirect=c.test", "~all", "exists:%{i}.x.test"]),
        max_size=8,
    )
)
def test_the_count_is_never_less_than_its_own_terms(terms: list[str]) -> None:
    text = "v=spf1 " + " ".join(dict.fromkeys(terms))
    found = counted(a=text, b="v=spf1 a -all", c="v=spf1 include:b.test -all")
    own = parse(text)
    assert found.lookups >= sum(t.name in ("include", "a", "exists") for t in own.reachable)


def test_closing_keeps_every_narrow_term() -> None:
    record = "v=spf1 ip4:10.0.0.0/8 ip6:2a00::/19 ip4:10.0.0.0/7 IP4:1.2.3.4 include:x.test ?all"
    assert spf_closed(record) == "v=spf1 ip4:10.0.0.0/8 ip6:2a00::/19 IP4:1.2.3.4 include:x.test ~all"


def test_a_mail_server_that_does_not_exist_is_a_void_look_up() -> None:
    mx = Look("m.test", "MX", Dns.FOUND, ("1 one.test", "2 two.test", "0 ."))
    gone = tuple(Look("one.test", kind, Dns.NO_NAME) for kind in ("A", "AAAA"))
    half = (Look("two.test", "A", Dns.FOUND, ("192.0.2.1",)), Look("two.test", "AAAA", Dns.NO_DATA))
    found = census("a.test", tree(a="v=spf1 mx:m.test -all"), (mx, *gone, *half))
    assert (found.void, found.voids, found.faults) == (1, ["mx:m.test > one.test"], [])
