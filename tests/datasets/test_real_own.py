"""Check loaders of real data sets that no library supports on small trees with their layout."""

import json
from collections import Counter

import pytest
from sklearn.model_selection import StratifiedKFold
from trees import put

from thesis_lib.datasets import splits
from thesis_lib.datasets.real import extended_ballroom, magnatagatune, million_song, tut_scenes_2017


def test_extended_ballroom_has_unshuffled_folds(tmp_path):
    for name in extended_ballroom.CLASSES:
        for number in range(12):
            put(tmp_path / name / f"{100 + number}.mp3")
    clips = extended_ballroom.clips(tmp_path)
    labels = [clip.label for clip in clips]
    tested = [test for _, test in StratifiedKFold(10).split(labels, labels)]
    assert len(clips) == 156 and labels == sorted(labels)
    assert all(clips[index].fold == fold for fold, test in enumerate(tested, 1) for index in test)
    assert extended_ballroom.verify(tmp_path) == ["156 clips are here; the published data set has 4,180."]
    (tmp_path / "Jive" / "105.mp3").write_bytes(b"no audio")
    assert "Jive/105.mp3 cannot be read as audio" in extended_ballroom.verify(tmp_path)[1]
    for path in list((tmp_path / "Salsa").iterdir())[3:]:
        path.unlink()
    with pytest.raises(ValueError, match="each class needs a clip in each of 10 folds; Salsa has 3"):
        extended_ballroom.clips(tmp_path)
    (tmp_path / "Wcswing").rename(tmp_path / "swing")
    with pytest.raises(ValueError, match=r"incomplete: the folder Wcswing \(one of 1\) is missing. Obtain it"):
        extended_ballroom.clips(tmp_path)
    with pytest.raises(ValueError, match="cannot be downloaded: obtain it from its authors"):
        extended_ballroom.fetch(tmp_path)


def tagged(home, rows, names):
    lines = ["\t".join(f'"{cell}"' for cell in row) for row in [("clip_id", *names, "mp3_path"), *rows]]
    put(home / "annotations_final.csv", "\n".join(lines))


def test_magnatagatune_takes_the_fifty_most_frequent_tags_and_leaves_empty_files_out(tmp_path):
    names = [f"tag {k}" for k in range(60)]
    paths = [f"{folder}/artist-album-01-song-{start}-{start + 29}.mp3" for folder in "0bcdf" for start in (0, 29)]
    # tag k is on clips k % 10 and after: the later its last digit the rarer; ties go to the first column
    rows = [(k, *(int(k >= tag % 10) for tag in range(60)), path) for k, path in enumerate(paths)]
    rows[0] = (0, *[0] * 60, paths[0])
    tagged(tmp_path, rows, names)
    for path in paths:
        put(tmp_path / "mp3" / path)
    (tmp_path / "mp3" / paths[1]).write_bytes(b"")
    clips = magnatagatune.clips(tmp_path)
    assert Counter(clip.split for clip in clips) == {"train": 3, "validation": 2, "test": 4}
    assert clips[0].labels == () and len(clips[-1].labels) == 50
    # without the first clip tags 0 and 1 are as frequent; 8 and 9, the rarest, are left out but for two
    assert clips[-1].labels[:4] == ("tag 0", "tag 1", "tag 10", "tag 11") and "tag 9" not in clips[-1].labels
    assert magnatagatune.verify(tmp_path) == ["9 clips are here; the published data set has 25,860."]
    (tmp_path / "mp3" / paths[4]).unlink()
    with pytest.raises(ValueError, match="1 of 10 files are missing, the first is mp3/c/"):
        magnatagatune.clips(tmp_path)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [((1, 0, "../x.mp3"), "leads out"), ((1, 0, "x/x.mp3"), "damaged"), ((1, 7, "0/x.mp3"), "damaged")],
)
def test_annotations_of_magnatagatune_that_cannot_be_used(tmp_path, row, sentence):
    tagged(tmp_path, [row], ["rock"])
    with pytest.raises(ValueError, match=sentence):
        magnatagatune.clips(tmp_path)


def test_million_song_reads_both_forms_of_lists(tmp_path):
    tracks = {"train": ["TRA", "TRB"], "validation": ["TRC"], "test": ["TRD"]}
    for part, names in tracks.items():
        put(tmp_path / "lists" / f"{part}.tsv", "".join(f"{name}\taudio/{name}.mp3\trock\tHip-Hop\n" for name in names))
    for name in "TRA", "TRB", "TRC", "TRD":
        put(tmp_path / "audio" / f"{name}.mp3")
    clips = million_song.clips(tmp_path)
    assert [(clip.path.stem, clip.split) for clip in clips] == [
        (name, part) for part in tracks for name in tracks[part]
    ]
    assert clips[0].labels == ("rock", "Hip-Hop") and len(million_song.TAGS) == len(set(million_song.TAGS)) == 50
    flags = json.dumps([int(tag in clips[0].labels) for tag in million_song.TAGS])
    put(tmp_path / "lists/index_msd.tsv", "".join(f"{clip.path.stem}\taudio/{clip.path.name}\n" for clip in clips))
    for part, name in million_song.GROUND_TRUTH.items():
        put(tmp_path / "lists" / name, "".join(f"{track}\t{flags}\n" for track in tracks[part]))
        (tmp_path / "lists" / f"{part}.tsv").unlink()
    assert million_song.clips(tmp_path) == clips
    put(tmp_path / "lists/val_gt_msd.tsv", "TRC\t[1, 0]\n")
    with pytest.raises(ValueError, match="val_gt_msd.tsv: TRC needs a path in index_msd.tsv and 50 numbers"):
        million_song.clips(tmp_path)
    put(tmp_path / "lists/val_gt_msd.tsv", "TRC\t__import__('os')\n")
    with pytest.raises(ValueError, match="TRC needs a path"):
        million_song.clips(tmp_path)


def test_tut_trains_on_development_and_tests_on_evaluation(tmp_path):
    development, evaluation = tmp_path / tut_scenes_2017.DEVELOPMENT, tmp_path / tut_scenes_2017.EVALUATION
    names = [f"audio/b0{place}_{start}_{start + 10}.wav" for place in range(20, 24) for start in (0, 10)]
    put(development / "meta.txt", "".join(f"{name}\tcafe/restaurant\t{name[6:10]}\n" for name in names))
    put(evaluation / "meta.txt", "audio/1.wav\tbeach\tb120\naudio/2.wav\tbeach\n")
    for fold in range(1, 5):
        put(development / f"evaluation_setup/fold{fold}_test.txt", "\n".join(names[2 * fold - 2 : 2 * fold]))
    for path in [development / name for name in names] + [evaluation / f"audio/{k}.wav" for k in (1, 2)]:
        put(path)
    clips = tut_scenes_2017.clips(tmp_path)
    assert Counter(clip.split for clip in clips) == {"train": 8, "test": 2}
    assert [clip.fold for clip in clips] == [1, 1, 2, 2, 3, 3, 4, 4, None, None]
    assert [clip.group for clip in clips][-3:] == ["train b023", "test b120", None] and clips[
        0
    ].label == "cafe/restaurant"
    assert len(splits.splits(clips)[0].validation) == 0
    tut_scenes_2017.fetch(tmp_path)  # all is there: nothing is asked for
    (evaluation / "meta.txt").rename(evaluation / "evaluation_setup.txt")
    with pytest.raises(
        ValueError, match="tut_scenes_2017 in .* is incomplete: .* TUT-acoustic-scenes-2017-evaluation/meta.txt"
    ):
        tut_scenes_2017.clips(tmp_path)
