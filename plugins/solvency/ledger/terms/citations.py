"""Who says so: the sources a transaction links and the hypotheses it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.ledger.terms.metadata import closest

if TYPE_CHECKING:
    from beancount.core.data import Transaction

    from solvency.ledger.errors import Errors
    from solvency.ledger.terms.declarations import Declarations

_NONE: frozenset[str] = frozenset()


class Evidence:
    """Reads flags, tags and links, reporting what the language does not allow."""

    def __init__(self, declared: Declarations, errors: Errors) -> None:
        self._sources = declared.sources
        self._hypotheses = declared.hypotheses
        self._errors = errors
        #: The declared source an undeclared link was probably meant to be.
        self._meant: dict[str, str | None] = {}

    def hypotheses(self, transaction: Transaction) -> frozenset[str]:
        """Return the hypotheses a transaction belongs to, checking its flag."""
        tags = transaction.tags
        found = _NONE
        if tags:
            found = frozenset(tag for tag in tags if tag in self._hypotheses)
        flag = transaction.flag
        if flag == "*":
            if found:
                self._errors.add(
                    "flag",
                    transaction,
                    f"it is tagged with the hypothesis {min(found)} but flagged `*`,"
                    " established",
                    "Flag it `!`, or take the tag off",
                )
        elif flag != "!":
            self._errors.add(
                "flag",
                transaction,
                f"`{flag}` is neither `*` (established) nor `!` (hypothesised)",
                "Flag it with one of them",
            )
        elif not found:
            self._untagged(transaction)
        return found

    def _untagged(self, transaction: Transaction) -> None:
        meant = None
        for tag in sorted(transaction.tags):
            meant = meant or closest(tag, self._hypotheses)
        self._errors.add(
            "flag",
            transaction,
            "it is flagged `!`, hypothesised, but has no tag of a declared hypothesis",
            (
                f"If #{meant} is meant, write that"
                if meant
                else "Tag it #NAME, with"
                f' {transaction.date} custom "hypothesis" "NAME" "What it says"'
            )
            + "; or flag it `*`",
        )

    def sources(self, transaction: Transaction) -> tuple[str, ...]:
        """Return the declared sources a transaction links, earliest published first."""
        links = transaction.links
        found = [link for link in links if link in self._sources]
        if len(found) > 1:
            found.sort(key=lambda name: (self._sources[name].published, name))
        if len(found) < len(links):
            self._strays(transaction, links.difference(found))
        basis = transaction.meta.get("basis")
        if not found and not (isinstance(basis, str) and basis == "plug"):
            written = ", ".join(f"^{link}" for link in sorted(links))
            self._errors.add(
                "source",
                transaction,
                "no declared source says this"
                + (f" (it links {written})" if written else ""),
                'Link one: ^NAME, declared by custom "source" "NAME" "Title";'
                ' or, if nobody says it, mark it basis: "plug"',
            )
        return tuple(found)

    def _strays(self, transaction: Transaction, strays: frozenset[str]) -> None:
        for link in sorted(strays):
            if link not in self._meant:
                self._meant[link] = closest(link, self._sources)
            meant = self._meant[link]
            if meant is not None:
                self._errors.add(
                    "source",
                    transaction,
                    f"^{link} is no declared source",
                    f"If ^{meant} is meant, write that",
                )
