"""Writes embeddings with NumPy, and with PyTorch where there is one, in every type, order and compression that is read, and
expected.npz: the same values as 64-bit reals in C order, by the name of the file.

usage: embedding_exchange.py DIRECTORY
"""
import io
import json
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np

directory = Path(sys.argv[1])
expected = {}


def every_finite_pattern(to_real):
    """256 × 256: all that 16 bits can say, subnormal numbers and both zeros included; 1 in place of what is not finite."""
    bits = np.arange(1 << 16, dtype=np.uint16)
    with np.errstate(invalid="ignore"):
        finite = np.isfinite(to_real(bits))
    return np.where(finite, bits, 0x3C00 if to_real is half else 0x3F80).astype(np.uint16).reshape(256, 256)


def half(bits):
    return bits.view(np.float16).astype(np.float64)


def brain(bits):
    return (bits.astype(np.uint32) << 16).view(np.float32).astype(np.float64)


def sample(kind):
    """7 × 5 numbers that use the whole of the type's range."""
    if kind == "b1":
        return np.arange(35).reshape(7, 5) % 3 == 0
    if kind[0] in "iu":
        info = np.iinfo(kind)
        numbers = np.linspace(float(max(info.min, -(2**52))), float(min(info.max, 2**52)), 35)
        return numbers.astype(kind).reshape(7, 5)
    info = np.finfo(kind)
    numbers = [info.max, info.min, info.tiny, -info.tiny, info.smallest_subnormal, -0.0, 1 + info.eps, 1 / 3]
    return np.resize(np.array(numbers + list(range(27)), dtype=kind), (7, 5))


class Pipe(io.RawIOBase):
    """What cannot be gone back in: the sizes of members then follow them, in data descriptors."""

    def __init__(self, path):
        self.file = open(path, "wb")

    def writable(self):
        return True

    def write(self, data):
        return self.file.write(data)

    def close(self):
        self.file.close()
        super().close()


def members(path, arrays, method, force_zip64=False, piped=False):
    with zipfile.ZipFile(Pipe(path) if piped else path, "w", method) as file:
        for name, array in arrays.items():
            with file.open(name + ".npy", "w", force_zip64=force_zip64) as member:
                np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)


halves = every_finite_pattern(half).view(np.float16)
for kind in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"):
    for endian in "<>" if kind != "b1" else "|":
        for order in "CF":
            name = f"{kind}_{'big' if endian == '>' else 'little'}_{order}"
            array = halves if kind == "f2" else sample(kind)
            stored = np.array(array, dtype=endian + kind, order=order)
            np.save(directory / f"{name}.npy", stored)
            np.savez(directory / f"{name}_stored.npz", H=stored)
            np.savez_compressed(directory / f"{name}_deflated.npz", embeddings=stored)
            for file in (f"{name}.npy", f"{name}_stored.npz", f"{name}_deflated.npz"):
                expected[file] = array.astype(np.float64)

whole = np.arange(12.0).reshape(4, 3)
notes = {"H": whole, "labels": np.array([0, 2, 1, 0], dtype=np.uint8), "unread": np.array([1 + 2j]),
         "names": np.array(["a", "größer", "🟥", ""]), "step": np.array(70)}
members(directory / "zip64.npz", notes, zipfile.ZIP_DEFLATED, force_zip64=True)
members(directory / "piped.npz", notes, zipfile.ZIP_DEFLATED, piped=True)
members(directory / "piped_stored.npz", notes, zipfile.ZIP_STORED, piped=True)
for file in ("zip64.npz", "piped.npz", "piped_stored.npz"):
    expected[file] = whole
large = np.random.default_rng(4).normal(size=(700, 900))  # several blocks, in each order
for order in "CF":
    np.savez(directory / f"large_{order}.npz", anything=np.array(large, order=order), W=np.array(large[:50], order=order))
    expected[f"large_{order}.npz"] = large
for version in ((1, 0), (2, 0), (3, 0)):
    with open(directory / f"version_{version[0]}.npy", "wb") as file:
        np.lib.format.write_array(file, whole, version=version)
    expected[f"version_{version[0]}.npy"] = whole

types = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "<i1", "U64": "<u8",
         "U32": "<u4", "U16": "<u2", "U8": "<u1", "BOOL": "|b1"}


def write_safetensors(file, tensors, metadata):
    header, body = {"__metadata__": metadata}, b""
    for name, (dtype, array) in tensors.items():
        begin, body = len(body), body + array.tobytes()
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [begin, len(body)]}
    text = json.dumps(header).encode()
    (directory / file).write_bytes(struct.pack("<Q", len(text)) + text + body)


for dtype, kind in types.items():
    array = halves if dtype == "F16" else sample(kind[1:])
    write_safetensors(f"{dtype}.safetensors", {"H": (dtype, array.astype(kind))}, {"step": "1200"})
    expected[f"{dtype}.safetensors"] = array.astype(np.float64)
bits = every_finite_pattern(brain)
write_safetensors("BF16.safetensors", {"H": ("BF16", bits)}, {"step": "1200"})
expected["BF16.safetensors"] = brain(bits.reshape(-1)).reshape(256, 256)
write_safetensors("notes.safetensors",
                  {"C": ("C64", np.zeros(2, dtype="<c8")), "H": ("F32", whole.astype("<f4")),
                   "labels": ("I64", np.array([0, 2, 1, 0])), "step": ("I32", np.array([70], dtype="<i4"))},
                  {"names": json.dumps(["a", "größer", "🟥", ""]), "format": "np"})
expected["notes.safetensors"] = whole

try:
    import torch
except ImportError:
    torch = None
if torch is not None:
    # Numbers halfway between two that 16 bits hold are rounded by PyTorch to the even one.
    ties = torch.tensor([[1 + 2.0**-8, 1 + 3 * 2.0**-8, -(1 + 2.0**-8)], [2.0**-134, 3 * 2.0**-134, 1 / 3]])
    rounded = ties.to(torch.bfloat16)
    write_safetensors("ties.safetensors", {"H": ("BF16", rounded.view(torch.int16).numpy())}, {})
    expected["ties.safetensors"] = rounded.double().numpy()
    np.savez(directory / "ties.npz", H=ties.half())
    expected["ties.npz"] = ties.half().double().numpy()
np.savez(directory / "expected.npz", **expected)
