"""YAML as plain data: safe, and by libyaml where it is there (ten times faster)."""

from typing import Any, Final

import yaml

#: PyYAML's safe loader; the one in C where it was built with libyaml.
SAFE_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def plain_data(text: str) -> Any:
    """What `text` holds, as plain data; raises :class:`yaml.YAMLError`. Not for untrusted text:
    the loader in C has no bound on nesting.
    """
    return yaml.load(text, SAFE_LOADER)  # noqa: S506  # a safe loader
