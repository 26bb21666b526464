const url = 'https://app.unleash-instance.example.com/auth/reset/password-email';
const options = {
  method: 'POST',
  headers: {Authorization: '', 'Content-Type': 'application/json'},
  body: '{"email":"test@example.com"}'
};

try {
  const response = await fetch(url, options);
  const data = await response.json();
  console.log(data);
} catch (error) {
  console.error(error);
}
