"""One table of texts per language, and how they are found in the source."""
