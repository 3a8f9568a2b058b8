"""The wheel brings the web desktop built, so that whoever installs it needs no Node."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebDesktop(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """An editable install is served by `make setup`; a source archive brings what was built before."""
        builder = Path(self.root) / "web" / "build.py"
        if version != "editable" and builder.is_file():
            subprocess.run([sys.executable, str(builder)], check=True)
