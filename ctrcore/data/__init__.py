"""From a file to encoded arrays. No torch here."""
