"""The page: shows and plays what trainers do, and never trains."""

from explorer import quick_start

quick_start.install()  # here, since it must be in place before anything below imports gradio
