### Shared

# The mark at the beginning has the date run from right to left, though it ends in Latin letters.
moment =
    { "\u200F" }{ $day } { $month ->
        [1] בינואר
        [2] בפברואר
        [3] במרץ
        [4] באפריל
        [5] במאי
        [6] ביוני
        [7] ביולי
        [8] באוגוסט
        [9] בספטמבר
        [10] באוקטובר
        [11] בנובמבר
       *[12] בדצמבר
    } { $year } ({ $time } UTC)
span-days =
    { $count ->
        [one] יום אחד
        [two] יומיים
       *[other] { $count } ימים
    }
span-hours =
    { $count ->
        [one] שעה אחת
        [two] שעתיים
       *[other] { $count } שעות
    }
span-minutes =
    { $count ->
        [one] דקה אחת
        [two] שתי דקות
       *[other] { $count } דקות
    }
span-seconds =
    { $count ->
        [one] שנייה אחת
        [two] שתי שניות
       *[other] { $count } שניות
    }

### Mail

# Nowhere does a text take the reader for a man or a woman.
mail-greeting = שלום,
mail-greeting-named = שלום { $name },
mail-not-me-button = זה לא הייתי אני
mail-link-as-text = אם הכפתור לא פועל, יש לפתוח את הכתובת הזאת:
mail-automatic = ההודעה הזאת נשלחה אוטומטית מאת { $product }.
mail-support = נחוצה עזרה? אפשר לפנות לכאן:
# $network is none where it says nothing: a private one.
mail-asked-from =
    { $network ->
        [none] הבקשה הגיעה מ־{ $browser } ב־{ $system }.
       *[other] הבקשה הגיעה מ־{ $browser } ב־{ $system }, כתובת רשת { $network }.
    }

mail-reset-subject = איפוס הסיסמה לחשבון { $product }
mail-reset-intro = בתאריך { $moment } התקבלה בקשה, כנראה ממך, לסיסמה חדשה לחשבון { $product } שלך.
mail-reset-link = כדי לבחור סיסמה חדשה, יש לפתוח את הקישור הזה:
mail-reset-button = בחירת סיסמה חדשה
mail-reset-link-lives = הקישור פועל פעם אחת בלבד ותקף למשך { $span }.
mail-reset-code = אפשר גם להקליד את הקוד הזה במקום שבו הוא נדרש:
mail-reset-code-lives = הקוד תקף למשך { $span }.
mail-reset-not-me = אם הבקשה לא הגיעה ממך, שום דבר לא השתנה: הסיסמה שלך עדיין פועלת. אין למסור לאף אחד את הקישור או את הקוד. כדי לבטל אותם ולהודיע לנו, יש לפתוח:

mail-password-changed-subject = הסיסמה לחשבון { $product } שונתה
mail-password-changed-preheader = אם השינוי לא נעשה על ידך, נא להודיע לנו מיד.
mail-password-changed-intro = הסיסמה לחשבון { $product } שלך שונתה בתאריך { $moment }.
mail-password-changed-if-me = אם השינוי נעשה על ידך, אין צורך לעשות דבר נוסף.
mail-password-changed-not-me = אם השינוי לא נעשה על ידך, ייתכן שמישהו נכנס לחשבון או לתיבת הדואר שלך. נא להודיע לנו מיד:

mail-no-account-subject = הבקשה שלך לסיסמה חדשה אצל { $product }
mail-no-account-intro = בתאריך { $moment } התקבלה אצל { $product } בקשה, אולי ממך, לסיסמה חדשה לחשבון עם הכתובת הזאת.
mail-no-account-none = אין חשבון עם הכתובת הזאת שאפשר לקבוע לו סיסמה חדשה. אם הבקשה הגיעה ממך, כדאי לנסות כתובת אחרת שאולי שימשה להרשמה.
mail-no-account-ignore = אם הבקשה לא הגיעה ממך, אין צורך לעשות דבר.

mail-test-subject = הודעת בדיקה מאת { $product }
mail-test-intro = מי שמפעיל את איפוס הסיסמאות של { $product } ביקש בתאריך { $moment } הודעת בדיקה. היא הגיעה, ולכן גם הודעות עם קישורי איפוס מגיעות.
mail-test-look = כדאי לבדוק אם היא סומנה כספאם ואם השולח מוצג כרצוי.

### Pages

page-field-email = כתובת אימייל
page-field-code = קוד
page-field-code-hint = שמונה אותיות וספרות, למשל 7K3P‑M9QX. אין הבדל בין אותיות גדולות לקטנות, ומקפים אינם נחוצים.
page-field-password = סיסמה חדשה
page-field-password-confirmation = סיסמה חדשה, פעם נוספת
page-ask-again = בקשת הודעה נוספת
page-support = קבלת עזרה

page-demo = זוהי הדגמה: אפשר לנסות את ada@example.com.
page-demo-mailbox = פתיחת תיבת הדואר

page-forgot-title = שכחת את הסיסמה?
page-forgot-intro = יש להזין את כתובת האימייל של חשבון { $product } שלך. נשלח אליך קישור לבחירת סיסמה חדשה.
page-forgot-button = שליחת ההודעה אליי
page-forgot-have-code = כבר יש לי קוד

page-sent-title = כדאי לבדוק בתיבת הדואר
page-sent-intro = אם יש חשבון { $product } עם הכתובת הזאת, הודעה עם קישור וקוד בדרך אליה. כדי לשמור על הפרטיות של כולם, איננו מציינים כאן אם יש חשבון כזה.
page-sent-nothing = לא הגיעה הודעה?
page-sent-minutes = כדאי להמתין כמה דקות.
page-sent-spam = כדאי לבדוק בתיקיית הספאם או דואר הזבל.
page-sent-address = אולי נרשמת עם כתובת אחרת, או שנפלה טעות בהקלדת הכתובת הזאת.
page-sent-sender = השולח:
page-sent-wait = אפשר יהיה לבקש הודעה נוספת בעוד:
page-sent-wait-over = עכשיו אפשר לבקש הודעה נוספת.
page-sent-other-address = ניסיון עם כתובת אחרת
page-sent-code = הקלדת הקוד או פתיחת הקישור

page-code-title = בחירת סיסמה חדשה באמצעות הקוד
page-code-intro = בהודעה מאת { $product } יש גם קוד, לצד הקישור. בעזרתו אפשר לבחור כאן סיסמה חדשה, בכל מכשיר.
page-code-no-script = פתחת את הקישור מההודעה? לקישור דרוש JavaScript, שכבוי בדפדפן הזה. לקוד מאותה הודעה הוא אינו דרוש.
page-code-button = המשך

page-choose-title = בחירת סיסמה חדשה
page-choose-hint =
    { $count ->
        [one] תו אחד לפחות. כמה מילים שאין ביניהן קשר קל לזכור וקשה לנחש.
        [two] שני תווים לפחות. כמה מילים שאין ביניהן קשר קל לזכור וקשה לנחש.
       *[other] { $count } תווים לפחות. כמה מילים שאין ביניהן קשר קל לזכור וקשה לנחש.
    }
page-choose-hint-unleash = 10 תווים לפחות, ובהם אות גדולה, אות קטנה, ספרה ותו מיוחד, בלי שום תו שלוש פעמים ברצף.
page-choose-again = הסיסמה הזאת לא התקבלה:
page-choose-mismatch = שתי הסיסמאות אינן זהות.
page-password-too-short =
    { $count ->
        [one] צריך לפחות תו אחד.
        [two] צריך לפחות שני תווים.
       *[other] צריך לפחות { $count } תווים.
    }
page-password-too-long =
    { $count ->
        [one] מותר לכל היותר תו אחד.
        [two] מותר לכל היותר שני תווים.
       *[other] מותרים לכל היותר { $count } תווים.
    }
page-password-too-many-bytes =
    { $count ->
        [one] צריך סיסמה קצרה יותר: אפשר לשמור לכל היותר בייט אחד, וכל אות שאינה באלפבית האנגלי תופסת שניים עד ארבעה.
        [two] צריך סיסמה קצרה יותר: אפשר לשמור לכל היותר שני בייטים, וכל אות שאינה באלפבית האנגלי תופסת שניים עד ארבעה.
       *[other] צריך סיסמה קצרה יותר: אפשר לשמור לכל היותר { $count } בייטים, וכל אות שאינה באלפבית האנגלי תופסת שניים עד ארבעה.
    }
page-password-has-nul = יש להסיר את התו NUL.
page-password-common = זאת אחת הסיסמאות שתוקפים מנסים תחילה.
page-password-breached = הסיסמה הזאת הופיעה בדליפת מידע, וסיסמאות כאלה תוקפים מנסים תחילה.
page-password-is-product-name = אין להשתמש בשם של השירות הזה.
page-password-is-address = אין להשתמש בכתובת האימייל שלך או בחלק ממנה.
page-password-is-name = אין להשתמש בשם שלך.
page-password-repeats = אין להשתמש באותו תו שלוש פעמים ברצף.
page-password-no-lower-case = יש להוסיף אות אנגלית קטנה, a עד z.
page-password-no-upper-case = יש להוסיף אות אנגלית גדולה, A עד Z.
page-password-no-digit = יש להוסיף ספרה, 0 עד 9.
page-password-no-special = יש להוסיף תו מיוחד, למשל סימן פיסוק או רווח.
page-password-previously-used = יש לבחור סיסמה שעוד לא השתמשת בה כאן.
page-password-too-young = הסיסמה שונתה לפני זמן קצר ועדיין אי אפשר לשנות אותה שוב. יש לנסות מאוחר יותר.
page-password-refused-by-store = כללי הסיסמאות של הארגון שלך אינם מאפשרים את הסיסמה הזאת. יש לבחור סיסמה ארוכה יותר עם תווים אחרים.
page-choose-show = הצגת הסיסמאות
page-choose-caps-lock = מקש Caps Lock מופעל.
page-choose-button = שינוי הסיסמה
page-choose-sessions = ייתכן שיהיה צורך להתחבר מחדש במכשירים שלך.

page-strength-short = קצרה מדי בינתיים.
page-strength-kinds-missing = עדיין חסר משהו ממה שנדרש למעלה.
page-strength-repeats = קל לנחש: אותם תווים מעטים שוב ושוב.
page-strength-row = קל לנחש: היא הולכת לפי סדר המקלדת או האלפבית.
page-strength-known = קל לנחש: כמעט רק הכתובת שלך או השם של השירות הזה.
page-strength-fair = ארוכה מספיק. סיסמה ארוכה יותר קשה יותר לנחש.
page-strength-good = טובה: ארוכה, ושום דבר בה לא נראה קל לניחוש.

page-refused-title = הקישור או הקוד אינו פועל
page-refused-why = ייתכן שכבר נעשה בו שימוש, שתוקפו פג או שהודעה חדשה יותר החליפה אותו. ייתכן גם שנפלה טעות בהקלדת הקוד.
page-refused-safe = הפתיחה שלו לא שינתה דבר.
page-refused-ask = בקשת הודעה חדשה
page-refused-code = או הקלדת הקוד

page-done-title = הסיסמה שלך שונתה
page-done-text = עכשיו אפשר להתחבר איתה אל { $product }. כל שאר הקישורים והקודים ששלחנו אליך אינם פועלים עוד.
page-done-notice = אנחנו שולחים אליך הודעה שמאשרת את השינוי.
page-done-back = מעבר אל { $product }

page-not-me-title = הפעולה לא נעשתה על ידך?
page-not-me-text = לחיצה אחת מבטלת את כל הקישורים והקודים לסיסמה חדשה שנשלחו אליך מאת { $product }, ומודיעה למפעילים של { $product }. הסיסמה שלך נשארת כפי שהיא.
page-not-me-button = זה לא הייתי אני, ביטול הקישורים
page-not-me-otherwise = אם בכל זאת הפעולה נעשתה על ידך, אפשר לסגור את הדף. לא יקרה דבר.

page-not-me-refused-title = הקישור הזה אינו פועל
page-not-me-refused-why = ייתכן שהוא קטוע או שעברו עליו יותר משבעה ימים.
page-not-me-refused-worried = אם נראה לך שמישהו אחר נכנס לחשבון { $product } שלך, כדאי לבחור סיסמה חדשה עכשיו.

page-not-me-done-title = הקישורים בוטלו
page-not-me-done-text = אף קישור או קוד שנשלח אליך עד עכשיו אינו פועל עוד, והודענו למפעילים של { $product }.
page-not-me-done-worried = אם הסיסמה שלך שונתה שלא על ידך, כדאי לבחור סיסמה חדשה עכשיו. אם מישהו יכול לקרוא את האימיילים שלך, יש לשנות תחילה את הסיסמה של תיבת הדואר.

page-problem-wrong-title = זה לא הצליח
page-problem-wrong-text = השרת לא הבין את מה שהדפדפן שלח. שום דבר לא השתנה.
page-problem-foreign-title = הבקשה הגיעה ממקום אחר
page-problem-foreign-text = מטעמי אבטחה, טופס מתקבל רק אם נשלח מדף של האתר הזה. יש לפתוח את הדף מחדש ולנסות שוב.
page-problem-unknown-title = אין דף כזה
page-problem-unknown-text = ייתכן שיש בכתובת טעות או שהיא קטועה. אם היא מהודעה, יש להעתיק את כולה.
page-problem-often-title = יותר מדי ניסיונות
page-problem-often-text = הגיעו ניסיונות רבים מאוד מהרשת שלך. יש להמתין דקה ולנסות שוב. קישור שקיבלת בהודעה ממשיך לפעול.
page-problem-busy-title = לא זמין כרגע
page-problem-busy-text = לא הצלחנו לעשות זאת כרגע. שום דבר לא אבד, וקישור שקיבלת בהודעה ממשיך לפעול. אפשר לנסות שוב בעוד כמה רגעים.
page-problem-start = שכחת את הסיסמה? מתחילים כאן
