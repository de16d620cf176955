# SPDX-License-Identifier: BSD-3-Clause
"""A run as tables of numbers."""

from __future__ import annotations

from collections.abc import Iterator

from .._table import Table, number
from .adding import BUDGET_PARTS
from .files import Json
from .runs import Run, summary

PARTS = ("pack", "infer", "guard", "hooks", "constrain", "native", "scatter")
_SHOWN_GUARDS = 12


def tables(run: Run) -> Iterator[Table]:
    """All that there is something to say in."""
    yield _counts(run)
    yield _times(run)
    makers = {
        "Columns that guards objected to, once for each level": (_GUARD_HEAD, _guards),
        "Audit (errors in native standard deviations)": (_AUDIT_HEAD, _audits),
        "Hooks": (_HOOK_HEAD, _hooks),
        "Budgets of columns": (_BUDGET_HEAD, _budgets),
        "Inferences": (_BATCH_HEAD, _batches),
        "Scores of the shadow": (_SCORE_HEAD, _scores),
    }
    for title, (head, maker) in makers.items():
        rows = tuple(row for name, scheme in run.schemes.items() for row in maker(name, scheme))
        if rows:
            yield Table(title, head, rows)


def _counts(run: Run) -> Table:
    head = ("scheme", "mode", "calls", "columns", "rejected", "audited", "failures", "not finite")
    rows = tuple(
        (name, scheme["mode"], f"{scheme['calls']}", f"{scheme['columns']}",
         _share(scheme, "rejected"), _share(scheme, "audited"), f"{scheme['failures']}",
         f"{scheme['inputs_not_finite']} in, {scheme['outputs_not_finite']} out")
        for name, scheme in run.schemes.items()
    )  # fmt: skip
    return Table(summary(run), head, rows, run.notes)


def _share(scheme: Json, key: str) -> str:
    n, columns = scheme[key], scheme["columns"]
    return f"{n} ({100 * n / columns:.3g} %)" if n and columns else f"{n}"


def _times(run: Run) -> Table:
    rows = tuple(
        (name, *(f"{scheme['seconds'].get(part, 0):.3g}" for part in PARTS), _per_column(scheme))
        for name, scheme in run.schemes.items()
    )
    head = ("scheme", *PARTS, "emulator, us a column")
    return Table("Seconds, summed over threads and ranks", head, rows)


def _per_column(scheme: Json) -> str:
    """Of the columns that were closed, all but native."""
    spent = sum(seconds for part, seconds in scheme["seconds"].items() if part != "native")
    return f"{1e6 * spent / scheme['columns']:.3g}" if scheme["columns"] else "-"


_GUARD_HEAD = ("scheme", "guard", "of", "policy", "columns", "level with most")


def _guards(name: str, scheme: Json) -> Iterator[tuple[str, ...]]:
    """By guard and field. A column counts once in each level where it is beyond the limits."""
    fields: dict[tuple[str, ...], dict[int, int]] = {}
    for one in scheme.get("guards", []):
        kind = (one["guard"], f"{one['side']} {one['field']}", one["policy"])
        levels = fields.setdefault(kind, {})
        levels[one.get("level", 0)] = levels.get(one.get("level", 0), 0) + one["columns"]
    most = sorted(fields.items(), key=lambda item: -sum(item[1].values()))
    for kind, levels in most[:_SHOWN_GUARDS]:
        worst = max(levels, key=lambda level: levels[level])
        where = f"{worst}: {levels[worst]}" if worst else "-"
        yield name, *kind, f"{sum(levels.values())}", where
    if len(most) > _SHOWN_GUARDS:
        rest = sum(sum(levels.values()) for _, levels in most[_SHOWN_GUARDS:])
        yield name, f"{len(most) - _SHOWN_GUARDS} more", "", "", f"{rest}", "-"


_AUDIT_HEAD = (
    "scheme", "audits", "error", "bias", "sum of error", "of bias", "threshold", "alarms",
)  # fmt: skip


def _audits(name: str, scheme: Json) -> Iterator[tuple[str, ...]]:
    audit = scheme.get("audit")
    if not audit:
        return
    score = audit.get("score") or {}
    alarms = f"{audit['alarms']}" + (", raised now" if audit["raised"] else "")
    sums = (number(audit[key]["sum"]) for key in ("error", "bias"))
    scores = (number(score.get(key)) for key in ("error", "bias"))
    yield name, f"{audit['audits']}", *scores, *sums, f"{audit['threshold']:g}", alarms


_HOOK_HEAD = ("scheme", "hook", "field", "mean", "rms", "unit", "limited", "weight")


def _hooks(name: str, scheme: Json) -> Iterator[tuple[str, ...]]:
    for hook in scheme.get("hooks", []):
        title = hook["name"] + (", dry run" if hook["dry_run"] else "")
        weight = number(hook.get("weight"))
        if "rejected" in hook:
            yield name, title, f"rejected {hook['rejected']:.0f} columns", "-", "-", "", "-", weight
        elif not hook.get("added"):
            yield name, title, "nothing added", "-", "-", "", "-", weight
        for field, added in hook.get("added", {}).items():
            limited = f"{100 * added['limited'] / added['n']:.3g} %"
            numbers = (number(added["mean"]), number(added["rms"]), added["unit"])
            yield name, title, field, *numbers, limited, weight


_BUDGET_HEAD = ("scheme", "budget", "of", "columns", "mean", "rms", "unit")
_BUDGET_WORDS = {"imbalance": "imbalance before constraints", "added_by_hooks": "what hooks added"}


def _budgets(name: str, scheme: Json) -> Iterator[tuple[str, ...]]:
    """Before any constraint closed them."""
    for budget in scheme.get("budgets", []):
        title = budget["name"] + ("" if budget["enforced"] else ", not enforced")
        for key in BUDGET_PARTS:
            if sums := budget[key]:
                numbers = (number(sums["mean"]), number(sums["rms"]), budget["unit"])
                yield name, title, _BUDGET_WORDS[key], f"{sums['n']:.0f}", *numbers


_BATCH_HEAD = ("scheme", "inferences", "samples", "mean size", "most often")


def _batches(name: str, scheme: Json) -> Iterator[tuple[str, ...]]:
    batches = scheme.get("batches") or {}
    if not batches.get("inferences"):
        return
    most = max(batches["sizes"], key=lambda size: size["inferences"])
    share = 100 * most["inferences"] / batches["inferences"]
    often = f"{size_of(most)} ({share:.3g} %)"
    mean = f"{batches['samples'] / batches['inferences']:.4g}"
    yield name, f"{batches['inferences']}", f"{batches['samples']}", mean, often


def size_of(size: Json) -> str:
    """``"33-64"``"""
    return f"{size['from']}-{size['to']}" if size["from"] < size["to"] else f"{size['to']}"


_SCORE_HEAD = ("scheme", "field", "n", "bias", "RMSE", "unit", "R2")


def _scores(name: str, scheme: Json) -> Iterator[tuple[str, ...]]:
    for field, score in scheme.get("scores", {}).items():
        if score.get("n"):
            numbers = (number(score["bias"]), number(score["rmse"]))
            yield name, field, f"{score['n']:.0f}", *numbers, score["unit"], number(score["r2"])
