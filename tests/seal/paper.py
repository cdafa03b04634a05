"""Small handover documents written by hand, so that every byte of them can be attacked in a test."""

from __future__ import annotations

import hashlib

EVIDENCE = b'{"schema":1,"subject":{"business":"Brightside Coaching"}}'
RESULTS = (
    b'{"schema":1,"tool":{"name":"launch-ready","version":"0.1.0"},"run":{"id":"r1"},"decision":{"verdict":"ready"}}'
)


def sums(evidence: bytes = EVIDENCE, results: bytes = RESULTS, signers: dict[str, str] | None = None) -> bytes:
    lines = [
        f"{hashlib.sha256(data).hexdigest()}  {name}"
        for name, data in (("evidence.json", evidence), ("results.json", results))
    ]
    lines += [f"# signer {role} {fingerprint}" for role, fingerprint in (signers or {}).items()]
    return ("\n".join(lines) + "\n").encode()


def paper(
    evidence: bytes = EVIDENCE,
    results: bytes = RESULTS,
    signers: dict[str, str] | None = None,
    files: dict[str, bytes] | None = None,
    text: str = "Decision: ready",
) -> bytes:
    """A one-page PDF with the three attachments and the identifier that a real handover has."""
    attached = files
    if attached is None:
        attached = {"evidence.json": evidence, "results.json": results, "SHA256SUMS": sums(evidence, results, signers)}
    objects: list[bytes] = []

    def add(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    def stream(head: bytes, body: bytes) -> bytes:
        return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (head, len(body), body)

    catalog, pages, page, content, font, info, meta = range(1, 8)
    objects.extend([b""] * 7)
    names = b""
    for name, data in sorted(attached.items()):
        body = add(stream(b"/Type /EmbeddedFile /Subtype /application#2Fjson", data))
        spec = add(b"<< /Type /Filespec /F (%s) /UF (%s) /EF << /F %d 0 R >> >>" % (name.encode(), name.encode(), body))
        names += b"(%s) %d 0 R " % (name.encode(), spec)
    objects[catalog - 1] = (
        b"<< /Type /Catalog /Pages %d 0 R /Metadata %d 0 R /Lang (en) /Names << /EmbeddedFiles << /Names [%s] >> >> >>"
        % (pages, meta, names)
    )
    objects[pages - 1] = b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % page
    objects[page - 1] = (
        b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 300 200] /Contents %d 0 R /Resources << /Font << /F1 %d 0 R >> >> >>"
        % (pages, content, font)
    )
    objects[content - 1] = stream(b"", b"BT /F1 12 Tf 20 100 Td (%s) Tj ET" % text.encode())
    objects[font - 1] = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    objects[info - 1] = b"<< /Title (Handover) /Producer (launch-ready 0.1.0) >>"
    objects[meta - 1] = stream(b"/Type /Metadata /Subtype /XML", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'></x:xmpmeta>")
    out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    ident = hashlib.sha256(attached.get("evidence.json", b"")).digest()[:16].hex().encode()
    out += b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /ID [<%s> <%s>] >>\n" % (
        len(objects) + 1,
        catalog,
        info,
        ident,
        ident,
    )
    return out + b"startxref\n%d\n%%%%EOF\n" % xref
