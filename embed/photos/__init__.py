"""Load photos from paths, URLs and bytes; files are decoded in sandboxed processes."""
