"""French communes, départements and postcodes, with coordinates.

``spelling`` says how names are compared, ``gazetteer`` holds the places, ``finding`` reads what people write,
``column`` is what their answers become, ``distances`` measures. The data and their licences are in ``data``.
"""
