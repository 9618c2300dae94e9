"""Qt pieces of the panel: it shows the choices of a parameter set and writes them back.

Where a new control goes: an option of the request names its place there (``control=``) and is made by itself in
``effortFrame``, ``masksFrame`` or ``advancedContents``. A button for the result goes into ``resultButtonsLayout``,
anything larger into ``resultContents``, both in Resources/UI/ElastixRegistration.ui, and is wired in
``sections/result.py``.

A choice beside the request is one line of CHOICES in ``mrml.run.parameter_node``. A widget shows and sets it when its
dynamic property SlicerParameterName in the .ui file is the name of the member (``parameter_node.memberOf``).

Selectors and labels that show names get the horizontal size policy Ignored; labels that wrap
are set by ``messages.tell``.
"""
