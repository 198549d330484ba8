"""The texts in German."""

from __future__ import annotations

from bot.texts.wording import Texts

GERMAN = Texts(
    no_answer="Darauf habe ich in {blog} keine Antwort gefunden.",
    no_post_of_that_time="Aus dieser Zeit kenne ich in {blog} keinen Beitrag.",
    the_blog="diesem Blog",
    the_blog_of="dem Blog von {author}",
    nearest_below="Die nächstliegenden Beiträge stehen unten.",
    shortened="*(Gekürzt: die Zeit für eine Antwort war um.)*",
    none_named_so="Kein Beitrag nennt das in Titel oder Schlagwörtern; am nächsten kommen:",
    some_of="{total} Beiträge, davon {listed}:",
    one_post="1 Beitrag:",
    posts="{total} Beiträge:",
    day="{day:%d.%m.%Y}",
    still_reading="Ich lese das Blog noch. Frag mich gleich noch einmal.",
    search_trouble="Ich kann das Blog gerade nicht durchsuchen; warum, steht in meinem Protokoll.",
    trouble="Mit deiner Frage ist etwas schiefgegangen; was, steht in meinem Protokoll.",
    stopping="Ich wurde vor der Antwort angehalten. Frag mich wieder, wenn ich zurück bin.",
    too_many="Das waren viele Fragen in kurzer Zeit. Frag mich in {seconds} Sekunden wieder.",
    waiting="Du bist die Nummer {number} in der Schlange, noch etwa {seconds} Sekunden …",
    no_question="Frag mich etwas zum Blog: erwähne mich und schreib deine Frage dahinter.",
    not_here="Hier antworte ich nicht; versuch es in einem anderen Kanal.",
    no_text="Diese Nachricht hat keinen Text, auf den ich antworten könnte.",
    show_passages="Textstellen zeigen",
    related_posts="Verwandte Beiträge",
    passages_gone="Die Textstellen dieser Antwort sind nicht mehr da.",
    old_post="Dieser Beitrag ist {age} alt; manches kann sich geändert haben.",
    one_year="ein Jahr",
    years="{years} Jahre",
    not_yours="Nur wer gefragt hat oder moderiert, darf diese Antwort entfernen.",
    thanks=("Danke. Ich habe deine Stimme notiert und sonst nichts; /forget-me nimmt sie zurück."),
    no_vote="Ich konnte deine Stimme nicht notieren; warum, steht in meinem Protokoll.",
    ask="Dem Blog eine Frage stellen",
    ask_question="Was du wissen willst",
    ask_only_for_me="Ob nur du die Antwort siehst",
    ask_about_message="Zu dieser Nachricht fragen",
    help="Was ich kann und wie man mich fragt",
    forget_me="Löschen, was ich über dich aufbewahre",
    list_posts="Beiträge des Blogs auflisten",
    posts_topic="Worum es darin geht",
    posts_tag="Ein Schlagwort, das sie tragen",
    posts_year="Das Jahr, aus dem sie sind",
    status="Wie es mir geht und was mir helfen würde",
    reindex="Das Blog neu lesen, soweit es sich geändert hat",
    reindex_what="Was zu tun ist; ohne Wahl wird das Blog neu gelesen",
    reindex_read="Das Blog neu lesen",
    reindex_rollback="Zum vorigen Index zurück",
    how_to_ask="""\
Erwähne mich irgendwo in einer Nachricht, oder antworte auf eine meiner Antworten, um \
weiterzufragen.
- `/ask` fragt ohne Erwähnung und zeigt die Antwort, wenn du willst, nur dir.
- *Zu dieser Nachricht fragen*, im Menü einer Nachricht unter Apps, nimmt sie als Frage.
- `/posts` listet Beiträge nach Thema, Schlagwort oder Jahr auf.
- Ändere deine Frage, und ich antworte neu; lösche sie, und meine Antwort geht mit.
- Unter einer Antwort kannst du ihre Textstellen lesen, abstimmen, oder sie entfernen, wenn du \
gefragt hast.
- `/forget-me` löscht deine Stimmen; mehr bewahre ich über dich nicht auf.""",
    forgotten=(
        "Erledigt. Deine Stimmen sind gelöscht ({votes}); sonst bewahre ich nichts über dich auf."
    ),
    no_such_post="So einen Beitrag kenne ich nicht.",
    for_managers="Dieser Befehl ist für die, die den Server verwalten dürfen.",
    command_failed="Etwas ist schiefgegangen; was, steht in meinem Protokoll.",
    lacks_permissions=(
        "In {channel} von **{guild}** kann ich nicht antworten, wie ich sollte; mir fehlt das "
        "Recht: {names}. Du kannst es meiner Rolle in den Einstellungen des Kanals unter "
        "Berechtigungen geben."
    ),
    loading_model="Ich lade das Modell für die Suche …",
    reading_pages="Ich lese das Blog: {done} Seiten …",
    embedding="Ich bette ein, was neu ist: {done} von {total} Textstellen …",
    nothing_has_changed="Nichts hat sich geändert: {posts} Beiträge in {chunks} Textstellen.",
    would_change=(
        "+{added} Beiträge, {changed} geändert in {sections} Abschnitten, -{removed}, "
        "etwa {seconds} s"
    ),
    and_more="und {count} weitere",
    could_not_be_read=(
        "{count} Seiten waren nicht zu lesen; was ich von ihnen wusste, bleibt, wie es war:"
    ),
    reindexed=(
        "Fertig in {seconds:.1f} s: {posts} Beiträge in {chunks} Textstellen "
        "({embedded} neu, {kept} behalten, {dropped} entfernt)."
    ),
    serves_again=(
        "Der Index vom {built:%d.%m.%Y %H:%M} UTC dient wieder: {posts} Beiträge in {chunks} "
        "Textstellen. So bleibt es bis zum nächsten /reindex."
    ),
    stays="Der Index bleibt, wie er war.",
    beginning="Es geht los …",
    do_it="Neu lesen",
    do_it_anyway="Trotzdem tun",
    cancel="Abbrechen",
    cancelled="Nichts wurde geändert.",
)
