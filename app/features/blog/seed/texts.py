"""What the demo posts are made of: paragraphs, lists, quotations, films and pictures in words."""

PARAGRAPHS = {
    "en": """\
We had meant to stay for an hour. By the time the kettle was on again it was dark outside, and \
the list of questions had grown longer instead of shorter.
Nobody had written any of it down. That is how it usually goes with things that work: they are \
shown once, from one pair of hands to the next, and after that everybody simply knows.
It helps to begin with what is in front of you. Count the steps, note the time, ask the person \
beside you for a name. The pattern comes later, and it is rarely the one you expected.
There is a rule here, though it hangs on no wall. Whoever arrives first opens the shutters; \
whoever leaves last says so out loud.
If you try it yourself, take your time with the second step. We rushed it twice and had to begin \
again both times, with cold fingers and rather less conviction.
Some of it was luck. A neighbour remembered the colour of the door, a niece still had the \
photograph, and the rain held off until we had found the right street.
What surprised us most was how little it cost. Two afternoons, a box of screws, and the loan of \
a ladder that we promise to bring back.""",
    "de": """\
Eigentlich wollten wir nur eine Stunde bleiben. Als der Kaffee zum zweiten Mal auf dem Tisch \
stand, war es draußen dunkel, und die Liste der Fragen war länger als vorher.
Aufgeschrieben hat das nie jemand. So ist es meistens mit Dingen, die funktionieren: Man zeigt \
sie einmal, und danach wissen es eben alle.
Man fängt am besten mit dem an, was vor einem liegt. Schritte zählen, Uhrzeit notieren, nach \
dem Namen fragen. Das Muster zeigt sich später, und selten ist es das erwartete.
Es gibt hier eine Regel, die an keiner Wand hängt: Wer zuerst kommt, öffnet die Läden; wer \
zuletzt geht, sagt laut Bescheid.
Wer es selbst versuchen will, nehme sich für den zweiten Schritt Zeit. Wir haben ihn zweimal \
übersprungen und beide Male von vorn begonnen.
Überrascht hat uns, wie wenig es gekostet hat: zwei Nachmittage, eine Schachtel Schrauben und \
eine geliehene Leiter, die wir ganz bestimmt zurückbringen.""",
    "el": """\
Λέγαμε να μείνουμε μία ώρα. Όταν ξαναβράσαμε καφέ, έξω είχε νυχτώσει και οι ερωτήσεις ήταν \
περισσότερες από πριν.
Κανείς δεν τα είχε γράψει ποτέ. Έτσι γίνεται με όσα δουλεύουν καλά: τα δείχνεις μια φορά, από \
χέρι σε χέρι, και ύστερα τα ξέρουν όλοι.
Βοηθάει να αρχίζεις από αυτό που έχεις μπροστά σου. Μέτρησε τα βήματα, σημείωσε την ώρα, ρώτα \
τον διπλανό σου πώς τον λένε. Το σχέδιο φαίνεται αργότερα.
Υπάρχει εδώ ένας κανόνας που δεν είναι γραμμένος πουθενά: όποιος έρχεται πρώτος ανοίγει τα \
παντζούρια, κι όποιος φεύγει τελευταίος το λέει δυνατά.
Αν το δοκιμάσεις, μη βιαστείς στο δεύτερο βήμα. Εμείς βιαστήκαμε δύο φορές και δύο φορές αρχίσαμε \
από την αρχή.
Μας ξάφνιασε πόσο λίγο κόστισε: δύο απογεύματα, ένα κουτί βίδες και μια σκάλα δανεική, που θα την \
επιστρέψουμε.""",
}
HEADINGS = {"en": "What we learned", "de": "Was wir gelernt haben", "el": "Τι μάθαμε"}
QUOTES = (
    ("There is no frigate like a book to take us lands away.", "Emily Dickinson"),
    ("Tudo vale a pena se a alma não é pequena.", "Fernando Pessoa"),
    ("Es irrt der Mensch, solang’ er strebt.", "Johann Wolfgang von Goethe"),
    ("Σα βγεις στον πηγαιμό για την Ιθάκη, να εύχεσαι νά ’ναι μακρύς ο δρόμος.", "Κ. Π. Καβάφης"),
    ("Simplicity is the glory of expression.", "Walt Whitman"),
    ("Wege entstehen dadurch, dass man sie geht.", "Franz Kafka"),
)
# Short films that their makers, the Blender Foundation, give to everybody.
VIDEOS = ("aqz-KE-bpKQ", "eRsGyueVLvQ", "R6MlUcmOul8", "WhWc3b3KhnY", "_cMxraX_5RE", "u9lj-c29dxI")
LISTS = {
    "en": ("a notebook that may get wet", "a second pair of gloves", "somebody to ask"),
    "de": ("ein Heft, das nass werden darf", "ein zweites Paar Handschuhe", "jemand zum Fragen"),
    "el": ("ένα τετράδιο που αντέχει στη βροχή", "δεύτερο ζευγάρι γάντια", "κάποιος να ρωτήσεις"),
}
SAYINGS = {
    "en": "You can hurry it once. After that it hurries you.",
    "de": "Einmal kann man es beeilen. Danach beeilt es einen selbst.",
    "el": "Μια φορά το βιάζεις εσύ. Ύστερα σε βιάζει εκείνο.",
}
