"""Facts in a README beside parameter files: title, images, citation, and the calls of elastix."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: A word of a text, and its meaning for the images. "ct" also matches CTA and CBCT.
_MODALITIES = {
    "ct": r"\b(cone[- ]beam |micro-?|4d|cb)?ct(a|p)?\b|computed tomography",
    "mr": r"\bq?mri?\b|\bmr[ai]\b|magnetic resonance|\bt1\b|\bt2\b|\bdixon\b|\bdti\b",
    "pet": r"\bpet\b|positron emission",
    "us": r"ultrasound|sonograph|\bcarotid us\b",
    "xray": r"\bx-?rays?\b|\bdsa\b|tomosynthesis|fluoroscop",
    "histology": r"histolog|microscop",
}
_ANATOMIES = {
    "lung": r"\blungs?\b|pulmonary|thora(x|cic)",
    "chest": r"\bchest\b|thora(x|cic)",
    "brain": r"\bbrains?\b|cerebral|neuro|dementia|glioma",
    "head": r"\bhead\b|\bskulls?\b|\bface\b|facial",
    "neck": r"\bneck\b|carotid",
    "heart": r"\bheart\b|cardiac|coronary|myocardi",
    "liver": r"\bliver\b|hepatic|portal",
    "abdomen": r"\babdom(en|inal)\b",
    "kidney": r"\bkidneys?\b|\brenal\b",
    "prostate": r"\bprostate\b",
    "pelvis": r"\bpelvi[sc]\b|\bcervix\b|\bcervical (mr|cancer|tumou?r)|\bbladder\b|\brectum\b",
    "breast": r"\bbreasts?\b|mammo",
    "spine": r"\bspin(e|al)\b|vertebra",
    "knee": r"\bknees?\b",
    "wrist": r"\bwrists?\b|\bcarpal\b|\bhands?\b",
    "extremity": r"\bextremit(y|ies)\b",
    "esophagus": r"o?esophag",
    "whole-body": r"whole[- ]body",
}
_CODE = re.compile(r"[A-Za-z]{0,4}[0-9]+")
_HEADING = re.compile(r"^\s*(?:#+\s*\**\s*(?P<hashes>.+?)|(?P<bold>\*\*.+\*\*))\s*\**\s*#*\s*$")
_DOI = re.compile(r"\b(10\.\d{4,9}/[^\s,;\"'<>\])]+)")
_LINK = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")


@dataclass(frozen=True)
class ReadmeFacts:
    """Empty if the README does not say. ``commands``: for each described run, the parameter files in order, as written,
    with * for placeholders such as <X>.
    """

    title: str = ""
    description: str = ""
    modality: tuple[str, ...] = ()
    anatomy: tuple[str, ...] = ()
    dimension: tuple[int, ...] = ()
    reference: str = ""
    commands: tuple[tuple[str, ...], ...] = ()


def read_readme(text: str) -> ReadmeFacts:
    """Facts in a README in Markdown or plain text, which may be empty."""
    text = re.sub(r"<(/?)(tt|pre|code|br|p|b|i)\s*/?>", " ", text, flags=re.IGNORECASE)
    headings, sections = _sections(text)
    application = _plain(_section(sections, "application", "general", "description", "aim"))
    registration = _plain(_section(sections, "registration description"))
    images = _plain(_section(sections, "image data", "data", "subjects"))
    seen = f"{images} {application} {registration} {' '.join(headings)}".lower()
    spatial = {int(axes) for axes in re.findall(r"\b([23])\s?-?d\b", images.lower())}
    return ReadmeFacts(
        title=_title(headings, registration, application),
        description=_cut(" ".join(part for part in (_sentence(registration), application) if part), 400),
        modality=_found(_MODALITIES, images.lower()) or _found(_MODALITIES, seen),
        anatomy=_found(_ANATOMIES, f"{images} {' '.join(headings)}".lower()) or _found(_ANATOMIES, seen),
        dimension=tuple(sorted(spatial)),
        reference=_reference(_section(sections, "published", "reference", "citation", "cite")),
        commands=tuple(_commands(text)),
    )


def _sections(text: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Headings in their order, and each in lower case with the text under it."""
    headings: list[str] = []
    sections: list[tuple[str, str]] = []
    body: list[str] = []
    for line in text.splitlines():
        if match := _HEADING.match(line):
            body = []
            headings.append(_plain(match["hashes"] or match["bold"]))
            sections.append((headings[-1].lower().strip(" :"), ""))
        elif sections:
            body.append(line)
            sections[-1] = (sections[-1][0], "\n".join(body))
    return headings, sections


def _section(sections: list[tuple[str, str]], *names: str) -> str:
    for name in names:
        for heading, body in sections:
            if name in heading and body.strip():
                return body
    return ""


def _plain(text: str) -> str:
    """Without the signs of Markdown, in one line."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", " ", text)
    text = _LINK.sub(r"\1", text)
    text = re.sub(r"<[^>]{1,80}>", " ", text)
    text = re.sub(r"^\s*(?:[*+-]|[0-9]+\.|>)\s+", "", text, flags=re.MULTILINE)
    return " ".join(re.sub(r"[*_`]{1,3}", "", text).split())


def _title(headings: list[str], registration: str, application: str) -> str:
    """The first heading unless it is a code such as Par0001, then the registration in a few words."""
    first = re.sub(r"\s*-\s*elastix\s*$", "", headings[0], flags=re.IGNORECASE).strip() if headings else ""
    is_section = first.lower() in ("general", "image data", "application", "registration description")
    if first and not is_section and not _CODE.fullmatch(first):
        return _cut(first, 100)
    short = _cut((registration or application).split(".")[0].strip(' "'), 80)
    return f"{first}: {short}" if first and not is_section and short else short or first


def _sentence(text: str) -> str:
    text = text.strip(' "')
    return text if not text or text.endswith(".") else text + "."


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 4].rsplit(" ", 1)[0] + " ..."


def _found(words: dict[str, str], text: str) -> tuple[str, ...]:
    return tuple(word for word, pattern in words.items() if re.search(pattern, text))


def _reference(text: str) -> str:
    """The first citation, with its DOI where there is one."""
    blocks = [block for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    # "These registrations are described in the publication:" is no citation.
    cited = next((block for block in blocks if len(block) > 40 and not block.rstrip().endswith(":")), "")
    doi = _DOI.search(cited) or _DOI.search(text)
    plain = re.sub(r"^\[[0-9]+\]:?\s*|\s*\[[0-9]+\]\W*$", "", _plain(cited)).strip("[] ")
    plain = re.sub(r"\s*(doi:?\s*)?(https?://(dx\.)?)?doi\.org/\S*", "", plain, flags=re.IGNORECASE).rstrip(" ,.;[]")
    plain = re.sub(r"\s*\(?\bdoi:?\s*$", "", plain, flags=re.IGNORECASE)
    if not plain:
        return ""
    plain = _cut(plain, 500)
    if doi and doi[1] not in plain:
        return f"{plain}, doi:{doi[1].rstrip('.').removesuffix('/full')}"
    return plain


def _commands(text: str) -> list[tuple[str, ...]]:
    """Parameter files of each call of elastix. A call that starts from the result of the one before it goes on with
    its stages."""
    calls: list[tuple[str, ...]] = []
    text = re.sub(r"<[^<>\n]{0,60}>", "*", text)
    lines = re.sub(r"\\\n", " ", text).replace("\N{EN DASH}", "-").splitlines()
    number = 0
    while number < len(lines):
        line = lines[number].lstrip(" >*-")
        number += 1
        if not re.search(r"\belastix(\.exe)?\b.*\s-(f|f0|m|m0|p)\s", line):
            continue
        while number < len(lines) and re.match(r"[\s>]+-\w", lines[number]):
            line += " " + lines[number].strip(" >")
            number += 1
        files = tuple(re.findall(r"(?:^|\s)-p\s+(?!-)(\S+)", line))
        if files and re.search(r"\s-t0?\s", line) and calls:
            calls[-1] += files
        elif files:
            calls.append(files)
    return calls
