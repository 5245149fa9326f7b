"""What keeps a page from being of use, found before anything of it is built, so that the answer is one plain sentence."""

import os
import sys

from explorer.web.address import NotServed
from training.data.cache import cache_root, writable
from training.data.names import is_text, readable_name
from training.errors import UserError
from training.own_files import data_root


def check_data(reference: str) -> None:
    """Raises NotServed where data is a path at which nothing is, or one that no browser can be told."""
    if not is_text(reference):
        known = sys.getfilesystemencoding()
        way = "" if known == "utf-8" else ", or set PYTHONUTF8=1"
        raise NotServed(
            f"No page can show {readable_name(reference)}: its name is not in {known}; give it another{way}."
        )
    if os.path.isabs(reference) and not os.path.exists(reference):
        raise NotServed(f"There is no data at {reference}; the name of a set or a folder of sounds was expected.")


def check_folders(read_only: bool) -> None:
    """Raises NotServed where no map and no sounds could be kept. A page that is `read_only` may do with what is kept already."""
    try:
        root, _ = cache_root(), data_root()  # either raises where there is no home
        if not read_only:
            writable(root)
    except UserError as error:
        raise NotServed(str(error)) from None
