"""Which tests hold which promise. The table is written out in docs/promises.md by `python -m tests.test_promises`."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "promises.md"
SECTIONS = {
    "durability": ("Durability", range(1, 18)),
    "bad_input": ("Bad input: a value or one plain sentence, never a traceback", range(18, 31)),
    "security": ("Security", range(31, 38)),
    "visitors": ("Many visitors, one machine", range(38, 43)),
}
"""Word that `pytest -k` takes → title and numbers of its promises."""


@dataclass(frozen=True)
class Promise:
    """What is promised, and what holds it."""

    words: str
    tests: tuple[str, ...]
    """FILE::FUNCTION below tests/."""
    drills: tuple[str, ...] = ()
    """Of benchmarks.drills: the same in large numbers."""


def promise(words: str, *tests: str, drills: str = "") -> Promise:
    """Tests of one file may follow each other with the file's name before the first alone."""
    whole: list[str] = []
    for test in tests:
        whole.append(test if "::" in test else f"{whole[-1].partition('::')[0]}::{test}")
    return Promise(words, tuple(whole), tuple(drills.split()))


PROMISES = {
    1: promise(
        "A trainer that is killed at any moment leaves metrics of which every complete line parses; at most one is lost.",
        "training/test_killed.py::test_durability_killed_at_random_at_most_one_row_is_lost", drills="trainer"),
    2: promise(
        "A torn last line is skipped by readers, and shown once it is whole.",
        "training/run/test_metrics_file.py::test_durability_a_torn_last_line_waits_until_it_is_whole",
        "test_durability_a_torn_line_is_cut_when_a_writer_opens_the_file"),
    3: promise(
        "Metrics that are cut or replaced while a page follows them read as if they were read afresh.",
        "training/run/test_metrics_file.py::test_durability_following_equals_a_fresh_read_whatever_is_cut_where",
        "test_durability_a_file_that_changed_under_a_reader_is_read_afresh"),
    4: promise(
        "On a full disk the run says so, what was there stays readable, the checkpoint before loads, nothing half written stays.",
        "training/test_durable.py::test_durability_a_full_disk_leaves_the_old_file_and_nothing_else",
        "test_durability_a_run_on_a_full_disk_says_so_and_goes_on_when_there_is_room", drills="disk"),
    5: promise(
        "Killed in the middle of a save, the newest checkpoint loads; where a byte was flipped, the one before it, with a warning.",
        "training/test_killed.py::test_durability_killed_anywhere_in_a_save_the_latest_checkpoint_loads",
        "training/test_resumed.py::test_durability_a_flipped_byte_makes_the_checkpoint_before_it_count", drills="trainer"),
    6: promise(
        "A folder that cannot be written makes the run fail with its reason.",
        "training/test_trainer.py::test_durability_a_folder_that_cannot_be_written_is_a_sentence",
        "test_durability_a_folder_that_becomes_read_only_is_a_sentence_and_lets_go_of_the_run",
        "test_durability_a_snapshot_that_cannot_be_written_fails_with_a_sentence"),
    7: promise(
        "Of a thousand reads while status and snapshots are written none is partial.",
        "training/run/test_folder.py::test_durability_no_read_during_writes_is_partial"),
    8: promise(
        "Mutilated folders of runs are listed, all of them, and whoever looks at them goes on.",
        "explorer/runs/test_library.py::test_durability_and_bad_input_mutilated_folders_are_listed_and_do_no_harm",
        drills="folders"),
    9: promise(
        "A second trainer on one run ends within two seconds and changes nothing.",
        "training/run/test_writer.py::test_durability_a_second_writer_in_another_process_is_refused_within_two_seconds",
        "training/test_trainer.py::test_durability_a_second_trainer_is_refused_at_once_and_changes_nothing",
        "training/commands/test_runs.py::test_durability_a_second_trainer_of_the_real_command_exits_at_once_and_a_terminated_one_leaves_a_checkpoint"),
    10: promise(
        "When the page's server is killed, the trainer goes on, and the next server finds the run and the queue again.",
        "explorer/jobs/test_turns.py::test_durability_a_killed_server_leaves_its_trainers_and_its_queue_to_the_next",
        drills="page restart"),
    11: promise(
        "A trainer that is asked to end keeps a checkpoint, is stopped within thirty seconds and leaves no process behind.",
        "training/test_trainer.py::test_durability_sigterm_leaves_a_checkpoint",
        "training/commands/test_runs.py::test_durability_a_second_trainer_of_the_real_command_exits_at_once_and_a_terminated_one_leaves_a_checkpoint",
        drills="page"),
    12: promise(
        "A process that merely has the number of a trainer is never signalled.",
        "training/test_process.py::test_durability_a_reused_pid_is_not_alive_and_never_signalled",
        "explorer/jobs/test_failures.py::test_durability_a_process_that_does_not_hold_the_run_is_never_signalled"),
    13: promise(
        "A clock that is moved by a day changes neither who is alive nor the order of steps.",
        "training/run/test_status.py::test_durability_a_clock_that_is_a_day_ahead_changes_nothing",
        "training/test_loop.py::test_durability_a_clock_that_jumps_changes_nothing", drills="clock"),
    14: promise(
        "A killed trainer reads crashed at once, and never as being at work.",
        "training/run/test_status.py::test_durability_an_active_run_without_its_trainer_reads_crashed",
        "test_durability_a_run_whose_trainer_was_killed_before_its_first_word_is_crashed",
        "training/test_resumed.py::test_durability_a_killed_run_reads_crashed_and_resumes_bitwise", drills="trainer clock"),
    15: promise(
        "A resumed run bounded by steps ends with the very weights of an uninterrupted one, bit by bit, for every method.",
        "training/test_resumed.py::test_durability_a_resumed_run_is_bitwise_the_uninterrupted_one",
        "test_durability_a_killed_run_reads_crashed_and_resumes_bitwise", drills="trainer disk"),
    16: promise(
        "A resume that lacks something is refused, saying what.",
        "training/test_checkpoint.py::test_durability_a_missing_part_of_the_state_is_named",
        "test_durability_a_missing_part_of_the_sampler_is_named",
        "test_durability_a_missing_state_of_the_optimizer_is_named",
        "test_durability_a_missing_memory_is_named", "test_durability_missing_weights_are_named"),
    17: promise(
        "A run of a newer version is read and never written.",
        "training/run/test_folder.py::test_durability_a_newer_run_is_read_and_never_written",
        "training/test_trainer.py::test_durability_a_run_of_a_newer_version_is_not_touched"),
    18: promise(
        "A file that is empty, or holds a header alone, is said to hold no audio.",
        "training/data/test_decode_refused.py::test_bad_input_nothing_to_hear_is_no_audio"),
    19: promise(
        "One sample, silence and a constant are taken, marked as silent, and have finite embeddings.",
        "training/data/test_decode.py::test_bad_input_one_sample_silence_and_dc_are_taken",
        "training/test_spectrogram.py::test_bad_input_silence_dc_and_one_sample_are_finite",
        "training/test_embedder.py::test_bad_input_level_and_odd_sounds"),
    20: promise(
        "Samples that are no numbers, infinite or beyond all measure are refused.",
        "training/data/test_decode_refused.py::test_bad_input_values_that_are_no_sound_are_refused"),
    21: promise(
        "A small file that claims to be endless takes little memory; ten hours are refused as an upload and streamed from one's own folder.",
        "training/data/test_decoder.py::test_bad_input_a_flac_that_claims_too_much_takes_little_memory",
        "training/data/test_decode_refused.py::test_bad_input_a_ten_hour_file_is_refused_by_its_header",
        "training/data/test_decoder.py::test_bad_input_a_long_file_arrives_in_blocks"),
    22: promise(
        "Senseless sample rates are refused before anything is resampled.",
        "training/data/test_decode_refused.py::test_bad_input_senseless_rates_are_refused"),
    23: promise(
        "No channels or more than eight are refused; channels that cancel each other get a warning instead of silence.",
        "training/data/test_decode_refused.py::test_bad_input_too_many_or_no_channels_are_refused",
        "training/data/test_decode.py::test_bad_input_antiphase_gives_one_channel_and_a_warning"),
    24: promise(
        "What is broken or cut short is told: MP3, FLAC, Ogg and WAV.",
        "training/data/test_decode.py::test_bad_input_a_broken_mp3_gives_a_warning",
        "test_bad_input_half_a_flac_and_half_an_ogg_are_told", "test_bad_input_a_flac_with_a_flipped_bit_is_told_or_refused",
        "test_bad_input_a_truncated_wav_is_told"),
    25: promise(
        "A file is decoded by its content, whatever its name says.",
        "training/data/test_decode.py::test_bad_input_every_format_by_content"),
    26: promise(
        "A playlist under the name of a sound is refused, and no file that it names is read.",
        "training/data/test_decode_refused.py::test_bad_input_playlists_are_refused_and_not_followed"),
    27: promise(
        "Pipes, devices and folders are refused at once; links are refused in uploads and archives, and followed in one's own folder.",
        "training/data/test_decode_refused.py::test_bad_input_what_is_no_file_is_refused",
        "test_bad_input_links_are_refused_in_uploads_and_followed_in_own_folders",
        "training/data/test_files.py::test_bad_input_opening_never_waits_and_takes_regular_files_alone",
        "training/run/test_reading.py::test_bad_input_only_regular_files_are_opened"),
    28: promise(
        "A decoder that dies or hangs costs one file; the next is decoded.",
        "training/data/test_decoder.py::test_bad_input_a_dead_or_hung_decoder_costs_one_file"),
    29: promise(
        "Archives with paths that leave them, links, bombs or too many entries are refused, and nothing is written outside.",
        "training/data/test_archives.py::test_bad_input_unsafe_zips_are_refused_before_anything_is_written",
        "test_bad_input_too_many_entries_are_refused", "test_bad_input_unsafe_tars_leave_nothing"),
    30: promise(
        "Any name is stored and shown safely; cells of tables that would be formulas are neutralised.",
        "training/data/test_folder.py::test_bad_input_strange_names_are_stored_and_shown_safely",
        "training/data/test_names.py::test_bad_input_invisible_characters_are_shown", "test_bad_input_cells_are_never_formulas",
        "test_bad_input_no_cell_of_a_written_table_is_a_formula"),
    31: promise(
        "No route gives out a file by its path, but for an upload.",
        "explorer/web/test_open_routes.py::test_security_only_uploads_are_given_out_as_files",
        "test_security_what_is_closed_answers_nothing", "test_security_what_no_table_names_answers_nothing"),
    32: promise(
        "A path that a client sends is never opened, in whatever value it hides.",
        "explorer/test_security_files.py::test_security_no_function_gives_out_a_file_that_a_stranger_names",
        "test_security_nor_does_one_that_is_asked_through_the_queue",
        "explorer/sounds/test_uploads.py::test_security_only_what_was_sent_to_the_page_is_opened",
        "training/data/test_playlist.py::"
        "test_security_a_playlist_that_a_visitor_sends_or_that_lies_in_a_folder_is_never_followed"),
    33: promise(
        "Who may only look can start, stop or delete nothing, by no function, named or private.",
        "explorer/test_security_read_only.py::test_security_visitors_of_a_page_for_looking_only_change_nothing",
        "explorer/jobs/test_launcher.py::test_security_a_page_for_looking_only_starts_nothing"),
    34: promise(
        "Text from files, labels and runs is only text: no script in it runs, no picture elsewhere is asked for.",
        "explorer/web/test_assets.py::test_security_no_script_inserts_text_as_html",
        "explorer/components/test_components.py::test_security_template_is_static_and_the_module_exists",
        "browser/test_map_page.py::test_security_labels_that_hold_scripts_are_only_text"),
    35: promise(
        "An upload that is too large is answered by 413, bursts are refused, and what visitors leave is bounded and goes.",
        "explorer/test_visitors_served.py::test_security_an_upload_that_is_too_large_is_413_and_leaves_nothing",
        "test_security_bursts_of_uploads_are_refused", "test_security_what_a_visitor_sends_in_all_is_bounded",
        "test_security_bodies_of_other_requests_are_small"),
    36: promise(
        "No file is loaded in a way that could run what is in it.",
        "training/test_security_loading.py::test_security_nothing_imports_what_runs_code_from_files",
        "test_security_tensors_and_arrays_are_loaded_without_objects",
        "training/test_checkpoint.py::test_security_a_refused_checkpoint_is_told_in_our_words"),
    37: promise(
        "Pages from elsewhere read no answer and change nothing; every answer is guarded, errors too, and these tell nothing of the machine.",
        "explorer/web/test_open_routes.py::test_security_no_page_from_elsewhere_reads_an_answer",
        "test_security_pages_from_elsewhere_change_nothing",
        "test_security_an_answer_to_an_error_is_guarded_too_and_tells_nothing", "test_security_a_foreign_host_is_refused"),
    38: promise(
        "Of fifty starts one runs and a bounded queue holds the others with their places; one visitor has a bounded number of runs.",
        "explorer/jobs/test_quotas.py::test_visitors_fifty_starts_are_one_run_and_a_bounded_queue",
        "test_visitors_resumes_count_as_jobs_and_ended_runs_do_not", "test_visitors_runs_trained_long_enough_are_stopped",
        "explorer/jobs/test_turns.py::test_visitors_the_queue_is_bounded"),
    39: promise(
        "A run that grows beyond its share of the disk is stopped with the reason, and none starts on a disk that is nearly full.",
        "explorer/jobs/test_quotas.py::test_visitors_runs_that_grow_too_large_are_stopped_with_the_reason",
        "test_visitors_runs_wait_in_vain_for_a_full_disk"),
    40: promise(
        "Nobody can list or play what another visitor sent, and it is gone within the hour.",
        "explorer/test_visitors_served.py::test_visitors_can_neither_list_nor_play_what_others_sent",
        "explorer/visitors/test_arrivals.py::test_visitors_uploads_are_gone_within_the_hour",
        "explorer/sounds/test_uploads.py::test_visitors_sounds_have_names_that_nobody_guesses_and_nobody_is_told"),
    41: promise(
        "A class that arrives within three seconds is served within three more, slow clients hold nobody up, and memory stays flat.",
        "explorer/test_visitors_served.py::test_visitors_sessions_are_bounded_and_the_idle_one_goes",
        "benchmarks/test_visitors.py::test_visitors_of_a_class_are_all_served",
        "benchmarks/test_drills.py::test_durability_bad_input_visitors_each_drill_can_be_held", drills="arrivals slow"),
    42: promise(
        "On a page for looking only everything can be looked at and heard, and nothing started.",
        "explorer/test_security_read_only.py::test_security_visitors_of_a_page_for_looking_only_change_nothing"),
}  # fmt: skip


def test_every_promise_has_its_tests() -> None:
    numbers = [number for _, span in SECTIONS.values() for number in span]
    assert sorted(PROMISES) == numbers
    for word, (_, span) in SECTIONS.items():
        for number in span:
            for test in PROMISES[number].tests:
                file, _, name = test.partition("::")
                assert name in functions(file), f"promise {number}: there is no {test}"
                assert word in name, f"promise {number}: pytest -k {word} does not find {test}"


def test_drills_that_are_named_exist() -> None:
    from benchmarks.drills.__main__ import DRILLS

    assert {drill for held in PROMISES.values() for drill in held.drills} <= set(DRILLS)


def test_the_document_says_the_same() -> None:
    assert DOCUMENT.read_text() == document(), "docs/promises.md is old: python -m tests.test_promises"


@cache
def functions(file: str) -> frozenset[str]:
    """Names of all tests of a file below tests/."""
    tree = ast.parse((ROOT / "tests" / file).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def document() -> str:
    """The table as docs/promises.md."""
    lines = [
        "# What is promised, and what holds it",
        "",
        "Written by `python -m tests.test_promises` from the table there. `pytest -k durability` (or `bad_input`, `security`,",
        "`visitors`) runs the tests of one part; `python -m benchmarks.drills` holds the same in large numbers, with its counts",
        "in [benchmarks/results/drills.json](../benchmarks/results/drills.json).",
    ]
    for word, (title, span) in SECTIONS.items():
        lines += [
            "",
            f"## {title}",
            "",
            f"`pytest -k {word}`",
            "",
            "| | promise | tests | drills |",
            "|---|---|---|---|",
        ]
        for number in span:
            held = PROMISES[number]
            tests = "<br>".join(f"`{test.replace('::', '` `')}`" for test in held.tests)
            lines.append(f"| {number} | {held.words} | {tests} | {', '.join(held.drills)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document())
