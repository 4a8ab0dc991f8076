"""Check that archives are unpacked completely and cannot write outside their folder."""

import io
import multiprocessing
import stat
import tarfile
import zipfile

import pytest

from thesis_lib.datasets.archives import unpack

LOCK = ".in-use.lock"  # stays in the folder
FILES = {"set/one.txt": b"1", "set/deep/two.txt": b"22", "other.txt": b"333"}


def zipped(path, files=FILES, extra=()):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        for info, content in extra:
            archive.writestr(info, content)
    return path


def tarred(path, files=FILES, extra=()):
    with tarfile.open(path, "w:gz") as archive:
        folder = tarfile.TarInfo("./")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for info in extra:
            archive.addfile(info)
    return path


def found_in(folder):
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    files.pop(LOCK, None)
    return files


def special(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize(("make", "name"), [(zipped, "a.zip"), (tarred, "a.tar.gz")])
def test_everything_comes_out(tmp_path, make, name):
    home = tmp_path / "home"
    home.mkdir()
    (home / "other.txt").write_text("of an older release")
    (home / "mine.txt").write_text("stays")
    unpack(make(tmp_path / name), home)
    assert found_in(home) == FILES | {"mine.txt": b"stays"}


@pytest.mark.parametrize(("make", "name"), [(zipped, "a.zip"), (tarred, "a.tar.gz")])
def test_the_content_of_one_folder(tmp_path, make, name):
    unpack(make(tmp_path / name), tmp_path / "home", take=["set"])
    assert found_in(tmp_path / "home") == {"one.txt": b"1", "deep/two.txt": b"22"}
    with pytest.raises(ValueError, match="holds no folder 'sets'"):
        unpack(tmp_path / name, tmp_path / "home", take=["sets"])


@pytest.mark.parametrize("name", ["../out.txt", "set/../../out.txt", "/tmp/out.txt", "C:\\out.txt", "..\\out.txt"])
@pytest.mark.parametrize(("make", "archive"), [(zipped, "a.zip"), (tarred, "a.tar.gz")])
def test_a_path_that_leads_out_is_refused_before_anything_is_written(tmp_path, make, archive, name):
    home = tmp_path / "home"
    home.mkdir()
    with pytest.raises(ValueError, match="is refused: .*leads out of the folder"):
        unpack(make(tmp_path / archive, FILES | {name: b"x"}), home)
    assert list(home.iterdir()) == [] and not (tmp_path / "out.txt").exists()


@pytest.mark.parametrize(
    "info",
    [
        special("link", tarfile.SYMTYPE, "/etc/passwd"),
        special("link", tarfile.SYMTYPE, "../.."),
        special("link", tarfile.LNKTYPE, "../../out.txt"),
        special("device", tarfile.CHRTYPE),
        special("pipe", tarfile.FIFOTYPE),
    ],
    ids=lambda info: f"{info.name}-{info.linkname}",
)
def test_a_link_or_device_in_a_tar_is_refused(tmp_path, info):
    with pytest.raises(ValueError, match="is refused: .* in it is a link or a device"):
        unpack(tarred(tmp_path / "a.tar.gz", extra=[info]), tmp_path / "home")
    assert not (tmp_path / "home").exists() or found_in(tmp_path / "home") == {}


def test_a_link_in_a_zip_is_refused(tmp_path):
    info = zipfile.ZipInfo("link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(ValueError, match="is refused: 'link' in it is a link or a device"):
        unpack(zipped(tmp_path / "a.zip", extra=[(info, "/etc/passwd")]), tmp_path / "home")


def test_names_without_the_flag_of_utf8(tmp_path):
    class Unflagged(zipfile.ZipInfo):
        def _encodeFilenameFlags(self):
            return self.filename.encode(self.encoding), self.flag_bits & ~0x800

    extra = []
    for name, encoding in (("Françoise-1.wav", "utf-8"), ("plain-1.wav", "ascii")):
        info = Unflagged(name)
        info.encoding = encoding
        extra.append((info, name))
    unpack(zipped(tmp_path / "a.zip", {}, extra), tmp_path / "home")
    assert set(found_in(tmp_path / "home")) == {"Françoise-1.wav", "plain-1.wav"}


def test_a_damaged_archive_leaves_what_was_there(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "other.txt").write_text("mine")
    for make, name in ((zipped, "a.zip"), (tarred, "a.tar.gz")):
        archive = make(tmp_path / name)
        content = bytearray(archive.read_bytes())
        content[len(content) // 2 - 8 : len(content) // 2 + 8] = bytes(16)
        archive.write_bytes(content)
        with pytest.raises(ValueError, match="cannot be unpacked"):
            unpack(archive, home)
    (tmp_path / "text.zip").write_text("<html>not found</html>")
    with pytest.raises(ValueError, match="text.zip cannot be unpacked"):
        unpack(tmp_path / "text.zip", home)
    assert found_in(home) == {"other.txt": b"mine"}


def test_an_empty_archive(tmp_path):
    with pytest.raises(ValueError, match="a.zip holds no file"):
        unpack(zipped(tmp_path / "a.zip", {}), tmp_path / "home")


def test_there_is_no_room(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1}))
    with pytest.raises(ValueError, match="has room for 0.0 GB"):
        unpack(zipped(tmp_path / "a.zip"), tmp_path / "home")


@pytest.mark.parametrize("times", range(3))
def test_two_processes_at_once_leave_every_file(tmp_path, times):
    files = {f"set/{number:03d}.txt": bytes([number]) * 10_000 for number in range(200)}
    archive = zipped(tmp_path / "a.zip", files)
    spawned = multiprocessing.get_context("spawn")
    both = [spawned.Process(target=unpack, args=(archive, tmp_path / "home")) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    assert found_in(tmp_path / "home") == files


def test_what_a_killed_process_left_is_removed(tmp_path):
    left = tmp_path / "home" / ".a.zip.unpacking" / "set" / "three.txt"
    left.parent.mkdir(parents=True)
    left.write_text("half of it")
    unpack(zipped(tmp_path / "a.zip"), tmp_path / "home")
    assert found_in(tmp_path / "home") == FILES


def test_a_member_without_a_name_is_refused(tmp_path):
    archive = zipped(tmp_path / "a.zip", {"x": b"1"})
    archive.write_bytes(archive.read_bytes().replace(b"x", b"\0"))  # as a name, a zero byte ends it before it begins
    with pytest.raises(ValueError, match="is refused: a file in it has no name"):
        unpack(archive, tmp_path / "home")
