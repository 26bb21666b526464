import com.mashape.unirest.http.HttpResponse;
import com.mashape.unirest.http.Unirest;

HttpResponse<String> response = Unirest.post("https://app.unleash-instance.example.com/auth/reset/password-email")
  .header("Authorization", "")
  .header("Content-Type", "application/json")
  .body("{\n  \"email\": \"test@example.com\"\n}")
  .asString();
