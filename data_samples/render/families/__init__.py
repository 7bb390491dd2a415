"""One module for each family of kinds; `kinds` lists every builder with its camera angles."""
