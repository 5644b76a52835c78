"""French communes, départements and postcodes, with coordinates.

``gazetteer`` contains the places, the comparison of names, distances, outlines and the typed column of answers;
``finding`` parses answers. The data and their licences are in ``data``.
"""
