"""Two classes of one name in one namespace link without a word and break each other at run time: no two headers have any.

usage: unique_types.py SOURCE_DIR
"""
import re
import sys
from collections import defaultdict
from pathlib import Path

# Types that stand in a namespace begin at the left edge; those within others are indented. A declaration ends in ";".
TYPE = re.compile(r"^(?:struct|class|enum class|enum) ([\w:]+)(?= )(?![^{;]*;)", re.MULTILINE)
NAMESPACE = re.compile(r"^namespace ([\w:]+) \{", re.MULTILINE)


def types_of(text: str) -> list[tuple[str, int]]:
    """The qualified names, each with its line."""
    namespaces = [(match.start(), match[1]) for match in NAMESPACE.finditer(text)]
    found = []
    for match in TYPE.finditer(text):
        around = [name for start, name in namespaces if start < match.start()]
        found.append(("::".join(around[-1:] + [match[1]]), text.count("\n", 0, match.start()) + 1))
    return found


def main() -> int:
    root = Path(sys.argv[1])
    places = defaultdict(list)
    for folder in ("core", "app"):
        for path in sorted((root / folder).rglob("*.h")):
            for name, line in types_of(path.read_text(encoding="utf-8")):
                places[name].append(f"{path.relative_to(root)}:{line}")
    assert len(places) > 100, f"only {len(places)} types under {root}"
    twice = {name: where for name, where in places.items() if len(where) > 1}
    for name, where in twice.items():
        print(f"{name} is defined more than once: {', '.join(where)}")
    return 1 if twice else 0


if __name__ == "__main__":
    sys.exit(main())
