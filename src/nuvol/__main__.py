"""`python -m nuvol`: the same as the command."""

from nuvol.cli.main import main

main(prog_name="nuvol")
