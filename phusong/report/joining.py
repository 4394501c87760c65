"""Several PDFs of matplotlib's as one, their pages one after another, so that several processes can draw them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

_HEADER = b"%PDF-1.4\n%\xac\xdc \xab\xba\n"
_REFERENCE = re.compile(rb"\b(\d+) 0 R\b")
_PAGES = re.compile(rb"/Type /Pages\b")
_ROOT_OBJECTS = 2  # the catalogue and the tree of pages, which stand first


class _Part(NamedTuple):
    """A PDF taken apart: its objects by number, and the numbers of its catalogue and of what it says about itself."""

    objects: dict[int, bytes]
    root: int
    info: int


def joined(pdfs: Sequence[bytes]) -> bytes:
    """Return one PDF with the pages of all, in their order, and what the first says about itself.

    Parameters
    ----------
    pdfs : as PdfPages writes them: version 1.4, a single table of references, no encryption.
    """
    if len(pdfs) == 1:
        return pdfs[0]
    objects: list[bytes] = []
    trees, info, pages = [], 0, 0
    for pdf in pdfs:
        part, base = _taken_apart(pdf), _ROOT_OBJECTS + len(objects)
        numbers = {old: base + place for place, old in enumerate(sorted(part.objects), start=1)}
        info = info or numbers[part.info]
        for old in sorted(part.objects):
            body = part.objects[old]
            if old == part.root:
                body = b"null"
            elif old != part.info:  # words of a title might look like a reference
                body = _renumbered(body, lambda number, numbers=numbers: numbers[number])  # type: ignore[misc]
            if _PAGES.search(body.partition(b"stream\n")[0]):
                trees.append(numbers[old])
                pages += int(_found(rb"/Count (\d+)", body))
                body = body.replace(b"/Type /Pages", b"/Type /Pages /Parent 2 0 R", 1)
            objects.append(body)
    kids = b" ".join(b"%d 0 R" % number for number in trees)
    top = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [ %s ] /Count %d >>" % (kids, pages)]
    return _put_together([*top, *objects], info)


def _taken_apart(pdf: bytes) -> _Part:
    start = int(_found(rb"startxref\s+(\d+)\s+%%EOF\s*$", pdf))
    table, _, trailer = pdf[start:].partition(b"trailer")
    rows = re.findall(rb"(\d{10}) \d{5} ([nf])", table)
    offsets = {number: int(offset) for number, (offset, state) in enumerate(rows) if state == b"n"}
    ends = dict(zip(sorted(offsets.values()), [*sorted(offsets.values())[1:], start], strict=True))
    objects = {}
    for number, offset in offsets.items():
        whole = pdf[offset : ends[offset]]
        objects[number] = whole[whole.index(b"obj") + 3 : whole.rindex(b"endobj")].strip(b"\n")
    return _Part(objects, int(_found(rb"/Root (\d+) 0 R", trailer)), int(_found(rb"/Info (\d+) 0 R", trailer)))


def _renumbered(body: bytes, new: Callable[[int], int]) -> bytes:
    """Return an object with other numbers in its references; what its stream holds is left alone."""
    head, marker, stream = body.partition(b"stream\n")
    return _REFERENCE.sub(lambda found: b"%d 0 R" % new(int(found[1])), head) + marker + stream


def _put_together(objects: Sequence[bytes], info: int) -> bytes:
    """Return a PDF of objects numbered from 1, the first of which is the catalogue."""
    pieces, offsets, length = [_HEADER], [], len(_HEADER)
    for number, body in enumerate(objects, start=1):
        piece = b"%d 0 obj\n%s\nendobj\n" % (number, body)
        offsets.append(length)
        pieces.append(piece)
        length += len(piece)
    count = len(objects) + 1
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    pieces.append(b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table))
    pieces.append(b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, info, length))
    return b"".join(pieces)


def _found(pattern: bytes, text: bytes) -> bytes:
    found = re.search(pattern, text)
    if found is None:
        raise ValueError(f"this is no PDF of the kind expected: it lacks {pattern!r}")
    return bytes(found[1])
