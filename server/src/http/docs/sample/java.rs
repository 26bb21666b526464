//! With `java.net.http`, from Java 11 on: `java Sample.java`.

use super::{Call, quoted};
use std::fmt::Write;

pub(super) fn write(call: &Call) -> String {
    let mut builder = String::new();
    if call.is_protected {
        builder.push_str("\n            .header(\"Authorization\", \"Bearer \" + System.getenv(\"API_TOKEN\"))");
    }
    for (name, value) in call.plain_headers() {
        let _ = write!(builder, "\n            .header({}, {})", quoted(name), quoted(value));
    }
    if let Some(body) = &call.body {
        let _ = write!(builder, "\n            .POST(HttpRequest.BodyPublishers.ofString({}))", quoted(&body.text()));
    }
    let url = quoted(&call.url);
    format!(
        "import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class Sample {{
    public static void main(String[] arguments) throws Exception {{
        HttpRequest request = HttpRequest.newBuilder(URI.create({url})){builder}
            .build();
        HttpResponse<String> response = HttpClient.newHttpClient()
            .send(request, HttpResponse.BodyHandlers.ofString());
        System.out.println(response.statusCode() + \" \" + response.body());
    }}
}}"
    )
}
