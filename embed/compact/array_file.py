"""Named arrays in a file that is written whole and read whole, with a checksum.

A file is: the length of the header in eight bytes, the header in JSON, the arrays one after the
other, and the CRC-32 of all that in four bytes.
"""

import json
import math
import os
import tempfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shopwindow.values import NamedArrays

_ALIGNMENT = 64
_CHECKSUM_SIZE = 4


def write_arrays(path: Path, arrays: NamedArrays) -> None:
    """Write arrays into a file, which appears under its name when it is complete.

    Args:
        path: The file; its folder is made, for this user alone. Several processes may write it at
            the same time: the last one's file stays.
        arrays: By name, of any shape.

    Raises:
        OSError: The file cannot be written.
    """
    # The largest items first, so that each array is aligned.
    ordered = sorted(arrays.items(), key=lambda item: -item[1].itemsize)
    layout = [[name, values.dtype.str, values.shape] for name, values in ordered]
    header = json.dumps(layout).encode()
    header += b" " * (-(8 + len(header)) % _ALIGNMENT)
    parts: list[bytes | memoryview] = [len(header).to_bytes(8, "little"), header]
    parts += [
        np.ascontiguousarray(values).reshape(-1).view(np.uint8).data  # uncopied where in C order
        for _, values in ordered
    ]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            checksum = 0
            for part in parts:
                checksum = zlib.crc32(part, checksum)
                file.write(part)
            file.write(checksum.to_bytes(_CHECKSUM_SIZE, "little"))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    """Read the arrays that `write_arrays` wrote.

    Returns:
        By name, read-only, each of its own shape and dtype.

    Raises:
        OSError: The file cannot be read.
        ValueError: The file is damaged.
    """
    data = path.read_bytes()
    content = memoryview(data)[:-_CHECKSUM_SIZE]
    if zlib.crc32(content) != int.from_bytes(data[-_CHECKSUM_SIZE:], "little") or not content:
        raise ValueError(f"{path}: expected the checksum of its content at its end, got another")
    offset = 8 + int.from_bytes(content[:8], "little")
    arrays = {}
    for name, dtype, shape in json.loads(bytes(content[8:offset])):
        values = np.frombuffer(data, dtype, math.prod(shape), offset)
        arrays[name] = values.reshape(shape)
        offset += values.nbytes
    return arrays
