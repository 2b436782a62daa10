"""Lessons and playground: what they are made of."""
