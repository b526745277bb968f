"""The starter of an exercise, derived from its solution so that the two can't drift."""

import ast
import re

MARK = re.compile(r"[ \t]*# --8<-- \[(?:start|end):\w+\][ \t]*")
GIVEN = "# given"
UNWRITTEN = 'raise NotImplementedError("Your code goes here.")'

ALWAYS = (
    "numpy",
    "torch",
    "torch.nn",
)  # modules that the reader works with in any case

Function = ast.FunctionDef | ast.AsyncFunctionDef


def derive(solution: str) -> str:
    """Return a solution's text without what the reader is to write.

    Functions and methods keep signature, types and docstring and lose their body.
    Private helpers go, and so do imports that only the bodies need: they would give the
    solution away (`ALWAYS` stay). Constants, fields of a class, and whatever has
    ``# given`` on its first line stay. A constructor keeps ``super().__init__()``.

    Args:
        solution: the source of a solution module.

    Raises:
        SyntaxError: if it is not Python.
    """
    lines = solution.split("\n")
    kept: list[str] = []
    done = 0  # lines copied or left out so far
    for node in ast.parse(solution).body:
        first, last = _span(node)
        kept += lines[done : first - 1]
        kept += _reduced(node, lines)
        done = last
    kept += lines[done:]
    kept = _without_spare_imports(kept)
    text = "\n".join(line for line in kept if not MARK.fullmatch(line))
    return re.sub(r"\n{4,}", "\n\n\n", text).strip("\n") + "\n"


def _span(node: ast.stmt) -> tuple[int, int]:
    """Return a statement's first and last line, decorators included."""
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(d.lineno for d in decorators)])
    return first, node.end_lineno or node.lineno


def _reduced(node: ast.stmt, lines: list[str]) -> list[str]:
    """Return what the starter keeps of a statement."""
    first, last = _span(node)
    whole = lines[first - 1 : last]
    if GIVEN in lines[node.lineno - 1]:
        return [line.replace(f"  {GIVEN}", "") for line in whole]
    if isinstance(node, Function):
        if node.name.startswith("_") and not node.name.startswith("__"):
            return []
        return _without_body(node, lines)
    if isinstance(node, ast.ClassDef):
        kept, done = [], first - 1
        for child in node.body:
            start, end = _span(child)
            kept += [*lines[done : start - 1], *_reduced(child, lines)]
            done = end
        pairs = zip(kept, ["", *kept], strict=False)
        return [line for line, above in pairs if line.strip() or above.strip()]
    return whole


def _without_spare_imports(lines: list[str]) -> list[str]:
    """Return a module without imports of names that it does not use."""
    tree = ast.parse("\n".join(lines))
    imports = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    used |= {name for n in ast.walk(tree) for name in _quoted_names(n)}
    left = list(lines)
    for node in reversed(imports):
        origin = getattr(node, "module", None) or ""
        names = [
            alias
            for alias in node.names
            if (alias.asname or alias.name.split(".")[0]) in used
            or (origin or alias.name) in ALWAYS
        ]
        if len(names) == len(node.names):
            continue
        kept = [ast.unparse(_with_names(node, names))] if names else []
        left[node.lineno - 1 : node.end_lineno] = kept
    return left


def _with_names(
    node: ast.Import | ast.ImportFrom, names: list[ast.alias]
) -> ast.Import | ast.ImportFrom:
    if isinstance(node, ast.Import):
        return ast.Import(names)
    return ast.ImportFrom(node.module, names, node.level)


def _quoted_names(node: ast.AST) -> list[str]:
    """Return the names in a type that is written in quotes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.findall(r"\w+", node.value) if len(node.value) < 80 else []
    return []


def _without_body(node: Function, lines: list[str]) -> list[str]:
    """Return a function up to its docstring, and the line to replace."""
    first, _ = _span(node)
    body = node.body
    head = body[0].lineno - 1
    if ast.get_docstring(node) is not None:
        head = body[0].end_lineno or head
        body = body[1:]
    kept = lines[first - 1 : head]
    while kept and not kept[-1].strip():
        kept.pop()
    indent = " " * (node.col_offset + 4)
    if body and ast.unparse(body[0]) == "super().__init__()":
        kept.append(f"{indent}super().__init__()")
    return [*kept, f"{indent}{UNWRITTEN}"]
