### Shared

# Stands before “को”.
moment =
    { $day } { $month ->
        [1] जनवरी
        [2] फ़रवरी
        [3] मार्च
        [4] अप्रैल
        [5] मई
        [6] जून
        [7] जुलाई
        [8] अगस्त
        [9] सितंबर
        [10] अक्टूबर
        [11] नवंबर
       *[12] दिसंबर
    } { $year } ({ $time } UTC)
# Spans stand before “तक”.
span-days = { $count } दिन
span-hours = { $count } घंटे
span-minutes = { $count } मिनट
span-seconds = { $count } सेकंड

### Mail

mail-greeting = नमस्ते,
mail-greeting-named = नमस्ते { $name },
mail-not-me-button = यह मैंने नहीं किया
mail-link-as-text = अगर बटन काम न करे, तो यह पता खोलें:
mail-automatic = यह ईमेल { $product } की ओर से अपने-आप भेजा गया है।
mail-support = मदद चाहिए? यहाँ पूछें:
# $network is none where it says nothing: a private one.
mail-asked-from =
    { $network ->
        [none] यह अनुरोध { $system } पर { $browser } से आया।
       *[other] यह अनुरोध { $system } पर { $browser } से आया, नेटवर्क पता { $network }।
    }

mail-reset-subject = अपना { $product } पासवर्ड रीसेट करें
mail-reset-intro = किसी ने, शायद आपने ही, { $moment } को आपके { $product } खाते के लिए नया पासवर्ड माँगा।
mail-reset-link = नया पासवर्ड चुनने के लिए यह लिंक खोलें:
mail-reset-button = नया पासवर्ड चुनें
mail-reset-link-lives = यह लिंक एक ही बार काम करता है और { $span } तक मान्य है।
mail-reset-code = या जहाँ कोड माँगा जाए, वहाँ यह कोड डालें:
mail-reset-code-lives = यह कोड { $span } तक मान्य है।
mail-reset-not-me = अगर यह आपने नहीं किया, तो कुछ भी नहीं बदला है: आपका पासवर्ड अब भी काम करता है। यह लिंक या कोड किसी को न दें। इन्हें रद्द करने और हमें बताने के लिए यह खोलें:

mail-password-changed-subject = आपका { $product } पासवर्ड बदल दिया गया
mail-password-changed-preheader = अगर यह आपने नहीं किया, तो हमें तुरंत बताएँ।
mail-password-changed-intro = आपके { $product } खाते का पासवर्ड { $moment } को बदल दिया गया।
mail-password-changed-if-me = अगर यह आपने किया है, तो और कुछ करने की ज़रूरत नहीं है।
mail-password-changed-not-me = अगर यह आपने नहीं किया, तो हो सकता है कि कोई आपके खाते या आपके मेलबॉक्स में पहुँच गया हो। हमें तुरंत बताएँ:

mail-no-account-subject = { $product } से नए पासवर्ड का आपका अनुरोध
mail-no-account-intro = किसी ने, हो सकता है आपने, { $moment } को { $product } से इस पते वाले खाते के लिए नया पासवर्ड माँगा।
mail-no-account-none = इस पते वाला ऐसा कोई खाता नहीं है जिसके लिए नया पासवर्ड चुना जा सके। अगर यह आपने किया है, तो कोई दूसरा पता आज़माएँ जिससे आपने साइन अप किया हो।
mail-no-account-ignore = अगर यह आपने नहीं किया, तो कुछ करने की ज़रूरत नहीं है।

mail-test-subject = { $product } की ओर से टेस्ट ईमेल
mail-test-intro = { $product } के पासवर्ड रीसेट को सँभालने वाले किसी व्यक्ति ने { $moment } को एक टेस्ट ईमेल माँगा। यह पहुँच गया है, यानी रीसेट लिंक वाले ईमेल भी पहुँचते हैं।
mail-test-look = देखें कि यह स्पैम में तो नहीं आया और भेजने वाले का नाम वैसा ही दिख रहा है या नहीं, जैसा होना चाहिए।

### Pages

page-field-email = ईमेल पता
page-field-code = कोड
page-field-code-hint = आठ अक्षर और अंक, जैसे 7K3P‑M9QX। बड़े-छोटे अक्षरों और हाइफ़न से कोई फ़र्क नहीं पड़ता।
page-field-password = नया पासवर्ड
page-field-password-confirmation = नया पासवर्ड, एक बार फिर
page-ask-again = एक और ईमेल माँगें
page-support = मदद पाएँ

page-demo = यह एक डेमो है: ada@example.com आज़माएँ।
page-demo-mailbox = इसका मेलबॉक्स खोलें

page-forgot-title = पासवर्ड भूल गए?
page-forgot-intro = अपने { $product } खाते का ईमेल पता डालें। हम आपको नया पासवर्ड चुनने के लिए एक लिंक भेजेंगे।
page-forgot-button = मुझे ईमेल भेजें
page-forgot-have-code = मेरे पास पहले से कोड है

page-sent-title = अपना मेलबॉक्स देखें
page-sent-intro = अगर इस पते वाला कोई { $product } खाता है, तो लिंक और कोड वाला ईमेल उस पते पर भेजा जा रहा है। सबकी निजता के लिए हम यहाँ यह नहीं बताते कि ऐसा खाता है या नहीं।
page-sent-nothing = ईमेल नहीं मिला?
page-sent-minutes = कुछ मिनट इंतज़ार करें।
page-sent-spam = स्पैम या जंक फ़ोल्डर में देखें।
page-sent-address = हो सकता है कि आपने किसी दूसरे पते से साइन अप किया हो, या यह पता ग़लत टाइप हुआ हो।
page-sent-sender = भेजने वाला:
page-sent-wait = एक और ईमेल इतने समय बाद माँग सकते हैं:
page-sent-wait-over = अब आप एक और ईमेल माँग सकते हैं।
page-sent-other-address = कोई दूसरा पता आज़माएँ
page-sent-code = कोड डालें या लिंक खोलें

page-code-title = अपने कोड से नया पासवर्ड चुनें
page-code-intro = { $product } के ईमेल में लिंक के साथ एक कोड भी है। उससे आप यहाँ किसी भी डिवाइस पर नया पासवर्ड चुन सकते हैं।
page-code-no-script = क्या आपने ईमेल का लिंक खोला? उसके लिए JavaScript चाहिए, जो इस ब्राउज़र में बंद है। उसी ईमेल के कोड के लिए यह ज़रूरी नहीं है।
page-code-button = जारी रखें

page-choose-title = नया पासवर्ड चुनें
page-choose-hint = कम से कम { $count } कैरेक्टर। कुछ ऐसे शब्द, जिनका आपस में कोई संबंध न हो, याद रखने में आसान होते हैं और उनका अनुमान लगाना मुश्किल होता है।
page-choose-hint-unleash = कम से कम 10 कैरेक्टर, जिनमें एक बड़ा अक्षर, एक छोटा अक्षर, एक अंक और एक विशेष कैरेक्टर हो, और कोई भी कैरेक्टर लगातार तीन बार न आए।
page-choose-again = यह पासवर्ड स्वीकार नहीं हुआ:
page-choose-mismatch = दोनों पासवर्ड एक जैसे नहीं हैं।
page-password-too-short = कम से कम { $count } कैरेक्टर इस्तेमाल करें।
page-password-too-long = ज़्यादा से ज़्यादा { $count } कैरेक्टर इस्तेमाल करें।
page-password-too-many-bytes = इससे छोटा पासवर्ड चुनें: ज़्यादा से ज़्यादा { $count } बाइट सहेजे जा सकते हैं, और अंग्रेज़ी वर्णमाला से बाहर का हर अक्षर दो से चार बाइट लेता है।
page-password-has-nul = NUL कैरेक्टर हटा दें।
page-password-common = यह उन पासवर्ड में से एक है जिन्हें हमलावर सबसे पहले आज़माते हैं।
page-password-breached = यह पासवर्ड किसी डेटा लीक में सामने आ चुका है; हमलावर ऐसे पासवर्ड सबसे पहले आज़माते हैं।
page-password-is-product-name = इस सेवा का नाम इस्तेमाल न करें।
page-password-is-address = अपना ईमेल पता या उसका कोई हिस्सा इस्तेमाल न करें।
page-password-is-name = अपना नाम इस्तेमाल न करें।
page-password-repeats = एक ही कैरेक्टर लगातार तीन बार इस्तेमाल न करें।
page-password-no-lower-case = अंग्रेज़ी का एक छोटा अक्षर जोड़ें, a से z तक।
page-password-no-upper-case = अंग्रेज़ी का एक बड़ा अक्षर जोड़ें, A से Z तक।
page-password-no-digit = एक अंक जोड़ें, 0 से 9 तक।
page-password-no-special = एक विशेष कैरेक्टर जोड़ें, जैसे विराम चिह्न या स्पेस।
page-password-previously-used = ऐसा पासवर्ड चुनें जो आपने यहाँ पहले इस्तेमाल न किया हो।
page-password-too-young = पासवर्ड कुछ ही समय पहले बदला गया था और अभी दोबारा नहीं बदला जा सकता। बाद में कोशिश करें।
page-password-refused-by-store = आपके संगठन के पासवर्ड नियम इसकी अनुमति नहीं देते। दूसरे कैरेक्टरों वाला, इससे लंबा पासवर्ड चुनें।
page-choose-show = पासवर्ड दिखाएँ
page-choose-caps-lock = Caps Lock चालू है।
page-choose-button = पासवर्ड बदलें
page-choose-sessions = हो सकता है कि आपको अपने डिवाइसों पर फिर से साइन इन करना पड़े।

page-strength-short = अभी बहुत छोटा है।
page-strength-kinds-missing = ऊपर माँगी गई कोई चीज़ अभी बाकी है।
page-strength-repeats = अनुमान लगाना आसान है: वही कुछ कैरेक्टर बार-बार आते हैं।
page-strength-row = अनुमान लगाना आसान है: यह कीबोर्ड या वर्णमाला के क्रम में है।
page-strength-known = अनुमान लगाना आसान है: आपके पते या इस सेवा के नाम से बस थोड़ा ही अलग है।
page-strength-fair = लंबाई काफ़ी है। और लंबे पासवर्ड का अनुमान लगाना और मुश्किल होता है।
page-strength-good = अच्छा है: लंबा है और इसमें ऐसा कुछ नहीं दिखता जिसका अनुमान लगाना आसान हो।

page-refused-title = यह लिंक या कोड काम नहीं करता
page-refused-why = हो सकता है कि यह पहले ही इस्तेमाल हो चुका हो, पुराना हो गया हो या इसकी जगह नया ईमेल आ गया हो। कोड टाइप करने में ग़लती भी हो सकती है।
page-refused-safe = इसे खोलने से कुछ नहीं बदला।
page-refused-ask = नया ईमेल माँगें
page-refused-code = या कोड डालें

page-done-title = आपका पासवर्ड बदल गया
page-done-text = अब आप इससे { $product } में साइन इन कर सकते हैं। हमारे भेजे हुए बाकी सभी लिंक और कोड अब काम नहीं करते।
page-done-notice = हम आपको इस बदलाव की सूचना देने वाला ईमेल भेज रहे हैं।
page-done-back = { $product } पर जाएँ

page-not-me-title = यह आपने नहीं किया?
page-not-me-text = एक क्लिक से नए पासवर्ड के वे सभी लिंक और कोड रद्द हो जाएँगे जो { $product } ने आपको भेजे हैं, और { $product } को चलाने वालों को सूचना मिल जाएगी। आपका पासवर्ड जैसा है वैसा ही रहेगा।
page-not-me-button = यह मैंने नहीं किया, लिंक रद्द करें
page-not-me-otherwise = अगर यह आपने ही किया था, तो यह पेज बंद कर दें। कुछ नहीं होगा।

page-not-me-refused-title = यह लिंक काम नहीं करता
page-not-me-refused-why = हो सकता है कि यह अधूरा हो या सात दिन से पुराना हो।
page-not-me-refused-worried = अगर आपको लगता है कि कोई और आपके { $product } खाते में पहुँच गया है, तो अभी नया पासवर्ड चुनें।

page-not-me-done-title = लिंक रद्द कर दिए गए
page-not-me-done-text = अब तक आपको भेजा गया कोई भी लिंक या कोड अब काम नहीं करता, और { $product } को चलाने वालों को सूचना दे दी गई है।
page-not-me-done-worried = अगर आपका पासवर्ड बदल गया है और यह आपने नहीं किया, तो अभी नया पासवर्ड चुनें। अगर कोई आपके ईमेल पढ़ सकता है, तो पहले अपने मेलबॉक्स का पासवर्ड बदलें।

page-problem-wrong-title = यह नहीं हो पाया
page-problem-wrong-text = ब्राउज़र ने जो भेजा, सर्वर उसे समझ नहीं पाया। कुछ नहीं बदला।
page-problem-foreign-title = यह अनुरोध कहीं और से आया
page-problem-foreign-text = आपकी सुरक्षा के लिए कोई फ़ॉर्म तभी स्वीकार किया जाता है जब वह इसी साइट के पेज से भेजा गया हो। पेज को फिर से खोलें और दोबारा कोशिश करें।
page-problem-unknown-title = ऐसा कोई पेज नहीं है
page-problem-unknown-text = हो सकता है कि पता ग़लत टाइप हुआ हो या अधूरा हो। अगर यह किसी ईमेल से है, तो पूरा पता कॉपी करें।
page-problem-often-title = बहुत ज़्यादा कोशिशें
page-problem-often-text = आपके नेटवर्क से बहुत ज़्यादा कोशिशें हुईं। एक मिनट रुकें और दोबारा कोशिश करें। ईमेल में मिला लिंक काम करता रहेगा।
page-problem-busy-title = अभी उपलब्ध नहीं है
page-problem-busy-text = हम इस समय यह नहीं कर सके। कुछ खोया नहीं है, और ईमेल में मिला लिंक काम करता रहेगा। थोड़ी देर में दोबारा कोशिश करें।
page-problem-start = पासवर्ड भूल गए? यहाँ से शुरू करें
