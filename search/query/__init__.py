"""Reading a query: what its words say beyond being words."""
