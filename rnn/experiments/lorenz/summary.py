"""What many draws say together: success rates, medians and the spread between draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

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
        }
        | {name: spread([row[name] for row in rows]) for name in _BY_CONTEXT}
        for context, rows in sorted(by_context.items())
    ]


def summarise_draws(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Spreads of each number that records of a bifurcation or a mechanism hold."""
    results = [record["result"] for record in records]
    summary: dict[str, Any] = {"draws": len(results)}
    if "outcome" in results[0]:
        summary["outcomes"] = dict(Counter(result["outcome"] for result in results))
    for name, value in results[0].items():
        if name == "outcome":
            continue
        # A pair of fixed points counts as two.
        pair = isinstance(value, list) and name.startswith("hopf")
        values = [result[name] for result in results]
        summary[name] = spread([v for pair_ in values for v in pair_] if pair else values)
    return summary
