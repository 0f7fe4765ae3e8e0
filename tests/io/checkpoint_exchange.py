"""Reads run.ckpt, which the checkpoint test wrote into a directory, and compares its parameters with weights.safetensors.
The format is taken from its description, not from a library."""
import json
import struct
import sys
from pathlib import Path

import numpy as np


def read(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__")
    types = {"F32": np.float32, "F64": np.float64, "U8": np.uint8}
    tensors = {}
    for name, entry in header.items():
        first, last = (8 + length + offset for offset in entry["data_offsets"])
        array = np.frombuffer(data[first:last], dtype=types[entry["dtype"]]).reshape(entry["shape"])
        assert first % array.itemsize == 0, name
        tensors[name] = array
    return data, metadata, tensors


directory = Path(sys.argv[1])
data, metadata, tensors = read(directory / "run.ckpt")
place = data.index(metadata["digest"].encode())
digest = 0xCBF29CE484222325
for byte in data[:place] + data[place + 16 :]:
    digest = (digest ^ byte) * 0x100000001B3 % 2**64
assert metadata["digest"] == f"{digest:016x}", metadata
assert metadata["format"] == "1" and metadata["gramscope"] and metadata["cpu"], metadata

run = json.loads(bytes(tensors["run"]))
values = run["values"]
now = values["now"]
assert values[f"checkpoints.{now}.step"] == 30, values
config = run["configs"][values[f"checkpoints.{now}.config"]]
assert config["reg.smoothing"] == 0.1 and config["model.kind"] == "ufm", config
assert run["commands"] == [{"tick": 20, "op": "set", "key": "reg.smoothing", "value": 0.1}], run["commands"]

# The tensors of the model lie in the flat vector column after column, each from a multiple of 16 entries on.
state = values[f"checkpoints.{now}.trainer"]
flat = tensors[f"states.{state}.parameters"][:, 0]
_, _, weights = read(directory / "weights.safetensors")
offset = 0
for name, expected in weights.items():
    assert expected.dtype == flat.dtype == np.float32, (expected.dtype, flat.dtype)
    tensor = flat[offset : offset + expected.size].reshape(expected.shape, order="F")
    assert np.array_equal(tensor, expected), name
    offset += (expected.size + 15) // 16 * 16
assert offset == flat.size, (offset, flat.size)

# A row for each recorded step: segment, step, list of keys, place of the first metric, ...
records = tensors["records"]
keys = [values[f"metrics.keys.{int(records[-1, 2])}.{i}"] for i in range(values[f"metrics.keys.{int(records[-1, 2])}.count"])]
metrics = tensors["metrics.values"][int(records[-1, 3]) :, 0]
assert records[-1, 1] == 29 and 0.0 < metrics[keys.index("objective")] < 10.0, records[-1]
