import requests

url = "https://api.chaser.sh/auth/password-reset/request"

payload = { "email": "user@example.com" }
headers = {"Content-Type": "application/json"}

response = requests.post(url, json=payload, headers=headers)

print(response.json())
