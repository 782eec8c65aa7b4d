"""What many draws say together: success rates, medians and the spread between draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn.experiments.lorenz.bifurcation import TRUE_HOPF

_BY_CONTEXT = ("mean_error", "std_ratio", "distance", "exponent", "return_map")


def spread(values: Sequence[Any]) -> dict[str, Any]:
    """Median, 10 % and 90 % of what is not None, element by element, and of how many.

    >>> spread([1.0, None, 3.0])["median"]
    2.0
    """
    known = np.array([value for value in values if value is not None], dtype=np.float64)
    if len(known) == 0:
        return {"n": 0, "median": None, "low": None, "high": None}
    low, median, high = np.quantile(known, [0.1, 0.5, 0.9], axis=0)
    return {"n": len(known), "median": median.tolist(), "low": low.tolist(), "high": high.tolist()}


def summarise_contexts(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row for each context of records of one family: success rate, outcomes, spreads."""
    by_context: dict[tuple[float, ...], list[dict[str, Any]]] = {}
    for record in records:
        for row in record["result"]["contexts"]:
            by_context.setdefault(tuple(row["context"]), []).append(row)
    return [
        {
            "context": list(context),
            "success_rate": sum(row["outcome"] == "kept" for row in rows) / len(rows),
            "outcomes": dict(Counter(row["outcome"] for row in rows)),
            "tolerance": rows[0]["tolerance"],
        }
        | {name: spread([row[name] for row in rows]) for name in _BY_CONTEXT}
        for context, rows in sorted(by_context.items())
    ]


def summarise_draws(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Spreads of each number that records of a bifurcation or a mechanism hold.

    Of a bifurcation also the outcomes and the tolerances, ``both_wings``, the draws of which every
    run visits both, and how many Hopf contexts lie ``within`` their tolerance.
    """
    results = [record["result"] for record in records]
    summary: dict[str, Any] = {"draws": len(results)}
    first = results[0]
    if "outcome" in first:
        summary["outcomes"] = dict(Counter(result["outcome"] for result in results))
        summary["tolerance"] = first["tolerance"]
    if "wings" in first:
        summary["hopf_tolerance"] = first["hopf_tolerance"]
        summary["both_wings"] = sum((result["wings"] or 0.0) > 0.0 for result in results)
    for name in first:
        if name in summary or name in ("outcome", "context"):
            continue
        values = [result[name] for result in results]
        if name.startswith("hopf"):
            # A pair of fixed points counts as two.
            each = [value for pair in values for value in pair]
            summary[name] = spread(each) | {
                "within": sum(is_hopf(value, first["hopf_tolerance"]) for value in each),
                "of": len(each),
            }
        else:
            summary[name] = spread(values)
    return summary


def is_hopf(context: float | None, tolerance: float) -> bool:
    """Whether a context is the true one of the bifurcation, within a share of it."""
    return context is not None and abs(context / TRUE_HOPF - 1.0) <= tolerance
