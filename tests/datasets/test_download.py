"""Check downloads from a local server: complete, verified and resumed."""

import hashlib
import multiprocessing
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from thesis_lib.datasets import download
from thesis_lib.datasets.download import download as get

CONTENT = bytes(range(256)) * 4000  # 1.02 MB
MD5 = "md5:" + hashlib.md5(CONTENT).hexdigest()


class Server(ThreadingHTTPServer):
    """Serves one file; the test says what it can do and when it gives up."""

    content, tag, ranges, cut_at, status, block_size = CONTENT, '"one"', True, None, None, None

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []  # the Range of every request
        self.url = f"http://127.0.0.1:{self.server_port}/file.zip?download=1"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server, asked = self.server, self.headers.get("Range")
        server.asked.append(asked)
        start = 0
        same = self.headers.get("If-Range") in (None, server.tag)
        if asked and server.ranges and same:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
        if server.status or start >= len(server.content):
            self.send_error(server.status or 416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(server.content) - 1}/{len(server.content)}")
        if server.tag:
            self.send_header("ETag", server.tag)
        self.send_header("Content-Length", str(len(server.content) - start))
        self.end_headers()
        self.wfile.write(server.content[start : server.cut_at])
        self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(download, "PAUSE", 0.0)
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def left_in(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != ".in-use.lock")


def cut(server, path, at=300_000):
    """A first attempt that ends after `at` bytes, since the server then gives up."""
    server.cut_at = at
    with pytest.raises(ValueError, match="broke off .*run the same command again: it resumes the download"):
        get(server.url, path, checksum=MD5)
    assert left_in(path.parent) == [".file.zip.part", ".file.zip.part.json"]
    assert (path.parent / ".file.zip.part").read_bytes() == server.content[:at]
    server.cut_at = None
    server.asked.clear()


def test_a_download_is_whole_and_asked_for_once(server, tmp_path):
    path = tmp_path / "new" / "file.zip"
    assert get(server.url, path, checksum=MD5) == path
    assert path.read_bytes() == CONTENT and left_in(path.parent) == ["file.zip"]
    get(server.url, path, checksum=MD5)
    get(server.url, path)
    assert server.asked == [None]


def test_it_goes_on_where_it_was_cut(server, tmp_path):
    cut(server, tmp_path / "file.zip")
    get(server.url, tmp_path / "file.zip", checksum=MD5)
    assert (tmp_path / "file.zip").read_bytes() == CONTENT and left_in(tmp_path) == ["file.zip"]
    assert server.asked == ["bytes=300000-"]


def test_one_call_survives_a_cut(server, tmp_path):
    class Once:
        def __get__(self, *_):
            return 300_000 if len(server.asked) == 1 else None

    server.__class__ = type("CutsOnce", (Server,), {"cut_at": Once()})
    get(server.url, tmp_path / "file.zip")
    assert (tmp_path / "file.zip").read_bytes() == CONTENT
    assert server.asked == [None, "bytes=300000-"]


def test_a_server_without_ranges_starts_over(server, tmp_path):
    cut(server, tmp_path / "file.zip")
    server.ranges = False
    get(server.url, tmp_path / "file.zip", checksum=MD5)
    assert (tmp_path / "file.zip").read_bytes() == CONTENT


def test_a_server_without_ranges_that_always_cuts_is_given_up(server, tmp_path):
    class Anywhere:
        def __get__(self, *_):
            return 300_000 if len(server.asked) % 2 else 100_000

    server.__class__ = type("CutsAnywhere", (Server,), {"cut_at": Anywhere(), "ranges": False})
    with pytest.raises(ValueError, match="broke off"):
        get(server.url, tmp_path / "file.zip")
    assert len(server.asked) == 1 + download.TRIES


def test_a_file_that_has_changed_starts_over(server, tmp_path):
    cut(server, tmp_path / "file.zip")
    server.content, server.tag = CONTENT[::-1], '"two"'
    get(server.url, tmp_path / "file.zip", checksum="md5:" + hashlib.md5(CONTENT[::-1]).hexdigest())
    assert (tmp_path / "file.zip").read_bytes() == CONTENT[::-1]


def test_a_change_that_the_server_does_not_tell_is_found_by_the_checksum(server, tmp_path):
    server.tag = None
    cut(server, tmp_path / "file.zip")
    server.content = CONTENT[::-1]
    get(server.url, tmp_path / "file.zip", checksum="sha256:" + hashlib.sha256(CONTENT[::-1]).hexdigest())
    assert (tmp_path / "file.zip").read_bytes() == CONTENT[::-1]
    assert server.asked == ["bytes=300000-", None]


def test_without_version_and_checksum_nothing_is_pieced_together(server, tmp_path):
    server.tag = None
    cut(server, tmp_path / "file.zip")
    get(server.url, tmp_path / "file.zip")
    assert server.asked == [None]


def test_what_is_there_but_too_long_starts_over(server, tmp_path):
    cut(server, tmp_path / "file.zip")
    server.content = CONTENT[:1000]
    get(server.url, tmp_path / "file.zip")
    assert (tmp_path / "file.zip").read_bytes() == CONTENT[:1000]


def test_a_wrong_checksum_leaves_what_was_there(server, tmp_path):
    (tmp_path / "file.zip").write_text("mine")
    with pytest.raises(ValueError, match=r"does not send the published file \(expected sha256:00\).*by hand"):
        get(server.url, tmp_path / "file.zip", checksum="sha256:00")
    assert (tmp_path / "file.zip").read_text() == "mine" and left_in(tmp_path) == ["file.zip"]


def test_a_wrong_file_is_replaced_by_the_right_one(server, tmp_path):
    (tmp_path / "file.zip").write_text("cut short")
    get(server.url, tmp_path / "file.zip", checksum=MD5)
    assert (tmp_path / "file.zip").read_bytes() == CONTENT


@pytest.mark.parametrize("status", [404, 503])
def test_what_the_server_refuses_is_said(server, tmp_path, status):
    server.status = status
    with pytest.raises(ValueError, match=rf"answers {status} .*obtain file.zip by hand"):
        get(server.url, tmp_path / "file.zip")
    assert left_in(tmp_path) == []


def test_nobody_answers(server, tmp_path):
    server.shutdown()
    server.server_close()
    with pytest.raises(ValueError, match="cannot be reached .*refused.*run the same command again"):
        get(server.url, tmp_path / "file.zip")


def test_there_is_no_room(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    with pytest.raises(ValueError, match=r"file.zip cannot be written \(0.0 GB are needed\); make room"):
        get(server.url, tmp_path / "file.zip")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_other_addresses_are_refused(tmp_path, url):
    with pytest.raises(ValueError, match="http or https"):
        get(url, tmp_path / "file")


def test_a_checksum_of_another_kind(server, tmp_path):
    with pytest.raises(ValueError, match="'md5:...' or 'sha256:...'; got checksum='crc:12'"):
        get(server.url, tmp_path / "file.zip", checksum="crc:12")


def test_two_processes_at_once_get_it_once(server, tmp_path):
    spawned = multiprocessing.get_context("spawn")
    both = [spawned.Process(target=get, args=(server.url, tmp_path / "file.zip")) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    assert (tmp_path / "file.zip").read_bytes() == CONTENT and len(server.asked) == 1
    assert left_in(tmp_path) == ["file.zip"]
