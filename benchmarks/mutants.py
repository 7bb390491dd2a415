"""Small faults planted in code: one operator, number, condition or call is replaced at a time.

Texts, annotations, decorators' arguments, `strict=` of zip, `__all__`, imports, calls of a log and
what is raised stay as they are: a mutant there is no fault of behaviour. Nothing else is left out.
"""

import ast
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Mod: ast.Mult,
    ast.FloorDiv: ast.Div, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.MatMult: ast.Mult,
}  # fmt: skip
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any", "minimum": "maximum",
          "maximum": "minimum", "argmax": "argmin", "argmin": "argmax"}  # fmt: skip
_SKIPPED = (ast.Import, ast.ImportFrom, ast.Raise, ast.JoinedStr, ast.Assert)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: the text from `start` to `end`, in bytes of the file, is replaced.

    `code` is the line on which it begins, without the spaces around.
    """

    file: str
    line: int
    end_line: int
    start: int
    end: int
    original: str
    replacement: str
    code: str = ""

    @property
    def key(self) -> str:
        """What the fault is, without its line's number, which moves with every edit above it."""
        return f"{self.file} | {self.code} | {self.original} -> {self.replacement}"

    def apply(self, source: bytes) -> bytes:
        """Return the source with the fault.

        Raises:
            ValueError: Another text stands in this place.
        """
        if source[self.start : self.end].decode() != self.original:
            raise ValueError(f"{self.file}:{self.line} is not {self.original!r}; list mutants anew")
        return source[: self.start] + self.replacement.encode() + source[self.end :]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.original} -> {self.replacement}"


def list_mutants(file: str, source: bytes) -> list[Mutant]:
    """Return all faults that can be planted in a file, in the order of their places."""
    line_starts, lines = [0], source.splitlines(keepends=True)
    for line in lines:
        line_starts.append(line_starts[-1] + len(line))
    found: list[Mutant] = []
    for node, replacements in _list_replacements(ast.parse(source)):
        start = line_starts[node.lineno - 1] + node.col_offset
        end = line_starts[node.end_lineno - 1] + node.end_col_offset
        original = source[start:end].decode()
        code = lines[node.lineno - 1].decode().strip()
        found += [
            Mutant(file, node.lineno, node.end_lineno, start, end, original, replacement, code)
            for replacement in replacements
        ]
    return sorted(found, key=lambda mutant: (mutant.start, mutant.end, mutant.replacement))


def _list_replacements(module: ast.Module) -> Iterator[tuple[Any, list[str]]]:
    for node in _walk(module):
        yield node, _mutate(node)
        if isinstance(node, (ast.If, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            for test in _list_conditions(node):
                yield test, [f"(not {ast.unparse(test)})"]


def _list_conditions(node: Any) -> list[ast.expr]:
    """Return the conditions that are no comparison, which the other mutations leave alone."""
    tests = [node.test] if isinstance(node, ast.If) else []
    tests += [test for part in getattr(node, "generators", ()) for test in part.ifs]
    plain = (ast.Name, ast.Attribute, ast.Call, ast.Subscript)
    return [test for test in tests if isinstance(test, plain)]


def _walk(node: ast.AST) -> Iterator[Any]:
    if isinstance(node, (ast.expr, ast.stmt)):
        yield node
    for child in _list_mutated_children(node):
        yield from _walk(child)


def _list_mutated_children(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, _SKIPPED) or _is_named(node, "__all__") or _calls_log(node):
        return []
    left_out = {"annotation", "returns", "decorator_list", "type_params"}
    if isinstance(node, ast.ClassDef):
        left_out |= {"bases", "keywords"}
    if isinstance(node, ast.keyword) and node.arg == "strict":
        return []
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name):
        left_out |= {"body"} if node.test.id == "TYPE_CHECKING" else set()
    fields = [value for name, value in ast.iter_fields(node) if name not in left_out]
    values = [item for value in fields for item in (value if isinstance(value, list) else [value])]
    return [value for value in values if isinstance(value, ast.AST)]


def _is_named(node: ast.AST, name: str) -> bool:
    if not isinstance(node, ast.Assign):
        return False
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)


def _calls_log(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).startswith("LOG.")


def _mutate(node: Any) -> list[str]:
    for kind, mutate in _MUTATIONS.items():
        if isinstance(node, kind):
            return [f"({ast.unparse(mutated)})" for mutated in mutate(node)]
    if isinstance(node, (ast.Continue, ast.Break)):
        return ["break" if isinstance(node, ast.Continue) else "continue"]
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return [] if _calls_log(node.value) else ["pass"]
    if isinstance(node, ast.AugAssign) and type(node.op) in _ARITHMETIC:
        return [ast.unparse(_replace(node, "op", _ARITHMETIC[type(node.op)]()))]
    return []


def _replace(node: Any, field: str, value: object) -> Any:
    changed = deepcopy(node)
    setattr(changed, field, value)
    return changed


def _mutate_comparison(node: ast.Compare) -> list[Any]:
    return [
        _replace(node, "ops", [*node.ops[:n], _COMPARISONS[type(op)](), *node.ops[n + 1 :]])
        for n, op in enumerate(node.ops)
    ]


def _mutate_arithmetic(node: ast.BinOp) -> list[Any]:
    is_text = any(isinstance(part, (ast.JoinedStr, ast.Constant)) and _is_text(part)
                  for part in (node.left, node.right))  # fmt: skip
    if type(node.op) not in _ARITHMETIC or is_text:
        return []
    return [_replace(node, "op", _ARITHMETIC[type(node.op)]())]


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or isinstance(getattr(node, "value", None), str)


def _mutate_logic(node: ast.BoolOp) -> list[Any]:
    return [_replace(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())]


def _mutate_unary(node: ast.UnaryOp) -> list[Any]:
    return [node.operand] if isinstance(node.op, (ast.Not, ast.USub)) else []


def _mutate_constant(node: ast.Constant) -> list[Any]:
    if isinstance(node.value, bool):
        return [ast.Constant(not node.value)]
    if isinstance(node.value, int):
        return [ast.Constant(node.value + 1)]
    return [ast.Constant(node.value * 2 or 1.0)] if isinstance(node.value, float) else []


def _mutate_call(node: ast.Call) -> list[Any]:
    func = node.func
    if isinstance(func, ast.Name) and func.id in _CALLS:
        return [_replace(node, "func", ast.Name(_CALLS[func.id]))]
    if isinstance(func, ast.Attribute) and func.attr in _CALLS:
        return [_replace(node, "func", _replace(func, "attr", _CALLS[func.attr]))]
    return []


def _mutate_choice(node: ast.IfExp) -> list[Any]:
    return [_replace(node, "test", ast.UnaryOp(ast.Not(), node.test))]


_MUTATIONS: dict[type[ast.expr], Any] = {
    ast.Compare: _mutate_comparison,
    ast.BinOp: _mutate_arithmetic,
    ast.BoolOp: _mutate_logic,
    ast.UnaryOp: _mutate_unary,
    ast.Constant: _mutate_constant,
    ast.Call: _mutate_call,
    ast.IfExp: _mutate_choice,
}
