"""Config, trainer, optimizers, metrics."""
