"""The compose files keep what they promise: closed ports, hardening, health, and real settings."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import PREFIX, Settings
from tests.conftest import REPOSITORY

FILES = [
    REPOSITORY / "docker-compose.yml",
    *sorted((REPOSITORY / "deploy").glob("compose.*.yml")),
]
SETTINGS = {PREFIX + name.upper() for name in Settings.model_fields}


def read(file: Path) -> dict[str, Any]:
    document = yaml.safe_load(file.read_text("utf-8"))
    assert isinstance(document, dict)
    return document


BASE = read(FILES[0])
CLUSTER = read(REPOSITORY / "deploy" / "compose.qdrant-cluster.yml")
# Those that an override only changes are hardened by what they change.
WHOLE = {
    **BASE["services"],
    **{name: one for name, one in CLUSTER["services"].items() if "image" in one},
}
SERVING = sorted(set(WHOLE) - {"weights"})
services = pytest.mark.parametrize("name", sorted(WHOLE))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_file_keeps_to_the_compose_specification(file: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_is_published_but_the_health_port_on_this_machine() -> None:
    for file in FILES:
        for name, service in read(file)["services"].items():
            assert service.get("network_mode") is None
            for port in service.get("ports", []):
                assert name == "bot"
                assert re.fullmatch(r"127\.0\.0\.1:\$\{HEALTH_PORT:-8080\}:8080", port)


@services
def test_each_service_can_write_to_its_volumes_alone_and_gain_nothing(name: str) -> None:
    service = WHOLE[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service["user"].startswith(("0:", "root"))
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        declared = {**BASE["volumes"], **CLUSTER["volumes"]}
        assert source in declared or volume.endswith(":ro"), f"{volume} can be written"
        assert "docker.sock" not in volume


@services
def test_each_service_has_an_exact_image_and_limits(name: str) -> None:
    service = WHOLE[name]
    assert re.search(r":v?\d+\.\d+\.\d+[\w.-]*$|@sha256:[0-9a-f]{64}$", service["image"])
    assert service["deploy"]["resources"]["limits"]["memory"]
    assert service["logging"]["options"].keys() >= {"max-size", "max-file"}
    assert service["pids_limit"] > 0


@pytest.mark.parametrize("name", SERVING)
def test_each_service_that_stays_is_restarted_checked_and_stopped_in_peace(name: str) -> None:
    service = WHOLE[name]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["stop_grace_period"]


def test_the_health_checks_ask_whether_there_is_service_and_not_only_a_process() -> None:
    asked = {name: " ".join(WHOLE[name]["healthcheck"]["test"]) for name in SERVING}
    assert "/readyz" in asked["bot"]
    assert "/readyz" in asked["qdrant"]
    assert "/health" in asked["vllm"]


def test_only_the_bot_and_the_fetching_of_weights_reach_out() -> None:
    inside = {name for name, network in BASE["networks"].items() if network.get("internal")}
    reaching = {name for name in WHOLE if not set(WHOLE[name]["networks"]) <= inside}
    assert reaching == {"bot", "weights"}
    assert BASE["services"]["vllm"]["environment"]["HF_HUB_OFFLINE"] == "1"


def test_the_index_and_the_llm_do_not_see_each_other() -> None:
    assert not set(WHOLE["qdrant"]["networks"]) & set(WHOLE["vllm"]["networks"])


def test_the_bot_waits_for_the_index_and_never_for_the_llm() -> None:
    assert BASE["services"]["bot"]["depends_on"] == {"qdrant": {"condition": "service_healthy"}}


def test_the_gpu_is_reserved_for_the_llm() -> None:
    (device,) = WHOLE["vllm"]["deploy"]["resources"]["reservations"]["devices"]
    assert device["driver"] == "nvidia"
    assert device["capabilities"] == ["gpu"]
    assert all("reservations" not in WHOLE[n]["deploy"]["resources"] for n in WHOLE if n != "vllm")


def test_every_setting_that_a_container_is_given_exists() -> None:
    for file in FILES:
        named = set(re.findall(r"\bASKBEN_[A-Z_]+[A-Z]\b", file.read_text("utf-8")))
        assert named <= SETTINGS, file.name


def test_every_variable_of_the_files_is_in_env_example() -> None:
    example = (REPOSITORY / ".env.example").read_text("utf-8")
    for file in FILES:
        for name in re.findall(r"(?<!\$)\$\{(\w+)", file.read_text("utf-8")):
            assert re.search(rf"^(# )?{name}=", example, re.MULTILINE), f"{name} of {file.name}"


def test_every_variable_has_a_default_so_that_three_lines_are_enough() -> None:
    for file in FILES:
        used = re.findall(r"(?<!\$)\$\{[^}]*\}", file.read_text("utf-8"))
        assert all(":-" in variable for variable in used), file.name


def test_every_secret_is_a_file_and_each_of_them_is_a_setting() -> None:
    # A secret out of a variable cannot be given to a container with a read-only root.
    assert all(list(secret) == ["file"] for secret in BASE["secrets"].values())
    environment = BASE["services"]["bot"]["environment"]
    for name in BASE["secrets"]:
        assert environment[f"{PREFIX}{name.upper()}_FILE"] == f"/run/secrets/{name}"
    wanted = {
        name.removesuffix("_file") for name in Settings.model_fields if name.endswith("_file")
    }
    assert set(BASE["secrets"]) == set(BASE["services"]["bot"]["secrets"]) == wanted


def test_the_image_has_the_version_of_askben() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    assert BASE["services"]["bot"]["image"] == f"askben:{project['version']}"


def test_every_network_volume_and_secret_that_is_used_is_declared() -> None:
    for name, service in WHOLE.items():
        assert set(service["networks"]) <= set(BASE["networks"]), name
        assert set(service.get("secrets", [])) <= set(BASE["secrets"])


def test_vllm_takes_the_model_that_the_bot_asks_for_and_never_sends_comments() -> None:
    model = "${ASKBEN_LLM_MODEL:-Qwen/Qwen3-8B-AWQ}"
    command = BASE["services"]["vllm"]["command"]
    assert command[0] == model
    assert BASE["services"]["weights"]["environment"]["MODEL"] == model
    assert BASE["services"]["weights"]["image"] == BASE["services"]["vllm"]["image"]
    assert not [flag for flag in command if flag.startswith("--sse-keep-alive")]


def test_vllm_is_given_longer_to_stop_than_it_takes_for_its_last_answers() -> None:
    command = BASE["services"]["vllm"]["command"]
    (flag,) = [flag for flag in command if flag.startswith("--shutdown-timeout=")]
    drained, grace = int(flag.split("=")[1]), BASE["services"]["vllm"]["stop_grace_period"]
    deadline = Settings.model_fields["answer_deadline"].default
    assert deadline <= drained < int(grace.removesuffix("s"))


def test_without_a_gpu_neither_vllm_nor_its_weights_are_started() -> None:
    cpu = read(REPOSITORY / "deploy" / "compose.cpu.yml")["services"]
    assert cpu["vllm"]["profiles"] == cpu["weights"]["profiles"] == ["gpu"]
    assert cpu["bot"]["environment"]["ASKBEN_LLM_URL"] == "${ASKBEN_LLM_URL:-}"


def test_the_nodes_of_a_cluster_are_as_the_single_one() -> None:
    single = BASE["services"]["qdrant"]
    for name in ("qdrant-2", "qdrant-3"):
        node = CLUSTER["services"][name]
        same = set(single) - {"environment", "networks", "volumes"}
        assert {key: node[key] for key in same} == {key: single[key] for key in same}
        assert node["environment"] == CLUSTER["services"]["qdrant"]["environment"]
        assert node["environment"].items() >= single["environment"].items()
        assert f"http://{name}:6335" in node["command"]
    volumes = [v for name in ("qdrant-2", "qdrant-3") for v in CLUSTER["services"][name]["volumes"]]
    assert len({volume.split(":")[0] for volume in volumes}) == 4, "two nodes share a volume"


def test_no_shard_of_a_cluster_stands_on_one_node_alone() -> None:
    variables = CLUSTER["services"]["qdrant"]["environment"]
    assert int(variables["QDRANT__STORAGE__COLLECTION__REPLICATION_FACTOR"]) == 2
