//! With `HttpClient`.

use super::{Call, capitalised, quoted};
use std::fmt::Write;

pub(super) fn write(call: &Call) -> String {
    const ADD: &str = "            request.Headers.TryAddWithoutValidation";
    let mut fillings = String::new();
    if call.is_protected {
        let token = "\"Bearer \" + Environment.GetEnvironmentVariable(\"API_TOKEN\")";
        let _ = writeln!(fillings, "{ADD}(\"Authorization\", {token});");
    }
    for (name, value) in &call.headers {
        let _ = writeln!(fillings, "{ADD}({}, {});", quoted(name), quoted(value));
    }
    if let Some(body) = &call.body {
        let (text, media_type) = (quoted(&body.text()), quoted(&body.media_type));
        let _ =
            writeln!(fillings, "            request.Content = new StringContent({text}, Encoding.UTF8, {media_type});");
    }
    let (method, url) = (capitalised(&call.method), quoted(&call.url));
    let encoding = if call.body.is_some() { "using System.Text;\n" } else { "" };
    format!(
        "using System;
using System.Net.Http;
{encoding}using System.Threading.Tasks;

class Sample
{{
    static async Task Main()
    {{
        using (var client = new HttpClient())
        using (var request = new HttpRequestMessage(HttpMethod.{method}, {url}))
        {{
{fillings}            var response = await client.SendAsync(request);
            Console.WriteLine((int)response.StatusCode + \" \" + await response.Content.ReadAsStringAsync());
        }}
    }}
}}"
    )
}
