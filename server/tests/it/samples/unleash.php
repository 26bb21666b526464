<?php
require_once('vendor/autoload.php');

$client = new \GuzzleHttp\Client();

$response = $client->request('POST', 'https://app.unleash-instance.example.com/auth/reset/password-email', [
  'body' => '{
  "email": "test@example.com"
}',
  'headers' => [
    'Authorization' => '',
    'Content-Type' => 'application/json',
  ],
]);

echo $response->getBody();
