"""Reads what is in a PDF, with the reader that the project signs with."""

from __future__ import annotations

import io
import subprocess

from pyhanko.pdf_utils.reader import PdfFileReader


def reader(raw: bytes) -> PdfFileReader:
    return PdfFileReader(io.BytesIO(raw))


def attached(raw: bytes) -> dict[str, bytes]:
    root = reader(raw).root
    if "/Names" not in root or "/EmbeddedFiles" not in root["/Names"]:
        return {}
    names = root["/Names"]["/EmbeddedFiles"]["/Names"]
    return {str(names[i]): names[i + 1].get_object()["/EF"]["/F"].data for i in range(0, len(names), 2)}


def text(raw: bytes, *args: str) -> str:
    """The text of all pages; the file id and page breaks are not in it."""
    done = subprocess.run(["pdftotext", *args, "-", "-"], input=raw, capture_output=True, check=True)
    return done.stdout.decode()


def pages(raw: bytes) -> list[str]:
    return text(raw).split("\f")[:-1]


def elements(raw: bytes) -> list[dict]:
    """Every structure element of the tag tree."""
    found, todo = [], [reader(raw).root["/StructTreeRoot"]]
    while todo:
        one = todo.pop()
        found.append(one)
        kids = one.get("/K") if hasattr(one, "get") else None
        for entry in kids if isinstance(kids, list) else [kids]:
            kid = entry.get_object() if hasattr(entry, "get_object") else entry
            if hasattr(kid, "get") and "/S" in kid:
                todo.append(kid)
    return found
