"""Snapshots of a PyTorch model, to watch beside its training with `gramscope view DIRECTORY --follow`."""

import os

import numpy as np


def save_snapshot(directory, step, H, **arrays):
    """Writes directory/step_00000200.npz: H (n×d), the embeddings of n fixed samples, a row each, always in the same order.

    Further arrays, all optional: W (K×d) and b (K), the read-out W h + b; labels (n), 0 to K-1; factors (n×k), integers,
    and factor_names (k), attributes that the analysis compares with; names (n). Tensors and arrays of any float type.
    What does not change (labels, factors, names) is needed in one snapshot only.
    """
    arrays = {"H": H, "step": step, **{name: array for name, array in arrays.items() if array is not None}}
    for name, array in arrays.items():
        if hasattr(array, "detach"):  # a tensor; NumPy knows no bfloat16
            array = array.detach().cpu()
            arrays[name] = (array.float() if str(array.dtype) == "torch.bfloat16" else array).numpy()
    os.makedirs(directory, exist_ok=True)
    path = os.path.join(directory, f"step_{step:08d}.npz")
    with open(path + ".tmp", "wb") as file:
        np.savez(file, **arrays)
    os.replace(path + ".tmp", path)  # whoever looks sees the whole file or none
