"""French communes, départements and postcodes, with coordinates.

``spelling`` says how names are compared, ``gazetteer`` holds the places, ``finding`` reads what people write,
``column`` is what their answers become, ``distances`` measures, ``shapes`` holds the outlines of départements. The
data and their licences are in ``data``.
"""
