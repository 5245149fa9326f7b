"""The page: shows and plays what trainers do, and never trains."""

from explorer.gradio_patches import no_stubs

no_stubs.install()  # here, since it must be in place before anything below imports gradio
