"""A picture as a small PNG: at most 256 colours, which is all that a page of text and tables needs."""

import struct
import zlib
from base64 import b64decode, b64encode

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

type Pixels = NDArray[np.uint8]

COLOURS = 256
DRAW = """async (png) => {
  const image = await createImageBitmap(await (await fetch("data:image/png;base64," + png)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const reader = new FileReader(), read = new Promise((done) => { reader.onload = done; });
  reader.readAsDataURL(new Blob([pen.getImageData(0, 0, image.width, image.height).data]));
  await read;
  return [image.width, image.height, reader.result.split(",")[1]];
}"""


def small(page: Page, png: bytes) -> bytes:
    """Return the same picture in a palette."""
    packed = packed_colours(read(page, png))
    found, counts = np.unique(packed, return_counts=True)
    kept = np.sort(found[np.argsort(-counts, kind="stable")[:COLOURS]])
    palette = np.stack([kept >> 16, kept >> 8 & 255, kept & 255], axis=1).astype(np.uint8)
    place = np.array([nearest(palette, colour) for colour in found.tolist()], dtype=np.uint8)
    return written(palette, place[np.searchsorted(found, packed)])


def read(page: Page, png: bytes) -> Pixels:
    """Return the pixels of a PNG, (height, width, 3), as a browser draws them."""
    width, height, data = page.evaluate(DRAW, b64encode(png).decode())
    return np.frombuffer(b64decode(data), dtype=np.uint8).reshape(height, width, 4)[:, :, :3]


def packed_colours(pixels: Pixels) -> NDArray[np.int64]:
    """Return each pixel as one number."""
    red, green, blue = (pixels[:, :, place].astype(np.int64) for place in range(3))
    return red << 16 | green << 8 | blue


def nearest(palette: Pixels, colour: int) -> int:
    """Return where the colour of the palette stands that is nearest."""
    there = np.array([colour >> 16, colour >> 8 & 255, colour & 255], dtype=np.int64)
    return int(((palette.astype(np.int64) - there) ** 2).sum(axis=1).argmin())


def written(palette: Pixels, places: Pixels) -> bytes:
    """Return a PNG of colour type 3 (PNG specification, section 11.2), its rows unfiltered."""
    height, width = places.shape
    rows = np.zeros((height, width + 1), dtype=np.uint8)
    rows[:, 1:] = places
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = [(b"IHDR", head), (b"PLTE", palette.tobytes()), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(chunk, *zip(*parts, strict=True)))


def chunk(name: bytes, data: bytes) -> bytes:
    """Return one part of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
