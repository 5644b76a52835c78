"""A matching in pictures, each a plain object that a notebook shows and that ``save`` writes as SVG or PNG.

They are drawn on this machine; every number is also in words, as ``alternative``. The extra ``pictures`` writes PNG.
"""

from mentormatch.report.pictures.distribution import Distribution
from mentormatch.report.pictures.fairness import Fairness
from mentormatch.report.pictures.heat_map import HeatMap
from mentormatch.report.pictures.map import Map
from mentormatch.report.pictures.waterfall import Waterfall

__all__ = ["Distribution", "Fairness", "HeatMap", "Map", "Waterfall"]
