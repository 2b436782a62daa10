"""Playground: a shop with knobs, and a tiny model that learns it beside the truth."""

from __future__ import annotations

from pages.shared.playground.view import show_playground

show_playground()
