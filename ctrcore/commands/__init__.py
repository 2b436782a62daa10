"""The commands of the shell, one file a command. Each is imported only when it is called."""
