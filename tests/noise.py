"""Answer with noise on the last bits of whatever a library computes.

    python tests/noise.py SEED OUT LEDGER COMMAND ...

Another processor, kernel or number of threads gives other last bits. Here they are
changed on purpose, further than any of these would, before the program is imported:
results of linear algebra, Fourier transforms, sparse products, quantiles, special and
elementary functions. A product whose numbers are whole and small is exact in whatever
order, and stays. Seed 0 leaves all as it is.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
import scipy.fft
import scipy.linalg
import scipy.optimize
import scipy.sparse.linalg
import scipy.special
from scipy import sparse
from scipy import stats
from scipy.sparse import _compressed
from scipy.sparse import _coo
from scipy.sparse import _dia

if TYPE_CHECKING:
    from collections.abc import Callable

#: Relative noise on a function of one number; and on a sum of products.
UNIT, SUM = 2.0**-52, 1e-15
#: Numbers below this are whole and exact in sums of products.
WHOLE = 2.0**26

ELEMENTARY = [
    "exp",
    "exp2",
    "log",
    "log2",
    "log10",
    "log1p",
    "expm1",
    "power",
    "float_power",
    "cbrt",
    "hypot",
    "sin",
    "cos",
    "tan",
    "arctan",
    "arctan2",
    "sinh",
    "cosh",
    "tanh",
    "logaddexp",
]
PRODUCTS = [
    "dot",
    "matmul",
    "einsum",
    "vdot",
    "inner",
    "tensordot",
    "convolve",
    "interp",
    "quantile",
    "percentile",
]


class Noise:
    """A stream of noise, and how often each function was given some."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self.met: dict[str, int] = {}

    def on(self, found: Any, size: float, terms: Any = None) -> Any:
        """Return a result with noise, a share of it or of what it is the sum of."""
        if isinstance(found, tuple):
            parts = [self.on(one, size) for one in found]
            return type(found)(*parts) if hasattr(found, "_fields") else tuple(parts)
        if sparse.issparse(found):
            found.data = self.on(found.data, size)
            return found
        numbers = np.asarray(found)
        if numbers.dtype.kind not in "fc":
            return found
        share = self._rng.uniform(-size, size, numbers.shape)
        with np.errstate(invalid="ignore", over="ignore"):
            moved = numbers + share * np.abs(numbers if terms is None else terms)
        return moved if isinstance(found, np.ndarray) else type(found)(moved)

    def put(self, owner: Any, name: str, size: float, exact: bool = False) -> None:
        """Put noise on a function of a module or class."""
        function: Callable[..., Any] = getattr(owner, name)

        def noisy(*args: Any, **kwargs: Any) -> Any:
            found = function(*args, **kwargs)
            if exact and whole(*args[:2]):
                return found
            self.met[name] = self.met.get(name, 0) + 1
            return self.on(found, size)

        setattr(owner, name, noisy)

    def put_on_sparse(self, owner: Any, name: str) -> None:
        """Put noise on a product of a sparse matrix, a share of its terms."""
        function: Callable[..., Any] = getattr(owner, name)

        def noisy(left: Any, right: Any, *args: Any) -> Any:
            found = function(left, right, *args)
            if whole(left, right):
                return found
            self.met[name] = self.met.get(name, 0) + 1
            terms = None
            if not sparse.issparse(found):
                terms = function(abs(left), np.abs(right), *args)
            return self.on(found, UNIT, terms)

        setattr(owner, name, noisy)


def whole(*given: Any) -> bool:
    """Say whether all numbers are whole and so small that their sums are exact."""
    for one in given:
        numbers = np.asarray(one.data if sparse.issparse(one) else one)
        if numbers.dtype.kind in "fc" and not bool(
            np.all(np.isfinite(numbers) & (np.rint(numbers.real) == numbers))
            and np.abs(numbers).max(initial=0.0) < WHOLE
        ):
            return False
    return True


def disturb(seed: int) -> Noise:
    """Put noise on the libraries, for the rest of this process."""
    noise = Noise(seed)
    for name in ELEMENTARY:
        noise.put(np, name, UNIT)
    for name in ("exp", "log", "log1p", "expm1", "log2", "log10", "pow", "erf", "erfc"):
        noise.put(math, name, UNIT)
    for name in PRODUCTS:
        noise.put(np, name, SUM, exact=name in {"dot", "matmul"})
    for library in (np.linalg, scipy.linalg):
        for name in ("solve", "cholesky", "inv", "eigh", "svd", "qr", "pinv", "lstsq"):
            noise.put(library, name, SUM)
    for name in ("cho_solve", "solve_triangular"):
        noise.put(scipy.linalg, name, SUM)
    for name in dir(scipy.special):
        if isinstance(getattr(scipy.special, name), np.ufunc):
            noise.put(scipy.special, name, 2 * UNIT)
    for name in ("fft", "ifft", "rfft", "irfft"):
        noise.put(scipy.fft, name, SUM)
    for name in ("nnls", "brentq", "lsq_linear", "minimize"):
        noise.put(scipy.optimize, name, SUM)
    noise.put(scipy.sparse.linalg, "spsolve", SUM)
    for name in ("sf", "ppf", "cdf", "isf"):
        noise.put(stats.chi2, name, SUM)
        noise.put(stats.norm, name, SUM)
    for owner in (_compressed._cs_matrix, _coo._coo_base, _dia._dia_base):
        for name in ("_matmul_vector", "_matmul_multivector", "_matmul_sparse"):
            noise.put_on_sparse(owner, name)
    return noise


def answer(out: Path, ledger: str, commands: list[str]) -> None:
    """Write what commands print, a file each; their words are joined by spaces."""
    from click.testing import CliRunner

    from solvency.cli import main

    for command in commands:
        name, *rest = command.split()
        result = CliRunner().invoke(main, [name, "--json", *rest, ledger])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        (out / command.replace("/", "_")).write_text(result.output)


if __name__ == "__main__":
    chosen = int(sys.argv[1])
    noise = disturb(chosen) if chosen else None
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True)
    answer(folder, sys.argv[3], sys.argv[4:])
    if noise:
        (folder / "met").write_text("\n".join(sorted(noise.met)))
