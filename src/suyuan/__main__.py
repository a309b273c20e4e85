"""``python -m suyuan``: the command line, where its script is not on the path."""

from suyuan.face.cli import main

main()
