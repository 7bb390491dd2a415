"""Texts and photos to unit vectors of one space."""

from embed.fake import FakeEncoder
from embed.photo import PhotoReader
from embed.registry import list_encoders, load_encoder

__all__ = ["FakeEncoder", "PhotoReader", "list_encoders", "load_encoder"]
