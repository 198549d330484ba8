"""Every answer is a line of the journal, and what it says in numbers is true."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answering.types import Answer, Draft, Outcome, Question, Timings
from bot.journal import answers
from bot.journal.answers import AnswerJournal, read_answers
from bot.statistics import summarize
from tests.builders import NOW, a_question

ANSWER = Answer("Ten minutes [1].", Outcome.ANSWERED, (), Timings(1.0, 2.0, 30.0))


async def note(journal: AnswerJournal, answer: Answer, text: str = "How long?") -> None:
    async def events(_: Question) -> AsyncGenerator[Draft | Answer]:
        yield Draft("Ten")
        yield answer

    question = a_question(text)
    handed_on = [event async for event in journal.watch(question, events(question))]
    assert handed_on == [Draft("Ten"), answer]


async def test_before_it_is_opened_nothing_is_written(tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    await note(AnswerJournal(file, clock=lambda: NOW), ANSWER)
    assert not file.exists()


async def test_a_line_holds_what_happened_and_no_question(tmp_path: Path) -> None:
    file = tmp_path / "data" / "answers.jsonl"
    journal = AnswerJournal(file, clock=lambda: NOW)
    journal.open()
    await note(journal, replace(ANSWER, trouble="slow"))
    (line,) = read_answers(file)
    assert (line["outcome"], line["total_ms"], line["trouble"]) == ("answered", 30.0, "slow")
    assert "How long?" not in file.read_text()


async def test_the_questions_that_are_noted_tell_what_the_blog_lacks(tmp_path: Path) -> None:
    journal = AnswerJournal(tmp_path / "j", clock=lambda: NOW, questions=True)
    journal.open()
    refused = replace(ANSWER, outcome=Outcome.REFUSED)
    await note(journal, ANSWER, "How long?")
    await note(journal, refused, "Do you like opera?")
    await note(journal, refused, "Do you like opera?")
    summary = summarize(read_answers(tmp_path / "j"))
    assert summary["unanswered"] == ["Do you like opera?"]
    assert summary["outcomes"] == {"answered": 1, "refused": 2}
    assert summary["total_ms"] == {"p50": 30.0, "p95": 30.0}


async def test_a_large_journal_is_rotated_and_still_read_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "_LARGEST", 500)
    journal = AnswerJournal(tmp_path / "j", clock=lambda: NOW, questions=True)
    journal.open()
    for number in range(20):
        await note(journal, ANSWER, f"Question {number}")
    asked = [line["question"] for line in read_answers(tmp_path / "j")]
    assert asked == [f"Question {number}" for number in range(20 - len(asked), 20)]
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 3 * 900


async def test_a_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    journal = AnswerJournal(tmp_path / "j", clock=lambda: NOW)
    journal.open()
    await note(journal, ANSWER)
    with (tmp_path / "j").open("a") as file:
        file.write('{"at": "2026')
    assert len(list(read_answers(tmp_path / "j"))) == 1
    assert summarize([])["answers"] == 0
