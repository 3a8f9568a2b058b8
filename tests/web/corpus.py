"""What strangers may put into names and contents to run in the desktop: A7's payloads. Each would call `alert`."""

NAMES = (
    "<img src=x onerror=alert(1)>.txt",
    '"><script>alert(2)<&#x2f;script>.txt',
    "javascript:alert(3)",
    "'-alert(4)-'.md",
    "{{constructor.constructor('alert(5)')()}}.txt",
    "${alert(6)}.txt",
    "<svg onload=alert(7)>.svg",
    "\u202egnp.exe",
    "<iframe srcdoc='<script>alert(9)<&sol;script>'>.html",
    '" onmouseover="alert(10)" x=".txt',
    "' autofocus onfocus='alert(11)' .txt",
    "<details open ontoggle=alert(12)>.txt",
    "<math><mtext><img src onerror=alert(13)>",
    "<!--><img src onerror=alert(14)>-->.txt",
    "&lt;img src onerror=alert(15)&gt;.txt",
    "%3Cimg src onerror=alert(16)%3E.txt",
    '\\"-alert(17)}.txt',
    "<style>@keyframes x{}<&sol;style><b style='animation-name:x' onanimationstart=alert(18)>",
    "<a href=javascript:alert(19)>x",
    "data:text,alert(20)",
    "<template><img src onerror=alert(21)>",
    "<base href=javascript:alert(22)>",
)
"""Of files and of folders."""

MARKDOWN = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "<svg><script>alert(3)</script></svg>",
    '<iframe srcdoc="<script>parent.alert(4)</script>"></iframe>',
    '<a href="javascript:alert(5)">press</a>',
    '<form action="/api/v1/session"><button formaction="javascript:alert(6)">press</button></form>',
    "<style>@import 'javascript:alert(7)'; * { display: none }</style>",
    "[link](javascript:alert(8))",
    '![](x" onerror="alert(9))',
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(10)>",
    "<details open ontoggle=alert(11)>text</details>",
    '<object data="data:text/html,<script>alert(12)</script>"></object>',
    "[link](JaVaScRiPt&colon;alert(13))",
    "<svg><animate onbegin=alert(14) attributeName=x></svg>",
    "<video><source onerror=alert(15)></video>",
    '<meta http-equiv="refresh" content="0;url=javascript:alert(16)">',
    '<noscript><p title="</noscript><img src onerror=alert(17)>">',
    "[x]: javascript:alert(18)\n[press][x]",
    "<embed src=javascript:alert(19)>",
    '<a href="&#106;avascript:alert(20)">press</a>',
    "<https://x.example/?q=<script>alert(21)</script>>",
    '`` <img src onerror=alert(22)> ``\n\n```"><img src onerror=alert(23)>\ncode\n```',
)

_XHTML = "http://www.w3.org/1999/xhtml"
CONTENTS = {
    "page.html": b"<script>alert(1); top.hit = 1</script>",
    "frame.htm": b"<body onload=alert(2)><iframe src=javascript:alert(2)></iframe>",
    "page.xhtml": f'<html xmlns="{_XHTML}"><script>alert(3)</script></html>'.encode(),
    "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(4)"><script>alert(4)</script></svg>',
    "feed.xml": f'<?xml version="1.0"?><x:script xmlns:x="{_XHTML}">alert(5)</x:script>'.encode(),
    "style.xsl": b'<?xml-stylesheet href="javascript:alert(6)"?><x/>',
    "code.js": b"alert(7)",
    "module.mjs": b"top.alert(8)",
    "sniffed.txt": b"<!doctype html><script>alert(9)</script>",
    "sniffed.png": b"<html><script>alert(10)</script>",
    "both.gif": b"GIF89a=0;alert(11)//<script>alert(11)</script>",
    "table.csv": b'=HYPERLINK("javascript:alert(12)"),<script>alert(12)</script>',
    "form.pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(13))>>>>endobj\n"
    b"trailer<</Root 1 0 R>>",
    "link.pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog/AA<</O<</S/URI/URI(javascript:alert(14))>>>>>>endobj\n"
    b"trailer<</Root 1 0 R>>",
}
ACTIVE = ("page.html", "frame.htm", "page.xhtml", "drawing.svg", "feed.xml", "style.xsl", "code.js", "module.mjs")
"""Those that a browser could run when it opens them as a page."""
