"""French communes, départements and postcodes, with coordinates.

``gazetteer`` contains the places, the comparison of names, distances, outlines and the typed column of answers;
``finding`` parses answers. The data and their licences are in ``data``.
"""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.places.finding import TOWN_DEPARTEMENTS as TOWN_DEPARTEMENTS
    from mentormatch.places.finding import find as find
    from mentormatch.places.gazetteer import DEPARTEMENTS as DEPARTEMENTS
    from mentormatch.places.gazetteer import OUTLINE_CREDIT as OUTLINE_CREDIT
    from mentormatch.places.gazetteer import PlaceColumn as PlaceColumn
    from mentormatch.places.gazetteer import load_gazetteer as load_gazetteer
    from mentormatch.places.gazetteer import middle as middle
    from mentormatch.places.gazetteer import outlines as outlines
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
