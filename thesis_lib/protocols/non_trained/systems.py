"""List the systems of chapter IV: nine front-ends and the baseline."""

from __future__ import annotations

from ...models import ARCHITECTURES, of_chapter

BASELINE = "mfcc"
LABELS = {name: ARCHITECTURES[name].label for name in of_chapter("IV")} | {BASELINE: "MFCC statistics"}
