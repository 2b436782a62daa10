"""Plain values in, plotly figure out."""
