### Shared

# Stands after “el”.
moment =
    { $day } de { $month ->
        [1] enero
        [2] febrero
        [3] marzo
        [4] abril
        [5] mayo
        [6] junio
        [7] julio
        [8] agosto
        [9] septiembre
        [10] octubre
        [11] noviembre
       *[12] diciembre
    } de { $year } ({ $time } UTC)
span-days =
    { $count ->
        [one] { $count } día
       *[other] { $count } días
    }
span-hours =
    { $count ->
        [one] { $count } hora
       *[other] { $count } horas
    }
span-minutes =
    { $count ->
        [one] { $count } minuto
       *[other] { $count } minutos
    }
span-seconds =
    { $count ->
        [one] { $count } segundo
       *[other] { $count } segundos
    }

### Mail

mail-greeting = Hola:
mail-greeting-named = Hola, { $name }:
mail-not-me-button = No fui yo
mail-link-as-text = Si el botón no funciona, abre esta dirección:
mail-automatic = { $product } envió este correo automáticamente.
mail-support = ¿Necesitas ayuda? Puedes pedirla aquí:
# $network is none where it says nothing: a private one.
mail-asked-from =
    { $network ->
        [none] La solicitud se hizo desde { $browser } en { $system }.
       *[other] La solicitud se hizo desde { $browser } en { $system }, dirección de red { $network }.
    }

mail-reset-subject = Restablece tu contraseña de { $product }
mail-reset-intro = Alguien, probablemente tú, pidió el { $moment } una contraseña nueva para tu cuenta de { $product }.
mail-reset-link = Para elegir una contraseña nueva, abre este enlace:
mail-reset-button = Elegir una contraseña nueva
mail-reset-link-lives = El enlace funciona una sola vez y es válido durante { $span }.
mail-reset-code = O escribe este código donde se te pida:
mail-reset-code-lives = El código es válido durante { $span }.
mail-reset-not-me = Si no fuiste tú, no cambió nada: tu contraseña sigue funcionando. No compartas el enlace ni el código. Para anularlos y avisarnos, abre:

mail-password-changed-subject = Se cambió tu contraseña de { $product }
mail-password-changed-preheader = Si no fuiste tú, avísanos enseguida.
mail-password-changed-intro = La contraseña de tu cuenta de { $product } se cambió el { $moment }.
mail-password-changed-if-me = Si fuiste tú, no tienes que hacer nada más.
mail-password-changed-not-me = Si no fuiste tú, puede que alguien haya entrado en tu cuenta o en tu buzón de correo. Avísanos enseguida:

mail-no-account-subject = Pediste una contraseña nueva a { $product }
mail-no-account-intro = Alguien, quizá tú, pidió a { $product } el { $moment } una contraseña nueva para la cuenta con esta dirección.
mail-no-account-none = No hay ninguna cuenta con esta dirección que pueda recibirla. Si fuiste tú, prueba con otra dirección con la que puedas haberte registrado.
mail-no-account-ignore = Si no fuiste tú, no tienes que hacer nada.

mail-test-subject = Correo de prueba de { $product }
mail-test-intro = Alguien que gestiona el restablecimiento de contraseñas de { $product } pidió el { $moment } un correo de prueba. Llegó, así que también llegan los correos con enlaces para restablecer la contraseña.
mail-test-look = Comprueba si llegó como correo no deseado y si el remitente se muestra como quieres.

### Pages

page-field-email = Dirección de correo electrónico
page-field-code = Código
page-field-code-hint = Ocho letras y números, como 7K3P‑M9QX. No importan las mayúsculas ni los guiones.
page-field-password = Contraseña nueva
page-field-password-confirmation = Repite la contraseña nueva
page-ask-again = Pedir otro correo
page-support = Obtener ayuda

page-demo = Esto es una demostración: prueba con ada@example.com.
page-demo-mailbox = Abrir su buzón de correo

page-forgot-title = ¿Olvidaste tu contraseña?
page-forgot-intro = Escribe la dirección de correo de tu cuenta de { $product }. Te enviaremos un enlace para elegir una contraseña nueva.
page-forgot-button = Enviarme el correo
page-forgot-have-code = Ya tengo un código

page-sent-title = Revisa tu buzón de correo
page-sent-intro = Si hay una cuenta de { $product } con esa dirección, va en camino un correo con un enlace y un código. Para proteger la privacidad de todas las personas, aquí no decimos si la hay.
page-sent-nothing = ¿No te llega el correo?
page-sent-minutes = Espera unos minutos.
page-sent-spam = Revisa la carpeta de correo no deseado o spam.
page-sent-address = Quizá te registraste con otra dirección, o escribiste mal esta.
page-sent-sender = El remitente es:
page-sent-wait = Podrás pedir otro correo en:
page-sent-wait-over = Ya puedes pedir otro correo.
page-sent-other-address = Probar con otra dirección
page-sent-code = Escribe el código o abre el enlace

page-code-title = Elige una contraseña nueva con tu código
page-code-intro = El correo de { $product } trae, además del enlace, un código. Con él puedes elegir aquí una contraseña nueva, en el dispositivo que quieras.
page-code-no-script = ¿Abriste el enlace del correo? Necesita JavaScript, que está desactivado en este navegador. El código del mismo correo no lo necesita.
page-code-button = Continuar

page-choose-title = Elige una contraseña nueva
page-choose-hint =
    { $count ->
        [one] Al menos { $count } carácter. Unas cuantas palabras sin relación entre sí son fáciles de recordar y difíciles de adivinar.
       *[other] Al menos { $count } caracteres. Unas cuantas palabras sin relación entre sí son fáciles de recordar y difíciles de adivinar.
    }
page-choose-hint-unleash = Al menos 10 caracteres, con una mayúscula, una minúscula, un número y un carácter especial, y ningún carácter tres veces seguidas.
page-choose-again = No se aceptó esa contraseña:
page-choose-mismatch = Las dos contraseñas no coinciden.
page-password-too-short =
    { $count ->
        [one] Usa al menos { $count } carácter.
       *[other] Usa al menos { $count } caracteres.
    }
page-password-too-long =
    { $count ->
        [one] Usa como máximo { $count } carácter.
       *[other] Usa como máximo { $count } caracteres.
    }
page-password-too-many-bytes =
    { $count ->
        [one] Usa una más corta: se puede guardar como máximo { $count } byte, y las letras que no son del alfabeto inglés ocupan de dos a cuatro cada una.
       *[other] Usa una más corta: se pueden guardar como máximo { $count } bytes, y las letras que no son del alfabeto inglés ocupan de dos a cuatro cada una.
    }
page-password-has-nul = Quita el carácter NUL.
page-password-common = Es una de las contraseñas que los atacantes prueban primero.
page-password-breached = Esta contraseña apareció en una filtración de datos; los atacantes prueban esas contraseñas primero.
page-password-is-product-name = No uses el nombre de este servicio.
page-password-is-address = No uses tu dirección de correo ni una parte de ella.
page-password-is-name = No uses tu nombre.
page-password-repeats = No uses el mismo carácter tres veces seguidas.
page-password-no-lower-case = Añade una letra minúscula, de la a a la z.
page-password-no-upper-case = Añade una letra mayúscula, de la A a la Z.
page-password-no-digit = Añade un número, del 0 al 9.
page-password-no-special = Añade un carácter especial, como un signo de puntuación o un espacio.
page-password-previously-used = Elige una contraseña que no hayas usado antes aquí.
page-password-too-young = La contraseña se cambió hace muy poco y todavía no se puede volver a cambiar. Inténtalo más tarde.
page-password-refused-by-store = Las normas de contraseñas de tu organización no permiten esta. Elige una más larga, con otros caracteres.
page-choose-show = Mostrar las contraseñas
page-choose-caps-lock = Bloq Mayús está activado.
page-choose-button = Cambiar la contraseña
page-choose-sessions = Puede que tengas que iniciar sesión de nuevo en tus dispositivos.

page-strength-short = Todavía es demasiado corta.
page-strength-kinds-missing = Aún falta algo de lo que se pide arriba.
page-strength-repeats = Fácil de adivinar: unos pocos caracteres que se repiten.
page-strength-row = Fácil de adivinar: sigue el orden del teclado o del alfabeto.
page-strength-known = Fácil de adivinar: poco más que tu dirección o el nombre de este servicio.
page-strength-fair = Suficientemente larga. Una más larga es más difícil de adivinar.
page-strength-good = Buena: es larga y nada en ella parece fácil de adivinar.

page-refused-title = Este enlace o código no funciona
page-refused-why = Puede que ya se haya usado, que haya caducado o que lo haya sustituido un correo más reciente. Si es un código, puede estar mal escrito.
page-refused-safe = Abrirlo no cambió nada.
page-refused-ask = Pedir un correo nuevo
page-refused-code = O escribe el código

page-done-title = Contraseña cambiada
page-done-text = Ya puedes iniciar sesión en { $product } con ella. Los demás enlaces y códigos que te enviamos dejaron de funcionar.
page-done-notice = Te enviamos un correo para confirmar el cambio.
page-done-back = Ir a { $product }

page-not-me-title = ¿No fuiste tú?
page-not-me-text = Con un clic se anulan todos los enlaces y códigos que { $product } te envió para elegir una contraseña nueva, y se avisa a quienes gestionan { $product }. Tu contraseña no cambia.
page-not-me-button = No fui yo, anular los enlaces
page-not-me-otherwise = Si en realidad fuiste tú, cierra esta página. No pasará nada.

page-not-me-refused-title = Este enlace no funciona
page-not-me-refused-why = Puede que esté incompleto o que tenga más de siete días.
page-not-me-refused-worried = Si crees que otra persona entró en tu cuenta de { $product }, elige ahora una contraseña nueva.

page-not-me-done-title = Los enlaces están anulados
page-not-me-done-text = Ya no funciona ninguno de los enlaces y códigos que recibiste hasta ahora, y avisamos a quienes gestionan { $product }.
page-not-me-done-worried = Si tu contraseña cambió y no fuiste tú, elige ahora una nueva. Si alguien puede leer tu correo, cambia primero la contraseña de tu buzón de correo.

page-problem-wrong-title = No funcionó
page-problem-wrong-text = El servidor no entendió lo que envió el navegador. No cambió nada.
page-problem-foreign-title = Eso venía de otro sitio
page-problem-foreign-text = Por tu seguridad, un formulario solo se acepta si se envía desde una página de este sitio. Abre la página de nuevo y vuelve a intentarlo.
page-problem-unknown-title = Esa página no existe
page-problem-unknown-text = Puede que la dirección esté mal escrita o incompleta. Si viene de un correo, cópiala entera.
page-problem-often-title = Demasiados intentos
page-problem-often-text = Hubo muchísimos intentos desde tu red. Espera un minuto y vuelve a intentarlo. Los enlaces que hayas recibido por correo siguen funcionando.
page-problem-busy-title = Ahora no es posible
page-problem-busy-text = No pudimos hacerlo en este momento. No se perdió nada, y los enlaces que hayas recibido por correo siguen funcionando. Vuelve a intentarlo en unos instantes.
page-problem-start = ¿Olvidaste tu contraseña? Empieza aquí
