"""Texts that would act if a page let them, and pages in which every text that a student can influence is such a text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sample_results import make_check, make_exercise, make_notebook, make_question, make_result

from stats220.staff.report import write_feedback, write_report

HOSTILE = [
    "<script>alert(1)</script>",
    "</pre></code><script>alert(1)</script>",
    "</style></title></textarea><svg onload=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<style>*{display:none}</style>",
    "<base href=//evil.example><meta http-equiv=refresh content=0>",
    "<!-- --><math><mtext></form><form action=//evil.example><input>",
    "{{ 7 * 7 }}{% raw %}",
    "`<b>`&lt;i&gt;&#60;u&#62;",
    "]]><![CDATA[<a>",
    "\x00<\x00script>\x1b[31m\x1b]8;;http://evil.example\x07",
    "a\u202egnp.exe\u2066\ud800\udfff\ufffe",
]
MARKDOWN = [
    "[x](javascript:alert(1)) [y](JaVaScRiPt:alert(1)) [z](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](java&#115;cript:alert(1)) [x]( javascript:alert(1)) <javascript:alert(1)> [v](vbscript:x)",
    "[x]() [x](../bob/lab4_pose.html) [x](//evil.example) [x](file:///etc/passwd) [x](\\\\evil)",
    "[r]\n\n[r]: javascript:alert(1) 'x'",
    "![x](x.png) ![x](javascript:alert(1)) ![x](attachment:gone.png) ![](http://evil.example/p)",
    '![x" onerror="alert(1)](x "y\' onload=alert(1)")',
    "```html\n</code></pre><script>alert(1)</script>\n```",
    "```mermaid\n</pre><script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "$</code><script>alert(1)</script>$ and $$<img src=x onerror=alert(1)>$$",
    "\\begin{a}<script>alert(1)</script>\\end{a} \\begin{equation}<svg onload=alert(1)>\\end{equation}",
    "# <script>alert(1)</script>\n\n- [ ] <input autofocus onfocus=alert(1)>",
    "|<b onclick=alert(1)>|b|\n|:-:|-|\n|<script>|`</td><script>`|",
    "<details open ontoggle=alert(1)>x</details>\n\n<div style='position:fixed'>x</div>",
    'https://evil.example/"onmouseover=alert(1)',
]


def everything(text: str, answer: str = "fine") -> dict[str, Any]:
    """A result in which every text that a student can influence is ``text``."""
    checks = [
        make_check(text, status, message=text, hint=text, hidden=hidden)
        for status in ("passed", "failed", "not attempted", "error", "lost")
        for hidden in (False, True)
    ]
    exercises = [
        make_exercise(text, *checks, message=text, status=status)
        for status in ("partial", "failed", "lost", "not attempted")
    ]
    return make_result(
        *exercises,
        student=text,
        lab=text,
        isolation=text,
        mended=[text],
        notes=[text],
        questions=[make_question(text, answer), make_question(text)],
        cells=[{"id": "given_1", "error": text}, {"id": text, "error": text}],
    )


def feedback(folder: Path, text: str, code: str = "x", answer: str = "fine") -> str:
    path = folder / "feedback.html"
    notebook = make_notebook({text: code}, other=code)
    write_feedback(everything(text, answer), notebook, path, title=text)
    return path.read_text(encoding="utf-8")


def report(folder: Path, text: str) -> str:
    path = folder / "report.html"
    write_report([everything(text), everything(text)], path, title=text)
    return path.read_text(encoding="utf-8")
