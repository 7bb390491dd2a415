"""Encoders by name: one table, and the one way to load any of them.

A new family of encoders is one row of `FAMILIES`; the contract suite lists it from there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

from embed.encoder_config import ADAPTED_FAMILY, ENCODER_CONFIG_FILE, read_encoder_config
from embed.fake_encoder import FakeEncoder, make_fake_spec
from embed.hub import check_model_available
from embed.known_encoders import KNOWN_ENCODERS, find_repo_id
from embed.photos.reader import PhotoReader
from shopwindow.values.encoder import Encoder, EncoderSpec
from shopwindow.values.errors import EncoderUnavailableError, InvalidValueError, UnknownEncoderError
from shopwindow.values.settings import EncoderSettings, PhotoLimits

EncoderFactory: TypeAlias = Callable[[str, EncoderSettings, PhotoReader], Encoder]
"""Makes an encoder from the part of its name after the family's prefix."""


CLIP_LIBRARIES = ("torch", "torchvision", "timm", "open_clip", "transformers")
"""What the extra `clip` installs."""

_INSTALL = "`pip install 'shopwindow[clip]'` (in a checkout: `pip install '.[clip]'`)"


@dataclass(frozen=True, slots=True)
class EncoderFamily:
    """Encoders that are loaded in one way.

    Attributes:
        prefix: What their names begin with; with an empty form it is the whole name.
        name_format: What follows the prefix, in words for messages.
        entry_point: Module and function that make one of them, imported only then: `import embed`
            must not wait for torch.
        uses_hub: Whether the weights may have to be fetched, which is found out before that.
        libraries: Modules that it needs beside those of the plain installation.
    """

    prefix: str
    name_format: str
    entry_point: str
    uses_hub: bool = False
    libraries: tuple[str, ...] = ()

    def matches(self, name: str) -> bool:
        """Tell whether a name is one of this family's, complete or not.

        Returns:
            True also where a part is missing.
        """
        return name.startswith(self.prefix) if self.name_format else name == self.prefix

    def parse_model_name(self, name: str) -> str:
        """Return what follows the prefix, which must have the parts that the form says.

        Returns:
            The rest of the name; empty where the prefix is all of it.

        Raises:
            InvalidValueError: A part is missing.
        """
        rest = name.removeprefix(self.prefix).strip()
        n_parts = 2 if self.name_format in {"MODEL/PRETRAINED", "ORG/NAME"} else 1
        parts = rest.split("/", 1) if n_parts == 2 else [rest]
        if self.name_format and (len(parts) != n_parts or not all(parts)):
            raise InvalidValueError("encoder", f"{self.prefix}{self.name_format}", name)
        return rest

    def load(self, model_name: str, settings: EncoderSettings, reader: PhotoReader) -> Encoder:
        """Make the encoder whose name is the prefix and this rest.

        Returns:
            The encoder, ready to use.

        Raises:
            EncoderError: It cannot be loaded.
        """
        self._require_libraries(self.prefix + model_name)
        if self.uses_hub and not _is_local(model_name):
            named = (
                model_name
                if self.name_format.startswith("ORG/NAME")
                else find_repo_id(self.prefix + model_name)
            )
            check_model_available(self.prefix + model_name, named)
        return self._loader(self.prefix + model_name)(model_name, settings, reader)

    def _require_libraries(self, name: str) -> None:
        """Find out, without importing any, whether all libraries are installed.

        Raises:
            EncoderUnavailableError: Some are not; the message says the command.
        """
        missing = [each for each in self.libraries if not _is_installed(each)]
        if missing:
            reason = f"{', '.join(missing)} not installed; run {_INSTALL}"
            raise EncoderUnavailableError(name, reason)

    def _loader(self, name: str) -> EncoderFactory:
        module, _, function = self.entry_point.partition(":")
        try:
            load: EncoderFactory = getattr(import_module(module), function)
        except (ImportError, OSError, RuntimeError) as exc:
            if not self.libraries:
                raise
            # Versions that do not fit together, or a library of the system that is missing.
            reason = f"its libraries cannot be imported ({_first_line(exc)}); run {_INSTALL}"
            raise EncoderUnavailableError(name, reason) from exc
        return load


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ImportError:
        return False


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _is_local(rest: str) -> bool:
    """Tell folders and files of weights from names of the hub, which have one slash.

    Returns:
        False only for what may have to be fetched.
    """
    looks_local = rest.startswith(("/", ".", "~")) or rest.count("/") != 1
    return looks_local or Path(rest).exists() or Path(rest.partition("/")[2]).is_file()


def load_compact(folder: str, settings: EncoderSettings, reader: PhotoReader) -> Encoder:
    """Load the default encoder, or one that `shopwindow adapt` made of it.

    Args:
        folder: Where `adapt` wrote it; empty for the one that is delivered.
        settings: How it runs.
        reader: Opens the photos.

    Returns:
        The encoder.

    Raises:
        EncoderUnavailableError: Its weights are missing.
    """
    from embed.compact.encoder import CompactEncoder  # noqa: PLC0415 - imported only when it is wanted

    return CompactEncoder.load(settings, reader, Path(folder) if folder else None)


def load_fake(_: str, settings: EncoderSettings, reader: PhotoReader) -> Encoder:
    """Make the encoder without weights.

    Returns:
        The encoder.
    """
    return FakeEncoder(reader=reader, batch_size=settings.batch_size)


_OPEN_CLIP = "embed.open_clip_encoder:"
_TRANSFORMERS = "embed.transformers_encoder:load_from_hub_or_folder"

ENCODER_FAMILIES = (
    EncoderFamily("compact", "", "embed.registry:load_compact"),
    EncoderFamily("fake", "", "embed.registry:load_fake"),
    EncoderFamily(
        "open_clip:", "MODEL/PRETRAINED", f"{_OPEN_CLIP}load_pretrained", True, CLIP_LIBRARIES
    ),
    EncoderFamily("hf-hub:", "ORG/NAME", f"{_OPEN_CLIP}load_from_hub", True, CLIP_LIBRARIES),
    EncoderFamily("local-dir:", "FOLDER", f"{_OPEN_CLIP}load_from_folder", False, CLIP_LIBRARIES),
    EncoderFamily("transformers:", "ORG/NAME or FOLDER", _TRANSFORMERS, True, CLIP_LIBRARIES),
)
"""Every family, in the order in which messages name them."""


def load_encoder(
    name_or_folder: str | Path,
    *,
    photo_limits: PhotoLimits | None = None,
    settings: EncoderSettings | None = None,
) -> Encoder:
    """Load an encoder by name, or from a folder that `shopwindow adapt` wrote.

    Args:
        name_or_folder: "compact", a name of another family (see `list_encoders`), or a folder.
        photo_limits: Limits on the photos it opens; the usual ones when None.
        settings: How it runs; `settings.name` is not read. The usual ones when None.

    Returns:
        The encoder, ready to use from several threads.

    Raises:
        UnknownEncoderError: No encoder has that name, and it is not a folder either.
        InvalidValueError: The name of a family lacks the part after the colon.
        EncoderUnavailableError: Its weights are not here and cannot be fetched.
    """
    settings = settings if settings is not None else EncoderSettings()
    reader = PhotoReader(photo_limits)
    family = find_family(name_or_folder)
    if family is None:
        return _load_adapted(name_or_folder, settings, reader)
    return family.load(family.parse_model_name(str(name_or_folder)), settings, reader)


def find_family(name_or_folder: str | Path) -> EncoderFamily | None:
    """Return the family of an encoder's name; None for a folder, which a Path always is."""
    name = name_or_folder if isinstance(name_or_folder, str) else ""
    return next((each for each in ENCODER_FAMILIES if each.matches(name)), None)


def list_encoders() -> tuple[EncoderSpec, ...]:
    """Return the facts about known encoders without loading any weights.

    Other names of the families load as well; `version` is empty where the weights are elsewhere.

    Returns:
        The default first.
    """
    from embed.compact.encoder import read_compact_spec  # noqa: PLC0415 - imported only when it is wanted

    return (read_compact_spec(), *KNOWN_ENCODERS, make_fake_spec())


def _load_adapted(folder: str | Path, settings: EncoderSettings, reader: PhotoReader) -> Encoder:
    name = str(folder)
    if not name.strip() or not Path(folder).is_dir():
        raise _unknown(name)
    if not (Path(folder) / ENCODER_CONFIG_FILE).is_file():
        reason = (
            f"the folder has no {ENCODER_CONFIG_FILE}, so `shopwindow adapt` has not written it"
        )
        raise EncoderUnavailableError(name, reason)
    facts = read_encoder_config(Path(folder))
    if facts.get("family") != ADAPTED_FAMILY:
        return load_compact(name, settings, reader)
    from embed.adapted.folder import load_adapted_encoder  # noqa: PLC0415 - imported only when wanted

    def load_base(base: str | Path) -> Encoder:
        return load_encoder(base, photo_limits=reader.limits, settings=settings)

    return load_adapted_encoder(Path(folder), facts, load_base, settings, reader)


def _unknown(name: str) -> UnknownEncoderError:
    specs = tuple(spec.name for spec in list_encoders())
    forms = tuple(
        f"{family.prefix}{family.name_format}" for family in ENCODER_FAMILIES if family.name_format
    )
    near = get_close_matches(name, specs, n=1, cutoff=0.5)
    return UnknownEncoderError(name, (*specs, *forms), near[0] if near else "")
