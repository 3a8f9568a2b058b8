"""The wheel brings the web desktop built and the table of towns made, so that whoever installs it needs no Node."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Built(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """An editable install is served by `make setup`; a source archive brings what was built before."""
        root = Path(self.root)
        if version == "editable" or not (root / "web" / "build.py").is_file():
            return
        subprocess.run([sys.executable, root / "web" / "build.py"], check=True)
        maker = [sys.executable, "-m", "nuvol.gazetteer", root / "src" / "nuvol" / "gazetteer" / "towns.xz"]
        subprocess.run(maker, check=True, env=os.environ | {"PYTHONPATH": str(root / "src")})
