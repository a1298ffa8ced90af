"""Ours, and what the arithmetic alone costs (the floor); `python -m tests.bench.compare.python_worker ours|floor|pyld`.

PyLD is here too: used in the straightforward way, with hashlib and libsodium, by an environment that has it.
"""

from __future__ import annotations

import sys
from typing import Any

from tests.bench.compare.measuring import serve


def _ours(documents: dict[str, Any]) -> Any:
    del documents
    from tests.bench.compare.of_ours import Ours

    return Ours()


def _floor(documents: dict[str, Any]) -> Any:
    del documents
    from tests.bench.compare.of_floor import Floor

    return Floor()


def _pyld(documents: dict[str, Any]) -> Any:
    from tests.bench.compare.of_pyld import Pyld

    return Pyld(documents)


if __name__ == "__main__":
    serve({"ours": _ours, "floor": _floor, "pyld": _pyld}[sys.argv[1]])
