"""Write ``docs/openapi.json`` from the workbench's routes: ``python docs/openapi.py``."""

import json
from pathlib import Path

from suyuan.face.web.contract import contract

PLACE = Path(__file__).with_name("openapi.json")


def written() -> str:
    """The document as the file holds it."""
    return json.dumps(contract(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    PLACE.write_text(written(), "utf-8")
