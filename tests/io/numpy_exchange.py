"""Reads with NumPy the archives that the npz test wrote into a directory, and writes others there for it to read."""
import sys
from pathlib import Path

import numpy as np

directory = Path(sys.argv[1])
for name in ("deflated.npz", "stored.npz"):
    with np.load(directory / name, allow_pickle=False) as arrays:
        assert arrays.files == ["H", "labels", "mask", "names", "step"], arrays.files
        assert arrays["H"].dtype == np.float64 and arrays["H"].flags.c_contiguous
        assert np.array_equal(arrays["H"], np.arange(400).reshape(20, 20) / 7.0)
        assert arrays["labels"].dtype == np.int64 and arrays["labels"].tolist() == [3, 1, 2]
        assert arrays["mask"].dtype == np.bool_ and arrays["mask"].tolist() == [True, False]
        assert arrays["names"].dtype.kind == "U" and arrays["names"].tolist() == ["small red circle", "λ", ""]
        assert arrays["step"].shape == () and int(arrays["step"]) == 200

counted = np.arange(6).reshape(2, 3)
arrays = {
    "c": counted / 3.0,
    "fortran": np.asfortranarray(counted / 3.0),
    "f4": (counted / 3.0).astype(np.float32),
    "b1": counted > 0,
    "text": np.array(["red", "größer", "🟥"]),
}
arrays |= {kind: counted.astype(kind) for kind in ("i1", "i2", "i4", "i8", "u1", "u4")}
np.savez(directory / "numpy.npz", **arrays)
np.savez_compressed(directory / "numpy_compressed.npz", **arrays)
