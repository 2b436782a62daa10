"""The parts of the page "Why this item"."""
