"""Titles and summaries of the demo posts, in three languages."""

# Title and summary of each text: English, German, Greek.
ARTICLES = {
    "en": """\
Twelve bridges before breakfast|A walk along the canal, with a notebook and no plan.
What the timetable does not say|Three weeks of night buses, written down stop by stop.
The drawer of unlabelled keys|Every building has one. We tried all of ours.
How to read a tide table|A short guide for people who live far from the sea.
A library card from 1931|It was in a coat. We found out whose.
Baking with the window open|Why our loaves changed when the weather did.
The last typewriter shop in town|Mr Abreu repairs what nobody sells any more.
Notes on a flat roof|One summer, eleven pots and a great many snails.
Why we still print the map|Paper does not know where you are, and that is the point.
Small repairs, large relief|A list of things we fixed in less than ten minutes.
Listening to a power station|Field recordings from behind the fence.
The market at six in the morning|Who is there before you, and what they drink.
An honest review of our own website|What readers told us when we finally asked.
Letters we forgot to answer|Some questions deserve a late reply.
The sound of Sunday|A neighbourhood described by its noises.
Borrowed ladders|On lending things, and the people who bring them back.
Fog, and how to photograph it|Patience is most of it. A thermos is the rest.
What a census leaves out|Four families, one form, and the margins of it.
Learning to whistle at forty|It is mostly about the tongue, and about dignity.
Ten years of the same bench|One photograph every first of March.""",
    "de": """\
Die Donaudampfschifffahrtsgesellschaft fährt nicht mehr|Ein Nachmittag im Archiv am Hafen.
Geschwindigkeitsbegrenzung auf dem Radweg?|Was eine Woche Zählen ergeben hat.
Warum das Brot am Montag besser ist|Über Sauerteig, Geduld und Wochenenden.
Eine Werkstatt, drei Generationen|Zu Besuch bei Familie Grünwaldt in der Schlossergasse.
Das Rindfleischetikettierungsgesetz war kein Scherz|Lange Wörter und die Ämter, die sie brauchten.
Vom Reparieren alter Uhren|Wer Zeit hat, kann sie auch zerlegen.
Kleingärten im November|Was jetzt noch zu tun ist, und was man lassen darf.
Straßennamen, die niemand mehr versteht|Ein Spaziergang mit dem Stadtplan von 1897.
Die Kunst, eine Warteschlange zu bilden|Beobachtungen am Schalter 4.
Äpfel, Quitten, Überfluss|Rezepte für ein Jahr, in dem alles auf einmal reif wurde.
Nachtzug nach Wien|Zwölf Stunden, ein Abteil, vier Geschichten.
Was im Keller der Bibliothek liegt|Achttausend Bände, die seit 1952 keiner bestellt hat.
Wetter von gestern|Warum wir die Vorhersage jeden Abend nachprüfen.
Handschrift lernen, noch einmal|Sechs Wochen mit Tinte und einem Übungsheft.
Der Bäcker, der um zwei Uhr anfängt|Ein Morgen, bevor er beginnt.
Kraftfahrzeughaftpflichtversicherung, erklärt|Auf einer Seite, versprochen.
Ein Fahrrad aus fünf Fahrrädern|Die Teile lagen alle im Hof.
Leuchttürme, die keiner mehr braucht|Und die Leute, die sie trotzdem streichen.
Pilze bestimmen mit Frau Öztürk|Drei Regeln, und die wichtigste ist: stehen lassen.
Der Fahrplanwechsel und wir|Vier Minuten früher, und alles ist anders.""",
    "el": """\
Περπατώντας στη λαϊκή αγορά|Έξι το πρωί, πριν έρθει ο κόσμος.
Παλιοί χάρτες, καινούργιες γέφυρες|Ένας περίπατος με έναν χάρτη του 1908.
Μια μέρα για το ψωμί της εβδομάδας|Αλεύρι, νερό και πολλή αναμονή.
Τι κρύβει το υπόγειο της βιβλιοθήκης|Βιβλία που κανείς δεν ζήτησε από το 1952.
Ο σταθμός μετά το τελευταίο τρένο|Οι άνθρωποι που δουλεύουν όταν όλοι φεύγουν.
Από το παράθυρο της κουζίνας|Όταν αλλάζει η εποχή, αλλάζουν και οι ήχοι.
Ομπρέλες που άξιζε να φτιαχτούν|Πέντε ομπρέλες, ένα απόγευμα, λίγο σύρμα.
Οι καμινάδες της πόλης μου|Μετρήσαμε όσες έμειναν. Είναι επτά.
Πώς γράφεται ένα γράμμα|Για τις απαντήσεις που άργησαν πολύ.
Φωτογραφίζοντας τη βροχή|Το λίγο φως δείχνει καλύτερα.
Τα ονόματα των ανηφόρων|Ρωτήσαμε όσους μένουν στην κορυφή.
Ημερολόγιο μιας αυλής|Έντεκα γλάστρες και αμέτρητα σαλιγκάρια.
Ο φούρναρης στις δύο το πρωί|Τι ψήνεται όσο η πόλη κοιμάται.
Ρολόγια που πάνε μπροστά|Οδηγός επισκευής για όσους δεν βιάζονται.
Το ημερολόγιο του φαροφύλακα|Ένα φως που κανείς πια δεν χρειάζεται.
Τέσσερις ιστορίες από το νυχτερινό πλοίο|Δώδεκα ώρες, το ίδιο κατάστρωμα.
Λέξεις που δεν έχει το λεξικό|Μαζέψαμε τις αγαπημένες λέξεις των γιαγιάδων.
Δέκα χρόνια στο ίδιο παγκάκι|Μια φωτογραφία κάθε πρώτη Μαρτίου.
Η ομίχλη και η υπομονή|Το περισσότερο είναι αναμονή.
Ηλεκτροεγκεφαλογραφήματα και άλλες μεγάλες λέξεις|Τι χωράει σε μια επικεφαλίδα.""",
}
