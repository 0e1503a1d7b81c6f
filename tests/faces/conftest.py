from __future__ import annotations


def pytest_addoption(parser):
    parser.addoption(
        "--faces-update",
        action="store_true",
        help="write faces.txt anew from what the program shows",
    )
