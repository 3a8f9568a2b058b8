"""How a manager calls a script: JSON in the only argument, JSON on the last line of what it prints (eyeos.md a.1)."""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

STDIN = "-"
"""As the argument: read the call from standard input, where it may be of any size."""


class Silence(Exception):
    """There is nothing to print: the manager reads an empty line as null."""


def run(answer: Callable[[Sequence[str]], Any], arguments: Sequence[str]) -> int:
    """Print what `answer` makes of the arguments; the exit status. What goes wrong leaves no line, and one sentence on
    standard error for people."""
    try:
        result = answer([sys.stdin.read() if argument == STDIN else argument for argument in arguments])
    except Silence:
        return 0
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print(json.dumps(result))
    return 0
