"""`python -m ctrcore`."""

from ctrcore.cli import main

if __name__ == "__main__":
    main()
