"""What a stranger's ledger may not do to the machine it is opened on."""

from __future__ import annotations

import pickle
from pathlib import Path

import beancount.ops
import beancount.plugins
import pytest
from preamble import PREAMBLE

import solvency
from solvency.ledger.files.source import matching
from solvency.ledger.files.trust import line_of

CODE = "from pathlib import Path\n__plugins__ = ()\nPath({path!r}).touch()\n"


def _refused(path):
    case = solvency.load(path)
    return [(e.line, e.rule) for e in case.errors], [e.message for e in case.errors]


def test_a_plugin_of_their_own_is_refused_and_run_with_trust(ledger, tmp_path):
    spoor = tmp_path / "ran"
    path = ledger.write(
        '; first line\noption "insert_pythonpath" "TRUE"\nplugin "mischief_plugin"\n'
        + PREAMBLE
    )
    ledger.write(CODE.format(path=str(spoor)), "mischief_plugin.py")
    places, messages = _refused(path)
    assert places == [(2, "trust"), (3, "trust")]
    assert not spoor.exists()
    assert "mischief_plugin" in messages[1]
    assert "--trust" in messages[1]
    trusted = solvency.load(path, trust=True)
    assert not trusted.errors
    assert spoor.exists()


HUGE = """\
from decimal import Decimal
__plugins__ = ("huge",)
def huge(entries, options):
    return [_huge(entry) for entry in entries], []
def _huge(entry):
    if not hasattr(entry, "postings"):
        return entry
    return entry._replace(postings=[
        one._replace(units=one.units._replace(number=one.units.number.scaleb(5000)))
        for one in entry.postings
    ])
"""


@pytest.mark.parametrize("line", ['plugin "solvency"\n', ""])
def test_a_number_that_a_plugin_made_too_long_is_an_error_of_the_ledger(ledger, line):
    ledger.write(HUGE, f"huge_plugin_{len(line)}.py")
    path = ledger.write(
        'option "insert_pythonpath" "TRUE"\n'
        f'plugin "huge_plugin_{len(line)}"\n{line}'
        + PREAMBLE.replace('plugin "solvency"\n', "")
        + '2022-01-02 * "Too much" ^court\n'
        "  Assets:Alameda:Bank  1 USD\n  Equity:Alameda:Shares\n"
    )
    case = solvency.load(path, trust=True)
    (long,) = [error for error in case.errors if error.rule == "number"]
    assert "5001 digits before its point" in long.message
    assert not case.flows


#: Every module that beancount has where a `plugin` line may name it.
OF_BEANCOUNT = sorted(
    f"{package.__name__}.{path.stem}"
    for package in (beancount.plugins, beancount.ops)
    for path in Path(package.__path__[0]).glob("*.py")
    if not path.stem.startswith("_")
)


@pytest.mark.parametrize("name", OF_BEANCOUNT)
def test_no_plugin_of_beancount_runs_its_configuration(ledger, tmp_path, name):
    spoor = tmp_path / "ran"
    config = f"__import__('pathlib').Path('{spoor}').touch() or {{}}"
    path = ledger.write(f'plugin "{name}" "{config}"\n' + PREAMBLE)
    refused = _refused(path)[0] == [(1, "trust")]
    assert refused == (name != "beancount.plugins.currency_accounts")
    assert not spoor.exists()


def test_beancounts_own_plugins_are_welcome(ledger):
    assert not ledger.load(
        'plugin "beancount.plugins.unique_prices"\n' + PREAMBLE
    ).errors


def test_an_extension_of_fava_that_is_not_ours_is_refused(ledger):
    text = """
2020-01-01 custom "fava-extension" "solvency.browse"
2020-01-01 custom "fava-extension" "mischief"
"""
    line, rule, message = ledger.error(text)
    assert (line, rule) == (3, "trust")
    assert '"mischief"' in message


@pytest.mark.parametrize("key", ["import-config", "import_config", "import-dirs"])
def test_what_fava_would_run_or_look_into_is_refused(ledger, key):
    line, rule, message = ledger.error(
        f'2020-01-01 custom "fava-option" "{key}" "mischief.py"\n'
    )
    assert (line, rule) == (1, "trust")
    assert f'"{key}"' in message


def test_what_fava_is_told_of_its_looks_is_welcome(ledger):
    assert not ledger.errors('2020-01-01 custom "fava-option" "indent" "4"\n')


@pytest.mark.parametrize("folder", ["..", "/etc", "link"])
def test_documents_outside_the_folder_are_refused(ledger, tmp_path, folder):
    path = ledger.write(PREAMBLE, "case/main.beancount")
    (path.parent / "papers").mkdir()
    (path.parent / "link").symlink_to(tmp_path)
    path.write_text(
        'option "documents" "papers"\n'
        f'option "documents" "{folder}"\n{PREAMBLE}'
        f'2020-01-02 document Assets:FTX:Bank "{folder}/passwd"\n'
        '2020-01-02 document Assets:FTX:Bank "papers/statement.pdf"\n'
    )
    (path.parent / "papers" / "statement.pdf").touch()
    case = solvency.load(path)
    trust = [e for e in case.errors if e.rule == "trust"]
    assert [e.line for e in trust] == [2, PREAMBLE.count("\n") + 3]
    assert f'option "documents" "{folder}"' in trust[0].message
    assert "papers" not in "".join(e.message for e in trust)
    trusted = solvency.load(path, trust=True).errors
    assert "trust" not in {e.rule for e in trusted}


def test_plugin_and_option_lines_in_included_files_are_refused(ledger):
    path = ledger.write(
        PREAMBLE + 'include "more.beancount"\n',
        more_beancount='; a comment\noption "title" "Mine"\nplugin "solvency"\n'
        'option "insert_pythonpath" "TRUE"\n',
    )
    case = solvency.load(path)
    assert [(e.line, e.rule) for e in case.errors] == [
        (2, "trust"),
        (3, "trust"),
        (4, "trust"),
    ]
    assert {e.file for e in case.errors} == {str(path.parent / "more.beancount")}


@pytest.mark.parametrize("pattern", ["../secret.beancount", "link.beancount", "{abs}"])
def test_a_file_outside_the_folder_is_not_opened(ledger, tmp_path, pattern):
    secret = tmp_path / "secret.beancount"
    secret.write_text("2020-01-01 open Assets:FTX:Vault\n")
    path = ledger.write(PREAMBLE, "case/main.beancount")
    (path.parent / "link.beancount").symlink_to(secret)
    pattern = pattern.format(abs=secret)
    path.write_text(f'{PREAMBLE}\ninclude "{pattern}"\n')
    case = solvency.load(path)
    line = PREAMBLE.count("\n") + 2
    assert [(e.line, e.rule, e.file) for e in case.errors] == [
        (line, "trust", str(path))
    ]
    assert "Assets:FTX:Vault" not in case.accounts
    assert "Assets:FTX:Vault" in solvency.load(path, trust=True).accounts


class _Mischief:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        from pathlib import Path

        return Path.touch, (self.path,)


def test_the_pickle_cache_is_neither_read_nor_written(ledger, tmp_path):
    spoor = tmp_path / "ran"
    path = ledger.write(PREAMBLE)
    cache = path.parent / ".main.beancount.picklecache"
    cache.write_bytes(pickle.dumps(_Mischief(spoor)))
    before = cache.read_bytes()
    assert not solvency.load(path).errors
    assert not spoor.exists()
    assert cache.read_bytes() == before
    pickle.loads(before)  # noqa: S301 (the trap is a real one)
    assert spoor.exists()


def test_includes_are_files_each_read_once(ledger):
    path = ledger.write(
        PREAMBLE + 'include "a*.beancount"\ninclude "a1.beancount"\ninclude "b.bean"\n',
        a1_beancount="2020-01-01 open Assets:FTX:Vault\n",
    )
    case = solvency.load(path)
    before = PREAMBLE.count("\n")
    assert [(e.line - before, e.rule) for e in case.errors] == [
        (2, "include"),
        (3, "include"),
    ]
    assert "Assets:FTX:Vault" in case.accounts
    assert [name.rsplit("/", 1)[1] for name in case.files] == [
        "main.beancount",
        "a1.beancount",
    ]


def test_a_file_that_is_no_text_is_an_error_of_the_ledger(ledger):
    path = ledger.write(PREAMBLE + 'include "a.beancount"\n')
    (path.parent / "a.beancount").write_bytes(b"\xff\xfe\x00")
    assert solvency.load(path).errors


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(solvency.CaseError, match="no such file"):
        solvency.load(tmp_path / "none.beancount")


def test_everywhere_follows_no_link(tmp_path):
    inner = tmp_path / "case" / "inner"
    inner.mkdir(parents=True)
    (inner / "a.beancount").touch()
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "b.beancount").touch()
    (tmp_path / "case" / "link").symlink_to(beside)
    found = matching(str(tmp_path / "case" / "**" / "*.beancount"))
    assert found == [str(inner / "a.beancount")]
    # A link that is named is followed.
    named = tmp_path / "case" / "link"
    assert matching(str(named / "*.beancount")) == [str(named / "b.beancount")]


def test_a_line_is_found_where_it_first_stands(tmp_path):
    path = tmp_path / "a.beancount"
    path.write_text('; plugin "x"\n  plugin "one"\nplugin "two"\n')
    assert line_of(str(path), "plugin") == {"filename": str(path), "lineno": 2}
    assert line_of(str(path), "option")["lineno"] == 1
    assert line_of(str(tmp_path / "none"), "plugin")["lineno"] == 1
