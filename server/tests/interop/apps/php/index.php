<?php

// A shop's accounts in plain PHP: PDO, password_hash() and password_verify(), and sessions that are rows.
//
// DATABASE_URL: mysql://… or postgres://…

declare(strict_types=1);

function database(): PDO
{
    $url = parse_url(getenv('DATABASE_URL'));
    $driver = $url['scheme'] === 'postgres' ? 'pgsql' : 'mysql';
    $name = ltrim($url['path'], '/');
    $source = "$driver:host={$url['host']};port={$url['port']};dbname=$name";
    $database = new PDO($source, urldecode($url['user'] ?? ''), urldecode($url['pass'] ?? ''));
    $database->exec('CREATE TABLE IF NOT EXISTS customers (
        customer_id CHAR(12) NOT NULL PRIMARY KEY,
        email VARCHAR(190) NOT NULL UNIQUE,
        full_name VARCHAR(100) NOT NULL,
        pass_hash VARCHAR(255) NOT NULL,
        is_blocked SMALLINT NOT NULL DEFAULT 0,
        registered_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
    )');
    $database->exec('CREATE TABLE IF NOT EXISTS customer_sessions (
        session_key CHAR(64) NOT NULL PRIMARY KEY,
        customer_id CHAR(12) NOT NULL REFERENCES customers (customer_id),
        started_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
    )');
    return $database;
}

function sign_up(PDO $database): void
{
    $insert = $database->prepare(
        'INSERT INTO customers (customer_id, email, full_name, pass_hash) VALUES (?, ?, ?, ?)'
    );
    $hash = password_hash($_POST['password'], PASSWORD_DEFAULT);
    $insert->execute([bin2hex(random_bytes(6)), $_POST['email'], $_POST['name'], $hash]);
    http_response_code(201);
}

function log_in(PDO $database): void
{
    $find = $database->prepare('SELECT customer_id, pass_hash FROM customers WHERE email = ? AND is_blocked = 0');
    $find->execute([$_POST['email']]);
    $customer = $find->fetch(PDO::FETCH_ASSOC);
    if (!$customer || !password_verify($_POST['password'], $customer['pass_hash'])) {
        http_response_code(401);
        return;
    }
    $key = bin2hex(random_bytes(32));
    $insert = $database->prepare('INSERT INTO customer_sessions (session_key, customer_id) VALUES (?, ?)');
    $insert->execute([$key, $customer['customer_id']]);
    setcookie('shop', $key, ['httponly' => true, 'samesite' => 'Lax', 'path' => '/']);
    header('Location: /me', response_code: 303);
}

function me(PDO $database): void
{
    $find = $database->prepare(
        'SELECT email FROM customers JOIN customer_sessions USING (customer_id) WHERE session_key = ?'
    );
    $find->execute([$_COOKIE['shop'] ?? '']);
    $email = $find->fetchColumn();
    header('Content-Type: text/plain');
    http_response_code($email ? 200 : 401);
    echo $email ?: 'nobody is signed in';
}

match ($_SERVER['REQUEST_METHOD'] . ' ' . parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)) {
    'POST /signup' => sign_up(database()),
    'POST /login' => log_in(database()),
    'GET /me' => me(database()),
    default => http_response_code(404),
};
