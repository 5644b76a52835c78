"""Every small change of a module: a comparison, an operator, a number, a condition, a statement left out, a value lost.

Not changed: texts, types, ``strict=`` of ``zip``, and the settings of a dataclass.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OPERATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any", "minimum": "maximum", "maximum": "minimum"}
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
DROPPED = (ast.Expr, ast.AugAssign, ast.Raise, ast.Continue, ast.Break)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the file and where in it; the lines that it stands on; what it is; the code of the changed module.

    ``inside``: it is within a function, and not run when the module is imported.
    """

    path: Path
    where: str
    lines: frozenset[int]
    told: str
    code: CodeType
    inside: bool

    @property
    def name(self) -> str:
        """Return where the change is, and what it is."""
        return f"{self.where}: {self.told}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands: under which field of its parent, in which function or class, and in a function or not."""

    parent: ast.AST
    field: str
    item: int | None
    scope: tuple[str, ...]
    inside: bool

    @property
    def node(self) -> ast.AST:
        """Return the node."""
        held = getattr(self.parent, self.field)
        found: ast.AST = held if self.item is None else held[self.item]
        return found

    @property
    def start(self) -> tuple[int, int]:
        """Return the line and the column, from 1; a comprehension has those of its first name."""
        node: Any = self.node.target if isinstance(self.node, ast.comprehension) else self.node
        return node.lineno, node.col_offset + 1

    def take(self, other: ast.AST) -> None:
        """Put another node in the place of the one that is there."""
        if self.item is None:
            setattr(self.parent, self.field, other)
        else:
            getattr(self.parent, self.field)[self.item] = other


def mutants_of(path: Path, name: str) -> Iterator[Mutant]:
    """Yield every change of one file, called ``name``; of two that come to the same, the first."""
    source = path.read_text(encoding="utf-8")
    seen = {ast.dump(ast.parse(source))}
    for at, place in enumerate(places(ast.parse(source))):
        for turn in range(len(list(others(place.node)))):
            tree = ast.parse(source)
            told = changed(list(places(tree))[at], turn)
            if (text := ast.dump(tree)) not in seen:
                seen.add(text)
                line, column = place.start
                where = f"{name}:{line}:{column} {'.'.join(place.scope) or 'module'}"
                code = compile(tree, str(path), "exec")
                yield Mutant(path, where, lines_of(place.node), told, code, place.inside)


def places(node: ast.AST, scope: tuple[str, ...] = (), *, inside: bool = False) -> Iterator[Place]:
    """Yield where each node stands that may be changed."""
    for field, value in ast.iter_fields(node):
        for item, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or left_alone(node, field, child):
                continue
            within = inside or (field == "body" and isinstance(node, FUNCTIONS | ast.Lambda))
            yield Place(node, field, item, scope, within)
            inner = (*scope, child.name) if isinstance(child, FUNCTIONS | ast.ClassDef) else scope
            yield from places(child, inner, inside=within)


def left_alone(parent: ast.AST, field: str, child: ast.AST) -> bool:
    """Return whether a node is a docstring, a type, an import for one, how strict ``zip`` or how a dataclass is."""
    if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
        return True
    if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
        return True
    if field in ("returns", "decorator_list") or (field == "annotation" and not isinstance(parent, ast.AnnAssign)):
        return True
    if isinstance(child, ast.keyword) and child.arg in ("strict", "slots", "frozen"):
        return True
    typed = field == "annotation" or (field == "value" and isinstance(parent, ast.TypeAlias))
    return typed and not any(isinstance(part, ast.Call) for part in ast.walk(child))  # a call states a limit


def lines_of(node: ast.AST) -> frozenset[int]:
    """Return the lines that a node stands on."""
    return frozenset(part.lineno for part in ast.walk(node) if isinstance(part, ast.expr | ast.stmt))


def changed(place: Place, turn: int) -> str:
    """Make one of the changes of a node, and return in words what it is."""
    node, other = place.node, list(others(place.node))[turn]
    new = other or ast.Pass()
    ast.fix_missing_locations(ast.copy_location(new, node))
    told = f"`{brief(node)}` -> `{brief(new)}`" if other else f"`{brief(node)}` left out"
    place.take(new)
    ast.fix_missing_locations(place.parent)
    return told


def brief(node: ast.AST) -> str:
    """Return a node in one line; of a statement that holds others, its head."""
    text = ast.unparse(node).strip()
    return text.splitlines()[0] if isinstance(node, ast.If | ast.While) else " ".join(text.split())


def others(node: ast.AST) -> Iterator[ast.AST | None]:
    """Yield what may stand in the place of a node; None: nothing."""
    if isinstance(node, ast.expr):
        yield from other_operators(node)
        yield from other_words(node)
    elif isinstance(node, ast.comprehension):
        for item in range(len(node.ifs)):
            rest = [*node.ifs[:item], *node.ifs[item + 1 :]]
            yield ast.comprehension(node.target, node.iter, rest, node.is_async)
    else:
        yield from other_statements(node)


def other_statements(node: ast.AST) -> Iterator[ast.stmt | None]:
    """Yield the other branch, a sum that is not carried on, a value that is not returned, and a statement left out."""
    match node:
        case ast.If(test) | ast.While(test):
            yield type(node)(ast.UnaryOp(ast.Not(), test), node.body, node.orelse)
        case ast.AugAssign(target, op, value):
            yield ast.AugAssign(target, OPERATED[type(op)](), value)
            yield ast.Assign([target], value)
        case ast.Return(ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(ast.Constant(None))
        case ast.Assign([ast.Subscript() | ast.Attribute()]):
            yield None
    if isinstance(node, DROPPED):
        yield None


def other_operators(node: ast.expr) -> Iterator[ast.expr]:
    """Yield an expression with another operator, or without it."""
    match node:
        case ast.Compare(left, ops, comparators):
            for item, op in enumerate(ops):
                for other in COMPARED[type(op)]:
                    yield ast.Compare(left, [*ops[:item], other(), *ops[item + 1 :]], comparators)
        case ast.BinOp(left, op, right) if type(op) in OPERATED:
            yield ast.BinOp(left, OPERATED[type(op)](), right)
        case ast.BoolOp():
            yield from other_conditions(node)
        case ast.UnaryOp(ast.Not() | ast.USub() | ast.Invert(), operand):
            yield operand
        case ast.IfExp(test, body, orelse):
            yield ast.IfExp(ast.UnaryOp(ast.Not(), test), body, orelse)


def other_words(node: ast.expr) -> Iterator[ast.expr]:
    """Yield "max" for "min" and the like, what is not sorted, and other values."""
    match node:
        case ast.Name(name) if name in SWAPPED:
            yield ast.Name(SWAPPED[name], node.ctx)
        case ast.Attribute(value, name) if name in SWAPPED:
            yield ast.Attribute(value, SWAPPED[name], node.ctx)
        case ast.Call(ast.Name("sorted" | "reversed"), [first, *_]):
            yield ast.Call(ast.Name("list", ast.Load()), [first], [])
        case ast.Constant(value):
            yield from map(ast.Constant, other_values(value))


def other_conditions(node: ast.BoolOp) -> Iterator[ast.expr]:
    """Yield "or" for "and", and the reverse; and each part left out."""
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    for item in range(len(node.values)):
        rest = [*node.values[:item], *node.values[item + 1 :]]
        yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def other_values(value: object) -> list[bool] | list[int | float]:
    """Return the other truth, or the numbers next to one; of a text, none."""
    if isinstance(value, bool):
        return [not value]
    return [value + 1, value - 1] if isinstance(value, int | float) else []
