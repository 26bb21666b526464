//! An operator's own templates: what is refused before anybody depends on it.

use super::*;

fn proven(templates: &[(&str, &str)]) -> String {
    let words = Arc::new(Words::built_in().unwrap());
    let composer = Composer::with_templates(words, letterhead(), own(templates));
    composer.and_then(|it| it.prove()).map_or_else(|fault| fault.to_string(), |()| String::new())
}

/// The built-in template with something else in the place of a part of it.
fn altered(name: &str, part: &str, other: &str) -> String {
    let source = Templates::sources().find(|(it, _)| *it == name).unwrap().1;
    assert!(source.contains(part), "{name} has no {part}");
    source.replacen(part, other, 1)
}

#[test]
fn the_built_in_templates_are_proven() {
    composer().prove().unwrap();
}

#[test]
fn a_plain_template_of_ones_own_will_do() {
    let html = "<p>{{ greeting }}<p><a href=\"{{ link }}\">{{ code }}</a> <a href='{{ not_me_link }}'>no</a>";
    let text = "{{ greeting }}\n\n{{ link }}\n{{ code }}\n{{ not_me_link }}\n";
    assert_eq!(proven(&[("reset/body.html", html), ("reset/body.txt", text)]), "");
}

#[test]
fn a_template_without_what_the_mail_is_for_is_refused() {
    for (name, part) in [
        ("reset/body.txt", "{{ link }}"),
        ("reset/body.txt", "{{ code }}"),
        ("reset/body.html", "{{ code }}"),
        ("reset/body.txt", "{{ not_me_link }}"),
        ("password_changed/body.txt", "{{ not_me_link }}"),
    ] {
        let said = proven(&[(name, &altered(name, part, ""))]);
        assert!(said.contains(&format!("`{part}` is missing")) && said.contains(name), "{said}");
        assert!(!said.contains("body.txt:") && !said.contains("body.html:"), "no line is to blame: {said}");
    }
}

#[test]
fn a_template_that_gives_the_link_away_is_refused() {
    for (name, part, other) in [
        ("reset/body.html", "button(link", "button(\"https://count.example/?to=\" ~ link"),
        ("reset/body.html", "button(link", "button(\"https://count.example/ \" ~ link"),
        ("reset/body.html", "{{ code }}", "{{ code }}<a href=\"https://x.example/?c={{ code }}\">x</a>"),
        ("reset/body.html", "{{ code }}", "{{ code }}<p title=\"{{ code }}\">x</p>"),
        ("reset/body.txt", "{{ link }}", "https://count.example/?{{ link }}"),
        ("reset/body.txt", "{{ link }}", "{{ link }}."),
    ] {
        let said = proven(&[(name, &altered(name, part, other))]);
        assert!(
            said.contains("stands within another address") || said.contains("has a secret in it"),
            "{other}: {said}"
        );
    }
}

#[test]
fn a_template_that_fetches_or_runs_anything_is_refused() {
    for other in [
        "<img src=\"https://count.example/1.gif\" alt=\"\">",
        "<table background=\"//count.example/\"></table>",
        "<p style=\"background:url(https://count.example/)\">",
        "<style>@import url(https://count.example/);</style>",
        "<script>1</script>",
        "<link rel=\"stylesheet\" href=\"https://count.example/\">",
    ] {
        let said = proven(&[("layout.html", &altered("layout.html", "</body>", other))]);
        assert!(said.contains("would be fetched or run"), "{other}: {said}");
    }
}

#[test]
fn a_template_in_which_a_name_becomes_markup_is_refused() {
    for other in ["<p title={{ greeting }}>", "<p title=x{{ greeting }}>"] {
        let said = proven(&[(
            "layout.html",
            &altered("layout.html", "<p style=\"margin:0 0 16px\">{{ greeting }}</p>", other),
        )]);
        assert!(said.contains("would become markup"), "{other}: {said}");
        assert!(!said.contains("line 1") && said.contains("layout.html"), "the one that is not built in: {said}");
    }
}

#[test]
fn markup_in_the_text_part_is_refused() {
    let said = proven(&[("test/body.txt", "<p>{{ words(\"mail-test-look\") }}</p>\n")]);
    assert!(said.contains("markup in the text part"), "{said}");
}

#[test]
fn a_broken_template_is_shown_at_its_line() {
    for (source, told) in [
        ("{% extends \"layout.txt\" %}\n{% block body %}\n{{ link \n{% endblock %}", "reset/body.txt:4"),
        ("{% extends \"layout.txt\" %}\n{% block body %}\n\n{{ lnk }}\n{% endblock %}", "reset/body.txt:4:1"),
        ("{% include \"other.txt\" %}", "reset/body.txt:1:1"),
        ("{{ link }}\n{{ code }}\n{{ words(\"nosuch\") }}", "reset/body.txt:3:1"),
        ("{{ link }}\n{{ words(\"mail-greeting-named\") }}", "reset/body.txt:2:1"),
        ("{% for a in range(10000) %}{% for b in range(10000) %}x{% endfor %}{% endfor %}", "reset/body.txt:1"),
    ] {
        let said = proven(&[("reset/body.txt", source)]);
        assert!(said.starts_with("error: ") && said.contains(told) && said.contains("help: "), "{said}");
    }
}

#[test]
fn a_fault_is_shown_in_the_template_that_has_it() {
    let including = ("reset/body.txt", "{{ link }}\n{% include \"test/body.txt\" %}");
    let said = proven(&[including, ("test/body.txt", "\n{{ lnk }}\n")]);
    assert!(said.contains("test/body.txt:2:") && !said.contains("reset/body.txt"), "{said}");
    let said = proven(&[("parts.html", &altered("parts.html", "{{ label }}", "{{ lable }}"))]);
    assert!(said.contains("parts.html:5:"), "{said}");
}

#[test]
fn a_file_that_is_no_template_is_named_and_others_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.md"), "{{").unwrap();
    std::fs::write(folder.path().join("layout.html~"), "{{").unwrap();
    assert!(Templates::with_own(Some(folder.path())).is_ok());
    std::fs::write(folder.path().join("lay-out.html"), "").unwrap();
    let said = Templates::with_own(Some(folder.path())).unwrap_err().to_string();
    assert!(said.contains("lay-out.html") && said.contains("layout.html, parts.html"), "{said}");
    let said = Templates::with_own(Some(&folder.path().join("absent"))).unwrap_err().to_string();
    assert!(said.contains("absent") && said.contains("mail.templates_dir"), "{said}");
}
