"""Markdown tables, and their place between the markers of README.md."""

from pathlib import Path


def table(header: list, rows: list) -> str:
    """The first column is left-aligned, the others right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def verdict(reached: bool) -> str:
    return "reached" if reached else "**short**"


def put(readme: Path, section: str, text: str) -> None:
    """Replaces what stands between the section's markers; everything else stays."""
    begin, end = f"<!-- {section}: begin -->", f"<!-- {section}: end -->"
    page = readme.read_text()
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise RuntimeError(f"{readme} has no markers for {section}")
    readme.write_text(f"{before}{begin}\n{text}\n{end}{after}")
