"""Specs of well-known encoders, readable without loading or downloading anything.

`version` stays empty here: it is a digest of the weights, computed when they are loaded.
Sources: each model's card under its `source`, and open_clip's own model configurations.
"""

from dataclasses import replace

from shopwindow.values import EncoderSpec

_MULTILINGUAL = (
    "en",
    "ar",
    "de",
    "es",
    "fr",
    "hi",
    "id",
    "it",
    "ja",
    "ko",
    "pt",
    "ru",
    "tr",
    "ur",
    "zh",
)
"""Some of the more than a hundred languages of a multilingual encoder."""

KNOWN_ENCODERS = (
    EncoderSpec(
        name="open_clip:ViT-B-32/laion2b_s34b_b79k",
        version="",
        dim=512,
        image_size=224,
        license="MIT",
        source="https://huggingface.co/laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
    ),
    EncoderSpec(
        name="open_clip:ViT-B-32-quickgelu/openai",
        version="",
        dim=512,
        image_size=224,
        license="MIT",
        source="https://huggingface.co/timm/vit_base_patch32_clip_224.openai",
    ),
    EncoderSpec(
        name="open_clip:xlm-roberta-base-ViT-B-32/laion5b_s13b_b90k",
        version="",
        dim=512,
        image_size=224,
        license="MIT",
        languages=_MULTILINGUAL,
        source="https://huggingface.co/laion/CLIP-ViT-B-32-xlm-roberta-base-laion5B-s13B-b90k",
    ),
    EncoderSpec(
        name="open_clip:ViT-B-16-SigLIP/webli",
        version="",
        dim=768,
        image_size=224,
        license="Apache-2.0",
        source="https://huggingface.co/timm/ViT-B-16-SigLIP",
    ),
    EncoderSpec(
        name="hf-hub:Marqo/marqo-fashionSigLIP",
        version="",
        dim=768,
        image_size=224,
        license="Apache-2.0",
        source="https://huggingface.co/Marqo/marqo-fashionSigLIP",
    ),
    EncoderSpec(
        name="hf-hub:Marqo/marqo-fashionCLIP",
        version="",
        dim=512,
        image_size=224,
        license="Apache-2.0",
        source="https://huggingface.co/Marqo/marqo-fashionCLIP",
    ),
    EncoderSpec(
        name="transformers:google/siglip2-base-patch16-224",
        version="",
        dim=768,
        image_size=224,
        license="Apache-2.0",
        languages=_MULTILINGUAL,
        source="https://huggingface.co/google/siglip2-base-patch16-224",
    ),
    EncoderSpec(
        name="transformers:patrickjohncyh/fashion-clip",
        version="",
        dim=512,
        image_size=224,
        license="MIT",
        source="https://huggingface.co/patrickjohncyh/fashion-clip",
    ),
)

_HUB_URL = "https://huggingface.co/"


def find_repo_id(name: str) -> str:
    """Return the hub repository of an encoder, "ORG/NAME"; empty for one not listed here."""
    source = next((spec.source for spec in KNOWN_ENCODERS if spec.name == name), "")
    return source.removeprefix(_HUB_URL) if source.startswith(_HUB_URL) else ""


def build_encoder_spec(name: str, version: str, dim: int, image_size: int) -> EncoderSpec:
    """Build the spec of a loaded encoder, with licence, languages and source if it is listed here.

    Returns:
        The spec; for an encoder not listed, licence and source are empty and the language English.
    """
    known = next((spec for spec in KNOWN_ENCODERS if spec.name == name), None)
    spec = EncoderSpec(name=name, version=version, dim=dim, image_size=image_size)
    if known is None:
        return spec
    return replace(spec, license=known.license, languages=known.languages, source=known.source)
