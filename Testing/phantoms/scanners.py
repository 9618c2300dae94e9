"""Scans as scanners make them: noise, air, a couch, a round field of view."""

from __future__ import annotations

import numpy as np

SHAPE = (32, 96, 96)


def unit_grid(shape=SHAPE):
    """Coordinates from -1 to 1 along each axis, z y x."""
    return np.meshgrid(*[np.linspace(-1, 1, n) for n in shape], indexing="ij")


def cylinder(radius_y, radius_x, shape=SHAPE):
    _, y, x = unit_grid(shape)
    return (y / radius_y) ** 2 + (x / radius_x) ** 2 <= 1


def corner_wedge(shape=SHAPE, tilt=0.35):
    """Corners that a volume rotated in its plane leaves empty."""
    _, y, x = unit_grid(shape)
    c, s = np.cos(tilt), np.sin(tilt)
    return (np.abs(c * x + s * y) > 0.95) | (np.abs(c * y - s * x) > 0.95)


def ct_scan(seed=1, air=-1000.0, noise=15.0, couch=True, body=(0.45, 0.7), shape=SHAPE):
    """Float HU: body with fat, muscle, lung and bone, on a couch with a shell and foam, in air."""
    random = np.random.default_rng(seed)
    hu = np.full(shape, air)
    if couch:
        _, y, x = unit_grid(shape)
        table = (np.abs(y - 0.7) < 0.12) & (np.abs(x) < 0.6)
        foam = (np.abs(y - 0.7) < 0.07) & (np.abs(x) < 0.56)
        hu[table], hu[foam] = -300, -930
    hu[cylinder(*body, shape)] = -100
    hu[cylinder(body[0] * 0.85, body[1] * 0.85, shape)] = 40
    _, y, x = unit_grid(shape)
    for side in (-1, 1):
        lung = (y / (body[0] * 0.5)) ** 2 + ((x - side * body[1] * 0.4) / (body[1] * 0.25)) ** 2 <= 1
        hu[lung] = -830
    hu[cylinder(0.06, 0.06, shape)] = 700
    return hu + random.normal(0, noise, shape)


def mr_scan(seed=2, noise=12.0, body=(0.7, 0.6), shape=SHAPE):
    """Float magnitude: a head of two tissues with Rician noise everywhere."""
    random = np.random.default_rng(seed)
    signal = np.zeros(shape)
    signal[cylinder(*body, shape)] = 700
    signal[cylinder(body[0] * 0.8, body[1] * 0.8, shape)] = 350
    signal[cylinder(body[0] * 0.5, body[1] * 0.5, shape)] = 500
    signal *= 1 + 0.1 * np.sin(5 * unit_grid(shape)[2])
    return np.hypot(signal + random.normal(0, noise, shape), random.normal(0, noise, shape))
