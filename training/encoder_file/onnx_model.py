"""A trained encoder as ONNX, for what knows nothing of torch: browsers, phones, other languages.

Shapes:  B sounds, S samples, U frames, H width of a GRU, D encoder width.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from training.encoder_file.program import gru_of_any_length

INPUT, OUTPUT = "waveforms", "embeddings"
CHATTY = {
    "torch.onnx._internal.exporter._registration": logging.ERROR,  # warns of each operation of torchvision, where that isn't there
    "onnxscript": logging.WARNING,  # tells of each node that it removes
    "onnx_ir": logging.WARNING,
}
"""Loggers that say what nobody asked for, and from which level on they are heard."""


def onnx_bytes(program: torch.export.ExportedProgram, about: dict[str, str]) -> bytes:
    """A model that takes INPUT (B, S) to OUTPUT (B, D), or frames (B, U, D), with `about` as its metadata."""
    from onnx_ir import Shape

    with gru_of_any_length(), _quietly():
        made = torch.onnx.export(
            program,
            dynamo=True,
            verbose=False,
            input_names=[INPUT],
            output_names=[OUTPUT],
            custom_translation_table={torch.ops.aten.gru.input: _gru},
        )
    assert made is not None
    graph = made.model.graph
    result = graph.outputs[0]
    assert result.shape is not None
    graph.inputs[0].shape, result.shape = (
        Shape(("sounds", "samples")),
        Shape(("sounds", *(["frames"] if len(result.shape) == 3 else []), result.shape[-1])),
    )
    for node in graph.all_nodes():
        node.metadata_props.clear()  # what torch keeps of where each comes from: a third of a small file
    made.model.metadata_props.update(about)
    content: bytes = made.model_proto.SerializeToString()
    return content


def _gru(
    x: Any,
    hidden: Any,
    weights: Sequence[Any],
    biases: bool,
    layers: int,
    dropout: float,
    train: bool,
    both: bool,
    rows: bool,
) -> tuple[Any, Any]:
    """torch's GRU of so many layers: x (B, U, ·) and hidden (layers, B, H) → all states (B, U, H) and the last (layers, B, H).

    torch.onnx has no translation of its own. Both sum up alike where `linear_before_reset` is set, but torch has a gate's weights in
    the order reset, update, new and ONNX in the order update, reset, new.
    """
    import onnxscript

    if not biases or train or both or not rows:
        raise NotImplementedError("Only a GRU with biases, in one direction, of rows of clips was expected.")
    op: Any = onnxscript.opset18
    width = hidden.shape[2]
    order = op.Constant(value_ints=[*range(width, 2 * width), *range(width), *range(2 * width, 3 * width)])
    one_direction, direction = op.Constant(value_ints=[0]), op.Constant(value_ints=[1])
    x, ends = op.Transpose(x, perm=[1, 0, 2]), []
    for layer in range(layers):
        inward, across, *biased = (op.Gather(weight, order) for weight in weights[4 * layer : 4 * layer + 4])
        bias = op.Concat(*biased, axis=0)
        parts = (op.Unsqueeze(weight, one_direction) for weight in (inward, across, bias))
        start = op.Gather(hidden, op.Constant(value_ints=[layer]))
        x, end = op.GRU(x, *parts, None, start, hidden_size=width, linear_before_reset=1)
        x = op.Squeeze(x, direction)
        ends.append(end)
    return op.Transpose(x, perm=[1, 0, 2]), op.Concat(*ends, axis=0)


@contextmanager
def _quietly() -> Iterator[None]:
    before = {name: logging.getLogger(name).level for name in CHATTY}
    for name, level in CHATTY.items():
        logging.getLogger(name).setLevel(level)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
