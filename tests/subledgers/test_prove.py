"""The proof of what is owed: a customer's check holds, and each attack on it fails."""

from __future__ import annotations

import copy
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from rows_ledger import case_of
from rows_ledger import flows
from rows_ledger import parquet

from solvency.cli import main

KEY = "0123456789abcdef" * 4
PAGE = Path(__file__).parents[2] / "docs/commands/prove.md"
#: 7 is owed 100.00 USD and 0.01 BTC, 8 200.00 USD, 10 5.00 USD; 9 owes 50.00 USD.
ROWS = [
    (1, 3, 7, "USD", 100_00),
    (2, 3, 7, "BTC", 1),
    (3, 4, 8, "USD", 300_00),
    (4, 5, 8, "USD", -100_00),
    (5, 6, 9, "USD", -50_00),
    (6, 6, 10, "USD", 5_00),
]


def case(folder, rows, more="control: TRUE"):
    parquet(folder / "rows" / "a.parquet", rows)
    (folder / "key").write_text(KEY + "\n", "utf-8")
    return case_of(folder, flows(rows), more=more)


def proved(folder, *args, rows=ROWS, more="control: TRUE", status=0):
    path = case(folder, rows, more).path
    line = ["prove", "--key", str(folder / "key"), *args, "--json", path]
    ran = CliRunner().invoke(main, line)
    assert ran.exit_code == status, ran.output
    return json.loads(ran.stdout)


def check_code():
    return re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[1]


def holds(proof, party, root):
    """Run the code of the docs as a customer does; return whether it is proved."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "check.py").write_text(check_code(), "utf-8")
        (Path(name) / "proof.json").write_text(json.dumps(proof), "utf-8")
        ran = subprocess.run(
            [sys.executable, "check.py", "proof.json", party, root],
            cwd=name,
            capture_output=True,
            text=True,
            check=False,
        )
    assert "Traceback" not in ran.stderr
    assert (ran.returncode == 0) == ran.stdout.startswith("proved:")
    return ran.returncode == 0


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def by_hand(owed):
    """Return the root of parties' cents of dollars, made in plain Python."""

    def salt(party):
        return sha256(KEY + sha256(KEY + party))

    level = [
        (sha256(f"leaf|{salt(p)}|{p}|USD/2={max(n, 0)}"), max(n, 0))
        for p, n in sorted(owed.items(), key=lambda x: sha256("place|" + salt(x[0])))
    ]
    while len(level) > 1:
        if len(level) % 2:
            level.append((sha256("none"), 0))
        level = [
            (sha256(f"node|{a}|USD/2={x}|{b}|USD/2={y}"), x + y)
            for (a, x), (b, y) in zip(level[::2], level[1::2], strict=True)
        ]
    top, whole = level[0]
    head = f"root|Liabilities:Firm:Customers|2022-03-31|{len(owed)}"
    return sha256(f"{head}|USD/2={whole}|{top}"), whole


def test_the_code_in_the_docs_is_short():
    lines = [line for line in check_code().splitlines() if line.strip()]
    assert len(lines) <= 21
    assert max(map(len, lines)) <= 88


@pytest.mark.parametrize("party", ["7", "8", "9", "10"])
def test_each_party_can_check_its_balance(tmp_path, party):
    found = proved(tmp_path, "--party", party)
    # 100 + 200 + 5; the 50 that 9 owes lower nothing.
    assert found["owed"] == [
        {"commodity": "BTC", "units": "0.01", "left_out": "0"},
        {"commodity": "USD", "units": "305", "left_out": "-50"},
    ]
    assert found["parties"] == 4
    owed = {"7": "10000", "8": "20000", "9": "0", "10": "500"}[party]
    assert found["proof"]["owed"]["USD/2"] == owed
    assert holds(found["proof"], party, found["root"])


def test_a_proof_that_was_tampered_with_fails(tmp_path):
    found = proved(tmp_path, "--party", "7")
    proof, root = found["proof"], found["root"]
    assert holds(proof, "7", root)

    def changed(change):
        other = copy.deepcopy(proof)
        change(other)
        return other

    first = proof["path"][0]["sums"]
    less = str(int(first["USD/2"]) - 1)
    attacks = {
        "another root": (proof, "7", "0" * 64),
        "another customer": (proof, "8", root),
        "a smaller balance": changed(lambda p: p["owed"].update({"USD/2": "9999"})),
        "a sibling lowered": changed(
            lambda p: p["path"][0]["sums"].update({"USD/2": less})
        ),
        "a negative sibling": changed(
            lambda p: p["path"][0]["sums"].update({"USD/2": "-10000"})
        ),
        "a coin left out": changed(lambda p: p["path"][0]["sums"].pop("BTC/2")),
        "another place": changed(lambda p: p.update(place=p["place"] ^ 1)),
        "a step left out": changed(lambda p: p["path"].pop()),
        "a step more": changed(lambda p: p["path"].append(p["path"][0])),
        "fewer parties": changed(lambda p: p.update(parties=3)),
        "another day": changed(lambda p: p.update(at="2022-03-30")),
        "another salt": changed(lambda p: p.update(salt="0" * 64)),
        "no path": changed(lambda p: p.update(path=[])),
    }
    for name, attack in attacks.items():
        given_ = attack if isinstance(attack, tuple) else (attack, "7", root)
        assert not holds(*given_), name


def test_a_root_made_with_a_negative_leaf_is_refused_by_whoever_checks():
    # The prover hides 90 of what it owes beside a leaf of -90: every hash is right.
    mine = sha256("leaf|s|7|USD/2=100")
    theirs = sha256("leaf|t|x|USD/2=-90")
    top = sha256(f"node|{mine}|USD/2=100|{theirs}|USD/2=-90")
    root = sha256(f"root|A|2022-03-31|2|USD/2=10|{top}")
    proof = {
        "account": "A",
        "at": "2022-03-31",
        "parties": 2,
        "party": "7",
        "salt": "s",
        "owed": {"USD/2": "100"},
        "place": 0,
        "path": [{"hash": theirs, "sums": {"USD/2": "-90"}}],
    }
    assert not holds(proof, "7", root)


def test_two_customers_cannot_be_shown_one_leaf(tmp_path):
    # 7 and 8 are owed the same; 8 is given the proof of 7, its number changed.
    rows = [(1, 3, 7, "USD", 100_00), (2, 3, 8, "USD", 100_00)]
    found = proved(tmp_path, "--party", "7", rows=rows)
    shown = {**found["proof"], "party": "8"}
    assert not holds(shown, "8", found["root"])


def test_no_other_name_and_no_order_of_names_is_in_a_proof(tmp_path):
    rows = [(n, 3, 900_000_000 + n, "USD", 100 + n) for n in range(1, 17)]
    found = proved(tmp_path, "--party", "900000003", rows=rows)
    said = json.dumps(found["proof"]).replace("900000003", "")
    assert "9000000" not in said
    (tmp_path / "key").write_text("f" * 64)
    line = ["prove", "--key", str(tmp_path / "key"), "--party", "900000003", "--json"]
    ran = CliRunner().invoke(main, [*line, str(tmp_path / "main.beancount")])
    other = json.loads(ran.stdout)
    assert other["root"] != found["root"]
    assert other["proof"]["salt"] != found["proof"]["salt"]


def test_the_ledgers_root_is_compared(tmp_path):
    root = proved(tmp_path)["root"]
    more = 'control: TRUE\n  root: "{}"\n  root-at: 2022-03-31'
    assert proved(tmp_path, more=more.format(root))["agrees"] is True
    rows = [*ROWS, (7, 6, 10, "USD", 1)]
    found = proved(tmp_path, rows=rows, more=more.format(root), status=1)
    assert found["agrees"] is False
    assert found["root"] != root


def test_a_secret_is_made_once_for_its_owner_alone(tmp_path):
    path = case(tmp_path, ROWS).path
    line = ["prove", "--key", str(tmp_path / "new"), "--json", path]
    first, again = (CliRunner().invoke(main, line) for _ in range(2))
    assert json.loads(first.stdout)["root"] == json.loads(again.stdout)["root"]
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
    (tmp_path / "new").write_text("abc")
    refused = CliRunner().invoke(main, line)
    assert refused.exit_code == 2
    assert "no secret of 64" in refused.output


def test_a_party_without_a_row_by_the_day_is_one_message(tmp_path):
    path = case(tmp_path, ROWS).path
    line = ["prove", "--key", str(tmp_path / "key"), "--party", "10"]
    ran = CliRunner().invoke(main, [*line, "--at", "2022-01-03", path])
    assert ran.exit_code == 2
    assert "the party 10 has no row by that day" in ran.output


@settings(max_examples=15, deadline=None)
@given(
    owed=st.dictionaries(
        st.integers(1, 10**9),
        st.integers(-(10**12), 10**12),
        min_size=1,
        max_size=9,
    ),
    chosen=st.integers(0, 8),
)
def test_the_tree_is_what_plain_python_makes(owed, chosen):
    rows = [(n, 3, p, "USD", units) for n, (p, units) in enumerate(owed.items(), 1)]
    root, whole = by_hand({str(party): units for party, units in owed.items()})
    party = str(sorted(owed)[chosen % len(owed)])
    with tempfile.TemporaryDirectory() as name:
        found = proved(Path(name), "--party", party, rows=rows)
    assert found["root"] == root
    assert found["owed"][0]["units"] in {
        f"{whole // 100}.{whole % 100:02}".rstrip("0").rstrip("."),
        f"{whole // 100}",
    }
    assert holds(found["proof"], party, root)
