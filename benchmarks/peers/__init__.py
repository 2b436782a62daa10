"""Scripts that run in another library's environment. They import nothing of this project."""
