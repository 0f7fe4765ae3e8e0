"""Files that are wrong in one way each, made by hand: .npy, .npz, .safetensors and pickles. Standard library alone.

usage: bad_files.py DIRECTORY       writes them there, and problems.txt: a line "name<TAB>what the message must say" for each
"""
import io
import json
import pickle
import struct
import sys
import warnings
import zipfile
from pathlib import Path

DATA = struct.pack("<6d", 1, 2, 3, 4, 5, 7)


def npy_header(text, version=1, length=None):
    text = text.encode("latin-1") if isinstance(text, str) else text
    length = len(text) if length is None else length
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", length) + text


def npy(data=DATA, descr="'<f8'", order="False", shape="(3, 2)", version=1):
    return npy_header(f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n", version) + data


def values(kind, *numbers, shape=None):
    """A .npy file of numbers: kind "<f4", "<i8", ... in the letters of struct."""
    letters = {"<f8": "<d", "<f4": "<f", "<f2": "<e", ">f4": ">f", "<i8": "<q", "<u8": "<Q", "|b1": "<?"}
    data = b"".join(struct.pack(letters[kind], number) for number in numbers)
    return npy(data, f"'{kind}'", shape=shape or f"({len(numbers)},)")


def texts(*words, width=None):
    width = width or max(1, *map(len, words))
    data = b"".join(word.encode("utf-32-le").ljust(4 * width, b"\0") for word in words)
    return npy(data, f"'<U{width}'", shape=f"({len(words)},)")


def bad_npy():
    good = npy()
    begin = len(good) - len(DATA)
    nan, infinity = float("nan"), float("inf")
    # In the order of Fortran the first entry that is not finite is at row 2, in the order of rows at row 0.
    turned = struct.pack("<6d", 1, 2, nan, infinity, 5, 6)
    return {
        "empty": (b"", "array header: not a NumPy array"),
        "magic_cut": (good[:4], "not a NumPy array"),
        "magic_alone": (good[:6], "array header: cut short"),
        "version_cut": (good[:7], "array header: cut short"),
        "length_cut": (good[:9], "array header: cut short"),
        "dictionary_cut": (good[:40], "array header: cut short"),
        "data_missing": (good[:begin], "data: 0 bytes are fewer than the shape (3, 2) of float64 needs"),
        "data_cut": (good[:-1], "data: 47 bytes are fewer than the shape"),
        "data_too_long": (good + b"\0", "data: 49 bytes, where the shape (3, 2) of float64 needs 48"),
        "magic_wrong": (b"\x93NUMPX" + good[6:], "the first bytes are not"),
        "version_0": (npy(version=0), "format 0 is not known"),
        "version_9": (npy(version=9), "format 9 is not known"),
        "length_beyond": (npy_header("{}", length=65535), "cut short"),
        "length_4_gib": (npy_header("{}", 2, 0xFFFFFFFF), "4294967295 bytes long, more than 65536"),
        "length_over_limit": (npy_header(" " * 65537, 3), "65537 bytes long, more than 65536"),
        "no_shape": (npy_header("{'descr': '<f8', 'fortran_order': False}") + DATA, "needs 'descr', 'fortran_order' and"),
        "no_keys": (npy_header("{}") + DATA, "needs 'descr', 'fortran_order' and"),
        "descr_twice": (npy_header("{'descr': '<f8', 'descr': '<f4', "), "'descr' is there twice"),
        "shape_twice": (npy_header("{'shape': (3, 2), 'shape': (1, 2), "), "'shape' is there twice"),
        "order_twice": (npy_header("{'fortran_order': True, 'fortran_order': False, "), "'fortran_order' is there twice"),
        "unknown_key": (npy_header("{'evil\x1b[31m': 1}"), "an unknown key 'evil\ufffd[31m'"),
        "a_list": (npy_header("['<f8', False, (3, 2)]"), "'{' expected at byte 0"),
        "text_unfinished": (npy_header("{'descr"), "an unfinished text"),
        "dictionary_unfinished": (npy_header("{'descr': '<f8'"), "'}' expected"),
        "goes_on": (npy_header("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2)} + {}") + DATA,
                    "goes on after its end"),
        "code": (npy(order="__import__('os')"), "fortran_order must be True or False"),
        "order_a_number": (npy(order="0"), "fortran_order must be True or False"),
        "shape_negative": (npy(shape="(-3, -2)"), "the shape must be a tuple of whole numbers"),
        "shape_a_fraction": (npy(shape="(3.0, 2)"), "')' expected"),
        "shape_beyond_64_bits": (npy(shape="(99999999999999999999, 2)"), "the shape must be a tuple of whole numbers"),
        "shape_a_list": (npy(shape="[3, 2]"), "'(' expected"),
        "shape_huge": (npy(shape="(4611686018427387904, 2)"), "has 4,611,686,018,427,387,904 rows, more than the 65,536"),
        "shape_overflows": (npy(shape="(65536, 18446744073709551615)"), "entries, more than the 134,217,728"),
        "shape_wraps_to_3": (npy(shape="(3, 6148914691236517206)"), "entries, more than the 134,217,728"),
        "shape_large": (npy(shape="(65536, 2048)"), "data: 48 bytes are fewer than"),
        "one_dimension": (npy(shape="(6,)"), "H: must be n × d, a row per sample; has the shape (6,)"),
        "three_dimensions": (npy(shape="(3, 2, 1)"), "has the shape (3, 2, 1)"),
        "no_dimension": (npy(DATA[:8], shape="()"), "has the shape ()"),
        "dimensions": (npy(shape="(" + "1, " * 33 + ")"), "more than 32 dimensions"),
        "no_rows": (npy(b"", shape="(0, 2)"), "H: is empty"),
        "no_columns": (npy(b"", shape="(3, 0)"), "H: is empty"),
        "no_columns_overflow": (npy(b"", shape="(18446744073709551615, 0)"), "H: is empty"),
        "objects": (npy(pickle.dumps([1.0] * 6), "'|O'"), "allow_pickle=True"),
        "records": (npy(descr="[('a', '<f4'), ('b', '<f4')]"), "must be numbers: float16, float32, float64 or integers; is rec"),
        "records_deep": (npy_header("{'descr': " + "[" * 60000), "an unfinished list"),
        "complex": (npy(descr="'<c16'"), "is <c16"),
        "dates": (npy(descr="'<M8[ns]'"), "is <M8[ns]"),
        "text": (npy(descr="'<U2'"), "is text"),
        "float128": (npy(descr="'<f16'"), "is <f16"),
        "no_order": (npy(descr="'f8'"), "is f8"),
        "type_a_number": (npy(descr="8"), "a quoted text expected"),
        "type_huge": (npy(descr="'<U99999999999999999999'"), "is <U99999999999999999999"),
        "nan": (npy(struct.pack("<6d", 1, 2, 3, nan, 5, nan)), "H: row 1, column 1 (counted from 0) is nan"),
        "infinity_half": (values("<f2", 1, 2, 3, 4, 5, -infinity, shape="(3, 2)"), "row 2, column 1 (counted from 0) is -inf"),
        "infinity_big_endian": (values(">f4", infinity, 2, 3, 4, 5, 6, shape="(3, 2)"), "row 0, column 0"),
        "nan_fortran": (npy(turned, order="True"), "row 0, column 1 (counted from 0) is inf"),
    }


def archive(members, method=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a name that is there twice
        with zipfile.ZipFile(buffer, "w", method) as file:
            for name, data in members:
                file.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def npz(**arrays):
    return archive([(name + ".npy", data) for name, data in ({"H": npy()} | arrays).items() if data is not None])


def directory_of(file):
    """Where the directory of an archive begins."""
    return struct.unpack("<I", file[-6:-2])[0]


def patched(file, place, layout, value):
    return file[:place] + struct.pack(layout, value) + file[place + struct.calcsize(layout):]


def patched_twice(file, local, central, layout, value):
    """A field that the member's own header and the directory both have."""
    return patched(patched(file, local, layout, value), directory_of(file) + central, layout, value)


def overlapping():
    """Two entries of the directory for one member."""
    file = archive([("H.npy", npy())])
    begin = directory_of(file)
    entry = file[begin:-22]
    again = entry[:46] + b"W" + entry[47:]
    end = file[-22:-14] + struct.pack("<HHII", 2, 2, len(entry) * 2, begin) + b"\0\0"
    return file[:begin] + entry + again + end


def nested():
    """A member that lies in the data of another: an archive stored in the first, with an entry for what is in it."""
    inner = archive([("W.npy", npy())])
    outer = archive([("H.npy", npy()), ("inner", inner)])
    begin = directory_of(outer)
    place = outer.index(b"PK\x03\x04", outer.index(b"inner"))
    entry = inner[directory_of(inner):-22]
    entry = patched(entry, 42, "<I", place)
    directory = outer[begin:-22] + entry
    return outer[:begin] + directory + outer[-22:-14] + struct.pack("<HHII", 3, 3, len(directory), begin) + b"\0\0"


def bad_npz():
    good = npz()
    deflated = archive([("H.npy", npy())], zipfile.ZIP_DEFLATED)
    data = 30 + len("H.npy")  # where the member's bytes begin
    directory = directory_of(good)
    zeros = bytes(64 << 20)
    bomb = archive([("H.npy", npy(zeros, shape="(8192, 1024)"))], zipfile.ZIP_DEFLATED)
    nan = float("nan")
    labels = values("<i8", 0, 1, 1)
    w = npy(DATA[:32], shape="(2, 2)")
    surrogate = npy(b"\x00\xd8\x00\x00" * 3, "'<U1'", shape="(3,)")
    many = archive([(f"{i}.npy", b"") for i in range(4097)])
    return {
        "empty": (b"", "archive: not an .npz file"),
        "text": (b"not an archive at all", "archive: not an .npz file"),
        "first_bytes": (good[:4], "archive: not an .npz file"),
        "half": (good[:len(good) // 2], "archive: not an .npz file"),
        "directory_cut": (good[:directory + 20], "archive: not an .npz file"),
        "end_cut": (good[:-12], "archive: not an .npz file"),
        "no_members": (archive([]), "archive: not an .npz file"),
        "no_arrays": (archive([("readme.txt", b"H")]), "H: missing: the file has no arrays"),
        "members": (many, "4097 members, more than 4096"),
        "twice": (archive([("H.npy", npy()), ("H.npy", npy())]), "H.npy: is there twice"),
        "overlapping": (overlapping(), "lies inside another member"),
        "nested": (nested(), "lies inside another member"),
        "checksum": (patched(good, len(good) - len(good) + data + 100, "<B", 0x5A), "H: "),
        "checksum_wrong": (patched_twice(good, 14, 16, "<I", 1), "H: its checksum does not match"),
        "deflated_damaged": (patched(deflated, data, "<B", 0x07), "H: its compressed data is damaged or cut short"),
        "deflated_short": (patched_twice(deflated, 22, 24, "<I", len(npy()) + 8), "H: data: 56 bytes, where"),
        "claims_2_gib": (patched_twice(deflated, 22, 24, "<I", 0x7FFFFFF0), "H.npy: claims 2147483632 bytes, more than its"),
        "stored_claims_more": (patched_twice(good, 22, 24, "<I", len(npy()) + 8), "H.npy: claims"),
        "compressed_beyond": (patched_twice(deflated, 18, 20, "<I", 0x10000000), "beyond the end of the file"),
        "bomb": (bomb, "compressed bytes are too many to be data"),
        "encrypted": (patched_twice(good, 6, 8, "<H", 1), "H.npy: is encrypted"),
        "method": (patched_twice(good, 8, 10, "<H", 14), "H.npy: compression method 14 is not read"),
        "header_gone": (b"XX" + good[2:], "H.npy: its header is damaged, or not where"),
        "header_elsewhere": (patched(good, directory + 42, "<I", 7), "H.npy: its header is damaged"),
        "header_beyond": (patched(good, directory + 42, "<I", 0x7FFFFFFF), "H.npy: its header is damaged"),
        "directory_beyond": (patched(good, len(good) - 6, "<I", 0x7FFFFFFF), "archive: not an .npz file"),
        "directory_entry_gone": (patched(good, directory, "<I", 0), "archive: "),
        "name_long": (archive([("H" * 600 + ".npy", npy())]), "a member's name is too long"),
        "not_an_array": (archive([("H.npy", b"text")]), "H: array header: not a NumPy array"),
        "array_cut": (npz(H=npy()[:-8]), "H: data: 40 bytes are fewer than"),
        "array_too_long": (npz(H=npy() + bytes(8)), "H: data: 56 bytes, where"),
        "h_missing": (npz(H=None, labels=labels), "H: missing: the file has labels"),
        "h_which": (npz(H=None, first=npy(), second=npy()), "which of first, second is it?"),
        "h_twice": (npz(embeddings=npy()), "embeddings: is another name of H"),
        "labels_twice": (npz(labels=labels, y=labels), "y: is another name of labels"),
        "h_objects": (npz(H=npy(pickle.dumps([1]), "'|O'")), "allow_pickle=True"),
        "names_objects": (npz(names=npy(pickle.dumps(["a"]), "'|O'", shape="(3,)")), "names: an array of pickled Python objects"),
        "w_width": (npz(W=npy(shape="(2, 3)")), "W: has 3 columns, and H has 2"),
        "w_nan": (npz(W=npy(struct.pack("<4d", 1, nan, 3, 4), shape="(2, 2)")), "W: row 0, column 1 (counted from 0) is nan"),
        "w_rows": (npz(W=npy(b"", shape="(1000000, 2)")), "W: has 1,000,000 rows, more than the 524,288"),
        "b_alone": (npz(b=values("<f8", 1, 2)), "b: is there without W"),
        "b_length": (npz(W=w, b=values("<f8", 1, 2, 3)), "b: must have the shape (2,), a number per row of W; has (3,)"),
        "b_infinite": (npz(W=w, b=values("<f8", 1, float("inf"))), "b: element 1 is inf"),
        "labels_real": (npz(labels=values("<f8", 0, 1, 1)), "labels: must be integers; is float64"),
        "labels_length": (npz(labels=values("<i8", 0, 1)), "labels: must have the shape (3,), an integer per sample; has (2,)"),
        "labels_negative": (npz(labels=values("<i8", 0, -1, 1)), "labels: element 1: -1: labels are 0 or more"),
        "labels_huge": (npz(labels=values("<i8", 0, 1 << 40, 1)), "labels: element 1: 1099511627776: labels are less than 524,288"),
        "labels_beyond": (npz(labels=values("<u8", 0, 1, 1 << 63)), "element 2: 9223372036854775808 is beyond 64 bits with a sign"),
        "labels_beyond_w": (npz(W=w, labels=values("<i8", 0, 1, 2)), "labels: element 2: 2: W has 2 rows"),
        "factors_rows": (npz(factors=values("<i8", 1, 2)), "factors: must have the shape (3, k)"),
        "factors_dimensions": (npz(factors=values("<i8", 1, 2, 3, shape="(3, 1, 1)")), "factors: must have the shape (3, k)"),
        "factors_none": (npz(factors=npy(b"", "'<i8'", shape="(3, 0)")), "factors: must have the shape (3, k)"),
        "factors_many": (npz(factors=npy(bytes(195), "'|i1'", shape="(3, 65)")), "factors: 65 factors, more than 64"),
        "factors_real": (npz(factors=npy()), "factors: must be integers; is float64"),
        "factor_names_count": (npz(factors=labels, factor_names=texts("a", "b")), "factor_names: must have the shape (1,)"),
        "factor_names_twice": (npz(factors=values("<i8", *range(6), shape="(3, 2)"), factor_names=texts("a", "a")),
                               "factor_names: element 1: a is there twice"),
        "factor_names_empty": (npz(factors=labels, factor_names=texts("")), "factor_names: element 0: is empty"),
        "names_count": (npz(names=texts("a", "b")), "names: must have the shape (3,), a text each; has (2,)"),
        "names_numbers": (npz(names=labels), "names: must be texts; is int64"),
        "names_no_unicode": (npz(names=surrogate), "names: element 0: not a Unicode text"),
        "names_no_utf8": (npz(names=npy(b"a\xff\x00", "'|S1'", shape="(3,)")), "names: element 1: not a text in UTF-8"),
        "names_wide": (npz(names=npy(b"", "'<U70000'", shape="(3,)")), "names: texts of 70000 characters, more than 65536"),
        "word_names_count": (npz(W=w, word_names=texts("a")), "word_names: must have the shape (2,)"),
        "step_negative": (npz(step=values("<i8", -4, shape="()")), "step: -4: must be 0 or more"),
        "step_several": (npz(step=values("<i8", 1, 2)), "step: must be a single number; has the shape (2,)"),
        "step_real": (npz(step=values("<f8", 4, shape="()")), "step: must be an integer; is float64"),
        "smoothing_nan": (npz(smoothing=values("<f8", nan, shape="()")), "smoothing: nan: must be a finite number"),
    }


def tensors(header, data=DATA, length=None):
    text = header if isinstance(header, bytes) else header.encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(dtype="F64", shape="[3,2]", offsets="[0,48]"):
    return f'{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}'


def with_metadata(metadata):
    return tensors(f'{{"__metadata__":{metadata},"H":{entry()}}}')


def bad_safetensors():
    good = tensors(f'{{"H":{entry()}}}')
    pair = f'"H":{entry(shape="[2,2]", offsets="[0,32]")}'
    brain = struct.pack("<6H", 0x3F80, 0x3F80, 0x3F80, 0x3F80, 0x7FC0, 0x3F80)
    three = json.dumps('["a", "b"]')
    return {
        "empty": (b"", "header: cut short: the file has fewer than 8 bytes"),
        "length_cut": (good[:7], "header: cut short: the file has fewer than 8 bytes"),
        "header_cut": (good[:30], "header: cut short: "),
        "data_cut": (good[:-1], "tensor H: lies at bytes 0 to 48 of the data, which has 47"),
        "length_beyond": (tensors("{}", b"", length=1000), "header: cut short: 1000 bytes long, and the file has 2"),
        "length_huge": (tensors("{}", b"", length=(1 << 63) + 5), "bytes long, more than 16777216"),
        "length_0": (tensors("", b"", length=0), "not a safetensors file"),
        "length_1": (tensors(f'{{"H":{entry()}}}', length=1), "header: not valid JSON at byte"),
        "a_list": (tensors("[]", b""), "not a safetensors file (the header is no JSON object)"),
        "json_cut": (tensors('{"H":', b""), "header: not valid JSON at byte"),
        "json_goes_on": (tensors(f'{{"H":{entry()}}} {{}}'), "header: not valid JSON at byte"),
        "json_byte_order_mark": (tensors(b"\xef\xbb\xbf{}", b""), "not a safetensors file"),
        "name_no_utf8": (tensors(b'{"H\xff":1}', b""), "header: not valid JSON at byte"),
        "name_control": (tensors('{"H\n":1}', b""), "header: not valid JSON at byte"),
        "no_tensors": (tensors("{}", b""), "H: missing: the file has no arrays"),
        "deep_tensor": (tensors('{"H":' + "[" * 1000000, b""), "tensor H: needs dtype, shape and data_offsets, and is a list"),
        "deep_type": (tensors('{"H":{"dtype":' + '{"a":' * 200000, b""), "tensor H: dtype must be a text, and is an object"),
        "deep_shape": (tensors('{"H":{"shape":' + "[" * 1000000, b""), "tensor H: shape must be a list of whole numbers, and has a list"),
        "deep_metadata": (tensors('{"__metadata__":{"a":' + "[" * 1000000, b""), "__metadata__: must hold texts, and has a list"),
        "twice": (tensors(f'{{"H":{entry()},"H":{entry()}}}'), "header: the key H comes twice"),
        "field_twice": (tensors('{"H":{"dtype":"F64","dtype":"F32"}}', b""), "tensor H: dtype comes twice"),
        "metadata_key_twice": (with_metadata('{"a":"1","a":"2"}'), "__metadata__: the key a comes twice"),
        "metadata_twice": (tensors('{"__metadata__":{},"__metadata__":{}}', b""), "the key __metadata__ comes twice"),
        "metadata_number": (with_metadata('{"a":1}'), "__metadata__: must hold texts, and has a number"),
        "metadata_a_list": (with_metadata('["a"]'), "__metadata__: must hold texts, and has a list"),
        "metadata_null": (with_metadata("null"), "__metadata__: must hold texts, and has null"),
        "field_unknown": (tensors('{"H":{"dtype":"F64","size":48}}'), "tensor H: has an unknown key size"),
        "field_missing": (tensors('{"H":{"dtype":"F64","shape":[3,2]}}'), "tensor H: needs dtype, shape and data_offsets"),
        "null": (tensors('{"H":null}', b""), "tensor H: needs dtype, shape and data_offsets, and is null"),
        "type_unknown": (tensors(f'{{"H":{entry("F63")}}}'), 'tensor H: the type "F63" is not known'),
        "type_a_number": (tensors('{"H":{"dtype":64}}'), "tensor H: dtype must be a text, and is a number"),
        "shape_negative": (tensors(f'{{"H":{entry(shape="[-3,-2]")}}}'), "tensor H: shape must be a list of whole numbers, and has a neg"),
        "shape_a_fraction": (tensors(f'{{"H":{entry(shape="[3.0,2]")}}}'), "and has a number that is not whole"),
        "shape_a_number": (tensors(f'{{"H":{entry(shape="6")}}}'), "tensor H: shape must be a list of whole numbers, and has a number"),
        "shape_texts": (tensors(f'{{"H":{entry(shape=chr(34) + "3" + chr(34))}}}'), "tensor H: shape must be a list of whole numbers"),
        "shape_overflows": (tensors(f'{{"H":{entry(shape="[4294967296,4294967296,4294967297]")}}}'), "48 bytes of data are not what float64"),
        "shape_wraps": (tensors(f'{{"H":{entry(shape="[3,6148914691236517206]")}}}'), "48 bytes of data are not what float64"),
        "shape_beyond_64_bits": (tensors(f'{{"H":{entry(shape="[99999999999999999999,2]")}}}'), "a number that is not whole"),
        "shape_empty_overflow": (tensors(f'{{"H":{entry(shape="[0,18446744073709551615]", offsets="[0,0]")}}}', b""),
                                 "0 bytes of data are not what float64"),
        "dimensions": (tensors(f'{{"H":{entry(shape="[" + "1," * 32 + "6]")}}}'), "tensor H: shape has more than 32 numbers"),
        "shape_small": (tensors(f'{{"H":{entry(shape="[3,1]")}}}'), "48 bytes of data are not what float64 of the shape (3, 1) takes"),
        "offsets_one": (tensors(f'{{"H":{entry(offsets="[0]")}}}'), "tensor H: data_offsets must be two numbers"),
        "offsets_three": (tensors(f'{{"H":{entry(offsets="[0,24,48]")}}}'), "tensor H: data_offsets must be two numbers"),
        "offsets_reversed": (tensors(f'{{"H":{entry(offsets="[48,0]")}}}'), "tensor H: lies at bytes 48 to 0 of the data"),
        "offsets_beyond": (tensors(f'{{"H":{entry(offsets="[8,56]")}}}'), "tensor H: lies at bytes 8 to 56 of the data, which has 48"),
        "overlapping": (tensors(f'{{{pair},"W":{entry(shape="[2,1]", offsets="[24,40]")}}}', DATA[:40]), "tensor W: begins at byte 24 of the data, inside another"),
        "gap": (tensors(f'{{{pair},"W":{entry(shape="[1,1]", offsets="[40,48]")}}}'), "tensor W: begins at byte 40 of the data, and what is before it ends at 32"),
        "gap_first": (tensors(f'{{"H":{entry(shape="[2,2]", offsets="[16,48]")}}}'), "tensor H: begins at byte 16 of the data, and what is before it ends at 0"),
        "data_too_long": (good + b"\0", "data: 49 bytes, of which the tensors take 48"),
        "h_complex": (tensors(f'{{"H":{entry("C64")}}}'), "H: must be numbers: float16, float32, float64 or integers; is complex64"),
        "h_float8": (tensors(f'{{"H":{entry("F8_E4M3", offsets="[0,6]")}}}', bytes(6)), "is float8"),
        "h_one_dimension": (tensors(f'{{"H":{entry(shape="[6]")}}}'), "H: must be n × d, a row per sample; has the shape (6,)"),
        "h_empty": (tensors(f'{{"H":{entry(shape="[0,2]", offsets="[0,0]")}}}', b""), "H: is empty"),
        "h_twice": (tensors(f'{{{pair},"embeddings":{entry(shape="[2,1]", offsets="[32,48]")}}}'), "embeddings: is another name of H"),
        "h_which": (tensors(f'{{"p":{entry(shape="[2,2]", offsets="[0,32]")},"q":{entry(shape="[2,1]", offsets="[32,48]")}}}'),
                    "H: missing: which of p, q is it?"),
        "nan_brain": (tensors(f'{{"H":{entry("BF16", offsets="[0,12]")}}}', brain), "H: row 2, column 0 (counted from 0) is nan"),
        "labels_real": (tensors(f'{{"H":{entry(shape="[2,2]", offsets="[0,32]")},"labels":{entry(shape="[2]", offsets="[32,48]")}}}'),
                        "labels: must be integers; is float64"),
        "names_no_list": (with_metadata('{"names":"a"}'), "names: not valid JSON at byte"),
        "names_object": (with_metadata('{"names":"{}"}'), "names: must be a JSON array of strings, and has an object"),
        "names_numbers": (with_metadata('{"names":"[1,2,3]"}'), "names: must be a JSON array of strings, and has a number"),
        "names_deep": (with_metadata('{"names":"' + "[" * 1000000 + '"}'), "names: must be a JSON array of strings, and has a list"),
        "names_cut": (with_metadata('{"names":"["}'), "names: not valid JSON at byte"),
        "names_count": (with_metadata(f'{{"names":{three}}}'), "names: must be 3 texts; has 2"),
        "step_text": (with_metadata('{"step":"12a"}'), "step: must be an integer; is 12a"),
        "step_negative": (with_metadata('{"step":"-1"}'), "step: -1: must be 0 or more"),
    }


def pickles():
    """What only Python can read, by the name of the file."""
    torch = archive([("archive/data.pkl", b"\x80\x02}q\x00."), ("archive/version", b"3\n")])
    return {
        "a.pt": (torch, "torch.load("),
        "old.pth": (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", "torch.load("),
        "weights.bin": (torch, "torch.load("),
        "last.ckpt": (torch, "torch.load("),
        "renamed.npz": (torch, "torch.load("),
        "a.pkl": (pickle.dumps({"H": 1}), "pickle.load("),
        "renamed.npy": (pickle.dumps([1, 2], protocol=2), "pickle.load("),
        "nothing.dat": (b"nothing that is known", "the first bytes are those of no .npz, .npy or .safetensors file"),
    }


def all_files():
    """{name of the file: (bytes, what the message must say)}"""
    files = {}
    for ending, made in ((".npy", bad_npy()), (".npz", bad_npz()), (".safetensors", bad_safetensors())):
        files |= {name + ending: bad for name, bad in made.items()}
    return files | pickles()


def main():
    directory = Path(sys.argv[1])
    files = all_files()
    for name, (data, _) in files.items():
        (directory / name).write_bytes(data)
    lines = [f"{name}\t{problem}\n" for name, (_, problem) in files.items()]
    (directory / "problems.txt").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
