"""CTR Lens: train FM, AFM, FiBiNET and DIN, compare them, and see why an item was recommended."""

__version__ = "0.1.0"
