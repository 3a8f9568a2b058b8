from nuvol.cli.main import main

main(prog_name="nuvol")
