"""If this fails, a picture of a few kilobytes can hang a browser."""

import base64
import io

import matplotlib.figure
import numpy as np
import pytest
from nbconvert import HTMLExporter
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.grading.allowed_outputs import OutputLimits, allowed
from autograder.grading.mime_types import BEGINNINGS, PICTURES, SVG
from autograder.grading.pictures import as_in_outputs, problem_with, weight
from autograder.grading.safe_html import clean
from autograder.grading.safe_pages import FILTERS, SafeToShow, markdown2html
from tests.grading.hostile import PNG

BEGIN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'


def uses(depth, times, reference='<use xlink:href="#{}"/>', group="g"):
    """An SVG in which each group uses the one before several times."""
    groups = ['<g id="a0"><path d="M 0 0 L 9 9"/></g>'] + [
        f'<{group} id="a{level}">{reference.format(f"a{level - 1}") * times}</{group}>'
        for level in range(1, depth + 1)
    ]
    return f"{BEGIN}{''.join(groups)}</svg>"


def wide(kind, side):
    """A picture that claims to be a square of this width in pixels."""
    head = {
        "image/png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + side.to_bytes(4, "big") * 2,
        "image/gif": b"GIF89a" + side.to_bytes(2, "little") * 2,
        "image/jpeg": b"\xff\xd8\xff\xe0\0\4ab\xff\xc2\0\x11\x08" + side.to_bytes(2, "big") * 2,
    }[kind]
    return base64.b64encode(head).decode()


def figure(kind):
    """A matplotlib figure with some of everything in it."""
    rng, made = np.random.default_rng(1), matplotlib.figure.Figure()
    axes = made.subplots()
    axes.scatter(rng.random(2000), rng.random(2000))
    axes.plot(rng.random(500), marker="o", label="$\\alpha$")
    axes.imshow(rng.random((20, 20)))
    axes.fill_between([0, 1], [0, 1], hatch="//")
    axes.legend()
    written = io.BytesIO()
    made.savefig(written, format=kind)
    return written.getvalue()


@pytest.mark.parametrize("text", [
    uses(9, 10),  # a billion paths in two kilobytes
    uses(9, 10, '<path fill="url(#{})"/>', "pattern"),
    uses(9, 10, "<path style=\"mask:url( '#{}' )\"/>", "mask"),
    uses(9, 10, '<use><set attributeName="href" to="#{}"/></use>'),
    uses(9, 10).replace("#a", "#%61"),
    uses(1, 1, f'<path d="{"L 9 9 " * 40_000}" marker-mid="url(#{{}})"/>', "marker"),
    f'{BEGIN}<g id="a"><use href="#a"/></g></svg>',
    f'{BEGIN}<use id="a" href="#b"/><use id="b" href="#a"/></svg>',
    f"{BEGIN}<style>path {{fill: url(#a)}}</style></svg>",
    f"{BEGIN}<path style='fill:\\75rl(#a)'/></svg>",
    f"{BEGIN}{'<g>' * 300}{'</g>' * 300}</svg>",
    f"{BEGIN}<filter><feTurbulence numOctaves='999'/></filter></svg>",
    f'{BEGIN}<image href="data:image/svg+xml;base64,AAAA"/></svg>',
    f'{BEGIN}<image href="data:image/png;base64,{wide("image/png", 50_000)}"/></svg>',
])  # fmt: skip
def test_an_svg_that_would_not_end_is_replaced_by_a_line(text):
    output = new_output("display_data", data={SVG: text, "text/plain": "<Figure>"})
    (kept,) = allowed([output])
    assert [*kept.data] == ["text/plain"]
    assert kept.data["text/plain"].startswith(f"<Figure>\n[A picture ({SVG}) is left out: it ")
    assert problem_with(SVG, as_in_outputs(SVG, base64.b64encode(text.encode()).decode()))


@pytest.mark.parametrize("text", [
    uses(4, 10), f'{BEGIN}<a href="#a"><g id="a"/></a></svg>', f"{BEGIN}{'<g/>' * 20_000}</svg>",
    '<?xml version="1.0"?><!-- a --><svg:svg xmlns:svg="x"/>',
    f'{BEGIN}<image href="data:image/png;base64,{PNG}"/></svg>',
])  # fmt: skip
def test_an_svg_of_a_normal_size_stays(text):
    assert problem_with(SVG, text) == ""


def test_what_matplotlib_draws_stays():
    assert problem_with(SVG, figure("svg").decode()) == ""
    for kind, name in {"image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif"}.items():
        assert problem_with(kind, base64.b64encode(figure(name)).decode()) == ""


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_that_may_be_an_output_may_be_on_a_page(kind):
    """As an output, in HTML, and attached to Markdown: one table decides for all three."""
    name = kind.removeprefix("image/").removesuffix("+xml")
    picture = figure(name)
    text = picture.decode() if kind == SVG else base64.b64encode(picture).decode()
    (kept,) = allowed([new_output("display_data", data={kind: text})])
    assert kept.data == {kind: text}
    data = base64.b64encode(picture).decode()
    address = f"data:{kind};base64,{data}"
    assert address in clean(f'<img src="{address}">')
    cell = {"attachments": {"it.picture": {kind: data}}}
    assert address in markdown2html({"cell": cell, "resources": {}}, "![](attachment:it.picture)")


@pytest.mark.parametrize("kind", BEGINNINGS)
def test_a_picture_of_more_pixels_than_a_browser_can_bear_is_replaced_by_a_line(kind):
    output = new_output("display_data", data={kind: wide(kind, 50_000)})
    (kept,) = allowed([output])
    assert kept.data == {
        "text/plain": f"[A picture ({kind}) is left out: "
        "it has 2,500,000,000 pixels, more than 50,000,000.]"
    }
    assert problem_with(kind, wide(kind, 5000)) == ""
    assert "src" not in clean(f'<img src="data:{kind};base64,{wide(kind, 50_000)}">')
    assert "src" in clean(f'<img src="data:{kind};base64,{wide(kind, 5000)}">')


@pytest.mark.parametrize(("kind", "data"), [
    (SVG, ""), (SVG, "<svg"), (SVG, "<html/>"), (SVG, None), ("image/tiff", PNG),
    (SVG, '<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>'), ("image/jpeg", PNG),
])  # fmt: skip
def test_what_is_not_a_picture(kind, data):
    assert problem_with(kind, data) == problem_with(kind, as_in_outputs(kind, data)) == "is not one"


@pytest.mark.parametrize("kind", ["image/jpeg", "image/gif", "image/png"])
@pytest.mark.parametrize("length", range(3, 40))
def test_a_torn_picture_is_measured_all_the_same(kind, length):
    torn = base64.b64decode(wide(kind, 5000))[:length]
    assert problem_with(kind, base64.b64encode(torn).decode()) in ("", "is not one")


def test_no_picture_that_somebody_drew_weighs_more_than_its_bytes():
    text = figure("svg").decode()
    assert weight(SVG, text) == len(text)
    for kind, name in {"image/png": "png", "image/jpeg": "jpeg"}.items():
        data = base64.b64encode(figure(name)).decode()
        assert weight(kind, data) == len(data)


HEAVY = uses(4, 9)
"""Of a kilobyte, with more than seven thousand elements."""
HEAVY_BASE64 = base64.b64encode(HEAVY.encode()).decode()
ADDRESS = f"data:{SVG};base64,{HEAVY_BASE64}"
HIDDEN = ADDRESS.replace("data", "&#100;ata")
MANY = 100


def shown(data):
    return new_code_cell(outputs=[new_output("display_data", data=data)])


def attached(source):
    return new_markdown_cell(source, attachments={"a": {SVG: HEAVY_BASE64}})


@pytest.mark.parametrize("cells", [
    [new_code_cell(outputs=shown({SVG: HEAVY}).outputs * MANY)],
    [shown({SVG: HEAVY})] * MANY,
    [shown({"text/html": f'<img src="{ADDRESS}">'})] * MANY,
    [shown({"text/html": f'<img src="{HIDDEN}">' * 10})] * (MANY // 10),
    [shown({"text/markdown": f"![]({ADDRESS})"})] * MANY,
    [new_markdown_cell(f"[a]: {ADDRESS}\n" + "![a][a]" * 10)] * (MANY // 10),
    [attached("![](attachment:a)")] * MANY,
    [attached("![](<attachment:%61>)" * 10)] * (MANY // 10),
], ids=["outputs of a cell", "outputs of many cells", "HTML", "hidden in HTML", "Markdown",
        "shown often", "attached", "attached and shown often"])  # fmt: skip
def test_of_many_small_pictures_some_are_shown(cells):
    cells = [from_dict({**each, "id": f"c{number}"}) for number, each in enumerate(cells)]
    notebook = new_notebook(cells=cells)
    exporter = HTMLExporter(preprocessors=[SafeToShow], filters=FILTERS, sanitize_html=True)
    page, _ = exporter.from_notebook_node(notebook)
    drawn = page.count(f'src="data:{SVG}') + page.count(HEAVY)
    assert 0 < drawn * weight(SVG, HEAVY) <= 2 * OutputLimits.notebook


class TestLimits:
    """What a browser can just bear is shown, and a little more is not."""

    @pytest.mark.parametrize("kind", BEGINNINGS)
    def test_50_million_pixels(self, kind):
        assert problem_with(kind, wide(kind, 7071)) == ""
        assert problem_with(kind, wide(kind, 7072)).startswith("has 50,013,184 pixels")

    @pytest.mark.parametrize(("elements", "fits"), [(99_990, True), (100_000, False)])
    def test_100_000_elements(self, elements, fits):
        found = problem_with(SVG, f"{BEGIN}{'<g/>' * elements}</svg>")
        assert found == "" if fits else "100,000" in found

    def test_200_elements_inside_of_each_other(self):
        assert problem_with(SVG, f"{BEGIN}{'<g>' * 190}{'</g>' * 190}</svg>") == ""
        assert problem_with(SVG, f"{BEGIN}{'<g>' * 210}{'</g>' * 210}</svg>")

    def test_what_it_weighs(self):
        """A byte for a hundred pixels, ten for an element."""
        assert weight("image/png", wide("image/png", 5000)) == 250_000
        assert weight(SVG, f"{BEGIN}{'<g/>' * 19_999}</svg>") == 200_000
