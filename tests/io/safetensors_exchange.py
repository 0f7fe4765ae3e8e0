"""Reads weights.safetensors, which the safetensors test wrote into a directory, compares it with the arrays of
weights.npz, and writes numpy.safetensors for it to read. The format is taken from its description, not from a library."""
import json
import struct
import sys
from pathlib import Path

import numpy as np

directory = Path(sys.argv[1])
data = (directory / "weights.safetensors").read_bytes()
(length,) = struct.unpack("<Q", data[:8])
header = json.loads(data[8 : 8 + length])
body = data[8 + length :]
assert (8 + length) % 8 == 0, length
metadata = header.pop("__metadata__")
assert metadata["format"] == "pt" and metadata["model.kind"] == "transformer" and metadata["step"] == "12", metadata
assert all(isinstance(value, str) for value in metadata.values()), metadata
end = 0
with np.load(directory / "weights.npz", allow_pickle=False) as arrays:
    assert list(header) == arrays.files, list(header)
    for name, entry in header.items():
        begin, last = end, entry["data_offsets"][1]
        assert entry["data_offsets"][0] == begin, (name, entry)
        end = last
        dtype = {"F32": np.float32, "F64": np.float64}[entry["dtype"]]
        tensor = np.frombuffer(body[begin:last], dtype=dtype).reshape(entry["shape"])
        assert np.array_equal(tensor.astype(np.float64), arrays[name]), name
assert end == len(body), (end, len(body))

values = np.array([[1.0, -2.5, 0.0], [6.0e-8, 65504.0, -0.125]])
parts = {
    "f64": ("F64", values.astype("<f8")),
    "f32": ("F32", values.astype("<f4")),
    "f16": ("F16", values.astype("<f2")),
    "bf16": ("BF16", (values.astype("<f4").view("<u4") >> 16).astype("<u2")),
    "column": ("F32", np.array([3.0, 4.0], dtype="<f4")),
    "number": ("F64", np.array(7.0, dtype="<f8")),
    "empty": ("F32", np.zeros((0, 4), dtype="<f4")),
}
header, body = {"__metadata__": {"format": "np"}}, b""
for name, (dtype, array) in parts.items():
    begin, body = len(body), body + array.tobytes()
    header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [begin, len(body)]}
# Headers may come in any order.
text = json.dumps(dict(reversed(header.items()))).encode()
(directory / "numpy.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + body)
