"""Reading code by its syntax tree: shortcuts find what the long way round finds."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

import pytest

from stats220.staff.build.fingerprints import blocks_of, fingerprint, fingerprints
from stats220.staff.build.names import bound_names, imported_modules
from stats220.staff.build.sourcefile import SourceFile

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "stats220" / "staff" / "build").rglob("*.py"))
EVERY_BLOCK = dedent(
    """\
    import a1
    if True:
        import a2
    elif False:
        import a3
    else:
        import a4
    try:
        import a5
    except ValueError:
        import a6
    else:
        import a7
    finally:
        import a8
    while False:
        import a9
    else:
        import a10
    async def f():
        async with g() as h:
            import a11
        async for i in j:
            import a12
        match i:
            case [_]:
                import a13
            case _:
                import a14
    @decorated(lambda: 1)
    class K:
        def l(self):
            with open("é") as m: import a15; from . import a16
    try:
        n = "ü", "ß" ; o = ("ä",
            "ö")
    except* OSError as p:
        import a17
    """
)


def sources() -> list[str]:
    return [EVERY_BLOCK, *(path.read_text(encoding="utf-8") for path in MODULES)]


def test_segments_are_those_of_ast() -> None:
    for text in sources():
        file = SourceFile("f.py", text)
        nodes = [node for node in ast.walk(file.tree) if isinstance(node, ast.stmt | ast.expr)]
        for node in nodes[:150]:  # ast's own way takes long
            assert file.segment(node) == ast.get_source_segment(text, node)


def test_blocks_are_all_lists_of_statements_in_the_tree() -> None:
    for text in sources():
        tree = ast.parse(text)
        fields = [value for node in ast.walk(tree) for _, value in ast.iter_fields(node)]
        blocks = [v for v in fields if isinstance(v, list) and v and isinstance(v[0], ast.stmt)]
        found = [id(block) for block in blocks_of(tree.body)]
        assert len(found) == len(set(found))
        assert set(found) == {id(block) for block in blocks}


def test_imports_are_found_in_every_block() -> None:
    found = list(imported_modules(ast.parse(EVERY_BLOCK), "package"))
    assert {name.removeprefix("package.") for name, _ in found} == {f"a{i}" for i in range(1, 18)}
    lines = EVERY_BLOCK.splitlines()
    assert all(name.rpartition(".")[2] in lines[line - 1] for name, line in found)


@pytest.mark.parametrize(
    "code",
    [
        "import os.path, sys as s\nfrom math import pi as p, e",
        "a = b = 1\n(c, [d, *f]), g = (2, [3, 4]), 5\nh: int = 6\nh += 1",
        "for i in range(2):\n    j = i\nwith open(__file__) as k: pass\n",
        "def f(x):\n    y = x\n    return y\nclass C:\n    z = 1\nn = [w for w in [1]]\nif q := 1: pass",
        "try:\n    import nowhere\nexcept ImportError:\n    nowhere = None\nfinally:\n    t = 1",
        "match [1, 2]:\n    case [u, v]: pass",
    ],
)
def test_bound_names_are_those_that_running_binds(code: str) -> None:
    namespace = {"__file__": __file__}
    exec(compile(code, "<code>", "exec"), namespace)
    names = {name for name in namespace if not name.startswith("__")}
    assert sorted(bound_names(code)) == sorted(names)


def test_fingerprints_are_equal_for_equal_code_only() -> None:
    first = ast.parse("x = f(1, 'a')\ny = 1.0")
    again = ast.parse('# other layout\nx = f( 1,\n    "a" )\n\ny = 1.0 # same')
    assert fingerprint(first) == fingerprint(again)
    assert fingerprints(first)[first.body[1]] == fingerprint(again.body[1])
    kinds = ["1", "1.0", "True", "'1'", "b'1'", "None", "'None'", "-1", "[1]", "(1,)", "{1}"]
    assert len({fingerprint(ast.parse(kind)) for kind in kinds}) == len(kinds)
