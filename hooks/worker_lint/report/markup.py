"""XML documents, as the formats in XML write them."""

from __future__ import annotations

from typing import TextIO
from xml.etree import ElementTree


def write(root: ElementTree.Element, stream: TextIO) -> None:
    """Write a document of XML in ASCII, which is UTF-8 whatever the stream makes of other characters."""
    ElementTree.indent(root)
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    stream.write(f"{ElementTree.tostring(root, encoding='us-ascii', xml_declaration=False).decode('ascii')}\n")
