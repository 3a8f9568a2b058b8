"""The house rules that a program can check: who may import whom, where words may stand, what belongs together."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "nuvol"
MODULES = sorted(PACKAGE.rglob("*.py"))

GROUND = {"errors", "ids", "clock", "waiting"}
# Room → what it may import of ours besides itself. The floors of docs/house.md, from the ground up.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "ids": set(),
    "clock": set(),
    "waiting": set(),
    "model": {"ids"},
    "u1db": {"errors"},
    "wire": {"model", "u1db", "errors"},
    "pictures": {"model"},
    "gazetteer": {"model"},
    "stores": {"model", "u1db.table", "u1db.document"} | GROUND,
    "core": {"stores.base", "model", "u1db", "gazetteer"} | GROUND,
    "faces": {"core", "wire", "model", "u1db.document", "u1db.replica", "u1db.stream", "u1db.sync", "u1db.table"}
    | GROUND,
    "sdk": {"wire", "model", "u1db"} | GROUND,
    "apps": {"sdk", "u1db", "errors"},
    "server": {"stores", "core", "faces", "wire", "model", "sdk", "apps", "pictures"} | GROUND,
    "cli": {"server", "model", "apps.eyeos"} | GROUND,
    "__main__": {"cli"},
}
# Room → the libraries it may use. What is not listed here is used nowhere.
LIBRARIES: dict[str, set[str]] = {
    "waiting": {"greenlet"},
    "model": {"msgspec"},
    "u1db": {"msgspec"},
    "wire": {"msgspec", "lxml"},
    "pictures": {"msgspec", "PIL", "pillow_heif", "av"},
    "stores": {"msgspec", "psycopg", "psycopg_pool"},
    "core": {"msgspec", "argon2", "blake3", "cryptography", "pyfastcdc", "zlib_ng"},
    "faces": {"msgspec"},
    "sdk": {"msgspec", "httpx"},
    "apps": {"httpx", "starlette", "jinja2", "cryptography", "PIL", "pillow_heif"},
    "server": {"uvloop", "cryptography"},
    "cli": {"click"},
}
# A quarter of a second and 28 MB for those who never use them: imported by the function that needs them.
HEAVY = {"psycopg", "psycopg_pool", "cryptography", "httpx", "starlette", "jinja2", "PIL", "pillow_heif", "av"}
# Modules of ours that need a heavy library throughout: they are imported like one.
HEAVY_MODULES = {
    f"nuvol.stores.catalog.dialects.{path.stem}" for path in MODULES if path.match("dialects/postgres*.py")
} | {
    f"nuvol.apps.photoshare.{path.stem}"
    for path in MODULES
    if path.match("photoshare/[!_]*.py") and path.stem != "settings" and "apps" in path.parts
}
# What the rooms in faces/ share. Every other name there is a face, and no face knows another.
SHARED_BY_FACES = {"http", "downloads", "receiving", "doorkeeper", "exchange", "pages", "thumbnails", "words", "zips"}


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(tree: ast.AST, module: str) -> Iterator[tuple[str, int]]:
    """Every imported module and its line, inside functions too; `from a import b` is a.b where that is a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: imports are written in full"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield (inner if exists(inner) else str(node.module)), node.lineno


def exists(module: str) -> bool:
    path = PACKAGE.parent.joinpath(*module.split("."))
    return path.is_dir() or path.with_suffix(".py").exists()


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else module


def allowed(importer: str, imported: str) -> bool:
    room, other = room_of(importer), room_of(imported)
    if room == other:
        return room != "faces" or face_of(importer) == face_of(imported) or face_of(imported) in SHARED_BY_FACES
    inside = imported.removeprefix("nuvol.")
    return any(inside == permitted or inside.startswith(permitted + ".") for permitted in MAY_IMPORT[room])


def face_of(module: str) -> str:
    return (module.split(".") + ["", ""])[2]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_run_in_the_direction_of_the_call(path: Path) -> None:
    module = name_of(path)
    for imported, line in imports(ast.parse(path.read_text()), module):
        if imported.split(".")[0] == "nuvol":
            assert allowed(module, imported), f"{path}:{line}: {module} may not import {imported}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_each_room_uses_only_its_own_libraries(path: Path) -> None:
    module = name_of(path)
    for imported, line in imports(ast.parse(path.read_text()), module):
        library = imported.split(".")[0]
        if library != "nuvol" and library not in sys.stdlib_module_names:
            assert library in LIBRARIES.get(room_of(module), ()), f"{path}:{line}: {library} has no place in {module}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_heavy_libraries_are_imported_where_they_are_needed(path: Path) -> None:
    if name_of(path) in HEAVY_MODULES:
        return
    for statement in ast.parse(path.read_text()).body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for imported, line in imports(statement, name_of(path)):
                assert not {imported, imported.split(".")[0]} & (HEAVY | HEAVY_MODULES), (
                    f"{path}:{line}: import it inside the function"
                )


def test_a_protocol_codec_has_no_input_and_output() -> None:
    forbidden = {"socket", "asyncio", "os", "pathlib", "time", "threading", "sqlite3", "http.client", "subprocess"}
    for path in [*(PACKAGE / "wire").rglob("*.py"), PACKAGE / "u1db" / "stream.py"]:
        found = {imported for imported, _ in imports(ast.parse(path.read_text()), name_of(path))}
        assert not found & forbidden, f"{path}: {found & forbidden}"


def test_the_core_is_one_colour() -> None:
    for room in ("model", "u1db", "wire", "stores", "core"):
        for path in (PACKAGE / room).rglob("*.py"):
            coloured = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.AsyncFunctionDef)]
            assert not coloured, f"{path}:{coloured[0].lineno}: only faces and the server are async"


def test_only_the_dialects_name_a_database() -> None:
    """Comments and docstrings may; code may not."""
    for path in [*(PACKAGE / "stores" / "catalog").rglob("*.py"), *(PACKAGE / "core").rglob("*.py")]:
        if "dialects" in path.parts or path.stem == "dialects":
            continue
        found = re.search(r"sqlite|postgres|psycopg", code_of(path), re.IGNORECASE)
        assert not found, f"{path} says {found.group()}" if found else ""


def code_of(path: Path) -> str:
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body[0] = ast.Pass()
    return ast.unparse(tree)


def test_a_package_file_holds_no_code() -> None:
    for path in PACKAGE.rglob("__init__.py"):
        statements = ast.parse(path.read_text()).body
        assert all(isinstance(s, ast.Import | ast.ImportFrom) or is_docstring(s) for s in statements), path


def is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "misc", "common", "tools"}
    assert not [path for path in MODULES if path.stem in drawers]


@pytest.mark.parametrize("path", [p for p in MODULES if p.name != "__init__.py"], ids=name_of)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())), path


SPEAKS_FOR_ITSELF = 8  # lines; a shorter function is read faster than its description


@pytest.mark.parametrize(
    "path",
    [*sorted((PACKAGE / "stores" / "base").glob("[!_]*.py")), *sorted((PACKAGE / "core").rglob("[!_]*.py"))],
    ids=name_of,
)
def test_what_the_core_offers_is_described(path: Path) -> None:
    """A class that has a module to itself is described by that."""
    public = [node for node in ast.parse(path.read_text()).body if not getattr(node, "name", "_").startswith("_")]
    classes = [node for node in public if isinstance(node, ast.ClassDef)]
    functions = [node for node in public if isinstance(node, ast.FunctionDef)]
    owed = (classes if len(classes) > 1 else []) + [f for f in functions if length(f) > SPEAKS_FOR_ITSELF]
    assert not [f"{path}:{node.lineno}: {node.name}" for node in owed if not ast.get_docstring(node)]


def length(node: ast.FunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def written_files() -> list[Path]:
    files = [p for p in ROOT.iterdir() if p.is_file() and not p.name.startswith(".")]
    for folder in ("src", "tests", "docs", "bench", ".ci"):
        files += [p for p in (ROOT / folder).rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    return [p for p in files if p.suffix in {"", ".py", ".md", ".toml", ".txt", ".sql", ".sh", ".css", ".html", ".c"}]


FORBIDDEN = {
    "unfinished work": r"\b(TO[D]O|FIX[M]E|X[X]X)\b",
    "a package registry": r"\bpy(pi|thonhosted)\.org|\bnpmjs\.(org|com)|index-ur[l]",
    "a path of one machine": r"(?<![\w.])("
    + "|".join(
        [r"/(home|Users)/\w+/"]
        + [re.escape(f"{folder}/") for folder in (ROOT, ROOT.parent) if len(folder.parts) > 1 and folder.name != "tmp"]
    )
    + ")",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_of_the_workshop_is_left_in_the_house(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in written_files()
        if path.name != "LICENSE"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found


def test_every_link_in_the_documentation_leads_somewhere() -> None:
    dead = []
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text()):
            if "://" not in target and not (path.parent / target).exists():
                dead.append(f"{path.relative_to(ROOT)} → {target}")
    assert not dead


def project() -> dict[str, object]:
    settings: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return settings


def test_the_changelog_tells_of_this_version() -> None:
    newest = re.search(r"^## \[?(\S+?)\]?(?: |$)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest is not None
    assert newest.group(1) == project()["version"]


def test_every_dependency_is_pinned() -> None:
    """In constraints.txt, exactly, and without a host."""
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert not [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)]
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines}
    extras = project()["optional-dependencies"]
    assert isinstance(extras, dict)
    wanted = [name for names in (project()["dependencies"], *extras.values()) for name in names]  # type: ignore[misc]
    assert {re.split(r"[\[>=<~]", name)[0].lower() for name in wanted} <= pinned
