"""Stubs and keys: what of a function's text stays, what goes, and what stands in its place."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats220.errors import AuthorError
from stats220.staff.build.reference import Exercise, read_reference
from stats220.staff.build.regions import BEGIN, END, find_regions
from stats220.staff.build.sourcefile import SourceFile


def read(tmp_path: Path, code: str) -> Exercise:
    """The first exercise of a key that holds this code."""
    folder = tmp_path / "stats220" / "reference" / "tiny"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").write_text("")
    code = dedent(code)
    (folder / "part.py").write_text(code)
    name = next(
        node.name
        for node in ast.parse(code).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    )
    exercise = read_reference(tmp_path, "tiny").exercise(name)
    assert exercise is not None
    return exercise


def test_prompts_docstring_and_given_lines_stay_as_typed(tmp_path: Path) -> None:
    exercise = read(
        tmp_path,
        '''
        from functools import cache


        @cache  # remembered
        def f(x: int,
              *, scale = 2.50) -> int:
            """Doc  with   spaces."""

            # Prompt one.
            # BEGIN SOLUTION
            # an explanation for staff
            y = (x +
                 1)  # why

            # END SOLUTION
            z = y*2   # given, as typed

            # Prompt two.
            # BEGIN SOLUTION
            if z:
                return z
            return -z
            # END SOLUTION
            # A last word.

        # Not of f.
        g = 3
        ''',
    )
    assert exercise.stub == dedent(
        '''\
        @cache  # remembered
        def f(x: int,
              *, scale = 2.50) -> int:
            """Doc  with   spaces."""

            # Prompt one.
            y = ...
            z = y*2   # given, as typed

            # Prompt two.
            raise NotImplementedError("f")
            # A last word.'''
    )
    assert exercise.key == dedent(
        '''\
        @cache  # remembered
        def f(x: int,
              *, scale = 2.50) -> int:
            """Doc  with   spaces."""

            # Prompt one.
            # an explanation for staff
            y = (x +
                 1)  # why

            z = y*2   # given, as typed

            # Prompt two.
            if z:
                return z
            return -z
            # A last word.'''
    )


@pytest.mark.parametrize(
    ("solution", "stub"),
    [
        ("y = x + 1", "y = ..."),
        ("y: int = x + 1", "y = ..."),
        ("y = [\n        x,\n    ]", "y = ..."),
        ("x.grad = 0", "x.grad = ..."),
        ("y = z = x", 'raise NotImplementedError("f")'),
        ("y, z = x, 1", 'raise NotImplementedError("f")'),
        ("x += 1", 'raise NotImplementedError("f")'),
        ("x[0] = 1", 'raise NotImplementedError("f")'),
        ("y: int", 'raise NotImplementedError("f")'),
        ("return x", 'raise NotImplementedError("f")'),
        ("y = 1\n    z = 2", 'raise NotImplementedError("f")'),
        ("if x:\n        y = 1", 'raise NotImplementedError("f")'),
        ("y = 1; z = 2", 'raise NotImplementedError("f")'),
        ('y = """\n# BEGIN SOLUTION\n"""', "y = ..."),
    ],
)
def test_what_stands_for_a_region(tmp_path: Path, solution: str, stub: str) -> None:
    code = f'def f(x):\n    """Doc."""\n    # BEGIN SOLUTION\n    {solution}\n    # END SOLUTION\n    return y\n'
    assert read(tmp_path, code).stub == f'def f(x):\n    """Doc."""\n    {stub}\n    return y'


def test_regions_of_a_class_and_of_nested_blocks(tmp_path: Path) -> None:
    exercise = read(
        tmp_path,
        '''
        class Tracker(Base, metaclass=Meta):
            """Tracks."""

            # BEGIN SOLUTION
            size = 3
            # END SOLUTION

            def __init__(self) -> None:
                super().__init__()
                # BEGIN SOLUTION
                self.template = Conv(
                    3,
                )
                # END SOLUTION

            @property
            def forward(self, x):
                """Go."""
                for part in x:
                    if part:
                        # BEGIN SOLUTION
                        y = part
                        yield y
                        # END SOLUTION
                    else:
                        # BEGIN SOLUTION
                        y = 2
                        # END SOLUTION

                def inner():
                    # BEGIN SOLUTION
                    return 1
                    # END SOLUTION
                return inner
        ''',
    )
    assert exercise.stub == dedent(
        '''\
        class Tracker(Base, metaclass=Meta):
            """Tracks."""

            size = ...

            def __init__(self) -> None:
                super().__init__()
                self.template = ...

            @property
            def forward(self, x):
                """Go."""
                for part in x:
                    if part:
                        raise NotImplementedError("Tracker.forward")
                    else:
                        y = ...

                def inner():
                    raise NotImplementedError("Tracker.forward")
                return inner'''
    )


@pytest.mark.parametrize(
    "block",
    [
        "try:\n{region}    except ValueError:\n        raise\n",
        "try:\n        pass\n    except ValueError:\n{region}",
        "with x as y:\n{region}",
        "while x:\n{region}    else:\n        pass\n",
        "match x:\n        case 1:\n{deep}",
    ],
)
def test_regions_in_every_kind_of_block(tmp_path: Path, block: str) -> None:
    region = f"        {BEGIN}\n        secret()\n        return 1\n        {END}\n"
    deep = "".join("    " + line + "\n" for line in region.splitlines())
    code = 'def f(x):\n    """Doc."""\n    ' + block.format(region=region, deep=deep)
    exercise = read(tmp_path, code)
    assert "secret" not in exercise.stub
    assert 'raise NotImplementedError("f")' in exercise.stub
    ast.parse(exercise.stub)


def test_a_region_may_be_the_last_lines_of_a_file_without_newline(tmp_path: Path) -> None:
    code = 'def f(x):\n    """Doc."""\n    # BEGIN SOLUTION\n    return x\n    # END SOLUTION'
    assert read(tmp_path, code).stub.endswith('raise NotImplementedError("f")')


def test_nothing_of_a_region_is_in_the_stub_even_its_comments(tmp_path: Path) -> None:
    code = 'def f(x):\n    """Doc."""\n    # BEGIN SOLUTION\n    # multiply by 42\n    return x * 42  # forty-two\n\n    # 42 it is\n    # END SOLUTION\n'
    stub = read(tmp_path, code).stub
    assert "42" not in stub
    assert "forty" not in stub


def test_signature_of_the_stub_is_the_reference(tmp_path: Path) -> None:
    code = '''
        def f(a, /, b: "int" = 3, *args: str, c: float = 2.0, **kwargs: bool) -> list[int]:
            """Doc."""
            # BEGIN SOLUTION
            return []
            # END SOLUTION
    '''
    exercise = read(tmp_path, code)
    [stub] = ast.parse(exercise.stub).body
    assert isinstance(stub, ast.FunctionDef)
    assert isinstance(exercise.node, ast.FunctionDef)
    assert ast.dump(stub.args) == ast.dump(exercise.node.args)
    assert ast.dump(stub.returns) == ast.dump(exercise.node.returns)  # type: ignore[arg-type]


NAMES = st.sampled_from(["alpha", "beta", "gamma"])
STATEMENTS = st.one_of(
    st.builds("{} = {}".format, NAMES, NAMES),
    st.builds("print({})".format, NAMES),
    st.builds("if {}:\n    print({})\nelse:\n    {} = 1".format, NAMES, NAMES, NAMES),
    st.builds("for {} in {}:\n    pass".format, NAMES, NAMES),
    st.just('"""text\n# END SOLUTION\n"""'),
)


@given(st.lists(STATEMENTS, min_size=1, max_size=5), st.data())
def test_any_run_of_whole_statements_can_be_a_region(
    statements: list[str], data: st.DataObject
) -> None:
    """Put markers around any run of the statements: the key is the function, the stub lacks exactly that run."""
    start = data.draw(st.integers(0, len(statements) - 1))
    stop = data.draw(st.integers(start + 1, len(statements)))

    def function(parts: list[str]) -> str:
        body = ["'''Doc.'''"] + [line for part in parts for line in part.split("\n")]
        # Lines within strings are not indented, so that the text of the strings stays the same.
        return "def f(alpha, beta, gamma):\n" + "\n".join(
            line if line in ("# END SOLUTION", '"""') else f"    {line}" for line in body
        )

    marked = [
        *statements[:start],
        BEGIN + "#",
        *statements[start:stop],
        END + "#",
        *statements[stop:],
    ]
    code = function(marked).replace(BEGIN + "#", BEGIN).replace(END + "#", END)
    file = SourceFile("f.py", code)
    [region] = find_regions(file)
    assert ast.dump(ast.parse(code)) == ast.dump(ast.parse(function(statements)))
    wanted = ast.parse(function(statements)).body[0].body[1:][start:stop]  # type: ignore[attr-defined]
    assert [ast.dump(node) for node in region.statements] == [ast.dump(node) for node in wanted]


@given(st.text(alphabet="#BEGINDSOLUT \n\0\f\r\u2028:x=()'\"", max_size=60))
def test_damaged_files_give_our_error_or_none(text: str) -> None:
    try:
        find_regions(SourceFile("f.py", text))
    except AuthorError as error:
        assert error.remedy  # noqa: PT017


def test_lines_are_counted_as_python_counts_them(tmp_path: Path) -> None:
    code = 'def f(x):\n    """A page break \f and a separator \u2028."""\n    # BEGIN SOLUTION\n    return x\n    # END SOLUTION\n'
    assert read(tmp_path, code).stub.splitlines()[-1] == '    raise NotImplementedError("f")'
