<?php
// Hashes and verifies as PHP does, and as its frameworks do around it, one JSON object a line. See libraries.py for what
// is asked and answered. password_hash and crypt are PHP's own; what Symfony 7.4, Drupal 10.1 and WordPress 6.8 do to a
// password first is done here after their sources.

$bcrypt = fn (string $password): string => password_hash($password, PASSWORD_BCRYPT, ['cost' => 4]);
$cheap = ['memory_cost' => 64, 'time_cost' => 1, 'threads' => 1];

$symfony = function (string $password): string {
    $fits = strlen($password) <= 72 && !str_contains($password, "\0");
    return $fits ? $password : base64_encode(hash('sha512', $password, true));
};
$wordpress = fn (string $password): string =>
    base64_encode(hash_hmac('sha384', trim(addslashes($password)), 'wp-sha384', true));
$salt = fn (): string => substr(strtr(base64_encode(random_bytes(12)), '+', '.'), 0, 16);
$crypt = fn (string $setting): array => [
    fn (string $password): string => crypt($password, $setting . $salt() . '$'),
    fn (string $password, string $stored): bool => hash_equals($stored, crypt($password, $stored)),
];

$schemes = [
    'bcrypt' => [$bcrypt, 'password_verify'],
    'argon2id' => [fn ($password) => password_hash($password, PASSWORD_ARGON2ID, $cheap), 'password_verify'],
    'argon2i' => [fn ($password) => password_hash($password, PASSWORD_ARGON2I, $cheap), 'password_verify'],
    'symfony' => [
        fn ($password) => $bcrypt($symfony($password)),
        fn ($password, $stored) => password_verify($symfony($password), $stored),
    ],
    'drupal' => [
        fn ($password) => $bcrypt(trim($password)),
        fn ($password, $stored) => password_verify(trim($password), $stored),
    ],
    'wordpress' => [
        fn ($password) => '$wp' . $bcrypt($wordpress($password)),
        fn ($password, $stored) => password_verify($wordpress($password), substr($stored, 3)),
    ],
    'crypt $5$' => $crypt('$5$rounds=1000$'),
    'crypt $6$' => $crypt('$6$rounds=1000$'),
];

while (($line = fgets(STDIN)) !== false) {
    $question = json_decode($line, true);
    $password = $question['password'] . ($question['pepper'] ?? '');
    try {
        $answer = isset($question['make'])
            ? ['stored' => $schemes[$question['make']][0]($password)]
            : ['matches' => $schemes[$question['verify']][1]($password, $question['stored'])];
    } catch (ValueError $why) {
        $answer = ['refused' => $why->getMessage()];
    }
    fwrite(STDOUT, json_encode($answer) . "\n");
}
