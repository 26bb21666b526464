### Shared

moment = { $year }年{ $month }月{ $day }日 { $time } UTC
span-days = { $count } 天
span-hours = { $count } 小時
span-minutes = { $count } 分鐘
span-seconds = { $count } 秒

### Mail

mail-greeting = 您好：
mail-greeting-named = { $name }，您好：
mail-not-me-button = 不是我本人操作
mail-link-as-text = 如果按鈕無法使用，請開啟這個網址：
mail-automatic = 這封郵件由 { $product } 自動寄出。
mail-support = 需要協助？請透過以下方式聯絡我們：
# $network is none where it says nothing: a private one.
mail-asked-from =
    { $network ->
        [none] 這項申請來自 { $system } 上的 { $browser }。
       *[other] 這項申請來自 { $system } 上的 { $browser }，網路位址為 { $network }。
    }

mail-reset-subject = 重設您的 { $product } 密碼
mail-reset-intro = 有人（很可能是您本人）於 { $moment } 為您的 { $product } 帳號申請了新密碼。
mail-reset-link = 若要設定新密碼，請開啟這個連結：
mail-reset-button = 設定新密碼
mail-reset-link-lives = 這個連結只能使用一次，有效期限為 { $span }。
mail-reset-code = 或在需要驗證碼的地方輸入：
mail-reset-code-lives = 這組驗證碼的有效期限為 { $span }。
mail-reset-not-me = 如果不是您本人操作，也沒有任何變更：您的密碼仍然有效。請勿將連結或驗證碼告訴他人。若要讓它們失效並通知我們，請開啟：

mail-password-changed-subject = 您的 { $product } 密碼已變更
mail-password-changed-preheader = 如果不是您本人操作，請立即告訴我們。
mail-password-changed-intro = 您的 { $product } 帳號的密碼已於 { $moment } 變更。
mail-password-changed-if-me = 如果是您本人操作，您不必再做任何事。
mail-password-changed-not-me = 如果不是您本人操作，可能有人登入了您的帳號或信箱。請立即告訴我們：

mail-no-account-subject = 您向 { $product } 申請了新密碼
mail-no-account-intro = 有人（也許是您本人）於 { $moment } 向 { $product } 為使用此電子郵件地址的帳號申請了新密碼。
mail-no-account-none = 沒有使用此電子郵件地址且可以設定新密碼的帳號。如果是您本人操作，請試試註冊時可能使用過的其他地址。
mail-no-account-ignore = 如果不是您本人操作，您不必做任何事。

mail-test-subject = { $product } 的測試郵件
mail-test-intro = 負責 { $product } 密碼重設的人員於 { $moment } 要求寄出一封測試郵件。這封郵件已經送達，因此含有重設連結的郵件也能送達。
mail-test-look = 請檢查它是否被歸類為垃圾郵件，以及寄件者的顯示是否符合您的期望。

### Pages

page-field-email = 電子郵件地址
page-field-code = 驗證碼
page-field-code-hint = 八個字母和數字，例如 7K3P‑M9QX。不分大小寫，連字號可有可無。
page-field-password = 新密碼
page-field-password-confirmation = 再次輸入新密碼
page-ask-again = 再寄一封郵件
page-support = 取得協助

page-demo = 這是示範：請試試 ada@example.com。
page-demo-mailbox = 開啟這個信箱

page-forgot-title = 忘記密碼了嗎？
page-forgot-intro = 請輸入您的 { $product } 帳號的電子郵件地址。我們會寄給您一個用來設定新密碼的連結。
page-forgot-button = 寄送郵件
page-forgot-have-code = 我已經有驗證碼

page-sent-title = 請查看您的信箱
page-sent-intro = 如果有 { $product } 帳號使用此電子郵件地址，該信箱會收到一封含有連結和驗證碼的郵件。為了保護所有人的隱私，我們不會在此說明是否有這樣的帳號。
page-sent-nothing = 沒有收到郵件嗎？
page-sent-minutes = 請等候幾分鐘。
page-sent-spam = 請查看垃圾郵件資料夾。
page-sent-address = 您可能是用其他地址註冊的，或打錯了這個地址。
page-sent-sender = 寄件者：
page-sent-wait = 距離可以再寄一封郵件還有：
page-sent-wait-over = 現在可以再寄一封郵件了。
page-sent-other-address = 換一個地址試試
page-sent-code = 輸入驗證碼，或開啟連結

page-code-title = 用驗證碼設定新密碼
page-code-intro = { $product } 寄來的郵件中，除了連結還有一組驗證碼。您可以在任何裝置上開啟此頁面，用它設定新密碼。
page-code-no-script = 您開啟了郵件中的連結嗎？它需要 JavaScript，而這個瀏覽器已將其關閉。同一封郵件中的驗證碼則不需要。
page-code-button = 繼續

page-choose-title = 設定新密碼
page-choose-hint = 至少 { $count } 個字元。幾個互不相關的詞，容易記住，卻很難猜中。
page-choose-hint-unleash = 至少 10 個字元，須包含大寫字母、小寫字母、數字和特殊字元，且任何字元都不能連續出現三次。
page-choose-again = 這個密碼未被接受：
page-choose-mismatch = 兩次輸入的密碼不一致。
page-password-too-short = 請至少使用 { $count } 個字元。
page-password-too-long = 請最多使用 { $count } 個字元。
page-password-too-many-bytes = 請使用較短的密碼：最多只能儲存 { $count } 個位元組，而英文字母、數字和半形符號以外的字元每個佔二到四個位元組。
page-password-has-nul = 請移除 NUL 字元。
page-password-common = 這是攻擊者最先嘗試的密碼之一。
page-password-breached = 這個密碼曾出現在外洩的資料中，攻擊者會最先嘗試這類密碼。
page-password-is-product-name = 請勿使用此服務的名稱。
page-password-is-address = 請勿使用您的電子郵件地址或其中一部分。
page-password-is-name = 請勿使用您的姓名。
page-password-repeats = 請勿連續三次使用同一個字元。
page-password-no-lower-case = 請加入一個小寫字母（a 到 z）。
page-password-no-upper-case = 請加入一個大寫字母（A 到 Z）。
page-password-no-digit = 請加入一個數字（0 到 9）。
page-password-no-special = 請加入一個特殊字元，例如標點符號或空格。
page-password-previously-used = 請設定一個您未曾在此使用過的密碼。
page-password-too-young = 密碼才剛變更過，目前還不能再次變更。請稍後再試。
page-password-refused-by-store = 貴組織的密碼規則不允許使用此密碼。請選擇更長且包含其他字元的密碼。
page-choose-show = 顯示密碼
page-choose-caps-lock = 大寫鎖定已開啟。
page-choose-button = 變更密碼
page-choose-sessions = 您可能需要在自己的裝置上重新登入。

page-strength-short = 目前還太短。
page-strength-kinds-missing = 還沒有符合上面的全部要求。
page-strength-repeats = 容易被猜到：總是那幾個字元在重複。
page-strength-row = 容易被猜到：按照鍵盤或字母的順序排列。
page-strength-known = 容易被猜到：幾乎就是您的電子郵件地址或此服務的名稱。
page-strength-fair = 長度足夠。更長的密碼更難被猜到。
page-strength-good = 很好：夠長，也沒有明顯容易被猜到的地方。

page-refused-title = 這個連結或驗證碼無效
page-refused-why = 它可能已經用過、已經過期，或已被較新的郵件取代。驗證碼也可能打錯了。
page-refused-safe = 此操作並未變更任何內容。
page-refused-ask = 重新取得郵件
page-refused-code = 或輸入驗證碼

page-done-title = 您的密碼已變更
page-done-text = 您現在可以用新密碼登入 { $product }。我們寄給您的其他連結和驗證碼均已失效。
page-done-notice = 我們正寄給您一封郵件，確認這次變更。
page-done-back = 前往 { $product }

page-not-me-title = 不是您本人操作？
page-not-me-text = 只要按一下，{ $product } 寄給您的所有用來設定新密碼的連結和驗證碼都會失效，{ $product } 的管理人員也會收到通知。您的密碼維持不變。
page-not-me-button = 不是我本人操作，讓連結失效
page-not-me-otherwise = 如果其實是您本人操作，請關閉這個頁面。不會發生任何事。

page-not-me-refused-title = 這個連結無效
page-not-me-refused-why = 它可能不完整，或已超過七天。
page-not-me-refused-worried = 如果您認為有其他人登入了您的 { $product } 帳號，請立即設定新密碼。

page-not-me-done-title = 連結已失效
page-not-me-done-text = 先前寄給您的所有連結和驗證碼均已失效，{ $product } 的管理人員也已收到通知。
page-not-me-done-worried = 如果您的密碼已變更，但不是您本人操作，請立即設定新密碼。如果有人能讀到您的郵件，請先變更信箱的密碼。

page-problem-wrong-title = 操作未成功
page-problem-wrong-text = 伺服器無法理解瀏覽器傳送的內容。未做任何變更。
page-problem-foreign-title = 此要求來自別處
page-problem-foreign-text = 為了您的安全，只有從本網站頁面送出的表單才有效。請重新開啟頁面再試一次。
page-problem-unknown-title = 沒有這個頁面
page-problem-unknown-text = 網址可能有誤或不完整。如果它來自郵件，請完整複製。
page-problem-often-title = 嘗試次數過多
page-problem-often-text = 來自您所在網路的嘗試非常多。請等候一分鐘後再試。您收到的郵件中的連結仍然有效。
page-problem-busy-title = 暫時無法使用
page-problem-busy-text = 我們暫時無法完成此操作。沒有遺失任何內容，您收到的郵件中的連結仍然有效。請稍後再試。
page-problem-start = 忘記密碼了嗎？從這裡開始
