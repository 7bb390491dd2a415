"""The registry of encoders: load any of them by name.

A new family of encoders is one row of `ENCODER_FAMILIES`.
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
from embed.known_encoders import KNOWN_ENCODERS, find_repo_id
from embed.photos.reader import PhotoReader
from shopwindow.values import Encoder, EncoderSpec
from shopwindow.values.errors import EncoderUnavailableError, InvalidValueError, UnknownEncoderError
from shopwindow.values.setting_groups import EncoderSettings, PhotoLimits

EncoderFactory: TypeAlias = Callable[[str, EncoderSettings, PhotoReader], Encoder]
"""Builds an encoder from the part of its name after the family's prefix."""

CLIP_LIBRARIES = ("torch", "torchvision", "timm", "open_clip", "transformers")
"""Libraries that the extra `clip` installs."""

_INSTALL_COMMAND = "`pip install 'shopwindow[clip]'` (in a checkout: `pip install '.[clip]'`)"


@dataclass(frozen=True, slots=True)
class EncoderFamily:
    """Encoders that are loaded the same way.

    Attributes:
        prefix: Prefix of their names; with an empty `name_format` it is the whole name.
        name_format: What follows the prefix, as shown in messages.
        entry_point: "module:function" of the factory, imported on first use: `import embed` must
            not wait for torch.
        uses_hub: Whether weights may have to be downloaded; reachability is checked before import.
        libraries: Modules that it needs beyond the plain installation.
    """

    prefix: str
    name_format: str
    entry_point: str
    uses_hub: bool = False
    libraries: tuple[str, ...] = ()

    def matches(self, name: str) -> bool:
        """Return whether a name belongs to this family, even if a part of it is missing."""
        return name.startswith(self.prefix) if self.name_format else name == self.prefix

    def parse_model_name(self, name: str) -> str:
        """Strip the prefix from a name and check that the rest fits `name_format`.

        Returns:
            The rest of the name; empty where the prefix is the whole name.

        Raises:
            InvalidValueError: A part is missing.
        """
        model_name = name.removeprefix(self.prefix).strip()
        n_parts = 2 if self.name_format in {"MODEL/PRETRAINED", "ORG/NAME"} else 1
        parts = model_name.split("/", 1) if n_parts == 2 else [model_name]
        if self.name_format and (len(parts) != n_parts or not all(parts)):
            raise InvalidValueError("encoder", f"{self.prefix}{self.name_format}", name)
        return model_name

    def load(self, model_name: str, settings: EncoderSettings, reader: PhotoReader) -> Encoder:
        """Load the encoder named by the prefix and `model_name`.

        Returns:
            The encoder, ready to use.

        Raises:
            EncoderError: It cannot be loaded.
        """
        name = self.prefix + model_name
        self._check_libraries(name)
        if self.uses_hub and not _is_local_path(model_name):
            from embed.hub import check_model_available  # noqa: PLC0415 - compact has no hub

            is_repo_id = self.name_format.startswith("ORG/NAME")
            check_model_available(name, model_name if is_repo_id else find_repo_id(name))
        return self._import_factory(name)(model_name, settings, reader)

    def _check_libraries(self, name: str) -> None:
        """Check that all libraries are installed, without importing any.

        Raises:
            EncoderUnavailableError: Some are not; the message gives the install command.
        """
        missing = [library for library in self.libraries if not _is_installed(library)]
        if missing:
            reason = f"{', '.join(missing)} not installed; run {_INSTALL_COMMAND}"
            raise EncoderUnavailableError(name, reason)

    def _import_factory(self, name: str) -> EncoderFactory:
        module, _, function = self.entry_point.partition(":")
        try:
            factory: EncoderFactory = getattr(import_module(module), function)
        except (ImportError, OSError, RuntimeError) as exc:
            if not self.libraries:
                raise
            # Incompatible versions, or a missing system library.
            reason = (
                f"its libraries cannot be imported ({_first_line(exc)}); run {_INSTALL_COMMAND}"
            )
            raise EncoderUnavailableError(name, reason) from exc
        return factory


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ImportError:
        return False


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _is_local_path(model_name: str) -> bool:
    """Return whether this is a local folder or weights file, and not "ORG/NAME" on the hub."""
    looks_local = model_name.startswith(("/", ".", "~")) or model_name.count("/") != 1
    return looks_local or Path(model_name).exists() or Path(model_name.partition("/")[2]).is_file()


def load_compact(folder: str, settings: EncoderSettings, reader: PhotoReader) -> Encoder:
    """Load the default encoder with its bundled heads, or with heads from a folder.

    Args:
        folder: The folder that `tools.train_compact` wrote; empty for the bundled heads.
        settings: Precision, threads and batch size.
        reader: Loads the photos.

    Returns:
        The encoder.

    Raises:
        EncoderUnavailableError: Its weights are missing.
    """
    from embed.compact.encoder import CompactEncoder  # noqa: PLC0415 - imported on first use

    return CompactEncoder.load(settings, reader, Path(folder) if folder else None)


def load_fake(_: str, settings: EncoderSettings, reader: PhotoReader) -> Encoder:
    """Build the fake encoder, which has no weights.

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
        photo_limits: Limits on the photos it loads; the defaults when None.
        settings: Precision, threads and batch size; `settings.name` is not read. The defaults
            when None.

    Returns:
        The encoder, ready to use from several threads.

    Raises:
        UnknownEncoderError: No encoder has that name, and it is not a folder either.
        InvalidValueError: The name of a family lacks the part after the colon.
        EncoderUnavailableError: Its weights are not cached and cannot be downloaded.
    """
    settings = settings if settings is not None else EncoderSettings()
    reader = PhotoReader(photo_limits)
    family = find_family(name_or_folder)
    if family is None:
        return _load_folder(name_or_folder, settings, reader)
    return family.load(family.parse_model_name(str(name_or_folder)), settings, reader)


def find_family(name_or_folder: str | Path) -> EncoderFamily | None:
    """Return the family of an encoder's name; None for a folder, which a Path always is."""
    name = name_or_folder if isinstance(name_or_folder, str) else ""
    return next((family for family in ENCODER_FAMILIES if family.matches(name)), None)


def list_encoders() -> tuple[EncoderSpec, ...]:
    """List the specs of known encoders without loading any weights.

    Other names of the families load as well; `version` is empty where the weights are not bundled.

    Returns:
        The specs, the default encoder first.
    """
    from embed.compact.encoder import read_compact_spec  # noqa: PLC0415 - imported on first use

    return (read_compact_spec(), *KNOWN_ENCODERS, make_fake_spec())


def _load_folder(folder: str | Path, settings: EncoderSettings, reader: PhotoReader) -> Encoder:
    name = str(folder)
    if not name.strip() or not Path(folder).is_dir():
        raise _build_unknown_error(name)
    if not (Path(folder) / ENCODER_CONFIG_FILE).is_file():
        reason = (
            f"the folder has no {ENCODER_CONFIG_FILE}, so `shopwindow adapt` has not written it"
        )
        raise EncoderUnavailableError(name, reason)
    config = read_encoder_config(Path(folder))
    if config.get("family") != ADAPTED_FAMILY:
        return load_compact(name, settings, reader)
    from embed.adapted.folder import load_adapted_encoder  # noqa: PLC0415 - imported on first use

    def load_base(base: str | Path) -> Encoder:
        return load_encoder(base, photo_limits=reader.limits, settings=settings)

    return load_adapted_encoder(Path(folder), config, load_base, settings, reader)


def _build_unknown_error(name: str) -> UnknownEncoderError:
    spec_names = tuple(spec.name for spec in list_encoders())
    name_formats = tuple(
        f"{family.prefix}{family.name_format}" for family in ENCODER_FAMILIES if family.name_format
    )
    close_matches = get_close_matches(name, spec_names, n=1, cutoff=0.5)
    return UnknownEncoderError(
        name, (*spec_names, *name_formats), close_matches[0] if close_matches else ""
    )
