"""PhotoShare in Spanish and Catalan. Sentences arise in English, where what they tell of happens; here they are said in
the language a browser asks for. `{}` stands for a name or a number and is kept."""

import re
from collections.abc import Callable
from functools import lru_cache

LANGUAGES = ("en", "es", "ca")

Speak = Callable[..., str]
"""From an English sentence, and what fills its gaps, to the other language."""

_WORDS = {
    # the frame
    "Log out": ("Salir", "Surt"),
    "Undo": ("Deshacer", "Desfés"),
    "Timeline": ("Cronología", "Cronologia"),
    "Upload": ("Subir", "Puja"),
    "History": ("Historial", "Historial"),
    "Friends": ("Amigos", "Amics"),
    "Not now": ("Ahora no", "Ara no"),
    "That did not work": ("Eso no ha funcionado", "Això no ha funcionat"),
    "Back to PhotoShare": ("Volver a PhotoShare", "Torna a PhotoShare"),
    "Back to the timeline": ("Volver a la cronología", "Torna a la cronologia"),
    # the door
    "Log in": ("Entrar", "Entra"),
    "Your account is made. Log in with it.": (
        "Tu cuenta está hecha. Entra con ella.",
        "El teu compte està fet. Entra-hi.",
    ),
    "User name": ("Nombre de usuario", "Nom d’usuari"),
    "Password": ("Contraseña", "Contrasenya"),
    "Register": ("Registrarse", "Registra’t"),
    "Your e-mail address is a good one.": ("Tu correo electrónico sirve.", "El teu correu electrònic serveix."),
    "First name": ("Nombre", "Nom"),
    "Last name": ("Apellidos", "Cognoms"),
    "You have an account?": ("¿Tienes una cuenta?", "Tens un compte?"),
    "The name or the password is wrong, or the sign-in service does not answer.": (
        "El nombre o la contraseña no son correctos, o el servicio de entrada no responde.",
        "El nom o la contrasenya no són correctes, o el servei d’entrada no respon.",
    ),
    "Too many wrong passwords. Wait half a minute and try again.": (
        "Demasiadas contraseñas erróneas. Espera medio minuto y vuelve a intentarlo.",
        "Massa contrasenyes errònies. Espera mig minut i torna-ho a provar.",
    ),
    "Take a name without slashes that does not begin with a dot: your e-mail address is a good one.": (
        "Elige un nombre sin barras que no empiece por un punto: tu correo electrónico sirve.",
        "Tria un nom sense barres que no comenci amb un punt: el teu correu electrònic serveix.",
    ),
    "Somebody has this name already.": ("Alguien ya tiene este nombre.", "Algú ja té aquest nom."),
    # … what this platform says of newcomers; others say it in words of their own, which stay as they are
    "There is already a user “{}”.": ("Ya hay un usuario «{}».", "Ja hi ha un usuari «{}»."),
    "Choose another name or address.": ("Elige otro nombre o dirección.", "Tria un altre nom o adreça."),
    "The username is too short: it needs at least {} characters.": (
        "El nombre de usuario es demasiado corto: necesita al menos {} caracteres.",
        "El nom d’usuari és massa curt: calen almenys {} caràcters.",
    ),
    "The password is too short: it needs at least {} characters.": (
        "La contraseña es demasiado corta: necesita al menos {} caracteres.",
        "La contrasenya és massa curta: calen almenys {} caràcters.",
    ),
    "Correct the request; nothing was changed.": (
        "Corrígelo; no se ha cambiado nada.",
        "Corregeix-ho; no s’ha canviat res.",
    ),
    "Nobody can sign up here alone.": (
        "Aquí nadie puede registrarse por su cuenta.",
        "Aquí ningú es pot registrar sol.",
    ),
    "Ask an administrator of this cloud.": (
        "Pídelo a un administrador de esta nube.",
        "Demana-ho a un administrador d’aquest núvol.",
    ),
    "Nobody can join through this app by themselves.": (
        "Nadie puede registrarse por su cuenta en esta aplicación.",
        "Ningú es pot registrar sol en aquesta aplicació.",
    ),
    "An administrator can allow it: {}": (
        "Un administrador puede permitirlo: {}",
        "Un administrador ho pot permetre: {}",
    ),
    "This app may have {} users.": (
        "Esta aplicación puede tener {} usuarios.",
        "Aquesta aplicació pot tenir {} usuaris.",
    ),
    "Ask an administrator for the plan “paid”.": (
        "Pide a un administrador el plan «paid».",
        "Demana a un administrador el pla «paid».",
    ),
    "The account could not be made now. Try again in a moment.": (
        "No se ha podido crear la cuenta. Vuelve a intentarlo en un momento.",
        "No s’ha pogut crear el compte. Torna-ho a provar d’aquí a un moment.",
    ),
    "PhotoShare is not set up yet: its own account is missing in the settings.": (
        "PhotoShare aún no está configurado: falta su propia cuenta en los ajustes.",
        "PhotoShare encara no està configurat: falta el seu compte a la configuració.",
    ),
    "Signing in worked, opening your photos did not: {}": (
        "Has entrado, pero tus fotos no se han abierto: {}",
        "Has entrat, però les fotos no s’han obert: {}",
    ),
    "Signing in worked, opening your photos did not. Try again in a moment.": (
        "Has entrado, pero tus fotos no se han abierto. Vuelve a intentarlo en un momento.",
        "Has entrat, però les fotos no s’han obert. Torna-ho a provar d’aquí a un moment.",
    ),
    # timeline
    "The photos of {} could not be fetched now.": (
        "Las fotos de {} no se han podido traer ahora.",
        "Ara no s’han pogut portar les fotos de {}.",
    ),
    "today": ("hoy", "avui"),
    "{}, by {}": ("{}, de {}", "{}, de {}"),
    "you": ("tú", "tu"),
    "You": ("Tú", "Tu"),
    "only you": ("solo tú", "només tu"),
    "Nothing here yet": ("Aún no hay nada", "Encara no hi ha res"),
    "Upload a photo, or add friends to see theirs.": (
        "Sube una foto, o añade amigos para ver las suyas.",
        "Puja una foto, o afegeix amics per veure les seves.",
    ),
    "Older photos": ("Fotos anteriores", "Fotos anteriors"),
    "That is all. Likes here are kept by PhotoShare and counted apart from those of other apps.": (
        "Eso es todo. Los «me gusta» de aquí los guarda PhotoShare y se cuentan aparte de los de otras aplicaciones.",
        "Això és tot. Els «m’agrada» d’aquí els guarda PhotoShare i es compten a part dels d’altres aplicacions.",
    ),
    "just now": ("ahora mismo", "ara mateix"),
    "1 minute ago": ("hace 1 minuto", "fa 1 minut"),
    "{} minutes ago": ("hace {} minutos", "fa {} minuts"),
    "1 hour ago": ("hace 1 hora", "fa 1 hora"),
    "{} hours ago": ("hace {} horas", "fa {} hores"),
    "Like": ("Me gusta", "M’agrada"),
    "{} and {}": ("{} y {}", "{} i {}"),
    "{} and {} more": ("{} y {} más", "{} i {} més"),
    "{} likes this": ("Le gusta a {}", "Agrada a {}"),
    "{} like this": ("Les gusta a {}", "Agrada a {}"),
    "you like this": ("Te gusta", "T’agrada"),
    # upload
    "Camera": ("Cámara", "Càmera"),
    "Gallery or file": ("Galería o archivo", "Galeria o fitxer"),
    "Who sees them": ("Quién las ve", "Qui les veu"),
    "everyone who has you as a friend": ("todos los que te tienen como amigo", "tothom que et té com a amic"),
    "Only you": ("Solo tú", "Només tu"),
    "can be opened later in History": ("se pueden abrir después en Historial", "es poden obrir després a Historial"),
    "On the way": ("En camino", "De camí"),
    "Choose a photo first.": ("Elige primero una foto.", "Tria primer una foto."),
    "done": ("listo", "fet"),
    "“{}” is empty: nothing was uploaded.": (
        "«{}» está vacío: no se ha subido nada.",
        "«{}» és buit: no s’ha pujat res.",
    ),
    "“{}” is larger than {} MB.": ("«{}» pasa de {} MB.", "«{}» passa de {} MB."),
    "“{}” has more than {} million pixels.": (
        "«{}» tiene más de {} millones de píxeles.",
        "«{}» té més de {} milions de píxels.",
    ),
    "“{}” is not a picture, or it is damaged.": (
        "«{}» no es una imagen, o está dañada.",
        "«{}» no és una imatge, o està malmesa.",
    ),
    "“{}” takes too much time or memory to look at.": (
        "Mirar «{}» requiere demasiado tiempo o memoria.",
        "Mirar «{}» requereix massa temps o memòria.",
    ),
    "“{}” does not fit: your cloud is full.": (
        "«{}» no cabe: tu nube está llena.",
        "«{}» no hi cap: el teu núvol és ple.",
    ),
    "The connection broke.": ("Se ha cortado la conexión.", "S’ha tallat la connexió."),
    "Try again": ("Reintentar", "Reintenta"),
    "Take back": ("Retirar", "Retira"),
    "Pause": ("Pausar", "Pausa"),
    "Go on": ("Continuar", "Continua"),
    "waits": ("en espera", "en espera"),
    "1 photo": ("1 foto", "1 foto"),
    "{} photos": ("{} fotos", "{} fotos"),
    "{}, 1 waits for you": ("{}, 1 te espera", "{}, 1 t’espera"),
    "{}, {} wait for you": ("{}, {} te esperan", "{}, {} t’esperen"),
    "Leave out": ("Dejar fuera", "Deixa fora"),
    "All photos": ("Todas las fotos", "Totes les fotos"),
    # history
    "yesterday, {}": ("ayer, {}", "ahir, {}"),
    "Select": ("Elegir", "Tria"),
    "Select all": ("Elegir todas", "Tria-les totes"),
    "Cancel": ("Cancelar", "Cancel·la"),
    "{}, only you": ("{}, solo tú", "{}, només tu"),
    "Friends see {} photos now.": ("Tus amigos ya ven {} fotos.", "Els amics ja veuen {} fotos."),
    "Only you see {} photos now.": ("Ahora {} fotos solo las ves tú.", "Ara {} fotos només les veus tu."),
    "{} photos are in the trash.": ("{} fotos están en la papelera.", "{} fotos són a la paperera."),
    "{} photos are back.": ("{} fotos han vuelto.", "{} fotos han tornat."),
    "Show": ("Mostrar", "Mostra"),
    "All": ("Todas", "Totes"),
    "Friends see": ("Las ven amigos", "Les veuen amics"),
    "Likes:": ("Me gusta:", "M’agrada:"),
    "Move {} to the trash": ("Mover {} a la papelera", "Mou {} a la paperera"),
    "Move to trash": ("Mover a la papelera", "Mou a la paperera"),
    "{}: Only you. Show to friends": ("{}: solo tú. Mostrar a amigos", "{}: només tu. Mostra als amics"),
    "{}: Friends see it. Make private": (
        "{}: la ven tus amigos. Hacer privada",
        "{}: la veuen els amics. Fes-la privada",
    ),
    "Show to friends": ("Mostrar a amigos", "Mostra als amics"),
    "Make private": ("Hacer privada", "Fes-la privada"),
    "Nothing of that kind": ("Nada de ese tipo", "Res d’aquesta mena"),
    "No photos yet": ("Aún no hay fotos", "Encara no hi ha fotos"),
    "Choose another list above.": ("Elige otra lista arriba.", "Tria una altra llista a dalt."),
    "What you upload appears here, the newest first.": (
        "Lo que subes aparece aquí, lo más nuevo primero.",
        "El que puges surt aquí, el més nou primer.",
    ),
    "This photo is not here any more.": ("Esta foto ya no está aquí.", "Aquesta foto ja no és aquí."),
    "Friends see this photo now.": ("Tus amigos ya ven esta foto.", "Els amics ja veuen aquesta foto."),
    "Only you see this photo now.": ("Ahora esta foto solo la ves tú.", "Ara aquesta foto només la veus tu."),
    "“{}” is in the trash.": ("«{}» está en la papelera.", "«{}» és a la paperera."),
    "It is not in the trash any more.": ("Ya no está en la papelera.", "Ja no és a la paperera."),
    "The photo is back.": ("La foto ha vuelto.", "La foto ha tornat."),
    # friends
    "no photos yet": ("aún no hay fotos", "encara no hi ha fotos"),
    "1 photo for friends": ("1 foto para amigos", "1 foto per als amics"),
    "{} photos for friends": ("{} fotos para amigos", "{} fotos per als amics"),
    "Find people by name": ("Buscar personas por nombre", "Cerca persones pel nom"),
    "Search": ("Buscar", "Cerca"),
    "Found": ("Encontrados", "Trobats"),
    "Add": ("Añadir", "Afegeix"),
    "Add {}": ("Añadir a {}", "Afegeix {}"),
    "Nobody else here has “{}” in the name.": (
        "Nadie más aquí tiene «{}» en el nombre.",
        "Ningú més aquí té «{}» al nom.",
    ),
    "Your friends": ("Tus amigos", "Els teus amics"),
    "has you as a friend too": ("también te tiene como amigo", "també et té com a amic"),
    "you see their photos, they have not added you": (
        "ves sus fotos, pero no te ha añadido",
        "veus les seves fotos, però no t’ha afegit",
    ),
    "Remove": ("Quitar", "Treu"),
    "Remove {}": ("Quitar a {}", "Treu {}"),
    "Nobody yet. Search for a part of a name.": (
        "Nadie todavía. Busca una parte de un nombre.",
        "Ningú encara. Cerca una part d’un nom.",
    ),
    "Adding someone shows you the photos they open to friends. They see yours when they add you.": (
        "Al añadir a alguien ves las fotos que abre a sus amigos. Verá las tuyas cuando te añada.",
        "En afegir algú veus les fotos que obre als amics. Veurà les teves quan t’afegeixi.",
    ),
    "You see the photos of {} now.": ("Ahora ves las fotos de {}.", "Ara veus les fotos de {}."),
    "{} is not your friend any more.": ("{} ya no es tu amigo.", "{} ja no és amic teu."),
    "That is you: your own photos are in your timeline anyway.": (
        "Ese eres tú: tus fotos ya están en tu cronología.",
        "Ets tu: les teves fotos ja són a la cronologia.",
    ),
    "Nobody here is called “{}”. Search for a part of the name.": (
        "Aquí nadie se llama «{}». Busca una parte del nombre.",
        "Aquí ningú es diu «{}». Cerca una part del nom.",
    ),
    # refusals
    "This photo cannot be liked from here. Open the timeline again.": (
        "Desde aquí no se puede marcar esta foto. Abre otra vez la cronología.",
        "Des d’aquí no es pot marcar aquesta foto. Torna a obrir la cronologia.",
    ),
    "Another site asked for this. Open PhotoShare and try again there.": (
        "Lo ha pedido otro sitio. Abre PhotoShare y vuelve a intentarlo allí.",
        "Ho ha demanat un altre lloc. Obre PhotoShare i torna-ho a provar allà.",
    ),
    "That is more than 1 GB at once. Send fewer photos.": (
        "Es más de 1 GB de una vez. Envía menos fotos.",
        "És més d’1 GB d’un cop. Envia menys fotos.",
    ),
    "There is no such photo.": ("No existe esa foto.", "No hi ha aquesta foto."),
    "There is nothing at this address.": ("No hay nada en esta dirección.", "No hi ha res en aquesta adreça."),
    "The cloud refused: {}": ("La nube lo ha rechazado: {}", "El núvol ho ha refusat: {}"),
    "Too many people changed this at the same moment. Try again.": (
        "Demasiadas personas lo han cambiado a la vez. Vuelve a intentarlo.",
        "Massa gent ho ha canviat alhora. Torna-ho a provar.",
    ),
    "“{}” of PhotoShare's own account holds something else. Nothing was changed.": (
        "«{}», de la cuenta de PhotoShare, contiene otra cosa. No se ha cambiado nada.",
        "«{}», del compte de PhotoShare, conté una altra cosa. No s’ha canviat res.",
    ),
    "The cloud does not answer. Try again in a moment.": (
        "La nube no responde. Vuelve a intentarlo en un momento.",
        "El núvol no respon. Torna-ho a provar d’aquí a un moment.",
    ),
}

_MONTHS = {
    language: names.split()
    for language, names in {
        "en": "January February March April May June July August September October November December",
        "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "ca": "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
    }.items()
}

_TELLING = 18
"""Letters from which on a sentence is known by its words, whatever stands in its gaps."""

_PATTERNS = [
    (re.compile(re.escape(said).replace(r"\{\}", "(.+?)"), re.DOTALL), others)
    for said, others in _WORDS.items()
    if "{}" in said and len(said) > _TELLING
]


def language(accepted: str) -> str:
    """The first of ours that an Accept-Language header wishes for most; English without a wish."""
    wishes: list[tuple[float, str]] = []
    for part in accepted.split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            wishes.append((float(weight or 1), tag.partition("-")[0].lower()))
        except ValueError:
            continue
    wishes.sort(key=lambda wish: -wish[0])
    return next((tag for weight, tag in wishes if weight > 0 and tag in LANGUAGES), "en")


@lru_cache(maxsize=len(LANGUAGES))
def speaker(language: str) -> Speak:
    """Says a sentence of ours in this language; what it does not know it says as it is."""

    def speak(sentence: str, *filling: object) -> str:
        if language == "en":
            return sentence.format(*filling) if filling else sentence
        which = 0 if language == "es" else 1
        if sentence in _WORDS:
            said = _WORDS[sentence][which]
            return said.format(*filling) if filling else said
        for pattern, others in _PATTERNS:
            if found := pattern.fullmatch(sentence):
                return others[which].format(*found.groups())
        several = sentence.split(". ")
        return (
            " ".join(speak(one) for one in [f"{one}." for one in several[:-1]] + several[-1:])
            if several[1:]
            else sentence
        )

    return speak


def month(language: str, number: int) -> str:
    """The name of a month, counted from 1."""
    return _MONTHS[language][number - 1]
