"""Check loaders of real everyday sounds on small trees with the layout of the data set."""

from collections import Counter

import pytest
from trees import audio, held, put

from thesis_lib.datasets import splits
from thesis_lib.datasets.real import esc10, esc50, urbansound8k


def test_urbansound8k_has_its_folds_and_recordings(tmp_path):
    names = [f"{1000 + fold}-{number}-0-{take}" for fold in range(1, 11) for number in (0, 1) for take in (0, 1)]
    folds = [1 + index // 4 for index in range(40)]
    pieces = {name: audio(f"audio/fold{fold}/{name}.wav") for name, fold in zip(names, folds, strict=True)}
    held(tmp_path, urbansound8k, pieces, "clips")
    rows = [
        f"{name}.wav,{name[:4]},0.0,0.3,1,{fold},{name[5]},class{name[5]}"
        for name, fold in zip(names, folds, strict=True)
    ]
    header = "slice_file_name,fsID,start,end,salience,fold,classID,class"
    put(tmp_path / "metadata/UrbanSound8K.csv", "\n".join([header, *rows]))
    clips = urbansound8k.clips(tmp_path)
    assert [clip.fold for clip in clips] == folds and clips[0].group == "1001"
    assert Counter(clip.label for clip in clips) == {"class0": 20, "class1": 20}
    assert [(split.fold, len(split.train), len(split.validation)) for split in splits.splits(clips)][9] == (10, 32, 4)
    put(tmp_path / "metadata/UrbanSound8K.csv", "\n".join(rows[1:]))
    with pytest.raises(ValueError, match="annotations of urbansound8k .* cannot be read"):
        urbansound8k.clips(tmp_path)


@pytest.fixture
def everyday(tmp_path):
    names = [f"{fold}-{100 + fold}-{take}-{target}" for fold in range(1, 6) for take in "AB" for target in (0, 7)]
    held(tmp_path, esc50, {name: audio(f"audio/{name}.wav") for name in names}, "clips")
    rows = [
        f"{name}.wav,{name[0]},{name[-1]},{'dog' if name[-1] == '0' else 'hen'},{name[-1] == '0'},{name[2:5]},{name[6]}"
        for name in names
    ]
    put(tmp_path / "meta/esc50.csv", "\n".join(["filename,fold,target,category,esc10,src_file,take", *rows]))
    return tmp_path


def test_esc50_and_the_part_of_it_that_is_esc10(everyday):
    clips, part = esc50.clips(everyday), esc10.clips(everyday)
    assert Counter(clip.label for clip in clips) == {"dog": 10, "hen": 10}
    assert Counter(clip.label for clip in part) == {"dog": 10} and set(part) <= set(clips)
    assert Counter(clip.fold for clip in clips) == dict.fromkeys(range(1, 6), 4)
    assert all(clip.group == str(100 + clip.fold) for clip in clips)
