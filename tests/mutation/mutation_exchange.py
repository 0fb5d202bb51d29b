"""A mutant without an import: which one function's code differs, and the exchange of that code where it lives."""

from __future__ import annotations

import ast
import gc
import inspect
from functools import cache
from types import CodeType, FunctionType
from typing import Any, TypeAlias

from mutation_areas import ROOT
from mutation_cases import Case

Place: TypeAlias = tuple[str, str, int]
"""Where a function is defined: its file, its qualified name, its first line."""


def living() -> dict[Place, list[FunctionType]]:
    """Return every function of this repository that lives in this process."""
    found: dict[Place, list[FunctionType]] = {}
    for function in gc.get_objects():
        if type(function) is FunctionType and function.__code__.co_filename.startswith(str(ROOT)):
            found.setdefault(_place(function.__code__), []).append(function)
    return found


def caches_of_the_package() -> list[Any]:
    """Return every functools cache of the package that lives in this process."""
    kind = type(cache(lambda: None))
    return [found for found in gc.get_objects() if type(found) is kind and found.__module__.startswith("harness.")]


def _place(code: CodeType) -> Place:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def exchange(case: Case, functions: dict[Place, list[FunctionType]]) -> bool:
    """Put the mutant's code into the one function that it changes; False where it changes anything else."""
    here, file = case.file.read_text("utf-8"), str(case.file)
    before = compile(ast.unparse(ast.parse(here)), file, "exec")
    change = _changed(before, compile(case.mutant.source, file, "exec"), compile(here, file, "exec"))
    if change is None:
        return False
    original, mutated = change
    targets = functions.get(_place(original), [])
    try:
        for function in targets:
            function.__code__ = mutated
    except ValueError:  # another number of free variables
        return False
    return bool(targets)


def _changed(before: CodeType, after: CodeType, original: CodeType) -> tuple[CodeType, CodeType] | None:
    """Return the one outermost function that differs, as it lives and as it is mutated.

    `original` is `before` with the line numbers of the file: the living code has those.
    """
    if before.co_flags & inspect.CO_OPTIMIZED:
        return original, after
    if before.co_code != after.co_code or len(before.co_consts) != len(after.co_consts):
        return None
    triples = zip(before.co_consts, after.co_consts, original.co_consts, strict=True)
    different = [triple for triple in triples if triple[0] != triple[1] or type(triple[0]) is not type(triple[1])]
    if len(different) != 1 or not all(isinstance(constant, CodeType) for constant in different[0]):
        return None
    return _changed(*different[0])
