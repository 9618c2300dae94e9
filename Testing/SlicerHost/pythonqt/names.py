"""What PythonQt on Qt 5.15 does not have although PySide6 does, and what it has that Qt 6 lost.

`REFUSED` was computed as the difference between PySide6's classes and the wrappers in
MeVisLab/pythonqt:generated_cpp_515/ (com_trolltech_qt_core, _gui, _builtin, _network, _uitools, _xml): a name in it
exists here but not in Slicer. Classes not in `CLASSES` are unknown to the host.
"""

from __future__ import annotations

#: The Qt classes the host knows, by PySide6 module.
CLASSES: dict[str, str] = {
    "QtCore": """
        Qt QObject QCoreApplication QEvent QEventLoop QTimer QElapsedTimer QProcess QProcessEnvironment QSettings
        QIODevice QFile QFileInfo QDir QBuffer QTemporaryDir QTemporaryFile QTextStream QStandardPaths QSysInfo
        QByteArray QUrl QPoint QPointF QSize QSizeF QRect QRectF QLine QLineF QMargins QModelIndex
        QPersistentModelIndex QAbstractItemModel QAbstractListModel QAbstractTableModel QSortFilterProxyModel
        QAbstractProxyModel QIdentityProxyModel QItemSelectionModel QItemSelection QItemSelectionRange
        QStringListModel QLocale QDate QTime QDateTime QThread QMimeData QSignalBlocker QPropertyAnimation
        QAbstractAnimation QVariantAnimation QEasingCurve QTranslator QRegularExpression QRegularExpressionMatch
        QTimerEvent QChildEvent
    """,
    "QtGui": """
        QGuiApplication QColor QFont QFontInfo QFontMetrics QFontMetricsF QFontDatabase QIcon QPixmap QImage
        QPaintDevice QPainter QPen QBrush QPainterPath QPolygon QPolygonF QPalette QCursor QKeySequence QInputEvent
        QKeyEvent QMouseEvent QWheelEvent QPaintEvent QResizeEvent QMoveEvent QCloseEvent QShowEvent QHideEvent
        QEnterEvent QFocusEvent QContextMenuEvent QDragEnterEvent QDragMoveEvent QDragLeaveEvent QDropEvent
        QHelpEvent QStatusTipEvent QDesktopServices QClipboard QStandardItem QStandardItemModel QValidator
        QIntValidator QDoubleValidator QRegularExpressionValidator QTextDocument QTextCursor QTextFormat
        QTextCharFormat QTextBlockFormat QTextBlock QSyntaxHighlighter QTextOption QGradient QLinearGradient
        QRadialGradient QTransform QMovie QDrag QAction QActionGroup QShortcut QUndoStack QUndoCommand
    """,
    "QtWidgets": """
        QApplication QWidget QLabel QFrame QPushButton QToolButton QCheckBox QRadioButton QAbstractButton
        QButtonGroup QComboBox QAbstractSpinBox QSpinBox QDoubleSpinBox QAbstractSlider QSlider QScrollBar QDial
        QProgressBar QProgressDialog QLineEdit QTextEdit QPlainTextEdit QTextBrowser QGroupBox QTabWidget QTabBar
        QStackedWidget QStackedLayout QSplitter QSplitterHandle QScrollArea QAbstractScrollArea QToolBar QMenu
        QMenuBar QWidgetAction QStatusBar QMainWindow QDockWidget QDialog QDialogButtonBox QMessageBox QErrorMessage
        QInputDialog QFileDialog QColorDialog QLayout QLayoutItem QSpacerItem QWidgetItem QBoxLayout QHBoxLayout
        QVBoxLayout QGridLayout QFormLayout QSizePolicy QTableWidget QTableWidgetItem QTableView QTreeWidget
        QTreeWidgetItem QTreeView QListWidget QListWidgetItem QListView QAbstractItemView QHeaderView
        QAbstractItemDelegate QItemDelegate QStyledItemDelegate QStyleOptionViewItem QStyleOption QStyle
        QCommonStyle QStyleFactory QCompleter QToolTip QWhatsThis QToolBox QGraphicsView QGraphicsScene QRubberBand
        QSizeGrip QCommandLinkButton QDateTimeEdit QDateEdit QTimeEdit
    """,
    "QtNetwork": "QNetworkAccessManager QNetworkReply QNetworkRequest",
}

#: Names of PySide6 that PythonQt's wrappers lack, by the class that brings them in.
REFUSED: dict[str, frozenset[str]] = {
    name: frozenset(names.split())
    for name, names in {
        "QObject": """
            connectNotify disconnectNotify emit inherits isQmlExposed isQuickItemType receivers staticMetaObject
        """,
        "QTimer": """id intervalAsDuration remainingTimeAsDuration""",
        "QProcess": """failChildProcessModifier setUnixProcessParameters startCommand unixProcessParameters""",
        "QProcessEnvironment": """inheritsFromParent""",
        "QCoreApplication": """
            ApplicationFlags checkPermission installNativeEventFilter instanceExists removeNativeEventFilter
            requestPermission shutdown
        """,
        "QFile": """supportsMoveToTrash""",
        "QFileInfo": """fileTime isAlias isOther junctionTarget readSymLink stat""",
        "QIODevice": """readLineInto skipData""",
        "QByteArray": """
            assign cbegin cend erase first fromRawData fromStdString isValidUtf8 last maxSize max_size nullTerminate
            nullTerminated percentDecoded removeAt removeFirst removeLast resizeForOverwrite slice sliced toLong
            toLongLong toShort toStdString toUInt toULong toULongLong
        """,
        "QPoint": """toPointF toTuple""",
        "QPointF": """toTuple""",
        "QSize": """toSizeF toTuple""",
        "QSizeF": """toTuple""",
        "QRect": """getCoords getRect span toRectF""",
        "QRectF": """getCoords getRect""",
        "QLine": """toLineF toTuple""",
        "QLineF": """toTuple""",
        "QMargins": """toMarginsF""",
        "QEvent": """clone isInputEvent isPointerEvent isSinglePointEvent""",
        "QModelIndex": """constInternalPointer multiData""",
        "QPersistentModelIndex": """internalPointer multiData""",
        "QAbstractItemModel": """checkIndex multiData""",
        "QSortFilterProxyModel": """
            beginFilterChange checkIndex clearItemData createSourceIndex endFilterChange invalidateColumnsFilter
            invalidateRowsFilter multiData setAutoAcceptChildRows
        """,
        "QItemSelection": """
            capacity constData data fromList insert maxSize max_size remove resize resizeForOverwrite shrink_to_fit
            sliced squeeze toList
        """,
        "QLocale": """
            DefaultTwoDigitBaseYear codeToCountry codeToLanguage codeToScript codeToTerritory countryToCode
            formattedDataSize languageToCode nativeTerritoryName scriptToCode territory territoryToCode
            territoryToString
        """,
        "QDate": """toPython""",
        "QTime": """toPython""",
        "QDateTime": """addDuration timeRepresentation toPython""",
        "QThread": """isCurrentThread isMainThread serviceLevel setServiceLevel""",
        "QTextStream": """encoding setEncoding string""",
        "QColor": """fromString getHsv getHsvF getRgb getRgbF isValidColorName toTuple""",
        "QFont": """
            clearFeatures clearVariableAxes featureTags featureValue isFeatureSet isVariableAxisSet legacyWeight
            resolveMask setFeature setLegacyWeight setResolveMask setVariableAxis unsetFeature unsetVariableAxis
            variableAxisTags variableAxisValue
        """,
        "QFontMetrics": """boundingRectChar horizontalAdvanceChar""",
        "QFontMetricsF": """boundingRectChar horizontalAdvanceChar""",
        "QFontDatabase": """
            addApplicationEmojiFontFamily applicationEmojiFontFamilies removeApplicationEmojiFontFamily
            setApplicationEmojiFontFamilies
        """,
        "QPixmap": """deviceIndependentSize fromImageInPlace painters""",
        "QImage": """
            colorTransformed convertedTo detachMetadata deviceIndependentSize flip flipped mirror painters rgbSwap
            setColorTable
        """,
        "QPainter": """brushOriginF drawPointsNp""",
        "QPainterPath": """isCachingEnabled setCachingEnabled trimmed""",
        "QPolygon": """
            back constData data fromVector front insert maxSize max_size resizeForOverwrite sliced toPolygonF toVector
        """,
        "QPolygonF": """
            back constData data fromVector front insert maxSize max_size resizeForOverwrite sliced toVector
        """,
        "QPalette": """accent resolveMask setResolveMask""",
        "QKeyEvent": """keyCombination""",
        "QMouseEvent": """
            addPassiveGrabber allPointsAccepted allPointsGrabbed clearPassiveGrabbers clone device deviceType
            exclusiveGrabber exclusivePointGrabber globalPosition isBeginEvent isEndEvent isInputEvent isPointerEvent
            isSinglePointEvent isUpdateEvent point pointById pointCount pointerType pointingDevice points position
            removePassiveGrabber scenePosition setExclusiveGrabber setExclusivePointGrabber
        """,
        "QWheelEvent": """
            addPassiveGrabber allPointsAccepted allPointsGrabbed button clearPassiveGrabbers clone device deviceType
            exclusiveGrabber exclusivePointGrabber hasPixelDelta isBeginEvent isEndEvent isInputEvent isInverted
            isPointerEvent isSinglePointEvent isUpdateEvent point pointById pointCount pointerType pointingDevice points
            removePassiveGrabber scenePosition setExclusiveGrabber setExclusivePointGrabber
        """,
        "QEnterEvent": """
            addPassiveGrabber allPointsAccepted allPointsGrabbed button buttons clearPassiveGrabbers clone device
            deviceType exclusiveGrabber exclusivePointGrabber globalPosition isBeginEvent isEndEvent isInputEvent
            isPointerEvent isSinglePointEvent isUpdateEvent point pointById pointCount pointerType pointingDevice points
            position removePassiveGrabber scenePosition setExclusiveGrabber setExclusivePointGrabber
        """,
        "QDropEvent": """buttons modifiers position""",
        "QInputEvent": """device deviceType""",
        "QTextDocument": """
            baselineOffset isLayoutEnabled setBaselineOffset setLayoutEnabled setSubScriptBaseline
            setSuperScriptBaseline subScriptBaseline superScriptBaseline
        """,
        "QTextCursor": """insertMarkdown selectedTableCells""",
        "QTextCharFormat": """
            baselineOffset fontFeatures fontVariableAxes setBaselineOffset setFontFeatures setFontVariableAxes
            setSubScriptBaseline setSuperScriptBaseline subScriptBaseline superScriptBaseline
        """,
        "QGradient": """interpolationMode setInterpolationMode""",
        "QWidget": """
            create find internalWinId isTopLevel painters setAccessibleIdentifier setScreen topLevelWidget
        """,
        "QComboBox": """setLabelDrawingMode""",
        "QScrollBar": """createStandardContextMenu""",
        "QSplitter": """getRange""",
        "QMenu": """menuInAction""",
        "QAction": """associatedObjects""",
        "QDockWidget": """setDockLocation""",
        "QDialogButtonBox": """standardButtonShortcut standardButtonText""",
        "QMessageBox": """buttonText setButtonText setOption setOptions standardIcon testOption""",
        "QLayout": """
            align getContentsMargins setHorizontalSizeConstraint setSizeConstraints setVerticalSizeConstraint
            totalMinimumHeightForWidth unsetContentsMargins
        """,
        "QLayoutItem": """align""",
        "QGridLayout": """getItemPosition""",
        "QFormLayout": """isRowVisible setRowVisible""",
        "QTableWidget": """setSupportedDragActions""",
        "QTreeWidget": """setSupportedDragActions""",
        "QTreeView": """itemDecorationRect""",
        "QListWidget": """setSupportedDragActions""",
        "QAbstractItemView": """initViewItemOption itemDelegateForIndex setKeyboardSearchFlags setUpdateThreshold""",
        "QHeaderView": """initStyleOptionForIndex isSortIndicatorClearable setSortIndicatorClearable""",
        "QAbstractItemDelegate": """handleEditorEvent""",
        "QStyleOptionViewItem": """
            backgroundBrush checkState decorationAlignment decorationPosition decorationSize displayAlignment features
            font icon index locale showDecorationSelected text textElideMode viewItemPosition widget
        """,
        "QStyleOption": """direction fontMetrics palette rect state styleObject type version""",
        "QStyle": """itemTextRect name""",
        "QShortcut": """keys setKeys""",
        "QCalendarWidget": """clearMaximumDate clearMinimumDate""",
        "QDateTimeEdit": """setTimeZone""",
        "QUiLoader": """registerCustomWidget""",
    }.items()
}

#: Signals of Qt 5.15 whose first overload (the one `object.signal.connect` takes) Qt 6 dropped.
QT5_SIGNALS: dict[tuple[str, str], str] = {("QProcess", "finished"): "finished(int)"}

#: Old-style signatures of Qt 5.15 that Qt 6 dropped: (class, signature) -> the signature that stands in for it.
QT5_SIGNATURES: dict[tuple[str, str], str] = {
    ("QProcess", "finished(int)"): "finished(int,QProcess::ExitStatus)",
    ("QProcess", "error(QProcess::ProcessError)"): "errorOccurred(QProcess::ProcessError)",
    ("QComboBox", "activated(QString)"): "textActivated(QString)",
    ("QComboBox", "highlighted(QString)"): "textHighlighted(QString)",
    ("QComboBox", "currentIndexChanged(QString)"): "currentTextChanged(QString)",
    ("QSpinBox", "valueChanged(QString)"): "textChanged(QString)",
    ("QDoubleSpinBox", "valueChanged(QString)"): "textChanged(QString)",
    ("QButtonGroup", "buttonClicked(int)"): "idClicked(int)",
    ("QButtonGroup", "buttonPressed(int)"): "idPressed(int)",
    ("QButtonGroup", "buttonReleased(int)"): "idReleased(int)",
    ("QButtonGroup", "buttonToggled(int,bool)"): "idToggled(int,bool)",
}


def is_refused(native: type, name: str) -> bool:
    """Whether PySide6 has `name` where PythonQt on Qt 5.15 has not."""
    return any(name in REFUSED.get(owner.__name__, ()) for owner in native.__mro__)


def module_of(name: str) -> str | None:
    """The PySide6 module of a class the host knows."""
    return _MODULES.get(name)


_MODULES = {name: module for module, names in CLASSES.items() for name in names.split()}
