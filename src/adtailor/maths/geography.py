"""Distances on the globe."""

import numpy as np
from numpy.typing import NDArray

EARTH_KM = 6371.0088
"""Mean radius (IUGG): off by at most half a per cent anywhere, which is less than what an address is off by."""
DEGREE_KM = EARTH_KM * np.pi / 180.0


def great_circle_km(
    lat: float, lon: float, lats: NDArray[np.float64], lons: NDArray[np.float64]
) -> NDArray[np.float64]:
    r"""Kilometres from one point to many, all in degrees, by the haversine formula.

    $$d = 2R \arcsin \sqrt{
      \sin^2\tfrac{\Delta\varphi}{2} + \cos\varphi_1 \cos\varphi_2 \sin^2\tfrac{\Delta\lambda}{2}}$$

    From Berlin to Paris, and half around the world:

    >>> great_circle_km(52.52, 13.405, np.array([48.8566, -52.52]), np.array([2.3522, -166.595])).round().tolist()
    [877.0, 20015.0]
    """
    here, there = np.radians(lat), np.radians(lats)
    half = np.sin((there - here) / 2.0) ** 2 + np.cos(here) * np.cos(there) * np.sin(np.radians(lons - lon) / 2.0) ** 2
    return 2.0 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
