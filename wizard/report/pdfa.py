"""PDF/A-3a and PDF/UA-1 in one file: corrections to what WeasyPrint writes, each through its own instances.

Sources: ISO 19005-3 (metadata unfiltered, extension schemas declared), ISO 14289-1 (7.5: table headers with a scope).
"""

from __future__ import annotations

from typing import Any

import pydyf

VARIANT = "pdf/a-3a"

_UA = b"""<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about=""><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""


def prepare(document: Any) -> None:
    """Before `write_pdf`: the metadata packet carries the PDF/UA mark with its schema, and is not compressed."""
    metadata = document.metadata
    plain_rdf, plain_include = metadata.generate_rdf_metadata, metadata.include_in_pdf

    def with_mark(variant: str, version: int, conformance: str) -> bytes:
        rdf: bytes = plain_rdf(variant, version, conformance)
        return rdf.replace(b"</rdf:RDF>", _UA + b"</rdf:RDF>")

    def uncompressed(pdf: Any, variant: str, version: int, conformance: str, _compress: bool) -> None:
        plain_include(pdf, variant, version, conformance, False)

    metadata.generate_rdf_metadata = with_mark
    metadata.include_in_pdf = uncompressed


def finish(_document: Any, pdf: Any) -> None:
    """WeasyPrint's finisher: header cells get their scope, no object hides in an object stream, no stream ends in a line break."""
    for element in _elements(pdf):
        if element.get("S") == "/TH":
            element["A"]["Scope"] = "/Column" if _in_head(element, pdf) else "/Row"
    for stream in pdf.objects:
        if isinstance(stream, pydyf.Stream):
            _guard_end(stream)
    plain_write = pdf.write

    def without_object_streams(
        output: Any, version: Any = b"1.7", identifier: Any = False, _compress: bool = False
    ) -> None:
        plain_write(output, version, identifier, False)

    pdf.write = without_object_streams


def _guard_end(stream: Any) -> None:
    """Write a stream in hex when its last byte happens to be a line break: checkers, and some readers, take it for part of the end mark."""
    packed = stream.data.partition(b"\nstream\n")[2].removesuffix(b"\nendstream")
    if stream.compress and packed.endswith((b"\r", b"\n")):
        stream.stream = [packed.hex().encode("ascii") + b">"]
        stream.extra["Filter"] = pydyf.Array(["/ASCIIHexDecode", "/FlateDecode"])
        stream.compress = False


def _elements(pdf: Any) -> list[Any]:
    return [o for o in pdf.objects if isinstance(o, dict) and o.get("Type") == "/StructElem"]


def _in_head(cell: Any, pdf: Any) -> bool:
    """Whether the cell's row stands in the head of its table: two steps up the structure tree."""
    row = _parent(cell, pdf)
    group = _parent(row, pdf)
    return bool(group is not None and group.get("S") == "/THead")


def _parent(element: Any, pdf: Any) -> Any:
    if element is None or "P" not in element:
        return None
    reference = element["P"]
    number = int(reference.split()[0])
    return pdf.objects[number]
