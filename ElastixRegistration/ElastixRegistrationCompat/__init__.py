"""Scripts written for the SlicerElastix extension run with only their imports changed.

    import ElastixRegistrationCompat as Elastix  # was: import Elastix
    from ElastixRegistrationCompat import ElastixLogic  # was: from Elastix import ElastixLogic
    from ElastixRegistrationCompat.preset import createPreset  # was: from ElastixLib.preset import createPreset

Names, arguments and defaults are SlicerElastix'; itk-elastix registers, in a process beside Slicer. docs/
from-slicerelastix.md says what comes out differently.
"""

from .logic import ElastixFailure, ElastixLogic
from .preset import InScenePreset, Preset, UserPreset
from .utils import createDirectory, createTempDirectory, getTempDirectoryBase, showFolder

#: Where earlier versions of SlicerElastix kept what in a preset, which was a list then.
RegistrationPresets_Id = 0
RegistrationPresets_Modality = 1
RegistrationPresets_Content = 2
RegistrationPresets_Description = 3
RegistrationPresets_Publications = 4
RegistrationPresets_ParameterFilenames = 5

__all__ = [
    "ElastixFailure",
    "ElastixLogic",
    "InScenePreset",
    "Preset",
    "RegistrationPresets_Content",
    "RegistrationPresets_Description",
    "RegistrationPresets_Id",
    "RegistrationPresets_Modality",
    "RegistrationPresets_ParameterFilenames",
    "RegistrationPresets_Publications",
    "UserPreset",
    "createDirectory",
    "createTempDirectory",
    "getTempDirectoryBase",
    "showFolder",
]
