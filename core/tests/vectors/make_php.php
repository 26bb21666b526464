<?php
// Makes php.tsv, in the columns of passwords.tsv and, where the text does not show it, the format's name:
//
//     apt-get install php-cli && php make_php.php > php.tsv
//
// password_hash and crypt are PHP 8.2's. What the frameworks do around them is done here as their sources do it:
// Symfony 7.4's NativePasswordHasher, Drupal 10.1's PhpPassword and trimming log-in form, WordPress 6.8's
// wp_hash_password behind wp_magic_quotes and the trimming wp_authenticate. drupal_sha512 is Drupal 10.1's
// PhpassHashedPassword, wordpress_phpass the portable hash of WordPress before 6.8.

const PASSWORDS = [
    'correct horse battery staple',
    ' пароль 🔑 with spaces ',
    'quo\'te "and\ back',
    '',
    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
    'a passphrase of more than seventy-two bytes, which bcrypt by itself would cut at the end',
];

const ITOA64 = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function show(string $maker, string $password, string $stored, string ...$format): void
{
    echo implode("\t", [$maker, bin2hex($password), $stored, ...$format]), "\n";
}

function bcrypt(string $password): string
{
    return password_hash($password, PASSWORD_BCRYPT, ['cost' => 4]);
}

function symfony(string $password): string
{
    if (strlen($password) > 72 || str_contains($password, "\0")) {
        $password = base64_encode(hash('sha512', $password, true));
    }
    return bcrypt($password);
}

function wordpress(string $password): string
{
    return '$wp' . bcrypt(base64_encode(hash_hmac('sha384', trim(addslashes($password)), 'wp-sha384', true)));
}

function encode64(string $bytes): string
{
    $text = '';
    foreach (str_split($bytes, 3) as $group) {
        $bits = 0;
        foreach (array_reverse(str_split($group)) as $byte) {
            $bits = $bits << 8 | ord($byte);
        }
        for ($place = 0; $place <= strlen($group); $place++) {
            $text .= ITOA64[$bits >> 6 * $place & 63];
        }
    }
    return $text;
}

function drupal(string $password, string $letter): string
{
    $salt = encode64(random_bytes(6));
    $hash = hash('sha512', $salt . $password, true);
    for ($rounds = 1 << strpos(ITOA64, $letter); $rounds > 0; $rounds--) {
        $hash = hash('sha512', $hash . $password, true);
    }
    return substr("\$S\$$letter$salt" . encode64($hash), 0, 55);
}

function wordpress_phpass(string $password): string
{
    $password = trim(addslashes($password));
    $salt = encode64(random_bytes(6));
    $hash = md5($salt . $password, true);
    for ($rounds = 1 << 13; $rounds > 0; $rounds--) {
        $hash = md5($hash . $password, true);
    }
    return '$P$B' . $salt . encode64($hash);
}

foreach (PASSWORDS as $password) {
    if (strlen($password) <= 72) {
        show('PHP 8.2', $password, bcrypt($password));
        show('PHP 8.2', $password, bcrypt($password), 'php_bcrypt');
        show('PHP 8.2 after Drupal 10.1', $password, bcrypt(trim($password)), 'drupal_bcrypt');
    }
    show('PHP 8.2 after Symfony 7.4', $password, symfony($password), 'symfony_bcrypt');
    show('PHP 8.2 after WordPress 6.8', $password, wordpress($password));
    show('PHP 8.2 after WordPress 6.7', $password, wordpress_phpass($password), 'wordpress_phpass');
    show('PHP 8.2 after Drupal 10.1', $password, drupal(trim($password), '5'));
    show('PHP 8.2 after Drupal 10.1', $password, 'U' . drupal(md5(trim($password)), '5'));
    show('PHP 8.2', $password, crypt($password, '$5$rounds=1000$' . encode64(random_bytes(12)) . '$'));
    show('PHP 8.2', $password, crypt($password, '$6$rounds=1000$' . encode64(random_bytes(12)) . '$'));
    show('PHP 8.2', $password, crypt($password, '$6$' . encode64(random_bytes(12)) . '$'));
    show('PHP 8.2', $password, crypt($password, '$6$short$'));
}
show('PHP 8.2 after Symfony 7.4', "nul\0in the middle", symfony("nul\0in the middle"), 'symfony_bcrypt');
show('PHP 8.2 after WordPress 6.8', "nul\0in the middle", wordpress("nul\0in the middle"));
