### Shared

moment = { $year }年{ $month }月{ $day }日 { $time } UTC
span-days = { $count } 天
span-hours = { $count } 小时
span-minutes = { $count } 分钟
span-seconds = { $count } 秒

### Mail

mail-greeting = 您好：
mail-greeting-named = { $name }，您好：
mail-not-me-button = 不是我本人操作
mail-link-as-text = 如果按钮无法使用，请打开此网址：
mail-automatic = 此邮件由 { $product } 自动发送。
mail-support = 需要帮助？请通过以下方式联系我们：
# $network is none where it says nothing: a private one.
mail-asked-from =
    { $network ->
        [none] 该申请来自 { $system } 上的 { $browser }。
       *[other] 该申请来自 { $system } 上的 { $browser }，网络地址为 { $network }。
    }

mail-reset-subject = 重置您的 { $product } 密码
mail-reset-intro = 有人（很可能是您本人）于 { $moment } 为您的 { $product } 账号申请了新密码。
mail-reset-link = 要设置新密码，请打开此链接：
mail-reset-button = 设置新密码
mail-reset-link-lives = 此链接只能使用一次，有效期为 { $span }。
mail-reset-code = 或者在需要验证码的地方输入：
mail-reset-code-lives = 此验证码的有效期为 { $span }。
mail-reset-not-me = 如果不是您本人操作，也没有发生任何更改：您的密码仍然有效。请勿将链接或验证码告诉他人。要让它们失效并通知我们，请打开：

mail-password-changed-subject = 您的 { $product } 密码已更改
mail-password-changed-preheader = 如果不是您本人操作，请立即告诉我们。
mail-password-changed-intro = 您的 { $product } 账号的密码已于 { $moment } 更改。
mail-password-changed-if-me = 如果是您本人操作，您无需再做任何事。
mail-password-changed-not-me = 如果不是您本人操作，可能有人登录了您的账号或邮箱。请立即告诉我们：

mail-no-account-subject = 您向 { $product } 申请了新密码
mail-no-account-intro = 有人（也许是您本人）于 { $moment } 向 { $product } 为使用此邮箱地址的账号申请了新密码。
mail-no-account-none = 没有使用此邮箱地址且可以设置新密码的账号。如果是您本人操作，请试试注册时可能使用过的其他邮箱地址。
mail-no-account-ignore = 如果不是您本人操作，您无需做任何事。

mail-test-subject = { $product } 的测试邮件
mail-test-intro = 负责 { $product } 密码重置的人员于 { $moment } 要求发送一封测试邮件。邮件已送达，因此包含重置链接的邮件也能送达。
mail-test-look = 请检查它是否被归为垃圾邮件，以及发件人的显示是否符合您的要求。

### Pages

page-field-email = 邮箱地址
page-field-code = 验证码
page-field-code-hint = 八个字母和数字，例如 7K3P‑M9QX。不区分大小写，连字符可有可无。
page-field-password = 新密码
page-field-password-confirmation = 再次输入新密码
page-ask-again = 再次发送邮件
page-support = 获取帮助

page-demo = 这是演示：请试试 ada@example.com。
page-demo-mailbox = 打开此邮箱

page-forgot-title = 忘记密码了？
page-forgot-intro = 请输入您的 { $product } 账号的邮箱地址。我们会向您发送一个用于设置新密码的链接。
page-forgot-button = 发送邮件
page-forgot-have-code = 我已有验证码

page-sent-title = 请查看您的邮箱
page-sent-intro = 如果有 { $product } 账号使用此邮箱地址，该邮箱将收到一封包含链接和验证码的邮件。为了保护所有人的隐私，我们不会在此说明是否有这样的账号。
page-sent-nothing = 没有收到邮件？
page-sent-minutes = 请等待几分钟。
page-sent-spam = 请查看垃圾邮件文件夹。
page-sent-address = 您可能是用其他邮箱地址注册的，或者输错了这个地址。
page-sent-sender = 发件人：
page-sent-wait = 距离可以再次发送邮件还有：
page-sent-wait-over = 现在可以再次发送邮件了。
page-sent-other-address = 换一个邮箱地址试试
page-sent-code = 输入验证码，或打开链接

page-code-title = 用验证码设置新密码
page-code-intro = { $product } 发来的邮件中，除了链接还有一个验证码。您可以在任意设备上打开此页面，用它设置新密码。
page-code-no-script = 您打开了邮件中的链接吗？它需要 JavaScript，而此浏览器已将其关闭。同一封邮件中的验证码则不需要。
page-code-button = 继续

page-choose-title = 设置新密码
page-choose-hint = 至少 { $count } 个字符。几个互不相关的词，容易记住，却很难猜中。
page-choose-hint-unleash = 至少 10 个字符，须包含大写字母、小写字母、数字和特殊字符，且任何字符都不能连续出现三次。
page-choose-again = 此密码未被接受：
page-choose-mismatch = 两次输入的密码不一致。
page-password-too-short = 请至少使用 { $count } 个字符。
page-password-too-long = 请最多使用 { $count } 个字符。
page-password-too-many-bytes = 请使用更短的密码：最多只能保存 { $count } 个字节，而英文字母、数字和半角符号以外的字符每个占两到四个字节。
page-password-has-nul = 请去掉 NUL 字符。
page-password-common = 这是攻击者最先尝试的密码之一。
page-password-breached = 此密码曾出现在泄露的数据中，攻击者会最先尝试这类密码。
page-password-is-product-name = 请勿使用此服务的名称。
page-password-is-address = 请勿使用您的邮箱地址或其中的一部分。
page-password-is-name = 请勿使用您的姓名。
page-password-repeats = 请勿连续三次使用同一个字符。
page-password-no-lower-case = 请加入一个小写字母（a 到 z）。
page-password-no-upper-case = 请加入一个大写字母（A 到 Z）。
page-password-no-digit = 请加入一个数字（0 到 9）。
page-password-no-special = 请加入一个特殊字符，例如标点符号或空格。
page-password-previously-used = 请设置一个您未曾在此使用过的密码。
page-password-too-young = 密码刚刚更改过，目前还不能再次更改。请稍后再试。
page-password-refused-by-store = 贵组织的密码规则不允许使用此密码。请选择更长且包含其他字符的密码。
page-choose-show = 显示密码
page-choose-caps-lock = 大写锁定已开启。
page-choose-button = 更改密码
page-choose-sessions = 您可能需要在自己的设备上重新登录。

page-strength-short = 目前还太短。
page-strength-kinds-missing = 还没有满足上面的全部要求。
page-strength-repeats = 容易被猜到：总是那几个字符在重复。
page-strength-row = 容易被猜到：按照键盘或字母表的顺序排列。
page-strength-known = 容易被猜到：几乎就是您的邮箱地址或此服务的名称。
page-strength-fair = 长度足够。更长的密码更难被猜到。
page-strength-good = 很好：足够长，也没有明显容易被猜到的地方。

page-refused-title = 此链接或验证码无效
page-refused-why = 它可能已经用过、已经过期，或已被更新的邮件取代。验证码也可能输错了。
page-refused-safe = 此操作未更改任何内容。
page-refused-ask = 重新获取邮件
page-refused-code = 或输入验证码

page-done-title = 您的密码已更改
page-done-text = 您现在可以用新密码登录 { $product }。我们发给您的其他链接和验证码均已失效。
page-done-notice = 我们正向您发送一封邮件，确认此次更改。
page-done-back = 前往 { $product }

page-not-me-title = 不是您本人操作？
page-not-me-text = 只需点击一次，{ $product } 发给您的所有用于设置新密码的链接和验证码都会失效，{ $product } 的管理人员也会收到通知。您的密码保持不变。
page-not-me-button = 不是我本人操作，让链接失效
page-not-me-otherwise = 如果其实是您本人操作，请关闭此页面。不会发生任何事。

page-not-me-refused-title = 此链接无效
page-not-me-refused-why = 它可能不完整，或者已超过七天。
page-not-me-refused-worried = 如果您认为有其他人登录了您的 { $product } 账号，请立即设置新密码。

page-not-me-done-title = 链接已失效
page-not-me-done-text = 此前发给您的所有链接和验证码均已失效，{ $product } 的管理人员也已收到通知。
page-not-me-done-worried = 如果您的密码已更改，但不是您本人操作，请立即设置新密码。如果有人能读到您的邮件，请先更改邮箱的密码。

page-problem-wrong-title = 操作未成功
page-problem-wrong-text = 服务器无法理解浏览器发送的内容。未作任何更改。
page-problem-foreign-title = 此请求来自别处
page-problem-foreign-text = 为了您的安全，只有从本网站页面提交的表单才有效。请重新打开页面再试一次。
page-problem-unknown-title = 没有此页面
page-problem-unknown-text = 网址可能有误或不完整。如果它来自邮件，请完整复制。
page-problem-often-title = 尝试次数过多
page-problem-often-text = 来自您所在网络的尝试非常多。请等待一分钟后再试。您收到的邮件中的链接仍然有效。
page-problem-busy-title = 暂时无法使用
page-problem-busy-text = 我们暂时无法完成此操作。没有丢失任何内容，您收到的邮件中的链接仍然有效。请稍后再试。
page-problem-start = 忘记密码了？从这里开始
