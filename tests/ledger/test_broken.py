"""Every rule broken on purpose: its name, the line, and a mend; all in one run."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import solvency

BROKEN = Path(__file__).with_name("broken.beancount")

#: What is wrong with broken.beancount, by line.
EXPECTED = [
    (2, "config"),
    (3, "include"),
    (6, "metadata"),
    (8, "metadata"),
    (11, "entity"),
    (12, "duplicate"),
    (13, "directive"),
    (14, "directive"),
    (17, "grade"),
    (18, "address"),
    (21, "hypothesis"),
    (23, "metadata"),
    (25, "scenario"),
    (28, "scenario"),
    (28, "scenario"),
    (31, "issuer"),
    (31, "metadata"),
    (34, "source"),
    (36, "price"),
    (37, "depth"),
    (38, "amount-range"),
    (40, "float"),
    (42, "spread"),
    (43, "directive"),
    (52, "counterparty"),
    (56, "entity"),
    (57, "counterparty"),
    (59, "counterparty"),
    (61, "pledged-to"),
    (63, "for"),
    (63, "metadata"),
    (65, "stake-in"),
    (67, "amount-range"),
    (70, "metadata"),
    (74, "source"),
    (77, "flag"),
    (80, "flag"),
    (83, "flag"),
    (86, "source"),
    (89, "unbalanced"),
    (92, "claim"),
    (95, "through"),
    (99, "through"),
    (103, "on"),
    (107, "account"),
    (110, "account"),
    (113, "account"),
    (116, "mirror"),
    (119, "amount-range"),
    (123, "amount-range"),
    (127, "id"),
    (135, "id"),
    (139, "grade"),
    (143, "amount-from"),
    (147, "metadata"),
    (151, "metadata"),
    (155, "metadata"),
    (159, "flow"),
    (160, "pad"),
    (163, "observation"),
    (164, "source"),
    (166, "observation"),
    (168, "amount-range"),
    (171, "observation"),
    (173, "observation"),
    (178, "duplicate"),
    (180, "invariant"),
    (181, "invariant"),
    (182, "invariant"),
    (184, "metadata"),
    (187, "beancount"),
    (188, "locator"),
    (192, "on"),
    (192, "through"),
    (197, "membership"),
    (198, "membership"),
    (199, "rename"),
    (200, "rounding"),
    (201, "set-off"),
    (204, "after"),
    (204, "date-range"),
    (204, "sized-by"),
    (210, "variant"),
    (215, "metadata"),
    (217, "number"),
]

#: Part of what the message must say for whoever has to mend the line.
SAYS = {
    6: "one of exchange, broker",
    12: "broken.beancount:6",
    13: 'custom "entity"',
    14: 'Write: 2020-01-01 custom "entity" "Name" "Description"',
    21: "three",
    23: "from 0 to 1",
    34: "If court is meant",
    56: "If Bank is meant",
    59: "If Third is meant",
    70: "`term:`",
    74: 'basis: "plug"',
    86: "If ^tabloid is meant",
    89: "0.04 USD is left",
    92: "Add: 2020-02-07 open Assets:Bank:Receivables:Third",
    95: 'through: "Bank"',
    107: "Add: 2020-02-11 open Assets:Bank:Vault",
    110: "open from 2021-06-01",
    113: "Add TOK",
    116: "2020-02-14",
    119: "from 3 to no end",
    123: "Write high: 2 USD",
    135: "broken.beancount:131",
    151: "`purpose:`",
    166: "If Assets:Bank:Cash is meant",
    180: "If customer-assets is meant",
    182: "It takes minimum",
    192: "Take `on:` out",
}


@pytest.fixture(scope="module")
def errors():
    return solvency.load(BROKEN).errors


def test_one_run_shows_every_error_at_its_line(errors):
    assert [(error.line, error.rule) for error in errors] == EXPECTED
    assert {error.file for error in errors} == {str(BROKEN)}


@pytest.mark.parametrize("line", SAYS)
def test_the_message_helps(errors, line):
    assert any(SAYS[line] in error.message for error in errors if error.line == line), [
        error.message for error in errors if error.line == line
    ]


def test_every_message_names_its_rule_and_a_mend(errors):
    for error in errors:
        rule, _, rest = error.message.partition(": ")
        assert rule == error.rule
        if rule != "beancount":
            assert re.search(
                r"\. (Write|Add|Correct|Start|Remove|Take|Keep|If|Make|Name|Link"
                r"|Tag|Flag|Say|It is|It takes|Post|Use|Give|Known)\b",
                rest,
            ), error.message


def test_bean_check_and_fava_show_the_same_rules(errors, tmp_path):
    from beancount import loader

    # beancount itself stops at nothing here: it is given the same text.
    copy = shutil.copy(BROKEN, tmp_path)
    _, found, _ = loader.load_file(str(copy))
    ours = {
        (error.source["lineno"], error.rule)
        for error in found
        if hasattr(error, "rule")
    }
    assert ours == {
        (error.line, error.rule)
        for error in errors
        if error.rule not in {"beancount", "include", "trust"}
    }
