//! With what somebody asked, as roughly as a person would say it.

use std::fmt;

/// "Firefox on Windows". There are so many of these and no more: of what a browser says of itself nothing is ever kept or
/// shown, so that nobody can write a sentence of their own into another's mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    browser: Browser,
    system: System,
}

macro_rules! named {
    ($(#[$doc:meta])* $type:ident { $($variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        enum $type { $($variant,)* }

        impl $type {
            const ALL: &[Self] = &[$(Self::$variant),*];

            fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

named! {
    /// A family of browsers, by the name that its makers give it.
    Browser {
        Chrome = "Chrome",
        Edge = "Edge",
        Firefox = "Firefox",
        Opera = "Opera",
        Safari = "Safari",
        SamsungInternet = "Samsung Internet",
    }
}

named! {
    /// What it runs on. An iPad that asks for desktop sites calls itself a Mac.
    System {
        Android = "Android",
        ChromeOs = "ChromeOS",
        IPad = "iPad",
        IPhone = "iPhone",
        Linux = "Linux",
        MacOs = "macOS",
        Windows = "Windows",
    }
}

impl Device {
    /// What a `User-Agent` header most likely means; none if it is no browser's that many people have. Looks at the first
    /// [`USER_AGENT_OCTETS_MAX`] only.
    #[must_use]
    pub fn of_user_agent(header: &[u8]) -> Option<Self> {
        let header = std::str::from_utf8(&header[..header.len().min(USER_AGENT_OCTETS_MAX)]).ok()?;
        let browser = BROWSER_MARKS.iter().find(|(mark, _)| header.contains(mark))?.1;
        let system = SYSTEM_MARKS.iter().find(|(mark, _)| header.contains(mark))?.1;
        // Android's own browser of old calls itself Safari.
        let is_made_up = browser == Browser::Safari && !matches!(system, System::IPad | System::IPhone | System::MacOs);
        (!is_made_up).then_some(Self { browser, system })
    }

    /// Reads what [`Device`] prints; nothing else, whoever wrote it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (browser, system) = text.split_once(" on ")?;
        let browser = Browser::ALL.iter().find(|it| it.name() == browser)?;
        let system = System::ALL.iter().find(|it| it.name() == system)?;
        Some(Self { browser: *browser, system: *system })
    }

    /// "Firefox"
    #[must_use]
    pub fn browser(self) -> &'static str {
        self.browser.name()
    }

    /// "Windows"
    #[must_use]
    pub fn system(self) -> &'static str {
        self.system.name()
    }
}

impl fmt::Display for Device {
    /// In English, as the ledger keeps it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.browser(), self.system())
    }
}

/// Longer than any that a browser sends today.
pub const USER_AGENT_OCTETS_MAX: usize = 512;

/// Most browsers claim to be Chrome or Safari as well, so the first mark counts.
const BROWSER_MARKS: &[(&str, Browser)] = &[
    ("Edg/", Browser::Edge),
    ("EdgA/", Browser::Edge),
    ("EdgiOS/", Browser::Edge),
    ("OPR/", Browser::Opera),
    ("OPT/", Browser::Opera),
    ("SamsungBrowser/", Browser::SamsungInternet),
    ("Firefox/", Browser::Firefox),
    ("FxiOS/", Browser::Firefox),
    ("Chrome/", Browser::Chrome),
    ("CriOS/", Browser::Chrome),
    ("Safari/", Browser::Safari),
];

/// Phones say on what they are built (`Linux; Android`, `like Mac OS X`), so the first mark counts.
const SYSTEM_MARKS: &[(&str, System)] = &[
    ("iPhone", System::IPhone),
    ("iPad", System::IPad),
    ("Android", System::Android),
    ("CrOS", System::ChromeOs),
    ("Windows", System::Windows),
    ("Macintosh", System::MacOs),
    ("Linux", System::Linux),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn told(header: &str) -> Option<String> {
        Device::of_user_agent(header.as_bytes()).map(|device| device.to_string())
    }

    #[test]
    fn what_many_people_have_is_told() {
        for (header, device) in [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Windows"),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0 Mobile/15E148 Safari/604.1",
                "Chrome on iPad",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
                "Samsung Internet on Android",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0",
                "Opera on Windows",
            ),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
                "Chrome on ChromeOS",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"),
        ] {
            assert_eq!(told(header).as_deref(), Some(device));
            assert_eq!(Device::parse(device).map(|it| it.to_string()).as_deref(), Some(device));
        }
    }

    #[test]
    fn what_is_no_browser_is_not_guessed_at() {
        for header in [
            "",
            "curl/8.14.1",
            "python-requests/2.32.3",
            "Mozilla/5.0 (Linux; U; Android 4.0.3; de-de) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Safari/534.30",
            "Firefox/145.0",
            "Windows; free money at https://evil.example",
        ] {
            assert_eq!(told(header), None, "{header}");
        }
        let far_behind = format!("{}Firefox/145.0 Windows", " ".repeat(USER_AGENT_OCTETS_MAX));
        assert_eq!(told(&far_behind), None);
        assert_eq!(Device::of_user_agent(b"\xFF Firefox/1 Windows"), None);
    }

    #[test]
    fn nothing_but_what_it_prints_is_read_back() {
        for text in ["", "Firefox", "Firefox on", "firefox on Windows", "Firefox on Windows ", "Free money on Windows"]
        {
            assert_eq!(Device::parse(text), None, "{text}");
        }
        for browser in Browser::ALL {
            for system in System::ALL {
                let device = Device { browser: *browser, system: *system };
                assert_eq!(Device::parse(&device.to_string()), Some(device));
            }
        }
    }
}
