"""Which model ranks better, by how much, whether that is more than chance, and where. Numbers in, numbers out."""
