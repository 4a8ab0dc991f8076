"""Check `thesis data fetch` for real data sets with a local server."""

import hashlib
import io
import json
import os
import tarfile
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from thesis_lib.datasets import download
from thesis_lib.datasets.real import ballroom, esc50, jamendo_moodtheme, library, magnatagatune, tut_scenes_2017


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A folder that is served, and its address."""
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(download, "PAUSE", 0.0)
    folder = tmp_path / "served"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def md5(content):
    return hashlib.md5(content).hexdigest()


def zipped(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def tarred(files):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def serve(server, monkeypatch, dataset, index, files):
    """Serves an index and the library's remote files in place of the published ones."""
    folder, address = server
    remotes = library.module(dataset.HELD).REMOTES
    served = [(library._index_facts(dataset.HELD).remote, json.dumps(index).encode())]
    served += [(remotes[name], content) for name, content in files.items()]
    for remote, content in served:
        (folder / remote.filename).write_bytes(content)
        monkeypatch.setattr(remote, "url", f"{address}/{remote.filename}?download=1")
        monkeypatch.setattr(remote, "checksum", md5(content))


def names_in(folder):
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {name for name in found if not name.endswith(".in-use.lock")}


@pytest.fixture
def dances(server, monkeypatch):
    files = {f"{dance}/{k}.wav": f"{dance}{k}".encode() for dance in ("Jive", "Samba") for k in range(10)}
    tracks = {
        name: {"audio": [f"B_1.0/audio/{name}", md5(content)], "beats": ["b", "0"], "tempo": ["t", "0"]}
        for name, content in files.items()
    }
    archive = tarred({f"BallroomData/{name}": content for name, content in files.items()} | {"nada": b"0"})
    serve(server, monkeypatch, ballroom, {"tracks": tracks}, {"audio": archive})
    return files


def test_index_and_archive_are_fetched_and_unpacked(dances, tmp_path):
    home, of_library = tmp_path / "home", library._index_facts(ballroom.HELD).get_path()
    before = os.path.exists(of_library)
    ballroom.fetch(home)
    assert names_in(home) == {"ballroom_full_index_1.0.json"} | {f"B_1.0/audio/{name}" for name in dances}
    assert len(ballroom.clips(home)) == 20
    assert os.path.exists(of_library) == before, "the index lies with the data, not in the library's own folder"


def test_only_what_is_missing_is_fetched(dances, server, tmp_path):
    home = tmp_path / "home"
    ballroom.fetch(home)
    (server[0] / "data1.tar.gz").unlink()
    ballroom.fetch(home)
    (home / "B_1.0/audio/Jive/3.wav").unlink()
    with pytest.raises(ValueError, match="data1.tar.gz.* answers 404 .* by hand. Run `thesis data fetch ballroom`"):
        ballroom.fetch(home)
    assert len(names_in(home)) == 20


def test_an_archive_that_lacks_files_says_so_and_stays(dances, server, monkeypatch, tmp_path):
    remote = library.module(ballroom.HELD).REMOTES["audio"]
    content = tarred({f"BallroomData/{name}": content for name, content in list(dances.items())[:15]})
    (server[0] / remote.filename).write_bytes(content)
    with pytest.raises(ValueError, match="does not send the published file"):
        ballroom.fetch(tmp_path / "home")
    monkeypatch.setattr(remote, "checksum", md5(content))
    with pytest.raises(ValueError, match="incomplete: 5 of 20 files are missing, the first is B_1.0/audio/Samba/5.wav"):
        ballroom.fetch(tmp_path / "home")
    assert "B_1.0/audio/data1.tar.gz" in names_in(tmp_path / "home")


def test_what_github_packs_is_judged_by_its_files(server, monkeypatch, tmp_path):
    index = {"clips": {"1-1-A-0": {"audio": ["audio/1-1-A-0.wav", md5(b"bark")]}}}
    table = b"filename,fold,target,category,esc10,src_file,take\n1-1-A-0.wav,1,0,dog,True,1,A\n"
    files = {"ESC-50-master/meta/esc50.csv": table, "ESC-50-master/audio/1-1-A-0.wav": b"bark"}
    serve(server, monkeypatch, esc50, index, {"all": zipped(files)})
    monkeypatch.setattr(library, "_made_on_request", lambda url: "ESC-50-master.zip" in url)
    monkeypatch.setattr(library.module(esc50.HELD).REMOTES["all"], "checksum", "of last year")
    monkeypatch.setattr(esc50, "HELD", esc50.HELD._replace(n_items=1))
    library.fetch(esc50.HELD, tmp_path / "home")
    assert names_in(tmp_path / "home") == {"esc50_index_2.0.json", "meta/esc50.csv", "audio/1-1-A-0.wav"}
    assert library.verify(esc50.HELD, esc50.clips, tmp_path / "home") == []
    (server[0] / "ESC-50-master.zip").write_bytes(zipped(files | {"ESC-50-master/audio/1-1-A-0.wav": b"meow"}))
    with pytest.raises(ValueError, match="1-1-A-0.wav is not the published file"):
        library.fetch(esc50.HELD, tmp_path / "other")


def test_github_archives_are_told_by_their_address():
    assert library._made_on_request(library.module(esc50.HELD).REMOTES["all"].url)
    assert not library._made_on_request(library.module(ballroom.HELD).REMOTES["audio"].url)


def test_what_cannot_be_downloaded_is_said(server, monkeypatch, tmp_path):
    index = {"tracks": {"track_1": {"audio": ["audios/01/1.mp3", "0"]}}}
    tables = {table: b"" for table in jamendo_moodtheme.HELD.tables}
    serve(server, monkeypatch, jamendo_moodtheme, index, {"metadata": zipped(tables)})
    with pytest.raises(
        ValueError, match="incomplete: 1 of 4 files are missing, the first is audios/01/1.mp3. Run .* script"
    ):
        jamendo_moodtheme.fetch(tmp_path / "home")
    assert set(tables) < names_in(tmp_path / "home")


def test_magnatagatune_is_pieced_together(server, monkeypatch, tmp_path):
    folder, address = server
    table = b'"clip_id"\t"rock"\t"mp3_path"\n"2"\t"1"\t"0/two.mp3"\n"3"\t"0"\t"f/three.mp3"\n'
    whole = zipped({"0/two.mp3": b"22", "f/three.mp3": b"333"})
    for part, content in enumerate((whole[:50], whole[50:100], whole[100:]), start=1):
        (folder / f"mp3.zip.00{part}").write_bytes(content)
    (folder / "annotations_final.csv").write_bytes(table)
    monkeypatch.setattr(magnatagatune, "SERVER", address)
    sums = {"annotations_final.csv": f"md5:{md5(table)}", "mp3.zip": "md5:0"}
    monkeypatch.setattr(magnatagatune, "CHECKSUMS", sums)
    home = tmp_path / "home"
    with pytest.raises(ValueError, match="the three parts of .* do not make the published file"):
        magnatagatune.fetch(home)
    assert names_in(home) == {"annotations_final.csv"}
    sums["mp3.zip"] = f"md5:{md5(whole)}"
    magnatagatune.fetch(home)
    assert names_in(home) == {"annotations_final.csv", "0/two.mp3", "f/three.mp3"}
    assert [(clip.labels, clip.split) for clip in magnatagatune.clips(home)] == [(("rock",), "train"), ((), "test")]
    for part in (1, 2, 3):
        (folder / f"mp3.zip.00{part}").unlink()
    magnatagatune.fetch(home)


def test_tut_goes_on_with_the_next_archive(server, monkeypatch, tmp_path):
    folder, address = server
    development, evaluation = tut_scenes_2017.DEVELOPMENT, tut_scenes_2017.EVALUATION
    archives = {
        f"{development}.meta.zip": {f"{development}/meta.txt": b"audio/a_0_10.wav\tbus\ta\n"},
        f"{development}.audio.1.zip": {f"{development}/audio/a_0_10.wav": b"a"},
        f"{evaluation}.meta.zip": {f"{evaluation}/meta.txt": b"audio/1.wav\tbus\tb\n"},
        f"{evaluation}.audio.1.zip": {f"{evaluation}/audio/1.wav": b"1"},
    }
    sums = {}
    for name, files in archives.items():
        path = folder / str(tut_scenes_2017.RECORDS[name.split(".")[0]]) / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(zipped(files))
        sums[name] = md5(path.read_bytes())
    monkeypatch.setattr(tut_scenes_2017, "SERVER", address)
    monkeypatch.setattr(tut_scenes_2017, "ARCHIVES", sums)
    held_back = folder / "1040168" / "files" / f"{evaluation}.meta.zip"
    held_back.rename(tmp_path / "later.zip")
    home = tmp_path / "home"
    with pytest.raises(ValueError, match="answers 404"):
        tut_scenes_2017.fetch(home)
    (tmp_path / "later.zip").rename(held_back)
    first = folder / "400515" / "files" / f"{development}.audio.1.zip"
    first.rename(tmp_path / "first.zip")  # not asked for again
    tut_scenes_2017.fetch(home)
    assert [clip.split for clip in tut_scenes_2017.clips(home)] == ["train", "test"]
    (tmp_path / "first.zip").rename(first)
    (home / development / "audio" / "a_0_10.wav").unlink()
    tut_scenes_2017.fetch(home)
    assert len(tut_scenes_2017.clips(home)) == 2
