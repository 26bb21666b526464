### Shared

# Stands after “em”.
moment =
    { $day ->
        [1] 1º
       *[other] { $day }
    } de { $month ->
        [1] janeiro
        [2] fevereiro
        [3] março
        [4] abril
        [5] maio
        [6] junho
        [7] julho
        [8] agosto
        [9] setembro
        [10] outubro
        [11] novembro
       *[12] dezembro
    } de { $year } ({ $time } UTC)
span-days =
    { $count ->
        [one] { $count } dia
       *[other] { $count } dias
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

mail-greeting = Olá!
mail-greeting-named = Olá, { $name }!
mail-not-me-button = Não fui eu
mail-link-as-text = Se o botão não funcionar, abra este endereço:
mail-automatic = Este e-mail foi enviado automaticamente por { $product }.
mail-support = Precisa de ajuda? Peça aqui:
# $network is none where it says nothing: a private one.
mail-asked-from =
    { $network ->
        [none] O pedido veio do { $browser } no { $system }.
       *[other] O pedido veio do { $browser } no { $system }, endereço de rede { $network }.
    }

mail-reset-subject = Redefina sua senha de { $product }
mail-reset-intro = Alguém, provavelmente você, pediu, em { $moment }, uma nova senha para a sua conta { $product }.
mail-reset-link = Para escolher uma nova senha, abra este link:
mail-reset-button = Escolher uma nova senha
mail-reset-link-lives = O link funciona uma única vez e vale por { $span }.
mail-reset-code = Ou digite este código onde ele for pedido:
mail-reset-code-lives = O código vale por { $span }.
mail-reset-not-me = Se não foi você, nada mudou: sua senha continua valendo. Não repasse o link nem o código. Para cancelá-los e nos avisar, abra:

mail-password-changed-subject = Sua senha de { $product } foi alterada
mail-password-changed-preheader = Se não foi você, avise-nos agora mesmo.
mail-password-changed-intro = A senha da sua conta { $product } foi alterada em { $moment }.
mail-password-changed-if-me = Se foi você, não é preciso fazer mais nada.
mail-password-changed-not-me = Se não foi você, alguém pode ter acesso à sua conta ou à sua caixa de e-mail. Avise-nos agora mesmo:

mail-no-account-subject = Você pediu uma nova senha a { $product }
mail-no-account-intro = Alguém, talvez você, pediu a { $product }, em { $moment }, uma nova senha para a conta com este endereço.
mail-no-account-none = Não há conta com este endereço que possa receber uma nova senha. Se foi você, tente outro endereço que possa ter usado no cadastro.
mail-no-account-ignore = Se não foi você, não é preciso fazer nada.

mail-test-subject = E-mail de teste de { $product }
mail-test-intro = Alguém que cuida da redefinição de senhas de { $product } pediu, em { $moment }, um e-mail de teste. Ele chegou, então os e-mails com links de redefinição também chegam.
mail-test-look = Veja se ele caiu no spam e se o remetente aparece como você gostaria.

### Pages

page-field-email = Endereço de e-mail
page-field-code = Código
page-field-code-hint = Oito letras e números, como 7K3P‑M9QX. Maiúsculas e hifens não fazem diferença.
page-field-password = Nova senha
page-field-password-confirmation = Repita a nova senha
page-ask-again = Pedir outro e-mail
page-support = Obter ajuda

page-demo = Isto é uma demonstração: experimente ada@example.com.
page-demo-mailbox = Abrir a caixa de e-mail

page-forgot-title = Esqueceu sua senha?
page-forgot-intro = Digite o endereço de e-mail da sua conta { $product }. Enviaremos um link para você escolher uma nova senha.
page-forgot-button = Receber o e-mail
page-forgot-have-code = Já tenho um código

page-sent-title = Confira sua caixa de e-mail
page-sent-intro = Se houver uma conta { $product } com esse endereço, um e-mail com um link e um código está a caminho. Para proteger a privacidade de todos, não dizemos aqui se ela existe.
page-sent-nothing = O e-mail não chegou?
page-sent-minutes = Espere alguns minutos.
page-sent-spam = Olhe na pasta de spam ou lixo eletrônico.
page-sent-address = Talvez você tenha se cadastrado com outro endereço ou digitado este com algum erro.
page-sent-sender = O remetente é:
page-sent-wait = Você poderá pedir outro e-mail em:
page-sent-wait-over = Você já pode pedir outro e-mail.
page-sent-other-address = Tentar outro endereço
page-sent-code = Digite o código ou abra o link

page-code-title = Escolha uma nova senha com o código
page-code-intro = O e-mail de { $product } traz, além do link, um código. Com ele você pode escolher uma nova senha aqui, no dispositivo que quiser.
page-code-no-script = Você abriu o link do e-mail? Ele precisa de JavaScript, que está desativado neste navegador. O código do mesmo e-mail não precisa.
page-code-button = Continuar

page-choose-title = Escolha uma nova senha
page-choose-hint =
    { $count ->
        [one] No mínimo { $count } caractere. Algumas palavras sem relação entre si são fáceis de lembrar e difíceis de adivinhar.
       *[other] No mínimo { $count } caracteres. Algumas palavras sem relação entre si são fáceis de lembrar e difíceis de adivinhar.
    }
page-choose-hint-unleash = No mínimo 10 caracteres, com uma letra maiúscula, uma minúscula, um número e um caractere especial, e nenhum caractere três vezes seguidas.
page-choose-again = Essa senha não foi aceita:
page-choose-mismatch = As duas senhas não são iguais.
page-password-too-short =
    { $count ->
        [one] Use no mínimo { $count } caractere.
       *[other] Use no mínimo { $count } caracteres.
    }
page-password-too-long =
    { $count ->
        [one] Use no máximo { $count } caractere.
       *[other] Use no máximo { $count } caracteres.
    }
page-password-too-many-bytes =
    { $count ->
        [one] Use uma mais curta: só é possível guardar { $count } byte, e letras fora do alfabeto inglês ocupam de dois a quatro cada uma.
       *[other] Use uma mais curta: só é possível guardar { $count } bytes, e letras fora do alfabeto inglês ocupam de dois a quatro cada uma.
    }
page-password-has-nul = Retire o caractere NUL.
page-password-common = Esta é uma das senhas que os invasores testam primeiro.
page-password-breached = Esta senha apareceu em um vazamento de dados; os invasores testam senhas assim primeiro.
page-password-is-product-name = Não use o nome deste serviço.
page-password-is-address = Não use seu endereço de e-mail nem parte dele.
page-password-is-name = Não use seu nome.
page-password-repeats = Não use o mesmo caractere três vezes seguidas.
page-password-no-lower-case = Inclua uma letra minúscula, de a a z.
page-password-no-upper-case = Inclua uma letra maiúscula, de A a Z.
page-password-no-digit = Inclua um número, de 0 a 9.
page-password-no-special = Inclua um caractere especial, como um sinal de pontuação ou um espaço.
page-password-previously-used = Escolha uma senha que você ainda não tenha usado aqui.
page-password-too-young = A senha foi alterada há pouco tempo e ainda não pode ser alterada de novo. Tente mais tarde.
page-password-refused-by-store = As regras de senha da sua organização não permitem esta. Escolha uma mais longa, com outros caracteres.
page-choose-show = Mostrar as senhas
page-choose-caps-lock = O Caps Lock está ativado.
page-choose-button = Alterar a senha
page-choose-sessions = Talvez você precise entrar de novo nos seus dispositivos.

page-strength-short = Ainda curta demais.
page-strength-kinds-missing = Ainda falta algo do que é pedido acima.
page-strength-repeats = Fácil de adivinhar: poucos caracteres que se repetem.
page-strength-row = Fácil de adivinhar: segue a ordem do teclado ou do alfabeto.
page-strength-known = Fácil de adivinhar: pouco mais que seu endereço ou o nome deste serviço.
page-strength-fair = Longa o bastante. Uma mais longa é mais difícil de adivinhar.
page-strength-good = Boa: é longa e nada nela parece fácil de adivinhar.

page-refused-title = Este link ou código não funciona
page-refused-why = Ele pode já ter sido usado, ter expirado ou ter sido substituído por um e-mail mais recente. Se for um código, pode haver um erro de digitação.
page-refused-safe = Abri-lo não mudou nada.
page-refused-ask = Pedir um novo e-mail
page-refused-code = Ou digite o código

page-done-title = Sua senha foi alterada
page-done-text = Agora você pode entrar em { $product } com ela. Todos os outros links e códigos que enviamos a você deixaram de funcionar.
page-done-notice = Estamos enviando um e-mail para confirmar a alteração.
page-done-back = Ir para { $product }

page-not-me-title = Não foi você?
page-not-me-text = Um clique cancela todos os links e códigos que { $product } enviou a você para escolher uma nova senha e avisa os responsáveis por { $product }. Sua senha continua como está.
page-not-me-button = Não fui eu, cancelar os links
page-not-me-otherwise = Se na verdade foi você, feche esta página. Nada vai acontecer.

page-not-me-refused-title = Este link não funciona
page-not-me-refused-why = Ele pode estar incompleto ou ter mais de sete dias.
page-not-me-refused-worried = Se você acha que outra pessoa entrou na sua conta { $product }, escolha agora uma nova senha.

page-not-me-done-title = Os links foram cancelados
page-not-me-done-text = Nenhum link ou código enviado a você até agora funciona mais, e os responsáveis por { $product } foram avisados.
page-not-me-done-worried = Se sua senha foi alterada e não foi você, escolha outra agora. Se alguém consegue ler seus e-mails, altere primeiro a senha da sua caixa de e-mail.

page-problem-wrong-title = Não deu certo
page-problem-wrong-text = O servidor não entendeu o que o navegador enviou. Nada mudou.
page-problem-foreign-title = Isso veio de outro lugar
page-problem-foreign-text = Para sua segurança, um formulário só vale se for enviado de uma página deste site. Abra a página de novo e tente outra vez.
page-problem-unknown-title = Esta página não existe
page-problem-unknown-text = O endereço pode ter um erro de digitação ou estar incompleto. Se ele veio de um e-mail, copie-o por inteiro.
page-problem-often-title = Tentativas demais
page-problem-often-text = Houve muitas tentativas vindas da sua rede. Espere um minuto e tente de novo. Um link que você recebeu por e-mail continua valendo.
page-problem-busy-title = Indisponível no momento
page-problem-busy-text = Não conseguimos fazer isso agora. Nada se perdeu, e um link que você recebeu por e-mail continua valendo. Tente de novo em alguns instantes.
page-problem-start = Esqueceu sua senha? Comece aqui
