"""The image tower of the default encoder, as ONNX files; see NOTICE.md."""
