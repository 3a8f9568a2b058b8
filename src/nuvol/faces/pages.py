"""What the plain pages share: frame, parts and sky as HTML without script or inline style, and how they are sent."""

import hashlib
from functools import cache
from html import escape
from importlib.resources import files
from itertools import pairwise

from nuvol.faces.http import Answer
from nuvol.faces.words import Say

MARK = "M0 22v-4a7 7 0 0 1 7-7V9a7 7 0 0 1 7-7 7 7 0 0 1 7 7v2a7 7 0 0 1 7 7v4z"
ICON = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 24"><path fill="#3b57c4" d="{MARK}"/></svg>'
LOGO = f'<svg viewBox="0 0 28 24" aria-hidden="true"><path d="{MARK}"/></svg><b>Nuvol</b>'


_FONTS = (
    ("Onest Variable", "100 900", "onest"),
    ("Atkinson Hyperlegible Mono Variable", "200 800", "atkinson-hyperlegible-mono"),
)
_LETTERS = {
    "latin": "U+0-FF, U+2BB-2BC, U+2C6, U+2DA, U+2DC, U+2000-206F, U+20AC, U+2122",
    "latin-ext": "U+100-2BA, U+1E00-1E9F, U+1EF2-1EFF",
}
"""Part of a font → the letters for which a browser fetches it."""

_POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action {forms}; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def html(say: Say, text: str, status: int = 200, *, forms: str = "'self'", more: str = "") -> Answer:
    """A page that runs no script, loads nothing of others, and stands in nobody's frame.

    `forms`: where its forms may lead, redirects included, as a Content-Security-Policy says it; `more`: what else the
    policy allows.
    """
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Security-Policy", _POLICY.format(forms=forms) + more),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),  # addresses may hold secrets; our own forms still say where they are from
        ("Cache-Control", "no-store"),
        ("Content-Language", say.language),
        ("Vary", "Accept-Language"),
    ]
    return Answer(status, headers, text.encode())


def asset(name: str) -> Answer | None:
    """What the pages load from /assets/: files whose names change with their content, and the icon."""
    kept = [("Cache-Control", "public, max-age=31536000, immutable"), ("X-Content-Type-Options", "nosniff")]
    if name == style_name():
        return Answer(200, [("Content-Type", "text/css; charset=utf-8"), *kept], style())
    if name == "nuvol.svg":
        return Answer(200, [("Content-Type", "image/svg+xml"), *kept], ICON.encode())
    return None


@cache
def style() -> bytes:
    folder = files("nuvol.faces.desktop")
    return _letters() + b"".join(folder.joinpath(name).read_bytes() for name in ("tokens.css", "pages.css"))


def _letters() -> bytes:
    """The desktop's, from where it was built; where it was not, the system's own do."""
    built = files("nuvol").joinpath("web", "assets")
    names = [file.name for file in built.iterdir()] if built.is_dir() else []
    return "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weights}; font-display: swap; unicode-range: {letters}; '
        f'src: url("/assets/{name}") format("woff2"); }}\n'
        for family, weights, prefix in _FONTS
        for part, letters in _LETTERS.items()
        for name in names
        if name.startswith(f"{prefix}-{part}-wght") and name.endswith(".woff2")
    ).encode()


@cache
def style_name() -> str:
    """Changes with the content, so that browsers may keep it for ever."""
    return f"{hashlib.sha256(style()).hexdigest()[:16]}.css"


def page(say: Say, title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="{say.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · Nuvol</title>
<link rel="icon" href="/assets/nuvol.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/{style_name()}">
</head>
<body>
{_sky()}
{body}
</body>
</html>
"""


def door(say: Say, title: str, card: str, *, narrow: bool = False) -> str:
    return page(
        say,
        title,
        f'<main class="door{" narrow" if narrow else ""}">\n<div class="brand">{LOGO}</div>\n'
        f'<div class="card"><div class="line"></div>{card}</div>\n</main>',
    )


def field(label: str, name: str, kind: str, complete: str, value: str = "", hint: str = "", more: str = "") -> str:
    told = f'<span class="hint" id="{name}-hint">{escape(hint)}</span>' if hint else ""
    described = f' aria-describedby="{name}-hint"' if hint else ""
    return (
        f'<label class="field"><span>{escape(label)}</span><input name="{name}" type="{kind}" '
        f'value="{escape(value)}" autocomplete="{complete}" required{described}{more}>{told}</label>'
    )


def fault_line(fault: str) -> str:
    return f'<p class="fault" role="alert">{escape(fault)}</p>' if fault else ""


def message(
    say: Say, title: str, sentence: str, *advice: str, way: tuple[str, str] | None = None, status: int = 200
) -> Answer:
    """A page of what there is to say, in English as it arose, and perhaps one way to go on: (address, words)."""
    link = f'<div class="acts"><a class="button" href="{escape(way[0])}">{escape(say(way[1]))}</a></div>' if way else ""
    told = " ".join(_told(say, each) for each in advice)
    card = f'<h1>{escape(say(title))}</h1><p>{_told(say, sentence)}</p><p class="muted">{told}</p>{link}'
    return html(say, door(say, say(title), f'<div class="in-card">{card}</div>'), status)


def _told(say: Say, sentence: str) -> str:
    """What is known in English only is marked as such: texts that the seeds prescribe, and what a database said."""
    told = escape(say.again(sentence))
    return f'<span lang="en">{told}</span>' if told == escape(sentence) and say.language != "en" else told


# -------------------------------------------------------------------------------------------------- the sky

_BANKS = (  # width of a column; heights of the columns, in columns
    (84, (6, 6, 8, 8, 7, 8, 7, 7, 8, 7, 8, 8, 9, 8, 7, 7, 6, 6, 7, 7, 6, 5)),
    (72, (3, 3, 2, 2, 3, 4, 5, 5, 4, 5, 5, 6, 5, 5, 4, 5, 4, 3, 3, 4, 4, 3, 2, 3)),
    (64, (1, 1, 0, 0, 1, 0, 1, 1, 2, 1, 0, 1, 1, 2, 2, 1, 1, 2, 1, 0, 0, 1, 1, 0, 1, 0, 1)),
)


@cache
def _sky() -> str:
    banks = "".join(f'<path d="{_bank(width, steps)}"/>' for width, steps in _BANKS)
    return (
        '<div class="wall" aria-hidden="true"><svg viewBox="0 0 1680 1000" preserveAspectRatio="xMidYMax slice">'
        f'<circle cx="1395" cy="170" r="56"/>{banks}</svg></div>'
    )


def _bank(width: int, heights: tuple[int, ...]) -> str:
    """A bank of cloud: columns whose every corner is a quarter circle of half a column."""
    radius = width // 2
    tops = [960 - height * width for height in heights]
    path = f"M-{width} 1010V{tops[0]}"
    for column, (here, there) in enumerate(pairwise(tops), 1):
        if here == there:
            continue
        way, turns = (-radius, "01") if there < here else (radius, "10")
        path += f"H{column * width - radius}a{radius} {radius} 0 0 {turns[0]} {radius} {way}V{there - way}"
        path += f"a{radius} {radius} 0 0 {turns[1]} {radius} {way}"
    return f"{path}H1760V1010z"
