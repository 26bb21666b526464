### Shared

moment = { $year }年{ $month }月{ $day }日 { $time } UTC
span-days = { $count }日間
span-hours = { $count }時間
span-minutes = { $count }分間
span-seconds = { $count }秒間

### Mail

mail-greeting = お客様
mail-greeting-named = { $name } 様
mail-not-me-button = 心当たりがありません
mail-link-as-text = ボタンが動作しない場合は、次のURLを開いてください。
mail-automatic = このメールは{ $product }から自動的に送信されました。
mail-support = お困りの場合は、こちらへお問い合わせください。
# $network is none where it says nothing: a private one.
mail-asked-from =
    { $network ->
        [none] リクエスト元は{ $system }の{ $browser }です。
       *[other] リクエスト元は{ $system }の{ $browser }、ネットワークアドレスは{ $network }です。
    }

mail-reset-subject = { $product }のパスワードの再設定
mail-reset-intro = { $moment }に、{ $product }アカウントのパスワード再設定のリクエストを受け付けました。おそらくお客様ご本人によるものです。
mail-reset-link = 新しいパスワードを設定するには、次のリンクを開いてください。
mail-reset-button = 新しいパスワードを設定する
mail-reset-link-lives = このリンクを使えるのは一度だけで、有効期間は{ $span }です。
mail-reset-code = または、入力を求められた画面で次のコードを入力してください。
mail-reset-code-lives = このコードの有効期間は{ $span }です。
mail-reset-not-me = お心当たりがない場合も、何も変わっていません。現在のパスワードはそのままお使いいただけます。リンクやコードをほかの人に渡さないでください。リンクとコードを無効にして運営者に知らせるには、次のリンクを開いてください。

mail-password-changed-subject = { $product }のパスワードが変更されました
mail-password-changed-preheader = お心当たりがない場合は、すぐに運営者にお知らせください。
mail-password-changed-intro = { $moment }に、{ $product }のアカウントのパスワードが変更されました。
mail-password-changed-if-me = お客様ご本人による変更であれば、何もする必要はありません。
mail-password-changed-not-me = お心当たりがない場合は、第三者がアカウントまたはメールボックスに不正にアクセスしたおそれがあります。すぐに運営者にお知らせください。

mail-no-account-subject = { $product }のパスワード再設定のリクエストについて
mail-no-account-intro = { $moment }に、このメールアドレスのアカウントについて、{ $product }のパスワード再設定のリクエストを受け付けました。お客様ご本人によるものかもしれません。
mail-no-account-none = このメールアドレスには、新しいパスワードを設定できるアカウントがありません。ご本人の場合は、登録に使った可能性のある別のメールアドレスをお試しください。
mail-no-account-ignore = お心当たりがない場合は、何もする必要はありません。

mail-test-subject = { $product }からのテストメール
mail-test-intro = { $moment }に、{ $product }のパスワード再設定の運用担当者がテストメールをリクエストしました。このメールが届いていれば、再設定用リンクのメールも届きます。
mail-test-look = 迷惑メールとして届いていないか、差出人が意図したとおりに表示されているかを確認してください。

### Pages

page-field-email = メールアドレス
page-field-code = コード
page-field-code-hint = 英数字8文字です（例：7K3P‑M9QX）。大文字と小文字の違いやハイフンの有無は問いません。
page-field-password = 新しいパスワード
page-field-password-confirmation = 新しいパスワード（もう一度）
page-ask-again = メールをもう一度送信する
page-support = お困りの場合はこちら

page-demo = これはデモです。ada@example.com をお試しください。
page-demo-mailbox = メールボックスを開く

page-forgot-title = パスワードをお忘れですか？
page-forgot-intro = { $product }のアカウントのメールアドレスを入力してください。新しいパスワードを設定するためのリンクをお送りします。
page-forgot-button = メールを送信する
page-forgot-have-code = コードをすでに持っています

page-sent-title = メールボックスをご確認ください
page-sent-intro = そのメールアドレスの{ $product }アカウントがあれば、リンクとコードを記載したメールをお送りしています。皆様のプライバシーを守るため、アカウントの有無はここではお知らせしません。
page-sent-nothing = メールが届きませんか？
page-sent-minutes = 数分お待ちください。
page-sent-spam = 迷惑メールフォルダーをご確認ください。
page-sent-address = 別のメールアドレスで登録したか、入力を間違えた可能性があります。
page-sent-sender = 差出人：
page-sent-wait = メールをもう一度送信できるようになるまで：
page-sent-wait-over = メールをもう一度送信できるようになりました。
page-sent-other-address = 別のメールアドレスを試す
page-sent-code = コードを入力するか、リンクを開いてください

page-code-title = コードで新しいパスワードを設定する
page-code-intro = { $product }からのメールには、リンクのほかにコードが記載されています。このコードがあれば、どの端末からでもここで新しいパスワードを設定できます。
page-code-no-script = メールのリンクを開きましたか？リンクにはJavaScriptが必要ですが、このブラウザーでは無効になっています。同じメールのコードなら、JavaScriptがなくても使えます。
page-code-button = 続ける

page-choose-title = 新しいパスワードの設定
page-choose-hint = { $count }文字以上。互いに関係のない単語をいくつか並べると、覚えやすく推測されにくくなります。
page-choose-hint-unleash = 10文字以上で、大文字、小文字、数字、記号をそれぞれ1文字以上含めてください。同じ文字を3回続けて使うことはできません。
page-choose-again = このパスワードは使えません。
page-choose-mismatch = 2つのパスワードが一致しません。
page-password-too-short = { $count }文字以上にしてください。
page-password-too-long = { $count }文字以内にしてください。
page-password-too-many-bytes = もっと短くしてください。保存できるのは{ $count }バイトまでで、半角の英数字や記号以外の文字は1文字あたり2～4バイトになります。
page-password-has-nul = NUL文字を取り除いてください。
page-password-common = 攻撃者が真っ先に試すパスワードの一つです。
page-password-breached = このパスワードは過去に漏えいしたデータに含まれています。攻撃者はそうしたパスワードを真っ先に試します。
page-password-is-product-name = このサービスの名前は使わないでください。
page-password-is-address = メールアドレスやその一部は使わないでください。
page-password-is-name = ご自分の名前は使わないでください。
page-password-repeats = 同じ文字を3回続けて使わないでください。
page-password-no-lower-case = 英小文字（a～z）を加えてください。
page-password-no-upper-case = 英大文字（A～Z）を加えてください。
page-password-no-digit = 数字（0～9）を加えてください。
page-password-no-special = 句読点や空白などの記号を加えてください。
page-password-previously-used = ここで以前に使ったことのないパスワードにしてください。
page-password-too-young = パスワードは少し前に変更されたばかりで、まだ変更できません。しばらくしてからお試しください。
page-password-refused-by-store = このパスワードは所属組織の規則で許可されていません。別の文字を使った、より長いものにしてください。
page-choose-show = パスワードを表示する
page-choose-caps-lock = Caps Lockがオンになっています。
page-choose-button = パスワードを変更する
page-choose-sessions = お使いの端末では、もう一度ログインが必要になることがあります。

page-strength-short = まだ短すぎます。
page-strength-kinds-missing = 上の条件のうち、満たしていないものがあります。
page-strength-repeats = 推測されやすいパスワードです。同じ文字の繰り返しです。
page-strength-row = 推測されやすいパスワードです。キーボードやアルファベットの並び順です。
page-strength-known = 推測されやすいパスワードです。メールアドレスやこのサービスの名前とほとんど変わりません。
page-strength-fair = 必要な長さはあります。さらに長くすると、もっと推測されにくくなります。
page-strength-good = 十分な長さで、推測されやすい部分も見当たりません。

page-refused-title = このリンクまたはコードは使えません
page-refused-why = すでに使われたか、期限が切れたか、より新しいメールに置き換えられた可能性があります。コードの場合は、入力間違いも考えられます。
page-refused-safe = 開いただけでは、何も変更されていません。
page-refused-ask = 新しいメールを送信する
page-refused-code = または、コードを入力してください

page-done-title = パスワードを変更しました
page-done-text = 新しいパスワードで{ $product }にログインできます。これまでにお送りしたほかのリンクとコードは、すべて無効になりました。
page-done-notice = 変更をお知らせするメールをお送りします。
page-done-back = { $product }へ進む

page-not-me-title = お心当たりがありませんか？
page-not-me-text = 下のボタンを押すと、{ $product }がお送りした新しいパスワードを設定するためのリンクとコードがすべて無効になり、{ $product }の運営者に知らせが届きます。パスワードはそのままです。
page-not-me-button = 心当たりがないので、リンクを無効にする
page-not-me-otherwise = ご本人によるものだった場合は、このページを閉じてください。何も起こりません。

page-not-me-refused-title = このリンクは使えません
page-not-me-refused-why = リンクが途中で切れているか、7日より前のものである可能性があります。
page-not-me-refused-worried = 第三者が{ $product }のアカウントに不正にアクセスしたと思われる場合は、今すぐ新しいパスワードを設定してください。

page-not-me-done-title = リンクを無効にしました
page-not-me-done-text = これまでにお送りしたリンクとコードはすべて無効になり、{ $product }の運営者に知らせました。
page-not-me-done-worried = お心当たりがないのにパスワードが変更された場合は、今すぐ新しいパスワードを設定してください。誰かにメールを読まれるおそれがある場合は、先にメールボックスのパスワードを変更してください。

page-problem-wrong-title = うまくいきませんでした
page-problem-wrong-text = ブラウザーから送られた内容をサーバーが理解できませんでした。何も変わっていません。
page-problem-foreign-title = 別の場所から送信されました
page-problem-foreign-text = 安全のため、フォームはこのサイトのページから送信された場合にのみ受け付けます。ページを開き直して、もう一度お試しください。
page-problem-unknown-title = ページが見つかりません
page-problem-unknown-text = URLが間違っているか、途中で切れている可能性があります。メールに記載されたものであれば、全体をコピーしてください。
page-problem-often-title = 試行回数が多すぎます
page-problem-often-text = お使いのネットワークからの試行回数が非常に多くなっています。1分待ってから、もう一度お試しください。メールで届いたリンクは引き続き使えます。
page-problem-busy-title = ただいまご利用いただけません
page-problem-busy-text = ただいま処理できませんでした。データは失われておらず、メールで届いたリンクは引き続き使えます。しばらくしてから、もう一度お試しください。
page-problem-start = パスワードをお忘れの方はこちら
