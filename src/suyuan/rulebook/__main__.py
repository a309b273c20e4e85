"""Write the generated parts of the documentation: ``python -m suyuan.rulebook docs``."""

import sys
from pathlib import Path

from suyuan.rulebook.book import load_rules
from suyuan.rulebook.glossary import load_glossary
from suyuan.rulebook.show import glossary_table, rules_table
from suyuan.store.drafts import write_text

MARK = "<!-- generated: python -m suyuan.rulebook docs -->\n"


def docs_tables() -> dict[str, str]:
    """The generated part of each page."""
    return {
        "rulebook.md": rules_table(load_rules()),
        "glossary.md": glossary_table(load_glossary().values()),
    }


def main(folder: Path) -> None:
    """Replace what stands below the mark of each page in `folder`."""
    for name, table in docs_tables().items():
        page = folder / name
        text = page.read_text(encoding="utf-8").partition(MARK)[0]
        write_text(page, text + MARK + table)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
