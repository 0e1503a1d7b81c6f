"""How errors of one source go together: those of amounts, and those of observations.

What one source says of several things is wrong in part for one reason. `correlation`
is that part, unless amounts name one driver: those share all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.model.book import Book
    from solvency.model.observations import Observed

#: The most that errors of one source are correlated.
_AS_ONE = 1.0 - 1e-9


def error_of(case: Case, flow: Flow) -> tuple[bool, str] | None:
    """Return what an amount shares its error with: a driver, or a group of sources."""
    if flow.driver is not None:
        return True, flow.driver
    if flow.amount_from is None:
        return None
    return False, case.sources[flow.amount_from].independence_group


def shared_errors(
    book: Book, sigmas: NDArray[np.float64], correlation: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Split spreads of flows into what is each one's own and what several share.

    Amounts that name one driver share all their error; others share a part with those
    whose amounts come from the same source, or one of its group.

    Args:
        book: the Book.
        sigmas: spreads of its flows, shape (flows,).
        correlation: of the errors of one source.

    Returns:
        Spreads of their own, shape (flows,), and by each shared error, (flows, k).
    """
    holders: dict[tuple[bool, str], list[int]] = {}
    for at in np.flatnonzero(sigmas).tolist():
        key = error_of(book.case, book.flows[at])
        if key is not None:
            holders.setdefault(key, []).append(at)
    own, columns = sigmas.astype(float), []
    for (driven, _), flows in holders.items():
        share = 1.0 if driven else correlation
        if len(flows) > 1 and share:
            column = np.zeros(len(sigmas))
            column[flows] = np.sqrt(share) * sigmas[flows]
            own[flows] = np.sqrt(1.0 - share) * sigmas[flows]
            columns.append(column)
    return own, np.array(columns).reshape(len(columns), len(sigmas)).T


def covariance(
    seen: Observed, sigmas: NDArray[np.float64], correlation: float
) -> NDArray[np.float64]:
    """Return the covariance of observations' errors: one source's share a part.

    Args:
        seen: the observations, as rows.
        sigmas: standard deviations of the rows, shape (rows,).
        correlation: of the errors of one group of sources.
    """
    groups = np.array([row.group for row in seen.rows], dtype=object)
    # Two that err as one cannot be told from one: they differ by a hair.
    share = min(correlation, _AS_ONE)
    same = (groups[:, None] == groups[None, :]) * share
    np.fill_diagonal(same, 1.0)
    return np.asarray(same * np.outer(sigmas, sigmas), dtype=float)
