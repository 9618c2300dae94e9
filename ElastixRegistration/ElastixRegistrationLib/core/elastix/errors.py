"""Reasons why elastix failed, and errors that it ignored, read from its log, in sentences for a user."""

from __future__ import annotations

import re

_EXCEPTION = re.compile(r"Description:[ \t]*(?:ITK ERROR:[ \t]*)?(?:[\w:<>, ]+\(0x[0-9a-f]+\):[ \t]*)?", re.IGNORECASE)
_EXCEPTION_END = re.compile(r"\n[ \t\r]*\n|\nitk::|\nThe error is ignored|\Z")
_MISSING = re.compile(r"^(\w+)\(index \d+\) - This component is not installed", re.MULTILINE)
_ERROR_LINE = re.compile(r"^[ \t]*(?:error:?[ \t]*\n?|std:)[ \t]*(\S.*)$", re.IGNORECASE | re.MULTILINE)
_BOILERPLATE = re.compile(
    r"occurred (while|during|:|!)|errors occurred|one or more components could not be created|unable to configure"
    r"|internal elastix error|could not be created|parameter file is corrupt|while opening",
    re.IGNORECASE,
)

#: Messages of elastix, and their meaning for the user. Groups of the pattern fill the sentence.
_CAUSES = (
    (
        r"Too many samples map outside moving image buffer: (\d+) / (\d+)",
        "only {0} of {1} sample points of the fixed image fell into the moving image and its mask. The images overlap"
        " too little at the start, or the steps were too large: choose another start position (image centers or"
        " centers of mass), check the masks, or lower MaximumStepLength.",
    ),
    (
        r"Could not find enough image samples within reasonable time",
        "too few sample points were found in the mask. Use a larger mask, ErodeMask false (shrinking makes thin masks"
        " vanish), fewer NumberOfSpatialSamples, or the ImageSampler RandomSparseMask.",
    ),
    (
        r"No valid voxels \(\d+/\d+\) found to estimate the AdaptiveStochasticGradientDescent",
        "no point of the fixed image is in its mask: the mask is empty, too thin, or was shrunk away; ErodeMask false"
        " leaves it as it is.",
    ),
    (
        r"do not call this function when no mask is supplied",
        "the ImageSampler RandomSparseMask needs a mask of the fixed image, and none was given.",
    ),
    (r"Total Mass of the image was zero", "the center of mass cannot be found, because the image is zero everywhere."),
    (
        r"No valid voxels .*found to estimate the AutomaticTransformInitialization",
        "the center of mass cannot be found, because no voxel is in the mask or above the threshold.",
    ),
    (
        r"you selected\s+SampleRegionSize\[ (\d+) \] = (\S+)\s+mm,\s+while the fixed image size at dim = \d+ is"
        r" \d+ voxels or (\S+) mm",
        "SampleRegionSize is {1} mm along axis {0}, where the fixed image has only {2} mm.",
    ),
    (
        r"[Cc]asting entry number \d+ for the parameter \"(\w+)\" failed.*tried to cast \"([^\"]*)\"",
        "the value {1!r} of {0} is not of the right kind.",
    ),
    (
        r"Failed to cast parameter \"(\w+)\" entry number \d+ value \"([^\"]*)\"",
        "the value {1!r} of {0} is not of the right kind.",
    ),
    (
        r"std::bad_alloc|Failed to allocate memory|^vector::",
        "there was not enough memory. Use smaller images, a coarser grid or fewer threads.",
    ),
    (
        r"Region ImageRegion .* is outside of buffered region",
        "a gray value fell outside of the joint histogram: an image is constant or has invalid values where it was"
        " sampled, or the transform diverged; lower MaximumStepLength or use fewer resolutions.",
    ),
    (
        r"Singular matrix|vnl_svd.*failed|inversion of .* failed",
        "a matrix could not be inverted: the images have too little structure for this transform.",
    ),
)


def error_lines(log: str) -> str:
    """Why elastix failed, in one sentence for a user, from its log; "" when the log has no error.

    Known causes are explained; others are elastix's own words without positions in its source code.
    """
    log = log.replace("\r\n", "\n")
    described = _descriptions(log)
    missing = _MISSING.findall(log)
    if missing:
        return f"elastix has no component {missing[-1]}; check the name in the parameter file."
    said = [_plain(match[1]) for match in _ERROR_LINE.finditer(log)]
    texts = [*reversed(described), *reversed(said)]
    for text in texts:
        if sentence := _explanation(text):
            return sentence
    for text in texts:
        if text and not _BOILERPLATE.search(text):
            return text
    known = described or said
    return known[-1] if known else ""


def ignored_errors(log: str) -> list[str]:
    """Errors that elastix ignored, each once, as sentences for a user.

    Its result is then the state so far, possibly the start, so that a failed registration looks like success.
    """
    texts = _descriptions(log.replace("\r\n", "\n"), ignored=True)
    return list(dict.fromkeys(_explanation(text) or text for text in texts))


def _explanation(text: str) -> str | None:
    for pattern, sentence in _CAUSES:
        if match := re.search(pattern, text):
            return sentence.format(*match.groups())
    return None


def _descriptions(log: str, *, ignored: bool = False) -> list[str]:
    """Messages of the exceptions in the log: those that ended the run, or those that elastix ``ignored``."""
    found = []
    for match in _EXCEPTION.finditer(log):
        ending = _EXCEPTION_END.search(log, match.end())
        end = len(log) if ending is None else ending.start()
        after = log[end : end + 120]
        if ("The error is ignored" in after or "Resuming elastix" in after) == ignored:
            found.append(_plain(log[match.end() : end]))
    return found


def _plain(text: str) -> str:
    text = re.sub(r"^(?:ERROR|Error):?\s*", "", " ".join(text.split()))
    return re.sub(r"\s*\(0x[0-9a-f]+\)", "", text)
