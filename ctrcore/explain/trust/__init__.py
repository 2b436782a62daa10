"""How far a picture of attention, gates or contributions may be believed: checks T0 to T14."""
