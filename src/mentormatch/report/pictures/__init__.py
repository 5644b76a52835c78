"""A matching in pictures, each a plain object that a notebook shows and that ``save`` writes as SVG or PNG.

They are drawn on this machine; every number is also in words, as ``alternative``. The extra ``pictures`` writes PNG.
"""

from mentormatch.report.pictures.distribution import Distribution
from mentormatch.report.pictures.fairness import Fairness
from mentormatch.report.pictures.heat_map import HeatMap
from mentormatch.report.pictures.map import Map
from mentormatch.report.pictures.picture import BRIGHT, DARK, INK, NEAR, SOFT, AxisMarks, Frame, StyleValue, as_svg
from mentormatch.report.pictures.waterfall import Waterfall

__all__ = [
    "BRIGHT",
    "DARK",
    "INK",
    "NEAR",
    "SOFT",
    "AxisMarks",
    "Distribution",
    "Fairness",
    "Frame",
    "HeatMap",
    "Map",
    "StyleValue",
    "Waterfall",
    "as_svg",
]
