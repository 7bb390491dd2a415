"""The causal text tower skips padding and gives the same vectors as open_clip."""

from typing import Any

import open_clip
import pytest
import torch

from embed.causal_text_tower import find_causal_text_tower

VISION: dict[str, Any] = {
    "image_size": 32,
    "layers": 1,
    "width": 16,
    "patch_size": 16,
    "head_width": 8,
}
TEXT: dict[str, Any] = {
    "context_length": 16,
    "vocab_size": 60,
    "width": 16,
    "heads": 2,
    "layers": 2,
}
EOS = 59
TOKENS = torch.tensor([[1, 7, EOS, *[0] * 13], [1, 8, 9, 10, 11, EOS, *[0] * 10]])


@pytest.mark.parametrize(
    ("model_class", "text"),
    [
        (open_clip.CLIP, {}),
        (open_clip.CustomTextCLIP, {}),
        (open_clip.CustomTextCLIP, {"pool_type": "eos", "eos_id": EOS}),
        (open_clip.CustomTextCLIP, {"proj_bias": True}),
        (open_clip.CustomTextCLIP, {"proj_type": "none"}),
    ],
)
def test_vectors_agree_with_open_clip(model_class: Any, text: dict[str, Any]) -> None:
    torch.manual_seed(2)
    model = model_class(embed_dim=12, vision_cfg=VISION, text_cfg={**TEXT, **text}).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    causal_tower = find_causal_text_tower(model)
    assert causal_tower is not None
    n_positions: list[int] = []
    causal_tower.tower.transformer.register_forward_pre_hook(
        lambda _, args: n_positions.append(args[0].shape[1])
    )
    with torch.inference_mode():
        expected, vectors = model.encode_text(TOKENS), causal_tower.encode(TOKENS)
    assert n_positions == [16, 6]
    torch.testing.assert_close(vectors, expected, atol=1e-5, rtol=1e-5)
    assert not torch.allclose(vectors[0], vectors[1], atol=0.1)


@pytest.mark.parametrize(
    "text",
    [
        {"no_causal_mask": True},
        {"embed_cls": True},
        {"pool_type": "last"},
        {"pool_type": "first"},
    ],
)
def test_towers_without_causal_mask_are_not_supported(text: dict[str, Any]) -> None:
    model = open_clip.CustomTextCLIP(embed_dim=12, vision_cfg=VISION, text_cfg={**TEXT, **text})
    assert find_causal_text_tower(model) is None


def test_text_towers_of_other_libraries_are_not_supported() -> None:
    assert find_causal_text_tower(torch.nn.Linear(2, 2)) is None
