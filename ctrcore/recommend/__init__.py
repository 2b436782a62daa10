"""Which items a user gets, stage by stage, and why."""
