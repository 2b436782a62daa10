"""Why a score is what it is: exact sums, gates, attention, removal."""
