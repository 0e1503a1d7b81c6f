"""A debtor's accounts proposed as accounts of the ledger."""

from __future__ import annotations

import re

#: The words of an account's name and the root they speak for; the first counts.
_WORDS = (
    ("Assets", ("accumulated depreciation|accumulated amortisation|due from|loans? to"
     "|receivables?|debtors|cash|bank|petty|inventor|stock in trade|prepa|equipment"
     "|property|plant|vehicle|furniture|computer hardware|goodwill|intangible"
     "|investments?|deposits? paid|custody|wallet|crypto|digital assets|bankguthaben"
     "|kasse|forderungen|vorrate")),
    ("Liabilities", ("payables?|creditors|due to|loans? from|overdraft|accru|deferred"
     "|borrowings?|provisions?|customer deposits?|customer balances|vat|gst"
     "|tax liabilit|mortgage|notes? issued|bonds? issued|loans?|verbindlichkeiten"
     "|ruckstellungen|darlehen")),
    ("Equity", ("share capital|capital|equity|retained|reserves?|share premium|drawings"
     "|dividends?|common stock|eigenkapital|gewinnvortrag")),
    ("Income", ("revenue|sales|turnover|income|interest received|gains?|fees earned"
     "|commissions? earned|umsatzerlose|ertrage")),
    ("Expenses", ("expenses?|costs?|wages|salar|payroll|rent|rates|depreciation"
     "|amortisation|insurance|travel|marketing|advertising|loss|audit|legal|fees"
     "|charges|purchases|interest|tax|aufwand|lohne|miete")),
)  # fmt: skip
#: What the first digit of a code stands for in most charts.
_DIGITS = {
    "1": "Assets",
    "2": "Liabilities",
    "3": "Equity",
    "4": "Income",
    **dict.fromkeys("56789", "Expenses"),
}
_ACCENTS = str.maketrans("äöüàáâèéêëìíîïòóôõùúûçñ", "aouaaaeeeeiiiioooouuucn")


def root_of(code: str, name: str, *, debit: bool) -> str:
    """Propose the root of an account.

    Args:
        code: Its number in the debtor's chart, or "".
        name: Its name there.
        debit: Its balance is a debit.
    """
    words = name.casefold().translate(_ACCENTS)
    for root, pattern in _WORDS:
        if re.search(rf"\b({pattern})", words):
            return root
    if code[:1] in _DIGITS:
        return _DIGITS[code[:1]]
    return "Assets" if debit else "Liabilities"


def proposed(entity: str, code: str, name: str, *, debit: bool) -> str:
    """Propose an account of the ledger for one of a debtor's chart."""
    root = root_of(code, name, debit=debit)
    words = re.findall(r"[^\W_]+", name.translate(_ACCENTS))
    last = "".join(word[:1].upper() + word[1:] for word in words)[:60]
    if not last or not last[0].isupper():
        last = "Account" + re.sub(r"\W", "", f"{code}{last}")
    return f"{root}:{entity}:{last}"
