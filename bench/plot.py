"""Pictures of the figures as SVG, without a library: bars side by side, and lines that grow."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from bench.figures import seconds
from bench.workshop import OURS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

WIDTH = 720
_LEFT, _RIGHT = 128, 92
_BAR, _GAP, _HEAD = 16, 4, 34
_COLOURS = 4

_STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.faint { fill: #59636e }
.end { text-anchor: end }
.middle { text-anchor: middle }
.grid { stroke: #d1d9e0; stroke-width: 1 }
.bar { fill: #9aa4af }
.bar.ours { fill: #0969da }
.line { fill: none; stroke-width: 2 }
.s0 { stroke: #0969da } .s1 { stroke: #8250df } .s2 { stroke: #bf8700 } .s3 { stroke: #59636e }
.d0 { fill: #0969da } .d1 { fill: #8250df } .d2 { fill: #bf8700 } .d3 { fill: #59636e }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc } .faint { fill: #9198a1 } .grid { stroke: #3d444d }
  .bar { fill: #656c76 } .bar.ours, .d0 { fill: #4493f8 } .s0 { stroke: #4493f8 }
  .d1 { fill: #ab7df8 } .s1 { stroke: #ab7df8 } .d2 { fill: #d29922 } .s2 { stroke: #d29922 }
  .d3 { fill: #9198a1 } .s3 { stroke: #9198a1 }
}
"""

Group = tuple[str, "Sequence[tuple[str, float]]"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a growth: its name, and its points, of which it has at least one."""

    name: str
    points: Sequence[tuple[float, float]]


def bars(title: str, groups: Sequence[Group]) -> str:
    """Return horizontal bars, one group below the other, of times in seconds on a logarithmic scale."""
    low, high = _decades([value for _, members in groups for _, value in members])
    scale = _scale(low, high, _LEFT, WIDTH - _RIGHT)
    parts: list[str] = []
    top = y = 32
    for name, members in groups:
        y += _HEAD
        parts.append(_text(_LEFT, y - 8, name, "title"))
        for label, value in members:
            end, base = max(scale(value), _LEFT + 1), y + _BAR - 4
            kind = "bar ours" if label == OURS else "bar"
            parts += [
                _text(_LEFT - 8, base, label, "end"),
                f'<rect class="{kind}" x="{_LEFT}" y="{y}" width="{end - _LEFT:.1f}" height="{_BAR}"/>',
                _text(end + 6, base, seconds(value), "faint"),
            ]
            y += _BAR + _GAP
    grid = [part for at in _ticks(low, high) for part in _across(scale(at), top, y, _short(at))]
    return _document(title, y + 32, [*grid, *parts])


def lines(title: str, across: Callable[[float], str], curves: Sequence[Line]) -> str:
    """Return lines on logarithmic scales: times in seconds over what ``across`` writes."""
    left, right, top, bottom = 64, WIDTH - 140, 44, 320
    x_low, x_high = _decades([x for curve in curves for x, _ in curve.points])
    y_low, y_high = _decades([y for curve in curves for _, y in curve.points])
    x_of, y_of = _scale(x_low, x_high, left, right), _scale(y_low, y_high, bottom, top)
    parts = [part for at in _ticks(x_low, x_high) for part in _across(x_of(at), top, bottom, across(at))]
    for at in _ticks(y_low, y_high):
        parts.append(f'<line class="grid" x1="{left}" y1="{y_of(at):.1f}" x2="{right}" y2="{y_of(at):.1f}"/>')
        parts.append(_text(left - 8, y_of(at) + 4, _short(at), "faint end"))
    drawn = [[(x_of(x), y_of(y)) for x, y in sorted(curve.points)] for curve in curves]
    heights = _apart([places[-1][1] for places in drawn])
    for index, (curve, places, height) in enumerate(zip(curves, drawn, heights, strict=True)):
        colour = index % _COLOURS
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline class="line s{colour}" points="{path}"/>')
        parts += [f'<circle class="d{colour}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places]
        parts.append(_text(places[-1][0] + 10, height + 4, curve.name, f"d{colour}"))
    return _document(title, bottom + 32, parts)


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def _across(x: float, top: float, bottom: float, label: str) -> tuple[str, str]:
    """Return an upright line of the grid, and what stands below it."""
    line = f'<line class="grid" x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{bottom}"/>'
    return line, _text(x, bottom + 18, label, "faint middle")


def _apart(wanted: Sequence[float], distance: float = 16) -> list[float]:
    """Return heights near those that are wanted, in the same order, that leave room for a label each."""
    found = [0.0] * len(wanted)
    last = float("-inf")
    for index in sorted(range(len(wanted)), key=wanted.__getitem__):
        last = found[index] = max(wanted[index], last + distance)
    return found


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """Return the powers of ten between which ``values`` are, which is at least one decade."""
    low = floor(log10(min(values)))
    return low, max(low + 1, ceil(log10(max(values))))


def _scale(low: int, high: int, start: float, end: float) -> Callable[[float], float]:
    return lambda value: start + (end - start) * (log10(value) - low) / (high - low)


def _ticks(low: int, high: int) -> Iterator[float]:
    yield from (10.0**power for power in range(low, high + 1))


def _short(value: float) -> str:
    return f"{value:g} s" if value >= 1 else f"{value * 1000:g} ms"


def _document(title: str, height: float, parts: Sequence[str]) -> str:
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" role="img">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n"
        f'<text class="title" x="8" y="20">{escape(title)}</text>\n{body}\n</svg>\n'
    )
