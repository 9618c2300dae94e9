"""Qt parts of the panel, which shows the choices of a parameter set and writes them back.

Places for new controls: an option of the request names its place there (``control=``), and its control is created in
``effortFrame``, ``masksFrame`` or ``advancedContents``. A button for the result belongs into ``resultButtonsLayout``,
anything larger into ``resultContents``, both in Resources/UI/ElastixRegistration.ui; connect it in
``sections/result.py``.

A choice that is not part of the request is one line of CHOICES in ``mrml.run.parameter_node``. A widget shows and sets
it if its dynamic property SlicerParameterName in the .ui file is the name of the member (``parameter_node.memberOf``).

Selectors and labels that show names need the horizontal size policy Ignored; texts of labels that wrap are set with
``messages.tell``.
"""
