### Shared

moment = { $year }년 { $month }월 { $day }일 { $time } UTC
span-days = { $count }일
span-hours = { $count }시간
span-minutes = { $count }분
span-seconds = { $count }초

### Mail

mail-greeting = 안녕하세요.
mail-greeting-named = 안녕하세요, { $name }님.
mail-not-me-button = 제가 한 일이 아닙니다
mail-link-as-text = 버튼이 작동하지 않으면 다음 주소를 여세요.
mail-automatic = 이 메일은 { $product }에서 자동으로 발송되었습니다.
mail-support = 도움이 필요하신가요? 여기로 문의하세요.
# $network is none where it says nothing: a private one.
mail-asked-from =
    { $network ->
        [none] 이 요청은 { $system }의 { $browser }에서 보낸 것입니다.
       *[other] 이 요청은 { $system }의 { $browser }에서 보낸 것이며, 네트워크 주소는 { $network }입니다.
    }

mail-reset-subject = { $product } 비밀번호 재설정
mail-reset-intro = { $moment }에 누군가가(아마도 본인이) { $product } 계정의 새 비밀번호를 요청했습니다.
mail-reset-link = 새 비밀번호를 정하려면 다음 링크를 여세요.
mail-reset-button = 새 비밀번호 정하기
mail-reset-link-lives = 링크는 한 번만 사용할 수 있으며 { $span } 동안 유효합니다.
mail-reset-code = 또는 코드를 묻는 곳에 다음 코드를 입력하세요.
mail-reset-code-lives = 코드는 { $span } 동안 유효합니다.
mail-reset-not-me = 본인이 요청하지 않았더라도 바뀐 것은 없으며, 지금 비밀번호를 그대로 사용할 수 있습니다. 링크와 코드를 다른 사람에게 알려 주지 마세요. 링크와 코드를 무효화하고 저희에게 알리려면 다음 링크를 여세요.

mail-password-changed-subject = { $product } 비밀번호가 변경되었습니다
mail-password-changed-preheader = 본인이 변경하지 않았다면 바로 알려 주세요.
mail-password-changed-intro = { $moment }에 { $product } 계정의 비밀번호가 변경되었습니다.
mail-password-changed-if-me = 본인이 변경했다면 더 하실 일은 없습니다.
mail-password-changed-not-me = 본인이 변경하지 않았다면 누군가가 계정이나 메일함에 접근했을 수 있습니다. 바로 알려 주세요.

mail-no-account-subject = { $product } 새 비밀번호 요청 안내
mail-no-account-intro = { $moment }에 누군가가(어쩌면 본인이) 이 주소로 된 { $product } 계정의 새 비밀번호를 요청했습니다.
mail-no-account-none = 이 주소로 된 계정 중 새 비밀번호를 정할 수 있는 계정이 없습니다. 본인이 요청했다면, 가입할 때 사용했을 수 있는 다른 주소로 다시 시도해 보세요.
mail-no-account-ignore = 본인이 요청하지 않았다면 따로 하실 일은 없습니다.

mail-test-subject = { $product }에서 보낸 테스트 메일
mail-test-intro = { $moment }에 { $product } 비밀번호 재설정 담당자가 테스트 메일을 요청했습니다. 이 메일이 도착했으니 재설정 링크가 담긴 메일도 도착합니다.
mail-test-look = 스팸으로 분류되었는지, 보낸 사람이 원하는 대로 표시되는지 확인하세요.

### Pages

page-field-email = 이메일 주소
page-field-code = 코드
page-field-code-hint = 영문자와 숫자 8자입니다(예: 7K3P‑M9QX). 대소문자와 하이픈은 상관없습니다.
page-field-password = 새 비밀번호
page-field-password-confirmation = 새 비밀번호 다시 입력
page-ask-again = 메일 다시 요청하기
page-support = 도움 받기

page-demo = 데모입니다. ada@example.com 주소로 해 보세요.
page-demo-mailbox = 메일함 열기

page-forgot-title = 비밀번호를 잊으셨나요?
page-forgot-intro = { $product } 계정의 이메일 주소를 입력하세요. 새 비밀번호를 정할 수 있는 링크를 보내 드립니다.
page-forgot-button = 메일 받기
page-forgot-have-code = 이미 코드가 있습니다

page-sent-title = 메일함을 확인하세요
page-sent-intro = 이 주소로 된 { $product } 계정이 있으면 링크와 코드가 담긴 메일을 그 주소로 보내 드립니다. 모두의 개인 정보를 보호하기 위해 계정이 있는지는 여기서 알려 드리지 않습니다.
page-sent-nothing = 메일이 오지 않았나요?
page-sent-minutes = 몇 분만 기다려 주세요.
page-sent-spam = 스팸 메일함을 확인하세요.
page-sent-address = 다른 주소로 가입했거나 주소를 잘못 입력했을 수 있습니다.
page-sent-sender = 보낸 사람:
page-sent-wait = 메일을 다시 요청할 수 있을 때까지:
page-sent-wait-over = 이제 메일을 다시 요청할 수 있습니다.
page-sent-other-address = 다른 주소로 시도하기
page-sent-code = 코드를 입력하거나 링크를 여세요

page-code-title = 코드로 새 비밀번호 정하기
page-code-intro = { $product }에서 보낸 메일에는 링크와 함께 코드가 있습니다. 이 코드로 어느 기기에서든 여기서 새 비밀번호를 정할 수 있습니다.
page-code-no-script = 메일의 링크를 여셨나요? 링크에는 JavaScript가 필요한데 이 브라우저에서는 꺼져 있습니다. 같은 메일의 코드는 JavaScript 없이도 사용할 수 있습니다.
page-code-button = 계속

page-choose-title = 새 비밀번호 정하기
page-choose-hint = { $count }자 이상. 서로 관련 없는 단어 몇 개를 이으면 기억하기 쉽고 추측하기 어렵습니다.
page-choose-hint-unleash = 10자 이상이어야 하며 대문자, 소문자, 숫자, 특수 문자를 모두 포함해야 합니다. 같은 문자를 세 번 연속으로 쓸 수 없습니다.
page-choose-again = 이 비밀번호는 사용할 수 없습니다.
page-choose-mismatch = 두 비밀번호가 서로 다릅니다.
page-password-too-short = { $count }자 이상으로 정하세요.
page-password-too-long = { $count }자 이하로 정하세요.
page-password-too-many-bytes = 더 짧게 정하세요. 최대 { $count }바이트까지 저장할 수 있으며, 한글 등 영문자가 아닌 글자는 한 글자가 2~4바이트를 차지합니다.
page-password-has-nul = NUL 문자를 빼세요.
page-password-common = 공격자가 가장 먼저 시도하는 비밀번호 중 하나입니다.
page-password-breached = 이 비밀번호는 유출된 데이터에서 발견되었습니다. 공격자는 이런 비밀번호를 가장 먼저 시도합니다.
page-password-is-product-name = 이 서비스의 이름은 사용하지 마세요.
page-password-is-address = 이메일 주소나 그 일부는 사용하지 마세요.
page-password-is-name = 본인 이름은 사용하지 마세요.
page-password-repeats = 같은 문자를 세 번 연속으로 쓰지 마세요.
page-password-no-lower-case = 영문 소문자(a~z)를 추가하세요.
page-password-no-upper-case = 영문 대문자(A~Z)를 추가하세요.
page-password-no-digit = 숫자(0~9)를 추가하세요.
page-password-no-special = 문장 부호나 공백 같은 특수 문자를 추가하세요.
page-password-previously-used = 여기서 이전에 사용하지 않은 비밀번호로 정하세요.
page-password-too-young = 비밀번호가 조금 전에 변경되어 아직 다시 변경할 수 없습니다. 나중에 다시 시도하세요.
page-password-refused-by-store = 소속 조직의 비밀번호 규칙에 맞지 않습니다. 다른 문자를 사용한 더 긴 비밀번호로 정하세요.
page-choose-show = 비밀번호 표시
page-choose-caps-lock = Caps Lock이 켜져 있습니다.
page-choose-button = 비밀번호 변경
page-choose-sessions = 사용하는 기기에서 다시 로그인해야 할 수 있습니다.

page-strength-short = 아직 너무 짧습니다.
page-strength-kinds-missing = 위 조건 중 아직 충족되지 않은 것이 있습니다.
page-strength-repeats = 추측하기 쉽습니다. 같은 문자 몇 개가 반복됩니다.
page-strength-row = 추측하기 쉽습니다. 키보드나 알파벳 순서를 따릅니다.
page-strength-known = 추측하기 쉽습니다. 이메일 주소나 이 서비스의 이름과 거의 같습니다.
page-strength-fair = 길이는 충분합니다. 더 길수록 추측하기 어렵습니다.
page-strength-good = 좋습니다. 충분히 길고 추측하기 쉬운 부분이 보이지 않습니다.

page-refused-title = 사용할 수 없는 링크 또는 코드입니다
page-refused-why = 이미 사용했거나, 기한이 지났거나, 더 새로운 메일로 대체되었을 수 있습니다. 코드를 잘못 입력했을 수도 있습니다.
page-refused-safe = 열었지만 바뀐 것은 없습니다.
page-refused-ask = 새 메일 요청하기
page-refused-code = 또는 코드 입력하기

page-done-title = 비밀번호가 변경되었습니다
page-done-text = 이제 새 비밀번호로 { $product }에 로그인할 수 있습니다. 보내 드린 다른 링크와 코드는 모두 무효가 되었습니다.
page-done-notice = 변경되었음을 알리는 메일을 보내 드립니다.
page-done-back = { $product } 바로 가기

page-not-me-title = 본인이 한 일이 아닌가요?
page-not-me-text = 한 번만 누르면 { $product }에서 보낸 새 비밀번호용 링크와 코드가 모두 무효가 되고, { $product } 운영자에게 알림이 갑니다. 비밀번호는 그대로입니다.
page-not-me-button = 제가 한 일이 아니니 링크 무효화
page-not-me-otherwise = 본인이 한 일이 맞다면 이 페이지를 닫으세요. 아무 일도 일어나지 않습니다.

page-not-me-refused-title = 사용할 수 없는 링크입니다
page-not-me-refused-why = 링크가 잘렸거나 7일이 지났을 수 있습니다.
page-not-me-refused-worried = 다른 사람이 { $product } 계정에 접근했다고 생각되면 지금 새 비밀번호를 정하세요.

page-not-me-done-title = 링크가 무효가 되었습니다
page-not-me-done-text = 지금까지 보내 드린 링크와 코드는 더 이상 사용할 수 없으며, { $product } 운영자에게 알렸습니다.
page-not-me-done-worried = 본인이 변경하지 않았는데 비밀번호가 바뀌었다면 지금 새 비밀번호를 정하세요. 다른 사람이 메일을 읽을 수 있다면 먼저 메일함의 비밀번호를 변경하세요.

page-problem-wrong-title = 요청을 처리하지 못했습니다
page-problem-wrong-text = 브라우저가 보낸 내용을 서버가 이해하지 못했습니다. 바뀐 것은 없습니다.
page-problem-foreign-title = 다른 곳에서 보낸 요청입니다
page-problem-foreign-text = 안전을 위해 이 사이트의 페이지에서 보낸 양식만 받습니다. 페이지를 다시 열고 한 번 더 시도하세요.
page-problem-unknown-title = 없는 페이지입니다
page-problem-unknown-text = 주소를 잘못 입력했거나 주소가 잘렸을 수 있습니다. 메일에 있는 주소라면 전체를 복사하세요.
page-problem-often-title = 시도 횟수가 너무 많습니다
page-problem-often-text = 사용 중인 네트워크에서 매우 많은 시도가 있었습니다. 1분 기다린 뒤 다시 시도하세요. 메일로 받은 링크는 계속 사용할 수 있습니다.
page-problem-busy-title = 지금은 이용할 수 없습니다
page-problem-busy-text = 지금은 처리할 수 없습니다. 사라진 것은 없으며, 메일로 받은 링크는 계속 사용할 수 있습니다. 잠시 후 다시 시도하세요.
page-problem-start = 비밀번호를 잊으셨나요? 여기서 시작하세요
