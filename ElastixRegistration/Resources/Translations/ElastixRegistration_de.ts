<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>CompareWindow</name>
    <message>
        <source>Compare presets</source>
        <translation>Voreinstellungen vergleichen</translation>
    </message>
    <message>
        <source>The pair in the panel, and the reference for judging the results.</source>
        <translation>Das Paar des Panels und woran die Ergebnisse gemessen werden.</translation>
    </message>
    <message>
        <source>List only presets whose description has all these words. Checked presets stay in the list.</source>
        <translation>Nur Voreinstellungen mit all diesen Wörtern in der Beschreibung auflisten. Angehakte bleiben stehen.</translation>
    </message>
    <message>
        <source>Words to look for</source>
        <translation>Gesuchte Wörter</translation>
    </message>
    <message>
        <source>Effort:</source>
        <translation>Aufwand:</translation>
    </message>
    <message>
        <source>Fast</source>
        <translation>Schnell</translation>
    </message>
    <message>
        <source>Adaptive presets in less time.</source>
        <translation>Voreinstellungen, die sich den Bildern anpassen, in weniger Zeit.</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>Normal</translation>
    </message>
    <message>
        <source>Adaptive presets at normal effort.</source>
        <translation>Voreinstellungen, die sich den Bildern anpassen, wie sie sind.</translation>
    </message>
    <message>
        <source>Thorough</source>
        <translation>Gründlich</translation>
    </message>
    <message>
        <source>Adaptive presets with more time.</source>
        <translation>Voreinstellungen, die sich den Bildern anpassen, mit mehr Zeit.</translation>
    </message>
    <message>
        <source>Check the presets to compare.</source>
        <translation>Haken Sie die Voreinstellungen an, die verglichen werden sollen.</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Register the pair with each checked preset, in the background. During a run, cancel it; finished results are ranked.</source>
        <translation>Das Paar mit jeder davon im Hintergrund registrieren. Während es läuft: abbrechen; was fertig ist, wird gereiht.</translation>
    </message>
    <message>
        <source>Progress of the comparison.</source>
        <translation>Wie viel vom Vergleich erledigt ist.</translation>
    </message>
    <message>
        <source>Result of the comparison, and its limits.</source>
        <translation>Was der Vergleich zeigt und was ihn einschränkt.</translation>
    </message>
    <message>
        <source>The best one first. Click one to see its result in the slice views.</source>
        <translation>Die beste zuerst. Ein Klick zeigt das Ergebnis in den Schichtansichten.</translation>
    </message>
    <message>
        <source>Keep this one</source>
        <translation>Dieses behalten</translation>
    </message>
    <message>
        <source>Add the volume and transform of this row to the scene, and choose its preset in the panel.</source>
        <translation>Volumen und Transformation der Zeile in die Szene legen und ihre Voreinstellung im Panel wählen.</translation>
    </message>
    <message>
        <source>Page...</source>
        <translation>Seite...</translation>
    </message>
    <message>
        <source>The ranking with pictures side by side, in the web browser.</source>
        <translation>Die Rangliste mit Bildern nebeneinander, im Webbrowser.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Close this window. A run continues in the background.</source>
        <translation>Dieses Fenster schließen. Was läuft, läuft weiter.</translation>
    </message>
</context>
<context>
    <name>ConfidenceSection</name>
    <message>
        <source>Where might it be off?</source>
        <translation>Wo kann es falsch sein?</translation>
    </message>
    <message>
        <source>Estimate the error at each place by searching for a better match of its surroundings. During a run, cancel it.</source>
        <translation>Schätzen, wie weit jede Stelle danebenliegen kann: gesucht wird, wo ihre Umgebung besser passen würde. Während es läuft: abbrechen.</translation>
    </message>
    <message>
        <source>Show in colors</source>
        <translation>In Farben zeigen</translation>
    </message>
    <message>
        <source>The estimate over the fixed volume, with a legend in mm. A second click brings your views back.</source>
        <translation>Die Schätzung über dem festen Volumen, mit einer Legende in mm. Ein zweiter Klick bringt Ihre Ansichten zurück.</translation>
    </message>
    <message>
        <source>Progress of the estimate.</source>
        <translation>Wie viel von der Schätzung erledigt ist.</translation>
    </message>
    <message>
        <source>Result of the estimate, and its limits.</source>
        <translation>Was die Schätzung sagt und was sie nicht sehen kann.</translation>
    </message>
    <message>
        <source>The least certain places. Click one, and the slice views go there.</source>
        <translation>Die unsichersten Stellen. Ein Klick führt die Schichtansichten dorthin.</translation>
    </message>
</context>
<context>
    <name>ElastixRegistration</name>
    <message>
        <source>Elastix Registration</source>
        <translation>Elastix-Registrierung</translation>
    </message>
    <message>
        <source>Aligns two images with itk-elastix. Choose a fixed volume, a moving volume, and a preset.</source>
        <translation>Bringt zwei Bilder mit itk-elastix zur Deckung: ein festes und ein bewegtes Volumen und eine Voreinstellung wählen.</translation>
    </message>
    <message>
        <source>Built on elastix, itk-elastix and ITK. Please cite Klein et al. 2010, doi:10.1109/TMI.2009.2035616.</source>
        <translation>Beruht auf elastix, itk-elastix und ITK. Bitte zitieren: Klein et al. 2010, doi:10.1109/TMI.2009.2035616.</translation>
    </message>
    <message>
        <source>Elastix Registration could not be opened: {problem} See the Python console for details.</source>
        <translation>Elastix Registration konnte nicht geöffnet werden: {problem} Einzelheiten stehen in der Python-Konsole.</translation>
    </message>
    <message>
        <source>Parameter set:</source>
        <translation>Parametersatz:</translation>
    </message>
    <message>
        <source>Registration</source>
        <translation>Registrierung</translation>
    </message>
    <message>
        <source>Fixed volume:</source>
        <translation>Fest:</translation>
    </message>
    <message>
        <source>The volume that stays where it is. The result lies on its grid.</source>
        <translation>Das Volumen, das bleibt, wo es ist. Das Ergebnis liegt auf seinem Gitter.</translation>
    </message>
    <message>
        <source>Choose a volume</source>
        <translation>Volumen wählen</translation>
    </message>
    <message>
        <source>Moving volume:</source>
        <translation>Bewegt:</translation>
    </message>
    <message>
        <source>The volume that is aligned with the fixed volume.</source>
        <translation>Das Volumen, das mit dem festen zur Deckung gebracht wird.</translation>
    </message>
    <message>
        <source>Swap fixed and moving</source>
        <translation>Festes und bewegtes tauschen</translation>
    </message>
    <message>
        <source>List only the presets for volumes or for single slices.</source>
        <translation>Nur Voreinstellungen für Volumen oder für einzelne Schichten auflisten.</translation>
    </message>
    <message>
        <source>List only presets whose description has all these words.</source>
        <translation>Nur Voreinstellungen auflisten, in deren Beschreibung alle diese Wörter vorkommen.</translation>
    </message>
    <message>
        <source>Words to look for</source>
        <translation>Gesuchte Wörter</translation>
    </message>
    <message>
        <source>Preset:</source>
        <translation>Voreinstellung:</translation>
    </message>
    <message>
        <source>Register two volumes, use a transform, or register many images.</source>
        <translation>Zwei Volumen registrieren, eine Transformation verwenden oder viele Bilder registrieren.</translation>
    </message>
    <message>
        <source>Register</source>
        <translation>Registrieren</translation>
    </message>
    <message>
        <source>Align a moving volume with a fixed volume.</source>
        <translation>Ein bewegtes Volumen an ein festes Volumen angleichen.</translation>
    </message>
    <message>
        <source>⇅</source>
        <translation>⇅</translation>
    </message>
    <message>
        <source>Swap the fixed and the moving volume, with their masks and points.</source>
        <translation>Festes und bewegtes Volumen samt Masken und Punkten vertauschen.</translation>
    </message>
    <message>
        <source>How to register: rigid, affine or deformable, and for which images.</source>
        <translation>Wie registriert wird: starr, affin oder verformend, und für welche Bilder.</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Search the list of presets, and show only those for your images.</source>
        <translation>Die Liste der Voreinstellungen durchsuchen und nur passende anzeigen.</translation>
    </message>
    <message>
        <source>⋯</source>
        <translation>⋯</translation>
    </message>
    <message>
        <source>Edit, copy, rename, delete, import and export presets, or keep one in the scene.</source>
        <translation>Voreinstellungen bearbeiten, kopieren, umbenennen, löschen, importieren und exportieren oder in der Szene behalten.</translation>
    </message>
    <message>
        <source>List only the presets for this kind of image.</source>
        <translation>Nur Voreinstellungen für diese Art von Bild auflisten.</translation>
    </message>
    <message>
        <source>List only the presets for this part of the body.</source>
        <translation>Nur Voreinstellungen für diese Körperregion auflisten.</translation>
    </message>
    <message>
        <source>What this preset does.</source>
        <translation>Was diese Voreinstellung tut.</translation>
    </message>
    <message>
        <source>Measured accuracy of this preset, and its estimated run time.</source>
        <translation>Wie genau diese Voreinstellung war, wo sie gemessen wurde, und wie lange es dauern wird.</translation>
    </message>
    <message>
        <source>Errors, and parameters that elastix would ignore, with these volumes, masks and points.</source>
        <translation>Fehler und Parameter, die elastix bei diesen Volumen, Masken und Punkten nicht beachten würde.</translation>
    </message>
    <message>
        <source>Register the two volumes. While a registration runs, cancel it.</source>
        <translation>Die beiden Volumen registrieren. Während es läuft: abbrechen.</translation>
    </message>
    <message>
        <source>Where the registration is, and how much time is left.</source>
        <translation>Wie weit die Registrierung ist und wie lange sie noch dauert.</translation>
    </message>
    <message>
        <source>Show what elastix reports.</source>
        <translation>Zeigt, was elastix meldet.</translation>
    </message>
    <message>
        <source>The metric at each iteration. The curve falls as the images come closer. At each dotted line, the next resolution begins, with finer images and its own scale.</source>
        <translation>Die Metrik in jeder Iteration. In jeder Auflösung fällt die Kurve, während sich die Bilder annähern. An einer gepunkteten Linie beginnt die nächste Auflösung mit feineren Bildern und eigener Skala.</translation>
    </message>
    <message>
        <source>What the registration found in the volumes, and what it chose because of that.</source>
        <translation>Was die Registrierung in den Volumen fand und was sie deshalb wählte.</translation>
    </message>
    <message>
        <source>Ways to look at the result in the slice views. A second click brings your views back.</source>
        <translation>Wege, das Ergebnis in den Schichtansichten zu betrachten. Ein zweiter Klick stellt Ihre Ansichten wieder her.</translation>
    </message>
    <message>
        <source>Alternating tiles of the fixed volume and the result: edges continue where the two agree.</source>
        <translation>Kacheln des festen Volumens und des Ergebnisses im Wechsel: Kanten laufen weiter, wo beide übereinstimmen.</translation>
    </message>
    <message>
        <source>The fixed volume and the result alternate twice a second.</source>
        <translation>Das feste Volumen und das Ergebnis im Wechsel, zweimal je Sekunde.</translation>
    </message>
    <message>
        <source>The fixed volume and the result next to each other, linked.</source>
        <translation>Das feste Volumen und das Ergebnis nebeneinander, verknüpft.</translation>
    </message>
    <message>
        <source>Other volumes, segmentations, models and points that belong to the moving volume. They are put under the output transform.</source>
        <translation>Andere Volumen, Segmentierungen, Modelle und Punkte, die zum bewegten Volumen gehören. Sie werden unter die Ausgabetransformation gestellt.</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Bericht</translation>
    </message>
    <message>
        <source>Open a page with pictures and figures of this registration in the web browser.</source>
        <translation>Eine Seite mit Bildern und Zahlen zu dieser Registrierung im Webbrowser öffnen.</translation>
    </message>
    <message>
        <source>Undo this registration: new nodes are removed, and the others get their previous contents back.</source>
        <translation>Diese Registrierung rückgängig machen: Neue Knoten werden entfernt, andere bekommen ihren früheren Inhalt zurück.</translation>
    </message>
    <message>
        <source>A label map or segmentation. Only voxels inside it count in the fixed volume.</source>
        <translation>Labelkarte oder Segmentierung: Nur was im festen Volumen darin liegt, zählt.</translation>
    </message>
    <message>
        <source>The segments that make up the fixed mask; if none is checked, all of them.</source>
        <translation>Die Segmente, aus denen die feste Maske besteht; ist keines angehakt, alle.</translation>
    </message>
    <message>
        <source>A label map or segmentation. Only voxels inside it count in the moving volume.</source>
        <translation>Labelkarte oder Segmentierung: Nur was im bewegten Volumen darin liegt, zählt.</translation>
    </message>
    <message>
        <source>The segments that make up the moving mask; if none is checked, all of them.</source>
        <translation>Die Segmente, aus denen die bewegte Maske besteht; ist keines angehakt, alle.</translation>
    </message>
    <message>
        <source>Slides along its surroundings:</source>
        <translation>Gleitet an seiner Umgebung:</translation>
    </message>
    <message>
        <source>A label map or segmentation of the fixed volume, for example of lungs or a liver. Each label or segment moves on its own and slides along its surroundings.</source>
        <translation>Labelkarte oder Segmentierung auf dem festen Volumen, etwa der Lungen oder der Leber. Jedes Label oder Segment bewegt sich für sich und gleitet an dem entlang, was es umgibt.</translation>
    </message>
    <message>
        <source>Sliding segments:</source>
        <translation>Gleitende Segmente:</translation>
    </message>
    <message>
        <source>The segments that slide, each on its own; if none is checked, all of them.</source>
        <translation>Die Segmente, die gleiten, jedes für sich; ist keines angehakt, alle.</translation>
    </message>
    <message>
        <source>The same in the moving volume:</source>
        <translation>Dasselbe auf dem bewegten Volumen:</translation>
    </message>
    <message>
        <source>A label map or segmentation of the moving volume, with the same labels or names of segments. Its voxels then count only for their own label or segment.</source>
        <translation>Labelkarte oder Segmentierung auf dem bewegten Volumen, mit denselben Labels oder Namen der Segmente. Dessen Voxel zählen dann nur für ihr eigenes Label oder Segment.</translation>
    </message>
    <message>
        <source>Moving sliding segments:</source>
        <translation>Gleitende Segmente, bewegt:</translation>
    </message>
    <message>
        <source>The segments that slide, with the names of those in the fixed volume; if none is checked, all of them.</source>
        <translation>Die Segmente, die gleiten, mit den Namen derer auf dem festen Volumen; ist keines angehakt, alle.</translation>
    </message>
    <message>
        <source>Landmarks in the fixed volume. They match those in the other list.</source>
        <translation>Landmarken im festen Volumen: dieselben wie in der anderen Liste.</translation>
    </message>
    <message>
        <source>Landmarks in the moving volume. They match those in the other list.</source>
        <translation>Landmarken im bewegten Volumen: dieselben wie in der anderen Liste.</translation>
    </message>
    <message>
        <source>Receives the moving volume, resampled onto the grid of the fixed volume. If no node is chosen, a new one is created.</source>
        <translation>Bekommt das bewegte Volumen, auf das Gitter des festen Volumens umgerechnet. Ist keines gewählt, wird ein neues angelegt.</translation>
    </message>
    <message>
        <source>Create new</source>
        <translation>Neu anlegen</translation>
    </message>
    <message>
        <source>Receives the transform under which the moving volume is aligned. If no node is chosen, a new one is created.</source>
        <translation>Bekommt die Transformation, die das bewegte Volumen angleicht, wenn es darunter gestellt wird. Ist keine gewählt, wird eine neue angelegt.</translation>
    </message>
    <message>
        <source>Receives the displacement of each point. If no node is chosen, a new one is created.</source>
        <translation>Bekommt, wie weit sich jeder Punkt bewegt. Ist keines gewählt, wird ein neues angelegt.</translation>
    </message>
    <message>
        <source>Field as:</source>
        <translation>Feld als:</translation>
    </message>
    <message>
        <source>Keep the local change of volume: below 1 space shrinks, above 1 it grows, at 0 or below it folds.</source>
        <translation>Die lokale Volumenänderung behalten: unter 1 schrumpft es, über 1 wächst es, bei 0 oder darunter faltet es sich.</translation>
    </message>
    <message>
        <source>Receives the local change of volume: below 1 space shrinks, above 1 it grows, at 0 or below it folds. If no node is chosen, a new one is created.</source>
        <translation>Bekommt die lokale Volumenänderung: unter 1 schrumpft es, über 1 wächst es, bei 0 oder darunter faltet es sich. Ist keines gewählt, wird ein neues angelegt.</translation>
    </message>
    <message>
        <source>Receives the transform that brings the fixed volume to the moving volume. If no node is chosen, a new one is created.</source>
        <translation>Bekommt die Transformation, die das feste Volumen auf das bewegte bringt. Ist keine gewählt, wird eine neue angelegt.</translation>
    </message>
    <message>
        <source>DICOM object:</source>
        <translation>DICOM-Objekt:</translation>
    </message>
    <message>
        <source>Write the transform as a DICOM registration object, which planning systems read. Both volumes must come from the DICOM database.</source>
        <translation>Schreibt die Transformation als DICOM-Registrierungsobjekt, das Planungssysteme lesen. Beide Volumen müssen aus der DICOM-Datenbank stammen.</translation>
    </message>
    <message>
        <source>The folder that gets the DICOM registration object. Empty: it goes into the DICOM database.</source>
        <translation>Der Ordner, in den das DICOM-Registrierungsobjekt kommt. Leer: Es kommt in die DICOM-Datenbank.</translation>
    </message>
    <message>
        <source>How values between the voxels of the moving volume are computed.</source>
        <translation>Wie Werte zwischen den Voxeln des bewegten Volumens berechnet werden.</translation>
    </message>
    <message>
        <source>The value for places where the moving volume has no data.</source>
        <translation>Was eingesetzt wird, wo das bewegte Volumen keine Daten hat.</translation>
    </message>
    <message>
        <source>The value outside the moving volume.</source>
        <translation>Der Wert außerhalb des bewegten Volumens.</translation>
    </message>
    <message>
        <source>The background and the padding found in the moving volume.</source>
        <translation>Der Hintergrund und die Auffüllung, die im bewegten Volumen gefunden wurden.</translation>
    </message>
    <message>
        <source>About the preset</source>
        <translation>Zur Voreinstellung</translation>
    </message>
    <message>
        <source>The stages of the preset, and the publication behind it.</source>
        <translation>Die Stufen der Voreinstellung und die Veröffentlichung dahinter.</translation>
    </message>
    <message>
        <source>The steps of this preset, in order.</source>
        <translation>Die Schritte dieser Voreinstellung der Reihe nach.</translation>
    </message>
    <message>
        <source>The publication behind this preset.</source>
        <translation>Die Veröffentlichung hinter dieser Voreinstellung.</translation>
    </message>
    <message>
        <source>Edit...</source>
        <translation>Bearbeiten...</translation>
    </message>
    <message>
        <source>Change the stages and parameters of this preset. A built-in preset is saved under another name.</source>
        <translation>Stufen und Parameter dieser Voreinstellung ändern. Eine mitgelieferte wird unter anderem Namen gespeichert.</translation>
    </message>
    <message>
        <source>Where the registration runs, and what else is saved.</source>
        <translation>Wo es läuft und was noch aufbewahrt wird.</translation>
    </message>
    <message>
        <source>The window stays usable, and you can cancel the run. Otherwise everything waits until the registration is done.</source>
        <translation>Das Fenster bleibt benutzbar, und der Lauf kann abgebrochen werden. Sonst wartet alles, bis die Registrierung fertig ist.</translation>
    </message>
    <message>
        <source>From preset</source>
        <translation>wie vorgegeben</translation>
    </message>
    <message>
        <source>Holds all choices of this module and is saved with the scene. Use one set for each registration.</source>
        <translation>Bewahrt alles, was in diesem Modul gewählt ist, und wird mit der Szene gespeichert. Für mehrere Registrierungen mehrere verwenden.</translation>
    </message>
    <message>
        <source>Transform</source>
        <translation>Transformieren</translation>
    </message>
    <message>
        <source>Apply any transform, invert it, and see how it deforms space.</source>
        <translation>Eine beliebige Transformation anwenden, invertieren und sehen, wie sie den Raum verformt.</translation>
    </message>
    <message>
        <source>Many images</source>
        <translation>Viele Bilder</translation>
    </message>
    <message>
        <source>Sequences (4D), groups of images, and many scans with one fixed volume.</source>
        <translation>Sequenzen (4D), Gruppen von Bildern und viele Aufnahmen mit einem festen Volumen.</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>Masks and landmarks</source>
        <translation>Masken und Landmarken</translation>
    </message>
    <message>
        <source>Which parts of the volumes count, and points that correspond.</source>
        <translation>Was in jedem Volumen zählt, und Punkte, die zusammengehören.</translation>
    </message>
    <message>
        <source>Fixed mask:</source>
        <translation>Feste Maske:</translation>
    </message>
    <message>
        <source>Fixed segments:</source>
        <translation>Feste Segmente:</translation>
    </message>
    <message>
        <source>Moving mask:</source>
        <translation>Bewegte Maske:</translation>
    </message>
    <message>
        <source>Moving segments:</source>
        <translation>Bewegte Segmente:</translation>
    </message>
    <message>
        <source>Fixed points:</source>
        <translation>Feste Punkte:</translation>
    </message>
    <message>
        <source>Moving points:</source>
        <translation>Bewegte Punkte:</translation>
    </message>
    <message>
        <source>Pair points by:</source>
        <translation>Punktpaare nach:</translation>
    </message>
    <message>
        <source>How the points of the two lists are paired.</source>
        <translation>Wie die Punkte der beiden Listen zusammengehören.</translation>
    </message>
    <message>
        <source>How many pairs of points there are, or why there are none.</source>
        <translation>Wie viele Punktpaare es gibt, oder warum keine.</translation>
    </message>
    <message>
        <source>Start position</source>
        <translation>Startlage</translation>
    </message>
    <message>
        <source>Where the registration begins.</source>
        <translation>Wo die Registrierung beginnt.</translation>
    </message>
    <message>
        <source>Start from:</source>
        <translation>Beginnen mit:</translation>
    </message>
    <message>
        <source>Position of the moving volume before the registration begins.</source>
        <translation>Wohin das bewegte Volumen gelegt wird, bevor die Registrierung beginnt.</translation>
    </message>
    <message>
        <source>Transform:</source>
        <translation>Transformation:</translation>
    </message>
    <message>
        <source>A transform that brings the moving volume roughly into place.</source>
        <translation>Eine Transformation, die das bewegte Volumen ungefähr an seinen Platz bringt.</translation>
    </message>
    <message>
        <source>Outputs</source>
        <translation>Ausgaben</translation>
    </message>
    <message>
        <source>What to keep.</source>
        <translation>Was behalten wird.</translation>
    </message>
    <message>
        <source>Volume:</source>
        <translation>Volumen:</translation>
    </message>
    <message>
        <source>Keep the moving volume, resampled onto the grid of the fixed volume.</source>
        <translation>Das bewegte Volumen behalten, auf das Gitter des festen umgerechnet.</translation>
    </message>
    <message>
        <source>Keep the transform under which the moving volume is aligned.</source>
        <translation>Die Transformation behalten, die das bewegte Volumen zur Deckung bringt, wenn es darunter liegt.</translation>
    </message>
    <message>
        <source>Deformation field:</source>
        <translation>Deformationsfeld:</translation>
    </message>
    <message>
        <source>Keep the displacement of each point.</source>
        <translation>Behalten, wie weit sich jeder Punkt bewegt.</translation>
    </message>
    <message>
        <source>Whether a new deformation field is a grid transform or a vector volume.</source>
        <translation>Ein neues Deformationsfeld ist eine Gittertransformation oder ein Volumen aus Vektoren.</translation>
    </message>
    <message>
        <source>Jacobian:</source>
        <translation>Jacobi-Determinante:</translation>
    </message>
    <message>
        <source>Inverse transform:</source>
        <translation>Inverse:</translation>
    </message>
    <message>
        <source>Keep the transform that brings the fixed volume to the moving volume.</source>
        <translation>Die Transformation behalten, die das feste Volumen zum bewegten bringt.</translation>
    </message>
    <message>
        <source>Interpolation:</source>
        <translation>Interpolation:</translation>
    </message>
    <message>
        <source>Background:</source>
        <translation>Hintergrund:</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>Erweitert</translation>
    </message>
    <message>
        <source>Run in the background</source>
        <translation>Im Hintergrund rechnen</translation>
    </message>
    <message>
        <source>Threads:</source>
        <translation>Threads:</translation>
    </message>
    <message>
        <source>How many processor threads elastix may use.</source>
        <translation>Wie viele Threads des Prozessors elastix verwenden darf.</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>Random seed:</source>
        <translation>Zufallsstartwert:</translation>
    </message>
    <message>
        <source>The same seed gives the same result again.</source>
        <translation>Derselbe Startwert ergibt wieder dasselbe Ergebnis.</translation>
    </message>
    <message>
        <source>Save to folder:</source>
        <translation>Speichern in Ordner:</translation>
    </message>
    <message>
        <source>After each registration, the transform, settings, figures, and log are saved here. If this is empty, nothing is saved.</source>
        <translation>Nach jeder Registrierung werden hier Transformation, Einstellungen, Kennzahlen und Protokoll gespeichert. Leer: Nichts wird gespeichert.</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>Anwenden</translation>
    </message>
    <message>
        <source>Progress of the registration.</source>
        <translation>Wie viel der Registrierung fertig ist.</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>How good the registration is.</source>
        <translation>Wie gut die Registrierung ist.</translation>
    </message>
    <message>
        <source>Whether the registration improved the alignment.</source>
        <translation>Ob die Registrierung etwas verbessert hat.</translation>
    </message>
    <message>
        <source>How well the volumes agree before and after the registration.</source>
        <translation>Wie gut die Volumen vor und nach der Registrierung übereinstimmen.</translation>
    </message>
    <message>
        <source>Checkerboard</source>
        <translation>Schachbrett</translation>
    </message>
    <message>
        <source>Fade</source>
        <translation>Überblenden</translation>
    </message>
    <message>
        <source>The result over the fixed volume; the slider fades from one to the other.</source>
        <translation>Das Ergebnis über dem festen Volumen; der Regler blendet vom einen zum anderen.</translation>
    </message>
    <message>
        <source>Flicker</source>
        <translation>Wechseln</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Differenz</translation>
    </message>
    <message>
        <source>The result minus the fixed volume, both on the same scale: gray where they agree.</source>
        <translation>Das Ergebnis minus das feste Volumen, beide gleich skaliert: grau, wo sie übereinstimmen.</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>Nebeneinander</translation>
    </message>
    <message>
        <source>Reveal cursor</source>
        <translation>Lupe</translation>
    </message>
    <message>
        <source>The fixed volume, with the result around the mouse.</source>
        <translation>Das feste Volumen, und um die Maus herum das Ergebnis.</translation>
    </message>
    <message>
        <source>Fade:</source>
        <translation>Überblenden:</translation>
    </message>
    <message>
        <source>The fixed volume is at the left end, the result at the right end.</source>
        <translation>Links das feste Volumen, rechts das Ergebnis.</translation>
    </message>
    <message>
        <source>Apply also to:</source>
        <translation>Auch anwenden auf:</translation>
    </message>
    <message>
        <source>Choose nodes</source>
        <translation>Knoten wählen</translation>
    </message>
    <message>
        <source>Apply to these</source>
        <translation>Auf diese anwenden</translation>
    </message>
    <message>
        <source>Put the checked nodes under the output transform.</source>
        <translation>Die angekreuzten Knoten unter die Ausgabetransformation legen.</translation>
    </message>
    <message>
        <source>Which nodes are under the output transform now.</source>
        <translation>Welche Knoten unter die Ausgabetransformation gelegt wurden.</translation>
    </message>
    <message>
        <source>Revert</source>
        <translation>Zurücknehmen</translation>
    </message>
</context>
<context>
    <name>LandmarksPart</name>
    <message>
        <source>Place pairs of landmarks</source>
        <translation>Landmarken paarweise setzen</translation>
    </message>
    <message>
        <source>Click a place in the fixed volume, then the same one in the moving volume: the slice views go to where it is expected. A second click on this button ends it.</source>
        <translation>Klicken Sie eine Stelle im festen Volumen an, dann dieselbe im bewegten: Die Schichtansichten springen dorthin, wo sie zu erwarten ist. Ein zweiter Klick auf diese Taste beendet es.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Zurücknehmen</translation>
    </message>
    <message>
        <source>Remove the last point.</source>
        <translation>Den letzten Punkt zurücknehmen.</translation>
    </message>
    <message>
        <source>What to click next.</source>
        <translation>Was als Nächstes anzuklicken ist.</translation>
    </message>
</context>
<context>
    <name>LogWindow</name>
    <message>
        <source>Log of the registration</source>
        <translation>Protokoll der Registrierung</translation>
    </message>
    <message>
        <source>Show:</source>
        <translation>Anzeigen:</translation>
    </message>
    <message>
        <source>How much of elastix&apos;s log is shown. Copy and Save always take all of it.</source>
        <translation>Wie viel vom Protokoll von elastix gezeigt wird. Behalten und gespeichert wird alles.</translation>
    </message>
    <message>
        <source>The metric at each iteration. Each resolution has its own scale.</source>
        <translation>Die Metrik in jeder Iteration. Jede Auflösung hat ihre eigene Skala.</translation>
    </message>
    <message>
        <source>What elastix reports.</source>
        <translation>Was elastix meldet.</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy the whole log to the clipboard.</source>
        <translation>Das ganze Protokoll in die Zwischenablage kopieren.</translation>
    </message>
    <message>
        <source>Save...</source>
        <translation>Speichern...</translation>
    </message>
    <message>
        <source>Save the whole log in a text file.</source>
        <translation>Das ganze Protokoll in einer Textdatei speichern.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Close this window.</source>
        <translation>Dieses Fenster schließen.</translation>
    </message>
</context>
<context>
    <name>ManyImagesSection</name>
    <message>
        <source>Sequence</source>
        <translation>Sequenz</translation>
    </message>
    <message>
        <source>Frames of a sequence, one after the other.</source>
        <translation>Einzelbilder einer Sequenz, eines nach dem anderen.</translation>
    </message>
    <message>
        <source>Sequence:</source>
        <translation>Sequenz:</translation>
    </message>
    <message>
        <source>The frames to register: a sequence of volumes, such as cine MR or 4D CT.</source>
        <translation>Die Einzelbilder: eine Sequenz von Volumen, etwa Cine-MR oder 4D-CT.</translation>
    </message>
    <message>
        <source>Each frame:</source>
        <translation>Jedes Einzelbild:</translation>
    </message>
    <message>
        <source>Reference:</source>
        <translation>Referenz:</translation>
    </message>
    <message>
        <source>The frame that all others are aligned with. Frames count from 1, as in the sequence browser.</source>
        <translation>Das Einzelbild, an dem alle anderen ausgerichtet werden. Gezählt wird ab 1, wie im Sequenzbrowser.</translation>
    </message>
    <message>
        <source>Take the frame that the sequence browser shows now.</source>
        <translation>Das Einzelbild nehmen, das der Sequenzbrowser gerade zeigt.</translation>
    </message>
    <message>
        <source>Use shown</source>
        <translation>Gezeigtes</translation>
    </message>
    <message>
        <source>What to register: frames, a group, or many scans with one.</source>
        <translation>Was registriert wird: Einzelbilder, eine Gruppe oder viele Aufnahmen mit einer.</translation>
    </message>
    <message>
        <source>Directly to the reference frame, or to the neighboring frame and on from there. The second way follows motion that is too large for one step, but errors add up along the way.</source>
        <translation>Direkt zum Bezugsbild, oder zum Nachbarn und von dort weiter zum Bezugsbild. Das zweite folgt Bewegungen, die für einen Schritt zu groß sind; Fehler summieren sich unterwegs.</translation>
    </message>
    <message>
        <source>Frames:</source>
        <translation>Einzelbilder:</translation>
    </message>
    <message>
        <source>The first frame to register.</source>
        <translation>Das erste Einzelbild, das registriert wird.</translation>
    </message>
    <message>
        <source>to</source>
        <translation>bis</translation>
    </message>
    <message>
        <source>The last frame to register.</source>
        <translation>Das letzte Einzelbild, das registriert wird.</translation>
    </message>
    <message>
        <source>Frames to reference removes the motion from the sequence. Reference to frames carries drawings on the reference to each frame.</source>
        <translation>Die Einzelbilder auf die Referenz: Die Bewegung verschwindet aus der Sequenz. Die Referenz auf jedes Einzelbild: Was auf der Referenz gezeichnet ist, wird mitgenommen.</translation>
    </message>
    <message>
        <source>Segmentation:</source>
        <translation>Segmentierung:</translation>
    </message>
    <message>
        <source>A segmentation of the reference frame. It is carried to all other frames, as a new sequence.</source>
        <translation>Auf dem Referenzbild gezeichnet; sie folgt auf alle anderen Einzelbilder, in einer eigenen Sequenz. Keine: Nichts folgt.</translation>
    </message>
    <message>
        <source>Volumes to:</source>
        <translation>Volumen nach:</translation>
    </message>
    <message>
        <source>Where the aligned frames go, in step with the input. If no sequence is chosen, a new one is created.</source>
        <translation>Wohin die angeglichenen Einzelbilder kommen, im Gleichschritt mit der Eingabe. Keine: eine neue Sequenz wird angelegt.</translation>
    </message>
    <message>
        <source>All images at once, to a common mean space.</source>
        <translation>Alle auf einmal, in einen gemeinsamen mittleren Raum.</translation>
    </message>
    <message>
        <source>All frames of a sequence, or volumes that you choose. They are aligned to a common mean space; none of them serves as the reference.</source>
        <translation>Alle Einzelbilder einer Sequenz oder gewählte Volumen. Alle werden in einen gemeinsamen mittleren Raum gebracht; keines wird bevorzugt.</translation>
    </message>
    <message>
        <source>Check at least three volumes. The results lie on the grid of the first one.</source>
        <translation>Mindestens drei anhaken. Das erste gibt das Gitter der Ergebnisse vor.</translation>
    </message>
    <message>
        <source>Choose volumes</source>
        <translation>Volumen wählen</translation>
    </message>
    <message>
        <source>How the similarity of the images is measured. Few principal components tolerate a contrast that changes along the group, as in perfusion; equal intensities suit images of the same contrast.</source>
        <translation>Wie ähnlich sich die Mitglieder sind. Wenige Hauptkomponenten vertragen Kontrast, der sich in der Gruppe ändert, wie bei Perfusion; gleiche Grauwerte passen zu Bildern gleichen Kontrasts.</translation>
    </message>
    <message>
        <source>Many scans, each with the fixed volume of the Register tab.</source>
        <translation>Viele Aufnahmen mit dem festen Volumen der Seite Registrieren.</translation>
    </message>
    <message>
        <source>What is registered with the fixed volume of the Register tab: all other volumes of the scene, the images and DICOM series in a folder, or the rows of a table (CSV).</source>
        <translation>Was mit dem festen Volumen der Seite Registrieren registriert wird: alle anderen Volumen der Szene, die Bilder und DICOM-Serien eines Ordners oder die Zeilen einer Tabelle (CSV).</translation>
    </message>
    <message>
        <source>A CSV or TSV file with a column named moving and, where wanted, columns for fixed images, masks, points, labels, and more; docs/cohorts.md lists them all. Paths are relative to the table.</source>
        <translation>Eine CSV- oder TSV-Datei mit einer Spalte moving und wahlweise fixed, Masken, Punkten, Labels und mehr; docs/cohorts.md nennt alle. Pfade zählen ab der Tabelle.</translation>
    </message>
    <message>
        <source>This folder receives a subfolder for each case with the transform and the resampled volume, a summary (CSV), and a page with pictures and figures.</source>
        <translation>Bekommt für jeden Fall einen Ordner mit Transformation und umgerechnetem Volumen, eine Zusammenfassung (CSV) und eine Seite mit Bildern und Zahlen.</translation>
    </message>
    <message>
        <source>Add results to the scene</source>
        <translation>Ergebnisse in die Szene aufnehmen</translation>
    </message>
    <message>
        <source>Add the transform and the resampled volume of each case to the scene.</source>
        <translation>Für Volumen der Szene: Transformation und umgerechnetes Volumen eines jeden werden Knoten.</translation>
    </message>
    <message>
        <source>Keep finished results</source>
        <translation>Fertige Ergebnisse behalten</translation>
    </message>
    <message>
        <source>Keep the results in the folder that belong to the same images and settings, and register only the rest, for example after a cancel or a crash.</source>
        <translation>Ergebnisse im Ordner, die zu denselben Bildern und Einstellungen gehören, bleiben; der Rest wird registriert. Setzt nach Abbruch oder Absturz fort.</translation>
    </message>
    <message>
        <source>Which frames are registered with which.</source>
        <translation>Was womit registriert wird.</translation>
    </message>
    <message>
        <source>Finished and failed registrations.</source>
        <translation>Was getan wurde und was fehlgeschlagen ist.</translation>
    </message>
    <message>
        <source>Open the page of the results folder in the web browser: pictures and figures of all cases, and what to check first.</source>
        <translation>Die Seite des Ergebnisordners im Webbrowser: Bilder und Zahlen aller Fälle und was zuerst zu prüfen ist.</translation>
    </message>
    <message>
        <source>Create new sequence</source>
        <translation>Neue Sequenz anlegen</translation>
    </message>
    <message>
        <source>Direction:</source>
        <translation>Richtung:</translation>
    </message>
    <message>
        <source>Transforms to:</source>
        <translation>Transform. nach:</translation>
    </message>
    <message>
        <source>Where the transform of each frame goes. If no sequence is chosen, a new one is created.</source>
        <translation>Wohin die Transformation jedes Einzelbilds kommt. Keine: Eine neue Sequenz entsteht.</translation>
    </message>
    <message>
        <source>Segments to:</source>
        <translation>Segmente nach:</translation>
    </message>
    <message>
        <source>Where the segmentation of each frame goes. If no sequence is chosen, a new one is created.</source>
        <translation>Wohin die Segmentierung jedes Einzelbilds kommt. Keine: Eine neue Sequenz entsteht.</translation>
    </message>
    <message>
        <source>Which choices of the Register tab apply here.</source>
        <translation>Welche Wahl der Seite Registrieren hier zählt.</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>Gruppe</translation>
    </message>
    <message>
        <source>Group of:</source>
        <translation>Gruppe aus:</translation>
    </message>
    <message>
        <source>All frames of this sequence are registered at once.</source>
        <translation>Alle ihre Einzelbilder werden auf einmal registriert.</translation>
    </message>
    <message>
        <source>Volumes:</source>
        <translation>Volumen:</translation>
    </message>
    <message>
        <source>Transform:</source>
        <translation>Transformation:</translation>
    </message>
    <message>
        <source>How freely each image may move and deform. Presets are for pairs and do not apply to groups.</source>
        <translation>Wie frei sich jedes Mitglied bewegen darf. Voreinstellungen sind für Paare und gelten hier nicht.</translation>
    </message>
    <message>
        <source>Metric:</source>
        <translation>Metrik:</translation>
    </message>
    <message>
        <source>Cohort</source>
        <translation>Kohorte</translation>
    </message>
    <message>
        <source>Moving:</source>
        <translation>Bewegt:</translation>
    </message>
    <message>
        <source>Folder:</source>
        <translation>Ordner:</translation>
    </message>
    <message>
        <source>A folder with images, with subfolders of one DICOM series each, or with both.</source>
        <translation>Ein Ordner mit Bildern und mit Ordnern, die je eine DICOM-Serie enthalten.</translation>
    </message>
    <message>
        <source>Table:</source>
        <translation>Tabelle:</translation>
    </message>
    <message>
        <source>Tables (*.csv *.tsv)</source>
        <translation>Tabellen (*.csv *.tsv)</translation>
    </message>
    <message>
        <source>Results to:</source>
        <translation>Ergebnisse nach:</translation>
    </message>
    <message>
        <source>In parallel:</source>
        <translation>Parallel:</translation>
    </message>
    <message>
        <source>How many cases are registered at the same time.</source>
        <translation>Wie viele Fälle zur selben Zeit registriert werden.</translation>
    </message>
    <message>
        <source>as many as fit</source>
        <translation>so viele wie möglich</translation>
    </message>
    <message>
        <source>Register the sequence</source>
        <translation>Sequenz registrieren</translation>
    </message>
    <message>
        <source>Runs in the background, with the preset, background value, interpolation, threads, and seed of the Register tab. Cancel keeps what is finished.</source>
        <translation>Läuft im Hintergrund. Voreinstellung, Hintergrund, Interpolation, Threads und Startwert sind die der Seite Registrieren. Abbrechen behält, was fertig ist.</translation>
    </message>
    <message>
        <source>Progress of the run.</source>
        <translation>Wie viel fertig ist.</translation>
    </message>
    <message>
        <source>Open the report</source>
        <translation>Bericht öffnen</translation>
    </message>
</context>
<context>
    <name>PresetEditor</name>
    <message>
        <source>Preset editor</source>
        <translation>Voreinstellung bearbeiten</translation>
    </message>
    <message>
        <source>Name:</source>
        <translation>Name:</translation>
    </message>
    <message>
        <source>The name under which the preset is saved.</source>
        <translation>Der Name, unter dem die Voreinstellung gespeichert wird.</translation>
    </message>
    <message>
        <source>All stages at once</source>
        <translation>Alle Stufen zugleich</translation>
    </message>
    <message>
        <source>Motion:</source>
        <translation>Bewegung:</translation>
    </message>
    <message>
        <source>How freely the moving volume may move and deform. Stages that allow more are removed.</source>
        <translation>Wie weit das bewegte Volumen verändert werden darf. Verschiebung behält nur die Verschiebung; freiere Stufen werden entfernt.</translation>
    </message>
    <message>
        <source>Metric:</source>
        <translation>Metrik:</translation>
    </message>
    <message>
        <source>How the agreement of the volumes is measured, in all stages: mutual information for different modalities, correlation or mean squares for the same one.</source>
        <translation>Was in allen Stufen misst, wie gut die Volumen übereinstimmen: Transinformation für verschiedene Modalitäten, Korrelation oder mittlere Quadrate für gleiche.</translation>
    </message>
    <message>
        <source>Iterations, at most:</source>
        <translation>Iterationen, höchstens:</translation>
    </message>
    <message>
        <source>The largest number of iterations of a resolution; the others change by the same factor. More iterations are slower and more accurate.</source>
        <translation>Die meisten Iterationen einer Auflösung; alle anderen ändern sich um denselben Faktor. Mehr ist langsamer und genauer.</translation>
    </message>
    <message>
        <source>Grid spacing:</source>
        <translation>Gitterabstand:</translation>
    </message>
    <message>
        <source>Distance between the control points of the deformation. A smaller one follows finer detail, takes longer, and may overfit.</source>
        <translation>Abstand der Kontrollpunkte der Verformung. Kleiner folgt feineren Einzelheiten, dauert länger und kann überanpassen.</translation>
    </message>
    <message>
        <source>Stiffness (bending energy):</source>
        <translation>Steifigkeit (Biegeenergie):</translation>
    </message>
    <message>
        <source>Weight of the bending energy. A higher weight keeps the deformation smoother; 0 switches the term off, which is fastest.</source>
        <translation>Gewicht der Biegeenergie: Mehr hält die Verformung glatter. 0 schaltet sie ab, das ist am schnellsten.</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>Stages, in order:</source>
        <translation>Stufen, in ihrer Reihenfolge:</translation>
    </message>
    <message>
        <source>Stages run from top to bottom; each begins where the one before it ended. Clear the check box of a stage to switch it off.</source>
        <translation>Stufen laufen von oben nach unten, jede von dort, wo die vorige aufgehört hat. Das Häkchen wegnehmen schaltet eine ab.</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Add a stage at the end.</source>
        <translation>Am Ende eine Stufe hinzufügen.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Remove this stage.</source>
        <translation>Diese Stufe entfernen.</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>Auf</translation>
    </message>
    <message>
        <source>Run this stage earlier.</source>
        <translation>Diese Stufe früher ausführen.</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>Ab</translation>
    </message>
    <message>
        <source>Run this stage later.</source>
        <translation>Diese Stufe später ausführen.</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Parameter</translation>
    </message>
    <message>
        <source>Show only parameters with these words in their name or meaning.</source>
        <translation>Nur Parameter zeigen, in deren Name oder Bedeutung diese Wörter vorkommen.</translation>
    </message>
    <message>
        <source>Search parameters</source>
        <translation>Parameter suchen</translation>
    </message>
    <message>
        <source>An elastix parameter that this stage leaves at its default. You can also type another name.</source>
        <translation>Ein Parameter von elastix, den diese Stufe auf seinem Standardwert lässt, oder der Name irgendeines anderen.</translation>
    </message>
    <message>
        <source>Add this parameter with its default value.</source>
        <translation>Diesen Parameter mit seinem Standardwert hinzufügen.</translation>
    </message>
    <message>
        <source>Remove the chosen parameter; elastix then uses its default.</source>
        <translation>Den gewählten Parameter entfernen; elastix nimmt dann seinen Standardwert.</translation>
    </message>
    <message>
        <source>By resolution</source>
        <translation>Je Auflösung</translation>
    </message>
    <message>
        <source>Resolutions, coarse to fine:</source>
        <translation>Auflösungen, grob bis fein:</translation>
    </message>
    <message>
        <source>Number of resolutions. Parameters with a value for each resolution are adjusted.</source>
        <translation>Anzahl der Auflösungen. Alles, was für jede einen Wert hat, wird angepasst.</translation>
    </message>
    <message>
        <source>One column for each resolution; schedules have a value for each axis.</source>
        <translation>Eine Spalte für jede Auflösung; Zeitpläne haben einen Wert für jede Achse.</translation>
    </message>
    <message>
        <source>The same as text:</source>
        <translation>Dasselbe als Text:</translation>
    </message>
    <message>
        <source>The parameter file of this stage, synchronized with the table. Comments and unknown parameters are kept.</source>
        <translation>Die Parameterdatei dieser Stufe. Änderungen hier und in der Tabelle sind dieselben. Kommentare und unbekannte Parameter bleiben erhalten.</translation>
    </message>
    <message>
        <source>Errors that would stop elastix, and parameters that it would ignore. Click a line to go there.</source>
        <translation>Woran elastix scheitern oder was es übergehen würde. Ein Klick führt dorthin.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Undo the last change.</source>
        <translation>Die letzte Änderung zurücknehmen.</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Redo the change that was undone.</source>
        <translation>Die zurückgenommene Änderung wieder vornehmen.</translation>
    </message>
    <message>
        <source>Save in scene</source>
        <translation>In der Szene speichern</translation>
    </message>
    <message>
        <source>Save the preset in the scene, for everyone who opens it, and register with it.</source>
        <translation>Die Voreinstellung in der Szene behalten, für alle, die sie öffnen, und damit registrieren.</translation>
    </message>
    <message>
        <source>Save in my presets</source>
        <translation>In eigenen speichern</translation>
    </message>
    <message>
        <source>Save the preset on this computer, for all scenes, and register with it.</source>
        <translation>Die Voreinstellung auf diesem Rechner behalten, für alle Szenen, und damit registrieren.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Close this window. If there are unsaved changes, you are asked first.</source>
        <translation>Dieses Fenster schließen. Bei nicht gespeicherten Änderungen wird vorher gefragt.</translation>
    </message>
</context>
<context>
    <name>Presets</name>
    <message>
        <source>2D head, whose change is mostly deformation: Dice {0} of its mask, from {1}</source>
        <translation>2D-Kopf, der sich vor allem verformt hat: Dice {0} seiner Maske, vorher {1}</translation>
    </message>
    <message>
        <source>2D head: Dice {0} of its mask, from {1}</source>
        <translation>2D-Kopf: Dice {0} seiner Maske, vorher {1}</translation>
    </message>
    <message>
        <source>Abdomen, CT</source>
        <translation>Abdomen, CT</translation>
    </message>
    <message>
        <source>Affine</source>
        <translation>Affin</translation>
    </message>
    <message>
        <source>Affine, by mutual information, and B-spline (12 mm), by normalized correlation, for two CT images: a balance of speed and precision. If only one has a contrast agent, use the preset for different modalities.</source>
        <translation>Affin nach Transinformation und B-Spline (12 mm) nach normierter Korrelation, für zwei CT-Bilder: zwischen Tempo und Genauigkeit. Hat nur eines Kontrastmittel, ist die Voreinstellung für verschiedene Modalitäten richtig.</translation>
    </message>
    <message>
        <source>Affine, by mutual information, and B-spline (12 mm), by normalized correlation, for two CT images: more and smaller steps at the end.</source>
        <translation>Affin nach Transinformation und B-Spline (12 mm) nach normierter Korrelation, für zwei CT-Bilder: am Ende mehr und kleinere Schritte.</translation>
    </message>
    <message>
        <source>Affine, by mutual information, and B-spline (12 mm), by normalized correlation, for two MR images of the same contrast: a balance of speed and precision.</source>
        <translation>Affin nach Transinformation und B-Spline (12 mm) nach normierter Korrelation, für zwei MR-Bilder gleichen Kontrasts: zwischen Tempo und Genauigkeit.</translation>
    </message>
    <message>
        <source>Affine, by mutual information, and B-spline (12 mm), by normalized correlation, for two MR images of the same contrast: more and smaller steps at the end.</source>
        <translation>Affin nach Transinformation und B-Spline (12 mm) nach normierter Korrelation, für zwei MR-Bilder gleichen Kontrasts: am Ende mehr und kleinere Schritte.</translation>
    </message>
    <message>
        <source>Affine, then B-spline (10 mm), for breathing in CT of the chest. Lung masks improve it.</source>
        <translation>Affin, dann B-Spline (10 mm), für die Atmung im CT des Brustkorbs. Lungenmasken verbessern das Ergebnis.</translation>
    </message>
    <message>
        <source>Affine, then B-spline (12 mm), by mutual information and the distance of paired landmarks, which are required.</source>
        <translation>Affin, dann B-Spline (12 mm), nach Transinformation und dem Abstand von Landmarkenpaaren, die gegeben sein müssen.</translation>
    </message>
    <message>
        <source>Affine, then B-spline (12 mm), by mutual information.</source>
        <translation>Affin, dann B-Spline (12 mm), nach Transinformation.</translation>
    </message>
    <message>
        <source>Affine, then B-spline (14 mm), by mutual information: for images of the same or of different modality.</source>
        <translation>Affin, dann B-Spline (14 mm), nach Transinformation: für Bilder gleicher oder verschiedener Modalität.</translation>
    </message>
    <message>
        <source>Affine, then B-spline (14 mm), for breathing and filling in CT of the abdomen.</source>
        <translation>Affin, dann B-Spline (14 mm), für Atmung und Füllung im CT des Abdomens.</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>B-spline (10 mm) from the position as scanned, by mutual information: frames of one sequence.</source>
        <translation>B-Spline (10 mm) ab der Lage der Aufnahme, nach Transinformation: Bilder einer Sequenz.</translation>
    </message>
    <message>
        <source>CT and MR</source>
        <translation>CT und MR</translation>
    </message>
    <message>
        <source>CT with simulated breathing, thick slices: {0} mm, from {1} mm</source>
        <translation>CT mit künstlicher Atmung, dicke Schichten: {0} mm, vorher {1} mm</translation>
    </message>
    <message>
        <source>CT with simulated breathing: {0} mm, from {1} mm</source>
        <translation>CT mit künstlicher Atmung: {0} mm, vorher {1} mm</translation>
    </message>
    <message>
        <source>Deformable, CT</source>
        <translation>Deformierbar, CT</translation>
    </message>
    <message>
        <source>Deformable, CT, fast</source>
        <translation>Deformierbar, CT, schnell</translation>
    </message>
    <message>
        <source>Deformable, CT, precise</source>
        <translation>Deformierbar, CT, genau</translation>
    </message>
    <message>
        <source>Deformable, MR</source>
        <translation>Deformierbar, MR</translation>
    </message>
    <message>
        <source>Deformable, MR, fast</source>
        <translation>Deformierbar, MR, schnell</translation>
    </message>
    <message>
        <source>Deformable, MR, precise</source>
        <translation>Deformierbar, MR, genau</translation>
    </message>
    <message>
        <source>Deformable, different modalities</source>
        <translation>Deformierbar, verschiedene Modalitäten</translation>
    </message>
    <message>
        <source>Deformable, general purpose</source>
        <translation>Deformierbar, für alles</translation>
    </message>
    <message>
        <source>Guided by landmarks</source>
        <translation>Von Landmarken geführt</translation>
    </message>
    <message>
        <source>Head, same patient</source>
        <translation>Kopf, derselbe Patient</translation>
    </message>
    <message>
        <source>Heart, one phase to another</source>
        <translation>Herz, von Phase zu Phase</translation>
    </message>
    <message>
        <source>Histology, 2D</source>
        <translation>Histologie, 2D</translation>
    </message>
    <message>
        <source>Liver, MR, breathing</source>
        <translation>Leber, MR, Atmung</translation>
    </message>
    <message>
        <source>Finds a start, even from far away, then tries rigid, affine, B-spline and dense stages, and keeps each one only if the images show that it helps. Try this one first.</source>
        <translation>Betrachtet das Paar, findet auch von weit her einen Anfang und versucht dann starr, affin, B-Spline und eine dichte Verfeinerung; jedes bleibt nur, wo die Bilder zeigen, dass es hilft. Diese Voreinstellung zuerst versuchen.</translation>
    </message>
    <message>
        <source>Lungs, CT</source>
        <translation>Lunge, CT</translation>
    </message>
    <message>
        <source>Lungs, CT, fast</source>
        <translation>Lunge, CT, schnell</translation>
    </message>
    <message>
        <source>MR of a breathing liver, {0} landmarks: {1} and {2} mm, from {3} and {4} mm (the settings for organs that slide were chosen on these two)</source>
        <translation>MR einer atmenden Leber, {0} Landmarken: {1} und {2} mm, vorher {3} und {4} mm (an diesen beiden wurden die Werte für gleitende Organe gewählt)</translation>
    </message>
    <message>
        <source>MR of different contrast</source>
        <translation>MR verschiedenen Kontrasts</translation>
    </message>
    <message>
        <source>PET and CT</source>
        <translation>PET und CT</translation>
    </message>
    <message>
        <source>Prostate, MR</source>
        <translation>Prostata, MR</translation>
    </message>
    <message>
        <source>Radiographs, 2D</source>
        <translation>Röntgenaufnahmen, 2D</translation>
    </message>
    <message>
        <source>Rigid</source>
        <translation>Starr</translation>
    </message>
    <message>
        <source>Rigid, by normalized mutual information, with large first steps: vertebrae and cord keep their shape. A mask of the spine helps where the neck bends.</source>
        <translation>Starr, nach normierter Transinformation, mit großen ersten Schritten: Wirbel und Rückenmark behalten ihre Form. Wo sich der Hals beugt, hilft eine Maske der Wirbelsäule.</translation>
    </message>
    <message>
        <source>Rigid, then B-spline (14 mm), for breathing in MR with thick slices.</source>
        <translation>Starr, dann B-Spline (14 mm), für die Atmung in MR mit dicken Schichten.</translation>
    </message>
    <message>
        <source>Rigid, then a stiff B-spline (20 mm), by mutual information: pairs whose gray values differ.</source>
        <translation>Starr, dann ein steifer B-Spline (20 mm), nach Transinformation: Paare mit verschiedenen Grauwerten.</translation>
    </message>
    <message>
        <source>Rigid, then a very stiff B-spline (32 mm), by mutual information: breathing between the two scans.</source>
        <translation>Starr, dann ein sehr steifer B-Spline (32 mm), nach Transinformation: Atmung zwischen den beiden Aufnahmen.</translation>
    </message>
    <message>
        <source>Rotation and translation only, by mutual information: the same patient, bones or head, any two modalities.</source>
        <translation>Nur Drehung und Verschiebung, nach Transinformation: derselbe Patient, Knochen oder Kopf, beliebige Modalitäten.</translation>
    </message>
    <message>
        <source>Rotation, translation and one scale, by mutual information: images whose pixel size is uncertain.</source>
        <translation>Drehung, Verschiebung und ein Maßstab, nach Transinformation: Bilder mit unsicherer Pixelgröße.</translation>
    </message>
    <message>
        <source>Rotation, translation, scale and shear, by mutual information.</source>
        <translation>Drehung, Verschiebung, Maßstab und Scherung, nach Transinformation.</translation>
    </message>
    <message>
        <source>Shift only, by mutual information.</source>
        <translation>Nur Verschiebung, nach Transinformation.</translation>
    </message>
    <message>
        <source>Short affine, by mutual information, and B-spline (12 mm), by normalized correlation, for two CT images: a first look, or many cases. If only one has a contrast agent, use the preset for different modalities.</source>
        <translation>Kurz affin nach Transinformation und B-Spline (12 mm) nach normierter Korrelation, für zwei CT-Bilder: ein erster Blick oder viele Fälle. Hat nur eines Kontrastmittel, ist die Voreinstellung für verschiedene Modalitäten richtig.</translation>
    </message>
    <message>
        <source>Short affine, by mutual information, and B-spline (12 mm), by normalized correlation, for two MR images of the same contrast: a first look, or many cases.</source>
        <translation>Kurz affin nach Transinformation und B-Spline (12 mm) nach normierter Korrelation, für zwei MR-Bilder gleichen Kontrasts: ein erster Blick oder viele Fälle.</translation>
    </message>
    <message>
        <source>Similarity</source>
        <translation>Ähnlichkeit</translation>
    </message>
    <message>
        <source>Spine and spinal cord</source>
        <translation>Wirbelsäule und Rückenmark</translation>
    </message>
    <message>
        <source>T1 of two people&apos;s brains, {0} structures: Dice {1} and {2}, from {3} (two pairs)</source>
        <translation>T1 der Gehirne zweier Menschen, {0} Strukturen: Dice {1} und {2}, vorher {3} (zwei Paare)</translation>
    </message>
    <message>
        <source>T1 to T2 of one neck: Dice {0} of the cord, from {1}</source>
        <translation>T1 auf T2 eines Halses: Dice {0} des Rückenmarks, vorher {1}</translation>
    </message>
    <message>
        <source>T1 to T2 of one neck: Dice {0} to {1} of the cord, as scanned and after a header was moved by {2} mm and {3} degrees</source>
        <translation>T1 auf T2 eines Halses: Dice {0} bis {1} des Rückenmarks, wie aufgenommen und um {2} mm und {3} Grad verlegt</translation>
    </message>
    <message>
        <source>Half the time, with a 12 mm grid and fewer samples.</source>
        <translation>Dasselbe in der halben Zeit, mit einem Gitter von 12 mm und weniger Stichproben.</translation>
    </message>
    <message>
        <source>Affine, then B-spline (32 pixels), by mutual information, from a search for the best match.</source>
        <translation>Affin, dann B-Spline (32 Pixel), mit Transinformation, von der gesuchten besten Übereinstimmung aus.</translation>
    </message>
    <message>
        <source>Affine, then fine B-spline (0.7 mm), by mutual information in regions of 5 mm: another mouse or an atlas.</source>
        <translation>Affin, dann feiner B-Spline (0,7 mm), mit Transinformation in Bereichen von 5 mm: eine andere Maus oder ein Atlas.</translation>
    </message>
    <message>
        <source>Affine, then fine B-spline (6 mm), by mutual information in regions of 50 mm: another subject or an atlas.</source>
        <translation>Affin, dann feiner B-Spline (6 mm), mit Transinformation in Bereichen von 50 mm: eine andere Person oder ein Atlas.</translation>
    </message>
    <message>
        <source>MR of a breathing liver, {0} landmarks: {1} mm, from {2} mm</source>
        <translation>MR einer Leber bei Atmung, {0} Landmarken: {1} mm, vorher {2} mm</translation>
    </message>
    <message>
        <source>Mouse brain, MR</source>
        <translation>Gehirn der Maus, MR</translation>
    </message>
    <message>
        <source>Rigid, affine and B-spline (24 pixels), by mutual information, from a search for the best match; sizes in pixels, so for any magnification.</source>
        <translation>Starr, affin und B-Spline (24 Pixel), mit Transinformation, von der gesuchten besten Übereinstimmung aus; Größen in Pixeln, daher für jede Vergrößerung.</translation>
    </message>
    <message>
        <source>Rigid, by mutual information, from a search for the best match: T1, T2, FLAIR, diffusion of one patient.</source>
        <translation>Starr, mit Transinformation, von der gesuchten besten Übereinstimmung aus: T1, T2, FLAIR, Diffusion eines Patienten.</translation>
    </message>
    <message>
        <source>Rigid, by mutual information, from a search for the best match: follow-up and different contrasts of one head.</source>
        <translation>Starr, mit Transinformation, von der gesuchten besten Übereinstimmung aus: Verlauf und verschiedene Kontraste eines Kopfes.</translation>
    </message>
    <message>
        <source>Rigid, by mutual information, from a search for the best match: one patient, where bone keeps the tissue in place.</source>
        <translation>Starr, mit Transinformation, von der gesuchten besten Übereinstimmung aus: ein Patient, wo Knochen das Gewebe an seinem Platz halten.</translation>
    </message>
    <message>
        <source>T1 of two people&apos;s brains: Dice {0} of {1} structures, from {2} ({3} to {4} % of the voxels fold), and {5} of {6}, from {7}</source>
        <translation>T1 der Gehirne zweier Personen: Dice {0} von {1} Strukturen, vorher {2} ({3} bis {4} % der Voxel falten sich), und {5} von {6}, vorher {7}</translation>
    </message>
    <message>
        <source>T1 to T2 of a head: {0} mm, from {1} mm</source>
        <translation>T1 auf T2 eines Kopfes: {0} mm, vorher {1} mm</translation>
    </message>
    <message>
        <source>T2 of two mouse brains, {0} structures: Dice {1}, from {2}</source>
        <translation>T2 der Gehirne zweier Mäuse, {0} Strukturen: Dice {1}, vorher {2}</translation>
    </message>
    <message>
        <source>T2 to FLAIR of one head turned by {0} degrees, known truth: {1} mm, from {2} mm</source>
        <translation>T2 auf FLAIR eines um {0} Grad gedrehten Kopfes, bekannte Wahrheit: {1} mm, vorher {2} mm</translation>
    </message>
    <message>
        <source>Translation</source>
        <translation>Verschiebung</translation>
    </message>
    <message>
        <source>Whole brain, between subjects</source>
        <translation>Ganzes Gehirn, zwischen Personen</translation>
    </message>
    <message>
        <source>between subjects, synthetic: {0} mm</source>
        <translation>zwischen Personen, künstlich: {0} mm</translation>
    </message>
    <message>
        <source>breath-hold CT of the lungs, {0} landmarks: {1} mm with masks, from {2} mm</source>
        <translation>CT der Lunge bei angehaltenem Atem, {0} Landmarken: {1} mm mit Masken, vorher {2} mm</translation>
    </message>
    <message>
        <source>breath-hold CT of the lungs, {0} landmarks: {1} mm with masks, {2} mm without, from {3} mm</source>
        <translation>CT der Lunge bei angehaltenem Atem, {0} Landmarken: {1} mm mit Masken, {2} mm ohne, vorher {3} mm</translation>
    </message>
    <message>
        <source>breath-hold CT of the lungs, {0} landmarks: {1} mm, from {2} mm</source>
        <translation>CT der Lunge bei angehaltenem Atem, {0} Landmarken: {1} mm, vorher {2} mm</translation>
    </message>
    <message>
        <source>breath-hold CT, {0} landmarks: {1} mm with masks, {2} mm without, from {3} mm</source>
        <translation>CT bei angehaltenem Atem, {0} Landmarken: {1} mm mit Masken, {2} mm ohne, vorher {3} mm</translation>
    </message>
    <message>
        <source>breath-hold CT, {0} landmarks: {1} mm with masks, {2} to {3} mm without, from {4} mm</source>
        <translation>CT bei angehaltenem Atem, {0} Landmarken: {1} mm mit Masken, {2} bis {3} mm ohne, vorher {4} mm</translation>
    </message>
    <message>
        <source>chests of two people: Dice {0} of the lungs, from {1}</source>
        <translation>Brustkörbe zweier Personen: Dice {0} der Lungen, vorher {1}</translation>
    </message>
    <message>
        <source>cine MR, end of diastole to end of systole: Dice {0} of the left ventricle, from {1} (Automatic {2})</source>
        <translation>Cine-MR, Ende der Diastole auf Ende der Systole: Dice {0} der linken Kammer, vorher {1} (Automatisch {2})</translation>
    </message>
    <message>
        <source>hands: {0} mm, from {1} mm (Automatic {2} mm)</source>
        <translation>Hände: {0} mm, vorher {1} mm (Automatisch {2} mm)</translation>
    </message>
    <message>
        <source>heart, end of diastole to end of systole: Dice {0}, from {1}</source>
        <translation>Herz, Enddiastole auf Endsystole: Dice {0}, vorher {1}</translation>
    </message>
    <message>
        <source>it fails with T1 as the fixed image, where Automatic succeeds</source>
        <translation>mit T1 als festem Bild misslingt es, Automatisch nicht</translation>
    </message>
    <message>
        <source>lesions of mouse lungs {0}, from {1}, and {2}, from {3}</source>
        <translation>Läsionen von Mäuselungen {0}, vorher {1}, und {2}, vorher {3}</translation>
    </message>
    <message>
        <source>macaque brains, {0} landmarks: {1} mm, from {2} mm</source>
        <translation>Gehirne von Makaken, {0} Landmarken: {1} mm, vorher {2} mm</translation>
    </message>
    <message>
        <source>of a chimpanzee&apos;s: {0} mm, from {1} mm</source>
        <translation>eines Schimpansen: {0} mm, vorher {1} mm</translation>
    </message>
    <message>
        <source>of a neck: Dice {0} to {1} of the cord (Automatic and the spine preset are more reliable there)</source>
        <translation>eines Halses: Dice {0} bis {1} des Rückenmarks (Automatisch und das Preset der Wirbelsäule sind dort zuverlässiger)</translation>
    </message>
    <message>
        <source>of two studies: {0}, from {1}</source>
        <translation>zweier Studien: {0}, vorher {1}</translation>
    </message>
    <message>
        <source>{0} mm, from {1} mm, as ribs are dragged along (Automatic lets the liver slide: {2} mm)</source>
        <translation>{0} mm, vorher {1} mm, da die Rippen mitgezogen werden (Automatisch lässt die Leber gleiten: {2} mm)</translation>
    </message>
    <message>
        <source>{0} of three structures of another heart, from {1} (Automatic {2})</source>
        <translation>{0} von drei Strukturen eines anderen Herzens, vorher {1} (Automatisch {2})</translation>
    </message>
    <message>
        <source>one seed each, others in docs/accuracy.md</source>
        <translation>je ein Lauf, weitere in docs/accuracy.md</translation>
    </message>
    <message>
        <source>serial sections of other stains, {0} to {1} landmarks, pixels: rat kidney {2}, from {3}</source>
        <translation>Serienschnitte anderer Färbung, {0} bis {1} Landmarken, Pixel: Rattenniere {2}, vorher {3}</translation>
    </message>
    <message>
        <source>skulls of two people, {0} landmarks: {1} mm, from {2} mm</source>
        <translation>Schädel zweier Personen, {0} Landmarken: {1} mm, vorher {2} mm</translation>
    </message>
    <message>
        <source>upper abdomens of two people, {0} organs labeled by a network: Dice {1}, from {2} (Automatic {3})</source>
        <translation>Oberbäuche zweier Personen, {0} von einem Netz markierte Organe: Dice {1}, vorher {2} (Automatisch {3})</translation>
    </message>
    <message>
        <source>with T1 as the fixed image {0} to {1}, where the drawn labels allow {2}</source>
        <translation>mit T1 als festem Bild {0} bis {1}, die gezeichneten Labels erlauben {2}</translation>
    </message>
    <message>
        <source>{0} mm brain deformed by a known map: {1} mm, from {2} mm</source>
        <translation>Gehirn mit {0} mm, bekannt verformt: {1} mm, vorher {2} mm</translation>
    </message>
    <message>
        <source>{0} mm brain deformed by a known map: {1} mm, from {2} mm, the same with T1 converted to T2</source>
        <translation>Gehirn mit {0} mm, bekannt verformt: {1} mm, vorher {2} mm, ebenso mit T1 als T2</translation>
    </message>
    <message>
        <source>{0} mm brain deformed by a known map: {1} to {2} mm, from {3} mm</source>
        <translation>Gehirn mit {0} mm, bekannt verformt: {1} bis {2} mm, vorher {3} mm</translation>
    </message>
</context>
<context>
    <name>RegistrationRequest</name>
    <message>
        <source>Effort:</source>
        <translation>Aufwand:</translation>
    </message>
    <message>
        <source>How much time to spend on accuracy; rigid and affine presets take the same time with each.</source>
        <translation>Wie viel Zeit für Genauigkeit aufgewendet wird; starre und affine Voreinstellungen brauchen immer gleich lang.</translation>
    </message>
    <message>
        <source>Fast</source>
        <translation>Schnell</translation>
    </message>
    <message>
        <source>Let organs slide along each other where that clearly fits the images better, or never; without a sliding mask, adaptive presets detect it.</source>
        <translation>Lässt Organe aneinander entlanggleiten, wo das die Bilder deutlich besser erklärt, oder nie; ohne Gleitmaske suchen danach die Voreinstellungen, die sich anpassen.</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>Normal</translation>
    </message>
    <message>
        <source>Thorough</source>
        <translation>Gründlich</translation>
    </message>
    <message>
        <source>Full resolution:</source>
        <translation>Volle Auflösung:</translation>
    </message>
    <message>
        <source>Register large images at full resolution, even if the preset gains nothing from it.</source>
        <translation>Große Bilder Voxel für Voxel registrieren, obwohl die Voreinstellung davon nichts hat.</translation>
    </message>
    <message>
        <source>Sliding:</source>
        <translation>Gleiten:</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>Landmark weight:</source>
        <translation>Landmarkengewicht:</translation>
    </message>
    <message>
        <source>Let the landmarks guide all stages: their mean distance in mm, times this weight, is minimized too.</source>
        <translation>Die Landmarken alle Stufen leiten lassen: Ihr mittlerer Abstand, mm, mal diesem Gewicht wird mit minimiert.</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keine</translation>
    </message>
</context>
<context>
    <name>RunsSection</name>
    <message>
        <source>Runs of this pair</source>
        <translation>Läufe dieses Paars</translation>
    </message>
    <message>
        <source>Earlier results for these two volumes, and their quality.</source>
        <translation>Was mit diesen zwei Volumen versucht wurde und wie gut es war.</translation>
    </message>
    <message>
        <source>The runs on this pair, the last one on top. Click one to see its result in the slice views.</source>
        <translation>Die Läufe mit diesem Paar, der letzte oben. Ein Klick zeigt das Ergebnis in den Schichtansichten.</translation>
    </message>
    <message>
        <source>The verdict on the run that is shown.</source>
        <translation>Das Urteil über den gezeigten Lauf.</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>The result of this run over the fixed volume. A second click brings your views back.</source>
        <translation>Das Ergebnis dieses Laufs über dem festen Volumen. Ein zweiter Klick bringt Ihre Ansichten zurück.</translation>
    </message>
    <message>
        <source>Keep this one</source>
        <translation>Dieses behalten</translation>
    </message>
    <message>
        <source>Add its volume and transform to the scene, as nodes that later runs do not overwrite.</source>
        <translation>Sein Volumen und seine Transformation als Knoten in die Szene legen, die kein späterer Lauf überschreibt.</translation>
    </message>
    <message>
        <source>Compare presets...</source>
        <translation>Voreinstellungen vergleichen...</translation>
    </message>
    <message>
        <source>Register this pair with several presets, and rank them.</source>
        <translation>Dieses Paar mit mehreren Voreinstellungen registrieren und sie reihen.</translation>
    </message>
    <message>
        <source>Tune...</source>
        <translation>Abstimmen...</translation>
    </message>
    <message>
        <source>Search for better parameters for images like these.</source>
        <translation>Bessere Parameter für Bilder wie diese suchen.</translation>
    </message>
</context>
<context>
    <name>TransformSection</name>
    <message>
        <source>Transform:</source>
        <translation>Transformation:</translation>
    </message>
    <message>
        <source>Any transform: from a registration here, from other modules, or loaded from a file.</source>
        <translation>Eine beliebige Transformation: aus einer Registrierung hier, aus anderen Modulen oder aus einer Datei.</translation>
    </message>
    <message>
        <source>Load...</source>
        <translation>Laden...</translation>
    </message>
    <message>
        <source>A transform file from elastix (TransformParameters, with the files that it links to), ITK, ANTs, BRAINS, or Slicer, or an image of displacements.</source>
        <translation>Eine Datei von elastix (TransformParameters mit allem, worauf sie verweisen), ITK, ANTs, BRAINS oder Slicer, oder ein Bild aus Verschiebungen.</translation>
    </message>
    <message>
        <source>Direction:</source>
        <translation>Richtung:</translation>
    </message>
    <message>
        <source>elastix maps points of the fixed image to the moving image. Volumes of the moving image are resampled by that mapping; points, surfaces and markups go the other way, so that everything lands on the fixed image. The second choice does the inverse: nodes on the fixed image land on the moving image.</source>
        <translation>elastix bildet Punkte des festen Bildes auf das bewegte ab. Volumen des bewegten Bildes werden daran entlang umgerechnet; Punkte, Oberflächen und Markierungen gehen den umgekehrten Weg, so dass alles auf dem festen Bild landet. Die zweite Wahl kehrt das um: Was beim festen Bild liegt, landet auf dem bewegten.</translation>
    </message>
    <message>
        <source>What to transform. A patient, study or folder stands for everything in it.</source>
        <translation>Was transformiert wird. Patient, Studie oder Ordner stehen für alles darin.</translation>
    </message>
    <message>
        <source>Applies to volumes. Label maps and segments always use the nearest voxel.</source>
        <translation>Für Volumen. Labelkarten und Segmente nehmen immer das nächste Voxel.</translation>
    </message>
    <message>
        <source>Create new nodes, resampled or moved. The originals stay as they are.</source>
        <translation>Neue Knoten anlegen, umgerechnet oder verschoben. Die Originale bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>Change the chosen nodes themselves.</source>
        <translation>Die gewählten Knoten selbst ändern.</translation>
    </message>
    <message>
        <source>Show the chosen nodes transformed without resampling anything; harden later.</source>
        <translation>Die gewählten Knoten transformiert zeigen, ohne etwas umzurechnen; härten geht später.</translation>
    </message>
    <message>
        <source>Make the transforms above the chosen nodes permanent, also for volumes under a deformation.</source>
        <translation>Was die Transformationen über den gewählten Knoten zeigen, dauerhaft machen, auch bei Volumen unter Verformungen.</translation>
    </message>
    <message>
        <source>Create the inverse as a new transform node, computed over the grid chosen above, and report how exact it is.</source>
        <translation>Einen eigenen Transformationsknoten anlegen, über dem als Gitter gewählten Volumen berechnet, und sagen, wie genau er ist.</translation>
    </message>
    <message>
        <source>Undo the last step in this tab.</source>
        <translation>Den letzten Schritt auf dieser Seite rückgängig machen.</translation>
    </message>
    <message>
        <source>Measure the deformation in the segments of:</source>
        <translation>Verformung messen in den Segmenten von:</translation>
    </message>
    <message>
        <source>Displacement and local change of volume over the volume chosen as grid, in colors with legends; volumes of the segments before and after; where space folds.</source>
        <translation>Verschiebung und lokale Volumenänderung über dem als Gitter gewählten Volumen, farbig mit Legende; Volumen der Segmente vorher und nachher; wo sich der Raum faltet.</translation>
    </message>
    <message>
        <source>What was done.</source>
        <translation>Was getan wurde.</translation>
    </message>
    <message>
        <source>Grid of:</source>
        <translation>Gitter von:</translation>
    </message>
    <message>
        <source>Volumes and segments are resampled onto the grid of this volume, usually the fixed one. None: each keeps its own grid, or gets one that holds all of it.</source>
        <translation>Volumen und Segmente bekommen die Voxel dieses Volumens, meist des festen. Keines: Sie behalten ihre eigenen oder bekommen ein Gitter, das alles fasst.</translation>
    </message>
    <message>
        <source>Interpolation:</source>
        <translation>Interpolation:</translation>
    </message>
    <message>
        <source>Transform copies</source>
        <translation>Kopien transformieren</translation>
    </message>
    <message>
        <source>Transform in place</source>
        <translation>Selbst transformieren</translation>
    </message>
    <message>
        <source>Put under</source>
        <translation>Darunterlegen</translation>
    </message>
    <message>
        <source>Harden</source>
        <translation>Festschreiben</translation>
    </message>
    <message>
        <source>Create inverse</source>
        <translation>Inverse erzeugen</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Segments of the fixed image whose change of volume is measured. None: only the deformation is measured.</source>
        <translation>Segmente des festen Bildes, um zu messen, wie sich ihr Volumen ändert. Keine: nur die Verformung.</translation>
    </message>
    <message>
        <source>Analyze</source>
        <translation>Auswerten</translation>
    </message>
</context>
<context>
    <name>TuneWindow</name>
    <message>
        <source>Tune a preset</source>
        <translation>Eine Voreinstellung abstimmen</translation>
    </message>
    <message>
        <source>The search starts from the preset chosen in the panel.</source>
        <translation>Die Suche beginnt bei der Voreinstellung des Panels.</translation>
    </message>
    <message>
        <source>Pairs:</source>
        <translation>Paare:</translation>
    </message>
    <message>
        <source>Source of the pairs with landmarks. Each parameter set of the scene is one pair.</source>
        <translation>Wo die Paare mit Landmarken sind. Jeder Parametersatz der Szene ist eines.</translation>
    </message>
    <message>
        <source>Table:</source>
        <translation>Tabelle:</translation>
    </message>
    <message>
        <source>A CSV file with the columns fixed, moving, and fixed_points and moving_points, or fixed_labels and moving_labels.</source>
        <translation>Eine CSV-Datei mit den Spalten fixed, moving sowie fixed_points und moving_points oder fixed_labels und moving_labels.</translation>
    </message>
    <message>
        <source>Tables (*.csv *.tsv)</source>
        <translation>Tabellen (*.csv *.tsv)</translation>
    </message>
    <message>
        <source>Minutes:</source>
        <translation>Minuten:</translation>
    </message>
    <message>
        <source>How long to search. In addition, the start is measured before the search, and the pairs kept apart after it.</source>
        <translation>Wie lange gesucht wird. Davor wird der Ausgangspunkt gemessen, danach die zurückgehaltenen Paare.</translation>
    </message>
    <message>
        <source>Judged by:</source>
        <translation>Beurteilt durch:</translation>
    </message>
    <message>
        <source>Pairs that a search never saw judge its result. In turn, every pair does so once, which says more about the next patient; four searches then share the time.</source>
        <translation>Paare, die eine Suche nie sah, beurteilen, was sie fand. Der Reihe nach tut das jedes Paar einmal, was mehr über den nächsten Patienten sagt; vier Suchen teilen sich dann die Minuten.</translation>
    </message>
    <message>
        <source>Results in:</source>
        <translation>Ergebnisse in:</translation>
    </message>
    <message>
        <source>Receives a page and the study. The same pairs with the same folder continue where they stopped.</source>
        <translation>Bekommt eine Seite und die Studie: Dieselben Paare mit demselben Ordner machen dort weiter, wo sie angehalten wurden.</translation>
    </message>
    <message>
        <source>New preset:</source>
        <translation>Neue Voreinstellung:</translation>
    </message>
    <message>
        <source>Name of the resulting preset.</source>
        <translation>Wie die Voreinstellung heißt, die dabei herauskommt.</translation>
    </message>
    <message>
        <source>Named after the start</source>
        <translation>Nach dem Ausgangspunkt benannt</translation>
    </message>
    <message>
        <source>The parameter sets of the scene with landmarks of both volumes. The checked ones train the search or judge its result.</source>
        <translation>Die Parametersätze der Szene mit Landmarken beider Volumen. Aus den angehakten wird gelernt, oder sie beurteilen das Ergebnis.</translation>
    </message>
    <message>
        <source>Tune</source>
        <translation>Abstimmen</translation>
    </message>
    <message>
        <source>Search for better parameters in the background. During a run, cancel it; finished trials stay in the folder.</source>
        <translation>Im Hintergrund bessere Parameter suchen. Während es läuft: abbrechen; was versucht wurde, bleibt im Ordner.</translation>
    </message>
    <message>
        <source>Share of the search time that has passed.</source>
        <translation>Wie viel von der Zeit für die Suche vergangen ist.</translation>
    </message>
    <message>
        <source>What the search has found.</source>
        <translation>Was die Suche gefunden hat.</translation>
    </message>
    <message>
        <source>Page...</source>
        <translation>Seite...</translation>
    </message>
    <message>
        <source>The history of the search, in the web browser.</source>
        <translation>Der Verlauf der Suche, im Webbrowser.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Close this window. A run continues in the background.</source>
        <translation>Dieses Fenster schließen. Was läuft, läuft weiter.</translation>
    </message>
</context>
<context>
    <name>comparing.compare_window</name>
    <message>
        <source>Canceled, because the scene was closed.</source>
        <translation>Abgebrochen: Die Szene wurde geschlossen.</translation>
    </message>
    <message>
        <source>Canceled, because {name} was removed.</source>
        <translation>Abgebrochen: {name} wurde entfernt.</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>Voreinstellung</translation>
    </message>
    <message>
        <source>Worst</source>
        <translation>Schlechtester Wert</translation>
    </message>
    <message>
        <source>From the best</source>
        <translation>Abstand zur besten</translation>
    </message>
    <message>
        <source>Folded, %</source>
        <translation>Gefaltet, %</translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation>Sekunden</translation>
    </message>
    <message>
        <source>Choose a fixed and a moving volume in the panel.</source>
        <translation>Wählen Sie im Panel ein festes und ein bewegtes Volumen.</translation>
    </message>
    <message>
        <source>Judged by {count} pairs of landmarks.</source>
        <translation>{count} Landmarkenpaare urteilen.</translation>
    </message>
    <message>
        <source>Judged by the overlap of the masks.</source>
        <translation>Die Überlappung der Masken urteilt.</translation>
    </message>
    <message>
        <source>Ranking needs landmarks, or masks of both volumes.</source>
        <translation>Ohne Landmarken oder Masken beider Volumen lässt sich nichts reihen.</translation>
    </message>
    <message>
        <source>The landmarks guide this preset, so they cannot judge it.</source>
        <translation>Die Landmarken führen diese Voreinstellung, also können sie nicht über sie urteilen.</translation>
    </message>
    <message>
        <source>Choose a fixed and a moving volume</source>
        <translation>Festes und bewegtes Volumen wählen</translation>
    </message>
    <message>
        <source>Check two presets or more</source>
        <translation>Mindestens zwei Voreinstellungen anhaken</translation>
    </message>
    <message>
        <source>Starting ...</source>
        <translation>Beginnt ...</translation>
    </message>
    <message>
        <source>{done} of {total} done; now {name}.</source>
        <translation>{done} von {total} fertig; jetzt {name}.</translation>
    </message>
    <message>
        <source>Canceled. Nothing was finished.</source>
        <translation>Abgebrochen. Nichts war fertig.</translation>
    </message>
    <message>
        <source>Canceled. Only what was finished is ranked.</source>
        <translation>Abgebrochen: Nur was fertig war, ist gereiht.</translation>
    </message>
    <message>
        <source>The page could not be created.</source>
        <translation>Die Seite konnte nicht erstellt werden.</translation>
    </message>
    <message>
        <source>The comparison failed</source>
        <translation>Der Vergleich ist fehlgeschlagen</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <source>Choose a parameter set</source>
        <translation>Parametersatz wählen</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
</context>
<context>
    <name>comparing.confidence</name>
    <message>
        <source>Least certain places (R, A, S)</source>
        <translation>Unsicherste Stellen (R, A, S)</translation>
    </message>
    <message>
        <source>May be off by</source>
        <translation>Abweichung bis</translation>
    </message>
    <message>
        <source>Canceled, because the scene was closed.</source>
        <translation>Abgebrochen: Die Szene wurde geschlossen.</translation>
    </message>
    <message>
        <source>Canceled, because {name} was removed.</source>
        <translation>Abgebrochen: {name} wurde entfernt.</translation>
    </message>
    <message>
        <source>Canceled.</source>
        <translation>Abgebrochen.</translation>
    </message>
    <message>
        <source>Failed. {message}</source>
        <translation>Gescheitert. {message}</translation>
    </message>
    <message>
        <source>The estimate failed</source>
        <translation>Die Schätzung ist fehlgeschlagen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Where might it be off?</source>
        <translation>Wo kann es falsch sein?</translation>
    </message>
    <message>
        <source>Searching for better matches around each place ...</source>
        <translation>Um jede Stelle wird gesucht, wo sie besser passen würde ...</translation>
    </message>
    <message>
        <source>Half of the object may be off by more than {median} mm, and 5 % of it by more than {most} mm. This is an estimate: use it to decide where to look. It cannot distinguish structures that look alike.</source>
        <translation>Die Hälfte des Objekts kann um mehr als {median} mm abweichen, ein Zwanzigstel um mehr als {most} mm. Das ist eine Schätzung: Sie zeigt, wo man hinsehen sollte. Was gleich aussieht, kann sie nicht unterscheiden.</translation>
    </message>
</context>
<context>
    <name>comparing.history</name>
    <message>
        <source>Preset</source>
        <translation>Voreinstellung</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Danach</translation>
    </message>
    <message>
        <source>Folds</source>
        <translation>Falten</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>The result cannot be shown.</source>
        <translation>Das Ergebnis kann nicht gezeigt werden.</translation>
    </message>
    <message>
        <source>The result cannot be kept.</source>
        <translation>Das Ergebnis kann nicht behalten werden.</translation>
    </message>
    <message>
        <source>none yet</source>
        <translation>noch keine</translation>
    </message>
    <message>
        <source>1 run</source>
        <translation>1 Lauf</translation>
    </message>
    <message>
        <source>{count} runs</source>
        <translation>{count} Läufe</translation>
    </message>
    <message>
        <source>Its result is no longer available.</source>
        <translation>Sein Ergebnis ist nicht mehr vorhanden.</translation>
    </message>
</context>
<context>
    <name>comparing.landmarks</name>
    <message>
        <source>Landmark {number}: click it in the fixed volume.</source>
        <translation>Landmarke {number}: im festen Volumen anklicken.</translation>
    </message>
    <message>
        <source>Landmark {number}: click the same place in the moving volume. The views show where it is expected.</source>
        <translation>Landmarke {number}: dieselbe Stelle im bewegten Volumen anklicken. Die Ansichten sind dort, wo sie zu erwarten ist.</translation>
    </message>
</context>
<context>
    <name>comparing.task_window</name>
    <message>
        <source>Failed. {message}</source>
        <translation>Gescheitert. {message}</translation>
    </message>
    <message>
        <source>Elastix Registration</source>
        <translation>Elastix-Registrierung</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
</context>
<context>
    <name>comparing.tune_window</name>
    <message>
        <source>Parameter sets of the scene</source>
        <extracomment>Number of parts of a cross-validation.</extracomment>
        <translation>Parametersätze der Szene</translation>
    </message>
    <message>
        <source>A table (CSV)</source>
        <translation>Eine Tabelle (CSV)</translation>
    </message>
    <message>
        <source>A quarter of the pairs, kept apart</source>
        <translation>Ein Viertel der Paare, ungesehen</translation>
    </message>
    <message>
        <source>Each third of the pairs in turn</source>
        <translation>Jedes Drittel der Paare der Reihe nach</translation>
    </message>
    <message>
        <source>The search starts from {preset}, the preset of the panel.</source>
        <translation>Die Suche beginnt bei {preset}, der Voreinstellung des Panels.</translation>
    </message>
    <message>
        <source>Choose a parameter set</source>
        <translation>Parametersatz wählen</translation>
    </message>
    <message>
        <source>Two pairs with landmarks are needed</source>
        <translation>Zwei Paare mit Landmarken sind nötig</translation>
    </message>
    <message>
        <source>Three pairs with landmarks are needed</source>
        <translation>Drei Paare mit Landmarken sind nötig</translation>
    </message>
    <message>
        <source>Choose a table</source>
        <translation>Tabelle wählen</translation>
    </message>
    <message>
        <source>Choose a folder for the results</source>
        <translation>Ordner für die Ergebnisse wählen</translation>
    </message>
    <message>
        <source>Measuring the start ...</source>
        <translation>Der Ausgangspunkt wird gemessen ...</translation>
    </message>
    <message>
        <source>Judging the best one on the pairs kept apart ...</source>
        <translation>Das Beste wird an den zurückgehaltenen Paaren beurteilt ...</translation>
    </message>
    <message>
        <source>{count} tried.</source>
        <translation>{count} versucht.</translation>
    </message>
    <message>
        <source>{count} tried; the best has {share} % of the starting error, on the training pairs.</source>
        <translation>{count} versucht; das Beste hat {share} % des Fehlers des Ausgangspunkts, auf den Paaren, von denen gelernt wird.</translation>
    </message>
    <message>
        <source>Canceled. Finished trials stay in the folder; the same pairs continue from there.</source>
        <translation>Abgebrochen. Was versucht wurde, bleibt im Ordner: Dieselben Paare machen dort weiter.</translation>
    </message>
    <message>
        <source>No preset was kept.</source>
        <translation>Es wurde keine Voreinstellung behalten.</translation>
    </message>
    <message>
        <source>It is now your preset {name}.</source>
        <translation>Es ist jetzt Ihre Voreinstellung {name}.</translation>
    </message>
    <message>
        <source>The search failed</source>
        <translation>Die Suche ist fehlgeschlagen</translation>
    </message>
    <message>
        <source>Tune</source>
        <translation>Abstimmen</translation>
    </message>
</context>
<context>
    <name>core</name>
    <message>
        <source>1 resolution</source>
        <translation>1 Auflösung</translation>
    </message>
    <message>
        <source>A 2D {element} has no counterpart in 3D.</source>
        <translation>Ein 2D-{element} hat kein Gegenstück in 3D.</translation>
    </message>
    <message>
        <source>A DeformationFieldTransform can be read only with DeformationFieldInterpolationOrder 1.</source>
        <translation>Eine DeformationFieldTransform wird nur mit DeformationFieldInterpolationOrder 1 gelesen.</translation>
    </message>
    <message>
        <source>A PDF needs WeasyPrint: pip install weasyprint; or print report.html from a browser ({error}).</source>
        <translation>Ein PDF braucht WeasyPrint: pip install weasyprint; oder report.html aus einem Browser drucken ({error}).</translation>
    </message>
    <message>
        <source>A SplineKernelType {kernel} has no exact ITK form.</source>
        <translation>Ein SplineKernelType {kernel} hat keine genaue ITK-Form.</translation>
    </message>
    <message>
        <source>A cohort needs a folder for its results.</source>
        <translation>Eine Kohorte braucht einen Ordner für ihre Ergebnisse.</translation>
    </message>
    <message>
        <source>A grid of {grid_mm:g} mm has {value:.3g} points; choose a coarser one.</source>
        <translation>Ein Gitter von {grid_mm:g} mm hat {value:.3g} Punkte; bitte ein gröberes wählen.</translation>
    </message>
    <message>
        <source>A group has at least {min_images} images, not {count}.</source>
        <translation>Eine Gruppe hat mindestens {min_images} Bilder, nicht {count}.</translation>
    </message>
    <message>
        <source>A group has images of 2 or 3 dimensions, all the same, not {dimensions}.</source>
        <translation>Eine Gruppe hat Bilder von 2 oder 3 Dimensionen, alle gleich, nicht {dimensions}.</translation>
    </message>
    <message>
        <source>A landmark weight was given, but no corresponding points.</source>
        <translation>Ein Gewicht der Landmarken wurde angegeben, aber keine zusammengehörigen Punkte.</translation>
    </message>
    <message>
        <source>A mask lies on the reference frame, so it cannot be used from neighbor to neighbor.</source>
        <translation>Eine Maske liegt auf dem Referenzbild und kann darum nicht von Nachbar zu Nachbar gelten.</translation>
    </message>
    <message>
        <source>A matrix in {space} space needs the grids of the fixed and the moving image.</source>
        <translation>Eine Matrix im Raum {space} braucht die Gitter des festen und des bewegten Bildes.</translation>
    </message>
    <message>
        <source>A matrix of FSL&apos;s flirt refers to the voxels of two images: give --fixed and --moving.</source>
        <translation>Eine Matrix von FSLs flirt bezieht sich auf die Voxel zweier Bilder: --fixed und --moving angeben.</translation>
    </message>
    <message>
        <source>A matrix of shape {shape} is not affine; it must be 4x4 or 3x4, in 2D 3x3 or 2x3.</source>
        <translation>Eine Matrix der Form {shape} ist nicht affin; sie muss 4x4 oder 3x4 sein, in 2D 3x3 oder 2x3.</translation>
    </message>
    <message>
        <source>A matrix of {dimension} dimensions does not fit images of {dimension2} and {dimension3}.</source>
        <translation>Eine Matrix von {dimension} Dimensionen passt nicht zu Bildern von {dimension2} und {dimension3}.</translation>
    </message>
    <message>
        <source>A memory limit cannot be set on this system, only on Linux and Windows.</source>
        <translation>Eine Speichergrenze lässt sich auf diesem System nicht setzen, nur unter Linux und Windows.</translation>
    </message>
    <message>
        <source>A preset is exported as a folder or as a .zip file; {target} looks like another file.</source>
        <translation>Eine Voreinstellung wird als Ordner oder als .zip-Datei exportiert; {target} sieht nach einer anderen Datei aus.</translation>
    </message>
    <message>
        <source>A registration has no node of the role {role}.</source>
        <translation>Eine Registrierung hat keinen Knoten der Rolle {role}.</translation>
    </message>
    <message>
        <source>A sliding mask needs 3D images, but these have 2 dimensions.</source>
        <translation>Eine Gleitmaske ist für 3D-Bilder; diese haben 2 Dimensionen.</translation>
    </message>
    <message>
        <source>A spline of landmarks is sampled on the grid of the fixed image; give that image.</source>
        <translation>Ein Spline aus Landmarken wird auf dem Gitter des festen Bildes geschrieben; bitte dieses Bild angeben.</translation>
    </message>
    <message>
        <source>A stack of slices is a 3D image, not one of {dimension} dimensions.</source>
        <translation>Ein Schichtstapel ist ein 3D-Bild, nicht eines von {dimension} Dimensionen.</translation>
    </message>
    <message>
        <source>A start position by {kind} landmarks needs {axes} pairs of points; there are {count}.</source>
        <translation>Ein Start mit {kind}-Landmarken braucht {axes} Punktpaare; es gibt {count}.</translation>
    </message>
    <message>
        <source>A transform node or the file of a transform is needed; {what} was given.</source>
        <translation>Nötig ist ein Transformationsknoten oder die Datei einer Transformation; angegeben wurde {what}.</translation>
    </message>
    <message>
        <source>A transform of another process is not made of transforms.</source>
        <translation>Eine Transformation eines anderen Prozesses besteht nicht aus Transformationen.</translation>
    </message>
    <message>
        <source>A transform of class {name} cannot be sent to another process.</source>
        <translation>Eine Transformation der Klasse {name} kann nicht an einen anderen Prozess gehen.</translation>
    </message>
    <message>
        <source>A vector field of shape {shape} with {count} spacings is neither 2D (j, i, 2) nor 3D (k, j, i, 3).</source>
        <translation>Ein Vektorfeld der Form {shape} mit {count} Abständen ist weder 2D (j, i, 2) noch 3D (k, j, i, 3).</translation>
    </message>
    <message>
        <source>A {element} has no counterpart among the transforms of a MRML scene.</source>
        <translation>{element} hat kein Gegenstück unter den Transformationen einer MRML-Szene.</translation>
    </message>
    <message>
        <source>A {element} has no grid of displacements.</source>
        <translation>{element} hat kein Gitter von Verschiebungen.</translation>
    </message>
    <message>
        <source>A {name} cannot be written as elastix TransformParameters; save it as .h5.</source>
        <translation>{name} lässt sich nicht als TransformParameters von elastix schreiben; bitte als .h5 speichern.</translation>
    </message>
    <message>
        <source>A {name} of {dimension} dimensions has no {shape} matrix.</source>
        <translation>{name} von {dimension} Dimensionen hat keine Matrix {shape}.</translation>
    </message>
    <message>
        <source>A {name} takes {count} {what}, not {count2}.</source>
        <translation>{name} nimmt {count} {what}, nicht {count2}.</translation>
    </message>
    <message>
        <source>A {name} with suffix {suffix} is not complete.</source>
        <translation>{name} mit der Endung {suffix} ist nicht vollständig.</translation>
    </message>
    <message>
        <source>A {value} combined by &quot;Add&quot; cannot be composed.</source>
        <translation>{value}, kombiniert durch &quot;Add&quot;, lässt sich nicht verketten.</translation>
    </message>
    <message>
        <source>Agreement needs the results of at least two methods.</source>
        <translation>Übereinstimmung braucht die Ergebnisse von mindestens zwei Methoden.</translation>
    </message>
    <message>
        <source>All of them failed, the first with {first}. {error}</source>
        <translation>Alle sind fehlgeschlagen, als Erstes {first}. {error}</translation>
    </message>
    <message>
        <source>All stages of the preset are switched off; switch one on or add one.</source>
        <translation>Alle Stufen der Voreinstellung sind ausgeschaltet; bitte eine einschalten oder hinzufügen.</translation>
    </message>
    <message>
        <source>An array of shape {shape} does not fit a grid of {geometry}.</source>
        <translation>Ein Array der Form {shape} passt nicht auf ein Gitter von {geometry}.</translation>
    </message>
    <message>
        <source>An interval needs finite differences, at least one.</source>
        <translation>Ein Intervall braucht endliche Unterschiede, mindestens einen.</translation>
    </message>
    <message>
        <source>B-spline</source>
        <translation>B-Spline</translation>
    </message>
    <message>
        <source>Better aligned: {change}.</source>
        <translation>Besser ausgerichtet: {change}.</translation>
    </message>
    <message>
        <source>Choose one of several time points with --frame, in Python with core.read_image(path, frame=N).</source>
        <translation>Einen von mehreren Zeitpunkten mit --frame wählen, in Python mit core.read_image(path, frame=N).</translation>
    </message>
    <message>
        <source>Correlation</source>
        <translation>Korrelation</translation>
    </message>
    <message>
        <source>Corresponding points are needed in both images, but only one list was given.</source>
        <translation>Zusammengehörige Punkte sind in beiden Bildern nötig, und nur eine Liste wurde angegeben.</translation>
    </message>
    <message>
        <source>Cyclic B-splines have no exact ITK form.</source>
        <translation>Zyklische B-Splines haben keine genaue ITK-Form.</translation>
    </message>
    <message>
        <source>DICOM supports registrations of 3D images only, and this transform is for 2D images.</source>
        <translation>DICOM kennt nur Registrierungen von 3D-Bildern, und diese Transformation ist von 2D-Bildern.</translation>
    </message>
    <message>
        <source>Dice overlap</source>
        <translation>Dice-Überlappung</translation>
    </message>
    <message>
        <source>Dice overlap, {name}</source>
        <translation>Dice-Überlappung, {name}</translation>
    </message>
    <message>
        <source>DisplacementDistribution finds no step size for a TranslationTransform, and all points are lost; use ({method} &quot;Original&quot;).</source>
        <translation>DisplacementDistribution findet für eine TranslationTransform keine Schrittweite, und alle Punkte gehen verloren; bitte ({method} &quot;Original&quot;) verwenden.</translation>
    </message>
    <message>
        <source>DistancePreservingRigidityPenalty needs the file of SegmentedImageName.</source>
        <translation>DistancePreservingRigidityPenalty braucht die Datei von SegmentedImageName.</translation>
    </message>
    <message>
        <source>FinalGridSpacingInPhysicalUnits is given too, and elastix takes only one of them.</source>
        <translation>FinalGridSpacingInPhysicalUnits ist auch angegeben, und elastix nimmt nur eines von beiden.</translation>
    </message>
    <message>
        <source>Fixed and moving landmarks must come in pairs, but there are {value} fixed and {value2} moving ones.</source>
        <translation>Feste und bewegte Landmarken müssen Paare bilden, aber es gibt {value} feste und {value2} bewegte.</translation>
    </message>
    <message>
        <source>Folded voxels</source>
        <translation>Gefaltete Voxel</translation>
    </message>
    <message>
        <source>FullSearch needs ({name} name parameter_number from to step) for resolution {resolution}, once or several times, and there are {count} values.</source>
        <translation>FullSearch braucht ({name} name parameter_number from to step) für Auflösung {resolution}, einmal oder mehrmals, und es gibt {count} Werte.</translation>
    </message>
    <message>
        <source>Gap or overlap where it slides, {word}</source>
        <translation>Lücke oder Überlappung beim Gleiten, {word}</translation>
    </message>
    <message>
        <source>GeometryTop is for images of 3 axes, and these have 2.</source>
        <translation>GeometryTop ist für Bilder mit 3 Achsen, und diese haben 2.</translation>
    </message>
    <message>
        <source>Give a preset or stages to register with, not both.</source>
        <translation>Zum Registrieren eine Voreinstellung oder Stufen angeben, nicht beides.</translation>
    </message>
    <message>
        <source>Give a preset or stages to register with.</source>
        <translation>Zum Registrieren eine Voreinstellung oder Stufen angeben.</translation>
    </message>
    <message>
        <source>Give an initial transform or an initialization, not both.</source>
        <translation>Eine Anfangstransformation oder eine Initialisierung angeben, nicht beides.</translation>
    </message>
    <message>
        <source>Give an initialization, or let all rotations be tried, not both.</source>
        <translation>Eine Initialisierung angeben oder alle Drehungen versuchen lassen, nicht beides.</translation>
    </message>
    <message>
        <source>Give parameter files or a preset, not both (preset {preset} was given).</source>
        <translation>Parameterdateien oder eine Voreinstellung angeben, nicht beides (Voreinstellung {preset} wurde angegeben).</translation>
    </message>
    <message>
        <source>Give volumes of the scene, or a folder or table of files, not both.</source>
        <translation>Volumen der Szene angeben oder einen Ordner oder eine Tabelle von Dateien, nicht beides.</translation>
    </message>
    <message>
        <source>The labels or masks hardly overlap: look at the images before you rely on the result.</source>
        <translation>Kaum etwas überlappt: vor dem Verwenden die Bilder ansehen.</translation>
    </message>
    <message>
        <source>Hausdorff distance 95 %, {name}</source>
        <translation>Hausdorff-Abstand 95 %, {name}</translation>
    </message>
    <message>
        <source>Images of {shape} and {shape2} voxels cannot be compared voxel by voxel.</source>
        <translation>Bilder von {shape} und {shape2} Voxeln lassen sich nicht Voxel für Voxel vergleichen.</translation>
    </message>
    <message>
        <source>Implausible: {reason}</source>
        <translation>Unplausibel: {reason}</translation>
    </message>
    <message>
        <source>In {share:.2g} % of the object, the local volume change is less than {smallest:g} times or more than {largest:g} times that of most of the object.</source>
        <translation>In {share:.2g} % des Objekts beträgt die lokale Volumenänderung weniger als das {smallest:g}-Fache oder mehr als das {largest:g}-Fache der Änderung im größten Teil des Objekts.</translation>
    </message>
    <message>
        <source>It is a B-spline of order {order}, and only order 3 is supported; write it as displacements (SimpleITK: TransformToDisplacementField).</source>
        <translation>Es ist ein B-Spline der Ordnung {order}, und nur Ordnung 3 wird unterstützt; bitte als Verschiebungen schreiben (SimpleITK: TransformToDisplacementField).</translation>
    </message>
    <message>
        <source>It is better than {others} beyond chance.</source>
        <translation>Es ist besser als {others} über den Zufall hinaus.</translation>
    </message>
    <message>
        <source>Landmark distance, {word}</source>
        <translation>Landmarkenabstand, {word}</translation>
    </message>
    <message>
        <source>Landmark {named} is far off although the others fit; the registration failed there, or the landmark is wrong.</source>
        <translation>Landmarke {named} liegt weit ab, wo die anderen passen; die Registrierung versagt dort, oder die Landmarke ist falsch.</translation>
    </message>
    <message>
        <source>Landmarks must come in pairs of 2D or 3D points, not as {shape} and {shape2}.</source>
        <translation>Landmarken müssen Paare von 2D- oder 3D-Punkten sein, nicht {shape} und {shape2}.</translation>
    </message>
    <message>
        <source>Landmarks must have finite coordinates.</source>
        <translation>Landmarken müssen endliche Koordinaten haben.</translation>
    </message>
    <message>
        <source>Landmarks {named} and {count} more are far off although the others fit; the registration failed there, or the landmarks are wrong.</source>
        <translation>Landmarken {named} und {count} weitere liegen weit ab, wo die anderen passen; die Registrierung versagt dort, oder die Landmarke ist falsch.</translation>
    </message>
    <message>
        <source>Landmarks {named} are far off although the others fit; the registration failed there, or the landmarks are wrong.</source>
        <translation>Landmarken {named} liegen weit ab, wo die anderen passen; die Registrierung versagt dort, oder die Landmarke ist falsch.</translation>
    </message>
    <message>
        <source>Local volume, largest</source>
        <translation>Volumenfaktor, größter</translation>
    </message>
    <message>
        <source>Local volume, smallest</source>
        <translation>Volumenfaktor, kleinster</translation>
    </message>
    <message>
        <source>Means and differences include the {shared} of {count} pairs that every method finished.</source>
        <translation>Mittel und Unterschiede gelten für die {shared} von {count} Paaren, die jede Methode beendet hat.</translation>
    </message>
    <message>
        <source>Mutual information</source>
        <translation>Transinformation</translation>
    </message>
    <message>
        <source>No better than before: {change}.</source>
        <translation>Nicht besser als vorher: {change}.</translation>
    </message>
    <message>
        <source>No fixed volume was given.</source>
        <translation>Es fehlt das feste Volumen.</translation>
    </message>
    <message>
        <source>No landmarks or labels were given, so look at the images before you rely on the result.</source>
        <translation>Es gab weder Landmarken noch Labels: vor dem Verwenden die Bilder ansehen.</translation>
    </message>
    <message>
        <source>No landmarks were given.</source>
        <translation>Es fehlen Landmarken.</translation>
    </message>
    <message>
        <source>No method has a result to rank.</source>
        <translation>Keine Methode hat ein Ergebnis für eine Rangfolge.</translation>
    </message>
    <message>
        <source>No padding; {background}.</source>
        <translation>Kein Füllwert; {background}.</translation>
    </message>
    <message>
        <source>No segment of the {name} was chosen.</source>
        <translation>{name}: kein Segment gewählt.</translation>
    </message>
    <message>
        <source>No sequence was given.</source>
        <translation>Es fehlt die Sequenz.</translation>
    </message>
    <message>
        <source>No transform format is known for the name {path}; use .h5, .tfm, .mat, .txt, .toml, .lta, .1D, or the name of an image for a displacement field.</source>
        <translation>Für den Namen {path} ist kein Transformationsformat bekannt; bitte .h5, .tfm, .mat, .txt, .toml, .lta, .1D oder für Verschiebungen den Namen eines Bildes verwenden.</translation>
    </message>
    <message>
        <source>No voxel has a finite value, so 0 is used as background.</source>
        <translation>Kein Voxel hat einen endlichen Wert, also gilt 0 als Hintergrund.</translation>
    </message>
    <message>
        <source>No {kind} format is known for the name {path}; use {choice}.</source>
        <translation>Für den Namen {path} ist kein Format für {kind} bekannt; möglich: {choice}.</translation>
    </message>
    <message>
        <source>No {name} was given.</source>
        <translation>Es fehlt: {name}.</translation>
    </message>
    <message>
        <source>None of the {outside} {side} points lies in the {side} image; they must be in mm, LPS, and of this image.</source>
        <translation>Keiner der {outside} Punkte ({side}) liegt in seinem Bild ({side}); sie müssen in mm, LPS, und von diesem Bild sein.</translation>
    </message>
    <message>
        <source>Not enough memory: a group of {count} images on {grid} takes about {needed:.1f} GB and {available:.1f} GB is free; crop or downsample the images.</source>
        <translation>Zu wenig Speicher: eine Gruppe von {count} Bildern auf {grid} braucht etwa {needed:.1f} GB, und {available:.1f} GB sind frei; bitte die Bilder zuschneiden oder vergröbern.</translation>
    </message>
    <message>
        <source>Not enough memory: registering {fixed} with {moving} takes about {needed:.1f} GB and {available:.1f} GB is free; crop or downsample the images, or close other programs.</source>
        <translation>Zu wenig Speicher: {fixed} mit {moving} zu registrieren braucht etwa {needed:.1f} GB, und {available:.1f} GB sind frei; bitte die Bilder zuschneiden oder vergröbern oder andere Programme schließen.</translation>
    </message>
    <message>
        <source>Nothing in {item} can be transformed.</source>
        <translation>Nichts in {item} lässt sich transformieren.</translation>
    </message>
    <message>
        <source>The labels or masks do not overlap: make sure that they belong to these images.</source>
        <translation>Nichts überlappt: gehören die Labels oder Masken zu diesen Bildern? Bitte prüfen.</translation>
    </message>
    <message>
        <source>Nothing was chosen to transform.</source>
        <translation>Nichts zum Transformieren gewählt.</translation>
    </message>
    <message>
        <source>Of the {called}, {missing} of {count} slices are no longer in Slicer&apos;s DICOM database.</source>
        <translation>{called}: {missing} von {count} Schichten sind nicht mehr in Slicers DICOM-Datenbank.</translation>
    </message>
    <message>
        <source>There is one pair, so the intervals are over its {count} {units}. They say how certain the ranking is for this pair, not for the next patient.</source>
        <translation>Ein Paar: die Intervalle gelten über dessen {count} {units}. Sie sagen, wie sicher die Rangfolge für dieses Paar ist, nicht für den nächsten Patienten.</translation>
    </message>
    <message>
        <source>Only a single axial slice can be taken as a 2D image, not {geometry}.</source>
        <translation>Nur eine einzelne axiale Schicht kann als 2D-Bild dienen, nicht {geometry}.</translation>
    </message>
    <message>
        <source>Only cubic B-splines (BSplineTransformSplineOrder 3) have an exact ITK form.</source>
        <translation>Nur kubische B-Splines (BSplineTransformSplineOrder 3) haben eine genaue ITK-Form.</translation>
    </message>
    <message>
        <source>Output segmentations were requested, but no segmentation of the reference frame was given.</source>
        <translation>Segmentierungen wurden als Ausgabe verlangt, aber keine Segmentierung des Referenzbildes wurde angegeben.</translation>
    </message>
    <message>
        <source>Outputs need unique names, not {names}.</source>
        <translation>Ausgaben brauchen eigene Namen, nicht {names}.</translation>
    </message>
    <message>
        <source>Outside the object, the deformation folds onto itself in 1 voxel.</source>
        <translation>Außerhalb des Objekts faltet sich die Verformung in 1 Voxel auf sich selbst.</translation>
    </message>
    <message>
        <source>Outside the object, the deformation folds onto itself in {count} voxels.</source>
        <translation>Außerhalb des Objekts faltet sich die Verformung in {count} Voxeln auf sich selbst.</translation>
    </message>
    <message>
        <source>Padding ({values}, exactly) fills {percent:.2g} % of the image from its faces inward; {background}.</source>
        <translation>Füllwerte (genau {values}) nehmen vom Rand her {percent:.2g} % des Bildes ein; {background}.</translation>
    </message>
    <message>
        <source>Padding kept as it is.</source>
        <translation>Füllwerte bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>Points on a grid of {value} voxels have no derivative along every axis.</source>
        <translation>Punkte auf einem Gitter von {value} Voxeln haben nicht entlang jeder Achse eine Ableitung.</translation>
    </message>
    <message>
        <source>RandomSparseMask needs a mask of the fixed image, and none is given.</source>
        <translation>RandomSparseMask braucht eine Maske des festen Bildes, und es gibt keine.</translation>
    </message>
    <message>
        <source>Segments of the {name} overlap; choose some that do not.</source>
        <translation>{name}: Segmente überlappen; bitte solche wählen, die es nicht tun.</translation>
    </message>
    <message>
        <source>Segments of the {role} were chosen, but no segmentation was given.</source>
        <translation>{role}: Segmente wurden gewählt, aber keine Segmentierung angegeben.</translation>
    </message>
    <message>
        <source>Set by the user.</source>
        <translation>Vom Benutzer gesetzt.</translation>
    </message>
    <message>
        <source>Slicer&apos;s DICOM database is not open; open the DICOM module once.</source>
        <translation>Slicers DICOM-Datenbank ist nicht geöffnet; bitte das Modul DICOM einmal öffnen.</translation>
    </message>
    <message>
        <source>Slices can start from a linear transform only; give one, or a 2D transform.</source>
        <translation>Schichten können nur von einer linearen Transformation starten; bitte eine solche oder eine 2D-Transformation angeben.</translation>
    </message>
    <message>
        <source>Slices of {shape}x{shape2} pixels do not make up {geometry}.</source>
        <translation>Schichten von {shape}x{shape2} Pixeln ergeben nicht {geometry}.</translation>
    </message>
    <message>
        <source>Slides along its surroundings</source>
        <translation>Gleitet an seiner Umgebung</translation>
    </message>
    <message>
        <source>SplineKernelTransform needs corresponding points, and none are given.</source>
        <translation>SplineKernelTransform braucht zusammengehörige Punkte, und es gibt keine.</translation>
    </message>
    <message>
        <source>Surface distance, {name}</source>
        <translation>Oberflächenabstand, {name}</translation>
    </message>
    <message>
        <source>The background process could not be started with {program}: {error}.</source>
        <translation>Der Hintergrundprozess konnte mit {program} nicht gestartet werden: {error}.</translation>
    </message>
    <message>
        <source>The background process sent invalid data: {garbage}.</source>
        <translation>Der Hintergrundprozess hat Unerlaubtes gesendet: {garbage}.</translation>
    </message>
    <message>
        <source>The choice {name} is {value}; it must be {type}.</source>
        <translation>Die Wahl {name} ist {value}; sie muss {type} sein.</translation>
    </message>
    <message>
        <source>The command line could not be started with {program}: {error}.</source>
        <translation>Die Kommandozeile konnte mit {program} nicht gestartet werden: {error}.</translation>
    </message>
    <message>
        <source>The comparison cannot be written to {folder}: {reason}.</source>
        <translation>Der Vergleich lässt sich nicht in {folder} schreiben: {reason}.</translation>
    </message>
    <message>
        <source>The contours do not lie in parallel planes.</source>
        <translation>Die Konturen liegen nicht in parallelen Ebenen.</translation>
    </message>
    <message>
        <source>The contours do not lie in the slices of the grid.</source>
        <translation>Die Konturen liegen nicht in den Schichten des Gitters.</translation>
    </message>
    <message>
        <source>The deformation field {node} is a {kind} node; it must be a transform or a vector volume.</source>
        <translation>Das Verformungsfeld {node} ist ein Knoten {kind}; es muss eine Transformation oder ein Vektorvolumen sein.</translation>
    </message>
    <message>
        <source>The deformation field {node} is an input, which would be lost; choose another one.</source>
        <translation>Das Verformungsfeld {node} ist eine Eingabe, die verloren ginge; bitte ein anderes wählen.</translation>
    </message>
    <message>
        <source>The deformation folds onto itself in 1 voxel of the object ({share:.2g} %), where no tissue can have moved like that.</source>
        <translation>Die Verformung faltet sich in 1 Voxel des Objekts ({share:.2g} %) auf sich selbst, was kein Gewebe kann.</translation>
    </message>
    <message>
        <source>The deformation folds onto itself in {count} voxels of the object ({share:.2g} %), where no tissue can have moved like that.</source>
        <translation>Die Verformung faltet sich in {count} Voxeln des Objekts ({share:.2g} %) auf sich selbst, was kein Gewebe kann.</translation>
    </message>
    <message>
        <source>The grid spacing is {grid_mm} mm; it must be more than 0.</source>
        <translation>Der Abstand der Gitterpunkte ist {grid_mm} mm; er muss größer als 0 sein.</translation>
    </message>
    <message>
        <source>The farthest distance of the {name} is {farthest}; it must be more than 0 mm.</source>
        <translation>{name}: der weiteste Abstand ist {farthest}; er muss größer als 0 mm sein.</translation>
    </message>
    <message>
        <source>The file {path} {positions}</source>
        <translation>Die Datei {path} {positions}</translation>
    </message>
    <message>
        <source>The file {path} {what}</source>
        <translation>Die Datei {path} {what}</translation>
    </message>
    <message>
        <source>The file {target} exists already; choose another name, or use --overwrite.</source>
        <translation>Die Datei {target} gibt es schon; bitte einen anderen Namen wählen oder --overwrite verwenden.</translation>
    </message>
    <message>
        <source>The fixed and the moving image are the same DICOM series; there is nothing to register.</source>
        <translation>Das feste und das bewegte Bild sind dieselbe DICOM-Serie; es gibt nichts in Beziehung zu setzen.</translation>
    </message>
    <message>
        <source>The fixed and the moving image do not overlap in space (their centers are {distance:.0f} mm apart); start from the geometric centers (initialization geometry) or give an initial transform.</source>
        <translation>Das feste und das bewegte Bild überlappen nicht im Raum (ihre Mitten sind {distance:.0f} mm voneinander entfernt): mit den geometrischen Mitten beginnen (initialization geometry) oder eine Anfangstransformation angeben.</translation>
    </message>
    <message>
        <source>The fixed and moving points are identical, so they prove nothing: was one file given twice?</source>
        <translation>Die festen und die bewegten Punkte sind dieselben und sagen nichts: wurde eine Datei zweimal angegeben?</translation>
    </message>
    <message>
        <source>The planes of the fixed and the moving slice cross each other; slices need planes that are about parallel.</source>
        <translation>Die feste und die bewegte Schicht liegen quer zueinander; Schichten werden in etwa parallelen Ebenen registriert.</translation>
    </message>
    <message>
        <source>The fixed image has {dimension} dimensions, but the moving image has {other}; they must match.</source>
        <translation>Das feste Bild hat {dimension} Dimensionen und das bewegte {other}; beide müssen gleich viele haben.</translation>
    </message>
    <message>
        <source>The folder {parent} cannot be written to: {reason}.</source>
        <translation>In den Ordner {parent} lässt sich nicht schreiben: {reason}.</translation>
    </message>
    <message>
        <source>The folder {parent} cannot be written: {reason}.</source>
        <translation>Der Ordner {parent} lässt sich nicht schreiben: {reason}.</translation>
    </message>
    <message>
        <source>The folder {parent} for {path} does not exist.</source>
        <translation>Den Ordner {parent} für {path} gibt es nicht.</translation>
    </message>
    <message>
        <source>The folder {parent} for {target} does not exist.</source>
        <translation>Den Ordner {parent} für {target} gibt es nicht.</translation>
    </message>
    <message>
        <source>The folder {target} is not empty; choose another one, or use --overwrite.</source>
        <translation>Der Ordner {target} ist nicht leer; bitte einen anderen wählen oder --overwrite verwenden.</translation>
    </message>
    <message>
        <source>The frames {first} to {last} with the reference {reference} are not among those of the sequence, 0 to {count}, or the reference is not among them.</source>
        <translation>Die Bilder {first} bis {last} mit der Referenz {reference} gehören nicht zu denen der Sequenz, 0 bis {count}, oder die Referenz ist nicht unter ihnen.</translation>
    </message>
    <message>
        <source>The frames {last} to {last} are one frame; at least 2 are needed.</source>
        <translation>Die Bilder {last} bis {last} sind ein Bild; mindestens 2 sind nötig.</translation>
    </message>
    <message>
        <source>The image has {bad} voxels that are not a number or infinite, and B-splines would spread them over all of it; choose linear or nearest.</source>
        <translation>Das Bild hat {bad} Voxel, die keine Zahl oder unendlich sind, und B-Splines würden sie überall verteilen; bitte linear oder nächster Nachbar wählen.</translation>
    </message>
    <message>
        <source>The image is constant: {value:g} is its background.</source>
        <translation>Das Bild ist überall gleich: {value:g} ist sein Hintergrund.</translation>
    </message>
    <message>
        <source>The images agree less on voxels that the registration did not sample: over all voxels, their mutual information fell from {before} to {after}.</source>
        <translation>Die Bilder stimmen weniger überein, wo die Registrierung nicht hinsah: insgesamt fiel ihre Transinformation von {before} auf {after}.</translation>
    </message>
    <message>
        <source>The images are still being registered.</source>
        <translation>Die Bilder werden noch registriert.</translation>
    </message>
    <message>
        <source>The images cannot be sent to the background process: {error}.</source>
        <translation>Die Bilder lassen sich nicht an den Hintergrundprozess senden: {error}.</translation>
    </message>
    <message>
        <source>The images have {dimension} dimensions; 2 or 3 can be registered. A series of images is registered frame by frame, as a sequence, or as a group.</source>
        <translation>Die Bilder haben {dimension} Dimensionen; 2 oder 3 lassen sich registrieren. Eine Bildserie wird Bild für Bild, als Sequenz oder als Gruppe registriert.</translation>
    </message>
    <message>
        <source>The images share too little information.</source>
        <translation>Die Bilder haben zu wenig Information gemeinsam.</translation>
    </message>
    <message>
        <source>The initial transform has {value} dimensions, but the images have {dimension}.</source>
        <translation>Die Anfangstransformation hat {value} Dimensionen, die Bilder haben {dimension}.</translation>
    </message>
    <message>
        <source>The initial transform is not a transform node.</source>
        <translation>Die Anfangstransformation ist kein Transformationsknoten.</translation>
    </message>
    <message>
        <source>The initial transforms of {path} form a loop through {current}.</source>
        <translation>Die Anfangstransformationen von {path} führen zurück zu {current}.</translation>
    </message>
    <message>
        <source>The installed ITK has no class {value}; itk 5.4 with itk-elastix 0.25 is needed.</source>
        <translation>Das installierte ITK hat keine Klasse {value}; nötig ist itk 5.4 mit itk-elastix 0.25.</translation>
    </message>
    <message>
        <source>The installed ITK has no transform of type {type_name}.</source>
        <translation>Das installierte ITK hat keine Transformation vom Typ {type_name}.</translation>
    </message>
    <message>
        <source>The inverse transform {inverse} is a {kind} node.</source>
        <translation>Die inverse Transformation {inverse} ist ein Knoten {kind}.</translation>
    </message>
    <message>
        <source>The landmarks guided the registration, so they do not prove that it is right: look at the images, or use other landmarks.</source>
        <translation>Die Landmarken führten die Registrierung und beweisen sie darum nicht: die Bilder ansehen oder andere Landmarken.</translation>
    </message>
    <message>
        <source>The last row of an affine matrix must be 0 ... 0 1 and all finite, not {value}.</source>
        <translation>Die letzte Zeile einer affinen Matrix muss 0 ... 0 1 und alles endlich sein, nicht {value}.</translation>
    </message>
    <message>
        <source>The list of parameter files is empty; give at least one, or a preset.</source>
        <translation>Die Liste der Parameterdateien ist leer; bitte mindestens eine oder eine Voreinstellung angeben.</translation>
    </message>
    <message>
        <source>The list {name} has no points yet.</source>
        <translation>Die Liste {name} hat noch keine Punkte.</translation>
    </message>
    <message>
        <source>The mask for the Jacobian statistics is empty.</source>
        <translation>Die Maske für die Jacobi-Statistik ist leer.</translation>
    </message>
    <message>
        <source>The mask for the inverse consistency is empty.</source>
        <translation>Die Maske für die inverse Konsistenz ist leer.</translation>
    </message>
    <message>
        <source>The matrix is one of 2 dimensions; a transform node needs one of 3, that is 4x4 or 3x4.</source>
        <translation>Die Matrix hat 2 Dimensionen; ein Transformationsknoten braucht 3, also 4x4 oder 3x4.</translation>
    </message>
    <message>
        <source>The matrix is singular: it collapses space to a plane.</source>
        <translation>Die Matrix ist singulär: sie drückt den Raum auf eine Ebene zusammen.</translation>
    </message>
    <message>
        <source>The members of a group are all volumes, or all single slices.</source>
        <translation>Die Mitglieder einer Gruppe sind alle Volumen oder alle einzelne Schichten.</translation>
    </message>
    <message>
        <source>The method {twice} is given twice.</source>
        <translation>Die Methode {twice} ist zweimal angegeben.</translation>
    </message>
    <message>
        <source>The name of the preset is empty; give it one.</source>
        <translation>Der Name der Voreinstellung ist leer; bitte einen angeben.</translation>
    </message>
    <message>
        <source>The node {name} is a {kind} node, not a sequence.</source>
        <translation>Der Knoten {name} ist ein Knoten {kind}, keine Sequenz.</translation>
    </message>
    <message>
        <source>The node {node} cannot be written to {path}.</source>
        <translation>Der Knoten {node} lässt sich nicht nach {path} schreiben.</translation>
    </message>
    <message>
        <source>The node {node} is named for two outputs; each needs its own.</source>
        <translation>Der Knoten {node} ist für zwei Ausgaben genannt; jede braucht ihren eigenen.</translation>
    </message>
    <message>
        <source>The node {node} is not in a scene; add it to one first.</source>
        <translation>Der Knoten {node} ist in keiner Szene; bitte ihn zuerst hinzufügen.</translation>
    </message>
    <message>
        <source>The node {node} was removed from the scene in the meantime.</source>
        <translation>Der Knoten {node} wurde inzwischen aus der Szene entfernt.</translation>
    </message>
    <message>
        <source>The node {node} was removed from the scene while it was registered.</source>
        <translation>Der Knoten {node} wurde aus der Szene entfernt, während er registriert wurde.</translation>
    </message>
    <message>
        <source>The node {node} was removed from the scene while its frames were registered.</source>
        <translation>Der Knoten {node} wurde aus der Szene entfernt, während seine Bilder registriert wurden.</translation>
    </message>
    <message>
        <source>The node {node} was removed from the scene while the registration ran.</source>
        <translation>Der Knoten {node} wurde während der Registrierung aus der Szene entfernt.</translation>
    </message>
    <message>
        <source>The number of seeds is {seeds}; it must be at least 1.</source>
        <translation>Die Anzahl der Startwerte ist {seeds}; sie muss mindestens 1 sein.</translation>
    </message>
    <message>
        <source>The number of workers is {workers}; it must be at least 1.</source>
        <translation>Die Anzahl der Prozesse ist {workers}; sie muss mindestens 1 sein.</translation>
    </message>
    <message>
        <source>The number of {name} is {value}; it must be at least 1.</source>
        <translation>{name}: die Anzahl ist {value}; sie muss mindestens 1 sein.</translation>
    </message>
    <message>
        <source>The object in which a deformation is judged is empty.</source>
        <translation>Das Objekt, in dem eine Verformung beurteilt wird, ist leer.</translation>
    </message>
    <message>
        <source>The object of {shape} voxels is not on a grid of {shape2}.</source>
        <translation>Das Objekt von {shape} Voxeln liegt nicht auf einem Gitter von {shape2}.</translation>
    </message>
    <message>
        <source>The object of {shape} voxels is not on a grid of {size}.</source>
        <translation>Das Objekt von {shape} Voxeln liegt nicht auf einem Gitter von {size}.</translation>
    </message>
    <message>
        <source>With fixed and moving swapped, the points are only {distance:.2f} mm apart: their files seem to be swapped.</source>
        <translation>Andersherum sind die Punkte {distance:.2f} mm voneinander entfernt: die Dateien der festen und bewegten Punkte sind wohl vertauscht.</translation>
    </message>
    <message>
        <source>The output transform {transform} is a {kind} node.</source>
        <translation>Die Ausgabetransformation {transform} ist ein Knoten {kind}.</translation>
    </message>
    <message>
        <source>The output {node} is a {kind} node, not a sequence.</source>
        <translation>Die Ausgabe {node} ist ein Knoten {kind}, keine Sequenz.</translation>
    </message>
    <message>
        <source>The output {node} is not in the scene.</source>
        <translation>Die Ausgabe {node} ist nicht in der Szene.</translation>
    </message>
    <message>
        <source>The output {node} is the sequence itself, which would be lost.</source>
        <translation>Die Ausgabe {node} ist die Sequenz selbst, die verloren ginge.</translation>
    </message>
    <message>
        <source>The output {output_node} must be a {needed} other than the stack itself.</source>
        <translation>Die Ausgabe {output_node} muss ein {needed} sein und nicht der Stapel selbst.</translation>
    </message>
    <message>
        <source>The output {path} would overwrite an input: all but the last transform of a chain are written next to it, with names like {place}; choose another name.</source>
        <translation>Die Ausgabe {path} würde eine Eingabe überschreiben: was in einer Kette vor der letzten Transformation kommt, wird daneben unter Namen wie {place} geschrieben; bitte einen anderen Namen angeben.</translation>
    </message>
    <message>
        <source>The output {path} would overwrite {taken}; give it another name.</source>
        <translation>Die Ausgabe {path} würde {taken} überschreiben; bitte einen anderen Namen angeben.</translation>
    </message>
    <message>
        <source>The parameters of a {name} are not a list.</source>
        <translation>Die Parameter von {name} sind keine Liste.</translation>
    </message>
    <message>
        <source>The parameters of the {kind} do not fit each other.</source>
        <translation>Die Parameter von {kind} passen nicht zueinander.</translation>
    </message>
    <message>
        <source>The parameters of the {kind} do not fit each other: {reason}.</source>
        <translation>Die Parameter von {kind} passen nicht zueinander: {reason}.</translation>
    </message>
    <message>
        <source>The preset cannot be saved in {folder}: {reason}.</source>
        <translation>Die Voreinstellung lässt sich nicht in {folder} speichern: {reason}.</translation>
    </message>
    <message>
        <source>The preset cannot be written to {target}: {reason}.</source>
        <translation>Die Voreinstellung lässt sich nicht nach {target} schreiben: {reason}.</translation>
    </message>
    <message>
        <source>The preset id {preset_id} must be lower case letters, digits and single hyphens.</source>
        <translation>Die Kennung {preset_id} einer Voreinstellung muss aus Kleinbuchstaben, Ziffern und einzelnen Bindestrichen bestehen.</translation>
    </message>
    <message>
        <source>The preset {preset_id} cannot be deleted: {reason}.</source>
        <translation>Die Voreinstellung {preset_id} lässt sich nicht löschen: {reason}.</translation>
    </message>
    <message>
        <source>The preset {preset} is for {dimensions} images, and these have {count} dimensions; choose another.</source>
        <translation>Die Voreinstellung {preset} ist für {dimensions}-Bilder, und diese haben {count} Dimensionen; bitte eine andere wählen.</translation>
    </message>
    <message>
        <source>The presets are missing: no Resources/Presets/{index} beside or in {package}; install again.</source>
        <translation>Die Voreinstellungen fehlen: kein Resources/Presets/{index} neben oder in {package}; bitte neu installieren.</translation>
    </message>
    <message>
        <source>The program {arguments} could not be started: {error}.</source>
        <translation>Das Programm {arguments} konnte nicht gestartet werden: {error}.</translation>
    </message>
    <message>
        <source>The reference frame {reference} is not among the frames {value}.</source>
        <translation>Das Referenzbild {reference} ist nicht unter den Bildern {value}.</translation>
    </message>
    <message>
        <source>The reference volume {reference_node} is not in a scene; add it to one first.</source>
        <translation>Das Referenzvolumen {reference_node} ist in keiner Szene; bitte es zuerst hinzufügen.</translation>
    </message>
    <message>
        <source>The registration failed. {message}</source>
        <translation>Die Registrierung ist fehlgeschlagen. {message}</translation>
    </message>
    <message>
        <source>The registration needed more memory than {allowed}; crop or downsample the images, or use fewer threads.</source>
        <translation>Die Registrierung brauchte mehr Speicher als {allowed}; bitte die Bilder zuschneiden oder vergröbern oder weniger Threads verwenden.</translation>
    </message>
    <message>
        <source>The registration was stopped at its time limit of {timeout_s:g} s.</source>
        <translation>Die Registrierung wurde an ihrer Zeitgrenze von {timeout_s:g} s abgebrochen.</translation>
    </message>
    <message>
        <source>The report cannot be written into {folder}: {reason}.</source>
        <translation>Der Bericht lässt sich nicht in {folder} schreiben: {reason}.</translation>
    </message>
    <message>
        <source>The report is a folder, and {folder} is a file.</source>
        <translation>Der Bericht ist ein Ordner, und {folder} ist eine Datei.</translation>
    </message>
    <message>
        <source>The report is a folder, in which {file_name} is written; {folder} looks like a file.</source>
        <translation>Der Bericht ist ein Ordner, in den {file_name} geschrieben wird; {folder} sieht nach einer Datei aus.</translation>
    </message>
    <message>
        <source>The report needs the image {name} registration on the fixed grid {geometry}.</source>
        <translation>Der Bericht braucht das Bild {name} der Registrierung auf dem festen Gitter {geometry}.</translation>
    </message>
    <message>
        <source>The scene has no preset {preset_id}; it has {names}.</source>
        <translation>Die Szene hat keine Voreinstellung {preset_id}; sie hat {names}.</translation>
    </message>
    <message>
        <source>The scene has no volumes other than the fixed one.</source>
        <translation>Die Szene hat keine Volumen außer dem festen.</translation>
    </message>
    <message>
        <source>The segment {segment} of the {name} has neither a binary label map nor a closed surface; create one of them from its {source}.</source>
        <translation>{name}: das Segment {segment} hat weder ein binäres Label-Volumen noch eine geschlossene Oberfläche; bitte eines davon aus {source} erzeugen.</translation>
    </message>
    <message>
        <source>The sequence {name} has {count} frames; at least 2 are needed.</source>
        <translation>Die Sequenz {name} hat {count} Bilder; mindestens 2 sind nötig.</translation>
    </message>
    <message>
        <source>The summary {summary} cannot be read: {problem}.</source>
        <translation>Die Zusammenfassung {summary} lässt sich nicht lesen: {problem}.</translation>
    </message>
    <message>
        <source>The time limit is {timeout_s}; it must be more than 0 s.</source>
        <translation>Die Zeitgrenze ist {timeout_s}; sie muss größer als 0 s sein.</translation>
    </message>
    <message>
        <source>The tolerance {text} is not of the form NAME=NUMBER.</source>
        <translation>Die Toleranz {text} hat nicht die Form NAME=ZAHL.</translation>
    </message>
    <message>
        <source>The transform collapses space to a plane and has no inverse.</source>
        <translation>Die Transformation drückt den Raum auf eine Ebene zusammen und hat keine Inverse.</translation>
    </message>
    <message>
        <source>The transform file {path}</source>
        <translation>Die Transformationsdatei {path}</translation>
    </message>
    <message>
        <source>The transform file {path} cannot be read. {error}</source>
        <translation>Die Transformationsdatei {path} lässt sich nicht lesen. {error}</translation>
    </message>
    <message>
        <source>The transform file {path} cannot be read: {value}</source>
        <translation>Die Transformationsdatei {path} lässt sich nicht lesen: {value}</translation>
    </message>
    <message>
        <source>The transform file {path} contains no transform.</source>
        <translation>Die Transformationsdatei {path} enthält keine Transformation.</translation>
    </message>
    <message>
        <source>The transform file {path} does not exist.</source>
        <translation>Die Transformationsdatei {path} gibt es nicht.</translation>
    </message>
    <message>
        <source>The transform file {path} has {dimension} dimensions; a scene has 3.</source>
        <translation>Die Transformationsdatei {path} hat {dimension} Dimensionen; eine Szene hat 3.</translation>
    </message>
    <message>
        <source>The transform file {path} contains inverses in an unsupported order.</source>
        <translation>Die Transformationsdatei {path} enthält Inverse in unbekannter Reihenfolge.</translation>
    </message>
    <message>
        <source>The transform file {path} contains numbers that are not finite.</source>
        <translation>Die Transformationsdatei {path} enthält Zahlen, die nicht endlich sind.</translation>
    </message>
    <message>
        <source>The transform file {path} is a matrix of FSL&apos;s flirt, which refers to the voxels of two images; give the fixed and the moving image as well.</source>
        <translation>Die Transformationsdatei {path} ist eine Matrix von FSLs flirt, die sich auf die Voxel zweier Bilder bezieht; bitte beide dazu angeben, das feste und das bewegte.</translation>
    </message>
    <message>
        <source>The transform file {path} is damaged, or holds no transform of 3 dimensions.</source>
        <translation>Die Transformationsdatei {path} ist beschädigt oder enthält keine Transformation von 3 Dimensionen.</translation>
    </message>
    <message>
        <source>The transform file {path} is damaged.</source>
        <translation>Die Transformationsdatei {path} ist beschädigt.</translation>
    </message>
    <message>
        <source>The transform file {path} is not in a supported format; use .h5, .tfm, .mat, .lta, .1D, a displacement field, or elastix&apos;s .txt or .toml.</source>
        <translation>Die Transformationsdatei {path} hat kein bekanntes Format; möglich sind .h5, .tfm, .mat, .lta, .1D, ein Bild von Verschiebungen oder .txt und .toml von elastix.</translation>
    </message>
    <message>
        <source>The transform file {path} is in MATLAB 5 format or later, but ITK&apos;s format is version 4; write it as text.</source>
        <translation>Die Transformationsdatei {path} ist von MATLAB 5 oder neuer, und die von ITK sind Version 4; bitte als Text schreiben.</translation>
    </message>
    <message>
        <source>A channel consists of a fixed and a moving image, and options such as weight=0.5 ({options}), not {words}.</source>
        <translation>Ein Kanal besteht aus einem festen und einem bewegten Bild und Angaben wie weight=0.5 ({options}), nicht aus {words}.</translation>
    </message>
    <message>
        <source>A {type} cannot be sent to another process.</source>
        <translation>{type} kann nicht an einen anderen Prozess gesendet werden.</translation>
    </message>
    <message>
        <source>ITK would read the {name} {path} with 8 bits instead of {bits}. {advice}</source>
        <translation>{name} {path}: ITK würde 8 statt {bits} Bit lesen. {advice}</translation>
    </message>
    <message>
        <source>The bounds of {name} are {span}; write them as LOW:HIGH, the lower one first, for example {name}=1:10.</source>
        <translation>Die Grenzen von {name} sind {span}; bitte als UNTEN:OBEN schreiben, die kleinere zuerst, zum Beispiel {name}=1:10.</translation>
    </message>
    <message>
        <source>The bounds {span} of {name} are wider than elastix allows ({limits}).</source>
        <translation>Die Grenzen {span} von {name} sind weiter, als elastix erlaubt ({limits}).</translation>
    </message>
    <message>
        <source>The transform file {path} refers to itself.</source>
        <translation>Die Transformationsdatei {path} führt zu sich selbst zurück.</translation>
    </message>
    <message>
        <source>The transform file {path} {error}</source>
        <translation>Die Transformationsdatei {path} {error}</translation>
    </message>
    <message>
        <source>The transform has no inverse at point {worst}, {value} mm.</source>
        <translation>Die Transformation hat keine Inverse am Punkt {worst}, {value} mm.</translation>
    </message>
    <message>
        <source>The transform parameters have no {name}; is this a TransformParameters file?</source>
        <translation>Die Transformationsparameter haben kein {name}; ist das eine TransformParameters-Datei?</translation>
    </message>
    <message>
        <source>The transform {path} cannot be written; is the disk full?</source>
        <translation>Die Transformation {path} lässt sich nicht schreiben; ist der Datenträger voll?</translation>
    </message>
    <message>
        <source>The transform {source} is not in the scene of {nodes}.</source>
        <translation>Die Transformation {source} ist nicht in der Szene von {nodes}.</translation>
    </message>
    <message>
        <source>The transform {transform_node} (or one above it) has a singular matrix, which has no inverse; reset or replace it.</source>
        <translation>Die Transformation {transform_node} (oder eine darüber) hat eine singuläre Matrix ohne Inverse; bitte sie zurücksetzen oder ersetzen.</translation>
    </message>
    <message>
        <source>The two transforms have different dimensions.</source>
        <translation>Die beiden Transformationen haben verschiedene Dimensionen.</translation>
    </message>
    <message>
        <source>The volume {fixed_node} is the fixed volume; it cannot be a moving volume too.</source>
        <translation>Das Volumen {fixed_node} ist das feste Volumen; es kann nicht auch ein bewegtes sein.</translation>
    </message>
    <message>
        <source>The volume {node} is in the group twice.</source>
        <translation>Das Volumen {node} ist zweimal in der Gruppe.</translation>
    </message>
    <message>
        <source>The volume {path} cannot be read.</source>
        <translation>Das Volumen {path} lässt sich nicht lesen.</translation>
    </message>
    <message>
        <source>The volume {stem} could not be written to {parent}; is the disk full?</source>
        <translation>Das Volumen {stem} konnte nicht nach {parent} geschrieben werden; ist der Datenträger voll?</translation>
    </message>
    <message>
        <source>The volumes could not be written to temporary files: {reason}.</source>
        <translation>Die Volumen konnten nicht in temporäre Dateien geschrieben werden: {reason}.</translation>
    </message>
    <message>
        <source>The weight of the {name} is {weight}; it must be more than 0.</source>
        <translation>{name}: das Gewicht ist {weight}; es muss größer als 0 sein.</translation>
    </message>
    <message>
        <source>The {called} does not come from Slicer&apos;s DICOM database, so that no DICOM registration object can refer to it; load it with the DICOM module.</source>
        <translation>{called}: kommt nicht aus Slicers DICOM-Datenbank, so dass kein DICOM-Registrierungsobjekt darauf verweisen kann; bitte mit dem Modul DICOM laden.</translation>
    </message>
    <message>
        <source>The {fixed} and the {moving} are in different scenes.</source>
        <translation>{fixed} und {moving} sind in verschiedenen Szenen.</translation>
    </message>
    <message>
        <source>The {moving} is a diffusion volume, whose gradients would not turn with it; register it for its transform only, or take a scalar volume of it.</source>
        <translation>{moving}: ein Diffusionsvolumen, dessen Gradienten sich nicht mitdrehen würden; bitte nur für die Transformation registrieren oder ein skalares Volumen davon nehmen.</translation>
    </message>
    <message>
        <source>The {names} cannot be paired by label: they have none in common.</source>
        <translation>Die {names} lassen sich nicht nach Namen paaren: Sie haben keinen gemeinsam.</translation>
    </message>
    <message>
        <source>The {names} cannot be paired by label: {label!r} occurs twice.</source>
        <translation>Die {names} lassen sich nicht nach Namen paaren: {label!r} kommt zweimal vor.</translation>
    </message>
    <message>
        <source>The {names} do not make pairs: there are {one} and {other}.</source>
        <translation>Die {names} geben keine Paare: Es sind {one} und {other}.</translation>
    </message>
    <message>
        <source>The {names} have no label in common: the fixed ones hold {value}, the moving ones {value2}.</source>
        <translation>Die {names} haben kein Label gemeinsam: die festen enthalten {value}, die bewegten {value2}.</translation>
    </message>
    <message>
        <source>The {name} has a singular IJK to RAS matrix: its voxels have no volume.</source>
        <translation>{name}: singuläre IJK-zu-RAS-Matrix, die Voxel haben kein Volumen.</translation>
    </message>
    <message>
        <source>The {name} has no scalar voxels; diffusion tensors cannot be registered.</source>
        <translation>{name}: keine skalaren Voxel; Diffusionstensoren lassen sich nicht registrieren.</translation>
    </message>
    <message>
        <source>The {name} has no segment {segment}; it has {names}.</source>
        <translation>{name}: hat kein Segment {segment}; es gibt {names}.</translation>
    </message>
    <message>
        <source>The {name} has no segments.</source>
        <translation>{name}: keine Segmente.</translation>
    </message>
    <message>
        <source>The {name} has voxels of one bit, which are not supported; cast it to another type.</source>
        <translation>{name}: Voxel von einem Bit werden nicht unterstützt; bitte in einen anderen Typ umwandeln.</translation>
    </message>
    <message>
        <source>The {name} has {count} dimensions; 2 and 3 are supported.</source>
        <translation>{name}: {count} Dimensionen; möglich sind 2 und 3.</translation>
    </message>
    <message>
        <source>The {name} has {count} segments that {segment} stands for, as id or as name: those with the ids {names}; give each its own name.</source>
        <translation>{name}: {count} Segmente sind mit {segment} gemeint, als Kennung oder Name: die mit den Kennungen {names}; bitte jedem einen eigenen Namen geben.</translation>
    </message>
    <message>
        <source>The {name} has {count} voxels that are not a number or infinite; replace them first.</source>
        <translation>{name}: {count} Voxel sind keine Zahl oder unendlich; bitte vorher ersetzen.</translation>
    </message>
    <message>
        <source>The {name} has {shape} layers of segments that overlap, which one label map cannot hold; export the segments to files of their own, or without the overlap.</source>
        <translation>{name}: {shape} Ebenen überlappender Segmente, die ein Label-Volumen nicht fassen kann; bitte die Segmente in eigene Dateien oder ohne Überlappung exportieren.</translation>
    </message>
    <message>
        <source>The {name} has {value} dimensions, but its image has {dimension}.</source>
        <translation>{name}: {value} Dimensionen, und das Bild {dimension}.</translation>
    </message>
    <message>
        <source>The {name} is a color picture, and labels are single numbers; give a label map.</source>
        <translation>{name}: ein Farbbild, und Labels sind einzelne Zahlen; bitte ein Label-Volumen angeben.</translation>
    </message>
    <message>
        <source>The {name} is a {kind} node, not a volume.</source>
        <translation>{name}: ein Knoten {kind}, kein Volumen.</translation>
    </message>
    <message>
        <source>The {name} is a {kind} node; it must be a scalar volume.</source>
        <translation>{name}: ein Knoten {kind}; nötig ist ein skalares Volumen.</translation>
    </message>
    <message>
        <source>The {name} is a {kind} node; the {moving} has {content} and needs a {kind2} volume.</source>
        <translation>{name}: ein Knoten {kind}; {moving} hat {content} und braucht ein Volumen {kind2}.</translation>
    </message>
    <message>
        <source>The {name} is a {type}; give {taken}.</source>
        <translation>{name}: vom Typ {type}; bitte angeben: {taken}.</translation>
    </message>
    <message>
        <source>The {name} is an input of this registration, which would be lost; choose another one.</source>
        <translation>{name}: eine Eingabe dieser Registrierung, die verloren ginge; bitte etwas anderes wählen.</translation>
    </message>
    <message>
        <source>The {name} is an input, which would be lost; choose another one.</source>
        <translation>{name}: eine Eingabe, die verloren ginge; bitte etwas anderes wählen.</translation>
    </message>
    <message>
        <source>The {name} is constant: every voxel is {value:g}, so there is nothing to align.</source>
        <translation>{name}: alle Voxel sind {value:g}, so dass es nichts auszurichten gibt.</translation>
    </message>
    <message>
        <source>The {name} is empty.</source>
        <translation>{name}: leer.</translation>
    </message>
    <message>
        <source>The {name} is empty: it has no voxels.</source>
        <translation>{name}: leer, ohne Voxel.</translation>
    </message>
    <message>
        <source>The {name} is the fixed volume, which would be lost; choose another output volume.</source>
        <translation>{name}: das feste Volumen, das verloren ginge; bitte ein anderes Ausgabevolumen wählen.</translation>
    </message>
    <message>
        <source>The {name} is too small to register: {grid}; at least 4 voxels along each axis.</source>
        <translation>{name}: zu klein zum Registrieren, {grid}; mindestens 4 Voxel entlang jeder Achse.</translation>
    </message>
    <message>
        <source>The {name} is too small to register: {size} voxels.</source>
        <translation>{name}: zu klein zum Registrieren, {size} Voxel.</translation>
    </message>
    <message>
        <source>The {name} labels must be a segmentation or a label map.</source>
        <translation>Labels {name}: nötig ist eine Segmentierung oder ein Label-Volumen.</translation>
    </message>
    <message>
        <source>The {name} landmarks lie {where}, which leaves a {kind} transform undefined; add others.</source>
        <translation>Landmarken ({name}) liegen {where}, so dass eine Transformation {kind} unbestimmt bleibt; bitte weitere hinzufügen.</translation>
    </message>
    <message>
        <source>The {name} lies entirely in the padding of its image, where nothing was measured.</source>
        <translation>{name}: liegt ganz im Füllbereich des Bildes, wo nichts gemessen wurde.</translation>
    </message>
    <message>
        <source>The {name} lies outside its image.</source>
        <translation>{name}: liegt außerhalb des Bildes.</translation>
    </message>
    <message>
        <source>The {name} of {shape} voxels are not on the grid of {grid}.</source>
        <translation>{name} von {shape} Voxeln: nicht auf dem Gitter von {grid}.</translation>
    </message>
    <message>
        <source>The {name} points must be finite and have {dimension} coordinates each, in mm.</source>
        <translation>Punkte ({name}): nötig sind je {dimension} endliche Koordinaten, in mm.</translation>
    </message>
    <message>
        <source>The {one} and the {other} are the same node.</source>
        <translation>{one} und {other} sind derselbe Knoten.</translation>
    </message>
    <message>
        <source>The {reference} is not in a scene; add it to one first.</source>
        <translation>{reference}: in keiner Szene; bitte zuerst hinzufügen.</translation>
    </message>
    <message>
        <source>The {role} must be a point list; {what} was given.</source>
        <translation>{role}: nötig ist eine Punktliste; angegeben wurde {what}.</translation>
    </message>
    <message>
        <source>The {role} {file} has {count} structures; choose by {name}:NAME or {name}:NAME,NAME: {known}.</source>
        <translation>{role} {file}: enthält {count} Strukturen; bitte mit {name}:NAME oder {name}:NAME,NAME wählen: {known}.</translation>
    </message>
    <message>
        <source>The {role} {node} is above the {fixed}, which it would move; choose another transform.</source>
        <translation>{role} {node}: liegt über {fixed} und würde es bewegen; bitte eine andere Transformation wählen.</translation>
    </message>
    <message>
        <source>The {role} {node} is no longer in the scene.</source>
        <translation>{role} {node}: nicht mehr in der Szene.</translation>
    </message>
    <message>
        <source>The {role} {node} is not a segmentation, so it has no segments to choose from.</source>
        <translation>{role} {node}: keine Segmentierung, also ohne Segmente zur Auswahl.</translation>
    </message>
    <message>
        <source>The {side} {channel} has {value} dimensions, but the first images have {dimension}.</source>
        <translation>{side} {channel}: {value} Dimensionen, die ersten Bilder {dimension}.</translation>
    </message>
    <message>
        <source>The {side} {name} is empty.</source>
        <translation>{side} {name}: leer.</translation>
    </message>
    <message>
        <source>The {single} is a single slice and the {other} is not; both must be single slices, or both volumes.</source>
        <translation>{single} ist eine einzelne Schicht und {other} nicht; beide müssen Schichten sein oder beide Volumen.</translation>
    </message>
    <message>
        <source>The {skewed} is bent by a transform, or has axes that are not at right angles, which groups do not support.</source>
        <translation>{skewed}: von einer Transformation gebogen oder mit Achsen, die nicht rechtwinklig sind, was Gruppen nicht unterstützen.</translation>
    </message>
    <message>
        <source>The {volume} and the first {name} volume must both be single slices, or both volumes.</source>
        <translation>{volume} und das erste Volumen ({name}) müssen beide einzelne Schichten oder beide Volumen sein.</translation>
    </message>
    <message>
        <source>The {volume} has only one slice.</source>
        <translation>{volume}: nur eine Schicht.</translation>
    </message>
    <message>
        <source>The {volume} is a single slice under a non-linear transform, which can bend it out of its plane; take it out of the transform, or harden the transform on it.</source>
        <translation>{volume}: eine einzelne Schicht unter einer nichtlinearen Transformation, die sie aus ihrer Ebene biegen kann; bitte sie herausnehmen oder die Transformation auf sie anwenden.</translation>
    </message>
    <message>
        <source>The {volume} is a single slice; cohorts of the scene are of volumes.</source>
        <translation>{volume}: eine einzelne Schicht; Kohorten der Szene bestehen aus Volumen.</translation>
    </message>
    <message>
        <source>The {volume} is bent or sheared by a transform; harden it, or take it out of that.</source>
        <translation>{volume}: von einer Transformation gebogen oder geschert; bitte sie anwenden oder das Volumen herausnehmen.</translation>
    </message>
    <message>
        <source>The {volume} is not in a scene; add it to one first.</source>
        <translation>{volume}: in keiner Szene; bitte zuerst hinzufügen.</translation>
    </message>
    <message>
        <source>The {what} {link} named in {file} does not exist.</source>
        <translation>{what} {link}, genannt in {file}, gibt es nicht.</translation>
    </message>
    <message>
        <source>There are {count} frames and {count2} masks.</source>
        <translation>Es gibt {count} Bilder und {count2} Masken.</translation>
    </message>
    <message>
        <source>There is already a preset {preset_id}; choose another name.</source>
        <translation>Es gibt schon eine Voreinstellung {preset_id}; bitte einen anderen Namen wählen.</translation>
    </message>
    <message>
        <source>There is already a preset {title} ({id}, {place}); choose another name.</source>
        <translation>Es gibt schon eine Voreinstellung {title} ({id}, {place}); bitte einen anderen Namen wählen.</translation>
    </message>
    <message>
        <source>There is no frame {unknown}; there are {count}, counted from 0.</source>
        <translation>Es gibt kein Bild {unknown}; es gibt {count}, gezählt ab 0.</translation>
    </message>
    <message>
        <source>There is no ground truth (landmarks or labels), so nothing is ranked: agreement is not accuracy.</source>
        <translation>Ohne Referenz (Landmarken oder Labels) gibt es keine Rangfolge: Übereinstimmung ist nicht Genauigkeit.</translation>
    </message>
    <message>
        <source>There is no item {item} in the subject hierarchy.</source>
        <translation>Es gibt kein Element {item} in der Hierarchie der Szene.</translation>
    </message>
    <message>
        <source>There is no kind of stage {kind}; there are {names}.</source>
        <translation>Es gibt keine Art von Stufe {kind}; es gibt {names}.</translation>
    </message>
    <message>
        <source>There is no method to run; give presets or parameter maps.</source>
        <translation>Es gibt keine Methode; bitte Voreinstellungen oder Parameter angeben.</translation>
    </message>
    <message>
        <source>There is no pair of images to compare on.</source>
        <translation>Es gibt kein Bildpaar für den Vergleich.</translation>
    </message>
    <message>
        <source>There is no preset {preset_id}; {hint}</source>
        <translation>Es gibt keine Voreinstellung {preset_id}; {hint}</translation>
    </message>
    <message>
        <source>There is no tolerance {text}; the tolerances are {names}, each at least 0.</source>
        <translation>Es gibt keine Toleranz {text}; es gibt {names}, ab 0.</translation>
    </message>
    <message>
        <source>There is nothing to compare: choose presets.</source>
        <translation>Es gibt nichts zu vergleichen: bitte Voreinstellungen wählen.</translation>
    </message>
    <message>
        <source>To convert it: {command}.</source>
        <translation>So wird sie umgewandelt: {command}.</translation>
    </message>
    <message>
        <source>To judge a transform, give landmarks or segmentations of both images.</source>
        <translation>Um eine Transformation zu beurteilen, bitte Landmarken oder Segmentierungen beider Bilder angeben.</translation>
    </message>
    <message>
        <source>To read TIFF files of this kind, install tifffile: python -m pip install tifffile.</source>
        <translation>Zum Lesen solcher TIFF-Dateien bitte tifffile installieren: python -m pip install tifffile.</translation>
    </message>
    <message>
        <source>Writing {path} needs the grid of the fixed image; give that image.</source>
        <translation>Um {path} zu schreiben, ist das Gitter des festen Bildes nötig; bitte dieses Bild angeben.</translation>
    </message>
    <message>
        <source>Transform {kind} has no exact ITK form; supported are {names}.</source>
        <translation>Die Transformation {kind} hat keine genaue ITK-Form; unterstützt sind {names}.</translation>
    </message>
    <message>
        <source>TransformBendingEnergyPenalty does nothing, because a {transform} does not bend.</source>
        <translation>TransformBendingEnergyPenalty bewirkt nichts, weil {transform} nicht biegt.</translation>
    </message>
    <message>
        <source>TransformRigidityPenalty needs a B-spline transform, not {transform}.</source>
        <translation>TransformRigidityPenalty braucht eine B-Spline-Transformation, nicht {transform}.</translation>
    </message>
    <message>
        <source>All rotations can be tried for 2D images only.</source>
        <translation>Alle Drehungen lassen sich nur bei 2D-Bildern versuchen.</translation>
    </message>
    <message>
        <source>The {role} {node} lies outside its image.</source>
        <translation>{role} {node}: liegt außerhalb des Bildes.</translation>
    </message>
    <message>
        <source>Tuning needs a folder for its page and its study.</source>
        <translation>Die Optimierung braucht einen Ordner für ihre Seite und ihre Studie.</translation>
    </message>
    <message>
        <source>Tuning starts from a preset; make one of the parameter files first.</source>
        <translation>Die Optimierung geht von einer Voreinstellung aus; bitte zuerst aus den Parameterdateien eine machen.</translation>
    </message>
    <message>
        <source>Two deformations combined by &quot;Add&quot; cannot be composed; use &quot;Compose&quot;.</source>
        <translation>Zwei durch &quot;Add&quot; kombinierte Verformungen lassen sich nicht verketten; bitte &quot;Compose&quot; verwenden.</translation>
    </message>
    <message>
        <source>Two pairs are called {twice}; give each its own name.</source>
        <translation>Zwei Paare heißen {twice}; bitte jedem einen eigenen Namen geben.</translation>
    </message>
    <message>
        <source>Two segmentations are needed to compare segments.</source>
        <translation>Um Segmente zu vergleichen, sind zwei Segmentierungen nötig.</translation>
    </message>
    <message>
        <source>Uncertain, because the images share too little information: {change}.</source>
        <translation>Unsicher, weil die Bilder zu wenig Information gemeinsam haben: {change}.</translation>
    </message>
    <message>
        <source>Uncertain: {change}.</source>
        <translation>Unsicher: {change}.</translation>
    </message>
    <message>
        <source>Unknown groupwise metric {metric}; use one of {names}.</source>
        <translation>Unbekannte Gruppenmetrik {metric}; möglich: {names}.</translation>
    </message>
    <message>
        <source>Unknown groupwise transform {unknown}; use some of {names}.</source>
        <translation>Unbekannte Gruppentransformation {unknown}; möglich: {names}.</translation>
    </message>
    <message>
        <source>Unknown interpolation {interpolation}; use one of {names}.</source>
        <translation>Unbekannte Interpolation {interpolation}; möglich: {names}.</translation>
    </message>
    <message>
        <source>Unknown kind of channel {kind}; use one of {names}.</source>
        <translation>Unbekannte Art von Kanal {kind}; möglich: {names}.</translation>
    </message>
    <message>
        <source>Unknown landmark transform {kind}; use one of {names}.</source>
        <translation>Unbekannte Landmarkentransformation {kind}; möglich: {names}.</translation>
    </message>
    <message>
        <source>Unknown method {method} of inversion; use one of {names}.</source>
        <translation>Unbekanntes Inversionsverfahren {method}; möglich: {names}.</translation>
    </message>
    <message>
        <source>Unknown output {unknown} of a sequence; use some of {names}.</source>
        <translation>Unbekannte Ausgabe {unknown} einer Sequenz; möglich: {names}.</translation>
    </message>
    <message>
        <source>Unknown pairing {pairing} of points; use one of {names}.</source>
        <translation>Unbekannte Paarung {pairing} von Punkten; möglich: {names}.</translation>
    </message>
    <message>
        <source>Unknown space {space} of a matrix; use one of {names}.</source>
        <translation>Unbekannter Raum {space} einer Matrix; möglich: {names}.</translation>
    </message>
    <message>
        <source>Volumes are measured in segments, and {node} is a {kind} node.</source>
        <translation>Volumen werden in Segmenten gemessen, und {node} ist ein Knoten {kind}.</translation>
    </message>
    <message>
        <source>Volumes of {shape} and {shape2} voxels cannot be compared voxel by voxel.</source>
        <translation>Volumen von {shape} und {shape2} Voxeln lassen sich nicht Voxel für Voxel vergleichen.</translation>
    </message>
    <message>
        <source>Volumes, segmentations, models and markups can be transformed; {what} was given.</source>
        <translation>Transformieren lassen sich Volumen, Segmentierungen, Modelle und Markups; angegeben wurde {what}.</translation>
    </message>
    <message>
        <source>Voxels of type {name} are not supported.</source>
        <translation>Voxel vom Typ {name} werden nicht unterstützt.</translation>
    </message>
    <message>
        <source>Voxels where it slides</source>
        <translation>Voxel, an denen es gleitet</translation>
    </message>
    <message>
        <source>Worse than before: {change}.</source>
        <translation>Schlechter als vorher: {change}.</translation>
    </message>
    <message>
        <source>a matrix of {rows} x {columns} numbers</source>
        <translation>eine Matrix von {rows} x {columns} Zahlen</translation>
    </message>
    <message>
        <source>a number is missing</source>
        <translation>eine Zahl fehlt</translation>
    </message>
    <message>
        <source>a parameter is written (Name value) on one line, but nothing closes the parenthesis, {shown}</source>
        <translation>ein Parameter steht als (Name Wert) in einer Zeile, aber nichts schließt die Klammer, {shown}</translation>
    </message>
    <message>
        <source>a parameter is written (Name value), but this line has no opening parenthesis, {shown}</source>
        <translation>ein Parameter steht als (Name Wert), aber diese Zeile hat keine öffnende Klammer, {shown}</translation>
    </message>
    <message>
        <source>a quotation mark is missing in {shown}</source>
        <translation>ein Anführungszeichen fehlt in {shown}</translation>
    </message>
    <message>
        <source>a registration that loses the moving image goes on and gives a wrong result, or crashes.</source>
        <translation>eine Registrierung, die das bewegte Bild verliert, läuft weiter und ergibt Falsches oder stürzt ab.</translation>
    </message>
    <message>
        <source>a {kind} of {size} parameters</source>
        <translation>{kind} mit {size} Parametern</translation>
    </message>
    <message>
        <source>a {value} comes after a deformation; put linear stages first.</source>
        <translation>{value} kommt nach einer Verformung; bitte lineare Stufen zuerst.</translation>
    </message>
    <message>
        <source>affine</source>
        <translation>affin</translation>
    </message>
    <message>
        <source>all voxels are used in every iteration, which is slow; use RandomCoordinate.</source>
        <translation>alle Voxel werden in jeder Iteration verwendet, was langsam ist; bitte RandomCoordinate verwenden.</translation>
    </message>
    <message>
        <source>at most {count} iterations</source>
        <translation>höchstens {count} Iterationen</translation>
    </message>
    <message>
        <source>bending energy</source>
        <translation>Biegeenergie</translation>
    </message>
    <message>
        <source>best</source>
        <translation>beste</translation>
    </message>
    <message>
        <source>better ({low} to {high})</source>
        <translation>besser ({low} bis {high})</translation>
    </message>
    <message>
        <source>correlation</source>
        <translation>Korrelation</translation>
    </message>
    <message>
        <source>distance of landmarks</source>
        <translation>Landmarkenabstand</translation>
    </message>
    <message>
        <source>elastix could not resample the image. {error}</source>
        <translation>elastix konnte das Bild nicht abtasten. {error}</translation>
    </message>
    <message>
        <source>elastix crashes when RandomSparseMask meets a mask that vanished by shrinking; add (ErodeMask &quot;false&quot;).</source>
        <translation>elastix stürzt ab, wenn RandomSparseMask auf eine Maske trifft, die beim Verkleinern verschwunden ist; bitte (ErodeMask &quot;false&quot;) hinzufügen.</translation>
    </message>
    <message>
        <source>elastix crashes when it is false for {name}.</source>
        <translation>elastix stürzt ab, wenn es für {name} false ist.</translation>
    </message>
    <message>
        <source>elastix crashes when {name} meets {metric}; use {adaptive}.</source>
        <translation>elastix stürzt ab, wenn {name} auf {metric} trifft; bitte {adaptive} verwenden.</translation>
    </message>
    <message>
        <source>elastix does not know {stray}, with its blanks, and takes {default}.</source>
        <translation>elastix kennt {stray} mit seinen Leerzeichen nicht und nimmt {default}.</translation>
    </message>
    <message>
        <source>elastix failed: {value}</source>
        <translation>elastix ist fehlgeschlagen: {value}</translation>
    </message>
    <message>
        <source>elastix has no parameter {name!r}.</source>
        <translation>elastix hat keinen Parameter {name!r}.</translation>
    </message>
    <message>
        <source>elastix has no parameter {name!r}; did you mean {close}?</source>
        <translation>elastix hat keinen Parameter {name!r}; ist {close} gemeint?</translation>
    </message>
    <message>
        <source>elastix has no such parameter and ignores it.{hint}</source>
        <translation>elastix hat keinen solchen Parameter und übergeht ihn.{hint}</translation>
    </message>
    <message>
        <source>elastix has no such parameter and ignores it; did you mean {close}?</source>
        <translation>elastix hat keinen solchen Parameter und übergeht ihn; ist {close} gemeint?</translation>
    </message>
    <message>
        <source>elastix has no {kind} {name}; {hint}</source>
        <translation>elastix hat {kind} {name} nicht; {hint}</translation>
    </message>
    <message>
        <source>elastix inverts linear and B-spline transforms, not a {name}; use the iterative inverse.</source>
        <translation>elastix invertiert lineare und B-Spline-Transformationen, nicht {name}; bitte die iterative Inverse verwenden.</translation>
    </message>
    <message>
        <source>elastix no longer reads it{instead}.</source>
        <translation>elastix liest es nicht mehr{instead}.</translation>
    </message>
    <message>
        <source>elastix shrinks the mask in coarse resolutions{default}, where thin masks vanish; set it to false.</source>
        <translation>elastix verkleinert die Maske in groben Auflösungen{default}, wo dünne Masken verschwinden; bitte auf false setzen.</translation>
    </message>
    <message>
        <source>elastix&apos;s text form cannot hold a value with {match}; write a .toml file.</source>
        <translation>die Textform von elastix kann keinen Wert mit {match} enthalten; bitte eine .toml-Datei schreiben.</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <source>fixed and the moving points</source>
        <translation>festen und die bewegten Punkte</translation>
    </message>
    <message>
        <source>fixed image</source>
        <translation>festes Bild</translation>
    </message>
    <message>
        <source>fixed mask</source>
        <translation>feste Maske</translation>
    </message>
    <message>
        <source>fixed points {fixed} and the moving points {moving}</source>
        <translation>festen Punkte {fixed} und die bewegten Punkte {moving}</translation>
    </message>
    <message>
        <source>fixed volume</source>
        <translation>festes Volumen</translation>
    </message>
    <message>
        <source>contains {count} matrices; a single one is needed.</source>
        <translation>enthält {count} Matrizen; gelesen wird eine.</translation>
    </message>
    <message>
        <source>--lies-on applies to DICOM structures and doses only, not to what {path} is given for.</source>
        <translation>--lies-on gilt nur für DICOM-Strukturen und -Dosen, nicht für das, wofür {path} angegeben ist.</translation>
    </message>
    <message>
        <source>1 held-out pair</source>
        <translation>1 zurückgehaltenen Paar</translation>
    </message>
    <message>
        <source>1 slice</source>
        <translation>1 Schicht</translation>
    </message>
    <message>
        <source>A DICOM file like {path} must refer to DICOM images; give the fixed series as --reference.</source>
        <translation>Eine DICOM-Datei wie {path} muss sich auf DICOM-Bilder beziehen; bitte die feste Serie als --reference angeben.</translation>
    </message>
    <message>
        <source>A DICOM segmentation cannot refer to the slices of the mosaic {path}; write a label map: .nrrd or .nii.gz.</source>
        <translation>Eine DICOM-Segmentierung kann sich nicht auf die Schichten des Mosaiks {path} beziehen; bitte ein Label-Volumen schreiben: .nrrd oder .nii.gz.</translation>
    </message>
    <message>
        <source>A DICOM series is written to a folder, but {folder} is a file; give another name.</source>
        <translation>Eine DICOM-Serie wird in einen Ordner geschrieben, aber {folder} ist eine Datei; bitte einen anderen Namen angeben.</translation>
    </message>
    <message>
        <source>A cohort needs a fixed image and moving images, or a table.</source>
        <translation>Eine Kohorte braucht ein festes Bild und bewegte Bilder oder eine Tabelle.</translation>
    </message>
    <message>
        <source>A {what} lies on a series of slices, which the reference is not.</source>
        <translation>{what}: gehört zu einer Serie von Schichten, und die Referenz ist keine.</translation>
    </message>
    <message>
        <source>A {what} refers to the images on which it lies; give a series of images as --reference.</source>
        <translation>{what}: bezieht sich auf Bilder; bitte eine Bildserie als --reference angeben.</translation>
    </message>
    <message>
        <source>According to their DICOM headers, the {what} belong to different patients; they cannot be added.</source>
        <translation>{what}: gehören laut DICOM zu verschiedenen Patienten und lassen sich nicht addieren.</translation>
    </message>
    <message>
        <source>An entry named {name} cannot be sent to another process.</source>
        <translation>Ein Eintrag namens {name} kann nicht an einen anderen Prozess gesendet werden.</translation>
    </message>
    <message>
        <source>An image has {dimension} dimensions; 2, 3 or 4 are supported.</source>
        <translation>Ein Bild hat {dimension} Dimensionen; unterstützt werden 2, 3 oder 4.</translation>
    </message>
    <message>
        <source>Another run uses the folder {folder}{holder}; wait for it to finish, or choose another folder.</source>
        <translation>Ein anderer Lauf verwendet den Ordner {folder}{holder}; bitte sein Ende abwarten oder einen anderen Ordner wählen.</translation>
    </message>
    <message>
        <source>Better than the start beyond chance: on {count}, {figures}.</source>
        <translation>Besser als der Start, über den Zufall hinaus: auf {count}, {figures}.</translation>
    </message>
    <message>
        <source>Better than the start on the held-out pair ({figures}), beyond chance within that pair; other pairs may differ.</source>
        <translation>Besser als der Start auf dem zurückgehaltenen Paar ({figures}), innerhalb dieses Paars über den Zufall hinaus; andere Paare können sich anders verhalten.</translation>
    </message>
    <message>
        <source>Better than the start on {count} ({figures}), but that may be chance.</source>
        <translation>Besser als der Start auf {count} ({figures}), aber das kann Zufall sein.</translation>
    </message>
    <message>
        <source>Both images are needed to judge by them, but only one was given.</source>
        <translation>Zum Beurteilen nach den Bildern sind beide nötig, aber nur eines wurde angegeben.</translation>
    </message>
    <message>
        <source>Carrying structures over needs 3D images and a 3D transform.</source>
        <translation>Zum Übertragen von Strukturen sind 3D-Bilder und eine 3D-Transformation nötig.</translation>
    </message>
    <message>
        <source>Case {name} has fixed labels but no moving labels to compare them with.</source>
        <translation>Fall {name} hat feste Labels, aber keine bewegten zum Vergleich.</translation>
    </message>
    <message>
        <source>Case {name} cannot be run. {reason}</source>
        <translation>Fall {name} kann nicht laufen. {reason}</translation>
    </message>
    <message>
        <source>A file cannot be read or written: {reason}.</source>
        <translation>Eine Datei lässt sich nicht lesen oder schreiben: {reason}.</translation>
    </message>
    <message>
        <source>A moving sliding mask needs a sliding mask, of the fixed image, with the same labels.</source>
        <translation>Eine bewegte Gleitmaske braucht eine Gleitmaske auf dem festen Bild mit denselben Labels.</translation>
    </message>
    <message>
        <source>Automatic: {choices}.</source>
        <translation>Automatisch: {choices}.</translation>
    </message>
    <message>
        <source>B-spline with {grid_mm:g} mm between its control points</source>
        <translation>B-Spline mit {grid_mm:g} mm zwischen seinen Kontrollpunkten</translation>
    </message>
    <message>
        <source>Cohorts run on Dask, which is not installed: python -m pip install &apos;dask[distributed]&apos; cryptography bokeh.</source>
        <translation>Kohorten brauchen Dask, das nicht installiert ist: python -m pip install &apos;dask[distributed]&apos; cryptography bokeh.</translation>
    </message>
    <message>
        <source>Convert it to MINC 2: mincconvert -2 IN OUT.mnc.</source>
        <translation>Bitte in MINC 2 umwandeln: mincconvert -2 IN OUT.mnc.</translation>
    </message>
    <message>
        <source>Convert it to NIfTI first: {command}</source>
        <translation>Bitte zuerst in NIfTI umwandeln: {command}</translation>
    </message>
    <message>
        <source>Convert it to NIfTI, as nibabel does.</source>
        <translation>Bitte in NIfTI umwandeln, etwa mit nibabel.</translation>
    </message>
    <message>
        <source>Cross-validation needs at least three pairs, but there are {count}.</source>
        <translation>Eine Kreuzvalidierung braucht mindestens drei Paare, aber es gibt {count}.</translation>
    </message>
    <message>
        <source>Dice overlap, mean</source>
        <translation>Dice-Überlappung, Mittel</translation>
    </message>
    <message>
        <source>Doses of different types ({names}) cannot be added.</source>
        <translation>Dosen verschiedener Art ({names}) lassen sich nicht addieren.</translation>
    </message>
    <message>
        <source>Export it as NRRD or TIFF from there.</source>
        <translation>Bitte von dort als NRRD oder TIFF exportieren.</translation>
    </message>
    <message>
        <source>Export its images first.</source>
        <translation>Bitte zuerst die Bilder exportieren.</translation>
    </message>
    <message>
        <source>Fetch the file with git annex get or datalad get.</source>
        <translation>Bitte die Datei mit git annex get oder datalad get holen.</translation>
    </message>
    <message>
        <source>Fetch the file: git lfs pull.</source>
        <translation>Bitte die Datei holen: git lfs pull.</translation>
    </message>
    <message>
        <source>Give a number of workers for this computer, the address of a scheduler, or a client.</source>
        <translation>Bitte eine Zahl von Arbeitsprozessen für diesen Rechner, die Adresse eines Schedulers oder einen Client angeben.</translation>
    </message>
    <message>
        <source>Hold out at least one pair, and leave at least one to tune on.</source>
        <translation>Bitte mindestens ein Paar zurückhalten und mindestens eines zum Einstellen lassen.</translation>
    </message>
    <message>
        <source>In Python, core.as_image takes the array and its spacing.</source>
        <translation>In Python nimmt core.as_image das Array mit seinem Abstand.</translation>
    </message>
    <message>
        <source>In this process, only one trial can run at a time; several need a registrar that runs them in other processes.</source>
        <translation>In diesem Prozess kann nur ein Versuch zugleich laufen; mehrere brauchen einen Registrar, der sie in anderen Prozessen ausführt.</translation>
    </message>
    <message>
        <source>It is a DICOM file compressed by gzip. Unpack it: gunzip.</source>
        <translation>Es ist eine mit gzip komprimierte DICOM-Datei. Bitte entpacken: gunzip.</translation>
    </message>
    <message>
        <source>It is a web page, probably from a failed download. Download the file again.</source>
        <translation>Es ist eine Webseite, wohl von einem gescheiterten Download. Bitte die Datei noch einmal herunterladen.</translation>
    </message>
    <message>
        <source>It is an XML file of VTK. Save it as .vtk (legacy, structured points) or .mha.</source>
        <translation>Es ist eine XML-Datei von VTK. Bitte als .vtk (legacy, structured points) oder .mha speichern.</translation>
    </message>
    <message>
        <source>It is an archive (.tar.gz). Unpack it, and give the file or folder in it.</source>
        <translation>Es ist ein Archiv (.tar.gz). Bitte entpacken und die Datei oder den Ordner darin angeben.</translation>
    </message>
    <message>
        <source>It is empty.</source>
        <translation>Sie ist leer.</translation>
    </message>
    <message>
        <source>It is not an image: its data are not structured points.</source>
        <translation>Es ist kein Bild: seine Daten sind keine strukturierten Punkte.</translation>
    </message>
    <message>
        <source>It is {kind}, compressed. Give it a name that ends in {suffix}.</source>
        <translation>Es ist {kind}, komprimiert. Bitte einen Namen mit der Endung {suffix} geben.</translation>
    </message>
    <message>
        <source>It is {kind}. Give it a name that ends in {suffix}.</source>
        <translation>Es ist {kind}. Bitte einen Namen mit der Endung {suffix} geben.</translation>
    </message>
    <message>
        <source>It is {kind}. {remedy}</source>
        <translation>Es ist {kind}. {remedy}</translation>
    </message>
    <message>
        <source>Its header is expected in {missing}, which does not exist.</source>
        <translation>Der Kopf wird in {missing} erwartet; diese Datei gibt es nicht.</translation>
    </message>
    <message>
        <source>Its values are in a field of arrays. Save them as scalars: in ParaView, as one point array.</source>
        <translation>Die Werte stehen in einem Feld von Arrays. Bitte als Skalare speichern: in ParaView als ein Punkt-Array.</translation>
    </message>
    <message>
        <source>Its values belong to cells, not points. Convert them in ParaView (Cell Data to Point Data).</source>
        <translation>Die Werte gehören zu Zellen, nicht zu Punkten. Bitte in ParaView umwandeln (Cell Data to Point Data).</translation>
    </message>
    <message>
        <source>Its voxels are expected in {missing}, which does not exist.</source>
        <translation>Die Voxel werden in {missing} erwartet; diese Datei gibt es nicht.</translation>
    </message>
    <message>
        <source>Label maps of both images are needed to judge by labels, but only one was given.</source>
        <translation>Zum Beurteilen nach Labels sind Label-Volumen beider Bilder nötig, aber nur eines wurde angegeben.</translation>
    </message>
    <message>
        <source>Line {line} of the table {path} has no {missing} image.</source>
        <translation>Zeile {line} der Tabelle {path}: das Bild ({missing}) fehlt.</translation>
    </message>
    <message>
        <source>Line {line} of the table {table} has the frame {frame}; frames must be whole numbers.</source>
        <translation>Zeile {line} der Tabelle {table}: Zeitpunkt {frame}; Zeitpunkte müssen ganze Zahlen sein.</translation>
    </message>
    <message>
        <source>Models ({names}) keep their format; {name} cannot become {name2}.</source>
        <translation>Modelle ({names}) behalten ihr Format; {name} kann nicht {name2} werden.</translation>
    </message>
    <message>
        <source>Mutual information, correlation and overlap of masks use one voxel in {count} along each axis; folded voxels and local volumes use all voxels.</source>
        <translation>Transinformation, Korrelation und Überlappung der Masken benutzen längs jeder Achse einen von je {count} Voxeln, gefaltete Voxel und Volumenfaktoren dagegen alle.</translation>
    </message>
    <message>
        <source>No better than the start: on {count}, {figures}. Keep {start}.</source>
        <translation>Nicht besser als der Start: auf {count}, {figures}. Bitte {start} behalten.</translation>
    </message>
    <message>
        <source>No further argument is allowed after the table {table}, but {path} was given.</source>
        <translation>Nach der Tabelle {table} darf nichts mehr folgen, aber {path} wurde angegeben.</translation>
    </message>
    <message>
        <source>No image format is known for the name {name}; use .nrrd, .nii.gz or .mha.</source>
        <translation>Für den Namen {name} ist kein Bildformat bekannt; bitte .nrrd, .nii.gz oder .mha verwenden.</translation>
    </message>
    <message>
        <source>No other landmarks or labels were given, so look at the images before you rely on the result.</source>
        <translation>Es gab keine anderen Landmarken und keine Labels: vor dem Verwenden die Bilder ansehen.</translation>
    </message>
    <message>
        <source>No structure of {path} contains a voxel of the image; were they drawn on a different image?</source>
        <translation>Keine Struktur aus {path} enthält ein Voxel des Bildes; wurden sie auf einem anderen Bild gezeichnet?</translation>
    </message>
    <message>
        <source>No structure of {path} ends up in the reference image.</source>
        <translation>Keine Struktur aus {path} gelangt in das Referenzbild.</translation>
    </message>
    <message>
        <source>No transform was given to evaluate.</source>
        <translation>Es fehlt eine Transformation zum Beurteilen.</translation>
    </message>
    <message>
        <source>No trial finished within the budget; increase it.</source>
        <translation>Kein Versuch wurde im Budget fertig; bitte erhöhen.</translation>
    </message>
    <message>
        <source>No voxel of the reference image lies in {names}.</source>
        <translation>Kein Voxel des Referenzbildes liegt in {names}.</translation>
    </message>
    <message>
        <source>Only 3D images with one value per voxel can be written as a DICOM series; use .nrrd for others.</source>
        <translation>Nur 3D-Bilder mit einem Wert je Voxel lassen sich als DICOM-Serie schreiben; für andere bitte .nrrd verwenden.</translation>
    </message>
    <message>
        <source>Only doses can be added, and {path} is not an RTDOSE.</source>
        <translation>Nur Dosen lassen sich addieren, und {path} ist keine RTDOSE.</translation>
    </message>
    <message>
        <source>Only the part of the fixed image around the much smaller moving image is used.</source>
        <translation>Vom festen Bild wird nur der Teil um das viel kleinere bewegte Bild verwendet.</translation>
    </message>
    <message>
        <source>Pairs without labels do not count in the ranking: {pairs}.</source>
        <translation>Paare ohne Labels zählen nicht in der Rangfolge: {pairs}.</translation>
    </message>
    <message>
        <source>Pairs without landmarks do not count in the ranking: {pairs}.</source>
        <translation>Paare ohne Landmarken zählen nicht in der Rangfolge: {pairs}.</translation>
    </message>
    <message>
        <source>Parameter {name}: values must be texts, not {value}.</source>
        <translation>Parameter {name}: Werte müssen Texte sein, nicht {value}.</translation>
    </message>
    <message>
        <source>Save it as PNG or TIFF.</source>
        <translation>Bitte als PNG oder TIFF speichern.</translation>
    </message>
    <message>
        <source>Save its voxels as NIfTI from there: niftiwrite.</source>
        <translation>Bitte die Voxel von dort als NIfTI speichern: niftiwrite.</translation>
    </message>
    <message>
        <source>TIFF files with complex numbers are not supported.</source>
        <translation>TIFF-Dateien mit komplexen Zahlen werden nicht unterstützt.</translation>
    </message>
    <message>
        <source>The DICOM file {path}</source>
        <translation>Die DICOM-Datei {path}</translation>
    </message>
    <message>
        <source>The DICOM file {path} cannot be decoded: it is damaged or uses an unusual compression.</source>
        <translation>Die DICOM-Datei {path} lässt sich nicht dekodieren: sie ist beschädigt oder ungewöhnlich komprimiert.</translation>
    </message>
    <message>
        <source>The DICOM file {path} contains no image: it has no pixels ({name}).</source>
        <translation>Die DICOM-Datei {path} enthält kein Bild: sie hat keine Pixel ({name}).</translation>
    </message>
    <message>
        <source>The DICOM file {path} differs in size or color from the slices before it.</source>
        <translation>Die DICOM-Datei {path} unterscheidet sich in Größe oder Farbe von den Schichten davor.</translation>
    </message>
    <message>
        <source>The DICOM file {path} is a mosaic (all slices are tiles of one image), and the private Siemens header with their positions is missing or damaged. Convert the original file, before anonymization, with dcm2niix.</source>
        <translation>Die DICOM-Datei {path} ist ein Mosaik (alle Schichten sind Kacheln eines Bildes), und der private Siemens-Kopf mit ihren Lagen fehlt oder ist beschädigt. Bitte die ursprüngliche Datei, vor der Anonymisierung, mit dcm2niix umwandeln.</translation>
    </message>
    <message>
        <source>The DICOM file {path} is a tiled whole-slide image, which is not supported.</source>
        <translation>Die DICOM-Datei {path} ist ein gekacheltes Objektträgerbild, das nicht unterstützt wird.</translation>
    </message>
    <message>
        <source>The DICOM file {path} is empty or damaged: its header has no content. Copy the series again.</source>
        <translation>Die DICOM-Datei {path} ist leer oder beschädigt: ihr Kopf hat keinen Inhalt. Bitte die Serie noch einmal kopieren.</translation>
    </message>
    <message>
        <source>The DICOM file {path} is truncated or damaged: some of its frames are missing.</source>
        <translation>Die DICOM-Datei {path} ist abgeschnitten oder beschädigt: einige ihrer Einzelbilder fehlen.</translation>
    </message>
    <message>
        <source>The DICOM file {path} stores its values in the upper bits (HighBit {highbit}), a retired form that is not supported. Convert it with dcm2niix or GDCM.</source>
        <translation>Die DICOM-Datei {path} hält ihre Werte in den oberen Bits (HighBit {highbit}), eine veraltete Form, die nicht unterstützt wird. Bitte mit dcm2niix oder GDCM umwandeln.</translation>
    </message>
    <message>
        <source>The DICOM folder {path}</source>
        <translation>Der DICOM-Ordner {path}</translation>
    </message>
    <message>
        <source>The DICOM registration {path}</source>
        <translation>Die DICOM-Registrierung {path}</translation>
    </message>
    <message>
        <source>The DICOM registration {path} does not contain the frame of reference {frame} of the {what}; it relates {frames}.</source>
        <translation>Die DICOM-Registrierung {path} enthält den Bezugsrahmen {frame} nicht ({what}); sie verbindet {frames}.</translation>
    </message>
    <message>
        <source>The DICOM registration {path} has no grid for the requested frame of reference.</source>
        <translation>Die DICOM-Registrierung {path} hat kein Gitter für den verlangten Bezugsrahmen.</translation>
    </message>
    <message>
        <source>The DICOM registration {path} relates series other than that of the {what}, all in one frame of reference.</source>
        <translation>Die DICOM-Registrierung {path} verbindet andere Serien als die gegebene ({what}), alle in einem Bezugsrahmen.</translation>
    </message>
    <message>
        <source>The DICOM registration {path} relates the two frames of reference only to a third one.</source>
        <translation>Die DICOM-Registrierung {path} verbindet die beiden Bezugsrahmen nur mit einem dritten.</translation>
    </message>
    <message>
        <source>The DICOM registration {path} relates {frames} frames of reference; give both images as DICOM to choose two of them.</source>
        <translation>Die DICOM-Registrierung {path} verbindet {frames} Bezugsrahmen; bitte beide Bilder als DICOM angeben, um zwei davon zu wählen.</translation>
    </message>
    <message>
        <source>The DICOM series {value} has no frame of reference, which a DICOM registration needs.</source>
        <translation>Die DICOM-Serie {value} hat keinen Bezugsrahmen, den eine DICOM-Registrierung braucht.</translation>
    </message>
    <message>
        <source>The Dask scheduler dropped the cases of this run; run again with --resume.</source>
        <translation>Der Dask-Scheduler hat die Fälle dieses Laufs fallen gelassen; bitte mit --resume noch einmal ausführen.</translation>
    </message>
    <message>
        <source>The Dask scheduler {address} does not answer: {reason}</source>
        <translation>Der Dask-Scheduler {address} antwortet nicht: {reason}</translation>
    </message>
    <message>
        <source>The Dask worker {address} cannot load ElastixRegistrationLib ({reason}); install elastix-registration in the Python of all workers.</source>
        <translation>Der Dask-Worker {address} kann ElastixRegistrationLib nicht laden ({reason}); bitte elastix-registration im Python aller Worker installieren.</translation>
    </message>
    <message>
        <source>The Dask worker {address} does not see the folder {output_dir}; all workers must see images and output under the same paths.</source>
        <translation>Der Dask-Worker {address} sieht den Ordner {output_dir} nicht; alle Worker müssen Bilder und Ausgaben unter denselben Pfaden sehen.</translation>
    </message>
    <message>
        <source>The Dask worker {address} has version {version} of elastix-registration, but this computer has {own_version}; install the same version everywhere.</source>
        <translation>Der Dask-Worker {address} hat Version {version} von elastix-registration, dieser Rechner aber {own_version}; bitte überall dieselbe Version installieren.</translation>
    </message>
    <message>
        <source>The TLS file {path} does not exist.</source>
        <translation>Die TLS-Datei {path} gibt es nicht.</translation>
    </message>
    <message>
        <source>The budget is {minutes:g} minutes; it must be more than 0.</source>
        <translation>Das Budget ist {minutes:g} Minuten; es muss mehr als 0 sein.</translation>
    </message>
    <message>
        <source>The budget is {trials} trials; it must be at least 1.</source>
        <translation>Das Budget ist {trials} Versuche; es muss mindestens 1 sein.</translation>
    </message>
    <message>
        <source>The chosen segments of {whole} overlap; choose some that do not.</source>
        <translation>Die gewählten Segmente überlappen ({whole}); bitte andere wählen.</translation>
    </message>
    <message>
        <source>The connection to the Dask scheduler was lost; run again with --resume.</source>
        <translation>Die Verbindung zum Dask-Scheduler ging verloren; bitte mit --resume noch einmal ausführen.</translation>
    </message>
    <message>
        <source>The coordinates {axis} of the {name} are not evenly spaced.</source>
        <translation>{name}: die Koordinaten {axis} haben keine gleichen Abstände.</translation>
    </message>
    <message>
        <source>The dose {path} is in relative units and cannot be added; give doses in gray.</source>
        <translation>Die Dosis {path} hat relative Einheiten und lässt sich nicht addieren; bitte Dosen in Gray angeben.</translation>
    </message>
    <message>
        <source>The dose {second} is given twice; give each dose once.</source>
        <translation>Die Dosis {second} ist zweimal angegeben; bitte jede Dosis einmal angeben.</translation>
    </message>
    <message>
        <source>The doses {other} and {path} are in different frames of reference, so {transform} cannot be right for both; give each one the transform of its own image.</source>
        <translation>Die Dosen {other} und {path} liegen in verschiedenen Bezugsrahmen, darum kann {transform} nicht für beide richtig sein; bitte jeder die Transformation ihres Bildes geben.</translation>
    </message>
    <message>
        <source>The file {path} does not exist.</source>
        <translation>Die Datei {path} gibt es nicht.</translation>
    </message>
    <message>
        <source>The file {path} is not a structure set ({kind}).</source>
        <translation>Die Datei {path} ist kein Structure Set ({kind}).</translation>
    </message>
    <message>
        <source>The file {path} is not a transform: its voxels have {count} components, but displacements in {dimension} dimensions have {dimension}.</source>
        <translation>Die Datei {path} ist keine Transformation: ihre Voxel haben {count} Komponenten, Verschiebungen in {dimension} Dimensionen aber {dimension}.</translation>
    </message>
    <message>
        <source>The file {path} is not a {what} ({name}).</source>
        <translation>Die Datei {path} ist nicht von der Art {what} ({name}).</translation>
    </message>
    <message>
        <source>The files {first} and {second} contain the same dose; give it once.</source>
        <translation>Die Dateien {first} und {second} enthalten dieselbe Dosis; bitte nur einmal angeben.</translation>
    </message>
    <message>
        <source>The fixed image {first} does not exist.</source>
        <translation>Das feste Bild {first} gibt es nicht.</translation>
    </message>
    <message>
        <source>The folder {folder} cannot be created: {reason}.</source>
        <translation>Der Ordner {folder} lässt sich nicht anlegen: {reason}.</translation>
    </message>
    <message>
        <source>The folder {folder} cannot be opened: {reason}.</source>
        <translation>Der Ordner {folder} lässt sich nicht öffnen: {reason}.</translation>
    </message>
    <message>
        <source>The folder {folder} cannot be written to: {reason}.</source>
        <translation>In den Ordner {folder} lässt sich nicht schreiben: {reason}.</translation>
    </message>
    <message>
        <source>The folder {folder} for the DICOM series is not empty; give a new folder.</source>
        <translation>Der Ordner {folder} für die DICOM-Serie ist nicht leer; bitte einen neuen angeben.</translation>
    </message>
    <message>
        <source>The folder {folder} has no images.</source>
        <translation>Der Ordner {folder} enthält keine Bilder.</translation>
    </message>
    <message>
        <source>The folder {output_dir} cannot be written to: {reason}.</source>
        <translation>In den Ordner {output_dir} lässt sich nicht schreiben: {reason}.</translation>
    </message>
    <message>
        <source>The folder {parent} for {name} does not exist.</source>
        <translation>Den Ordner {parent} für {name} gibt es nicht.</translation>
    </message>
    <message>
        <source>The folder {path} of the {name} has no DICOM images.</source>
        <translation>{name}: der Ordner {path} enthält keine DICOM-Bilder.</translation>
    </message>
    <message>
        <source>The folder {target} cannot be replaced; is it open in another program?</source>
        <translation>Der Ordner {target} lässt sich nicht ersetzen; ist er in einem anderen Programm geöffnet?</translation>
    </message>
    <message>
        <source>The grid of the image is sheared, which a {what} cannot hold; use .nrrd.</source>
        <translation>Das Gitter des Bildes ist geschert, was {what} nicht speichern kann; bitte .nrrd verwenden.</translation>
    </message>
    <message>
        <source>The grid of the {image} is sheared; it was registered on an orthogonal grid, but results are computed from the original voxels.</source>
        <translation>{image}: Das Gitter ist geschert; registriert wurde auf einem rechtwinkligen Gitter, aber die Ergebnisse stammen von den ursprünglichen Voxeln.</translation>
    </message>
    <message>
        <source>The held-out pairs could not be registered, so the tuned preset could not be judged.</source>
        <translation>Die zurückgehaltenen Paare ließen sich nicht registrieren, darum ließ sich die gefundene Voreinstellung nicht beurteilen.</translation>
    </message>
    <message>
        <source>The image {path} cannot be written: the disk is full.</source>
        <translation>Das Bild {path} lässt sich nicht schreiben: der Datenträger ist voll.</translation>
    </message>
    <message>
        <source>The image {path} cannot be written: {reason}</source>
        <translation>Das Bild {path} lässt sich nicht schreiben: {reason}</translation>
    </message>
    <message>
        <source>The image {path} cannot be written; is the disk full?</source>
        <translation>Das Bild {path} lässt sich nicht schreiben; ist der Datenträger voll?</translation>
    </message>
    <message>
        <source>The label map {file} has {dimension} dimensions; 3 are needed.</source>
        <translation>Das Label-Volumen {file} hat {dimension} Dimensionen; nötig sind 3.</translation>
    </message>
    <message>
        <source>The model {path}</source>
        <translation>Das Modell {path}</translation>
    </message>
    <message>
        <source>The model {path} cannot be read: {reason}.</source>
        <translation>Das Modell {path} lässt sich nicht lesen: {reason}.</translation>
    </message>
    <message>
        <source>The model {path} does not exist.</source>
        <translation>Das Modell {path} gibt es nicht.</translation>
    </message>
    <message>
        <source>The package tqdm is not installed: pip install tqdm.</source>
        <translation>Das Paket tqdm ist nicht installiert: pip install tqdm.</translation>
    </message>
    <message>
        <source>The page cannot be written to {folder}: {reason}.</source>
        <translation>Die Seite lässt sich nicht in {folder} schreiben: {reason}.</translation>
    </message>
    <message>
        <source>The parameter {name} is set twice in stage {stage}.</source>
        <translation>Der Parameter {name} ist in Stufe {stage} zweimal gesetzt.</translation>
    </message>
    <message>
        <source>The parameter {name} is set twice.</source>
        <translation>Der Parameter {name} ist zweimal gesetzt.</translation>
    </message>
    <message>
        <source>The point file {path}</source>
        <translation>Die Punktdatei {path}</translation>
    </message>
    <message>
        <source>The point file {path} cannot be read: {reason}.</source>
        <translation>Die Punktdatei {path} lässt sich nicht lesen: {reason}.</translation>
    </message>
    <message>
        <source>The point file {path} does not exist.</source>
        <translation>Die Punktdatei {path} gibt es nicht.</translation>
    </message>
    <message>
        <source>The point file {path} has coordinates that are not finite.</source>
        <translation>Die Punktdatei {path} hat Koordinaten, die nicht endlich sind.</translation>
    </message>
    <message>
        <source>The point file {path} {form}</source>
        <translation>Die Punktdatei {path} {form}</translation>
    </message>
    <message>
        <source>The points in {path} are up to {apart:.4g} mm apart across the plane of the 2D image; all must lie in the plane.</source>
        <translation>Die Punkte in {path} liegen quer zur Ebene des 2D-Bildes bis zu {apart:.4g} mm auseinander; alle müssen in der Ebene liegen.</translation>
    </message>
    <message>
        <source>The preset {id} has a stage that cannot be read.</source>
        <translation>Die Voreinstellung {id} hat eine Stufe, die sich nicht lesen lässt.</translation>
    </message>
    <message>
        <source>The progress is {progress}; give a function to call, or &quot;tqdm&quot;.</source>
        <translation>Der Fortschritt ist {progress}; bitte eine Funktion oder &quot;tqdm&quot; angeben.</translation>
    </message>
    <message>
        <source>The registration failed.</source>
        <translation>Die Registrierung ist fehlgeschlagen.</translation>
    </message>
    <message>
        <source>The registration was stopped.</source>
        <translation>Die Registrierung wurde angehalten.</translation>
    </message>
    <message>
        <source>The registration {starts}.</source>
        <translation>Die Registrierung {starts}.</translation>
    </message>
    <message>
        <source>The result was sampled on the fixed grid instead.</source>
        <translation>Stattdessen wurde das Ergebnis auf dem festen Gitter abgetastet.</translation>
    </message>
    <message>
        <source>The segments of {node} are {names}, but those of {other} are {others}; each name must occur once in both.</source>
        <translation>Die Segmente von {node} sind {names}, die von {other} aber {others}; jeder Name muss in beiden einmal vorkommen.</translation>
    </message>
    <message>
        <source>The series in {path} of the {name} contains {count} {kind}; choose with --series {first} to {last}, or --frame 1 to {count}.</source>
        <translation>{name}: die Serie in {path} enthält {count} {kind}; bitte mit --series {first} bis {last} oder --frame 1 bis {count} wählen.</translation>
    </message>
    <message>
        <source>The slice distance of {name} changes from {least:.4g} to {most:.4g} mm, as if parts were scanned separately. Load the series into Slicer, whose DICOM module makes the spacing even, and save the volume from there.</source>
        <translation>{name}: der Schichtabstand geht von {least:.4g} bis {most:.4g} mm, als wären Teile getrennt aufgenommen. Bitte die Serie in Slicer laden, dessen DICOM-Modul die Abstände angleicht, und das Volumen von dort speichern.</translation>
    </message>
    <message>
        <source>The slices of {name} are not evenly spaced: distances range from {least:.4g} to {most:.4g} mm, and {of_file} lies {off:.3g} mm away from its expected position. Load the series into Slicer, whose DICOM module makes the spacing even, and save the volume from there.</source>
        <translation>{name}: die Schichtabstände sind nicht gleich: sie gehen von {least:.4g} bis {most:.4g} mm, und {of_file} liegt {off:.3g} mm neben der erwarteten Stelle. Bitte die Serie in Slicer laden, dessen DICOM-Modul die Abstände angleicht, und das Volumen von dort speichern.</translation>
    </message>
    <message>
        <source>The sliding mask has the labels {labels} within the fixed image, but the moving sliding mask has {others} within the moving image; they must be the same.</source>
        <translation>Die Gleitmaske hat im festen Bild die Labels {labels}, die bewegte Gleitmaske aber im bewegten Bild {others}; sie müssen gleich sein.</translation>
    </message>
    <message>
        <source>The sliding mask was not used, because the transform is linear.</source>
        <translation>Die Gleitmaske wurde nicht verwendet, weil die Transformation linear ist.</translation>
    </message>
    <message>
        <source>The sliding mask was not used: it works only for images of one contrast.</source>
        <translation>Die Gleitmaske wurde nicht verwendet: Sie wirkt nur bei Bildern mit gleichem Kontrast.</translation>
    </message>
    <message>
        <source>The spacing of the {name} is {place}; give numbers, mm along i, j, k.</source>
        <translation>{name}: der Abstand ist {place}; bitte Zahlen in mm entlang i, j, k angeben.</translation>
    </message>
    <message>
        <source>The start {id} fails on every training pair. {names}</source>
        <translation>Der Start {id} scheitert bei jedem Trainingspaar. {names}</translation>
    </message>
    <message>
        <source>The structure set {path}</source>
        <translation>Das Structure Set {path}</translation>
    </message>
    <message>
        <source>The structure {name} has no area: its contours are not in parallel planes.</source>
        <translation>Die Struktur {name} hat keine Fläche: ihre Konturen liegen nicht in parallelen Ebenen.</translation>
    </message>
    <message>
        <source>The structure {name} of {path} has no area: it has only points or lines, or is empty.</source>
        <translation>Die Struktur {name} aus {path} hat keine Fläche: sie hat nur Punkte oder Linien oder ist leer.</translation>
    </message>
    <message>
        <source>The study {path} belongs to a different search (pairs, start, parameters or limits); give a new file.</source>
        <translation>Die Studie {path} gehört zu einer anderen Suche (Paare, Start, Parameter oder Grenzen); bitte eine neue Datei angeben.</translation>
    </message>
    <message>
        <source>The study {path} cannot be opened: {text}.</source>
        <translation>Die Studie {path} lässt sich nicht öffnen: {text}.</translation>
    </message>
    <message>
        <source>The table {path} cannot be read: {reason}.</source>
        <translation>Die Tabelle {path} lässt sich nicht lesen: {reason}.</translation>
    </message>
    <message>
        <source>The table {path} has a column {name}; did you mean fixed_{thing} or moving_{thing}?</source>
        <translation>Die Tabelle {path} hat eine Spalte {name}; war fixed_{thing} oder moving_{thing} gemeint?</translation>
    </message>
    <message>
        <source>The table {path} has a column {name}; did you mean {close}?</source>
        <translation>Die Tabelle {path} hat eine Spalte {name}; war {close} gemeint?</translation>
    </message>
    <message>
        <source>The table {path} has no column {name}; its columns are {columns}.</source>
        <translation>Die Tabelle {path} hat keine Spalte {name}; ihre Spalten sind {columns}.</translation>
    </message>
    <message>
        <source>The table {path} has no rows.</source>
        <translation>Die Tabelle {path} hat keine Zeilen.</translation>
    </message>
    <message>
        <source>The table {path} has the column {doubled} more than once.</source>
        <translation>Die Tabelle {path} hat die Spalte {doubled} mehrmals.</translation>
    </message>
    <message>
        <source>The transform file {name} {fault}</source>
        <translation>Die Transformationsdatei {name} {fault}</translation>
    </message>
    <message>
        <source>The transform {name} has {dimension} dimensions, but the other inputs have {dimension2}.</source>
        <translation>Die Transformation {name} hat {dimension} Dimensionen, die übrigen Eingaben aber {dimension2}.</translation>
    </message>
    <message>
        <source>The weight of a channel is {text}; it must be a number.</source>
        <translation>Das Gewicht eines Kanals ist {text}; es muss eine Zahl sein.</translation>
    </message>
    <message>
        <source>The {called} is empty: it has no voxels.</source>
        <translation>{called}: leer, ohne Voxel.</translation>
    </message>
    <message>
        <source>The {called} is under a transform; harden it, or use the Logic, which applies it.</source>
        <translation>{called}: steht unter einer Transformation; bitte einrechnen (harden) oder die Logic verwenden, die sie anwendet.</translation>
    </message>
    <message>
        <source>The {count} slices of the series in {path} of the {name} differ in orientation, size or spacing, so that they do not form a volume; choose one with --series {first} to {last}.</source>
        <translation>{name}: die {count} Schichten der Serie in {path} unterscheiden sich in Ausrichtung, Größe oder Abstand und bilden kein Volumen; bitte eine mit --series {first} bis {last} wählen.</translation>
    </message>
    <message>
        <source>The {image} is registered with voxels of {size} mm.</source>
        <translation>{image}: wird mit Voxeln von {size} mm registriert.</translation>
    </message>
    <message>
        <source>The {lost_form} of {name} contains numbers that are not finite, so its position is unknown: the header is damaged.</source>
        <translation>{name}: {lost_form} enthält Zahlen, die nicht endlich sind, darum ist die Lage unbekannt: der Kopf ist beschädigt.</translation>
    </message>
    <message>
        <source>The {names} have different dimensions.</source>
        <translation>{names}: haben verschiedene Dimensionen.</translation>
    </message>
    <message>
        <source>The {name} contains {count} {kind}; choose one with --frame 1 to {count}.</source>
        <translation>{name}: enthält {count} {kind}; bitte mit --frame 1 bis {count} wählen.</translation>
    </message>
    <message>
        <source>The {name} has a singular affine matrix: its voxels have no volume.</source>
        <translation>{name}: die affine Matrix ist singulär, die Voxel haben kein Volumen.</translation>
    </message>
    <message>
        <source>The {name} has an array of shape {shape} and the spacing {spacing}; give (k, j, i) voxels and three positive numbers, mm along i, j, k, or (j, i) and two.</source>
        <translation>{name}: Array der Form {shape} mit dem Abstand {spacing}; bitte (k, j, i) Voxel und drei positive Zahlen angeben, mm entlang i, j, k, oder (j, i) und zwei.</translation>
    </message>
    <message>
        <source>The {name} has no affine matrix.</source>
        <translation>{name}: ohne affine Matrix.</translation>
    </message>
    <message>
        <source>The {name} has no frame {frame}; give a number from 1 to {count}.</source>
        <translation>{name}: kein Zeitpunkt {frame}; bitte eine Zahl von 1 bis {count} angeben.</translation>
    </message>
    <message>
        <source>The {name} has the dimensions {dims}; it must have x, y and z, and at most one more.</source>
        <translation>{name}: hat die Dimensionen {dims}; nötig sind x, y und z und höchstens eine weitere.</translation>
    </message>
    <message>
        <source>The {name} has the shape {shape}; give one of its volumes, for example image.slicer[..., 0].</source>
        <translation>{name}: hat die Form {shape}; bitte eines der Volumen angeben, zum Beispiel image.slicer[..., 0].</translation>
    </message>
    <message>
        <source>The {name} has {dimension} dimensions; 2, 3 or 4 are supported.</source>
        <translation>{name}: hat {dimension} Dimensionen; unterstützt werden 2, 3 oder 4.</translation>
    </message>
    <message>
        <source>The {name} has {size} labels; each one is a region that moves on its own, and there can be at most {most_regions}.</source>
        <translation>{name}: {size} Labels; jedes ist ein Bereich, der sich für sich bewegt, und höchstens {most_regions} sind möglich.</translation>
    </message>
    <message>
        <source>The {name} is a single image; it has no frame {frame}.</source>
        <translation>{name}: ein einzelnes Bild ohne Zeitpunkt {frame}.</translation>
    </message>
    <message>
        <source>The {name} is a tensor of shape {shape}; it must be (channels, i, j, k).</source>
        <translation>{name}: ein Tensor der Form {shape}; nötig ist (channels, i, j, k).</translation>
    </message>
    <message>
        <source>The {name} is an array without a spacing; give (array, spacing), mm along i, j, k.</source>
        <translation>{name}: ein Array ohne Abstand; bitte (array, spacing) angeben, mm entlang i, j, k.</translation>
    </message>
    <message>
        <source>The {name} {path} cannot be read.</source>
        <translation>{name} {path}: lässt sich nicht lesen.</translation>
    </message>
    <message>
        <source>The {name} {path} cannot be read: {reason}</source>
        <translation>{name} {path}: lässt sich nicht lesen: {reason}</translation>
    </message>
    <message>
        <source>The {name} {path} contains {frames} time points; choose one with --frame 1 to {frames}.</source>
        <translation>{name} {path}: enthält {frames} Zeitpunkte; bitte mit --frame 1 bis {frames} wählen.</translation>
    </message>
    <message>
        <source>The {name} {path} does not exist.</source>
        <translation>{name} {path}: gibt es nicht.</translation>
    </message>
    <message>
        <source>The {name} {path} has no frame {frame}; give a number from 1 to {frames}.</source>
        <translation>{name} {path}: kein Zeitpunkt {frame}; bitte eine Zahl von 1 bis {frames} angeben.</translation>
    </message>
    <message>
        <source>The {name} {path} has {dimension} dimensions; 2, 3 or 4 are supported.</source>
        <translation>{name} {path}: hat {dimension} Dimensionen; unterstützt werden 2, 3 oder 4.</translation>
    </message>
    <message>
        <source>The {name} {path} is a NIfTI file that ITK cannot read (axes that are not perpendicular, NIfTI-2, an unusual header), and its voxel type is not supported for such files.</source>
        <translation>{name} {path}: eine NIfTI-Datei, die ITK nicht lesen kann (Achsen nicht rechtwinklig, NIfTI-2, ungewöhnlicher Kopf), und ihr Voxeltyp wird für solche Dateien nicht unterstützt.</translation>
    </message>
    <message>
        <source>The {name} {path} is truncated or damaged: {text}.</source>
        <translation>{name} {path}: abgeschnitten oder beschädigt: {text}.</translation>
    </message>
    <message>
        <source>The {name} {path} uses a compression that needs imagecodecs: python -m pip install imagecodecs.</source>
        <translation>{name} {path}: diese Kompression braucht imagecodecs: python -m pip install imagecodecs.</translation>
    </message>
    <message>
        <source>The {name} {path} {why}</source>
        <translation>{name} {path}: {why}</translation>
    </message>
    <message>
        <source>The {noun} are {value}; they must be a list of texts such as NAME=VALUE.</source>
        <translation>{noun}: {value}; nötig ist eine Liste von Texten wie NAME=WERT.</translation>
    </message>
    <message>
        <source>The {noun} are {value}; they must be a list of texts.</source>
        <translation>{noun}: {value}; nötig ist eine Liste von Texten.</translation>
    </message>
    <message>
        <source>The {noun} cannot be {value}; use one of {choices}.</source>
        <translation>{noun}: {value} ist nicht möglich; bitte eines von {choices} verwenden.</translation>
    </message>
    <message>
        <source>The {noun} is {text}, which is not a whole number.</source>
        <translation>{noun}: {text} ist keine ganze Zahl.</translation>
    </message>
    <message>
        <source>The {noun} is {text}; use true or false.</source>
        <translation>{noun}: {text}; bitte true oder false verwenden.</translation>
    </message>
    <message>
        <source>The {noun} is {value}; it must be True or False.</source>
        <translation>{noun}: {value}; nötig ist True oder False.</translation>
    </message>
    <message>
        <source>The {noun} is {value}; it must be a finite number.</source>
        <translation>{noun}: {value}; nötig ist eine endliche Zahl.</translation>
    </message>
    <message>
        <source>The {noun} is {value}; it must be a number.</source>
        <translation>{noun}: {value}; nötig ist eine Zahl.</translation>
    </message>
    <message>
        <source>The {noun} is {value}; it must be a whole number, {span}.</source>
        <translation>{noun}: {value}; nötig ist eine ganze Zahl, {span}.</translation>
    </message>
    <message>
        <source>The {noun} is {value}; it must be text.</source>
        <translation>{noun}: {value}; nötig ist ein Text.</translation>
    </message>
    <message>
        <source>The {noun} is {value}; it must be {low:g} or more.</source>
        <translation>{noun}: {value}; nötig ist {low:g} oder mehr.</translation>
    </message>
    <message>
        <source>The {noun} is {value}; use {words} or a number.</source>
        <translation>{noun}: {value}; bitte {words} oder eine Zahl verwenden.</translation>
    </message>
    <message>
        <source>The {object} already lies on the reference image, and the transform would move it; give identity instead of the transform to leave it there. To move it anyway, also give that image with --lies-on.</source>
        <translation>{object}: liegt schon auf dem Referenzbild, und die Transformation würde es bewegen; bitte identity statt der Transformation angeben, um es dort zu lassen. Um es trotzdem zu bewegen, auch dieses Bild mit --lies-on angeben.</translation>
    </message>
    <message>
        <source>The {object} is in a different frame of reference from the reference image, and identity moves nothing; give a transform between the two.</source>
        <translation>{object}: liegt in einem anderen Bezugsrahmen als das Referenzbild, und identity bewegt nichts; bitte eine Transformation zwischen beiden angeben.</translation>
    </message>
    <message>
        <source>The {object} is in a different frame of reference from the {role}; give one that belongs to that image, or carry this one over with apply.</source>
        <translation>{object}: liegt in einem anderen Bezugsrahmen ({role}); bitte eines angeben, das zu diesem Bild gehört, oder dieses mit apply übertragen.</translation>
    </message>
    <message>
        <source>The {object} was drawn on a different series from the reference image; if nothing moved between the two, confirm that by giving that series with --lies-on.</source>
        <translation>{object}: wurde auf einer anderen Serie als dem Referenzbild gezeichnet; wenn sich zwischen beiden nichts bewegt hat, bitte das mit dieser Serie unter --lies-on bestätigen.</translation>
    </message>
    <message>
        <source>The {object} was drawn on {slices} that the {role} lacks; give the whole series.</source>
        <translation>{object}: wurde auf {slices} gezeichnet, die fehlen ({role}); bitte die ganze Serie angeben.</translation>
    </message>
    <message>
        <source>The {object} {verb} on {on} from the {role}; give one that belongs to that image, or carry this one over with apply.</source>
        <translation>{object}: {verb} auf {on} ({role}); bitte eines angeben, das zu diesem Bild gehört, oder dieses mit apply übertragen.</translation>
    </message>
    <message>
        <source>The {role} lacks {slices} that the DICOM registration {path} names; give the whole series, or, for a part of it, the transform alone (convert REG.dcm t.h5).</source>
        <translation>{role}: es fehlen {slices}, die die DICOM-Registrierung {path} nennt; bitte die ganze Serie angeben oder, für einen Teil davon, nur die Transformation (convert REG.dcm t.h5).</translation>
    </message>
    <message>
        <source>The {role} {file} has overlapping structures, which do not fit in one label map; choose others with {name}:NAME,NAME.</source>
        <translation>{role} {file}: Strukturen überlappen und passen nicht in ein Label-Volumen; bitte andere mit {name}:NAME,NAME wählen.</translation>
    </message>
    <message>
        <source>The {role} {file} is a JPEG image, which does not keep exact values; save the original as PNG or TIFF.</source>
        <translation>{role} {file}: ein JPEG-Bild, das keine genauen Werte behält; bitte das Original als PNG oder TIFF speichern.</translation>
    </message>
    <message>
        <source>The {role} {path} contains contours, which need the grid of their image; give that image too.</source>
        <translation>{role} {path}: enthält Konturen, die das Gitter ihres Bildes brauchen; bitte auch dieses Bild angeben.</translation>
    </message>
    <message>
        <source>The {role} {path} does not exist.</source>
        <translation>{role} {path}: gibt es nicht.</translation>
    </message>
    <message>
        <source>The {role} {path} is drawn in 3D, but the image has {dimension} dimensions.</source>
        <translation>{role} {path}: in 3D gezeichnet, aber das Bild hat {dimension} Dimensionen.</translation>
    </message>
    <message>
        <source>The {what} was drawn on a series that the DICOM registration {path} does not relate, in the same frame of reference; if nothing moved between the two, first carry it over to that series, with apply identity.</source>
        <translation>{what}: wurde auf einer Serie gezeichnet, die die DICOM-Registrierung {path} nicht verbindet, im selben Bezugsrahmen; wenn sich zwischen beiden nichts bewegt hat, bitte zuerst mit apply identity auf jene Serie übertragen.</translation>
    </message>
    <message>
        <source>There is no case to register.</source>
        <translation>Es gibt keinen Fall zum Registrieren.</translation>
    </message>
    <message>
        <source>There is no method to run; give presets or parameter files.</source>
        <translation>Es gibt keine Methode; bitte Voreinstellungen oder Parameterdateien angeben.</translation>
    </message>
    <message>
        <source>There is no number {frame} among the {count} {of}; give a number from 1 to {count}.</source>
        <translation>Nummer {frame} gibt es nicht ({count} {of}); bitte eine Zahl von 1 bis {count} angeben.</translation>
    </message>
    <message>
        <source>There is no pair {unknown} to hold out; the pairs are {names}.</source>
        <translation>Ein Paar {unknown} zum Zurückhalten gibt es nicht; die Paare sind {names}.</translation>
    </message>
    <message>
        <source>There is no {name} in {whole}, which contains {known}.</source>
        <translation>{name} gibt es dort nicht ({whole}); enthalten sind {known}.</translation>
    </message>
    <message>
        <source>There is no {name} in {whole}, which contains {known}; did you mean {close}?</source>
        <translation>{name} gibt es dort nicht ({whole}); enthalten sind {known}; war {close} gemeint?</translation>
    </message>
    <message>
        <source>There is not enough memory for these images; crop or downsample them.</source>
        <translation>Der Speicher reicht für diese Bilder nicht; bitte zuschneiden oder vergröbern.</translation>
    </message>
    <message>
        <source>There is nothing to judge by: give landmarks of both images, label maps of both, or both images.</source>
        <translation>Es gibt nichts zum Beurteilen: bitte Landmarken beider Bilder, Label-Volumen beider oder beide Bilder angeben.</translation>
    </message>
    <message>
        <source>There is only a fixed image, {fixed}, and nothing to register with it.</source>
        <translation>Es gibt nur ein festes Bild, {fixed}, und nichts, was damit zu registrieren wäre.</translation>
    </message>
    <message>
        <source>These labels of the sliding mask keep the smooth result, because the images do not show a better motion of their own: {labels}.</source>
        <translation>Diese Labels der Gleitmaske behalten das glatte Ergebnis, weil die Bilder für sie keine bessere eigene Bewegung zeigen: {labels}.</translation>
    </message>
    <message>
        <source>To read DICOM files, install pydicom: python -m pip install pydicom.</source>
        <translation>Zum Lesen von DICOM-Dateien bitte pydicom installieren: python -m pip install pydicom.</translation>
    </message>
    <message>
        <source>To write DICOM segmentations, install highdicom: python -m pip install highdicom. Structure sets (--form rtstruct) do not need it.</source>
        <translation>Zum Schreiben von DICOM-Segmentierungen bitte highdicom installieren: python -m pip install highdicom. Structure Sets (--form rtstruct) brauchen es nicht.</translation>
    </message>
    <message>
        <source>Tuning needs Optuna, which is not installed: pip install optuna, or pip install &apos;.[tune]&apos; in a checkout.</source>
        <translation>Das Einstellen braucht Optuna, das nicht installiert ist: pip install optuna oder in einem Checkout pip install &apos;.[tune]&apos;.</translation>
    </message>
    <message>
        <source>Tuning needs at least two pairs: one to tune on, and a held-out one to judge the result.</source>
        <translation>Das Einstellen braucht mindestens zwei Paare: eines zum Einstellen und ein zurückgehaltenes, um das Ergebnis zu beurteilen.</translation>
    </message>
    <message>
        <source>Tuning needs landmarks or labels for every pair, but these have none: {names}.</source>
        <translation>Das Einstellen braucht Landmarken oder Labels für jedes Paar, aber diese haben keine: {names}.</translation>
    </message>
    <message>
        <source>Unpack it, and give the file or folder in it.</source>
        <translation>Bitte entpacken und die Datei oder den Ordner darin angeben.</translation>
    </message>
    <message>
        <source>Unpack it: bunzip2.</source>
        <translation>Bitte entpacken: bunzip2.</translation>
    </message>
    <message>
        <source>Unpack it: unxz.</source>
        <translation>Bitte entpacken: unxz.</translation>
    </message>
    <message>
        <source>Unpack it: unzstd.</source>
        <translation>Bitte entpacken: unzstd.</translation>
    </message>
    <message>
        <source>With folds, every pair is held out in turn, so pairs to hold out cannot be named.</source>
        <translation>Mit Teilen (folds) wird jedes Paar der Reihe nach zurückgehalten, darum lassen sich keine Paare dafür nennen.</translation>
    </message>
    <message>
        <source>a 7-Zip archive</source>
        <translation>ein 7-Zip-Archiv</translation>
    </message>
    <message>
        <source>a GIF picture</source>
        <translation>ein GIF-Bild</translation>
    </message>
    <message>
        <source>a HEIC picture</source>
        <translation>ein HEIC-Bild</translation>
    </message>
    <message>
        <source>a NumPy array, which has no spacing</source>
        <translation>ein NumPy-Array, das keinen Abstand hat</translation>
    </message>
    <message>
        <source>a PDF document</source>
        <translation>ein PDF-Dokument</translation>
    </message>
    <message>
        <source>a RAR archive</source>
        <translation>ein RAR-Archiv</translation>
    </message>
    <message>
        <source>a WebP picture</source>
        <translation>ein WebP-Bild</translation>
    </message>
    <message>
        <source>a different series</source>
        <translation>einer anderen Serie</translation>
    </message>
    <message>
        <source>a file compressed by bzip2</source>
        <translation>eine mit bzip2 komprimierte Datei</translation>
    </message>
    <message>
        <source>a file compressed by xz</source>
        <translation>eine mit xz komprimierte Datei</translation>
    </message>
    <message>
        <source>a file compressed by zstd</source>
        <translation>eine mit zstd komprimierte Datei</translation>
    </message>
    <message>
        <source>a file of MATLAB</source>
        <translation>eine MATLAB-Datei</translation>
    </message>
    <message>
        <source>a file of MINC 1 (netCDF)</source>
        <translation>eine Datei in MINC 1 (netCDF)</translation>
    </message>
    <message>
        <source>a line does not have three coordinates</source>
        <translation>eine Zeile hat nicht drei Koordinaten</translation>
    </message>
    <message>
        <source>a pointer of Git LFS, not the file itself</source>
        <translation>ein Verweis von Git LFS, nicht die Datei selbst</translation>
    </message>
    <message>
        <source>a pointer of git-annex, not the file itself</source>
        <translation>ein Verweis von git-annex, nicht die Datei selbst</translation>
    </message>
    <message>
        <source>a zip archive</source>
        <translation>ein Zip-Archiv</translation>
    </message>
    <message>
        <source>an ECAT file of PET</source>
        <translation>eine ECAT-Datei (PET)</translation>
    </message>
    <message>
        <source>an affine transform explains no more</source>
        <translation>eine affine Transformation erklärt nicht mehr</translation>
    </message>
    <message>
        <source>an image of Amira or Avizo</source>
        <translation>ein Bild von Amira oder Avizo</translation>
    </message>
    <message>
        <source>at least {low}</source>
        <translation>mindestens {low}</translation>
    </message>
    <message>
        <source>background</source>
        <translation>Hintergrund</translation>
    </message>
    <message>
        <source>by mutual information, because gray values are not proportional (correlation {correlation:.2f})</source>
        <translation>nach Transinformation, weil die Grauwerte nicht proportional sind (Korrelation {correlation:.2f})</translation>
    </message>
    <message>
        <source>by normalized correlation, because gray values are proportional (correlation {correlation:.2f})</source>
        <translation>nach normierter Korrelation, weil die Grauwerte proportional sind (Korrelation {correlation:.2f})</translation>
    </message>
    <message>
        <source>cannot be read: {reason}</source>
        <translation>lässt sich nicht lesen: {reason}</translation>
    </message>
    <message>
        <source>changed parameters</source>
        <translation>geänderte Parameter</translation>
    </message>
    <message>
        <source>contains a thin-plate or similar spline of landmarks, which ITK&apos;s Python packages cannot read from this format; save it as .tfm.</source>
        <translation>enthält einen Thin-Plate- oder ähnlichen Spline von Landmarken, den ITKs Python-Pakete aus diesem Format nicht lesen können; bitte als .tfm speichern.</translation>
    </message>
    <message>
        <source>contains positions in the other image, like SPM&apos;s deformations (y_*.nii), not displacements. Convert it to an ITK displacement field: subtract the position of each voxel, and flip the signs of x and y if they are RAS.</source>
        <translation>enthält Positionen im anderen Bild, wie SPMs Deformationen (y_*.nii), keine Verschiebungen. Bitte in ein Verschiebungsfeld von ITK umwandeln: von jedem Wert die Position des Voxels abziehen und bei RAS die Vorzeichen von x und y wechseln.</translation>
    </message>
    <message>
        <source>contains voxel indices, which need their image; give it with --reference.</source>
        <translation>enthält Voxel-Indizes, die ihr Bild brauchen; bitte mit --reference angeben.</translation>
    </message>
    <message>
        <source>contains {count} lists of points; save the one you need as its own file.</source>
        <translation>enthält {count} Punktlisten; bitte die gewünschte als eigene Datei speichern.</translation>
    </message>
    <message>
        <source>contains {what}; a single AFNI matrix of 12 numbers is needed.</source>
        <translation>enthält {what}; gelesen wird eine AFNI-Matrix von 12 Zahlen.</translation>
    </message>
    <message>
        <source>different slices of its series</source>
        <translation>anderen Schichten seiner Serie</translation>
    </message>
    <message>
        <source>displacement field</source>
        <translation>Verschiebungsfeld</translation>
    </message>
    <message>
        <source>dose</source>
        <translation>Dosis</translation>
    </message>
    <message>
        <source>dose {path}</source>
        <translation>Dosis {path}</translation>
    </message>
    <message>
        <source>effort</source>
        <translation>Aufwand</translation>
    </message>
    <message>
        <source>elastix has no parameter {name}.</source>
        <translation>elastix hat keinen Parameter {name}.</translation>
    </message>
    <message>
        <source>elastix has no parameter {name}; did you mean {close}?</source>
        <translation>elastix hat keinen Parameter {name}; war {close} gemeint?</translation>
    </message>
    <message>
        <source>fixed label map</source>
        <translation>festes Label-Volumen</translation>
    </message>
    <message>
        <source>frames in {path} of the {name}</source>
        <translation>Einzelbilder in {path}, {name}</translation>
    </message>
    <message>
        <source>from {low} to {high}</source>
        <translation>von {low} bis {high}</translation>
    </message>
    <message>
        <source>full resolution</source>
        <translation>volle Auflösung</translation>
    </message>
    <message>
        <source>has a first line {lines}, which does not name the columns x, y, z (or l, p, s; r, a, s).</source>
        <translation>hat die erste Zeile {lines}, die die Spalten x, y, z (oder l, p, s; r, a, s) nicht nennt.</translation>
    </message>
    <message>
        <source>has an unknown format: elastix text begins with a line &quot;point&quot; (mm) or &quot;index&quot; (voxels) and a line with the number of points; tables (.csv) begin with the column names x, y, z.</source>
        <translation>hat ein unbekanntes Format: elastix-Text beginnt mit einer Zeile &quot;point&quot; (mm) oder &quot;index&quot; (Voxel) und einer Zeile mit der Zahl der Punkte; Tabellen (.csv) beginnen mit den Spaltennamen x, y, z.</translation>
    </message>
    <message>
        <source>has points in the coordinate system {system}; only LPS and RAS are supported.</source>
        <translation>hat Punkte im Koordinatensystem {system}; unterstützt werden nur LPS und RAS.</translation>
    </message>
    <message>
        <source>has points in {units}; only lengths are supported.</source>
        <translation>hat Punkte in {units}; unterstützt werden nur Längen.</translation>
    </message>
    <message>
        <source>has three volumes instead of vectors, as FSL and AFNI write warps. They are in the coordinates of those programs. Convert it to an ITK displacement field: {fsl} (FSL), or {afni} (AFNI).</source>
        <translation>hat drei Volumen statt Vektoren, wie FSL und AFNI Warps schreiben. Sie sind in Koordinaten dieser Programme. Bitte in ein Verschiebungsfeld von ITK umwandeln: {fsl} (FSL) oder {afni} (AFNI).</translation>
    </message>
    <message>
        <source>image</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>in stage {stage} of {count}, {problem}</source>
        <translation>in Stufe {stage} von {count}: {problem}</translation>
    </message>
    <message>
        <source>initialization</source>
        <translation>Initialisierung</translation>
    </message>
    <message>
        <source>interpolation</source>
        <translation>Interpolation</translation>
    </message>
    <message>
        <source>is a NiftyReg transform, which contains positions or control points in RAS. Convert it to an ITK displacement field: {command}, then flip the signs of x and y.</source>
        <translation>ist eine NiftyReg-Transformation mit Positionen oder Kontrollpunkten in RAS. Bitte in ein Verschiebungsfeld von ITK umwandeln: {command}, dann die Vorzeichen von x und y wechseln.</translation>
    </message>
    <message>
        <source>is an FSL warp, whose vectors are in FSL&apos;s own coordinates. Convert it to an ITK displacement field: {command}.</source>
        <translation>ist ein FSL-Warp, dessen Vektoren in FSLs eigenen Koordinaten sind. Bitte in ein Verschiebungsfeld von ITK umwandeln: {command}.</translation>
    </message>
    <message>
        <source>is damaged</source>
        <translation>ist beschädigt</translation>
    </message>
    <message>
        <source>is damaged or contains no ITK transform.</source>
        <translation>ist beschädigt oder enthält keine ITK-Transformation.</translation>
    </message>
    <message>
        <source>is damaged, or of an unsupported kind</source>
        <translation>ist beschädigt oder von einer nicht unterstützten Art</translation>
    </message>
    <message>
        <source>is not a FreeSurfer image, or has an unsupported voxel type.</source>
        <translation>ist kein FreeSurfer-Bild oder hat einen nicht unterstützten Voxeltyp.</translation>
    </message>
    <message>
        <source>is not in an image format that ITK reads, or it is damaged.</source>
        <translation>ist in keinem Bildformat, das ITK liest, oder beschädigt.</translation>
    </message>
    <message>
        <source>is of type {kind} of FreeSurfer, {value}; write it as RAS to RAS: lta_convert --inlta IN --outlta OUT --ltatype 1.</source>
        <translation>ist vom Typ {kind} von FreeSurfer, {value}; bitte als RAS nach RAS schreiben: lta_convert --inlta IN --outlta OUT --ltatype 1.</translation>
    </message>
    <message>
        <source>is truncated or damaged</source>
        <translation>ist abgeschnitten oder beschädigt</translation>
    </message>
    <message>
        <source>is truncated or damaged.</source>
        <translation>ist abgeschnitten oder beschädigt.</translation>
    </message>
    <message>
        <source>is truncated, damaged, or not an HDF5 file.</source>
        <translation>ist abgeschnitten, beschädigt oder keine HDF5-Datei.</translation>
    </message>
    <message>
        <source>it cannot be changed here; {value}.</source>
        <translation>es lässt sich hier nicht ändern; {value}.</translation>
    </message>
    <message>
        <source>it does not say how many points follow</source>
        <translation>die Zahl der Punkte fehlt</translation>
    </message>
    <message>
        <source>it does not start as a PLY file</source>
        <translation>sie beginnt nicht wie eine PLY-Datei</translation>
    </message>
    <message>
        <source>it does not start as a legacy VTK file</source>
        <translation>sie beginnt nicht wie eine VTK-Datei (legacy)</translation>
    </message>
    <message>
        <source>it has no POINTS</source>
        <translation>POINTS fehlt</translation>
    </message>
    <message>
        <source>it has no facets</source>
        <translation>es fehlen Facetten</translation>
    </message>
    <message>
        <source>it has no matrix of 4 by 4 numbers</source>
        <translation>ohne eine Matrix von 4 mal 4 Zahlen</translation>
    </message>
    <message>
        <source>it has no pixels</source>
        <translation>es fehlen Pixel</translation>
    </message>
    <message>
        <source>it has no value.</source>
        <translation>es hat keinen Wert.</translation>
    </message>
    <message>
        <source>it has no vertices</source>
        <translation>es fehlen Eckpunkte</translation>
    </message>
    <message>
        <source>it has {count} values and elastix reads only the first.</source>
        <translation>es hat {count} Werte, und elastix liest nur den ersten.</translation>
    </message>
    <message>
        <source>it has {count} values and needs one or {needed} ({why}); elastix would repeat the first for the rest.</source>
        <translation>es hat {count} Werte und braucht einen oder {needed} ({why}); elastix würde den ersten wiederholen.</translation>
    </message>
    <message>
        <source>it has {count} values and needs {needed} ({why}); elastix drops the last ones.</source>
        <translation>es hat {count} Werte und braucht {needed} ({why}); elastix lässt die letzten weg.</translation>
    </message>
    <message>
        <source>it has {count} values and needs {needed} ({why}); elastix would drop them all.</source>
        <translation>es hat {count} Werte und braucht {needed} ({why}); elastix ließe alle weg.</translation>
    </message>
    <message>
        <source>it has {count} values and needs {resolutions} or {resolutions2} ({why}).</source>
        <translation>es hat {count} Werte und braucht {resolutions} oder {resolutions2} ({why}).</translation>
    </message>
    <message>
        <source>it has {found} where a number should be</source>
        <translation>{found} steht, wo eine Zahl sein sollte</translation>
    </message>
    <message>
        <source>it has {frame_count} frames but describes {count}</source>
        <translation>sie hat {frame_count} Einzelbilder, beschreibt aber {count}</translation>
    </message>
    <message>
        <source>it has {given} values, and the {value} has {needed} parameters; give one value or {needed}.</source>
        <translation>es hat {given} Werte, und {value} hat {needed} Parameter; bitte einen Wert oder {needed} angeben.</translation>
    </message>
    <message>
        <source>it is empty</source>
        <translation>sie ist leer</translation>
    </message>
    <message>
        <source>it is for images of {value} axes; it has {count} values and needs {needed} ({why}).</source>
        <translation>es ist für Bilder mit {value} Achsen; es hat {count} Werte und braucht {needed} ({why}).</translation>
    </message>
    <message>
        <source>it is given no value.</source>
        <translation>es bekommt keinen Wert.</translation>
    </message>
    <message>
        <source>it is given twice, at lines {lines} and {number}; remove one.</source>
        <translation>es steht zweimal, in den Zeilen {lines} und {number}; bitte eines entfernen.</translation>
    </message>
    <message>
        <source>it is ignored, because each stage follows the one before it (Compose).</source>
        <translation>es wird übergangen, weil jede Stufe auf die vorige folgt (Compose).</translation>
    </message>
    <message>
        <source>it is ignored, because elastix writes no files here; ask for the output instead.</source>
        <translation>es wird übergangen, weil elastix hier keine Dateien schreibt; bitte stattdessen die Ausgabe verlangen.</translation>
    </message>
    <message>
        <source>it is ignored; give the initial transform as such.</source>
        <translation>es wird übergangen; bitte die Anfangstransformation als solche angeben.</translation>
    </message>
    <message>
        <source>it is ignored, because images are held as float.</source>
        <translation>es wird übergangen, weil Bilder als Gleitkommazahlen gehalten werden.</translation>
    </message>
    <message>
        <source>it is ignored, because the orientation of the images is always used.</source>
        <translation>es wird übergangen, weil die Ausrichtung der Bilder immer gilt.</translation>
    </message>
    <message>
        <source>it is not text</source>
        <translation>kein Text</translation>
    </message>
    <message>
        <source>it is truncated</source>
        <translation>sie ist abgeschnitten</translation>
    </message>
    <message>
        <source>it is truncated or damaged.</source>
        <translation>sie ist abgeschnitten oder beschädigt.</translation>
    </message>
    <message>
        <source>it lacks DoseGridScaling</source>
        <translation>DoseGridScaling fehlt</translation>
    </message>
    <message>
        <source>it lacks {name}</source>
        <translation>{name} fehlt</translation>
    </message>
    <message>
        <source>it says both RAS and LPS</source>
        <translation>RAS und LPS sind zugleich angegeben</translation>
    </message>
    <message>
        <source>its compressed frames cannot be decoded</source>
        <translation>die komprimierten Einzelbilder lassen sich nicht dekodieren</translation>
    </message>
    <message>
        <source>its first element is not vertex</source>
        <translation>das erste Element ist nicht vertex</translation>
    </message>
    <message>
        <source>its grid of {names} points has {size} numbers</source>
        <translation>das Gitter von {names} Punkten hat {size} Zahlen</translation>
    </message>
    <message>
        <source>its header has a spacing of 0.</source>
        <translation>der Kopf nennt einen Abstand von 0.</translation>
    </message>
    <message>
        <source>its image orientation {numbers} does not consist of perpendicular vectors</source>
        <translation>die Bildausrichtung {numbers} besteht nicht aus rechtwinkligen Vektoren</translation>
    </message>
    <message>
        <source>its image orientation {numbers} does not consist of unit vectors</source>
        <translation>die Bildausrichtung {numbers} besteht nicht aus Einheitsvektoren</translation>
    </message>
    <message>
        <source>its matrix is not homogeneous</source>
        <translation>die Matrix ist nicht homogen</translation>
    </message>
    <message>
        <source>its pixel spacing is {spacing}</source>
        <translation>der Pixelabstand ist {spacing}</translation>
    </message>
    <message>
        <source>its points have different numbers of coordinates</source>
        <translation>die Punkte haben verschieden viele Koordinaten</translation>
    </message>
    <message>
        <source>its vertices have lists</source>
        <translation>die Eckpunkte haben Listen</translation>
    </message>
    <message>
        <source>label map</source>
        <translation>Label-Volumen</translation>
    </message>
    <message>
        <source>label {number}</source>
        <translation>Label {number}</translation>
    </message>
    <message>
        <source>labels</source>
        <translation>Labels</translation>
    </message>
    <message>
        <source>Labels of both images are needed, but only one label map is given.</source>
        <translation>Labels beider Bilder sind nötig, aber nur ein Label-Volumen ist angegeben.</translation>
    </message>
    <message>
        <source>A sliding mask lies on the reference frame, so it can be used only where each frame is moved onto that frame directly.</source>
        <translation>Eine Gleitmaske liegt auf dem Referenzbild; sie ist nur verwendbar, wo jedes Bild direkt auf dieses bewegt wird.</translation>
    </message>
    <message>
        <source>Organs slide along each other by {far}, so the deformation is not continuous there.</source>
        <translation>Organe gleiten um {far} aneinander entlang, sodass die Verformung dort nicht stetig ist.</translation>
    </message>
    <message>
        <source>Organs slide along the border of the given regions by {far}, so the deformation is not continuous there.</source>
        <translation>Organe gleiten um {far} am Rand der angegebenen Regionen entlang, sodass die Verformung dort nicht stetig ist.</translation>
    </message>
    <message>
        <source>Padding {padding} of the {image} ({share:.1%} of its voxels) is left out and replaced by background {background:g}.</source>
        <translation>{image}: Der Füllwert {padding} ({share:.1%} der Voxel) wird ausgelassen und durch den Hintergrund {background:g} ersetzt.</translation>
    </message>
    <message>
        <source>The gap or overlap between the two sides is {median:.1f} mm (median), and at most {most:.1f} mm along 95 % of the border; held-out parts of the images correlate better by {gain:.2f}.</source>
        <translation>Lücke oder Überlappung zwischen beiden Seiten beträgt {median:.1f} mm (Median) und entlang 95 % des Randes höchstens {most:.1f} mm; zurückgehaltene Teile der Bilder korrelieren um {gain:.2f} besser.</translation>
    </message>
    <message>
        <source>The sliding mask covers the whole image, so there is nothing that it could slide along.</source>
        <translation>Die Gleitmaske bedeckt das ganze Bild, sodass es nichts gibt, woran sie entlanggleiten könnte.</translation>
    </message>
    <message>
        <source>The sliding mask has the segments {names}, but the moving sliding mask has {others}; their names must be the same.</source>
        <translation>Die Gleitmaske hat die Segmente {names}, die bewegte Gleitmaske aber {others}; die Namen müssen übereinstimmen.</translation>
    </message>
    <message>
        <source>The sliding mask was not used, because sliding is off.</source>
        <translation>Die Gleitmaske wurde nicht verwendet, weil das Gleiten ausgeschaltet ist.</translation>
    </message>
    <message>
        <source>The sliding mask was not used, because the images do not show that its regions slide, or these are too small to show it.</source>
        <translation>Die Gleitmaske wurde nicht verwendet, weil die Bilder nicht zeigen, dass ihre Regionen gleiten, oder diese dafür zu klein sind.</translation>
    </message>
    <message>
        <source>landmark distance</source>
        <translation>Landmarkenabstand</translation>
    </message>
    <message>
        <source>landmark weight</source>
        <translation>Gewicht der Landmarken</translation>
    </message>
    <message>
        <source>landmarks</source>
        <translation>Landmarken</translation>
    </message>
    <message>
        <source>largest</source>
        <translation>größter</translation>
    </message>
    <message>
        <source>less than a millimeter</source>
        <translation>weniger als einen Millimeter</translation>
    </message>
    <message>
        <source>lies</source>
        <translation>liegt</translation>
    </message>
    <message>
        <source>line {line}</source>
        <translation>Zeile {line}</translation>
    </message>
    <message>
        <source>mask</source>
        <translation>Maske</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>mean squares</source>
        <translation>mittleres Quadrat</translation>
    </message>
    <message>
        <source>mean {measure} {tuned}{unit}, start {start}{unit}</source>
        <translation>Mittel, {measure}: {tuned}{unit}, Start {start}{unit}</translation>
    </message>
    <message>
        <source>median</source>
        <translation>Median</translation>
    </message>
    <message>
        <source>moving image</source>
        <translation>bewegtes Bild</translation>
    </message>
    <message>
        <source>moving label map</source>
        <translation>bewegtes Label-Volumen</translation>
    </message>
    <message>
        <source>moving mask</source>
        <translation>bewegte Maske</translation>
    </message>
    <message>
        <source>moving sliding mask</source>
        <translation>bewegte Gleitmaske</translation>
    </message>
    <message>
        <source>moving volume</source>
        <translation>bewegtes Volumen</translation>
    </message>
    <message>
        <source>mutual information</source>
        <translation>Transinformation</translation>
    </message>
    <message>
        <source>mutual information on voxels that no stage used</source>
        <translation>Transinformation auf Voxeln, die keine Stufe verwendete,</translation>
    </message>
    <message>
        <source>neighboring blocks agree on only {agreed:.1f} mm of the remaining motion ({motion:.1f} mm)</source>
        <translation>benachbarte Blöcke nur in {agreed:.1f} mm der übrigen Bewegung ({motion:.1f} mm) übereinstimmen</translation>
    </message>
    <message>
        <source>no ImageSampler is named; add for example (ImageSampler &quot;RandomCoordinate&quot;).</source>
        <translation>kein ImageSampler ist genannt; bitte zum Beispiel (ImageSampler &quot;RandomCoordinate&quot;) hinzufügen.</translation>
    </message>
    <message>
        <source>no deformation, because none explained more</source>
        <translation>keine Verformung, weil keine mehr erklärte</translation>
    </message>
    <message>
        <source>no deformation, because the contrasts differ and {reason}</source>
        <translation>keine Verformung, weil die Kontraste verschieden sind und {reason}</translation>
    </message>
    <message>
        <source>no difference shown ({low} to {high})</source>
        <translation>kein Unterschied gezeigt ({low} bis {high})</translation>
    </message>
    <message>
        <source>no grid spacing is given, so elastix uses 16 voxels; add FinalGridSpacingInPhysicalUnits.</source>
        <translation>kein Gitterabstand ist angegeben, darum nimmt elastix 16 Voxel; bitte FinalGridSpacingInPhysicalUnits hinzufügen.</translation>
    </message>
    <message>
        <source>no metric</source>
        <translation>keine Metrik</translation>
    </message>
    <message>
        <source>no stage is switched on; switch one on or add one.</source>
        <translation>keine Stufe ist eingeschaltet; bitte eine einschalten oder hinzufügen.</translation>
    </message>
    <message>
        <source>no {kind} is named; add for example ({kind} &quot;{examples}&quot;).</source>
        <translation>{kind} fehlt; bitte zum Beispiel ({kind} &quot;{examples}&quot;) hinzufügen.</translation>
    </message>
    <message>
        <source>normalized mutual information</source>
        <translation>normierte Transinformation</translation>
    </message>
    <message>
        <source>not all criteria support one</source>
        <translation>nicht alle Kriterien dafür sprechen</translation>
    </message>
    <message>
        <source>number of threads</source>
        <translation>Zahl der Threads</translation>
    </message>
    <message>
        <source>one would move the image by {moved:.1f} mm, single blocks by only {blocks:.1f} mm</source>
        <translation>sie das Bild um {moved:.1f} mm bewegen würde, einzelne Blöcke dagegen nur um {blocks:.1f} mm</translation>
    </message>
    <message>
        <source>only penalties are named; nothing compares the images.</source>
        <translation>nur Strafterme sind genannt; nichts vergleicht die Bilder.</translation>
    </message>
    <message>
        <source>overlap of labels (kappa)</source>
        <translation>Überlappung der Labels (Kappa)</translation>
    </message>
    <message>
        <source>pairs</source>
        <translation>Paare</translation>
    </message>
    <message>
        <source>parameter files</source>
        <translation>Parameterdateien</translation>
    </message>
    <message>
        <source>parameter {parameter}</source>
        <translation>Parameter {parameter}</translation>
    </message>
    <message>
        <source>preset</source>
        <translation>Voreinstellung</translation>
    </message>
    <message>
        <source>reference image</source>
        <translation>Referenzbild</translation>
    </message>
    <message>
        <source>refined by local correlation every {voxel_mm:.2g} mm</source>
        <translation>verfeinert durch lokale Korrelation alle {voxel_mm:.2g} mm</translation>
    </message>
    <message>
        <source>rigid</source>
        <translation>starr</translation>
    </message>
    <message>
        <source>rigid only, because the images share too little information for more</source>
        <translation>nur starr, weil die Bilder für mehr zu wenig Information teilen</translation>
    </message>
    <message>
        <source>rigid, because {reason}</source>
        <translation>starr, denn {reason}</translation>
    </message>
    <message>
        <source>rigidity</source>
        <translation>Starrheit</translation>
    </message>
    <message>
        <source>seed</source>
        <translation>Startzahl</translation>
    </message>
    <message>
        <source>segmentation {path}</source>
        <translation>Segmentierung {path}</translation>
    </message>
    <message>
        <source>similarity</source>
        <translation>starr mit Maßstab</translation>
    </message>
    <message>
        <source>sliding</source>
        <translation>Gleiten</translation>
    </message>
    <message>
        <source>sliding mask</source>
        <translation>Gleitmaske</translation>
    </message>
    <message>
        <source>stage {stage} is to be changed, but there {count}.</source>
        <translation>Stufe {stage} soll geändert werden, aber es gibt: {count}.</translation>
    </message>
    <message>
        <source>starts as loaded</source>
        <translation>beginnt in der geladenen Lage</translation>
    </message>
    <message>
        <source>starts {shift} mm and {turn} degrees from the loaded position</source>
        <translation>beginnt {shift} mm und {turn} Grad neben der geladenen Lage</translation>
    </message>
    <message>
        <source>structure set {path}</source>
        <translation>Structure Set {path}</translation>
    </message>
    <message>
        <source>the DICOM file {path}</source>
        <translation>die DICOM-Datei {path}</translation>
    </message>
    <message>
        <source>the DICOM series in {path}</source>
        <translation>die DICOM-Serie in {path}</translation>
    </message>
    <message>
        <source>the Dice overlap</source>
        <translation>die Dice-Überlappung</translation>
    </message>
    <message>
        <source>the axes in its header are linearly dependent (determinant 0).</source>
        <translation>die Achsen im Kopf sind linear abhängig (Determinante 0).</translation>
    </message>
    <message>
        <source>the background is {value:g}, air as measured at the faces</source>
        <translation>der Hintergrund ist {value:g}, Luft, wie am Rand gemessen</translation>
    </message>
    <message>
        <source>the background is {value:g}, air cut off at one exact value</source>
        <translation>der Hintergrund ist {value:g}, Luft, bei einem festen Wert abgeschnitten</translation>
    </message>
    <message>
        <source>the background is {value:g}, air or noise as measured at the faces</source>
        <translation>der Hintergrund ist {value:g}, Luft oder Rauschen, wie am Rand gemessen</translation>
    </message>
    <message>
        <source>the background is {value:g}, one exact value that surrounds the object</source>
        <translation>der Hintergrund ist {value:g}, ein fester Wert rings um das Objekt</translation>
    </message>
    <message>
        <source>the empty surroundings of the cut-out object in the fixed image are ignored</source>
        <translation>die leere Umgebung des ausgeschnittenen Objekts im festen Bild wird nicht beachtet</translation>
    </message>
    <message>
        <source>the empty surroundings of the cut-out object in the moving image are ignored</source>
        <translation>die leere Umgebung des ausgeschnittenen Objekts im bewegten Bild wird nicht beachtet</translation>
    </message>
    <message>
        <source>the fixed list lacks {fixed}</source>
        <translation>in der festen Liste fehlen {fixed}</translation>
    </message>
    <message>
        <source>the image shows no background, so 0 (no signal) is used</source>
        <translation>das Bild zeigt keinen Hintergrund, darum wird 0 (kein Signal) verwendet</translation>
    </message>
    <message>
        <source>the image shows no background, so its lowest measured value {value:g} is used</source>
        <translation>das Bild zeigt keinen Hintergrund, also gilt sein kleinster gemessener Wert {value:g}</translation>
    </message>
    <message>
        <source>the label map {file}</source>
        <translation>das Label-Volumen {file}</translation>
    </message>
    <message>
        <source>the mean distance of 1 landmark</source>
        <translation>der mittlere Abstand von 1 Landmarke</translation>
    </message>
    <message>
        <source>the mean distance of {count} landmarks</source>
        <translation>der mittlere Abstand von {count} Landmarken</translation>
    </message>
    <message>
        <source>the moving list lacks {moving}</source>
        <translation>in der bewegten Liste fehlen {moving}</translation>
    </message>
    <message>
        <source>the moving list lacks {moving} and the fixed list lacks {fixed}</source>
        <translation>in der bewegten Liste fehlen {moving}, in der festen {fixed}</translation>
    </message>
    <message>
        <source>the mutual information</source>
        <translation>die Transinformation</translation>
    </message>
    <message>
        <source>the parameter file cannot be read ({reason}).</source>
        <translation>die Parameterdatei lässt sich nicht lesen ({reason}).</translation>
    </message>
    <message>
        <source>the parameter file does not exist.</source>
        <translation>die Parameterdatei gibt es nicht.</translation>
    </message>
    <message>
        <source>the parameters are for images of {value} axes, and these have {dimension}.</source>
        <translation>die Parameter sind für Bilder mit {value} Achsen, und diese haben {dimension}.</translation>
    </message>
    <message>
        <source>the preset {id} has no stages.</source>
        <translation>die Voreinstellung {id} hat keine Stufen.</translation>
    </message>
    <message>
        <source>the segmentation {file}</source>
        <translation>die Segmentierung {file}</translation>
    </message>
    <message>
        <source>the start is kept, because a rigid stage made it worse</source>
        <translation>der Anfang bleibt, weil eine starre Stufe ihn verschlechterte</translation>
    </message>
    <message>
        <source>the structure set {path}</source>
        <translation>das Structure Set {path}</translation>
    </message>
    <message>
        <source>the structure {name} has points that are not numbers</source>
        <translation>die Struktur {name} hat Punkte, die keine Zahlen sind</translation>
    </message>
    <message>
        <source>the {role} {file}</source>
        <translation>{role} {file}</translation>
    </message>
    <message>
        <source>there are no parameters in it.</source>
        <translation>es stehen keine Parameter darin.</translation>
    </message>
    <message>
        <source>there is a parenthesis within the value, {shown}</source>
        <translation>im Wert steht eine Klammer, {shown}</translation>
    </message>
    <message>
        <source>there is no parameter map to register with; give at least one.</source>
        <translation>es gibt keine Parameter zum Registrieren; bitte mindestens einen Satz angeben.</translation>
    </message>
    <message>
        <source>there is no {label} {label2} (they count from 0), so elastix ignores it.</source>
        <translation>{label} {label2} gibt es nicht (gezählt wird ab 0), darum übergeht elastix es.</translation>
    </message>
    <message>
        <source>there is not enough memory for it, or its header is damaged.</source>
        <translation>der Speicher reicht nicht, oder der Kopf ist beschädigt.</translation>
    </message>
    <message>
        <source>thin plate spline</source>
        <translation>Thin-Plate-Spline</translation>
    </message>
    <message>
        <source>this is a TransformParameters file, the result of a registration; give the parameter file that says how to register, or use this one as initial transform.</source>
        <translation>das ist eine TransformParameters-Datei, das Ergebnis einer Registrierung; bitte die Parameterdatei angeben, die sagt, wie registriert wird, oder diese als Anfangstransformation verwenden.</translation>
    </message>
    <message>
        <source>this is a folder, not a parameter file.</source>
        <translation>das ist ein Ordner, keine Parameterdatei.</translation>
    </message>
    <message>
        <source>this is larger than {max_bytes} MB, so it is not a parameter file.</source>
        <translation>das ist größer als {max_bytes} MB, also keine Parameterdatei.</translation>
    </message>
    <message>
        <source>this is not a TransformParameters file; it has no TransformParameters.</source>
        <translation>das ist keine TransformParameters-Datei; sie hat keine TransformParameters.</translation>
    </message>
    <message>
        <source>this is not a text file.</source>
        <translation>das ist keine Textdatei.</translation>
    </message>
    <message>
        <source>this is not valid TOML ({reason}).</source>
        <translation>das ist kein gültiges TOML ({reason}).</translation>
    </message>
    <message>
        <source>translation</source>
        <translation>Verschiebung</translation>
    </message>
    <message>
        <source>unknown transform</source>
        <translation>unbekannte Transformation</translation>
    </message>
    <message>
        <source>volumes in {path} of the {name}</source>
        <translation>Volumen in {path}, {name}</translation>
    </message>
    <message>
        <source>was drawn</source>
        <translation>wurde gezeichnet</translation>
    </message>
    <message>
        <source>with {counts} fixed image pyramids each metric needs its own ImageSampler, and {samplers} are named.</source>
        <translation>mit {counts} Pyramiden des festen Bildes braucht jede Metrik ihren eigenen ImageSampler, und {samplers} sind genannt.</translation>
    </message>
    <message>
        <source>with {counts} moving image pyramids each metric needs its own Interpolator, and {counts2} are named.</source>
        <translation>mit {counts} Pyramiden des bewegten Bildes braucht jede Metrik ihren eigenen Interpolator, und {counts2} sind genannt.</translation>
    </message>
    <message>
        <source>worse ({low} to {high})</source>
        <translation>schlechter ({low} bis {high})</translation>
    </message>
    <message>
        <source>{all_voxels} {values:g}, so there is nothing to align.</source>
        <translation>{all_voxels} {values:g}, so dass es nichts auszurichten gibt.</translation>
    </message>
    <message>
        <source>{change}.</source>
        <translation>{change}.</translation>
    </message>
    <message>
        <source>{count} are named and only the first is used.</source>
        <translation>{count} sind genannt, und nur das erste gilt.</translation>
    </message>
    <message>
        <source>{count} cases are called {name}; give each one a unique name in the column case.</source>
        <translation>{count} Fälle heißen {name}; bitte jedem in der Spalte case einen eigenen Namen geben.</translation>
    </message>
    <message>
        <source>{count} fixed and {count2} moving points cannot be paired.</source>
        <translation>{count} feste und {count2} bewegte Punkte ergeben keine Paare.</translation>
    </message>
    <message>
        <source>{count} held-out pairs</source>
        <translation>{count} zurückgehaltenen Paaren</translation>
    </message>
    <message>
        <source>{count} landmarks are paired by label; {missing}, so these are left out.</source>
        <translation>{count} Landmarken sind nach Namen gepaart; {missing}, diese bleiben weg.</translation>
    </message>
    <message>
        <source>{count} metrics are named; several need (Registration &quot;{multi_metric}&quot;).</source>
        <translation>{count} Metriken sind genannt; mehrere brauchen (Registration &quot;{multi_metric}&quot;).</translation>
    </message>
    <message>
        <source>{count} numbers were expected instead of {value}</source>
        <translation>{count} Zahlen waren statt {value} erwartet</translation>
    </message>
    <message>
        <source>{count} pairs cannot be split into {folds} folds; give 2 to {count} folds.</source>
        <translation>{count} Paare lassen sich nicht in {folds} Teile teilen; bitte 2 bis {count} Teile angeben.</translation>
    </message>
    <message>
        <source>{count} pairs, each judging a search without it ({folds} folds)</source>
        <translation>{count} Paaren, von denen jedes eine Suche ohne es beurteilt ({folds} Teile)</translation>
    </message>
    <message>
        <source>{count} points are announced, but {count2} follow</source>
        <translation>{count} Punkte sind angekündigt, aber {count2} folgen</translation>
    </message>
    <message>
        <source>{count} resolutions</source>
        <translation>{count} Auflösungen</translation>
    </message>
    <message>
        <source>{count} slices</source>
        <translation>{count} Schichten</translation>
    </message>
    <message>
        <source>{figure}, better than all others beyond chance.</source>
        <translation>{figure}, besser als alle anderen über den Zufall hinaus.</translation>
    </message>
    <message>
        <source>{figure}, but {count} {units} are too few to rule out chance; {needed} are needed.</source>
        <translation>{figure}, aber {count} {units} sind zu wenige, um Zufall auszuschließen; {needed} sind nötig.</translation>
    </message>
    <message>
        <source>{figure}.</source>
        <translation>{figure}.</translation>
    </message>
    <message>
        <source>{figure}. No difference from {others} is shown.</source>
        <translation>{figure}. Ein Unterschied zu {others} zeigt sich nicht.</translation>
    </message>
    <message>
        <source>{fixed} and {moving} cannot be compared: one is a segmentation and the other a label map.</source>
        <translation>{fixed} und {moving} lassen sich nicht vergleichen: das eine ist eine Segmentierung, das andere ein Label-Volumen.</translation>
    </message>
    <message>
        <source>{fixed} and {moving} have no label in common.</source>
        <translation>{fixed} und {moving} haben kein Label gemeinsam.</translation>
    </message>
    <message>
        <source>{fixed} and {moving} have no segment of the same name.</source>
        <translation>{fixed} und {moving} haben kein Segment gleichen Namens.</translation>
    </message>
    <message>
        <source>{folder} cannot be written: its folder is read-only.</source>
        <translation>{folder} lässt sich nicht schreiben: der Ordner ist schreibgeschützt.</translation>
    </message>
    <message>
        <source>{id} is a built-in preset; give the one of the scene another name.</source>
        <translation>{id} ist eine mitgelieferte Voreinstellung; bitte der in der Szene einen anderen Namen geben.</translation>
    </message>
    <message>
        <source>{kind} in {path} of the {name}</source>
        <translation>{kind} in {path}, {name}</translation>
    </message>
    <message>
        <source>{leaves} too few voxels{of_image} to register on, {count}; {min_voxels} are needed.</source>
        <translation>{leaves} zu wenige Voxel{of_image} zum Registrieren, {count}; nötig sind {min_voxels}.</translation>
    </message>
    <message>
        <source>{mean}; too few {units} to tell</source>
        <translation>{mean}; zu wenige {units} für eine Aussage</translation>
    </message>
    <message>
        <source>{metric} cannot be used with a SplineKernelTransform.</source>
        <translation>{metric} lässt sich nicht mit einer SplineKernelTransform verwenden.</translation>
    </message>
    <message>
        <source>{names} and {last}</source>
        <translation>{names} und {last}</translation>
    </message>
    <message>
        <source>{name} cannot be used here; {value}.</source>
        <translation>{name} lässt sich hier nicht verwenden; {value}.</translation>
    </message>
    <message>
        <source>{name} cannot store {dimension}D images of {dtype} voxels like the result; use .nrrd, .nii.gz or .mha.</source>
        <translation>{name} kann keine {dimension}D-Bilder mit Voxeln vom Typ {dtype} wie im Ergebnis speichern; bitte .nrrd, .nii.gz oder .mha verwenden.</translation>
    </message>
    <message>
        <source>{name} has no default bounds for the search; give them, for example {name}=1:10.</source>
        <translation>{name} hat keine vorgegebenen Grenzen für die Suche; bitte angeben, zum Beispiel {name}=1:10.</translation>
    </message>
    <message>
        <source>{name} has the best mean {measure}, {mean}</source>
        <translation>{name} hat das beste Mittel, {measure}: {mean}</translation>
    </message>
    <message>
        <source>{name} is neither a number nor a choice of elastix, so it cannot be searched.</source>
        <translation>{name} ist weder eine Zahl noch eine Auswahl von elastix und lässt sich darum nicht suchen.</translation>
    </message>
    <message>
        <source>{name} is not a parameter name.</source>
        <translation>{name} ist kein Name eines Parameters.</translation>
    </message>
    <message>
        <source>{name} is not a parameter name; a name has no spaces, quotes or symbols such as .,:;!</source>
        <translation>{name} ist kein Name eines Parameters; ein Name hat keine Leerzeichen, Anführungszeichen oder Zeichen wie .,:;!</translation>
    </message>
    <message>
        <source>{name} is there twice.</source>
        <translation>{name} ist zweimal da.</translation>
    </message>
    <message>
        <source>{name} makes elastix read the file {file}, which it can only do in a process of its own; run this registration in the background (startRegistration).</source>
        <translation>{name} lässt elastix die Datei {file} lesen, was nur in einem eigenen Prozess geht; bitte diese Registrierung im Hintergrund ausführen (startRegistration).</translation>
    </message>
    <message>
        <source>{name} of the transform parameters is not a list of numbers.</source>
        <translation>{name} der Transformationsparameter ist keine Liste von Zahlen.</translation>
    </message>
    <message>
        <source>{name} uses the landmarks that would judge it; leave it out.</source>
        <translation>{name} verwendet die Landmarken, die es beurteilen sollen; bitte weglassen.</translation>
    </message>
    <message>
        <source>{name} works out its step size from the first metric, which {points_metric} cannot give; name a metric of the images first.</source>
        <translation>{name} ermittelt die Schrittweite aus der ersten Metrik, was {points_metric} nicht kann; bitte zuerst eine Metrik der Bilder nennen.</translation>
    </message>
    <message>
        <source>{name} would lose the position and the values of the image; use .nrrd, .nii.gz or .mha.</source>
        <translation>{name} würde Lage und Werte des Bildes verlieren; bitte .nrrd, .nii.gz oder .mha verwenden.</translation>
    </message>
    <message>
        <source>{node} has {count} segments named {name}, so that they cannot be paired by name; rename them.</source>
        <translation>{node} hat {count} Segmente namens {name}, die sich darum nicht nach Namen paaren lassen; bitte umbenennen.</translation>
    </message>
    <message>
        <source>{one} and {other}</source>
        <translation>{one} und {other}</translation>
    </message>
    <message>
        <source>{outside} of {count} {side} points lie outside the {side} image.</source>
        <translation>{outside} von {count} Punkten ({side}) liegen außerhalb ihres Bildes ({side}).</translation>
    </message>
    <message>
        <source>{path} can only store a matrix, and this transform is not linear; write it as .h5 or as a displacement field.</source>
        <translation>{path} kann nur eine Matrix enthalten, und diese Transformation ist keine; bitte als .h5 oder als Verschiebungen schreiben.</translation>
    </message>
    <message>
        <source>{path} can only store a matrix, and this transform is not linear; write it as .h5.</source>
        <translation>{path} kann nur eine Matrix enthalten, und diese Transformation ist keine; bitte als .h5 schreiben.</translation>
    </message>
    <message>
        <source>{path} cannot be read or written: {reason}.</source>
        <translation>{path} lässt sich nicht lesen oder schreiben: {reason}.</translation>
    </message>
    <message>
        <source>{path} cannot be written: it is a folder.</source>
        <translation>{path} lässt sich nicht schreiben: es ist ein Ordner.</translation>
    </message>
    <message>
        <source>{path} cannot be written: its folder is read-only.</source>
        <translation>{path} lässt sich nicht schreiben: der Ordner ist schreibgeschützt.</translation>
    </message>
    <message>
        <source>{path} cannot be written: {reason}.</source>
        <translation>{path} lässt sich nicht schreiben: {reason}.</translation>
    </message>
    <message>
        <source>{path} is a format for 3D transforms, and this one has {count} dimensions.</source>
        <translation>{path} enthält Transformationen in 3 Dimensionen, und diese hat {count}.</translation>
    </message>
    <message>
        <source>{path} is not a name for the format {chosen}; known names are {names}.</source>
        <translation>{path} ist kein Name für die Form {chosen}; bekannt sind {names}.</translation>
    </message>
    <message>
        <source>{path} of the {name} contains {count} DICOM series: {choices}; choose with --series NUMBER or UID.</source>
        <translation>{name}: {path} enthält {count} DICOM-Serien: {choices}; bitte mit --series NUMMER oder UID wählen.</translation>
    </message>
    <message>
        <source>{path} of the {name} contains {count} DICOM volumes of slices that differ in orientation, size, spacing or kind: {choices}; choose with --series NUMBER or UID.</source>
        <translation>{name}: {path} enthält {count} DICOM-Volumen aus Schichten, die sich in Ausrichtung, Größe, Abstand oder Art unterscheiden: {choices}; bitte mit --series NUMMER oder UID wählen.</translation>
    </message>
    <message>
        <source>{path} of the {name} contains {series} DICOM series with {count} volumes: {choices}; choose with --series NUMBER or UID.</source>
        <translation>{name}: {path} enthält {series} DICOM-Serien mit {count} Volumen: {choices}; bitte mit --series NUMMER oder UID wählen.</translation>
    </message>
    <message>
        <source>{path} of the {name} has no series {series}; {choices}.</source>
        <translation>{name}: {path} hat keine Serie {series}; {choices}.</translation>
    </message>
    <message>
        <source>{path} of the {name} is a single volume; it has no frame {frame}.</source>
        <translation>{name}: {path} ist ein einzelnes Volumen ohne Zeitpunkt {frame}.</translation>
    </message>
    <message>
        <source>{path}: the archive is damaged; its list of files cannot be read.</source>
        <translation>{path}: das Archiv ist beschädigt; seine Dateiliste lässt sich nicht lesen.</translation>
    </message>
    <message>
        <source>{path}: the archive is damaged; {below} in it cannot be read.</source>
        <translation>{path}: das Archiv ist beschädigt; {below} darin lässt sich nicht lesen.</translation>
    </message>
    <message>
        <source>{path}: the zip cannot be read ({error}).</source>
        <translation>{path}: das Zip lässt sich nicht lesen ({error}).</translation>
    </message>
    <message>
        <source>{path}: there are more than {max_files} files or {max_all_bytes} MB in it; choose the folder with the parameter files.</source>
        <translation>{path}: es enthält mehr als {max_files} Dateien oder {max_all_bytes} MB; bitte den Ordner mit den Parameterdateien wählen.</translation>
    </message>
    <message>
        <source>{path}: there are {count} files in it, more than {max_files}.</source>
        <translation>{path}: es enthält {count} Dateien, mehr als {max_files}.</translation>
    </message>
    <message>
        <source>{path}: there is no such file or folder.</source>
        <translation>{path}: diese Datei oder diesen Ordner gibt es nicht.</translation>
    </message>
    <message>
        <source>{path}: {value}.</source>
        <translation>{path}: {value}.</translation>
    </message>
    <message>
        <source>{place}: a preset must be a JSON object, not a {type}.</source>
        <translation>{place}: eine Voreinstellung muss ein JSON-Objekt sein, nicht {type}.</translation>
    </message>
    <message>
        <source>{place}: dimension must have 2, 3 or both, not {given:.60}.</source>
        <translation>{place}: dimension muss 2, 3 oder beides enthalten, nicht {given:.60}.</translation>
    </message>
    <message>
        <source>{place}: initialization must be geometry, mass, search or none, not {values:.60}.</source>
        <translation>{place}: initialization muss geometry, mass, search oder none sein, nicht {values:.60}.</translation>
    </message>
    <message>
        <source>{place}: it names no parameter files.</source>
        <translation>{place}: keine Parameterdateien genannt.</translation>
    </message>
    <message>
        <source>{place}: the preset cannot be read ({error}).</source>
        <translation>{place}: die Voreinstellung lässt sich nicht lesen ({error}).</translation>
    </message>
    <message>
        <source>{place}: this is not a preset; its id or the text of a stage is missing.</source>
        <translation>{place}: das ist keine Voreinstellung; ihre Kennung oder der Text einer Stufe fehlt.</translation>
    </message>
    <message>
        <source>{place}: this is not a preset ({error}).</source>
        <translation>{place}: das ist keine Voreinstellung ({error}).</translation>
    </message>
    <message>
        <source>{far} (median; 95 % by at most {most:.0f} mm)</source>
        <translation>{far} (Median; 95 % um höchstens {most:.0f} mm)</translation>
    </message>
    <message>
        <source>{place}: {name} has the same file twice.</source>
        <translation>{place}: {name} enthält dieselbe Datei zweimal.</translation>
    </message>
    <message>
        <source>{place}: {name} must be a list of texts, not {value:.60}.</source>
        <translation>{place}: {name} muss eine Liste von Texten sein, nicht {value:.60}.</translation>
    </message>
    <message>
        <source>{place}: {name} must be names of files beside it, not {file}.</source>
        <translation>{place}: {name} muss Namen von Dateien daneben enthalten, nicht {file}.</translation>
    </message>
    <message>
        <source>{place}: {name} must be text, not {value:.60}.</source>
        <translation>{place}: {name} muss Text sein, nicht {value:.60}.</translation>
    </message>
    <message>
        <source>{place}: {name} must be true or false, not {values:.60}.</source>
        <translation>{place}: {name} muss true oder false sein, nicht {values:.60}.</translation>
    </message>
    <message>
        <source>{points_metric} needs (Registration &quot;{multi_metric}&quot;).</source>
        <translation>{points_metric} braucht (Registration &quot;{multi_metric}&quot;).</translation>
    </message>
    <message>
        <source>{points_metric} needs corresponding points in both images, and none are given.</source>
        <translation>{points_metric} braucht zusammengehörige Punkte in beiden Bildern, und es gibt keine.</translation>
    </message>
    <message>
        <source>{preset_id} is not one of your presets; built-in ones can be copied, not changed.</source>
        <translation>{preset_id} gehört nicht zu den eigenen Voreinstellungen; mitgelieferte lassen sich kopieren, nicht ändern.</translation>
    </message>
    <message>
        <source>{shape} vectors do not fit a grid of {geometry}.</source>
        <translation>{shape} Vektoren passen nicht auf ein Gitter von {geometry}.</translation>
    </message>
    <message>
        <source>{side}GenericImagePyramid smooths all axes of a resolution or none, and {values} smooths some; add an ImagePyramidSmoothingSchedule above 0, or use {side}SmoothingImagePyramid.</source>
        <translation>{side}GenericImagePyramid glättet in einer Auflösung alle Achsen oder keine, und {values} glättet einige; bitte ein ImagePyramidSmoothingSchedule über 0 hinzufügen oder {side}SmoothingImagePyramid verwenden.</translation>
    </message>
    <message>
        <source>{size} FixedImageLandmarks do not pair with {size2} TransformParameters.</source>
        <translation>{size} FixedImageLandmarks bilden keine Paare mit {size2} TransformParameters.</translation>
    </message>
    <message>
        <source>{size} TransformParameters do not fill a GridSize of {names}.</source>
        <translation>{size} TransformParameters füllen kein GridSize von {names}.</translation>
    </message>
    <message>
        <source>{spline}, by mutual information</source>
        <translation>{spline}, nach Transinformation</translation>
    </message>
    <message>
        <source>{target} cannot be replaced: {reason}.</source>
        <translation>{target} lässt sich nicht ersetzen: {reason}.</translation>
    </message>
    <message>
        <source>{target} cannot be written: {reason}.</source>
        <translation>{target} lässt sich nicht schreiben: {reason}.</translation>
    </message>
    <message>
        <source>{text} changes no parameter; write NAME=VALUE, or STAGE:NAME=VALUE as in 2:FinalGridSpacingInPhysicalUnits=8.</source>
        <translation>{text} ändert keinen Parameter; bitte NAME=WERT schreiben oder STUFE:NAME=WERT wie in 2:FinalGridSpacingInPhysicalUnits=8.</translation>
    </message>
    <message>
        <source>{text}: stages count from 1.</source>
        <translation>{text}: Stufen zählen ab 1.</translation>
    </message>
    <message>
        <source>{transform} every {spacing} mm</source>
        <translation>{transform} alle {spacing} mm</translation>
    </message>
    <message>
        <source>{value} is made for new points in every iteration; set it to true.</source>
        <translation>{value} braucht in jeder Iteration neue Punkte; bitte auf true setzen.</translation>
    </message>
    <message>
        <source>{value} takes {expected} TransformParameters, not {count}.</source>
        <translation>{value} nimmt {expected} TransformParameters, nicht {count}.</translation>
    </message>
    <message>
        <source>{volume} has frames that are not evenly spaced.</source>
        <translation>{volume} hat Einzelbilder mit ungleichen Abständen.</translation>
    </message>
    <message>
        <source>{volume} has frames without a position.</source>
        <translation>{volume} hat Einzelbilder ohne Lage.</translation>
    </message>
    <message>
        <source>{volume} has {count} slices without a position or an orientation, so that they do not form a volume; choose one with --frame.</source>
        <translation>{volume} hat {count} Schichten ohne Lage oder Ausrichtung, die kein Volumen bilden; bitte eine mit --frame wählen.</translation>
    </message>
    <message>
        <source>{volume} has {doubled} of its {places} slices more than once, and nothing says which ones are right; remove the others from the folder.</source>
        <translation>{volume} hat {doubled} von {places} Schichten mehrmals, und nichts sagt, welche richtig sind; bitte die anderen aus dem Ordner entfernen.</translation>
    </message>
    <message>
        <source>{volume} lacks {slices}: after the slice at {where:.4g} mm along the normal, the next is {gap:.4g} mm away instead of {distance:.4g} mm. Find the missing files, or let Slicer&apos;s DICOM module fill the gap and save the volume from there.</source>
        <translation>{volume}: es fehlen {slices}: nach der Schicht bei {where:.4g} mm entlang der Normalen ist die nächste {gap:.4g} statt {distance:.4g} mm entfernt. Bitte die fehlenden Dateien suchen oder Slicers DICOM-Modul die Lücke füllen lassen und das Volumen von dort speichern.</translation>
    </message>
    <message>
        <source>{what} is given {count} times; give it once for both images, or once for each.</source>
        <translation>{what} ist {count}-mal angegeben; bitte einmal für beide Bilder oder für jedes einmal angeben.</translation>
    </message>
    <message>
        <source>{what} stayed at {after}</source>
        <translation>{what} blieb bei {after}</translation>
    </message>
    <message>
        <source>{what} went from {before} to {after}</source>
        <translation>{what} ging von {before} auf {after}</translation>
    </message>
    <message>
        <source>{what} {verb}.</source>
        <translation>{what} {verb}.</translation>
    </message>
    <message>
        <source>{what} {verb}: {reason}.</source>
        <translation>{what} {verb}: {reason}.</translation>
    </message>
    <message>
        <source>{where}, because it belongs to {users}.</source>
        <translation>{where}; es gehört zu {users}.</translation>
    </message>
    <message>
        <source>{whole} has no segment names, so segments cannot be chosen by name.</source>
        <translation>{whole}: ohne Segmentnamen, darum lassen sich keine Segmente nach Namen wählen.</translation>
    </message>
    <message>
        <source>{whole} has no structure with an area.</source>
        <translation>{whole}: ohne Struktur mit einer Fläche.</translation>
    </message>
</context>
<context>
    <name>gui.comparison_views</name>
    <message>
        <source>Checkerboard</source>
        <translation>Schachbrett</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>Differenz</translation>
    </message>
    <message>
        <source>Reveal cursor</source>
        <translation>Lupe</translation>
    </message>
</context>
<context>
    <name>gui.installation</name>
    <message>
        <source>Elastix Registration needs Python packages: {packages} (about 100 MB). Install them now?</source>
        <translation>Elastix-Registrierung braucht Python-Pakete: {packages} (etwa 100 MB). Jetzt installieren?</translation>
    </message>
    <message>
        <source>This needs the Python package {package}. Press the button again to install it.</source>
        <translation>Dafür ist das Python-Paket {package} nötig. Den Knopf noch einmal drücken, um es zu installieren.</translation>
    </message>
    <message>
        <source>The Python package {package} could not be installed. Check the connection to the internet (pypi.org) and press the button again. The Python console has the details.</source>
        <translation>Das Python-Paket {package} konnte nicht installiert werden. Verbindung zum Internet (pypi.org) prüfen und den Knopf noch einmal drücken. Einzelheiten stehen in der Python-Konsole.</translation>
    </message>
</context>
<context>
    <name>gui.log_window</name>
    <message>
        <source>Everything</source>
        <translation>Alles</translation>
    </message>
    <message>
        <source>Without the iterations</source>
        <translation>Ohne die Iterationen</translation>
    </message>
    <message>
        <source>Save the log</source>
        <translation>Protokoll speichern</translation>
    </message>
    <message>
        <source>The log could not be saved.</source>
        <translation>Das Protokoll konnte nicht gespeichert werden.</translation>
    </message>
</context>
<context>
    <name>gui.metric_plot</name>
    <message>
        <source>Stage {n}</source>
        <translation>Stufe {n}</translation>
    </message>
    <message>
        <source>Metric in each resolution</source>
        <translation>Metrik je Auflösung</translation>
    </message>
    <message>
        <source>{count} iterations</source>
        <translation>{count} Iterationen</translation>
    </message>
</context>
<context>
    <name>gui.panel</name>
    <message>
        <source>Registration</source>
        <extracomment>Delay after which the panel starts a process for the next Apply. Delay before new nodes are examined, because most get their voxels after they are added.</extracomment>
        <translation>Registrierung</translation>
    </message>
    <message>
        <source>Elastix Registration</source>
        <translation>Elastix-Registrierung</translation>
    </message>
    <message>
        <source>Not started. {message}</source>
        <translation>Nicht begonnen: {message}</translation>
    </message>
    <message>
        <source>Done in {seconds} s.</source>
        <translation>Fertig nach {seconds} s.</translation>
    </message>
    <message>
        <source>Saved in {folder}.</source>
        <translation>In {folder} gespeichert.</translation>
    </message>
    <message>
        <source>The DICOM registration object differs from the transform by at most {error} mm.</source>
        <translation>Das DICOM-Registrierungsobjekt weicht höchstens {error} mm von der Transformation ab.</translation>
    </message>
    <message>
        <source>Failed. {message}</source>
        <translation>Gescheitert. {message}</translation>
    </message>
    <message>
        <source>The registration failed</source>
        <translation>Die Registrierung ist gescheitert</translation>
    </message>
    <message>
        <source>Canceled. The scene is as it was before.</source>
        <translation>Abgebrochen. Die Szene ist, wie sie war.</translation>
    </message>
    <message>
        <source>Canceled, because {name} was removed.</source>
        <translation>Abgebrochen: {name} wurde entfernt.</translation>
    </message>
    <message>
        <source>Canceled, because the scene was closed.</source>
        <translation>Abgebrochen: Die Szene wurde geschlossen.</translation>
    </message>
</context>
<context>
    <name>gui.readiness</name>
    <message>
        <source>Choose a parameter set</source>
        <translation>Parametersatz wählen</translation>
    </message>
    <message>
        <source>Choose a fixed volume</source>
        <translation>Festes Volumen wählen</translation>
    </message>
    <message>
        <source>Choose a moving volume</source>
        <translation>Bewegtes Volumen wählen</translation>
    </message>
    <message>
        <source>Fixed and moving volume are the same</source>
        <translation>Festes und bewegtes Volumen sind dasselbe</translation>
    </message>
    <message>
        <source>The fixed volume is empty</source>
        <translation>Das feste Volumen ist leer</translation>
    </message>
    <message>
        <source>The moving volume is empty</source>
        <translation>Das bewegte Volumen ist leer</translation>
    </message>
    <message>
        <source>Choose a preset</source>
        <translation>Voreinstellung wählen</translation>
    </message>
    <message>
        <source>Choose both point lists, or none</source>
        <translation>Beide Punktlisten wählen oder keine</translation>
    </message>
    <message>
        <source>Both point lists are the same</source>
        <translation>Beide Punktlisten sind dieselbe</translation>
    </message>
    <message>
        <source>Choose the landmarks to start from</source>
        <translation>Landmarken für den Start wählen</translation>
    </message>
    <message>
        <source>Choose the transform to start from</source>
        <translation>Transformation für den Start wählen</translation>
    </message>
    <message>
        <source>Choose an output</source>
        <translation>Ausgabe wählen</translation>
    </message>
</context>
<context>
    <name>gui.run_control</name>
    <message>
        <source>ITK cannot be loaded: {problem}.</source>
        <extracomment>Interval at which a running registration is polled, ms.</extracomment>
        <translation>ITK kann nicht geladen werden: {problem}.</translation>
    </message>
    <message>
        <source>Stage {stage} of {stages}</source>
        <translation>Stufe {stage} von {stages}</translation>
    </message>
    <message>
        <source>resolution {resolution} of {resolutions}</source>
        <translation>Auflösung {resolution} von {resolutions}</translation>
    </message>
    <message>
        <source>preparing</source>
        <translation>wird vorbereitet</translation>
    </message>
    <message>
        <source>iteration {iteration} of {iterations}</source>
        <translation>Iteration {iteration} von {iterations}</translation>
    </message>
    <message>
        <source>about {duration} left</source>
        <translation>noch etwa {duration}</translation>
    </message>
</context>
<context>
    <name>multi_image.cohort_part</name>
    <message>
        <source>Register the cohort</source>
        <translation>Kohorte registrieren</translation>
    </message>
    <message>
        <source>All volumes of the scene</source>
        <translation>Alle Volumen der Szene</translation>
    </message>
    <message>
        <source>A folder</source>
        <translation>Ein Ordner</translation>
    </message>
    <message>
        <source>A table (CSV)</source>
        <translation>Eine Tabelle (CSV)</translation>
    </message>
    <message>
        <source>Choose a fixed volume in Register</source>
        <translation>Festes Volumen wählen (Registrieren)</translation>
    </message>
    <message>
        <source>The fixed volume is empty</source>
        <translation>Das feste Volumen ist leer</translation>
    </message>
    <message>
        <source>The scene has no other volumes</source>
        <translation>Die Szene hat keine anderen Volumen</translation>
    </message>
    <message>
        <source>Choose a folder of images</source>
        <translation>Ordner mit Bildern wählen</translation>
    </message>
    <message>
        <source>Choose a table</source>
        <translation>Tabelle wählen</translation>
    </message>
    <message>
        <source>Choose a folder for the results</source>
        <translation>Ordner für die Ergebnisse wählen</translation>
    </message>
    <message>
        <source>Choose a preset</source>
        <translation>Voreinstellung wählen</translation>
    </message>
    <message>
        <source>Stopping, and summarizing finished cases ...</source>
        <translation>Hält an: Fertiges wird zusammengefasst ...</translation>
    </message>
    <message>
        <source>Starting the worker processes ...</source>
        <translation>Rechenprozesse beginnen ...</translation>
    </message>
    <message>
        <source>{done} of {total} cases</source>
        <translation>{done} von {total} Fällen</translation>
    </message>
    <message>
        <source>{count} kept from an earlier run</source>
        <translation>{count} von früher behalten</translation>
    </message>
    <message>
        <source>{count} failed</source>
        <translation>{count} gescheitert</translation>
    </message>
    <message>
        <source>1 worker</source>
        <translation>1 Rechenprozess</translation>
    </message>
    <message>
        <source>{count} workers</source>
        <translation>{count} Rechenprozesse</translation>
    </message>
    <message>
        <source>about {duration} left</source>
        <translation>noch etwa {duration}</translation>
    </message>
    <message>
        <source>{done} of {total} cases are registered.</source>
        <translation>{done} von {total} Fällen sind registriert.</translation>
    </message>
    <message>
        <source>The table names the fixed images.</source>
        <translation>Die Tabelle nennt die festen Bilder.</translation>
    </message>
    <message>
        <source>Fixed: {name}.</source>
        <translation>Fest: {name}.</translation>
    </message>
    <message>
        <source>Mask: {name}.</source>
        <translation>Maske: {name}.</translation>
    </message>
    <message>
        <source>Moving: {count} volumes ({names}).</source>
        <translation>Bewegt: {count} Volumen ({names}).</translation>
    </message>
    <message>
        <source>Moving: {names}.</source>
        <translation>Bewegt: {names}.</translation>
    </message>
</context>
<context>
    <name>multi_image.group_part</name>
    <message>
        <source>Register the group</source>
        <translation>Gruppe registrieren</translation>
    </message>
    <message>
        <source>Frames of a sequence</source>
        <translation>Einzelbilder einer Sequenz</translation>
    </message>
    <message>
        <source>Volumes</source>
        <translation>Volumen</translation>
    </message>
    <message>
        <source>Rigid, then deformable</source>
        <translation>Starr, dann verformbar</translation>
    </message>
    <message>
        <source>Deformable</source>
        <translation>Verformbar</translation>
    </message>
    <message>
        <source>Affine</source>
        <translation>Affin</translation>
    </message>
    <message>
        <source>Rigid</source>
        <translation>Starr</translation>
    </message>
    <message>
        <source>Translation</source>
        <translation>Verschiebung</translation>
    </message>
    <message>
        <source>Few components (PCA)</source>
        <translation>Wenige Komponenten (PCA)</translation>
    </message>
    <message>
        <source>Check at least three volumes</source>
        <translation>Mindestens drei Volumen anhaken</translation>
    </message>
    <message>
        <source>{count} images are aligned to a common mean space; {mean} is their mean.</source>
        <translation>{count} Bilder sind in einen gemeinsamen mittleren Raum gebracht; {mean} ist ihr Mittel.</translation>
    </message>
    <message>
        <source>Equal intensities (variance)</source>
        <translation>Gleiche Intensitäten (Varianz)</translation>
    </message>
    <message>
        <source>Starting ...</source>
        <translation>Beginnt ...</translation>
    </message>
</context>
<context>
    <name>multi_image.part</name>
    <message>
        <source>Preset: {name}.</source>
        <translation>Voreinstellung: {name}.</translation>
    </message>
    <message>
        <source>Choose a sequence</source>
        <translation>Sequenz wählen</translation>
    </message>
    <message>
        <source>The sequence has no volumes</source>
        <translation>Die Sequenz hat keine Volumen</translation>
    </message>
    <message>
        <source>The sequence has fewer than {fewest} frames</source>
        <translation>Die Sequenz hat weniger als {fewest} Einzelbilder</translation>
    </message>
</context>
<context>
    <name>multi_image.section</name>
    <message>
        <source>Canceled, because the scene was closed.</source>
        <translation>Abgebrochen: Die Szene wurde geschlossen.</translation>
    </message>
    <message>
        <source>Canceled, because {name} was removed.</source>
        <translation>Abgebrochen: {name} wurde entfernt.</translation>
    </message>
    <message>
        <source>Elastix Registration</source>
        <translation>Elastix-Registrierung</translation>
    </message>
    <message>
        <source>Starting ...</source>
        <translation>Beginnt ...</translation>
    </message>
    <message>
        <source>Canceled. The scene is as it was before.</source>
        <translation>Abgebrochen. Die Szene ist, wie sie war.</translation>
    </message>
    <message>
        <source>Canceled.</source>
        <translation>Abgebrochen.</translation>
    </message>
    <message>
        <source>It took {duration}.</source>
        <translation>Dauer: {duration}.</translation>
    </message>
    <message>
        <source>Failed. {message}</source>
        <translation>Gescheitert. {message}</translation>
    </message>
    <message>
        <source>The registration failed</source>
        <translation>Die Registrierung ist gescheitert</translation>
    </message>
    <message>
        <source>Choose a parameter set</source>
        <translation>Parametersatz wählen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
</context>
<context>
    <name>multi_image.sequence_part</name>
    <message>
        <source>Register the sequence</source>
        <translation>Sequenz registrieren</translation>
    </message>
    <message>
        <source>To the reference frame</source>
        <translation>Zum Referenzbild</translation>
    </message>
    <message>
        <source>To its neighbor, composed</source>
        <translation>Zum Nachbarn, verkettet</translation>
    </message>
    <message>
        <source>Frames to reference</source>
        <translation>Bilder zum Bezug</translation>
    </message>
    <message>
        <source>Reference to frames</source>
        <translation>Bezug zu den Bildern</translation>
    </message>
    <message>
        <source>Choose at least two frames</source>
        <translation>Mindestens zwei Einzelbilder wählen</translation>
    </message>
    <message>
        <source>Choose a reference within the frames</source>
        <translation>Referenz innerhalb der Einzelbilder wählen</translation>
    </message>
    <message>
        <source>Choose an output other than the input</source>
        <translation>Andere Ausgabe als die Sequenz wählen</translation>
    </message>
    <message>
        <source>Choose different outputs</source>
        <translation>Verschiedene Ausgaben wählen</translation>
    </message>
    <message>
        <source>Choose a preset</source>
        <translation>Voreinstellung wählen</translation>
    </message>
    <message>
        <source>{done} of {total} frames</source>
        <translation>{done} von {total} Einzelbildern</translation>
    </message>
    <message>
        <source>{count} failed</source>
        <translation>{count} gescheitert</translation>
    </message>
    <message>
        <source>1 frame was registered, in step with the input: {names}.</source>
        <translation>1 Einzelbild registriert, im Takt mit der Eingabe: {names}.</translation>
    </message>
    <message>
        <source>{count} frames were registered, in step with the input: {names}.</source>
        <translation>{count} Einzelbilder registriert, im Takt mit der Eingabe: {names}.</translation>
    </message>
    <message>
        <source>Frame {number}</source>
        <translation>Einzelbild {number}</translation>
    </message>
</context>
<context>
    <name>preset_editor.editor</name>
    <message>
        <source>Preset editor</source>
        <translation>Voreinstellung bearbeiten</translation>
    </message>
    <message>
        <source>Parameter to add</source>
        <translation>Neuer Parameter</translation>
    </message>
    <message>
        <source>{title} (edited)</source>
        <translation>{title} (bearbeitet)</translation>
    </message>
    <message>
        <source>one of your presets</source>
        <translation>eine eigene Voreinstellung</translation>
    </message>
    <message>
        <source>from this scene</source>
        <translation>aus dieser Szene</translation>
    </message>
    <message>
        <source>built-in; saved under another name</source>
        <translation>mitgeliefert, wird unter anderem Namen gespeichert</translation>
    </message>
    <message>
        <source>adapted to each pair until you change it</source>
        <translation>wird an jedes Paar angepasst, bis sie geändert wird</translation>
    </message>
    <message>
        <source>Choose a parameter to read its description.</source>
        <translation>Einen Parameter wählen, um zu lesen, wozu er dient.</translation>
    </message>
    <message>
        <source>Give the preset a name.</source>
        <translation>Der Voreinstellung einen Namen geben.</translation>
    </message>
    <message>
        <source>The preset was not saved</source>
        <translation>Die Voreinstellung wurde nicht gespeichert</translation>
    </message>
    <message>
        <source>The changes to {title} are not saved. Discard them?</source>
        <translation>Die Änderungen an {title} wurden nicht gespeichert. Verwerfen?</translation>
    </message>
</context>
<context>
    <name>preset_editor.manager</name>
    <message>
        <source>Copy to my presets...</source>
        <translation>In eigene kopieren...</translation>
    </message>
    <message>
        <source>Keep in scene</source>
        <translation>In der Szene behalten</translation>
    </message>
    <message>
        <source>Rename...</source>
        <translation>Umbenennen...</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Export...</source>
        <translation>Exportieren...</translation>
    </message>
    <message>
        <source>Import file or zip...</source>
        <translation>Datei oder Zip importieren...</translation>
    </message>
    <message>
        <source>Import folder...</source>
        <translation>Ordner importieren...</translation>
    </message>
    <message>
        <source>Copy preset</source>
        <translation>Voreinstellung kopieren</translation>
    </message>
    <message>
        <source>{title} (copy)</source>
        <translation>{title} (Kopie)</translation>
    </message>
    <message>
        <source>Edit...</source>
        <translation>Bearbeiten...</translation>
    </message>
    <message>
        <source>Rename preset</source>
        <translation>Voreinstellung umbenennen</translation>
    </message>
    <message>
        <source>Delete the preset {title}?</source>
        <translation>Die Voreinstellung {title} löschen?</translation>
    </message>
    <message>
        <source>Delete preset</source>
        <translation>Voreinstellung löschen</translation>
    </message>
    <message>
        <source>Export preset</source>
        <translation>Voreinstellung exportieren</translation>
    </message>
    <message>
        <source>Zip of parameter files</source>
        <translation>Zip aus Parameterdateien</translation>
    </message>
    <message>
        <source>{path} already exists. Replace it?</source>
        <translation>{path} gibt es schon. Ersetzen?</translation>
    </message>
    <message>
        <source>Exported to {path}.</source>
        <translation>Nach {path} exportiert.</translation>
    </message>
    <message>
        <source>Import presets</source>
        <translation>Voreinstellungen importieren</translation>
    </message>
    <message>
        <source>Parameter files and zips of them</source>
        <translation>Parameterdateien und Zips daraus</translation>
    </message>
    <message>
        <source>Name:</source>
        <translation>Name:</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>Voreinstellungen</translation>
    </message>
    <message>
        <source>1 preset was imported.</source>
        <translation>1 Voreinstellung wurde importiert.</translation>
    </message>
    <message>
        <source>{count} presets were imported.</source>
        <translation>{count} Voreinstellungen wurden importiert.</translation>
    </message>
    <message>
        <source>1 was here already.</source>
        <translation>1 war schon da.</translation>
    </message>
    <message>
        <source>1 file for an older elastix was upgraded.</source>
        <translation>1 Datei für ein älteres elastix wurde angepasst.</translation>
    </message>
    <message>
        <source>{count} files for an older elastix were upgraded.</source>
        <translation>{count} Dateien für ein älteres elastix wurden angepasst.</translation>
    </message>
    <message>
        <source>1 file was refused.</source>
        <translation>1 Datei wurde abgelehnt.</translation>
    </message>
    <message>
        <source>Nothing was imported.</source>
        <translation>Nichts wurde importiert.</translation>
    </message>
    <message>
        <source>{count} were here already.</source>
        <translation>{count} waren schon da.</translation>
    </message>
    <message>
        <source>{count} presets cannot be used here.</source>
        <translation>{count} Voreinstellungen sind hier nicht verwendbar.</translation>
    </message>
    <message>
        <source>1 preset cannot be used here.</source>
        <translation>1 Voreinstellung ist hier nicht verwendbar.</translation>
    </message>
    <message>
        <source>{count} files were refused.</source>
        <translation>{count} Dateien wurden abgelehnt.</translation>
    </message>
</context>
<context>
    <name>preset_editor.problems</name>
    <message>
        <source>{dimension}D volumes with masks</source>
        <translation>{dimension}D-Volumen mit Masken</translation>
    </message>
    <message>
        <source>{dimension}D volumes</source>
        <translation>{dimension}D-Volumen</translation>
    </message>
    <message>
        <source>Cannot run for {given}. Errors: {errors}, remarks: {remarks}.</source>
        <translation>Läuft nicht für {given}. Fehler: {errors}, Anmerkungen: {remarks}.</translation>
    </message>
    <message>
        <source>Can run for {given}. Remarks: {remarks}.</source>
        <translation>Läuft für {given}. Anmerkungen: {remarks}.</translation>
    </message>
    <message>
        <source>No problems for {given}.</source>
        <translation>Keine Probleme für {given}.</translation>
    </message>
    <message>
        <source>Stage {number}</source>
        <translation>Stufe {number}</translation>
    </message>
    <message>
        <source>line {number}</source>
        <translation>Zeile {number}</translation>
    </message>
</context>
<context>
    <name>preset_editor.quick_edits</name>
    <message>
        <source>Translation only</source>
        <translation>Nur Verschiebung</translation>
    </message>
    <message>
        <source>Rigid: translation and rotation</source>
        <translation>Starr: Verschiebung und Drehung</translation>
    </message>
    <message>
        <source>Similarity: rigid and one scale</source>
        <translation>Ähnlich: starr und ein Maßstab</translation>
    </message>
    <message>
        <source>Affine: scale and shear too</source>
        <translation>Affin: auch Maßstab und Scherung</translation>
    </message>
    <message>
        <source>Deformable</source>
        <translation>Verformend</translation>
    </message>
    <message>
        <source>voxels</source>
        <translation>Voxel</translation>
    </message>
    <message>
        <source>mm</source>
        <translation>mm</translation>
    </message>
</context>
<context>
    <name>preset_editor.resolutions</name>
    <message>
        <source>1 (coarse)</source>
        <translation>1 (grob)</translation>
    </message>
    <message>
        <source>{number} (fine)</source>
        <translation>{number} (fein)</translation>
    </message>
</context>
<context>
    <name>preset_editor.stages</name>
    <message>
        <source>translation</source>
        <translation>Verschiebung</translation>
    </message>
    <message>
        <source>rigid</source>
        <translation>starr</translation>
    </message>
    <message>
        <source>similarity</source>
        <translation>ähnlich</translation>
    </message>
    <message>
        <source>affine</source>
        <translation>affin</translation>
    </message>
    <message>
        <source>B-spline</source>
        <translation>B-Spline</translation>
    </message>
    <message>
        <source>cannot be read</source>
        <translation>nicht lesbar</translation>
    </message>
</context>
<context>
    <name>preset_editor.table</name>
    <message>
        <source>Parameter</source>
        <extracomment>Readable on light and dark backgrounds.</extracomment>
        <translation>Parameter</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>Einheit</translation>
    </message>
    <message>
        <source>obsolete</source>
        <translation>veraltet</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>Components</source>
        <translation>Bausteine</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Resolutions</source>
        <translation>Auflösungen</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>Transform</source>
        <translation>Transformation</translation>
    </message>
    <message>
        <source>Metric</source>
        <translation>Metrik</translation>
    </message>
    <message>
        <source>Weights and penalties</source>
        <translation>Gewichte und Strafterme</translation>
    </message>
    <message>
        <source>Sampling</source>
        <translation>Stichproben</translation>
    </message>
    <message>
        <source>Interpolation</source>
        <translation>Interpolation</translation>
    </message>
    <message>
        <source>Optimizer</source>
        <translation>Optimierer</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>Ausgabe</translation>
    </message>
    <message>
        <source>Obsolete</source>
        <translation>Veraltet</translation>
    </message>
    <message>
        <source>Others</source>
        <translation>Weitere</translation>
    </message>
    <message>
        <source>&lt;b&gt;{name}&lt;/b&gt; is not an elastix parameter. It is kept, and elastix ignores it.</source>
        <translation>&lt;b&gt;{name}&lt;/b&gt; ist kein Parameter von elastix und wird übergangen. Er bleibt erhalten.</translation>
    </message>
    <message>
        <source>Default: {value}.</source>
        <translation>Standard: {value}.</translation>
    </message>
    <message>
        <source>In {unit}.</source>
        <translation>In {unit}.</translation>
    </message>
</context>
<context>
    <name>qSlicerAbstractCoreModule</name>
    <message>
        <source>Registration</source>
        <translation>Registrierung</translation>
    </message>
</context>
<context>
    <name>sections.advanced</name>
    <message>
        <source>not in the background</source>
        <translation>nicht im Hintergrund</translation>
    </message>
    <message>
        <source>{count} threads</source>
        <translation>{count} Threads</translation>
    </message>
    <message>
        <source>1 thread</source>
        <translation>1 Thread</translation>
    </message>
    <message>
        <source>seed {seed}</source>
        <translation>Startwert {seed}</translation>
    </message>
    <message>
        <source>saved to a folder</source>
        <translation>in einem Ordner gespeichert</translation>
    </message>
</context>
<context>
    <name>sections.masks</name>
    <message>
        <source>order</source>
        <translation>Reihenfolge</translation>
    </message>
    <message>
        <source>label</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>label, else order</source>
        <translation>Name, sonst Reihe</translation>
    </message>
    <message>
        <source>both masks</source>
        <translation>beide Masken</translation>
    </message>
    <message>
        <source>fixed mask</source>
        <translation>feste Maske</translation>
    </message>
    <message>
        <source>moving mask</source>
        <translation>bewegte Maske</translation>
    </message>
    <message>
        <source>what slides</source>
        <translation>was gleitet</translation>
    </message>
    <message>
        <source>landmarks</source>
        <translation>Landmarken</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>Complete the landmarks, or choose none</source>
        <translation>Landmarken ergänzen oder keine wählen</translation>
    </message>
    <message>
        <source>Choose both point lists, or none.</source>
        <translation>Beide Punktlisten wählen oder keine.</translation>
    </message>
    <message>
        <source>1 pair of points.</source>
        <translation>1 Punktpaar.</translation>
    </message>
    <message>
        <source>{count} pairs of points.</source>
        <translation>{count} Punktpaare.</translation>
    </message>
</context>
<context>
    <name>sections.outputs</name>
    <message>
        <source>Grid transform</source>
        <extracomment>Delay, ms, after the last change before the background is estimated, so that switching volumes stays fast.</extracomment>
        <translation>Gitter</translation>
    </message>
    <message>
        <source>Vector volume</source>
        <translation>Vektorvolumen</translation>
    </message>
    <message>
        <source>Linear</source>
        <translation>Linear</translation>
    </message>
    <message>
        <source>Cubic B-spline</source>
        <translation>Kubischer B-Spline</translation>
    </message>
    <message>
        <source>Nearest neighbor</source>
        <translation>Nächster Nachbar</translation>
    </message>
    <message>
        <source>Auto</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Keep padding</source>
        <translation>Auffüllung behalten</translation>
    </message>
    <message>
        <source>Value:</source>
        <translation>Wert:</translation>
    </message>
    <message>
        <source>volume</source>
        <translation>Volumen</translation>
    </message>
    <message>
        <source>transform</source>
        <translation>Transformation</translation>
    </message>
    <message>
        <source>deformation field</source>
        <translation>Deformationsfeld</translation>
    </message>
    <message>
        <source>Jacobian</source>
        <translation>Jacobi</translation>
    </message>
    <message>
        <source>inverse</source>
        <translation>Inverse</translation>
    </message>
    <message>
        <source>DICOM</source>
        <translation>DICOM</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>Looking for the background and padding of the moving volume ...</source>
        <translation>Hintergrund und Füllwerte des bewegten Volumens werden gesucht ...</translation>
    </message>
</context>
<context>
    <name>sections.preset</name>
    <message>
        <source>2D and 3D</source>
        <extracomment>The preset in which landmarks guide the registration.</extracomment>
        <translation>2D und 3D</translation>
    </message>
    <message>
        <source>2D</source>
        <translation>2D</translation>
    </message>
    <message>
        <source>3D</source>
        <translation>3D</translation>
    </message>
    <message>
        <source>1 stage</source>
        <translation>1 Stufe</translation>
    </message>
    <message>
        <source>{count} stages</source>
        <translation>{count} Stufen</translation>
    </message>
    <message>
        <source>Choose a preset for {dimension}D images</source>
        <translation>Voreinstellung für {dimension}D-Bilder wählen</translation>
    </message>
    <message>
        <source>Choose the landmarks that the preset needs</source>
        <translation>Die nötigen Landmarken wählen</translation>
    </message>
    <message>
        <source>Any modality</source>
        <translation>Jede Art</translation>
    </message>
    <message>
        <source>Any region</source>
        <translation>Jede Region</translation>
    </message>
    <message>
        <source>How to register: {title}. The list has {count} presets.</source>
        <translation>Wie registriert wird: {title}. Die Liste hat {count} Voreinstellungen.</translation>
    </message>
    <message>
        <source>This scene uses the preset {name}, which is not available here.</source>
        <translation>Diese Szene verlangt die Voreinstellung {name}, die es hier nicht gibt.</translation>
    </message>
    <message>
        <source>This preset is for {kinds} images. Choose another one.</source>
        <translation>Diese Voreinstellung ist für {kinds}-Bilder. Bitte eine andere wählen.</translation>
    </message>
    <message>
        <source>This preset does not use the landmarks. Give them a weight, or choose {preset}.</source>
        <translation>Diese Voreinstellung verwendet die Landmarken nicht. Ein Landmarkengewicht setzen oder „{preset}“ wählen.</translation>
    </message>
    <message>
        <source>About {duration} and {memory} of memory for these two volumes.</source>
        <translation>Etwa {duration} und {memory} Arbeitsspeicher für diese beiden Volumen.</translation>
    </message>
    <message>
        <source>About {duration} for these two volumes.</source>
        <translation>Etwa {duration} für diese beiden Volumen.</translation>
    </message>
    <message>
        <source>This preset needs landmarks. Choose them under Masks and landmarks.</source>
        <translation>Diese Voreinstellung braucht Landmarken. Sie werden unter Masken und Landmarken gewählt.</translation>
    </message>
    <message>
        <source>Not validated.</source>
        <translation>Nicht validiert.</translation>
    </message>
    <message>
        <source>Measured: {figures}.</source>
        <translation>Gemessen: {figures}.</translation>
    </message>
    <message>
        <source>Measured, for example: {figures}.</source>
        <translation>Gemessen, zum Beispiel: {figures}.</translation>
    </message>
    <message>
        <source>yours</source>
        <translation>eigene</translation>
    </message>
    <message>
        <source>scene</source>
        <translation>Szene</translation>
    </message>
</context>
<context>
    <name>sections.result</name>
    <message>
        <source>Measure</source>
        <translation>Maß</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Nachher</translation>
    </message>
    <message>
        <source>Nothing has been registered yet.</source>
        <translation>Noch nichts registriert.</translation>
    </message>
    <message>
        <source>This pair has not been registered yet.</source>
        <translation>Dieses Paar ist noch nicht registriert.</translation>
    </message>
    <message>
        <source>The result could not be judged; see the message above.</source>
        <translation>Das Ergebnis konnte nicht beurteilt werden; siehe die Meldung oben.</translation>
    </message>
    <message>
        <source>Now under {transform}: {nodes}.</source>
        <translation>Jetzt unter {transform}: {nodes}.</translation>
    </message>
    <message>
        <source>Left in place, as the fixed volume or an output: {nodes}.</source>
        <translation>Bleibt, wo es ist, das feste Volumen oder eine Ausgabe: {nodes}.</translation>
    </message>
    <message>
        <source>Left under another transform, which the moving volume did not have: {nodes}.</source>
        <translation>Bleibt unter einer eigenen Transformation, die das bewegte Volumen nicht hatte: {nodes}.</translation>
    </message>
    <message>
        <source>First check the nodes to move in the list.</source>
        <translation>Zuerst in der Liste die Knoten ankreuzen.</translation>
    </message>
    <message>
        <source>The report could not be created.</source>
        <translation>Der Bericht konnte nicht erstellt werden.</translation>
    </message>
    <message>
        <source>none yet</source>
        <translation>noch keins</translation>
    </message>
    <message>
        <source>Reverted. The outputs are as they were before the registration.</source>
        <translation>Zurückgenommen: Die Ausgaben sind wie vor der Registrierung.</translation>
    </message>
    <message>
        <source>The volumes cannot be compared.</source>
        <translation>Die Volumen können nicht verglichen werden.</translation>
    </message>
</context>
<context>
    <name>sections.run</name>
    <message>
        <source>Registering in this process. Everything waits until it is done.</source>
        <extracomment>Shortest interval between two updates of the plot, s, because updates at each point would take much of a core.</extracomment>
        <translation>Registrierung in diesem Prozess: Alles wartet, bis sie fertig ist.</translation>
    </message>
    <message>
        <source>Starting ...</source>
        <translation>Beginnt ...</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>Anwenden</translation>
    </message>
</context>
<context>
    <name>sections.start</name>
    <message>
        <source>As in the preset</source>
        <extracomment>The value of each start in RegistrationRequest; the last two give an initial transform instead.</extracomment>
        <translation>Wie in der Voreinstellung</translation>
    </message>
    <message>
        <source>As loaded</source>
        <translation>Wie geladen</translation>
    </message>
    <message>
        <source>Centers of the volumes</source>
        <translation>Mitten der Volumen</translation>
    </message>
    <message>
        <source>Centers of mass</source>
        <translation>Schwerpunkte</translation>
    </message>
    <message>
        <source>Search for the best match</source>
        <translation>Nach der besten Übereinstimmung suchen</translation>
    </message>
    <message>
        <source>Landmarks</source>
        <translation>Landmarken</translation>
    </message>
    <message>
        <source>A transform</source>
        <translation>Eine Transformation</translation>
    </message>
</context>
<context>
    <name>sections.transform</name>
    <message>
        <source>Moving image to fixed</source>
        <translation>Bewegtes Bild zum festen</translation>
    </message>
    <message>
        <source>Fixed image to moving (inverse)</source>
        <translation>Festes Bild zum bewegten (invers)</translation>
    </message>
    <message>
        <source>Linear</source>
        <translation>Linear</translation>
    </message>
    <message>
        <source>B-spline</source>
        <translation>B-Spline</translation>
    </message>
    <message>
        <source>Nearest</source>
        <translation>Nächster</translation>
    </message>
    <message>
        <source>Transforms</source>
        <translation>Transformationen</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>Alle Dateien</translation>
    </message>
    <message>
        <source>Load a transform</source>
        <translation>Transformation laden</translation>
    </message>
    <message>
        <source>{name} was loaded.</source>
        <translation>{name} wurde geladen.</translation>
    </message>
    <message>
        <source>Transformed: {nodes}.</source>
        <translation>Transformiert: {nodes}.</translation>
    </message>
    <message>
        <source>Now under the transform: {nodes}.</source>
        <translation>Jetzt unter der Transformation: {nodes}.</translation>
    </message>
    <message>
        <source>Hardened: {nodes}.</source>
        <translation>Festgeschrieben: {nodes}.</translation>
    </message>
    <message>
        <source>{name}: points come back to {mean} mm on average, {largest} mm at most.</source>
        <translation>{name}: Punkte kommen im Mittel auf {mean} mm, höchstens auf {largest} mm zurück.</translation>
    </message>
    <message>
        <source>The local volume changes by factors from {low} to {high}.</source>
        <translation>Örtliches Volumen vom {low}- bis zum {high}-Fachen.</translation>
    </message>
    <message>
        <source>{count} voxels fold.</source>
        <translation>{count} Voxel falten sich.</translation>
    </message>
    <message>
        <source>1 voxel folds.</source>
        <translation>1 Voxel faltet sich.</translation>
    </message>
    <message>
        <source>Nothing folds.</source>
        <translation>Nichts faltet sich.</translation>
    </message>
    <message>
        <source>{name}: {change} %.</source>
        <translation>{name}: {change} %.</translation>
    </message>
    <message>
        <source>Undone.</source>
        <translation>Rückgängig gemacht.</translation>
    </message>
    <message>
        <source>Elastix Registration</source>
        <translation>Elastix-Registrierung</translation>
    </message>
    <message>
        <source>None of the chosen nodes is under a transform.</source>
        <translation>Keiner der gewählten Knoten liegt unter einer Transformation.</translation>
    </message>
</context>
</TS>
