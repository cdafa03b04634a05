"""The sample business's DNS: web names behind the edge network, mail records, and what its mail supplier publishes."""

from __future__ import annotations

from wizard.demo.parts.dns import Zone

DOMAIN = "brightside.example"
WEB = (DOMAIN, f"www.{DOMAIN}", f"app.{DOMAIN}", f"api.{DOMAIN}", f"status.{DOMAIN}")
EDGE = "104.16.132.29"
"""An address of the edge network's published range; it is dialled on loopback."""
ORIGIN = "203.0.113.40"
"""The server behind it (RFC 5737 documentation address); dialled on loopback too."""
MAILHOST = "198.51.100.70"
SELECTOR = "s1"


def zone(flaws: frozenset[str], dkim: str, watch_dkim: str) -> Zone:
    """All records. `dkim` and `watch_dkim` are the TXT texts of the two signing keys."""
    records: dict[tuple[str, str], list[str]] = {(name, "A"): [EDGE] for name in WEB}
    if "not-proxied" in flaws:
        records[(f"api.{DOMAIN}", "A")] = [ORIGIN]
    if "origin-exposed" in flaws:
        records[(f"origin.{DOMAIN}", "A")] = [ORIGIN]
    soa = "ada.ns.cloudflare.com dns.cloudflare.com 2026112501 10000 2400 604800 1800"
    records |= {
        (DOMAIN, "SOA"): [soa],
        (DOMAIN, "NS"): ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"],
        (DOMAIN, "CAA"): ['0 issue "letsencrypt.org"'],
        (DOMAIN, "MX"): ["10 mx1.postbox.example"],
        ("mx1.postbox.example", "A"): [MAILHOST],
        ("out1.postbox.example", "A"): ["198.51.100.66"],
        ("spf.postbox.example", "TXT"): ["v=spf1 ip4:198.51.100.64/28 -all"],
        ("postbox.example", "SOA"): ["ns1.postbox.example hostmaster.postbox.example 1 7200 3600 604800 3600"],
        ("uptimewatch.example", "TXT"): ["v=spf1 include:spf.postbox.example -all"],
        ("w1._domainkey.uptimewatch.example", "TXT"): [watch_dkim],
    }
    return records | _mail(flaws, dkim)


def _mail(flaws: frozenset[str], dkim: str) -> dict[tuple[str, str], list[str]]:
    ending = "?all" if "spf-open" in flaws else "-all"
    spf = [f"v=spf1 include:spf.postbox.example {ending}"]
    if "two-spf" in flaws:
        spf.append("v=spf1 ip4:198.51.100.80 -all")
    found = {(DOMAIN, "TXT"): [*spf, "brightside-site-verification=4f1c"]}
    if "dkim-missing" not in flaws:
        found[(f"{SELECTOR}._domainkey.{DOMAIN}", "TXT")] = [dkim]
    policy = "none" if "dmarc-watching" in flaws else "reject"
    if "no-dmarc" not in flaws:
        found[(f"_dmarc.{DOMAIN}", "TXT")] = [f"v=DMARC1; p={policy}; rua=mailto:dmarc@{DOMAIN}"]
    return found
