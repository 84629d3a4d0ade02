"""What a program does with a server: start, wait, read, act; and what it is told when it may not."""

import json
import os
import re
import subprocess
import sys
import threading
import time
import unittest
from datetime import timezone
from pathlib import Path
from typing import Callable, List, Tuple

from server import Server
from trackyard import (
    ApiError,
    Client,
    Failed,
    InvalidInput,
    Moved,
    NotFound,
    Pipeline,
    Preview,
    Refused,
    Track,
    Unreachable,
)

GREET = """\
name: greet
input:
  who: {type: str, required: true, max_length: 40}
vertices:
  greet: echo "hello <who>"
  bye:
    needs: [greet]
    outputs: {words: int}
    script: echo "words=2" >>"$TRACKYARD_OUTPUT"; echo bye
"""
PICKY = """\
name: picky
input:
  word: {type: str, default: wrong}
vertices:
  judge: |
    echo "judging <word>"
    test <word> = right
  after:
    needs: [judge]
    script: echo after
"""


class WithServer(unittest.TestCase):
    """One server for all tests of a class."""

    server: Server
    client: Client

    @classmethod
    def setUpClass(cls) -> None:
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.client = cls.server.client()


class Runs(WithServer):
    """Starting, waiting and reading."""

    def test_a_success_is_waited_for_and_read(self) -> None:
        graph = self.client.save(GREET)
        self.assertTrue(graph.checked, graph)
        pipeline = self.client.start("greet", {"who": "Ann"}, name="first", priority=3).wait(60, check=True)
        self.assertEqual((pipeline.state, pipeline.finished), ("FINISH", True))
        self.assertEqual((pipeline.name, pipeline.priority, pipeline.graph), ("first", 3, "greet"))
        self.assertEqual(pipeline.input, {"who": "Ann"})
        self.assertEqual(pipeline.created_at.tzinfo, timezone.utc)
        greet, bye = pipeline.tracks()
        self.assertEqual((greet.vertex, greet.state, greet.exit_code), ("greet", "SUCCEED", 0))
        self.assertEqual(greet.logs(), "hello Ann\n")
        self.assertEqual(list(greet.follow()), ["hello Ann\n"])
        self.assertEqual(bye.outputs(), {"words": 2})
        self.assertEqual([a.exit_code for a in bye.attempts()], [0])
        self.assertIn(pipeline.id, [p.id for p in self.client.pipelines()])
        self.assertEqual(self.client.pipeline(pipeline.id), pipeline)
        self.assertEqual(self.client.track(greet.id), greet)
        self.assertIn("greet", [g.name for g in self.client.graphs()])

    def test_a_definition_comes_from_a_text_or_a_file(self) -> None:
        path = self.server.file("from-a-file.yaml")
        path.write_text("name: from-a-file\nvertices: {a: 'true'}\n", encoding="utf-8")
        self.assertEqual(self.client.save(path).name, "from-a-file")
        self.assertEqual(self.client.save(str(path)).version, 1)
        text = json.dumps({"name": "json", "vertices": [{"name": "a", "script": "true"}]})
        saved = self.client.save(text)
        self.assertEqual(self.client.graph("json").id, saved.id)
        with self.assertRaises(FileNotFoundError):
            self.client.save("no-such-file.yaml")
        broken = self.client.save("name: broken\nvertices:\n  a: {script: 'true', needs: [b]}\n")
        self.assertFalse(broken.checked)
        self.assertEqual([p.severity for p in broken.problems], ["error"])
        with self.assertRaises(Refused) as refused:
            self.client.start(broken)
        self.assertEqual(refused.exception.code, "unchecked")
        self.assertEqual(refused.exception.problems[0]["line"], broken.problems[0].line)

    def test_a_wait_ends_at_its_time(self) -> None:
        go = self.server.file("go")
        self.client.save(f"name: waits\nvertices:\n  a: |\n    while [ ! -e '{go}' ]; do sleep 0.1; done\n")
        pipeline = self.client.start("waits")
        begun = time.monotonic()
        with self.assertRaisesRegex(TimeoutError, "RUNNING after 0.3 s"):
            pipeline.wait(0.3)
        self.assertLess(time.monotonic() - begun, 10)
        with self.assertRaises(TimeoutError):
            pipeline.wait(0)
        self.assertEqual(self.client.start("waits", wait=0.2).state, "RUNNING")
        go.touch()
        self.assertEqual(pipeline.wait(60).state, "FINISH")
        self.assertEqual(self.client.start("waits", wait=60).state, "FINISH")

    def test_a_key_starts_once(self) -> None:
        self.client.save(GREET)
        first = self.client.start("greet", {"who": "Bob"}, key="tonight")
        second = self.client.start("greet", {"who": "Bob"}, key="tonight")
        self.assertEqual((first.id, first.replayed), (second.id, False))
        self.assertTrue(second.replayed)
        with self.assertRaises(InvalidInput) as other:
            self.client.start("greet", {"who": "Eve"}, key="tonight")
        self.assertEqual((other.exception.code, other.exception.pipeline), ("idempotency-key-reused", first.id))
        # Two calls without a key are two starts.
        ids = {self.client.start("greet", {"who": "Bob"}).id for _ in range(2)}
        self.assertEqual(len(ids), 2)
        for key in ["", "é", "a\nb", "k" * 256]:
            with self.assertRaises(ValueError):
                self.client.start("greet", {"who": "Bob"}, key=key)

    def test_many_at_once_share_a_client(self) -> None:
        self.client.save(GREET)
        states: List[str] = []

        def one(who: int) -> None:
            states.append(self.client.start("greet", {"who": str(who)}).wait(60).track("greet").logs())

        threads = [threading.Thread(target=one, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(states), [f"hello {i}\n" for i in range(8)])

    def test_logs_keep_what_was_printed(self) -> None:
        self.client.save(
            "name: logs\nvertices:\n"
            "  odd: |\n    #!/usr/bin/env python3\n"
            "    import sys; sys.stdout.buffer.write('grüße 🚂\\u2028x\\ry\\n'.encode() + b'\\xff\\nend')\n"
            "  large: |\n    #!/usr/bin/env python3\n"
            "    for i in range(100000): print('line', i, 'é' * 10)\n"
            "    print('l' * 100000)\n"
        )
        pipeline = self.client.start("logs").wait(120, check=True)
        odd = pipeline.track("odd")
        self.assertEqual(odd.logs(), "grüße 🚂\u2028x\ry\n\ufffd\nend")
        self.assertEqual(list(odd.follow()), ["grüße 🚂\u2028x\ry\n", "\ufffd\n", "end"])
        large = pipeline.track("large")
        expected = "".join(f"line {i} {'é' * 10}\n" for i in range(100000)) + "l" * 100000 + "\n"
        self.assertEqual(large.logs(), expected)
        self.assertEqual("".join(large.follow()), expected)
        with self.assertRaises(NotFound):
            large.logs(attempt=2)


class Acts(WithServer):
    """Actions, and what is refused."""

    def failed(self) -> Tuple[Pipeline, Track]:
        self.client.save(PICKY)
        pipeline = self.client.start("picky").wait(60)
        self.assertEqual(pipeline.state, "FAILED")
        return pipeline, pipeline.track("judge")

    def test_a_failure_is_told_and_retried_with_another_value(self) -> None:
        pipeline, judge = self.failed()
        with self.assertRaises(Failed) as failed:
            pipeline.wait(60, check=True)
        self.assertEqual(failed.exception.pipeline.id, pipeline.id)
        self.assertIn("judge", failed.exception.why)
        self.assertEqual((judge.state, judge.exit_code), ("FAILED", 1))
        self.assertIn("retry", judge.why().actions)
        judge.retry({"word": "right"}, why="a typo")
        done = pipeline.wait(60, check=True)
        self.assertEqual(done.state, "FINISH")
        judge = judge.refresh()
        self.assertEqual((judge.state, judge.attempt), ("SUCCEED", 2))
        self.assertEqual((judge.logs(1), judge.logs()), ("judging wrong\n", "judging right\n"))
        runs = [judge.retry(after=after, dry_run=True).counts["run"] for after in (False, True)]
        self.assertEqual(runs, [1, 2])

    def test_a_dry_run_does_nothing(self) -> None:
        pipeline, judge = self.failed()
        previews = [
            judge.retry({"word": "right"}, dry_run=True),
            judge.retry(after=True, dry_run=True),
            judge.retry(alone=True, dry_run=True),
            judge.skip(dry_run=True),
            judge.succeed(why="seen", dry_run=True),
            pipeline.retry_failed(dry_run=True),
        ]
        for preview in previews:
            self.assertIsInstance(preview, Preview)
            self.assertEqual(preview.before, "FAILED")
        retry = previews[0]
        self.assertEqual([(t.vertex, t.will) for t in retry.tracks][0], ("judge", "run"))
        self.assertEqual(retry.counts["run"], 2)
        self.assertEqual((retry.after, previews[2].after), ("RUNNING", "PAUSED"))
        again = pipeline.again(dry_run=True)
        self.assertEqual((again.again_of, again.graph), (pipeline.id, "picky"))
        self.assertEqual(judge.refresh(), judge)
        self.assertEqual(pipeline.refresh(), pipeline)

    def test_what_has_moved_is_refused(self) -> None:
        pipeline, judge = self.failed()
        judge.retry()
        pipeline.wait(60)
        with self.assertRaises(Moved) as moved:
            judge.retry()
        self.assertEqual((moved.exception.status, moved.exception.state), (409, "FAILED"))
        self.assertEqual(moved.exception.attempt, 2)
        with self.assertRaises(Moved):
            judge.refresh().retry(expect="SUCCEED")
        judge.retry(expect="any")
        self.assertEqual(pipeline.wait(60).track("judge").attempt, 3)
        with self.assertRaises(Refused) as refused:
            judge.refresh().hold()
        self.assertEqual(refused.exception.code, "wrong-state")
        self.assertNotIsInstance(refused.exception, Moved)

    def test_wrong_values_are_all_told(self) -> None:
        self.client.save(GREET)
        with self.assertRaises(InvalidInput) as wrong:
            self.client.start("greet", {"who": "x" * 41, "what": 1})
        self.assertEqual({p["field"] for p in wrong.exception.problems}, {"who", "what"})
        self.assertIn("what", str(wrong.exception))
        _, judge = self.failed()
        with self.assertRaises(InvalidInput):
            judge.retry({"no-such": "x"})
        with self.assertRaises(ApiError) as reason:
            judge.succeed()
        self.assertEqual(reason.exception.problems[0]["code"], "missing-reason")
        with self.assertRaises(ValueError):
            judge.retry(after=True, alone=True)

    def test_what_is_not_there(self) -> None:
        asks: List[Callable[[], object]] = [
            lambda: self.client.start("no-such"),
            lambda: self.client.start(4711),
            lambda: self.client.pipeline(4711),
            lambda: self.client.track(4711),
        ]
        for ask in asks:
            with self.assertRaises(NotFound):
                ask()
        pipeline, _ = self.failed()
        with self.assertRaisesRegex(KeyError, "judge, after"):
            pipeline.track("no-such")

    def test_every_word(self) -> None:
        self.client.save("name: long\nvertices:\n  a: sleep 100\n  b: {needs: [a], script: echo b}\n")
        pipeline = self.client.start("long")
        self.assertEqual(pipeline.pause(why="a look").state, "PAUSED")
        self.assertEqual(pipeline.refresh().resume().state, "RUNNING")
        b = pipeline.track("b").hold()
        self.assertEqual(b.release().state, b.state)
        self.assertEqual(pipeline.track("b").skip().vertex, "b")
        self.until_runs(pipeline, "a").stop()
        self.assertEqual(pipeline.wait(60).state, "STOPPED")
        self.assertEqual(pipeline.track("a").succeed(why="I saw it").state, "SUCCEED")
        self.assertEqual(pipeline.track("b").skip(why="not needed").state, "SKIPPED")
        self.assertEqual(pipeline.wait(60).state, "FINISH")
        again = pipeline.again(key="once")
        self.assertEqual((again.again_of, pipeline.again(key="once").replayed), (pipeline.id, True))
        self.until_runs(again, "a").fail(why="I saw it")
        self.assertEqual(again.wait(60).state, "FAILED")
        again = again.wait(60).retry_failed()
        self.until_runs(again, "a").kill()
        self.assertEqual(again.wait(60).state, "STOPPED")
        for end in ("stop", "kill"):
            third = self.client.start("long")
            self.until_runs(third, "a")
            getattr(third, end)(why="enough")
            self.assertEqual(third.wait(60).state, "STOPPED")

    def test_a_track_is_given_its_value(self) -> None:
        self.client.save(GREET)
        pipeline = self.client.start("greet", ask_later=True)
        greet = pipeline.track("greet")
        self.assertEqual(greet.logs(), "")
        greet.give({"who": "Zoe"})
        pipeline.wait(60, check=True)
        self.assertEqual(greet.logs(), "hello Zoe\n")

    def until_runs(self, pipeline: Pipeline, vertex: str) -> Track:
        """The track once its script runs: the stream tells when to look."""
        track = pipeline.track(vertex)
        stream = self.client._wire.events(f"/pipelines/{pipeline.id}/stream?after=0")
        for event in stream:
            track = track.refresh()
            if track.state == "RUNNING" and track.started_at:
                stream.close()
                return track
        raise AssertionError(f"it ended: {track}")


class Places(WithServer):
    """Finding the server, and who may."""

    def test_it_is_found_by_the_environment_or_told(self) -> None:
        old = os.environ.get("TRACKYARD_DATA")
        os.environ["TRACKYARD_DATA"] = str(self.server.data)
        try:
            list(Client().graphs())
        finally:
            os.environ.pop("TRACKYARD_DATA")
            if old is not None:
                os.environ["TRACKYARD_DATA"] = old
        token = (self.server.data / "local.token").read_text().strip()
        list(Client(self.server.url + "/", token).graphs())
        list(Client(self.server.url, data=self.server.data).graphs())

    def test_the_first_example_works(self) -> None:
        readme = Path(__file__).parent.parent / "README.md"
        found = re.search(r"```python\n(.*?)```", readme.read_text(encoding="utf-8"), re.S)
        assert found is not None
        environment = {**os.environ, "TRACKYARD_DATA": str(self.server.data)}
        run = subprocess.run(
            [sys.executable, "-c", found.group(1)], env=environment, stdout=subprocess.PIPE, text=True, timeout=60
        )
        self.assertEqual((run.stdout, run.returncode), ("hello Ann\n\n", 0))

    def test_a_wrong_place_is_told(self) -> None:
        with self.assertRaises(ApiError) as wrong:
            list(Client(self.server.url, "wrong").graphs())
        self.assertEqual((wrong.exception.status, wrong.exception.code), (401, "unauthorized"))
        with self.assertRaises(ValueError):
            Client(self.server.url)
        with self.assertRaises(ValueError):
            list(Client("ftp://127.0.0.1", "x").graphs())
        # At once, though it is patient: nothing was ever there.
        begun = time.monotonic()
        with self.assertRaisesRegex(Unreachable, "`lock`"):
            list(Client(data=self.server.file("nothing")).graphs())
        self.assertLess(time.monotonic() - begun, 5)
        self.assertNotIn("secret-token", repr(Client("http://127.0.0.1:1", "secret-token").__dict__))


if __name__ == "__main__":
    unittest.main()
