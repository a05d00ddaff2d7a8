"""The tables of faults in the README: what happens, what one sees, and the test that makes it happen.

`python -m tests.faults --write` renews them. A test sees to it that they are current and that each named test exists.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.readme import is_current, write_part
from tui.screens.too_small import LEAST_COLUMNS, LEAST_ROWS

TESTS = Path(__file__).parent
COMMAND = "python -m tests.faults --write"
FAULTS, BAD_INPUT = "faults", "bad input"

NETWORK, ENDS, APP = "e2e/test_network_faults.py", "e2e/test_app_ends.py", "e2e/test_app_faults.py"
INPUT, VERBS, SCREEN = "e2e/test_bad_input.py", "e2e/test_verbs.py", "ui/test_faults.py"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong. `tests`: file and name of each test that makes it happen."""

    what: str
    seen: str
    tests: Sequence[tuple[str, str]]


FAULT_ROWS: Sequence[Fault] = (
    Fault(
        "the server is not there",
        "why, and what to try; `ctrl+r` connects when it has come",
        [(NETWORK, "test_a_server_that_is_not_there_yet")],
    ),
    Fault(
        "every answer takes long",
        "whom it waits for, for what and how long; `?` and `q` act at once, `esc` stops waiting; a verb says it once",
        [
            ("e2e/test_slow_server.py", "test_ten_seconds_an_answer"),
            (NETWORK, "test_a_slow_server_is_shown_to_be_slow_and_need_not_be_waited_for"),
        ],
    ),
    Fault(
        "answers come out of order",
        "what was asked for last",
        [(NETWORK, "test_answers_that_come_out_of_order_do_not_overtake")],
    ),
    Fault(
        "500, and the connection is reset behind it",
        "the server's reason; what was read stays, and the next request goes through",
        [
            (NETWORK, "test_a_500_and_a_reset_behind_it"),
            (
                "unit/test_agent_server_sockets.py",
                "test_a_connection_dropped_after_a_500_hurts_neither_reads_nor_writes",
            ),
        ],
    ),
    Fault(
        "429, 502, 503, 504 with Retry-After",
        "nothing: the read is sent again when the server wants it; a pause of more than 10 s is told instead",
        [
            (NETWORK, "test_a_server_that_asks_for_a_pause_gets_it"),
            (NETWORK, "test_a_long_pause_is_told_instead"),
        ],
    ),
    Fault(
        "the answer to a write is lost",
        "that it is not known whether it was done; it is never sent twice, and the draft stays",
        [
            (NETWORK, "test_a_write_whose_answer_is_lost_is_not_sent_again"),
            (NETWORK, "test_a_run_whose_answer_is_lost_is_not_started_again"),
            (NETWORK, "test_no_write_is_sent_twice_wherever_its_answer_is_cut"),
            (NETWORK, "test_no_verb_writes_twice"),
        ],
    ),
    Fault(
        "a redirect to another host",
        "where it leads; nobody goes there, and the key does not either",
        [(NETWORK, "test_a_redirect_elsewhere_is_told_and_the_key_does_not_go_along")],
    ),
    Fault(
        "a proxy cuts the stream",
        "`line lost, reconnecting 1/5`; every event once",
        [
            ("e2e/test_line.py", "test_a_line_cut_anywhere_loses_nothing_and_repeats_nothing"),
            ("e2e/test_line.py", "test_a_run_that_is_cut_while_it_streams"),
        ],
    ),
    Fault(
        "the server is stopped in mid-run and comes back",
        "that the line is lost; the run is joined again by itself",
        [
            ("e2e/test_restart_app.py", "test_a_run_goes_on_by_itself_when_its_server_is_back"),
            ("e2e/test_restart.py", "test_a_run_is_joined_again_when_its_server_is_back"),
        ],
    ),
    Fault(
        "the server is killed in mid-run",
        "that the run is lost, or that the server has forgotten it; never success",
        [
            ("e2e/test_server_dies.py", "test_a_run_whose_server_goes_away"),
            ("e2e/test_restart.py", "test_a_run_that_a_killed_server_forgot_is_said_to_be_gone"),
        ],
    ),
    Fault(
        "this machine's clock is hours off, or jumps",
        "ages by the server's clock, durations by none",
        [("e2e/test_clocks.py", "test_ages_are_right_by_a_clock_that_is_hours_off_and_jumps")],
    ),
    Fault(
        "no file can grow (full disk)",
        "once, that the audit log can't be written; the work goes on, and the config is as it was",
        [
            (APP, "test_a_full_disk_costs_the_log_not_the_write"),
            (APP, "test_a_full_disk_leaves_the_config_as_it_was"),
            ("unit/test_left_runs.py", "test_what_cannot_be_read_or_written_is_not_remembered"),
        ],
    ),
    Fault(
        "the terminal is resized a hundred times in a run",
        "the same place, the same draft",
        [(APP, "test_a_hundred_sizes_in_a_run_change_neither_place_nor_draft")],
    ),
    Fault(
        "SIGTERM, SIGHUP, SIGINT",
        "the terminal as it was, and how to join the run that goes on; exit code 128 and the signal's number",
        [(ENDS, "test_a_signal_leaves_the_terminal_as_it_was_and_the_run_alone")],
    ),
    Fault(
        "SIGKILL",
        "the next start opens the run's thread and offers to join it",
        [(ENDS, "test_killed_the_next_start_offers_the_run_again")],
    ),
    Fault(
        "the terminal's window is closed",
        "nothing any more; the app ends, the run goes on",
        [(ENDS, "test_a_window_that_is_closed_ends_the_app_but_not_the_run")],
    ),
    Fault(
        "two apps on one thread",
        "each other's branches as they come; that the thread is busy, and what to do",
        [
            (APP, "test_two_apps_on_one_thread_see_what_the_other_does"),
            (APP, "test_the_second_app_is_told_that_the_thread_is_busy"),
        ],
    ),
    Fault(
        "the server does something else than it was asked",
        "what differs; nothing runs, exit code 5",
        [
            ("e2e/test_lying_server.py", "test_the_verb_stops_with_5_and_runs_nothing"),
            ("e2e/test_lying_server.py", "test_the_app_says_so_and_runs_nothing"),
        ],
    ),
)

INPUT_ROWS: Sequence[Fault] = (
    Fault(
        "nothing listens there",
        "the address, and how to start a server",
        [(NETWORK, "test_a_server_that_is_not_there_yet"), (VERBS, "test_nothing_listens_there")],
    ),
    Fault(
        "not an Agent Server; 401, 403",
        "what answered; which variable holds the key",
        [(SCREEN, "test_cannot_connect_then_can"), (INPUT, "test_somebody_else_answers")],
    ),
    Fault(
        "a certificate that is not trusted",
        "why; `--ca`",
        [(INPUT, "test_a_certificate_that_nobody_trusts")],
    ),
    Fault(
        "a thread that was deleted meanwhile",
        "that it was; the others stay",
        [
            ("ui/test_watch_app.py", "test_a_thread_that_somebody_deletes_is_closed"),
            (INPUT, "test_a_thread_that_was_deleted"),
        ],
    ),
    Fault(
        "a thread without checkpoints",
        "how to make the first",
        [(SCREEN, "test_a_thread_without_checkpoints_says_what_to_do"), (INPUT, "test_a_thread_without_checkpoints")],
    ),
    Fault(
        "a checkpoint that is gone",
        "that it is, though the server answers 200",
        [
            (SCREEN, "test_a_checkpoint_that_is_gone_is_not_forked"),
            (VERBS, "test_a_checkpoint_that_is_not_there_is_not_empty"),
        ],
    ),
    Fault(
        "an edit while a run is active",
        "join it or cancel it; the draft stays",
        [
            ("ui/test_runs_app.py", "test_an_edit_while_a_run_is_active_keeps_the_draft"),
            (INPUT, "test_an_edit_while_a_run_is_active"),
        ],
    ),
    Fault(
        "broken JSON",
        "line and reason as one types; nothing is sent",
        [(SCREEN, "test_broken_json_is_said_and_not_sent"), (VERBS, "test_mistakes_have_their_exit_code")],
    ),
    Fault(
        "a run that fails",
        "the node and its error; exit code 6",
        [
            ("ui/test_runs_app.py", "test_a_run_that_fails_says_why"),
            (VERBS, "test_a_run_that_fails_exits_with_6_and_says_why"),
        ],
    ),
    Fault(
        "a run that is cancelled",
        "that it was, and what stays",
        [
            ("ui/test_runs_app.py", "test_join_watch_and_cancel"),
            (INPUT, "test_joining_a_run_that_was_cancelled"),
        ],
    ),
    Fault(
        "a terminal of 40 x 10",
        f"that {LEAST_COLUMNS} x {LEAST_ROWS} is needed; `enter` shows everything all the same, one pane at a time",
        [("ui/test_navigation.py", "test_everything_opens_in_a_tiny_terminal")],
    ),
    Fault(
        "Ctrl+C, or leaving, while a run streams",
        "that it goes on, and how to join it; exit code 130",
        [("ui/test_runs_app.py", "test_leaving_asks_and_the_run_goes_on"), (VERBS, "test_ctrl_c_leaves_the_run_going")],
    ),
)

PARTS = ((FAULTS, FAULT_ROWS), (BAD_INPUT, INPUT_ROWS))


def table(rows: Sequence[Fault]) -> str:
    """The rows as Markdown."""
    lines = ["| what happens | what you see | shown by |", "|---|---|---|"]
    for row in rows:
        names = "<br>".join(f"`{name.removeprefix('test_')}`" for _, name in row.tests)
        lines.append(f"| {row.what} | {row.seen} | {names} |")
    return "\n".join(lines) + "\n"


def missing() -> list[str]:
    """The named tests that do not exist."""
    named = {test for _, rows in PARTS for row in rows for test in row.tests}
    return sorted(f"{file}::{name}" for file, name in named if name not in _tests_in(TESTS / file))


def _tests_in(file: Path) -> set[str]:
    if not file.is_file():
        return set()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.parse(file.read_text(encoding="utf-8")).body if isinstance(node, kinds)}


def main() -> int:
    """Write the tables, or say whether they are current."""
    if "--write" in sys.argv[1:]:
        for name, rows in PARTS:
            write_part(name, table(rows))
    return int(not all(is_current(name, table(rows)) for name, rows in PARTS) or bool(missing()))


if __name__ == "__main__":
    sys.exit(main())
