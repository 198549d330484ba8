"""The askben command keeps its contract: documents, exit codes, one sentence for each failure."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from bot.cli import main
from tests.conftest import EXAMPLE_BLOG, EXAMPLE_SITE, REPOSITORY

HEAVY = ("discord", "qdrant_client", "qdrant_edge", "fastembed", "onnxruntime", "lxml", "numpy")


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """The one line on standard error that says what failed, behind any progress bar."""
        lines = [line for line in self.err.replace("\r", "\n").splitlines() if "askben:" in line]
        assert len(lines) == 1, self.err
        return lines[0]


Askben = Callable[..., Result]


@pytest.fixture
def askben(capsys: pytest.CaptureFixture[str]) -> Askben:
    def run(*arguments: str) -> Result:
        with pytest.raises(SystemExit) as exit_:
            main(arguments)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Result(int(exit_.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch, example_data: Path) -> None:
    """The example blog, indexed."""
    monkeypatch.setenv("ASKBEN_SOURCES", str(EXAMPLE_BLOG))
    monkeypatch.setenv("ASKBEN_SITE_URL", EXAMPLE_SITE)
    monkeypatch.setenv("ASKBEN_DATA_DIR", str(example_data))


@pytest.fixture
def blog(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, model_cache: Path) -> Path:
    """A blog of one post, not indexed yet."""
    folder = tmp_path / "blog"
    folder.mkdir()
    (folder / "bread.md").write_text(
        "---\ntitle: On bread\ndate: 2024-05-17\n---\nKnead the dough for exactly ten minutes.\n"
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "models").symlink_to(model_cache, target_is_directory=True)
    monkeypatch.setenv("ASKBEN_SOURCES", str(folder))
    return folder


def test_help_needs_no_heavy_package() -> None:
    script = (
        "import sys\nfrom bot.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n"
        f"    print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "arguments",
    [(), ("dance",), ("search",), ("search", "x", "-k", "0"), ("ask", "x", "--now", "y")],
)
def test_wrong_usage_exits_with_2(askben: Askben, arguments: tuple[str, ...]) -> None:
    assert askben(*arguments).code == 2


def test_index_reports_what_it_did(askben: Askben, blog: Path) -> None:
    (blog / "idea.md").write_text("---\ntitle: T\ndraft: true\n---\nText.")
    result = askben("index", "--json")
    assert result.code == 0
    report = result.json
    assert report.pop("seconds") > 0
    assert report == {
        "posts": 1,
        "chunks": 1,
        "embedded": 1,
        "kept": 0,
        "dropped": 0,
        "failed": [],
        "left_out": [{"page": "idea.md", "why": "is a draft"}],
        "fingerprint": "sentence-transformers/all-MiniLM-L6-v2/384/chunks-2/english",
    }
    assert "Embedding" in result.err
    assert "0 embedded, 1 kept" in askben("index").out


def test_index_takes_other_sources_than_those_of_the_settings(
    askben: Askben, blog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKBEN_SOURCES", "nowhere")
    assert askben("index", "--source", str(blog)).code == 0


def test_a_dry_run_says_what_would_change(askben: Askben, blog: Path) -> None:
    askben("index")
    (blog / "salt.md").write_text("# Salt\n\nEleven grams.")
    shown = askben("index", "--dry-run")
    assert shown.code == 0
    assert (
        "Would change: +1 posts, 0 changed in 0 sections, -0, about 1 s\n+ salt.md\n" in shown.out
    )
    plan = askben("index", "--dry-run", "--json").json
    assert (plan["posts"], plan["added"], plan["embed"], plan["keep"]) == (2, ["salt.md"], 1, 1)
    assert askben("index", "--json").json["embedded"] == 1
    assert "Nothing has changed: 2 posts" in askben("index", "--dry-run").out


def test_many_posts_are_removed_only_with_force(askben: Askben, blog: Path) -> None:
    for number in range(4):
        (blog / f"{number}.md").write_text(f"# Post {number}\n\nWords of {number}.")
    askben("index")
    for number in range(3):
        (blog / f"{number}.md").unlink()
    refused = askben("index")
    assert refused.code == 1
    assert "3 of the 5 posts would be removed" in refused.sentence
    assert "Needs --force" in askben("index", "--dry-run").out
    assert askben("index", "--force", "--json").json["posts"] == 2


def test_a_rollback_is_kept_until_the_next_index(askben: Askben, blog: Path) -> None:
    askben("index")
    (blog / "salt.md").write_text("# Salt\n\nEleven grams.")
    askben("index")
    assert "serves again: 1 post in 1 chunk" in askben("index", "--rollback").out
    assert "The index was rolled back" in askben("start").err
    assert askben("search", "salt", "--json").json[0]["post"] == "bread.md"
    assert askben("index", "--json").json["posts"] == 2
    assert askben("index", "--rollback", "--json").json["posts"] == 1


def test_a_rollback_without_an_index_before_fails_in_one_sentence(
    askben: Askben, blog: Path
) -> None:
    askben("index")
    assert "no earlier index" in askben("index", "--rollback").sentence


def test_golden_questions_that_would_be_lost_stop_an_index(
    askben: Askben, blog: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    golden = tmp_path / "golden.jsonl"
    golden.write_text(
        '{"question": "How long is dough kneaded?", "gold": ["bread.md"]}\n'
        '{"question": "How much salt?", "gold": ["salt.md"]}\n'
        '{"question": "Who won the election?", "gold": []}\n'
    )
    monkeypatch.setenv("ASKBEN_GOLDEN_QUESTIONS", str(golden))
    (blog / "salt.md").write_text("# Salt\n\nEleven grams.")
    assert askben("index").code == 0
    (blog / "salt.md").unlink()
    stopped = askben("index")
    assert stopped.code == 1
    assert "1 of 2 golden questions, the old one finds 2; lost is “How much salt?”" in stopped.err
    assert askben("search", "salt", "--json").json[0]["post"] == "salt.md"
    assert askben("index", "--force").code == 0


def test_golden_questions_that_cannot_be_read_are_said(
    askben: Askben, blog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    askben("index")
    monkeypatch.setenv("ASKBEN_GOLDEN_QUESTIONS", "nowhere.jsonl")
    (blog / "salt.md").write_text("# Salt\n\nEleven grams.")
    assert "golden questions cannot be asked" in askben("index").sentence


def test_ask_answers_with_sources_that_open_the_right_post(askben: Askben, blog: Path) -> None:
    result = askben("ask", "How long do I knead the dough?", "--json")
    assert result.code == 0
    answer = result.json
    assert answer["outcome"] == "quoted"
    assert "exactly ten minutes" in answer["answer"]
    (source,) = answer["sources"]
    assert (source["n"], source["title"], source["date"]) == (1, "On bread", "2024-05-17")
    assert source["quote"] == "Knead the dough for exactly ten minutes."
    opened = Path(unquote(urlsplit(source["link"]).path))
    assert opened.samefile(blog / "bread.md")
    assert set(answer["timings"]) == {"retrieve_ms", "first_token_ms", "total_ms"}


def test_ask_prints_the_answer_with_the_posts_under_it(askben: Askben, blog: Path) -> None:
    assert askben("ask", "How long do I knead the dough?").out == (
        "> Knead the dough for exactly ten minutes. [1]\n\n"
        "[1] On bread · 17 May 2024\n    blog/bread.md\n"
    )


def test_ask_takes_a_history(askben: Askben, example: None, tmp_path: Path) -> None:
    history = tmp_path / "history.json"
    history.write_text(
        json.dumps(
            [
                {"role": "user", "content": "What does the server under the stairs cost?"},
                {"role": "assistant", "content": "£96.06 a year."},
            ]
        )
    )
    answer = askben("ask", "and how many watts?", "--history", str(history), "--json").json
    assert "home-server-power-bill" in answer["sources"][0]["url"]
    history.write_text("{}")
    assert askben("ask", "x", "--history", str(history)).code in {0, 2}
    history.write_text('[{"role": "king", "content": "x"}]')
    assert askben("ask", "x", "--history", str(history)).code == 2


def test_search_lists_passages_one_per_post(askben: Askben, example: None) -> None:
    result = askben("search", "birds at the feeder", "-k", "3", "--now", "2026-03-01", "--json")
    passages = result.json
    assert len(passages) == 3
    assert set(passages[0]) == {"post", "title", "url", "date", "score", "text"}
    assert len({passage["post"] for passage in passages}) == 3
    scores = [passage["score"] for passage in passages]
    assert scores == sorted(scores, reverse=True)
    assert (EXAMPLE_BLOG / passages[0]["post"]).is_file()


def test_a_conversation_goes_on_until_the_end_of_input(
    askben: Askben, example: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = "what does the server under the stairs cost in a year?\n\nand how many watts?\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(asked))
    result = askben("ask")
    assert result.code == 0
    assert result.out.count("home-server-power-bill") == 2
    assert "£96.06" in result.out


def test_start_without_a_terminal_answers_a_sample_question(
    askben: Askben, example: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    result = askben("start")
    assert result.code == 0
    assert "Indexed 18 posts" in result.out
    assert "I was wrong about the bird song" in result.out


def test_eval_measures_the_golden_questions(askben: Askben, example: None) -> None:
    questions = str(REPOSITORY / "examples" / "questions.jsonl")
    summary = askben("eval", questions, "--answers", "--json").json
    assert (summary["n"], summary["n_answerable"]) == (24, 21)
    assert summary["recall@1"] <= summary["recall@3"] <= summary["recall@5"]
    assert summary["by_kind"]["factual"]["recall@1"] == 1.0
    assert 0.8 <= summary["refusal_auroc"] <= 1
    assert summary["latency_ms"]["p50"] <= summary["latency_ms"]["p95"]
    assert all(miss["rank"] != 1 for miss in summary["misses"])
    assert sum(summary["outcomes"].values()) == 24
    assert summary["citation_precision"] == 1.0
    assert 0 <= summary["answer_contained"] <= 1
    summary["misses"] = summary["misses"][1:]
    Path("before.json").write_text(json.dumps(summary))
    table = askben("eval", questions, "--compare", "before.json").out
    assert "recall@5" in table
    assert "paraphrase" in table
    assert "since then  recall@1 +0.000" in table
    assert "worse (1 -> " in table


def test_a_file_that_is_no_earlier_run_is_wrong_usage(askben: Askben, tmp_path: Path) -> None:
    (tmp_path / "before.json").write_text('{"n": 3}')
    result = askben(
        "eval", str(REPOSITORY / "examples" / "questions.jsonl"), "--compare", "before.json"
    )
    assert result.code == 2
    assert "askben eval FILE.jsonl --json > before.json" in result.sentence


@pytest.mark.parametrize(
    ("content", "why"), [("", "no questions"), ('{"gold": []}', "Line 1"), ("{", "Line 1")]
)
def test_a_file_that_holds_no_questions_is_wrong_usage(
    askben: Askben, tmp_path: Path, content: str, why: str
) -> None:
    (tmp_path / "q.jsonl").write_text(content)
    result = askben("eval", "q.jsonl")
    assert result.code == 2
    assert why in result.sentence


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("latin.md", "Brötchen".encode("latin-1"), "UTF-8"),
        ("broken.md", b"---\ntitle: a: b\n---\nText.", "not valid YAML"),
        ("large.md", b"x" * 5_000_000, "ASKBEN_LARGEST_PAGE"),
    ],
)
def test_a_page_that_fails_is_named_and_the_others_are_indexed(
    askben: Askben, blog: Path, name: str, content: bytes, why: str
) -> None:
    (blog / name).write_bytes(content)
    result = askben("index", "--json")
    assert result.code == 1
    assert result.json["posts"] == 1
    (failed,) = result.json["failed"]
    assert failed["page"] == name
    assert why in failed["why"]
    assert why in result.sentence


def test_two_posts_with_one_slug_are_named(
    askben: Askben, blog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKBEN_SITE_URL", EXAMPLE_SITE)
    (blog / "2024-05-18-bread.md").write_text("# More bread\n\nBake it.")
    result = askben("index")
    assert result.code == 1
    assert "has the same address as" in result.sentence


@pytest.mark.parametrize("kind", ["missing", "empty"])
def test_a_folder_that_gives_nothing_fails_in_one_sentence(
    askben: Askben, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "nothing"
    if kind == "empty":
        folder.mkdir()
    result = askben("index", "--source", str(folder))
    assert result.code == 1
    assert "nothing" in result.sentence


def test_a_setting_that_cannot_be_used_fails_in_one_sentence(
    askben: Askben, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKBEN_ANSWER_DEADLINE", "soon")
    result = askben("index")
    assert result.code == 1
    assert "ASKBEN_ANSWER_DEADLINE is set to 'soon'" in result.sentence


def test_a_misspelt_setting_is_only_a_warning(
    askben: Askben, blog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKBEN_SORCES", "x")
    result = askben("index")
    assert result.code == 0
    assert "is ASKBEN_SOURCES meant?" in result.err


def test_an_llm_that_cannot_be_reached_is_said_and_the_posts_are_quoted(
    askben: Askben, blog: Path, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setenv("ASKBEN_LLM_URL", f"http://127.0.0.1:{unused_tcp_port}/v1")
    result = askben("ask", "How long do I knead the dough?", "--json")
    assert result.code == 0
    assert result.json["outcome"] == "quoted"
    assert "cannot be reached" in result.err


def test_run_without_a_token_says_where_to_get_one(askben: Askben) -> None:
    result = askben("run")
    assert result.code == 1
    assert "ASKBEN_DISCORD_TOKEN is not set" in result.sentence


def test_backup_wipe_restore_and_ask(askben: Askben, blog: Path, tmp_path: Path) -> None:
    assert askben("index").code == 0
    data, line = tmp_path / "data", '{"at": "2026-03-01T12:00:00+00:00", "outcome": "quoted"}\n'
    (data / "answers.jsonl").write_text(line)
    file = str(tmp_path / "backup")
    assert askben("backup", file).out.startswith("Backed up 1 posts in 1 chunks")
    shutil.rmtree(data / "index")
    (data / "answers.jsonl").unlink()
    (blog / "bread.md").unlink()  # it can only come from the backup now
    assert askben("restore", file).out.startswith("Restored 1 posts in 1 chunks")
    assert (data / "answers.jsonl").read_text() == line
    answer = askben("ask", "How long do I knead the dough?", "--json").json
    assert "ten minutes" in answer["answer"]


def test_a_restore_of_something_else_is_one_sentence(askben: Askben, blog: Path) -> None:
    result = askben("restore", str(blog / "bread.md"))
    assert result.code == 1
    assert "askben backup" in result.sentence


def test_the_doctor_prints_one_document_and_exits_with_1_where_something_is_missing(
    askben: Askben, example: None
) -> None:
    result = askben("doctor", "--json")
    assert result.code == 1
    assert "1 of 7 checks failed" in result.sentence
    assert result.json["ok"] is False
    verdicts = {one["check"]: one["verdict"] for one in result.json["checks"]}
    assert verdicts["token"] == "failed"
    assert verdicts["index"] == verdicts["embedding model"] == verdicts["disk"] == "ok"
