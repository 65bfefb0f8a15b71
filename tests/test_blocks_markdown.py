"""Markdown, MDX, ERB, reStructuredText, plain text and scripts -> blocks."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from test_blocks import check_offsets

from nlp.document import Document
from nlp.read import read_document

FILLER = "\n\nThis paragraph is only here so that the document holds enough words to count as a text that can be read.\n"


def read(source: str, path: str = "page.md") -> Document:
    document = read_document(source.encode(), path=path)
    check_offsets(document)
    return document


def shape(document: Document) -> list[tuple]:
    return [(b.kind, b.text) for b in document.blocks]


TERMS = """---
title: "Terms of Service"
date: 2026-04-03
---

# Terms of Service

Last updated: 3 April 2026

Export control
--------------

You **must not** export the service to [Norland](https://law.example/norland "list") or
`Sudland`, nor to anyone on a *denied party* list[^1].

1. Resale
   1. is forbidden;
   2. and so is sharing:

      even for a day.
2. Payment \\(in advance\\)

* first_item_name
* second  
  line
- [x] done

> A quoted
> paragraph.

| GPU | Price |
|:----|------:|
| H100 \\| SXM | **$2.39** |
| A100 |

```json
{"a":  1}
```

Term
: its definition

***

[^1]: The list of *Ostland*.
[ref]: https://x.example
"""


def test_terms_in_markdown():
    document = read(TERMS)
    assert document.title == "Terms of Service" and ("front_matter", {"title": "Terms of Service", "date": date(2026, 4, 3)}) in document.embedded
    assert shape(document)[:4] == [
        ("heading", "Terms of Service"), ("paragraph", "Last updated: 3 April 2026"), ("heading", "Export control"),
        ("paragraph", "You must not export the service to Norland or Sudland, nor to anyone on a denied party list."),
    ]
    items = [(b.level, b.marker, b.text) for b in document.blocks if b.kind == "list_item"]
    assert items == [(1, "1.", "Resale"), (2, "1.", "is forbidden;"), (2, "2.", "and so is sharing:"), (2, None, "even for a day."), (1, "2.", "Payment (in advance)"),
                     (1, "*", "first_item_name"), (1, "*", "second\nline"), (1, "-", "done")]
    assert ("quote", "A quoted paragraph.") in shape(document)
    table = next(b for b in document.blocks if b.kind == "table").table
    assert [[c.text if c else None for c in row] for row in table.rows] == [["GPU", "Price"], ["H100 | SXM", "$2.39"], ["A100", None]]
    assert table.header_rows == 1
    assert ("code", '{"a":  1}') in shape(document)
    assert ("definition", "Term: its definition") in shape(document)
    assert ("paragraph", "The list of Ostland.") in shape(document)
    assert ("Norland", "https://law.example/norland") in document.links
    assert next(b for b in document.blocks if b.text.startswith("You must")).heading_path == ("Terms of Service", "Export control")


def test_quotes_keep_the_markup():
    document = read(TERMS)
    block = next(b for b in document.blocks if b.text.startswith("You must"))
    start = block.text.index("must not export")
    assert document.quote(block.content, start, start + 15)[0] == "must not** export"
    assert document.quote(block.content, 0, len(block.text))[0].endswith("denied party* list[^1].")


def expected(source: str) -> list[tuple[str, str]]:
    """(kind, text) as markdown-it-py has it."""
    out: list[tuple[str, str]] = []
    lists = 0
    for token in MarkdownIt("commonmark").parse(source):
        lists += {"list_item_open": 1, "list_item_close": -1}.get(token.type, 0)
        if token.type == "heading_open":
            out.append(("heading", ""))
        elif token.type == "paragraph_open":
            out.append(("list_item" if lists else "paragraph", ""))
        elif token.type == "inline":
            text = "".join(child.content if child.type in ("text", "code_inline") else " " if child.type in ("softbreak", "hardbreak") else "" for child in token.children)
            out[-1] = (out[-1][0], " ".join(text.split()))
        elif token.type in ("fence", "code_block"):
            out.append(("code", " ".join(token.content.split())))
    return [entry for entry in out if entry[1]]


COMMONMARK = [
    "# One\n\ntext *a* and __b__ `c`\n\n## Two ##\n\nmore\ntext\n\nThree\n===\n\nFour\n----\n",
    "- a\n- b\n  - c\n    - d\n  - e\n- f\n\nafter the list\n",
    "1. one\n\n   more of one\n\n2. two\n   - nested\n   - again\n3. three\n",
    "para\n* item right after\n* second\n\n+ other list\n",
    "10) ten\n11) eleven\n\ntext\n\n    code line\n      indented code\n\nend\n",
    "~~~ python\nx = 1\n\ny = 2\n~~~\ntext straight after\n",
    "a [link](http://x.example/a_b_(c) \"t\"), an ![image](y.png) and <https://auto.example>\n",
    "escaped \\* star, \\[bracket\\] and \\_under\\_, snake_case_word, 2 * 3 * 4\n",
    "lazy\n    continuation\nof a paragraph\n\n***bold italic*** **bold *nested* text**\n",
    "* * *\n\nafter a rule\n\n- item\n\n  second paragraph of the item\n\n* * *\n\nend\n",
    "[a]: http://ref.example\n\nsee [a] and [text][a]\n",
    "line one  \nline two\\\nline three\n",
]


@pytest.mark.parametrize("source", COMMONMARK, ids=range(len(COMMONMARK)))
def test_commonmark_is_cut_as_a_library_cuts_it(source):
    found = [(b.kind, " ".join(b.text.split())) for b in read(source).blocks]
    assert found == expected(source)


def test_html_inside_markdown():
    document = read("""# Prices

<div class="note">

Billed **monthly**.

</div>

<table>
<tr><th>GPU</th><th>Price</th></tr>

<tr><td>H100</td>
<td>2.39</td></tr>
</table>

<details>
<summary>More</summary>

- one
- two

</details>

Text with <br> a break and <span title="x">a span</span>.
<!-- hidden
comment -->
""")
    assert ("paragraph", "Billed monthly.") in shape(document)
    table = next(b for b in document.blocks if b.kind == "table").table
    assert [[c.text for c in row] for row in table.rows] == [["GPU", "Price"], ["H100", "2.39"]]
    assert [b.heading_path for b in document.blocks if b.text == "one"] == [("Prices", "More")]
    assert shape(document)[-1] == ("paragraph", "Text with\na break and a span.")


def test_mdx():
    document = read("""import { Card } from '@site/card'
import Table from "./table"

export const prices = [
  { gpu: "H100", price: 2.39 },
]

# GPUs {/* a comment */}

<Card title="H100 SXM" icon="x">
  From **$2.39** an hour.
</Card>

You get <Tooltip tip="Graphics">GPUs</Tooltip>{" "}in {region}.

<PriceTable rows={[{ gpu: "H100", price: "$2.39" }, { gpu: "A100", price: "$1.19" }]} />

:::warning Mind the gap
Not for export.
:::

Done.
""", "page.mdx")
    got = shape(document)
    assert got[0][0] == "code" and '{ gpu: "H100", price: 2.39 }' in got[0][1]
    assert ("heading", "GPUs") in got and ("heading", "H100 SXM") in got
    assert ("paragraph", "From $2.39 an hour.") in got
    assert ("paragraph", "You get GPUs in .") in got
    assert any(kind == "code" and '"$1.19"' in text for kind, text in got)
    assert ("paragraph", "Not for export.") in got and got[-1] == ("paragraph", "Done.")
    assert document.blocks[-1].heading_path == ("GPUs",)
    assert not any("import" in text or "comment" in text for _, text in got)


def test_erb_is_no_text():
    document = read("# Prices\n\n<% prices.each do |p| %>\n\nA node costs <%= p.price %> an hour.\n\n<% end %>" + FILLER, "prices.html.markerb")
    assert ("paragraph", "A node costs an hour.") in shape(document)
    assert [i.code for i in document.issues] == ["template_code"]


def test_indented_legal_prose_is_no_code():
    document = read("# Part 7\n\n      The exporter is to keep every record of the sale for five years.\n\n      (a) The record is to name the buyer and the place of use.\n\n      (b) Scope.\n\n"
                    "      The authority may ask for the record at any time.\n\n    x = [1, 2];\n")
    assert [b.kind for b in document.blocks[1:5]] == ["paragraph"] * 4


def test_rst():
    document = read("""
Prices
======

.. _label:

All prices are in **US dollars**, see :ref:`the terms <terms>` or `here <https://x.example>`__.

- first
- second with ``code``

  - nested

.. table:: **Table 1** GPUs

   +----------+-----------------+
   | GPU      | Memory          |
   |          |                 |
   |          | (GB)            |
   +==========+=================+
   | H100     | -  80           |
   |          | -  94           |
   +----------+-----------------+
   | none in stock              |
   +----------+-----------------+

.. list-table:: More
   :header-rows: 1

   * - GPU
     - Price
   * - A100
     - 1.19
       an hour

.. csv-table::
   :header: "Zone", "Place"

   "is-1", "Reykjavik, Iceland"

===== =====
Zone  Price
===== =====
is-1  2.39
===== =====

.. note:: Not for resale.

Example::

    curl x
""", "page.rst")
    got = shape(document)
    assert ("paragraph", "All prices are in US dollars, see the terms or here.") in got
    assert [(b.level, b.text) for b in document.blocks if b.kind == "list_item"][:3] == [(1, "first"), (1, "second with code"), (2, "nested")]
    tables = [[[c.text if c else None for c in row] for row in b.table.rows] for b in document.blocks if b.kind == "table"]
    assert tables == [
        [["GPU", "Memory\n(GB)"], ["H100", "80\n94"], ["none in stock", "none in stock"]],
        [["GPU", "Price"], ["A100", "1.19 an hour"]],
        [["Zone", "Place"], ["is-1", "Reykjavik, Iceland"]],
        [["Zone", "Price"], ["is-1", "2.39"]],
    ]
    assert ("paragraph", "Not for resale.") in got and ("code", "    curl x") in got


def test_plain_text():
    document = read("""TERMS OF USE

1. SCOPE
These terms hold for every customer of the service that
is described in the order form, and for anyone who uses
the service on behalf of a customer, for as long as the
account is open.
2. EXPORT
You must not:
(a) export the service;
(b) let others do
so.
  * a bullet that is long enough to be wrapped at the end
    of the line
  * another
""", "terms.txt")
    assert shape(document)[2:] == [
        ("paragraph", "These terms hold for every customer of the service that is described in the order form, and for anyone who uses the service on behalf of a customer, "
                      "for as long as the account is open."),
        ("heading", "2. EXPORT"), ("paragraph", "You must not:"), ("paragraph", "(a) export the service;"), ("paragraph", "(b) let others do so."),
        ("list_item", "a bullet that is long enough to be wrapped at the end of the line"), ("list_item", "another"),
    ]


def test_jsx_and_literals():
    document = read("""import Head from "next/head"
const Terms = () => (
  <>
    <Head><title>Vexelcloud - Terms</title></Head>
    <div style={{ fontWeight: "bold" }}>
      <p className="x">You must not{" "}
        <b>resell</b> the service &amp; its parts.</p>
      {items.map((i) => <li key={i}>An item of the list</li>)}
      {/* a comment */}
    </div>
  </>
)
export default Terms
""", "terms.js")
    assert [text for _, text in shape(document)] == ["You must not resell the service & its parts.", "An item of the list"]
    assert document.title == "Vexelcloud - Terms"
    document = read("export const en = `Terms of use\n\nYou must not resell the service, nor export it.\n\n・first\n・second`\nexport const n = 'short'\n", "terms.ts")
    assert [text for _, text in shape(document)][1:] == ["You must not resell the service, nor export it.", "first", "second"]
    for name, joined in (("terms.dart", '"We serve nobody in places that are "\n  "under an embargo, and tell them so."'), ("terms.ts", "'We serve nobody in places that are ' +\n  'under an embargo, and tell them so.'"),
                         ("terms.php", "'We serve nobody in places that are '\n  . 'under an embargo, and tell them so.'")):
        start = "<?php\n$x = " if name.endswith("php") else "final x = "
        assert [text for _, text in shape(read(f"{start}{joined};\n", name))] == ["We serve nobody in places that are under an embargo, and tell them so."], name
    document = read('val x = """\nWe serve nobody who is under an embargo.\n\nThis is a second paragraph of it.\n"""\n', "Terms.kt")
    assert [text for _, text in shape(document)] == ["We serve nobody who is under an embargo.", "This is a second paragraph of it."]
    document = read("<?php\nreturn array('terms' => '#### Scope\n\nIt\\'s the customer\\'s duty to obey export law at all times.\n\n* one\n* two\n');\n", "terms.php")
    assert [text for _, text in shape(document)] == ["Scope", "It's the customer's duty to obey export law at all times.", "one", "two"]


def test_a_tag_of_raw_html_may_run_over_lines():
    document = read('x\n\n<table>\n<tr>\n<th>A</th>\n<th style="\n  width: 9%;\n">B</th>\n<th>C</th>\n</tr>\n<tr><td>1</td><td>2</td><td>3</td></tr>\n</table>\n\nmore\n', "a.md")
    [table] = [b.table for b in document.blocks if b.table]
    assert [[c.text for c in row] for row in table.rows] == [["A", "B", "C"], ["1", "2", "3"]]


@given(st.lists(st.sampled_from([
    "# ", "## x\n", "- ", "1. ", "  ", "    ", "\n", "\n\n", "> ", "```", "~~~\n", "| a | b |\n", "|---|---|\n", "**", "*", "_", "`", "[", "](x)", "![", "<div>", "</div>", "<Card title='x'>", "</Card>",
    "{", "}", "{/*", "*/}", "<!--", "-->", "<%= ", "%>", ":::", ":::tip T\n", "!!! note\n", "---\n", "===\n", "word ", "H100 $2 ", "\\", "[^1]", "[^1]: n\n", "[r]: u\n", "<table>", "<tr><td>", "</table>",
    "import x from 'y'\n", "export const a = [", "中文", "\t", "\r\n", ": def\n", "<script>", "</script>", "<", "&amp;", '"', "'", "+--+\n", "= =\n", ".. note::\n", ".. list-table::\n", "   * - ", ":f: v\n", "::\n",
]), max_size=40), st.sampled_from(["a.md", "a.mdx", "a.rst", "a.txt", "a.js", "a.php"]))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read(parts, path):
    read("".join(parts), path)
