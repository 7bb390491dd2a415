"""Photos from paths, addresses and bytes to checked pixels, decoded in processes of their own."""
