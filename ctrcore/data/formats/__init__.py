"""One reader for each kind of file. Files come from strangers: nothing is believed, everything is bounded."""
