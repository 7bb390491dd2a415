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

from embed.fake_encoder import FakeEncoder, fake_spec
from embed.folder_spec import ADAPTED, FACTS, read_facts
from embed.hub import require_hub
from embed.known_encoders import KNOWN_ENCODERS, repository_of
from embed.photos.reader import PhotoReader
from shopwindow.values.encoder import Encoder, EncoderSpec
from shopwindow.values.errors import EncoderUnavailableError, InvalidValueError, UnknownEncoderError
from shopwindow.values.settings import EncoderSettings, PhotoLimits

Loader: TypeAlias = Callable[[str, EncoderSettings, PhotoReader], Encoder]
"""Makes an encoder from the part of its name after the family's prefix."""


CLIP_LIBRARIES = ("torch", "torchvision", "timm", "open_clip", "transformers")
"""What the extra `clip` installs."""

_INSTALL = "`pip install 'shopwindow[clip]'` (in a checkout: `pip install '.[clip]'`)"


@dataclass(frozen=True, slots=True)
class Family:
    """Encoders that are loaded in one way.

    Attributes:
        prefix: What their names begin with; with an empty form it is the whole name.
        form: What follows the prefix, in words for messages.
        loader: Module and function that make one of them, imported only then: `import embed`
            must not wait for torch.
        on_hub: Whether the weights may have to be fetched, which is found out before that.
        libraries: Modules that it needs beside those of the plain installation.
    """

    prefix: str
    form: str
    loader: str
    on_hub: bool = False
    libraries: tuple[str, ...] = ()

    def has(self, name: str) -> bool:
        """Tell whether a name is one of this family's, complete or not.

        Returns:
            True also where a part is missing.
        """
        return name.startswith(self.prefix) if self.form else name == self.prefix

    def part_after_prefix(self, name: str) -> str:
        """Return what follows the prefix, which must have the parts that the form says.

        Returns:
            The rest of the name; empty where the prefix is all of it.

        Raises:
            InvalidValueError: A part is missing.
        """
        rest = name.removeprefix(self.prefix).strip()
        n_parts = 2 if self.form in {"MODEL/PRETRAINED", "ORG/NAME"} else 1
        parts = rest.split("/", 1) if n_parts == 2 else [rest]
        if self.form and (len(parts) != n_parts or not all(parts)):
            raise InvalidValueError("encoder", f"{self.prefix}{self.form}", name)
        return rest

    def load(self, rest: str, settings: EncoderSettings, reader: PhotoReader) -> Encoder:
        """Make the encoder whose name is the prefix and this rest.

        Returns:
            The encoder, ready to use.

        Raises:
            EncoderError: It cannot be loaded.
        """
        self._require_libraries(self.prefix + rest)
        if self.on_hub and not _is_local(rest):
            named = rest if self.form.startswith("ORG/NAME") else repository_of(self.prefix + rest)
            require_hub(self.prefix + rest, named)
        return self._loader(self.prefix + rest)(rest, settings, reader)

    def _require_libraries(self, name: str) -> None:
        """Find out, without importing any, whether all libraries are installed.

        Raises:
            EncoderUnavailableError: Some are not; the message says the command.
        """
        missing = [each for each in self.libraries if not _is_installed(each)]
        if missing:
            reason = f"{', '.join(missing)} not installed; run {_INSTALL}"
            raise EncoderUnavailableError(name, reason)

    def _loader(self, name: str) -> Loader:
        module, _, function = self.loader.partition(":")
        try:
            load: Loader = getattr(import_module(module), function)
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
_TRANSFORMERS = "embed.transformers_encoder:load_model"

FAMILIES = (
    Family("compact", "", "embed.registry:load_compact"),
    Family("fake", "", "embed.registry:load_fake"),
    Family("open_clip:", "MODEL/PRETRAINED", f"{_OPEN_CLIP}load_pretrained", True, CLIP_LIBRARIES),
    Family("hf-hub:", "ORG/NAME", f"{_OPEN_CLIP}load_hub", True, CLIP_LIBRARIES),
    Family("local-dir:", "FOLDER", f"{_OPEN_CLIP}load_folder", False, CLIP_LIBRARIES),
    Family("transformers:", "ORG/NAME or FOLDER", _TRANSFORMERS, True, CLIP_LIBRARIES),
)
"""Every family, in the order in which messages name them."""


def load_encoder(
    name_or_folder: str | Path,
    *,
    photo: PhotoLimits | None = None,
    settings: EncoderSettings | None = None,
) -> Encoder:
    """Load an encoder by name, or from a folder that `shopwindow adapt` wrote.

    Args:
        name_or_folder: "compact", a name of another family (see `list_encoders`), or a folder.
        photo: Limits on the photos it opens; the usual ones when None.
        settings: How it runs; `settings.name` is not read. The usual ones when None.

    Returns:
        The encoder, ready to use from several threads.

    Raises:
        UnknownEncoderError: No encoder has that name, and it is not a folder either.
        InvalidValueError: The name of a family lacks the part after the colon.
        EncoderUnavailableError: Its weights are not here and cannot be fetched.
    """
    settings = settings if settings is not None else EncoderSettings()
    reader = PhotoReader(photo)
    family = family_of(name_or_folder)
    if family is None:
        return _load_adapted(name_or_folder, settings, reader)
    return family.load(family.part_after_prefix(str(name_or_folder)), settings, reader)


def family_of(name_or_folder: str | Path) -> Family | None:
    """Return the family of an encoder's name; None for a folder, which a Path always is."""
    name = name_or_folder if isinstance(name_or_folder, str) else ""
    return next((each for each in FAMILIES if each.has(name)), None)


def list_encoders() -> tuple[EncoderSpec, ...]:
    """Return the facts about known encoders without loading any weights.

    Other names of the families load as well; `version` is empty where the weights are elsewhere.

    Returns:
        The default first.
    """
    from embed.compact.encoder import compact_spec  # noqa: PLC0415 - imported only when it is wanted

    return (compact_spec(), *KNOWN_ENCODERS, fake_spec())


def _load_adapted(folder: str | Path, settings: EncoderSettings, reader: PhotoReader) -> Encoder:
    name = str(folder)
    if not name.strip() or not Path(folder).is_dir():
        raise _unknown(name)
    if not (Path(folder) / FACTS).is_file():
        reason = f"the folder has no {FACTS}, so `shopwindow adapt` has not written it"
        raise EncoderUnavailableError(name, reason)
    facts = read_facts(Path(folder))
    if facts.get("family") != ADAPTED:
        return load_compact(name, settings, reader)
    from embed.adapted.folder import read_adapted  # noqa: PLC0415 - imported only when wanted

    def load_base(base: str | Path) -> Encoder:
        return load_encoder(base, photo=reader.limits, settings=settings)

    return read_adapted(Path(folder), facts, load_base, settings, reader)


def _unknown(name: str) -> UnknownEncoderError:
    specs = tuple(spec.name for spec in list_encoders())
    forms = tuple(f"{family.prefix}{family.form}" for family in FAMILIES if family.form)
    near = get_close_matches(name, specs, n=1, cutoff=0.5)
    return UnknownEncoderError(name, (*specs, *forms), near[0] if near else "")
