"""core/ is a library others can link: it includes itself, Eigen and the standard library, and core/io its file formats.

usage: core_includes.py SOURCE_DIR
"""
import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s*(<[^>]+>|"[^"]+")', re.MULTILINE)
STANDARD = re.compile(r"<[a-z_]+>")  # the C++ standard library's headers have no ending
EIGEN = re.compile(r"<(unsupported/)?Eigen/\w+>")
# Denormals are switched off in a register that only intrinsics reach.
PROCESSOR = {"<immintrin.h>", "<xmmintrin.h>", "<pmmintrin.h>"}
FILES = re.compile(
    r'<(fmt/\w+\.h|toml\+\+/toml\.h|(un)?zip\.h|zlib\.h|fcntl\.h|unistd\.h|sys/\w+\.h)>|"\w+_embedded\.h"'
)


def is_allowed(include: str, is_io: bool) -> bool:
    if STANDARD.fullmatch(include) or EIGEN.fullmatch(include) or include in PROCESSOR:
        return True
    if include.startswith('"core/'):
        return is_io or not include.startswith('"core/io/')
    return is_io and FILES.fullmatch(include) is not None


def main() -> int:
    core = Path(sys.argv[1]) / "core"
    files = sorted(p for p in core.rglob("*") if p.suffix in (".h", ".cpp", ".hpp", ".inc"))
    assert len(files) > 20, f"only {len(files)} files under {core}"
    wrong = []
    for path in files:
        is_io = path.relative_to(core).parts[0] == "io"
        text = path.read_text(encoding="utf-8")
        for match in INCLUDE.finditer(text):
            if not is_allowed(match[1], is_io):
                wrong.append(f"{path}:{text.count(chr(10), 0, match.start(1)) + 1}: may not include {match[1]}")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
