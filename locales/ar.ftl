### Shared

# The mark at the beginning has the date run from right to left, though it ends in Latin letters.
moment =
    { "\u200F" }{ $day } { $month ->
        [1] يناير
        [2] فبراير
        [3] مارس
        [4] أبريل
        [5] مايو
        [6] يونيو
        [7] يوليو
        [8] أغسطس
        [9] سبتمبر
        [10] أكتوبر
        [11] نوفمبر
       *[12] ديسمبر
    } { $year } ({ $time } UTC)
# Spans stand after “لمدة”, in the genitive.
span-days =
    { $count ->
        [zero] { $count } يوم
        [one] يوم واحد
        [two] يومين
        [few] { $count } أيام
        [many] { $count } يومًا
       *[other] { $count } يوم
    }
span-hours =
    { $count ->
        [zero] { $count } ساعة
        [one] ساعة واحدة
        [two] ساعتين
        [few] { $count } ساعات
        [many] { $count } ساعة
       *[other] { $count } ساعة
    }
span-minutes =
    { $count ->
        [zero] { $count } دقيقة
        [one] دقيقة واحدة
        [two] دقيقتين
        [few] { $count } دقائق
        [many] { $count } دقيقة
       *[other] { $count } دقيقة
    }
span-seconds =
    { $count ->
        [zero] { $count } ثانية
        [one] ثانية واحدة
        [two] ثانيتين
        [few] { $count } ثوانٍ
        [many] { $count } ثانية
       *[other] { $count } ثانية
    }

### Mail

mail-greeting = مرحبًا،
mail-greeting-named = مرحبًا { $name }،
mail-not-me-button = لست أنا من فعل ذلك
mail-link-as-text = إذا لم يعمل الزر، فافتح هذا العنوان:
mail-automatic = أُرسلت هذه الرسالة تلقائيًا من { $product }.
mail-support = هل تحتاج إلى مساعدة؟ اطلبها هنا:
# $network is none where it says nothing: a private one.
mail-asked-from =
    { $network ->
        [none] جاء الطلب من { $browser } على { $system }.
       *[other] جاء الطلب من { $browser } على { $system }، وعنوان الشبكة { $network }.
    }

mail-reset-subject = إعادة تعيين كلمة المرور في { $product }
mail-reset-intro = طلب شخص ما، والأرجح أنه أنت، في { $moment } كلمة مرور جديدة لحسابك في { $product }.
mail-reset-link = لاختيار كلمة مرور جديدة، افتح هذا الرابط:
mail-reset-button = اختيار كلمة مرور جديدة
mail-reset-link-lives = يعمل الرابط مرة واحدة فقط، وهو صالح لمدة { $span }.
mail-reset-code = أو أدخل هذا الرمز حيث يُطلب منك:
mail-reset-code-lives = الرمز صالح لمدة { $span }.
mail-reset-not-me = إذا لم تكن أنت من طلب ذلك، فلم يتغير شيء: كلمة مرورك ما زالت تعمل. لا تعطِ الرابط أو الرمز لأحد. لإلغائهما وإبلاغنا بذلك، افتح:

mail-password-changed-subject = تم تغيير كلمة مرورك في { $product }
mail-password-changed-preheader = إذا لم تكن أنت من غيّرها، فأبلغنا فورًا.
mail-password-changed-intro = تم تغيير كلمة مرور حسابك في { $product } بتاريخ { $moment }.
mail-password-changed-if-me = إذا كنت أنت من غيّرها، فلا يلزمك فعل أي شيء آخر.
mail-password-changed-not-me = إذا لم تكن أنت من غيّرها، فربما دخل شخص ما إلى حسابك أو إلى صندوق بريدك. أبلغنا فورًا:

mail-no-account-subject = طلبك كلمة مرور جديدة من { $product }
mail-no-account-intro = طلب شخص ما، ربما أنت، من { $product } في { $moment } كلمة مرور جديدة للحساب المرتبط بهذا العنوان.
mail-no-account-none = لا يوجد حساب بهذا العنوان يمكن تعيين كلمة مرور جديدة له. إذا كنت أنت من طلبها، فجرّب عنوانًا آخر ربما سجّلت به.
mail-no-account-ignore = إذا لم تكن أنت من طلبها، فلا يلزمك فعل أي شيء.

mail-test-subject = رسالة تجريبية من { $product }
mail-test-intro = طلب أحد القائمين على إعادة تعيين كلمات المرور في { $product } بتاريخ { $moment } رسالة تجريبية. لقد وصلت، إذن ستصل أيضًا الرسائل التي تحتوي على روابط إعادة التعيين.
mail-test-look = تحقّق مما إذا كانت قد وصلت على أنها رسالة غير مرغوب فيها، ومن أن المرسل يظهر كما تريد.

### Pages

page-field-email = عنوان البريد الإلكتروني
page-field-code = الرمز
page-field-code-hint = ثمانية أحرف وأرقام، مثل 7K3P‑M9QX. لا فرق بين الأحرف الكبيرة والصغيرة، ولا أهمية للشرطات.
page-field-password = كلمة المرور الجديدة
page-field-password-confirmation = كلمة المرور الجديدة مرة أخرى
page-ask-again = طلب رسالة أخرى
page-support = الحصول على المساعدة

page-demo = هذه نسخة تجريبية: جرّب ada@example.com.
page-demo-mailbox = فتح صندوق بريد هذا العنوان

page-forgot-title = هل نسيت كلمة المرور؟
page-forgot-intro = أدخل عنوان البريد الإلكتروني لحسابك في { $product }. سنرسل إليك رابطًا لاختيار كلمة مرور جديدة.
page-forgot-button = أرسل إليّ الرسالة
page-forgot-have-code = لديّ رمز بالفعل

page-sent-title = راجع صندوق بريدك
page-sent-intro = إذا كان هناك حساب في { $product } بهذا العنوان، فإن رسالة فيها رابط ورمز في طريقها إليه. حفاظًا على خصوصية الجميع، لا نقول هنا هل يوجد مثل هذا الحساب.
page-sent-nothing = لم تصلك الرسالة؟
page-sent-minutes = انتظر بضع دقائق.
page-sent-spam = ابحث في مجلد الرسائل غير المرغوب فيها.
page-sent-address = ربما سجّلت بعنوان آخر، أو أخطأت في كتابة هذا العنوان.
page-sent-sender = المرسل:
page-sent-wait = يمكنك طلب رسالة أخرى بعد:
page-sent-wait-over = يمكنك الآن طلب رسالة أخرى.
page-sent-other-address = تجربة عنوان آخر
page-sent-code = أدخل الرمز أو افتح الرابط

page-code-title = اختر كلمة مرور جديدة باستخدام الرمز
page-code-intro = في الرسالة الواردة من { $product } رمز إلى جانب الرابط. يمكنك به اختيار كلمة مرور جديدة هنا، على أي جهاز تريد.
page-code-no-script = هل فتحت الرابط من الرسالة؟ إنه يحتاج إلى JavaScript، وهو معطّل في هذا المتصفح. أما الرمز الموجود في الرسالة نفسها فلا يحتاج إليه.
page-code-button = متابعة

page-choose-title = اختر كلمة مرور جديدة
page-choose-hint =
    { $count ->
        [zero] { $count } حرف على الأقل. بضع كلمات لا صلة بينها يسهل تذكّرها ويصعب تخمينها.
        [one] حرف واحد على الأقل. بضع كلمات لا صلة بينها يسهل تذكّرها ويصعب تخمينها.
        [two] حرفان على الأقل. بضع كلمات لا صلة بينها يسهل تذكّرها ويصعب تخمينها.
        [few] { $count } أحرف على الأقل. بضع كلمات لا صلة بينها يسهل تذكّرها ويصعب تخمينها.
        [many] { $count } حرفًا على الأقل. بضع كلمات لا صلة بينها يسهل تذكّرها ويصعب تخمينها.
       *[other] { $count } حرف على الأقل. بضع كلمات لا صلة بينها يسهل تذكّرها ويصعب تخمينها.
    }
page-choose-hint-unleash = 10 أحرف على الأقل، منها حرف كبير وحرف صغير ورقم وحرف خاص، ودون تكرار أي حرف ثلاث مرات متتالية.
page-choose-again = لم تُقبل كلمة المرور هذه:
page-choose-mismatch = كلمتا المرور غير متطابقتين.
page-password-too-short =
    { $count ->
        [zero] استخدم { $count } حرف على الأقل.
        [one] استخدم حرفًا واحدًا على الأقل.
        [two] استخدم حرفين على الأقل.
        [few] استخدم { $count } أحرف على الأقل.
        [many] استخدم { $count } حرفًا على الأقل.
       *[other] استخدم { $count } حرف على الأقل.
    }
page-password-too-long =
    { $count ->
        [zero] استخدم { $count } حرف على الأكثر.
        [one] استخدم حرفًا واحدًا على الأكثر.
        [two] استخدم حرفين على الأكثر.
        [few] استخدم { $count } أحرف على الأكثر.
        [many] استخدم { $count } حرفًا على الأكثر.
       *[other] استخدم { $count } حرف على الأكثر.
    }
page-password-too-many-bytes =
    { $count ->
        [zero] استخدم كلمة مرور أقصر: لا يمكن حفظ أكثر من { $count } بايت، وكل حرف من خارج الأبجدية الإنجليزية يشغل من بايتين إلى أربعة.
        [one] استخدم كلمة مرور أقصر: لا يمكن حفظ أكثر من بايت واحد، وكل حرف من خارج الأبجدية الإنجليزية يشغل من بايتين إلى أربعة.
        [two] استخدم كلمة مرور أقصر: لا يمكن حفظ أكثر من بايتين، وكل حرف من خارج الأبجدية الإنجليزية يشغل من بايتين إلى أربعة.
       *[other] استخدم كلمة مرور أقصر: لا يمكن حفظ أكثر من { $count } بايت، وكل حرف من خارج الأبجدية الإنجليزية يشغل من بايتين إلى أربعة.
    }
page-password-has-nul = احذف الحرف NUL.
page-password-common = هذه إحدى كلمات المرور التي يجرّبها المهاجمون أولًا.
page-password-breached = ظهرت كلمة المرور هذه في تسريب بيانات، والمهاجمون يجرّبون مثلها أولًا.
page-password-is-product-name = لا تستخدم اسم هذه الخدمة.
page-password-is-address = لا تستخدم عنوان بريدك الإلكتروني أو جزءًا منه.
page-password-is-name = لا تستخدم اسمك.
page-password-repeats = لا تكرّر الحرف نفسه ثلاث مرات متتالية.
page-password-no-lower-case = أضف حرفًا لاتينيًا صغيرًا، من a إلى z.
page-password-no-upper-case = أضف حرفًا لاتينيًا كبيرًا، من A إلى Z.
page-password-no-digit = أضف رقمًا، من 0 إلى 9.
page-password-no-special = أضف حرفًا خاصًا، مثل علامة ترقيم أو مسافة.
page-password-previously-used = اختر كلمة مرور لم تستخدمها هنا من قبل.
page-password-too-young = تم تغيير كلمة المرور قبل وقت قصير، ولا يمكن تغييرها مرة أخرى الآن. حاول لاحقًا.
page-password-refused-by-store = قواعد كلمات المرور في مؤسستك لا تسمح بكلمة المرور هذه. اختر كلمة مرور أطول وبأحرف أخرى.
page-choose-show = إظهار كلمتي المرور
page-choose-caps-lock = مفتاح Caps Lock مفعّل.
page-choose-button = تغيير كلمة المرور
page-choose-sessions = قد تحتاج إلى تسجيل الدخول من جديد على أجهزتك.

page-strength-short = ما زالت أقصر من اللازم.
page-strength-kinds-missing = ما زال ينقصها شيء مما هو مطلوب أعلاه.
page-strength-repeats = سهلة التخمين: الأحرف القليلة نفسها تتكرر.
page-strength-row = سهلة التخمين: تتبع ترتيب لوحة المفاتيح أو الأبجدية.
page-strength-known = سهلة التخمين: لا تكاد تزيد على عنوانك أو اسم هذه الخدمة.
page-strength-fair = طولها كافٍ. كلما طالت صعب تخمينها.
page-strength-good = جيدة: طويلة، وليس فيها ما يبدو سهل التخمين.

page-refused-title = هذا الرابط أو الرمز لا يعمل
page-refused-why = ربما سبق استخدامه، أو انتهت صلاحيته، أو حلّت محله رسالة أحدث. وقد يكون في الرمز خطأ في الكتابة.
page-refused-safe = لم يغيّر فتحه شيئًا.
page-refused-ask = طلب رسالة جديدة
page-refused-code = أو أدخل الرمز

page-done-title = تم تغيير كلمة مرورك
page-done-text = يمكنك الآن تسجيل الدخول بها إلى { $product }. كل الروابط والرموز الأخرى التي أرسلناها إليك لم تعد تعمل.
page-done-notice = نرسل إليك الآن رسالة تفيد بإتمام التغيير.
page-done-back = الانتقال إلى { $product }

page-not-me-title = ألم تكن أنت من فعل ذلك؟
page-not-me-text = بضغطة واحدة تُلغى كل الروابط والرموز التي أرسلها إليك { $product } لاختيار كلمة مرور جديدة، ويُبلَّغ القائمون على { $product }. تبقى كلمة مرورك كما هي.
page-not-me-button = لست أنا من فعل ذلك، ألغِ الروابط
page-not-me-otherwise = إذا كنت أنت من فعل ذلك، فأغلق هذه الصفحة. لن يحدث شيء.

page-not-me-refused-title = هذا الرابط لا يعمل
page-not-me-refused-why = ربما يكون ناقصًا، أو مضى عليه أكثر من سبعة أيام.
page-not-me-refused-worried = إذا كنت تظن أن شخصًا آخر دخل إلى حسابك في { $product }، فاختر كلمة مرور جديدة الآن.

page-not-me-done-title = أُلغيت الروابط
page-not-me-done-text = لم يعد يعمل أي رابط أو رمز أُرسل إليك من قبل، وقد أُبلغ القائمون على { $product }.
page-not-me-done-worried = إذا تغيّرت كلمة مرورك ولم تكن أنت من غيّرها، فاختر كلمة مرور جديدة الآن. وإذا كان بإمكان شخص ما قراءة بريدك، فغيّر أولًا كلمة مرور صندوق بريدك.

page-problem-wrong-title = لم ينجح ذلك
page-problem-wrong-text = لم يفهم الخادم ما أرسله المتصفح. لم يتغير شيء.
page-problem-foreign-title = جاء الطلب من مكان آخر
page-problem-foreign-text = حفاظًا على أمانك، لا يُقبل النموذج إلا إذا أُرسل من صفحة في هذا الموقع. افتح الصفحة من جديد وحاول مرة أخرى.
page-problem-unknown-title = هذه الصفحة غير موجودة
page-problem-unknown-text = قد يكون في العنوان خطأ أو نقص. إذا كان من رسالة، فانسخه كاملًا.
page-problem-often-title = محاولات كثيرة جدًا
page-problem-often-text = وردت محاولات كثيرة جدًا من شبكتك. انتظر دقيقة وحاول مرة أخرى. الرابط الذي وصلك بالبريد ما زال صالحًا.
page-problem-busy-title = غير متاح الآن
page-problem-busy-text = تعذّر القيام بذلك في هذه اللحظة. لم يضِع شيء، والرابط الذي وصلك بالبريد ما زال صالحًا. حاول مرة أخرى بعد قليل.
page-problem-start = هل نسيت كلمة المرور؟ ابدأ من هنا
