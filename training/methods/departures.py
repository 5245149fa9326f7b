"""Where all methods differ from their papers in the same way; each file numbers what is its own."""

FOR_ALL = (
    "Sounds are heard as 40 mel bands every 20 ms, levelled by the power of a clip's active frames; most papers take 64 to 128 "
    "bands every 10 ms (the setting `resolution` has 64 and 80).",
    "Encoders are small by default, 0.2 to 0.6 million parameters, so that two CPU cores show learning within a minute; "
    "`encoder_size` has larger ones, up to some 20 million.",
    "Runs last minutes, not days: learning rates are higher, batches smaller, and slow copies follow faster than in the papers.",
    "AdamW by default, with a short linear warm-up and half a cosine to 0 at the end of the run, of the new end where it is trained "
    "longer; biases and the parameters of norm layers don't decay.",
    "What is measured, mapped, kept and exported has weights averaged over the last steps (`averaging`), not the last step's.",
    "An embedding is the maximum plus the mean over the frames of a whole clip, whatever the paper takes.",
    "On hardware with bfloat16 the networks run in it; losses, similarities and statistics are of float32.",
)
"""Sentences in Markdown."""
