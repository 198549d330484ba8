"""The texts in Spanish."""

from __future__ import annotations

from bot.texts.wording import Texts

SPANISH = Texts(
    no_answer="No he encontrado respuesta a eso en {blog}.",
    no_post_of_that_time="No conozco ninguna entrada de esa época en {blog}.",
    the_blog="el blog",
    the_blog_of="el blog de {author}",
    nearest_below="Las entradas más cercanas están abajo.",
    shortened="*(Abreviado: se acabó el tiempo para responder.)*",
    none_named_so="Ninguna entrada lo nombra en su título o etiquetas; estas son las más cercanas:",
    some_of="{total} entradas, de las que estas son {listed}:",
    one_post="1 entrada:",
    posts="{total} entradas:",
    day="{day:%d/%m/%Y}",
    still_reading="Todavía estoy leyendo el blog. Pregúntame otra vez en un momento.",
    search_trouble=(
        "Ahora mismo no puedo buscar en el blog; mi registro le dice al propietario por qué."
    ),
    trouble="Algo ha fallado con tu pregunta; mi registro le dice al propietario qué.",
    stopping="Me han parado antes de tener la respuesta. Pregúntame otra vez cuando vuelva.",
    too_many=(
        "Han sido muchas preguntas en poco tiempo. Vuelve a preguntar en {seconds} segundos."
    ),
    waiting="Eres el número {number} de la cola, quedan unos {seconds} segundos …",
    no_question="Pregúntame algo sobre el blog: mencióname y escribe detrás tu pregunta.",
    not_here="Aquí no respondo; prueba en otro canal.",
    no_text="Este mensaje no tiene texto al que pueda responder.",
    show_passages="Mostrar pasajes",
    related_posts="Entradas relacionadas",
    passages_gone="Los pasajes de esta respuesta ya no están.",
    old_post="Esta entrada tiene {age}; puede que algo haya cambiado.",
    one_year="un año",
    years="{years} años",
    not_yours="Solo quien preguntó, o quien modera, puede quitar esta respuesta.",
    thanks="Gracias. He anotado tu voto y nada más; /forget-me lo retira.",
    no_vote="No he podido anotar tu voto; mi registro le dice al propietario por qué.",
    ask="Hacer una pregunta al blog",
    ask_question="Lo que quieres saber",
    ask_only_for_me="Si solo tú ves la respuesta",
    ask_about_message="Preguntar sobre este mensaje",
    help="Qué sé hacer y cómo preguntarme",
    forget_me="Borrar lo que guardo sobre ti",
    list_posts="Listar entradas del blog",
    posts_topic="De qué tratan",
    posts_tag="Una etiqueta que llevan",
    posts_year="El año del que son",
    status="Cómo estoy y qué me ayudaría",
    reindex="Leer otra vez lo que ha cambiado del blog",
    reindex_what="Qué hacer; si no se elige nada, leer otra vez el blog",
    reindex_read="Leer otra vez el blog",
    reindex_rollback="Volver al índice anterior",
    how_to_ask="""\
Mencióname en cualquier parte de un mensaje, o responde a una de mis respuestas para seguir \
preguntando.
- `/ask` pregunta sin mención y, si quieres, te muestra la respuesta solo a ti.
- *Preguntar sobre este mensaje*, en el menú de un mensaje bajo Apps, lo toma como pregunta.
- `/posts` lista entradas por tema, etiqueta o año.
- Edita tu pregunta y respondo otra vez; bórrala y mi respuesta se va también.
- Debajo de una respuesta puedes leer sus pasajes, votarla, o quitarla si preguntaste tú.
- `/forget-me` borra tus votos, que es todo lo que guardo sobre ti.""",
    forgotten="Hecho. He borrado tus votos ({votes}); no guardo nada más sobre ti.",
    no_such_post="No conozco ninguna entrada así.",
    for_managers="Este comando es para quienes pueden gestionar el servidor.",
    command_failed="Algo ha fallado; mi registro le dice al propietario qué.",
    lacks_permissions=(
        "No puedo responder como debería en {channel} de **{guild}**; me falta el permiso: "
        "{names}. Puedes dárselo a mi rol en los ajustes del canal, en Permisos."
    ),
    loading_model="Cargando el modelo de búsqueda …",
    reading_pages="Leyendo el blog: {done} páginas …",
    embedding="Procesando lo nuevo: {done} de {total} pasajes …",
    nothing_has_changed="Nada ha cambiado: {posts} entradas en {chunks} pasajes.",
    would_change=(
        "+{added} entradas, {changed} cambiadas en {sections} secciones, -{removed}, "
        "unos {seconds} s"
    ),
    and_more="y {count} más",
    could_not_be_read=(
        "{count} páginas no se pudieron leer; lo que sabía de ellas queda como estaba:"
    ),
    reindexed=(
        "Hecho en {seconds:.1f} s: {posts} entradas en {chunks} pasajes "
        "({embedded} nuevos, {kept} conservados, {dropped} quitados)."
    ),
    serves_again=(
        "El índice del {built:%d/%m/%Y %H:%M} UTC vuelve a servir: {posts} entradas en {chunks} "
        "pasajes. Queda así hasta el próximo /reindex."
    ),
    stays="El índice queda como estaba.",
    beginning="Empezando …",
    do_it="Leer otra vez",
    do_it_anyway="Hacerlo de todos modos",
    cancel="Cancelar",
    cancelled="No se ha cambiado nada.",
)
