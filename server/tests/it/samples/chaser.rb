require 'uri'
require 'net/http'

url = URI("https://api.chaser.sh/auth/password-reset/request")

http = Net::HTTP.new(url.host, url.port)
http.use_ssl = true

request = Net::HTTP::Post.new(url)
request["Content-Type"] = 'application/json'
request.body = "{\n  \"email\": \"user@example.com\"\n}"

response = http.request(request)
puts response.read_body
