import requests

url = "https://app.unleash-instance.example.com/auth/reset/password-email"

payload = { "email": "test@example.com" }
headers = {
    "Authorization": "",
    "Content-Type": "application/json"
}

response = requests.post(url, json=payload, headers=headers)

print(response.json())
