"""The four models and the logistic floor, one a file. Nothing is imported here: the configs must stay free of torch."""
