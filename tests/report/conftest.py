from __future__ import annotations

from tests.trained import trained

__all__ = ["trained"]
