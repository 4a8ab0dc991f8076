"""Limit the parameters of chapter IV's notebooks."""

from ...classifiers import CLASSIFIERS
from ...models import of_chapter
from ..chapter import Chapter
from ..parameters import SCALES, Number, OneOf, Records, SomeOf, Switch, data

CHAPTER = Chapter(
    notebooks="04",
    numeral="IV",
    parameters=data("IV")
    | {
        "scale": OneOf(SCALES),
        "architectures": SomeOf(of_chapter("IV")),
        "classifiers": SomeOf(tuple(CLASSIFIERS)),
        "n_features": Number(0, 20_000),
        "draws": Number(1, 100),
        "as_published": Switch(),
        "epochs": Number(0, 10_000),
        "kept": Records(several=True, made_by="04t_proxy"),
        **dict.fromkeys(
            (
                "small",
                "large",
                "urban_small",
                "urban_large",
                "music_large",
                "music_small",
                "rhythm_small",
                "rhythm_large",
                "shuffled",
                "equal_tempo",
                "equal_both",
                "genre_small",
                "genre_large",
                "events_small",
                "esc_small",
                "esc_large",
            ),
            Records(made_by="04_non_trained"),
        ),
    },  # fmt: skip
    examples={
        "4": "-p architectures=vgg,temporal -p scale=smoke",
        "4t": "-p architectures=vgg,temporal -p epochs=20",
    },
    one_label=True,
)
