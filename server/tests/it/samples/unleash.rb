require 'uri'
require 'net/http'

url = URI("https://app.unleash-instance.example.com/auth/reset/password-email")

http = Net::HTTP.new(url.host, url.port)
http.use_ssl = true

request = Net::HTTP::Post.new(url)
request["Authorization"] = ''
request["Content-Type"] = 'application/json'
request.body = "{\n  \"email\": \"test@example.com\"\n}"

response = http.request(request)
puts response.read_body
