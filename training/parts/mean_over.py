"""The mean of what counts: padding, frames that were not hidden and the like have no part in a loss."""

from torch import Tensor


def mean_over(values: Tensor, counted: Tensor) -> Tensor:
    """Σ values · counted / Σ counted over the axes of `counted`; 0 where nothing is counted at all.

    counted (*C) bool; values (*C, *R) → (*R), a scalar where nothing is left of R.
    """
    whole = counted.view(*counted.shape, *[1] * (values.dim() - counted.dim()))
    return (values * whole).sum(tuple(range(counted.dim()))) / counted.sum().clamp(min=1)


def loss_over(values: Tensor, counted: Tensor) -> dict[str, Tensor]:
    """What `Method.loss` gives of values (B, …): "loss", their mean over what is counted (B, …), and "clips" (B,), each
    clip's own mean without a gradient, NaN where nothing of a clip is counted.
    """
    own, number = (x.reshape(len(x), -1).sum(1) for x in (values.detach() * counted, counted))
    return {"loss": mean_over(values, counted), "clips": own / number}
