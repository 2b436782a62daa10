"""Well-known file layouts: how each is recognised, read, and what its columns are known to mean."""
