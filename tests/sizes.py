"""How large a proof is: small in `make test`, at its full figure in `make torture`; and by what chance it goes."""

import os
import random

TORTURE = os.environ.get("NUVOL_TORTURE") == "1"

SEED = int(os.environ.get("NUVOL_SEED") or random.SystemRandom().randrange(1 << 32))
"""Of this run. A proof that failed is run again with `NUVOL_SEED` set to what it printed."""


def size(small: int, full: int) -> int:
    """The figure that counts in this run."""
    return full if TORTURE else small


def chance(part: object = "") -> random.Random:
    """The randomness of one proof, or of a `part` of it; prints the seed, which pytest shows when the test fails."""
    print(f"NUVOL_SEED={SEED}")
    return random.Random(f"{SEED} {part}")
