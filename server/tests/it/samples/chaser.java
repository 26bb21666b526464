import com.mashape.unirest.http.HttpResponse;
import com.mashape.unirest.http.Unirest;

HttpResponse<String> response = Unirest.post("https://api.chaser.sh/auth/password-reset/request")
  .header("Content-Type", "application/json")
  .body("{\n  \"email\": \"user@example.com\"\n}")
  .asString();
