### Shared

# Stands after “le”.
moment =
    { $day ->
        [1] 1er
       *[other] { $day }
    } { $month ->
        [1] janvier
        [2] février
        [3] mars
        [4] avril
        [5] mai
        [6] juin
        [7] juillet
        [8] août
        [9] septembre
        [10] octobre
        [11] novembre
       *[12] décembre
    } { $year } à { $time } UTC
span-days =
    { $count ->
        [one] { $count } jour
       *[other] { $count } jours
    }
span-hours =
    { $count ->
        [one] { $count } heure
       *[other] { $count } heures
    }
span-minutes =
    { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
span-seconds =
    { $count ->
        [one] { $count } seconde
       *[other] { $count } secondes
    }

### Mail

mail-greeting = Bonjour,
mail-greeting-named = Bonjour { $name },
mail-not-me-button = Ce n’était pas moi
mail-link-as-text = Si le bouton ne fonctionne pas, ouvrez cette adresse :
mail-automatic = Cet e-mail a été envoyé automatiquement par { $product }.
mail-support = Besoin d’aide ? Contactez-nous ici :
# $network is none where it says nothing: a private one.
mail-asked-from =
    { $network ->
        [none] La demande vient de { $browser } sur { $system }.
       *[other] La demande vient de { $browser } sur { $system }, adresse réseau { $network }.
    }

mail-reset-subject = Réinitialisez votre mot de passe { $product }
mail-reset-intro = Quelqu’un, sans doute vous, a demandé le { $moment } un nouveau mot de passe pour votre compte { $product }.
mail-reset-link = Pour choisir un nouveau mot de passe, ouvrez ce lien :
mail-reset-button = Choisir un nouveau mot de passe
mail-reset-link-lives = Ce lien ne fonctionne qu’une fois et reste valable pendant { $span }.
mail-reset-code = Ou saisissez ce code là où il vous est demandé :
mail-reset-code-lives = Ce code reste valable pendant { $span }.
mail-reset-not-me = Si ce n’était pas vous, rien n’a changé : votre mot de passe fonctionne toujours. Ne transmettez ni le lien ni le code. Pour les désactiver et nous prévenir, ouvrez :

mail-password-changed-subject = Votre mot de passe { $product } a été modifié
mail-password-changed-preheader = Si ce n’était pas vous, prévenez-nous tout de suite.
mail-password-changed-intro = Le mot de passe de votre compte { $product } a été modifié le { $moment }.
mail-password-changed-if-me = Si c’était vous, vous n’avez rien d’autre à faire.
mail-password-changed-not-me = Si ce n’était pas vous, quelqu’un a peut-être accès à votre compte ou à votre messagerie. Prévenez-nous tout de suite :

mail-no-account-subject = Vous avez demandé un nouveau mot de passe à { $product }
mail-no-account-intro = Quelqu’un, peut-être vous, a demandé à { $product } le { $moment } un nouveau mot de passe pour le compte associé à cette adresse.
mail-no-account-none = Aucun compte associé à cette adresse ne peut en recevoir un. Si c’était vous, essayez une autre adresse que vous auriez pu utiliser pour vous inscrire.
mail-no-account-ignore = Si ce n’était pas vous, vous n’avez rien à faire.

mail-test-subject = E-mail de test de la part de { $product }
mail-test-intro = Une personne qui gère la réinitialisation des mots de passe pour { $product } a demandé le { $moment } un e-mail de test. Il est arrivé ; les e-mails contenant un lien de réinitialisation arriveront donc aussi.
mail-test-look = Vérifiez qu’il n’a pas été classé comme indésirable et que l’expéditeur s’affiche comme vous le souhaitez.

### Pages

page-field-email = Adresse e-mail
page-field-code = Code
page-field-code-hint = Huit lettres et chiffres, par exemple 7K3P‑M9QX. Les majuscules et les tirets n’ont pas d’importance.
page-field-password = Nouveau mot de passe
page-field-password-confirmation = Confirmez le nouveau mot de passe
page-ask-again = Demander un autre e-mail
page-support = Obtenir de l’aide

page-demo = Ceci est une démo : essayez ada@example.com.
page-demo-mailbox = Ouvrir sa messagerie

page-forgot-title = Mot de passe oublié ?
page-forgot-intro = Saisissez l’adresse e-mail de votre compte { $product }. Nous vous enverrons un lien pour choisir un nouveau mot de passe.
page-forgot-button = Recevoir l’e-mail
page-forgot-have-code = J’ai déjà un code

page-sent-title = Consultez votre messagerie
page-sent-intro = Si un compte { $product } est associé à cette adresse, un e-mail contenant un lien et un code est en route. Pour protéger la vie privée de chacun, nous n’indiquons pas ici si un tel compte existe.
page-sent-nothing = Pas d’e-mail ?
page-sent-minutes = Patientez quelques minutes.
page-sent-spam = Regardez dans le dossier des courriers indésirables (spam).
page-sent-address = Peut-être avez-vous utilisé une autre adresse à l’inscription, ou fait une faute de frappe dans celle-ci.
page-sent-sender = L’expéditeur est :
page-sent-wait = Vous pourrez demander un autre e-mail dans :
page-sent-wait-over = Vous pouvez maintenant demander un autre e-mail.
page-sent-other-address = Essayer une autre adresse
page-sent-code = Saisissez le code ou ouvrez le lien

page-code-title = Choisissez un nouveau mot de passe avec votre code
page-code-intro = L’e-mail envoyé par { $product } contient un code en plus du lien. Il vous permet de choisir ici un nouveau mot de passe, sur l’appareil de votre choix.
page-code-no-script = Avez-vous ouvert le lien de l’e-mail ? Il a besoin de JavaScript, qui est désactivé dans ce navigateur. Le code du même e-mail s’en passe.
page-code-button = Continuer

page-choose-title = Choisissez un nouveau mot de passe
page-choose-hint =
    { $count ->
        [one] Au moins { $count } caractère. Quelques mots sans rapport entre eux sont faciles à retenir et difficiles à deviner.
       *[other] Au moins { $count } caractères. Quelques mots sans rapport entre eux sont faciles à retenir et difficiles à deviner.
    }
page-choose-hint-unleash = Au moins 10 caractères, dont une majuscule, une minuscule, un chiffre et un caractère spécial, sans le même caractère trois fois de suite.
page-choose-again = Ce mot de passe n’a pas été accepté :
page-choose-mismatch = Les deux mots de passe ne sont pas identiques.
page-password-too-short =
    { $count ->
        [one] Utilisez au moins { $count } caractère.
       *[other] Utilisez au moins { $count } caractères.
    }
page-password-too-long =
    { $count ->
        [one] Utilisez au plus { $count } caractère.
       *[other] Utilisez au plus { $count } caractères.
    }
page-password-too-many-bytes =
    { $count ->
        [one] Choisissez-en un plus court : il n’est possible d’enregistrer que { $count } octet, et les lettres autres que celles de l’alphabet anglais en occupent de deux à quatre chacune.
       *[other] Choisissez-en un plus court : il n’est possible d’enregistrer que { $count } octets, et les lettres autres que celles de l’alphabet anglais en occupent de deux à quatre chacune.
    }
page-password-has-nul = Retirez le caractère NUL.
page-password-common = C’est l’un des mots de passe que les pirates essaient en premier.
page-password-breached = Ce mot de passe figure dans une fuite de données ; les pirates essaient ces mots de passe en premier.
page-password-is-product-name = N’utilisez pas le nom de ce service.
page-password-is-address = N’utilisez pas votre adresse e-mail, même en partie.
page-password-is-name = N’utilisez pas votre nom.
page-password-repeats = N’utilisez pas le même caractère trois fois de suite.
page-password-no-lower-case = Ajoutez une minuscule, de a à z.
page-password-no-upper-case = Ajoutez une majuscule, de A à Z.
page-password-no-digit = Ajoutez un chiffre, de 0 à 9.
page-password-no-special = Ajoutez un caractère spécial, par exemple un signe de ponctuation ou une espace.
page-password-previously-used = Choisissez un mot de passe que vous n’avez pas encore utilisé ici.
page-password-too-young = Le mot de passe a été modifié il y a peu et ne peut pas encore l’être à nouveau. Réessayez plus tard.
page-password-refused-by-store = Les règles de votre organisation n’autorisent pas ce mot de passe. Choisissez-en un plus long, avec d’autres caractères.
page-choose-show = Afficher les mots de passe
page-choose-caps-lock = La touche Verr. Maj. est activée.
page-choose-button = Modifier le mot de passe
page-choose-sessions = Vous devrez peut-être vous reconnecter sur vos appareils.

page-strength-short = Encore trop court.
page-strength-kinds-missing = Il manque encore un élément demandé ci-dessus.
page-strength-repeats = Facile à deviner : quelques caractères qui se répètent.
page-strength-row = Facile à deviner : il suit l’ordre du clavier ou de l’alphabet.
page-strength-known = Facile à deviner : guère plus que votre adresse ou le nom de ce service.
page-strength-fair = Assez long. Un mot de passe plus long est plus difficile à deviner.
page-strength-good = Bien : il est long, et rien n’y paraît facile à deviner.

page-refused-title = Ce lien ou ce code ne fonctionne pas
page-refused-why = Peut-être a-t-il déjà servi, est-il trop ancien ou a-t-il été remplacé par un e-mail plus récent. S’il s’agit d’un code, il peut contenir une faute de frappe.
page-refused-safe = Son ouverture n’a rien changé.
page-refused-ask = Demander un nouvel e-mail
page-refused-code = Ou saisissez le code

page-done-title = Votre mot de passe a été modifié
page-done-text = Vous pouvez maintenant l’utiliser pour vous connecter à { $product }. Tous les autres liens et codes que nous vous avons envoyés ont cessé de fonctionner.
page-done-notice = Nous vous envoyons un e-mail pour confirmer la modification.
page-done-back = Accéder à { $product }

page-not-me-title = Ce n’était pas vous ?
page-not-me-text = Un clic désactive tous les liens et codes que { $product } vous a envoyés pour choisir un nouveau mot de passe, et prévient l’équipe qui gère { $product }. Votre mot de passe reste inchangé.
page-not-me-button = Ce n’était pas moi, désactiver les liens
page-not-me-otherwise = Si c’était bien vous, fermez cette page. Il ne se passera rien.

page-not-me-refused-title = Ce lien ne fonctionne pas
page-not-me-refused-why = Il est peut-être incomplet ou date de plus de sept jours.
page-not-me-refused-worried = Si vous pensez que quelqu’un d’autre a accès à votre compte { $product }, choisissez dès maintenant un nouveau mot de passe.

page-not-me-done-title = Les liens sont désactivés
page-not-me-done-text = Aucun des liens et codes qui vous ont été envoyés jusqu’ici ne fonctionne plus, et l’équipe qui gère { $product } est prévenue.
page-not-me-done-worried = Si votre mot de passe a été modifié et que ce n’était pas vous, choisissez-en un nouveau maintenant. Si quelqu’un peut lire vos e-mails, modifiez d’abord le mot de passe de votre messagerie.

page-problem-wrong-title = Cela n’a pas fonctionné
page-problem-wrong-text = Le serveur n’a pas compris ce que le navigateur a envoyé. Rien n’a changé.
page-problem-foreign-title = Cela venait d’ailleurs
page-problem-foreign-text = Pour votre sécurité, un formulaire n’est accepté que s’il est envoyé depuis une page de ce site. Ouvrez de nouveau la page et réessayez.
page-problem-unknown-title = Cette page n’existe pas
page-problem-unknown-text = L’adresse est peut-être mal saisie ou incomplète. Si elle provient d’un e-mail, copiez-la en entier.
page-problem-often-title = Trop de tentatives
page-problem-often-text = Un très grand nombre de tentatives sont venues de votre réseau. Attendez une minute et réessayez. Un lien reçu par e-mail reste valable.
page-problem-busy-title = Indisponible pour l’instant
page-problem-busy-text = Cela n’est pas possible pour le moment. Rien n’est perdu, et un lien reçu par e-mail reste valable. Réessayez dans quelques instants.
page-problem-start = Mot de passe oublié ? Commencez ici
