"""Export the image tower of `compact` as ONNX files: `python -m tools.export_photo_tower`."""
