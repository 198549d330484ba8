"""What Prometheus asks, alerts on and Grafana draws are metrics that the bot really has."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.answering.types import Outcome
from bot.metrics import Metrics
from tests.conftest import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
DASHBOARD = json.loads((DEPLOY / "grafana.json").read_text("utf-8"))
PROMETHEUS = yaml.safe_load((DEPLOY / "prometheus.yml").read_text("utf-8"))
ALERTS = yaml.safe_load((DEPLOY / "alerts.yml").read_text("utf-8"))
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
CONDITIONS = [rule["expr"] for group in ALERTS["groups"] for rule in group["rules"]]


def exported() -> set[str]:
    """Return every sample's name, those of labels that have not been seen yet included."""
    metrics = Metrics()
    names = set()
    for family in text_string_to_metric_families(metrics.page().decode()):
        names |= {sample.name for sample in family.samples}
        if family.type == "histogram":
            names |= {f"{family.name}_{end}" for end in ("bucket", "sum", "count")}
    return names


@pytest.mark.parametrize("query", [*QUERIES, *CONDITIONS])
def test_every_query_names_metrics_that_exist(query: str) -> None:
    named = set(re.findall(r"\b((?:askben|process|python)_\w+)", query))
    assert named or query == 'up{job="askben"} == 0'
    assert named <= exported()


@pytest.mark.parametrize("query", [*QUERIES, *CONDITIONS])
def test_every_outcome_and_label_that_a_query_names_exists(query: str) -> None:
    for outcome in re.findall(r'outcome="(\w+)"', query):
        assert outcome in {*Outcome, "failed"}
    labels = set(re.findall(r"by \(([^)]*)\)", query))
    assert labels <= {"le", "stage", "outcome"}


def test_every_metric_of_askben_is_drawn() -> None:
    drawn = " ".join(QUERIES)
    families = [
        family.name
        for family in text_string_to_metric_families(Metrics().page().decode())
        if family.name.startswith("askben_")
    ]
    assert len(families) > 10
    missing = [name for name in families if name not in drawn and not name.endswith("_created")]
    assert missing == []


def test_prometheus_asks_where_compose_publishes() -> None:
    (job,) = PROMETHEUS["scrape_configs"]
    assert job["static_configs"] == [{"targets": ["127.0.0.1:8080"]}]
    assert 'job="askben"' in QUERIES[0]
    assert job["job_name"] == "askben"
    assert all((DEPLOY / file).is_file() for file in PROMETHEUS["rule_files"])


def test_no_two_panels_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at: dict[str, Any] = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
