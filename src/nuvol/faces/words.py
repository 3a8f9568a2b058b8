"""What the plain pages say, in Spanish and Catalan too. Sentences stand in English where they are said; here they are
said in the language a browser asks for. `{}` stands for a name or a number and is kept.

No sentence of `WORDS` holds a character that HTML escapes, so what fills one may be text, or be marked up already.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache

from nuvol.clock import SECOND
from nuvol.errors import CloudError
from nuvol.faces.http import Request

LANGUAGES = ("en", "es", "ca")

WORDS = {
    # all pages
    "Sign in": ("Entrar", "Entra"),
    "Sign out": ("Salir", "Surt"),
    "Name or e-mail": ("Nombre o correo", "Nom o correu"),
    "Password": ("Contraseña", "Contrasenya"),
    "Make an account": ("Crear una cuenta", "Crea un compte"),
    "Open": ("Abrir", "Obre"),
    "Go on": ("Seguir", "Continua"),
    "Nothing here": ("Aquí no hay nada", "Aquí no hi ha res"),
    "There is nothing at this address.": ("No hay nada en esta dirección.", "No hi ha res en aquesta adreça."),
    "That did not work": ("Eso no ha funcionado", "Això no ha funcionat"),
    "That is not possible": ("Eso no es posible", "Això no és possible"),
    "That password does not fit this name.": (
        "Esa contraseña no corresponde a ese nombre.",
        "Aquesta contrasenya no correspon a aquest nom.",
    ),
    # set-up, joining, and the welcome
    "Make this cloud yours": ("Haz tuya esta nube", "Fes teu aquest núvol"),
    "You are the first here. This account looks after the others.": (
        "Eres la primera persona aquí. Esta cuenta cuida de las demás.",
        "Ets la primera persona aquí. Aquest compte té cura dels altres.",
    ),
    "Make your account": ("Crea tu cuenta", "Crea el teu compte"),
    "You were asked to join this cloud.": (
        "Te han invitado a unirte a esta nube.",
        "T’han convidat a unir-te a aquest núvol.",
    ),
    "Name to sign in with": ("Nombre para entrar", "Nom per entrar"),
    "E-mail": ("Correo electrónico", "Correu electrònic"),
    "At least {} characters. A sentence is stronger than a riddle.": (
        "Al menos {} caracteres. Una frase es más fuerte que un acertijo.",
        "Almenys {} caràcters. Una frase és més forta que un enigma.",
    ),
    "Make the account": ("Crear la cuenta", "Crea el compte"),
    "Nobody lives here yet": ("Aquí aún no vive nadie", "Aquí encara no hi viu ningú"),
    "This cloud has no account so far.": (
        "Esta nube aún no tiene ninguna cuenta.",
        "Aquest núvol encara no té cap compte.",
    ),
    "Open the set-up link that “nuvol serve” wrote when it started. A new one is written at every start.": (
        "Abre el enlace de configuración que «nuvol serve» escribió al arrancar. En cada arranque escribe uno nuevo.",
        "Obre l’enllaç de configuració que «nuvol serve» va escriure en arrencar. Cada vegada n’escriu un de nou.",
    ),
    "This link is used up": ("Este enlace ya no sirve", "Aquest enllaç ja no serveix"),
    "A set-up link is good once, for a day, and only as long as there is no administrator.": (
        "Un enlace de configuración sirve una vez, durante un día y mientras no haya administrador.",
        "Un enllaç de configuració serveix un cop, durant un dia i mentre no hi hagi administrador.",
    ),
    "If nobody has made an account yet, start the server again: it writes a new link.": (
        "Si nadie ha creado aún una cuenta, arranca el servidor otra vez: escribe un enlace nuevo.",
        "Si ningú no ha creat encara un compte, torna a arrencar el servidor: escriu un enllaç nou.",
    ),
    "Share it once more": ("Compártelo otra vez", "Torna-ho a compartir"),
    "This browser has not yet set up the part of Nuvol that takes what other apps share. Nothing was stored.": (
        "Este navegador aún no ha preparado la parte de Nuvol que recibe lo que comparten otras aplicaciones. "
        "No se ha guardado nada.",
        "Aquest navegador encara no ha preparat la part de Nuvol que rep el que comparteixen altres aplicacions. "
        "No s’ha desat res.",
    ),
    "Open Nuvol, wait a moment, and share again.": (
        "Abre Nuvol, espera un momento y compártelo otra vez.",
        "Obre Nuvol, espera un moment i torna-ho a compartir.",
    ),
    "Open Nuvol": ("Abrir Nuvol", "Obre Nuvol"),
    "Welcome": ("Te damos la bienvenida", "Et donem la benvinguda"),
    "Hello, {}": ("Hola, {}", "Hola, {}"),
    "used": ("en uso", "en ús"),
    "of {} used": ("de {} en uso", "de {} en ús"),
    "Bring your files here": ("Trae aquí tus archivos", "Porta aquí els teus fitxers"),
    "Any WebDAV program: this address, your name and your password": (
        "Cualquier programa WebDAV: esta dirección, tu nombre y tu contraseña",
        "Qualsevol programa WebDAV: aquesta adreça, el teu nom i la teva contrasenya",
    ),
    "rclone, once": ("rclone, una vez", "rclone, un cop"),
    "rclone: put a folder in": ("rclone: subir una carpeta", "rclone: pujar una carpeta"),
    "curl: get something back": ("curl: recuperar algo", "curl: recuperar una cosa"),
    "YOUR-PASSWORD": ("TU-CONTRASEÑA", "LA-TEVA-CONTRASENYA"),
    "A phone or a script should have a password of its own, which can be taken back alone. Programs find all they need "
    "in the {}.": (
        "Un teléfono o un script debería tener una contraseña propia, que se puede retirar por separado. Los programas "
        "encuentran todo lo que necesitan en la {}.",
        "Un telèfon o un script hauria de tenir una contrasenya pròpia, que es pot retirar per separat. Els programes "
        "troben tot el que necessiten a l’{}.",
    ),
    # the question of an app
    "{} asks": ("{} pregunta", "{} pregunta"),
    "{} would like to use your cloud": ("{} quiere usar tu nube", "{} vol fer servir el teu núvol"),
    "{} would like to use your cloud at {}. First say who you are; it does not see your password.": (
        "{} quiere usar tu nube en {}. Primero di quién eres; no verá tu contraseña.",
        "{} vol fer servir el teu núvol a {}. Primer digues qui ets; no veurà la teva contrasenya.",
    ),
    "You are signed in as {}.": ("Has entrado como {}.", "Has entrat com a {}."),
    "Not you?": ("¿No eres tú?", "No ets tu?"),
    "Work with all your files": ("Trabajar con todos tus archivos", "Treballar amb tots els teus fitxers"),
    "see, add, change, move and delete them; deleted ones are in the trash": (
        "verlos, añadir, cambiarlos, moverlos y eliminarlos; los eliminados están en la papelera",
        "veure’ls, afegir-ne, canviar-los, moure’ls i suprimir-los; els suprimits són a la paperera",
    ),
    "Work with your calendars": ("Trabajar con tus calendarios", "Treballar amb els teus calendaris"),
    "see, add, change and delete what is in them": (
        "ver, añadir, cambiar y eliminar lo que hay en ellos",
        "veure, afegir, canviar i suprimir el que hi ha",
    ),
    "See who you are": ("Ver quién eres", "Veure qui ets"),
    "your name and e-mail address": ("tu nombre y tu correo electrónico", "el teu nom i el teu correu electrònic"),
    "Work with a folder of its own": ("Trabajar con una carpeta propia", "Treballar amb una carpeta pròpia"),
    "/Apps/{}, and nothing beside it": ("/Apps/{}, y nada más", "/Apps/{}, i res més"),
    "It never sees your password and cannot delete for good. You can disconnect it at any time.": (
        "Nunca ve tu contraseña y no puede eliminar nada para siempre. Puedes desconectarla cuando quieras.",
        "No veu mai la teva contrasenya i no pot eliminar res per sempre. La pots desconnectar quan vulguis.",
    ),
    "Deny": ("Denegar", "Denega"),
    "Allow": ("Permitir", "Permet"),
    "You will get a code to copy into the app.": (
        "Recibirás un código para copiarlo en la aplicación.",
        "Rebràs un codi per copiar-lo a l’aplicació.",
    ),
    "You go back to {}.": ("Volverás a {}.", "Tornaràs a {}."),
    "This question waits for 1 minute.": ("Esta pregunta espera 1 minuto.", "Aquesta pregunta espera 1 minut."),
    "This question waits for {} minutes.": ("Esta pregunta espera {} minutos.", "Aquesta pregunta espera {} minuts."),
    "Allowed": ("Permitido", "Permès"),
    "{} may come in": ("{} puede entrar", "{} pot entrar"),
    "Copy this code into the app:": ("Copia este código en la aplicación:", "Copia aquest codi a l’aplicació:"),
    "It belongs to the request {} and is good once. You can close this page afterwards.": (
        "Pertenece a la solicitud {} y sirve una vez. Después puedes cerrar esta página.",
        "Pertany a la sol·licitud {} i serveix un cop. Després pots tancar aquesta pàgina.",
    ),
    "Not allowed": ("No permitido", "No permès"),
    "Nothing was given to the app.": (
        "La aplicación no ha recibido nada.",
        "L’aplicació no ha rebut res.",
    ),
    "This question is over": ("Esta pregunta ha terminado", "Aquesta pregunta s’ha acabat"),
    "Go back to the app and begin there once more.": (
        "Vuelve a la aplicación y empieza allí otra vez.",
        "Torna a l’aplicació i comença-hi de nou.",
    ),
    # the page of a link
    "A link with a password": ("Un enlace con contraseña", "Un enllaç amb contrasenya"),
    "This link has a password": ("Este enlace tiene contraseña", "Aquest enllaç té contrasenya"),
    "Whoever sent you the link can tell it.": (
        "Quien te envió el enlace te la puede decir.",
        "Qui et va enviar l’enllaç te la pot dir.",
    ),
    "Files you add here are seen by the owner only.": (
        "Los archivos que añadas aquí solo los ve su propietario.",
        "Els fitxers que afegeixis aquí només els veu el propietari.",
    ),
    "shared by {}": ("compartido por {}", "compartit per {}"),
    "shared by {} until {}": ("compartido por {} hasta el {}", "compartit per {} fins al dia {}"),
    "This page works without an account.": (
        "Esta página funciona sin cuenta.",
        "Aquesta pàgina funciona sense compte.",
    ),
    "Where you are": ("Dónde estás", "On ets"),
    "Files": ("Archivos", "Fitxers"),
    "Pictures": ("Imágenes", "Imatges"),
    "Before": ("Anterior", "Anterior"),
    "Next": ("Siguiente", "Següent"),
    "Download": ("Descargar", "Baixa"),
    "Download all": ("Descargar todo", "Baixa-ho tot"),
    "Download {}": ("Descargar {}", "Baixa {}"),
    "Keep in my cloud": ("Guardar en mi nube", "Desa al meu núvol"),
    "There is nothing here yet.": ("Aún no hay nada aquí.", "Encara no hi ha res aquí."),
    "Further files": ("Más archivos", "Més fitxers"),
    "1 folder": ("1 carpeta", "1 carpeta"),
    "{} folders": ("{} carpetas", "{} carpetes"),
    "1 picture": ("1 imagen", "1 imatge"),
    "{} pictures": ("{} imágenes", "{} imatges"),
    "1 file": ("1 archivo", "1 fitxer"),
    "{} files": ("{} archivos", "{} fitxers"),
    "{} and more": ("{} y más", "{} i més"),
    "This link counts downloads, so nothing is shown beforehand.": (
        "Este enlace cuenta las descargas, por eso no se muestra nada antes.",
        "Aquest enllaç compta les baixades, per això no es mostra res abans.",
    ),
    "This is the beginning; download it for the rest.": (
        "Esto es el principio; descárgalo para ver el resto.",
        "Això és el començament; baixa’l per veure’n la resta.",
    ),
    "A browser cannot show this kind of file.": (
        "Un navegador no puede mostrar este tipo de archivo.",
        "Un navegador no pot mostrar aquesta mena de fitxer.",
    ),
    "Open it here": ("Abrir aquí", "Obre’l aquí"),
    "Add files": ("Añadir archivos", "Afegeix fitxers"),
    "{} gets them.": ("Los recibe {}.", "Els rep {}."),
    "Files to add": ("Archivos que añadir", "Fitxers per afegir"),
    "Send": ("Enviar", "Envia"),
    "It is in your files now.": ("Ya está entre tus archivos.", "Ja és entre els teus fitxers."),
    "Nothing was chosen.": ("No se ha elegido nada.", "No s’ha triat res."),
    "Thank you: one file has arrived.": ("Gracias: ha llegado un archivo.", "Gràcies: ha arribat un fitxer."),
    "Thank you: {} files have arrived.": ("Gracias: han llegado {} archivos.", "Gràcies: han arribat {} fitxers."),
    "For people of this cloud": ("Para gente de esta nube", "Per a la gent d’aquest núvol"),
    "Sign in, then open the link again.": (
        "Entra y abre el enlace otra vez.",
        "Entra i torna a obrir l’enllaç.",
    ),
    "This link leads nowhere": ("Este enlace no lleva a ninguna parte", "Aquest enllaç no porta enlloc"),
    "It may have ended, have been used up, or been taken back.": (
        "Puede que haya terminado, se haya agotado o se haya retirado.",
        "Potser s’ha acabat, s’ha exhaurit o s’ha retirat.",
    ),
    "Ask whoever sent it to you for a new one.": (
        "Pide uno nuevo a quien te lo envió.",
        "Demana’n un de nou a qui te’l va enviar.",
    ),
}
"""From English to Spanish and Catalan. Terms are those of the desktop (web/src/lib/words)."""

REFUSALS = {
    # the question of an app
    "The answer must be Allow or Deny.": (
        "La respuesta debe ser Permitir o Denegar.",
        "La resposta ha de ser Permet o Denega.",
    ),
    "Press one of the two buttons.": ("Pulsa uno de los dos botones.", "Prem un dels dos botons."),
    "This question was answered already, or is too old.": (
        "Esta pregunta ya se respondió o es demasiado antigua.",
        "Aquesta pregunta ja es va respondre o és massa antiga.",
    ),
    "This question was answered already.": ("Esta pregunta ya se respondió.", "Aquesta pregunta ja es va respondre."),
    "The app that asked is not known any more.": (
        "La aplicación que preguntó ya no se conoce aquí.",
        "L’aplicació que preguntava ja no es coneix aquí.",
    ),
    "The app that asked was shut out.": (
        "La aplicación que preguntó fue excluida.",
        "L’aplicació que preguntava va ser exclosa.",
    ),
    "This answer does not come from the page that asked.": (
        "Esta respuesta no viene de la página que preguntó.",
        "Aquesta resposta no ve de la pàgina que preguntava.",
    ),
    "Open the page again.": ("Abre la página otra vez.", "Torna a obrir la pàgina."),
    # the page of a link
    "This link opens with a password.": (
        "Este enlace se abre con una contraseña.",
        "Aquest enllaç s’obre amb una contrasenya.",
    ),
    "The password of this link is wrong.": (
        "La contraseña de este enlace no es correcta.",
        "La contrasenya d’aquest enllaç no és correcta.",
    ),
    "Give the password that came with the link.": (
        "Da la contraseña que venía con el enlace.",
        "Dona la contrasenya que venia amb l’enllaç.",
    ),
    "This link is for people with an account here.": (
        "Este enlace es para personas con cuenta aquí.",
        "Aquest enllaç és per a persones amb compte aquí.",
    ),
    "This link takes files and shows none.": (
        "Este enlace recibe archivos y no muestra ninguno.",
        "Aquest enllaç rep fitxers i no en mostra cap.",
    ),
    "Nothing can be uploaded with this link.": (
        "Con este enlace no se puede subir nada.",
        "Amb aquest enllaç no es pot pujar res.",
    ),
    "There is no such file or folder behind this link.": (
        "Tras este enlace no hay tal archivo o carpeta.",
        "Darrere d’aquest enllaç no hi ha tal fitxer o carpeta.",
    ),
    "This is a folder.": ("Esto es una carpeta.", "Això és una carpeta."),
    "Fetch it as a zip.": ("Descárgala como zip.", "Baixa-la com a zip."),
    # names, addresses and passwords of newcomers
    "An account needs a name.": ("Una cuenta necesita un nombre.", "Un compte necessita un nom."),
    "The name is too long: at most {} characters.": (
        "El nombre es demasiado largo: como mucho {} caracteres.",
        "El nom és massa llarg: com a molt {} caràcters.",
    ),
    "The name holds a control character.": (
        "El nombre contiene un carácter de control.",
        "El nom conté un caràcter de control.",
    ),
    "The name must not hold “{}”.": ("El nombre no debe contener «{}».", "El nom no ha de contenir «{}»."),
    "A name with “@” must be the e-mail address of the account itself.": (
        "Un nombre con «@» debe ser el correo electrónico de la propia cuenta.",
        "Un nom amb «@» ha de ser el correu electrònic del mateix compte.",
    ),
    "That is no e-mail address: it should look like name@example.org.": (
        "Eso no es una dirección de correo: debería ser como nombre@example.org.",
        "Això no és una adreça de correu: hauria de ser com nom@example.org.",
    ),
    "The password is too short: it needs at least {} characters.": (
        "La contraseña es demasiado corta: necesita al menos {} caracteres.",
        "La contrasenya és massa curta: calen almenys {} caràcters.",
    ),
    "The password is too long: at most {} bytes.": (
        "La contraseña es demasiado larga: como mucho {} bytes.",
        "La contrasenya és massa llarga: com a molt {} bytes.",
    ),
    "A password is text: this one holds half a character.": (
        "Una contraseña es texto: esta contiene medio carácter.",
        "Una contrasenya és text: aquesta conté mig caràcter.",
    ),
    "This is an app password: choose another one for the account.": (
        "Esta es una contraseña de aplicación: elige otra para la cuenta.",
        "Aquesta és una contrasenya d’aplicació: tria’n una altra per al compte.",
    ),
    "There is already an account with the name or address “{}”.": (
        "Ya hay una cuenta con el nombre o la dirección «{}».",
        "Ja hi ha un compte amb el nom o l’adreça «{}».",
    ),
    "Choose another name or address.": ("Elige otro nombre o dirección.", "Tria un altre nom o adreça."),
    "This invitation is for another e-mail address.": (
        "Esta invitación es para otra dirección de correo.",
        "Aquesta invitació és per a una altra adreça de correu.",
    ),
    "There is no such invitation, or not any more.": (
        "No existe esa invitación, o ya no.",
        "No hi ha aquesta invitació, o ja no.",
    ),
    "The link was used already or is too old; ask for a new one.": (
        "El enlace ya se usó o es demasiado antiguo; pide uno nuevo.",
        "L’enllaç ja es va fer servir o és massa antic; demana’n un de nou.",
    ),
    "This set-up link is not valid, or not any more.": (
        "Este enlace de configuración no es válido, o ya no.",
        "Aquest enllaç de configuració no és vàlid, o ja no.",
    ),
    "Start the server again for a new one; when there is an administrator already, sign in.": (
        "Arranca el servidor otra vez para tener uno nuevo; si ya hay un administrador, entra.",
        "Torna a arrencar el servidor per tenir-ne un de nou; si ja hi ha un administrador, entra.",
    ),
    "Nobody can join this cloud by themselves.": (
        "Nadie puede unirse a esta nube por su cuenta.",
        "Ningú no es pot unir a aquest núvol pel seu compte.",
    ),
    "Ask an administrator for an account.": (
        "Pide una cuenta a un administrador.",
        "Demana un compte a un administrador.",
    ),
    "One joins this cloud by invitation.": (
        "A esta nube se entra por invitación.",
        "En aquest núvol s’hi entra per invitació.",
    ),
    "Ask an administrator for a link.": (
        "Pide un enlace a un administrador.",
        "Demana un enllaç a un administrador.",
    ),
    "Too many failed attempts.": ("Demasiados intentos fallidos.", "Massa intents fallits."),
    "Wait {}.{} seconds and try again.": (
        "Espera {},{} segundos y vuelve a intentarlo.",
        "Espera {},{} segons i torna-ho a provar.",
    ),
    "Too many people are signing in at this moment.": (
        "Demasiada gente está entrando en este momento.",
        "Massa gent està entrant en aquest moment.",
    ),
    # what else may go wrong: a sentence, or what to do about it
    "Nobody is signed in.": ("Nadie ha entrado.", "No ha entrat ningú."),
    "Sign in again.": ("Entra otra vez.", "Torna a entrar."),
    "Another site asked for this.": ("Lo ha pedido otro sitio.", "Ho ha demanat un altre lloc."),
    "Open the page of this cloud and try again there.": (
        "Abre la página de esta nube y vuelve a intentarlo allí.",
        "Obre la pàgina d’aquest núvol i torna-ho a provar allà.",
    ),
    "The form cannot be read.": ("El formulario no se puede leer.", "El formulari no es pot llegir."),
    "The body is longer than the {} bytes that are taken here.": (
        "Lo enviado pasa de los {} bytes que se admiten aquí.",
        "El que s’ha enviat passa dels {} bytes que s’admeten aquí.",
    ),
    "The query of the address cannot be read.": (
        "La consulta de la dirección no se puede leer.",
        "La consulta de l’adreça no es pot llegir.",
    ),
    "The address holds a % that is not followed by two hexadecimal digits.": (
        "La dirección contiene un % al que no siguen dos cifras hexadecimales.",
        "L’adreça conté un % que no va seguit de dues xifres hexadecimals.",
    ),
    "The address is not UTF-8.": ("La dirección no es UTF-8.", "L’adreça no és UTF-8."),
    "The address holds a NUL.": ("La dirección contiene un NUL.", "L’adreça conté un NUL."),
    "An upload is multipart/form-data with a boundary.": (
        "Una subida es multipart/form-data con un límite.",
        "Una pujada és multipart/form-data amb un límit.",
    ),
    "The upload broke off before its last boundary.": (
        "La subida se cortó antes de su último límite.",
        "La pujada es va tallar abans de l’últim límit.",
    ),
    "A boundary of the upload is followed by something else.": (
        "A un límite de la subida le sigue otra cosa.",
        "A un límit de la pujada el segueix una altra cosa.",
    ),
    "The upload has more than {} parts.": ("La subida tiene más de {} partes.", "La pujada té més de {} parts."),
    "The head of a part of the upload is too long.": (
        "El encabezado de una parte de la subida es demasiado largo.",
        "La capçalera d’una part de la pujada és massa llarga.",
    ),
    "A part of the upload has no name.": (
        "Una parte de la subida no tiene nombre.",
        "Una part de la pujada no té nom.",
    ),
    "A file name of the upload is not UTF-8.": (
        "Un nombre de archivo de la subida no es UTF-8.",
        "Un nom de fitxer de la pujada no és UTF-8.",
    ),
    "A name may not be empty.": ("Un nombre no puede estar vacío.", "Un nom no pot ser buit."),
    "“{}” is not a name.": ("«{}» no es un nombre.", "«{}» no és un nom."),
    "A name may not contain “/” or NUL.": (
        "Un nombre no puede contener «/» ni NUL.",
        "Un nom no pot contenir «/» ni NUL.",
    ),
    "The name is not valid Unicode.": ("El nombre no es Unicode válido.", "El nom no és Unicode vàlid."),
    "The name has {} bytes; {} are allowed.": (
        "El nombre tiene {} bytes; se permiten {}.",
        "El nom té {} bytes; se’n permeten {}.",
    ),
    "Use 1 to 255 bytes of UTF-8 without “/” and NUL; “.” and “..” are no names.": (
        "Usa de 1 a 255 bytes de UTF-8 sin «/» ni NUL; «.» y «..» no son nombres.",
        "Fes servir d’1 a 255 bytes d’UTF-8 sense «/» ni NUL; «.» i «..» no són noms.",
    ),
    "There is already something called “{}” in this folder.": (
        "En esta carpeta ya hay algo que se llama «{}».",
        "En aquesta carpeta ja hi ha una cosa que es diu «{}».",
    ),
    "Choose another name, or say that the present one may be replaced.": (
        "Elige otro nombre, o di que el actual se puede reemplazar.",
        "Tria un altre nom, o digues que l’actual es pot substituir.",
    ),
    "It is locked by another program.": ("Otro programa lo tiene bloqueado.", "Un altre programa el té blocat."),
    "Wait until the lock is released or expires, or send its token.": (
        "Espera a que el bloqueo se libere o caduque.",
        "Espera que el blocatge s’alliberi o caduqui.",
    ),
    "It does not fit: {} bytes are free.": ("No cabe: quedan {} bytes libres.", "No hi cap: queden {} bytes lliures."),
    "Delete something and empty the trash, or ask for more space.": (
        "Elimina algo y vacía la papelera, o pide más espacio.",
        "Suprimeix alguna cosa i buida la paperera, o demana més espai.",
    ),
    "There is no such file or folder.": ("No existe ese archivo o carpeta.", "No hi ha aquest fitxer o carpeta."),
    "The folder that should hold it does not exist.": (
        "La carpeta que debería contenerlo no existe.",
        "La carpeta que l’hauria de contenir no existeix.",
    ),
    "Create the folder first.": ("Crea primero la carpeta.", "Crea primer la carpeta."),
    "You may read this folder, not change it.": (
        "Puedes leer esta carpeta, no cambiarla.",
        "Pots llegir aquesta carpeta, no canviar-la.",
    ),
    "Ask the owner for more.": ("Pide más al propietario.", "Demana’n més al propietari."),
    "Check the address; it may have been moved or deleted.": (
        "Comprueba la dirección; puede que se haya movido o eliminado.",
        "Comprova l’adreça; potser s’ha mogut o suprimit.",
    ),
    "Read the present state and decide anew.": (
        "Mira el estado actual y decide de nuevo.",
        "Mira l’estat actual i torna a decidir.",
    ),
    "It is not in the state that If-Match names.": (
        "No está en el estado que nombra If-Match.",
        "No és en l’estat que anomena If-Match.",
    ),
    "It changed after the time that If-Unmodified-Since names.": (
        "Cambió después del momento que nombra If-Unmodified-Since.",
        "Va canviar després del moment que anomena If-Unmodified-Since.",
    ),
    "Somebody changed it meanwhile: fetch the present version and decide anew.": (
        "Alguien lo cambió mientras tanto: toma la versión actual y decide de nuevo.",
        "Algú ho ha canviat mentrestant: agafa la versió actual i torna a decidir.",
    ),
    "Ask again in a moment; the photo's `state` says whether one is being made.": (
        "Vuelve a pedirla en un momento; puede que se esté haciendo.",
        "Torna-la a demanar d’aquí a un moment; potser s’està fent.",
    ),
    "Ask the owner or an administrator.": (
        "Pregunta al propietario o a un administrador.",
        "Pregunta-ho al propietari o a un administrador.",
    ),
    "Let the app in again.": ("Vuelve a dejar entrar la aplicación.", "Torna a deixar entrar l’aplicació."),
    "Correct the request; nothing was changed.": (
        "Corrígelo; no se ha cambiado nada.",
        "Corregeix-ho; no s’ha canviat res.",
    ),
    "Send less at once.": ("Envía menos de una vez.", "Envia menys d’un cop."),
    "Try again; if it happens again, run `nuvol doctor`.": (
        "Inténtalo otra vez; si se repite, ejecuta `nuvol doctor`.",
        "Torna-ho a provar; si es repeteix, executa `nuvol doctor`.",
    ),
    "Try again in a moment.": ("Vuelve a intentarlo en un momento.", "Torna-ho a provar d’aquí a un moment."),
    "The server is busy.": ("El servidor está ocupado.", "El servidor està ocupat."),
    "The disk of the server is full: free space there. Reading and deleting still work.": (
        "El disco del servidor está lleno: libera espacio allí. Leer y eliminar todavía funciona.",
        "El disc del servidor és ple: allibera-hi espai. Llegir i suprimir encara funciona.",
    ),
    "The disk or database of the server failed: look at its log, then run `nuvol doctor`.": (
        "El disco o la base de datos del servidor ha fallado: mira su registro y ejecuta `nuvol doctor`.",
        "El disc o la base de dades del servidor ha fallat: mira’n el registre i executa `nuvol doctor`.",
    ),
    "Run `nuvol doctor --scrub`, which names all damage; then upload the same file again: that mends it.": (
        "Ejecuta `nuvol doctor --scrub`, que nombra todos los daños; después sube otra vez el mismo archivo: eso lo "
        "repara.",
        "Executa `nuvol doctor --scrub`, que anomena tots els danys; després torna a pujar el mateix fitxer: això el "
        "repara.",
    ),
}
"""The same for what is refused, and what to do about it: sentences that come filled in."""

_MONTHS = {
    language: names.split(", ")
    for language, names in {
        "en": "January, February, March, April, May, June, July, August, September, October, November, December",
        "es": "enero, febrero, marzo, abril, mayo, junio, julio, agosto, septiembre, octubre, noviembre, diciembre",
        "ca": "de gener, de febrer, de març, d’abril, de maig, de juny, de juliol, d’agost, de setembre, d’octubre, "
        "de novembre, de desembre",
    }.items()
}
_DATE = {"en": "{} {} {}", "es": "{} de {} de {}", "ca": "{} {} del {}"}

_REFUSALS = [
    (re.compile(re.escape(english).replace(r"\{\}", "(.+?)"), re.DOTALL), others)
    for english, others in REFUSALS.items()
    if "{}" in english
]
_WISH = re.compile(
    r"\s*(?P<first>[a-z]{1,8}|\*)(?P<more>(?:-[a-z\d]{1,8})*)\s*"
    r"(?:;\s*q=(?P<weight>0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?",
    re.ASCII | re.IGNORECASE,
)
"""One language that is wished for, with its weight (RFC 9110 §12.4.2, §12.5.4)."""


class Say:
    """Says sentences of ours in one language; what it does not know it says as it is."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._which = LANGUAGES.index(language) - 1
        tables = () if language == "en" else (WORDS, REFUSALS)
        self._words = {english: others[self._which] for table in tables for english, others in table.items()}

    def __call__(self, sentence: str, *filling: object) -> str:
        said = self._words.get(sentence, sentence)
        return said.format(*filling) if filling else said

    def counted(self, count: int, one: str, several: str) -> str:
        """All three languages tell one from several, and none from one."""
        return self(one) if count == 1 else self(several, count)

    def again(self, sentence: str) -> str:
        """What came in English, filled in already."""
        if self.language == "en" or sentence in self._words:
            return self(sentence)
        for pattern, others in _REFUSALS:
            if found := pattern.fullmatch(sentence):
                return others[self._which].format(*found.groups())
        return sentence

    def refusal(self, error: CloudError) -> str:
        """What is wrong, and what to do about it."""
        return f"{self.again(str(error))} {self.again(error.advice)}"

    def size(self, count: int) -> str:
        """Bytes as a person reads them."""
        if count < 1000:
            return f"{count} byte{'s' * (count != 1)}"
        amount = float(count)
        for unit in ("kB", "MB", "GB", "TB"):
            amount /= 1000
            if amount < 999.5:
                return f"{self._decimal(amount)} {unit}" if amount < 9.95 else f"{amount:.0f} {unit}"
        return f"{amount / 1000:.0f} PB"

    def _decimal(self, amount: float) -> str:
        written = f"{amount:.1f}"
        return written if self.language == "en" else written.replace(".", ",")

    def day(self, at: int) -> str:
        """A moment's day in UTC, written out."""
        day = datetime.fromtimestamp(at // SECOND, UTC)
        return _DATE[self.language].format(day.day, _MONTHS[self.language][day.month - 1], day.year)


SAY = {language: Say(language) for language in LANGUAGES}


def of(request: Request) -> Say:
    """In the language that the client wishes for most."""
    return SAY[wished(request.headers.get("accept-language") or "")]


@lru_cache(64)
def wished(accepted: str) -> str:
    """The first of ours that an Accept-Language header wishes for most; English without a wish. “es-MX” is a wish for
    Spanish (lookup, RFC 4647 §3.4), “*” one for all that are not named."""
    wishes = [
        (float(wish["weight"] or 1), wish["first"].lower(), wish["more"])
        for part in accepted.split(",")
        if (wish := _WISH.fullmatch(part))
    ]
    named = {first for _, first, _ in wishes}
    refused = {first for weight, first, more in wishes if not weight and not more}
    for weight, first, _ in sorted(wishes, key=lambda wish: -wish[0]):
        for language in [each for each in LANGUAGES if each not in named] if first == "*" else [first]:
            if weight and language in LANGUAGES and language not in refused:
                return language
    return "en"
