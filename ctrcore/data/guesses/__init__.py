"""What a column probably means, one question a file, each answer with its reason in a sentence."""
