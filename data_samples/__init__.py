"""A small sample catalogue, made from scratch: texts, scenes and pictures."""
