"""Set the style that all figures and tables share."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.font_manager import fontManager

WIDTH = 5.6  # inches: the width of a page's column; legible when a phone shrinks it to two thirds
# Fonts for names in Chinese, Japanese and Korean, and the packages that ship them; matplotlib's own has no such glyphs.
FONTS = {
    "Noto Sans SC": ("zhplot", "NotoSansSC-Regular.ttf"),
    "NanumGothic": ("koreanize_matplotlib", "NanumGothic.ttf"),
}


def style() -> None:
    """Set font sizes that are legible on a phone, and colours that do not depend on colour vision.

    Names of classes and files may be in Chinese, Japanese or Korean: matplotlib takes each character from the first
    family that has it.
    """
    sns.set_theme("notebook", "whitegrid", "colorblind", rc={"figure.dpi": 150, "font.size": 11, "axes.titlesize": 12})
    for family, (package, file) in FONTS.items():
        if family not in fontManager.get_font_names():
            folder = Path(find_spec(package).origin).parent  # importing the package would change the style
            fontManager.addfont(folder / "fonts" / file)
    plt.rcParams["font.family"] = ["sans-serif", *FONTS]
    plt.rcParams["text.parse_math"] = False  # "$" in the reader's names is a character
    pd.set_option("styler.format.escape", "html")


def in_legend(name: str) -> str:
    """Return a name that a legend shows: matplotlib leaves out those that start with an underscore."""
    return f" {name}" if name.startswith("_") else name


def show(table: pd.DataFrame) -> pd.io.formats.style.Styler:
    """Format a table of percentages and counts; missing values are dashes."""
    counts = [column for column in table.columns if column[-1] == "parameters" or column[-1].startswith("place")]
    signed = [column for column in table.columns if column[-1] == "difference"]
    styler = table.style.format("{:.1f}", na_rep="–").format("{:+.1f}", subset=signed, na_rep="–")
    return styler.format("{:,.0f}", subset=counts, na_rep="–")
