"""Plain values in, a figure out: plotly for what is finished, altair for what still grows."""
