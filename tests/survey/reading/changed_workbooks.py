"""Workbooks of every kind with a part changed: bytes flipped, XML written otherwise, records dropped or renamed."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from random import Random

from tests.survey.reading.new_binary_workbooks import record
from tests.survey.reading.old_records import workbook_stream
from tests.survey.reading.old_workbooks import container, with_record_damaged

PARTS = {
    "xlsx": ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"),
    "xlsb": ("xl/worksheets/sheet1.bin", "xl/sharedStrings.bin"),
    "ods": ("content.xml",),
}
"""The parts that hold cells, or say where they are; the first is changed most often."""
_TAG = re.compile(rb"<(\w[\w:]*)((?:\s+[\w:]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))+)(\s*/?>)")
_ATTRIBUTE = re.compile(rb"\s+([\w:]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
_SAID = re.compile(rb"(<(?:\w+:)?(?:v|t|p)(?:\s[^<>]*)?>)([^<]+)(</)")
_CELLS = re.compile(rb"<(\w+:)?(?:c|table-cell)\b[^<>]*?(?:/>|>.*?</(?:\w+:)?(?:c|table-cell)>)", re.DOTALL)
_ROWS = re.compile(rb"<(\w+:)?(?:row|table-row)\b[^<>]*?(?:/>|>.*?</(?:\w+:)?(?:row|table-row)>)", re.DOTALL)
_NAMES = (
    b"row",
    b"sheetData",
    b"inlineStr",
    b'"s"',
    b'"str"',
    b"<v>",
    b"<f>",
    b"<is>",
    b" r=",
    b" t=",
    b"string",
    b"cell",
)


def changed(content: bytes, ending: str, random: Random) -> bytes:
    """Return a workbook after a change or two of what it holds."""
    if ending == "xls":
        return container(with_record_damaged(workbook_stream(content), random))
    names = PARTS[ending]
    part = names[0] if random.random() < 0.8 else random.choice(names)
    change = in_records if ending == "xlsb" else random.choice((in_bytes, in_markup, in_markup, in_markup))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [(member, archive.read(member)) for member in archive.infolist()]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for member, held in parts:
            archive.writestr(member, change(held, random) if member.filename == part else held)
    return buffer.getvalue()


def in_bytes(part: bytes, random: Random) -> bytes:
    """Return a part with one to three bits flipped."""
    found = bytearray(part)
    for _ in range(random.randint(1, 3)):
        found[random.randrange(len(found))] ^= 1 << random.randrange(8)
    return bytes(found)


def in_records(part: bytes, random: Random) -> bytes:
    """Return a part of records with one of them dropped, doubled, renamed, cut or with a bit flipped."""
    found = list(records_in(part))
    at = random.randrange(len(found))
    kind, body = found[at]
    match random.randrange(5):
        case 0:
            del found[at]
        case 1:
            found.insert(at, found[at])
        case 2:
            found[at] = (random.choice(found)[0] if random.random() < 0.5 else random.randrange(70), body)
        case 3:
            found[at] = (kind, body[: random.randint(0, len(body))])
        case _:
            return in_bytes(part, random)
    return b"".join(record(*one) for one in found)


def records_in(part: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(part):
        numbers = []
        for _ in range(2):
            number, shift = 0, 0
            while True:
                byte = part[at]
                at += 1
                number |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80:
                    break
            numbers.append(number)
        yield numbers[0], part[at : at + numbers[1]]
        at += numbers[1]


def in_markup(xml: bytes, random: Random) -> bytes:
    """Return XML with one to three things written otherwise: the same by its meaning, or not."""
    for _ in range(random.randint(1, 3)):
        xml = random.choice(CHANGES)(xml, random)
    return xml


def one_of(pattern: re.Pattern[bytes], xml: bytes, random: Random) -> re.Match[bytes] | None:
    found = list(pattern.finditer(xml))
    return random.choice(found) if found else None


def exchanged(xml: bytes, found: re.Match[bytes] | None, by: bytes) -> bytes:
    return xml[: found.start()] + by + xml[found.end() :] if found else xml


def attributes_shuffled(xml: bytes, random: Random) -> bytes:
    found = one_of(_TAG, xml, random)
    if not found:
        return xml
    attributes = _ATTRIBUTE.findall(found[2])
    random.shuffle(attributes)
    spaced = b"".join(random.choice((b" ", b"\n\t")) + name + b"=" + requoted(value) for name, value in attributes)
    return exchanged(xml, found, b"<" + found[1] + spaced + found[3])


def requoted(value: bytes) -> bytes:
    return value if b"'" in value[1:-1] or b'"' in value[1:-1] else b"'" + value[1:-1] + b"'"


def attribute_lost(xml: bytes, random: Random) -> bytes:
    found = one_of(_TAG, xml, random)
    if not found:
        return xml
    attributes = _ATTRIBUTE.findall(found[2])
    del attributes[random.randrange(len(attributes))]
    kept = b"".join(b" " + name + b"=" + value for name, value in attributes)
    return exchanged(xml, found, b"<" + found[1] + kept + found[3])


def text_rewritten(xml: bytes, random: Random) -> bytes:
    found = one_of(_SAID, xml, random)
    if not found:
        return xml
    said = found[2]
    forms = (
        b"<![CDATA[" + said + b"]]>",
        b"<!-- rien -->" + said,
        said[:1] + b"<?rien?>" + said[1:],
        b"".join(b"&#%d;" % ord(letter) for letter in said.decode("utf-8", "replace")),
        b"\n  " + said + b"\n",
        b"",
        b"&#13;" + said,
    )
    return exchanged(xml, found, found[1] + random.choice(forms) + found[3])


def letter_case_changed(xml: bytes, random: Random) -> bytes:
    name = random.choice(_NAMES)
    places = [place.start() for place in re.finditer(re.escape(name), xml)]
    if not places:
        return xml
    at = random.choice(places)
    return xml[:at] + random.choice((name.upper(), name.swapcase())) + xml[at + len(name) :]


def cell_moved(xml: bytes, random: Random) -> bytes:
    """Return XML with a cell or a row lost, doubled, or moved to another place."""
    pattern = random.choice((_CELLS, _ROWS))
    found = one_of(pattern, xml, random)
    if not found:
        return xml
    rest = exchanged(xml, found, b"")
    target = one_of(random.choice((pattern, re.compile(rb"</\w+:?\w*>"))), rest, random)
    if target is None or random.random() < 0.2:
        return rest
    return rest[: target.end()] + found[0] * random.randint(1, 2) + rest[target.end() :]


def part_ended(xml: bytes, random: Random) -> bytes:
    """Return XML in which the list of rows ends, and another begins, before some row."""
    found = one_of(_ROWS, xml, random)
    close = re.search(rb"</(\w+:)?(?:sheetData|table)>", xml)
    if not found or not close:
        return xml
    opened = close[0].replace(b"</", b"<")
    return xml[: found.start()] + close[0] + opened + xml[found.start() :]


def value_without(xml: bytes, random: Random) -> bytes:
    """Return XML in which a cell is a formula without a result, or holds an error."""
    found = one_of(re.compile(rb"<((?:\w+:)?)v>[^<]*</(?:\w+:)?v>"), xml, random)
    if not found:
        return xml
    x = found[1]
    value = found[0]
    formula = b"<" + x + b"f>A1</" + x + b"f>"
    return exchanged(
        xml, found, random.choice((formula, formula + b"<" + x + b"v/>", value + formula, formula + value))
    )


def kind_changed(xml: bytes, random: Random) -> bytes:
    found = one_of(re.compile(rb"(\bt=[\"'])\w+"), xml, random)
    kinds = (b"e", b"s", b"b", b"str", b"inlineStr", b"n", b"d")
    return exchanged(xml, found, found[1] + random.choice(kinds)) if found else xml


CHANGES: tuple[Callable[[bytes, Random], bytes], ...] = (
    *(attributes_shuffled, attribute_lost, text_rewritten, letter_case_changed, cell_moved, part_ended),
    *(value_without, kind_changed),
)
