"""Pictures of a matching: plain objects that a notebook shows and that ``save`` writes as SVG or PNG.

They are drawn on this machine; ``alternative`` has the main numbers in words. The extra ``pictures`` is required for
PNG.
"""

from mentormatch.report.pictures.distribution import Distribution
from mentormatch.report.pictures.fairness import Fairness
from mentormatch.report.pictures.heat_map import HeatMap
from mentormatch.report.pictures.map import Map
from mentormatch.report.pictures.picture import BRIGHT as BRIGHT
from mentormatch.report.pictures.picture import DARK as DARK
from mentormatch.report.pictures.picture import INK as INK
from mentormatch.report.pictures.picture import NEAR as NEAR
from mentormatch.report.pictures.picture import SOFT as SOFT
from mentormatch.report.pictures.picture import AxisMarks as AxisMarks
from mentormatch.report.pictures.picture import Frame as Frame
from mentormatch.report.pictures.picture import StyleValue as StyleValue
from mentormatch.report.pictures.picture import as_svg as as_svg
from mentormatch.report.pictures.waterfall import Waterfall

__all__ = ["Distribution", "Fairness", "HeatMap", "Map", "Waterfall"]
