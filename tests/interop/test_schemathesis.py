"""schemathesis against the OpenAPI document, on the real server."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx

from tests.servers import ADMIN, serve
from tests.sizes import SEED

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
EXAMPLES = 8  # of each operation and kind: with the edge cases some 2,000 requests


def config(token: str, ids: list[int]) -> str:
    """Its configuration: who it is, real ids among the invented ones, and what it must leave alone."""
    left_alone = {
        "get_changes_live": "never ends",
        "delete_session": "ends the session it works with",
        "delete_sessions_grant_id": "may end it",
        "post_accounts_account_id_password": "may end it",
        "patch_accounts_account_id": "may make the account inactive",
    }
    operations = "".join(
        f"[[operations]]\ninclude-operation-id = {json.dumps(name)}\nenabled = false  # {why}\n"
        for name, why in left_alone.items()
    )
    return f"""
hooks = "schemathesis_hooks"
headers = {{ Authorization = "Bearer {token}" }}
request-timeout = 30
[parameters]
node_id = {{ dictionary = "nodes", probability = 0.8 }}
number = {{ dictionary = "numbers", probability = 0.8 }}
database = {{ dictionary = "databases", probability = 0.8 }}
doc_id = {{ dictionary = "documents", probability = 0.5 }}
index = {{ dictionary = "indexes", probability = 0.5 }}
"query.wait" = 0
[dictionaries]
nodes = {{ values = {ids} }}
numbers = {{ values = [1, 2] }}
databases = {{ values = ["notes", "more"] }}
documents = {{ values = ["d"] }}
indexes = {{ values = ["i"] }}
[generation]
max-examples = {EXAMPLES}
with-security-parameters = false
[checks]
# It shows wrong passwords until the login delay answers 429. Who may call what is asked elsewhere.
ignored_auth.enabled = false
# A schema cannot say which cursor belongs to a list, or which name is free.
positive_data_acceptance.enabled = false
negative_data_rejection.expected-statuses = ["400", "403", "404", "405", "409", "412", "413", "414", "415", "429"]
missing_required_header.expected-statuses = ["400", "403", "412", "415"]
{operations}"""


def story(api: str) -> tuple[str, list[int]]:
    """A session's token; the ids of the root, a folder, and a file with two versions. Two databases have a
    document and an index."""
    sign_in = {"login": ADMIN[0], "password": ADMIN[1], "cookie": False, "token": True}
    token = httpx.post(f"{api}/session", json=sign_in).json()["token"]
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}) as client:
        root = client.get(f"{api}/nodes/root").json()["id"]
        folder = client.post(f"{api}/nodes", json={"parent_id": root, "name": "Folder"}).json()["id"]
        for content in (b"one", b"two"):
            file = client.put(f"{api}/nodes/{folder}/children/a.txt/content", content=content).json()["id"]
        for name in ("notes", "more"):
            client.put(f"{api}/databases/{name}")
            client.put(f"{api}/databases/{name}/documents/d", json={"place": "sea"})
            client.put(f"{api}/databases/{name}/indexes/i", json={"expressions": ["place"]})
    return token, [root, folder, file]


def test_schemathesis_finds_no_mismatch(tmp_path: Path) -> None:
    print(f"NUVOL_SEED={SEED}")
    with serve(tmp_path / "data") as server:
        api = f"{server.url}/api/v1"
        settings = tmp_path / "schemathesis.toml"
        settings.write_text(config(*story(api)))
        done = subprocess.run(
            [SCHEMATHESIS, "--config-file", settings, "--no-color", "run", f"{api}/openapi.json", "--seed", str(SEED)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert done.returncode == 0, done.stdout
        assert " failed" not in server.log and "Traceback" not in server.log, server.log
