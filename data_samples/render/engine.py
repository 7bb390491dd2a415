"""The path tracer's side: a model and a shot become a JPEG. The one module that knows mitsuba."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import drjit
import mitsuba
import numpy as np
from PIL import Image

from data_samples.render.denoise import Guides, denoised
from data_samples.render.mesh import Floats, write_ply
from data_samples.render.studio import (
    AMBIENT,
    Light,
    Part,
    Shot,
    backdrop,
    camera,
    lights,
    normalise,
)

OVERSAMPLING = 1.0
TRANSMISSIVE = ("dielectric", "thindielectric", "roughdielectric")


PROBE = """
import mitsuba
mitsuba.set_variant("llvm_ad_rgb")
mitsuba.render(mitsuba.load_dict(mitsuba.cornell_box()), spp=1).numpy()
"""


def pick_variant(threads: int = 2) -> str:
    """Choose mitsuba's vectorised mode where a fitting LLVM is installed, else the scalar one.

    An LLVM that is too old ends the whole process, so another process tries it first.
    """
    tried = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, check=False)
    mitsuba.set_variant("llvm_ad_rgb" if tried.returncode == 0 else "scalar_rgb")
    if tried.returncode == 0:
        drjit.set_thread_count(threads)
    mitsuba.set_log_level(mitsuba.LogLevel.Error)
    return str(mitsuba.variant())


def _loaded(node: Any) -> Any:
    """A material description with its arrays turned into mitsuba bitmaps."""
    if not isinstance(node, dict):
        return node
    if node.get("type") == "bitmap":
        pixels = np.ascontiguousarray(node["pixels"], dtype=np.float32)
        tile = mitsuba.ScalarTransform4f().scale([node["tile"], node["tile"], 1])
        bitmap = mitsuba.Bitmap(pixels)
        return {"type": "bitmap", "bitmap": bitmap, "raw": node["raw"], "to_uv": tile}
    return {key: _loaded(value) for key, value in node.items()}


def _shape(part: Part, path: Path) -> dict[str, Any]:
    write_ply(part.mesh, path)
    material = _loaded(part.material)
    if material["type"] not in TRANSMISSIVE:
        material = {"type": "twosided", "bsdf": material}
    return {"type": "ply", "filename": str(path), "bsdf": material}


def _depth(parts: list[Part]) -> int:
    """Light bounces to follow: glass needs many, the rest looks the same after four."""
    return 10 if any(part.material["type"] in TRANSMISSIVE for part in parts) else 4


def _softbox(light: Light, azimuth: float) -> dict[str, Any]:
    transform = mitsuba.ScalarTransform4f
    placed = transform().rotate([0, 0, 1], azimuth) @ transform().look_at(
        origin=list(light.origin), target=list(light.target), up=[0, 1, 0.1]
    )
    radiance = [light.radiance * channel for channel in light.tint]
    return {
        "type": "rectangle",
        "to_world": placed @ transform().scale(light.half),
        "emitter": {"type": "area", "radiance": {"type": "rgb", "value": radiance}},
    }


def _sensor(shot: Shot, points: Floats, samples: int, seed: int) -> dict[str, Any]:
    origin, target, up = camera(shot, points)
    view = mitsuba.ScalarTransform4f().look_at(
        origin=origin.tolist(), target=target.tolist(), up=up.tolist()
    )
    film = {
        "type": "hdrfilm",
        "width": int(shot.width * OVERSAMPLING),
        "height": int(shot.height * OVERSAMPLING),
        "rfilter": {"type": "box"},
    }
    return {
        "type": "perspective",
        "fov": shot.field_of_view,
        "fov_axis": "larger",
        "to_world": view,
        "film": film,
        "near_clip": 0.01,
        "far_clip": 100.0,
        "sampler": {"type": "independent", "sample_count": samples, "seed": seed},
    }


def _developed(radiance: Floats) -> Image.Image:
    """Linear light (h, w, 3) as a picture: a soft shoulder keeps highlights from clipping."""
    light = np.clip(np.nan_to_num(radiance), 0, 12)
    knee = 0.8
    light = np.where(light < knee, light, knee + (1 - knee) * np.tanh((light - knee) / (1 - knee)))
    srgb = np.where(light < 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return Image.fromarray((np.clip(srgb, 0, 1) * 255 + 0.5).astype(np.uint8))


def photograph(parts: list[Part], shot: Shot, seed: int, samples: int = 16) -> Image.Image:
    """Render a model in the studio.

    Args:
        parts: The model, in centimetres.
        shot: Size, angles and light.
        seed: Seed of the path tracer's noise.
        samples: Light paths per rendered pixel, an even number.
    """
    model = normalise(parts)
    points = np.concatenate([part.mesh.vertices for part in model])
    scene: dict[str, Any] = {
        "type": "scene",
        "integrator": {
            "type": "aov",
            "aovs": "albedo:albedo,normal:sh_normal,depth:depth",
            "path": {"type": "path", "max_depth": _depth(parts), "rr_depth": 3},
        },
    }
    ambient = AMBIENT * (0.6 if shot.phone else 1.0)
    scene["room"] = {"type": "constant", "radiance": {"type": "rgb", "value": ambient}}
    scene["sensor"] = _sensor(shot, points, samples, seed)
    for number, light in enumerate(lights(shot, float(camera(shot, points)[0][2]))):
        scene[f"light{number}"] = _softbox(light, shot.azimuth)
    with tempfile.TemporaryDirectory() as folder:
        for number, part in enumerate([*model, backdrop(shot)]):
            scene[f"part{number}"] = _shape(part, Path(folder) / f"{number}.ply")
        loaded = mitsuba.load_dict(scene)
    halves = [
        np.array(mitsuba.render(loaded, spp=samples // 2, seed=2 * seed + half), dtype=np.float32)
        for half in (0, 1)
    ]
    light = _smoothed(*(_mended(half.clip(-12, 12)) for half in halves))
    return _developed(_shrunk(light, shot.width, shot.height))


def _smoothed(first: Floats, second: Floats) -> Floats:
    """Light (h, w, 3) of two half renders whose channels 3 on are albedo, normal, distance."""
    seen = (first + second) / 2
    albedo, normal, depth = seen[..., -7:-4], seen[..., -4:-1], seen[..., -1]
    normal = normal / np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-6)
    return denoised(first[..., :3], second[..., :3], Guides(albedo, normal, depth))


def _mended(light: Floats) -> Floats:
    """Pixels that are not numbers (a texture's pole, seen edge on) take their neighbours' mean."""
    lost = np.isnan(light).any(axis=-1)
    around = np.stack([np.roll(light, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)])
    return np.where(lost[..., None], np.nan_to_num(around).max(axis=0), light)


def _shrunk(light: Floats, width: int, height: int) -> Floats:
    """Linear light resized to the final picture, channel by channel."""
    channels = [
        Image.fromarray(light[..., c].astype(np.float32)).resize(
            (width, height), Image.Resampling.LANCZOS
        )
        for c in range(3)
    ]
    return np.maximum(np.stack([np.asarray(channel) for channel in channels], axis=-1), 0)
