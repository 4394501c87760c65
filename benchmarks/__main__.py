"""List the benchmarks: `python -m benchmarks`."""

from __future__ import annotations

import ast
from pathlib import Path

FOLDER = Path(__file__).parent


def catalogue() -> dict[str, str]:
    """Return name and first sentence of every module here that is a command."""
    sentences = {}
    for path in sorted(FOLDER.glob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        is_command = any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in module.body)
        if is_command and path.stem != Path(__file__).stem:
            sentences[path.stem] = (ast.get_docstring(module) or "").split(":", 1)[0].strip()
    return sentences


def main() -> None:
    """Print what there is."""
    print("Each prints a table, or JSON with --json; --help tells the rest.")
    for name, sentence in catalogue().items():
        print(f"  python -m benchmarks.{name:<14} {sentence}")


if __name__ == "__main__":
    main()
