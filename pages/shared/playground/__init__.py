"""The playground: its controls, its pictures, and the models in training."""
