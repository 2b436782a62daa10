"""From a log of what users did to rows that can be trained on: impressions with a label and a history."""
