"""Set the style that all figures and tables share."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns

WIDTH = 5.6  # inches: the width of a page's column; legible when a phone shrinks it to two thirds


def style() -> None:
    """Set font sizes that are legible on a phone, and colours that do not depend on colour vision."""
    sns.set_theme("notebook", "whitegrid", "colorblind", rc={"figure.dpi": 150, "font.size": 11, "axes.titlesize": 12})
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
