"""The page of an export: index.html, its style, the modules that it loads, and no other of ours."""

from html import escape

from explorer.web.assets import FOLDER, style
from explorer.web.modules import needed
from explorer.web.plotly_script import plotly_script

ENTRY = "js/export/page.js"
POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",  # Plotly writes its own
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
)


def page_files(title: str) -> dict[str, bytes]:
    """Path in the export → content, of all that is the same for every run but for the title."""
    return {
        "index.html": _index(title).encode(),
        "page/style.css": style(),
        "page/icon.svg": (FOLDER / "icon.svg").read_bytes(),
        "page/plotly.min.js": plotly_script(),
        **{f"page/{name}": (FOLDER / name).read_bytes() for name in needed([ENTRY])},
    }


def _index(title: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="{"; ".join(POLICY)}" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="referrer" content="no-referrer" />
<title>{escape(title)} – Hearsight</title>
<link rel="icon" href="page/icon.svg" />
<link rel="stylesheet" href="page/style.css" />
<script type="module" src="page/{ENTRY}"></script>
</head>
<body class="exported">
<p class="export-wait">This page needs a web server, and a browser that runs its scripts. In this folder,
<code>python -m http.server</code> is one.</p>
</body>
</html>
"""
