"""`python -m tests.attacks`: the table of all attacks; with `--stock` they are tried."""

import sys

from tests.attacks.catalogue import table

if __name__ == "__main__":
    if len(sys.argv) > 1:
        from tests.attacks.trying import try_them

        try_them(*sys.argv[1:])
    else:
        print(table())
