"""`python -m commonweal` is the `commonweal` command."""

import sys

from commonweal.cli import main

if __name__ == "__main__":
    sys.exit(main())
