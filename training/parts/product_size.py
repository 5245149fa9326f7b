"""How large the entries of a product are altogether, without the product where that is the larger one."""

from torch import Tensor


def product_size(a: Tensor, b: Tensor) -> Tensor:
    """Sum of the squares of aᵀ b, of a and b (B, P).

    ‖aᵀ b‖² = tr(bᵀ a aᵀ b) = Σ (a aᵀ) ∘ (b bᵀ): with fewer rows than columns, two products (B, B) say it for one (P, P).
    """
    if len(a) < a.shape[1]:
        return ((a @ a.T) * (b @ b.T)).sum()
    return (a.T @ b).square().sum()
