"""Training and prediction beside other libraries: data, rounds, tables and a plot."""
