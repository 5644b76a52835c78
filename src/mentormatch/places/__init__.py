"""French communes, départements and postcodes, with coordinates.

``spelling`` says how names are compared, ``gazetteer`` holds the places, ``finding`` reads what people write,
``column`` is what their answers become, ``distances`` measures, ``shapes`` holds the outlines of départements. The
data and their licences are in ``data``.
"""

from typing import TYPE_CHECKING

from mentormatch.doors import open_door

if TYPE_CHECKING:
    from mentormatch.places.finding import TOWNS as TOWNS
    from mentormatch.places.finding import find as find
    from mentormatch.places.gazetteer import CREDIT as CREDIT
    from mentormatch.places.gazetteer import DEPARTEMENTS as DEPARTEMENTS
    from mentormatch.places.gazetteer import PlaceColumn as PlaceColumn
    from mentormatch.places.gazetteer import load_gazetteer as load_gazetteer
    from mentormatch.places.gazetteer import middle as middle
    from mentormatch.places.gazetteer import outlines as outlines
else:
    __getattr__, __dir__ = open_door(__name__, __file__)
