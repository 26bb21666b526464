### Shared

# Stands before “tarihinde”.
moment =
    { $day } { $month ->
        [1] Ocak
        [2] Şubat
        [3] Mart
        [4] Nisan
        [5] Mayıs
        [6] Haziran
        [7] Temmuz
        [8] Ağustos
        [9] Eylül
        [10] Ekim
        [11] Kasım
       *[12] Aralık
    } { $year } ({ $time } UTC)
# Spans stand before “boyunca”.
span-days = { $count } gün
span-hours = { $count } saat
span-minutes = { $count } dakika
span-seconds = { $count } saniye

### Mail

mail-greeting = Merhaba,
mail-greeting-named = Merhaba { $name },
mail-not-me-button = Bu ben değildim
mail-link-as-text = Düğme çalışmazsa şu adresi açın:
mail-automatic = Bu e-posta { $product } tarafından otomatik olarak gönderildi.
mail-support = Yardıma mı ihtiyacınız var? Buradan sorabilirsiniz:
# $network is none where it says nothing: a private one.
mail-asked-from =
    { $network ->
        [none] İstek { $browser } ({ $system }) tarayıcısından geldi.
       *[other] İstek { $browser } ({ $system }) tarayıcısından geldi, ağ adresi { $network }.
    }

mail-reset-subject = { $product } parolanızı sıfırlayın
mail-reset-intro = Birisi, büyük olasılıkla siz, { $moment } tarihinde { $product } hesabınız için yeni bir parola istedi.
mail-reset-link = Yeni bir parola seçmek için şu bağlantıyı açın:
mail-reset-button = Yeni parola seç
mail-reset-link-lives = Bağlantı yalnızca bir kez çalışır ve { $span } boyunca geçerlidir.
mail-reset-code = Ya da istenen yere şu kodu yazın:
mail-reset-code-lives = Kod { $span } boyunca geçerlidir.
mail-reset-not-me = İsteyen siz değilseniz hiçbir şey değişmedi: parolanız hâlâ geçerli. Bağlantıyı ve kodu kimseyle paylaşmayın. Bunları iptal etmek ve bize haber vermek için şunu açın:

mail-password-changed-subject = { $product } parolanız değiştirildi
mail-password-changed-preheader = Değiştiren siz değilseniz bize hemen haber verin.
mail-password-changed-intro = { $product } hesabınızın parolası { $moment } tarihinde değiştirildi.
mail-password-changed-if-me = Değiştiren sizseniz yapmanız gereken başka bir şey yok.
mail-password-changed-not-me = Değiştiren siz değilseniz birisi hesabınıza ya da posta kutunuza girmiş olabilir. Bize hemen haber verin:

mail-no-account-subject = { $product } için yeni parola isteğiniz
mail-no-account-intro = Birisi, belki siz, { $moment } tarihinde bu adrese ait { $product } hesabı için yeni bir parola istedi.
mail-no-account-none = Bu adrese ait, yeni parola alabilecek bir hesap yok. İsteyen sizseniz kaydolurken kullanmış olabileceğiniz başka bir adresi deneyin.
mail-no-account-ignore = İsteyen siz değilseniz bir şey yapmanız gerekmez.

mail-test-subject = { $product } deneme e-postası
mail-test-intro = { $product } için parola sıfırlamayı yöneten birisi { $moment } tarihinde bir deneme e-postası istedi. E-posta ulaştı; demek ki sıfırlama bağlantısı içeren e-postalar da ulaşıyor.
mail-test-look = E-postanın spam klasörüne düşüp düşmediğine ve gönderenin istediğiniz gibi görünüp görünmediğine bakın.

### Pages

page-field-email = E-posta adresi
page-field-code = Kod
page-field-code-hint = Sekiz harf ve rakam, örneğin 7K3P‑M9QX. Büyük-küçük harf ve kısa çizgi fark etmez.
page-field-password = Yeni parola
page-field-password-confirmation = Yeni parola (tekrar)
page-ask-again = Bir e-posta daha iste
page-support = Yardım al

page-demo = Bu bir demo: ada@example.com adresini deneyin.
page-demo-mailbox = Posta kutusunu aç

page-forgot-title = Parolanızı mı unuttunuz?
page-forgot-intro = { $product } hesabınızın e-posta adresini yazın. Size yeni bir parola seçmeniz için bir bağlantı göndereceğiz.
page-forgot-button = E-postayı gönder
page-forgot-have-code = Zaten bir kodum var

page-sent-title = Posta kutunuza bakın
page-sent-intro = Bu adrese ait bir { $product } hesabı varsa, bağlantı ve kod içeren bir e-posta yola çıktı. Herkesin gizliliğini korumak için böyle bir hesap olup olmadığını burada söylemiyoruz.
page-sent-nothing = E-posta gelmedi mi?
page-sent-minutes = Birkaç dakika bekleyin.
page-sent-spam = Spam ya da istenmeyen posta klasörüne bakın.
page-sent-address = Başka bir adresle kaydolmuş ya da bu adresi yanlış yazmış olabilirsiniz.
page-sent-sender = Gönderen:
page-sent-wait = Yeni bir e-posta isteyebilmenize kalan süre:
page-sent-wait-over = Artık yeni bir e-posta isteyebilirsiniz.
page-sent-other-address = Başka bir adres dene
page-sent-code = Kodu yazın ya da bağlantıyı açın

page-code-title = Kodunuzla yeni bir parola seçin
page-code-intro = { $product } tarafından gönderilen e-postada bağlantının yanında bir kod da var. Bu kodla burada, istediğiniz cihazda yeni bir parola seçebilirsiniz.
page-code-no-script = E-postadaki bağlantıyı mı açtınız? Bağlantı için JavaScript gerekir ve bu tarayıcıda kapalı. Aynı e-postadaki kod için gerekmez.
page-code-button = Devam et

page-choose-title = Yeni bir parola seçin
page-choose-hint = En az { $count } karakter. Birbiriyle ilgisiz birkaç kelimeyi hatırlamak kolay, tahmin etmek zordur.
page-choose-hint-unleash = En az 10 karakter; bir büyük harf, bir küçük harf, bir rakam ve bir özel karakter içermeli, hiçbir karakter art arda üç kez gelmemeli.
page-choose-again = Bu parola kabul edilmedi:
page-choose-mismatch = İki parola aynı değil.
page-password-too-short = En az { $count } karakter kullanın.
page-password-too-long = En fazla { $count } karakter kullanın.
page-password-too-many-bytes = Daha kısa bir parola kullanın: en fazla { $count } bayt saklanabilir ve İngiliz alfabesinde olmayan her harf iki ila dört bayt yer tutar.
page-password-has-nul = NUL karakterini çıkarın.
page-password-common = Bu, saldırganların ilk denediği parolalardan biri.
page-password-breached = Bu parola bir veri sızıntısında ortaya çıktı; saldırganlar önce bu tür parolaları dener.
page-password-is-product-name = Bu hizmetin adını kullanmayın.
page-password-is-address = E-posta adresinizi ya da bir bölümünü kullanmayın.
page-password-is-name = Adınızı kullanmayın.
page-password-repeats = Aynı karakteri art arda üç kez kullanmayın.
page-password-no-lower-case = Bir küçük harf ekleyin (a–z).
page-password-no-upper-case = Bir büyük harf ekleyin (A–Z).
page-password-no-digit = Bir rakam ekleyin (0–9).
page-password-no-special = Noktalama işareti ya da boşluk gibi bir özel karakter ekleyin.
page-password-previously-used = Burada daha önce kullanmadığınız bir parola seçin.
page-password-too-young = Parola kısa süre önce değiştirildi ve henüz yeniden değiştirilemez. Daha sonra deneyin.
page-password-refused-by-store = Kuruluşunuzun parola kuralları bu parolaya izin vermiyor. Başka karakterler içeren daha uzun bir parola seçin.
page-choose-show = Parolaları göster
page-choose-caps-lock = Caps Lock açık.
page-choose-button = Parolayı değiştir
page-choose-sessions = Kullandığınız cihazlarda yeniden oturum açmanız gerekebilir.

page-strength-short = Henüz çok kısa.
page-strength-kinds-missing = Yukarıda istenenlerden biri hâlâ eksik.
page-strength-repeats = Tahmini kolay: hep aynı birkaç karakter.
page-strength-row = Tahmini kolay: klavyedeki ya da alfabedeki sırayı izliyor.
page-strength-known = Tahmini kolay: adresinizden ya da bu hizmetin adından pek farklı değil.
page-strength-fair = Yeterince uzun. Daha uzununu tahmin etmek daha zordur.
page-strength-good = İyi: uzun ve tahmini kolay bir yanı göze çarpmıyor.

page-refused-title = Bu bağlantı ya da kod çalışmıyor
page-refused-why = Daha önce kullanılmış, süresi dolmuş ya da yerini daha yeni bir e-posta almış olabilir. Kod yanlış yazılmış olabilir.
page-refused-safe = Açılması hiçbir şeyi değiştirmedi.
page-refused-ask = Yeni bir e-posta iste
page-refused-code = Ya da kodu yazın

page-done-title = Parolanız değiştirildi
page-done-text = Artık { $product } hesabınızda bu parolayla oturum açabilirsiniz. Size gönderdiğimiz diğer tüm bağlantılar ve kodlar geçersiz oldu.
page-done-notice = Değişikliği bildiren bir e-posta gönderiyoruz.
page-done-back = { $product } sayfasına git

page-not-me-title = Bu siz değil miydiniz?
page-not-me-text = Tek bir tıklama, { $product } tarafından yeni parola için size gönderilen tüm bağlantıları ve kodları iptal eder ve { $product } yöneticilerine haber verir. Parolanız olduğu gibi kalır.
page-not-me-button = Ben değildim, bağlantıları iptal et
page-not-me-otherwise = Aslında sizseniz bu sayfayı kapatın. Hiçbir şey olmaz.

page-not-me-refused-title = Bu bağlantı çalışmıyor
page-not-me-refused-why = Eksik kopyalanmış ya da yedi günden eski olabilir.
page-not-me-refused-worried = { $product } hesabınıza başka birinin girdiğini düşünüyorsanız hemen yeni bir parola seçin.

page-not-me-done-title = Bağlantılar iptal edildi
page-not-me-done-text = Bugüne kadar size gönderilen hiçbir bağlantı ya da kod artık çalışmıyor ve { $product } yöneticilerine haber verildi.
page-not-me-done-worried = Parolanız değiştirildiyse ve değiştiren siz değilseniz hemen yeni bir parola seçin. Birisi e-postalarınızı okuyabiliyorsa önce posta kutunuzun parolasını değiştirin.

page-problem-wrong-title = İşlem tamamlanamadı
page-problem-wrong-text = Sunucu, tarayıcının gönderdiğini anlayamadı. Hiçbir şey değişmedi.
page-problem-foreign-title = Bu başka bir yerden geldi
page-problem-foreign-text = Güvenliğiniz için bir form yalnızca bu sitenin kendi sayfasından gönderildiğinde geçerlidir. Sayfayı yeniden açıp tekrar deneyin.
page-problem-unknown-title = Böyle bir sayfa yok
page-problem-unknown-text = Adres yanlış yazılmış ya da eksik olabilir. Bir e-postadan aldıysanız tamamını kopyalayın.
page-problem-often-title = Çok fazla deneme
page-problem-often-text = Ağınızdan çok sayıda deneme geldi. Bir dakika bekleyip tekrar deneyin. Size e-postayla gelen bağlantı geçerliliğini korur.
page-problem-busy-title = Şu anda kullanılamıyor
page-problem-busy-text = Bunu şu anda yapamadık. Hiçbir şey kaybolmadı ve size e-postayla gelen bağlantı geçerliliğini korur. Birazdan tekrar deneyin.
page-problem-start = Parolanızı mı unuttunuz? Buradan başlayın
