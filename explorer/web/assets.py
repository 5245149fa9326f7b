"""The page's own files (style sheet, JavaScript, icon, plotly.js), served offline under addresses that never change
their meaning: the version in the address is a hash of the files, so browsers keep them for good.
"""

import gzip
import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, JSONResponse

from explorer.web.plotly_script import plotly_script
from training import durable
from training.data.cache import cache_root
from training.process import PROJECT

FOLDER = PROJECT / "assets"
TYPES = {".js": "text/javascript", ".svg": "image/svg+xml"}
STYLE = "style.css"
CORE_STYLES = ("tokens", "gradio", "shared", "controls", "page")
"""In this order, before all others."""
FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
PREFIX = "/gradio_api/x/assets"

router = APIRouter(prefix=PREFIX)


@cache
def files() -> dict[str, Path]:
    """What the page may ask for by name beside its style: every script and icon below assets/."""
    found = [*FOLDER.glob("*"), *FOLDER.glob("js/*/*")]
    return {path.relative_to(FOLDER).as_posix(): path for path in sorted(found) if path.suffix in TYPES}


@cache
def style() -> bytes:
    """All style sheets as one, so that the page asks once: assets/css/core in its order, then those of the parts."""
    sheets = sorted((FOLDER / "css").glob("*/*.css"))
    core = [FOLDER / "css" / "core" / f"{name}.css" for name in CORE_STYLES]
    return b"\n".join(sheet.read_bytes() for sheet in [*core, *(sheet for sheet in sheets if sheet not in core)])


@cache
def asset_version() -> str:
    """A short hash of all these files and of plotly's version."""
    digest = hashlib.sha256(version("plotly").encode() + style())
    for name, path in files().items():
        digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def asset_url(name: str) -> str:
    """The address of one asset, relative to the page, so that it also works below a proxy's path."""
    return f"{PREFIX.lstrip('/')}/{asset_version()}/{name}"


@router.get("/{asked}/plotly")
def plotly(asked: str) -> Response:
    """plotly.js, compressed once and kept in the cache folder (its address has no extension on purpose:
    Gradio's own compression looks at extensions)."""
    if asked != asset_version():
        return _gone()
    headers = {**FOR_GOOD, "Content-Encoding": "gzip"}
    kept = cache_root() / "page" / f"plotly-{version('plotly')}-unwrapped.js.gz"
    try:
        if not kept.is_file():
            kept.parent.mkdir(parents=True, exist_ok=True)
            durable.write_bytes(kept, _compressed_plotly())
    except OSError:  # the disk is full, say: the charts are needed all the same
        return Response(_compressed_plotly(), media_type="text/javascript", headers=headers)
    return FileResponse(kept, media_type="text/javascript", headers=headers)


@router.get("/{asked}/{name:path}")
async def asset(asked: str, name: str) -> Response:
    """The style or one of `files`; 404 for an older version, so that scripts of two versions never meet on one page."""
    if asked != asset_version() or (name != STYLE and name not in files()):
        return _gone()
    content, media_type = _content(name)
    return Response(content, headers=FOR_GOOD, media_type=media_type)


@cache
def _content(name: str) -> tuple[bytes, str]:
    """All of it is half a megabyte; a page asks for a hundred files at once, which no thread need read anew."""
    if name == STYLE:
        return style(), "text/css"
    path = files()[name]
    return path.read_bytes(), TYPES[path.suffix]


def _gone() -> Response:
    return JSONResponse({"detail": "There is no such file in this version; reload the page."}, status_code=404)


@cache
def _compressed_plotly() -> bytes:
    return gzip.compress(plotly_script(), 9)
