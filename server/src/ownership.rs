//! Whose a file is, and what this account may do with it: so that an error can say what to do about it.

use rustix::fs::{Access, access};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The folder that `path` is in, which for a name alone is the one that this process works in.
#[must_use]
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Asks the system whether files can be made in `folder`; none is made. A disk that takes no writes is noticed, too.
///
/// # Errors
/// What keeps this account from it.
pub(crate) fn may_make_files_in(folder: &Path) -> io::Result<()> {
    if !std::fs::metadata(folder)?.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    Ok(access(folder, Access::WRITE_OK | Access::EXEC_OK)?)
}

/// The same for a folder that is made, with those above it, when the first file comes.
///
/// # Errors
/// What keeps this account from it.
pub(crate) fn may_make_files_below(folder: &Path) -> io::Result<()> {
    match may_make_files_in(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && folder.file_name().is_some() => {
            may_make_files_below(folder_of(folder))
        }
        answer => answer,
    }
}

/// Asks the system whether a file that is there can be written.
///
/// # Errors
/// What keeps this account from it.
pub(crate) fn may_write(file: &Path) -> io::Result<()> {
    Ok(access(file, Access::WRITE_OK)?)
}

/// What to do about `path`, which could not be opened or made: a clause that goes on after the cause.
#[must_use]
pub(crate) fn advice(path: &Path) -> String {
    advice_on(path, "")
}

/// The same where the names of further files go on after this one's: a database's log, a lock.
#[must_use]
pub(crate) fn advice_with_siblings(path: &Path) -> String {
    advice_on(path, "*")
}

fn advice_on(path: &Path, siblings: &str) -> String {
    let me = rustix::process::geteuid().as_raw();
    match std::fs::symlink_metadata(path) {
        Ok(found) => of_file(&format!("{}{siblings}", path.display()), found.uid(), me),
        Err(_) => format!("{} must exist, and {} be allowed to write there", folder_of(path).display(), name_of(me)),
    }
}

fn of_file(files: &str, owner: u32, me: u32) -> String {
    let (owner_name, my_name) = (name_of(owner), name_of(me));
    match (owner, me) {
        (owner, me) if owner == me || me == ROOT => {
            format!("look at the mode of {files} and of the folder, and whether the disk takes writes")
        }
        (ROOT, _) => format!("it is root's, and this runs as {my_name}: have root say `chown {my_name} {files}`"),
        _ => format!("it is {owner_name}'s, and this runs as {my_name}: run it as `sudo -u {owner_name} regain …`"),
    }
}

/// What an account of this machine is called; its number, if it has no name in `/etc/passwd`.
fn name_of(account: u32) -> String {
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    name_in(&accounts, account).map_or_else(|| account.to_string(), str::to_owned)
}

/// passwd(5): `name:password:number:…`.
fn name_in(accounts: &str, account: u32) -> Option<&str> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number.parse() == Ok(account)).then_some(name)
    })
}

/// The account that may do everything.
const ROOT: u32 = 0;

/// Whether this process may do everything, and so may leave files that nobody else can open.
#[must_use]
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_root_left_is_told_from_what_belongs_to_another_account() {
        let said = of_file("/var/lib/regain/regain.db*", ROOT, 65_534);
        assert!(said.contains("root's") && said.contains("chown") && said.contains("regain.db*"), "{said}");
        let said = of_file("/var/lib/regain/regain.db", 4_000_000_001, 4_000_000_002);
        assert!(said.contains("sudo -u 4000000001 regain"), "{said}");
        assert!(of_file("/a", 7, 7).contains("mode"));
    }

    #[test]
    fn an_account_is_called_as_its_line_says() {
        let accounts = "root:x:0:0:root:/root:/bin/bash\nbroken\nregain:x:998:998::/var/lib/regain:/usr/sbin/nologin\n";
        assert_eq!(name_in(accounts, 998), Some("regain"));
        assert_eq!(name_in(accounts, 0), Some("root"));
        assert_eq!(name_in(accounts, 99), None);
    }

    #[test]
    fn a_folder_that_is_yet_to_be_made_is_asked_for_where_it_would_be() {
        let dir = tempfile::tempdir().unwrap();
        may_make_files_in(dir.path()).unwrap();
        may_make_files_below(&dir.path().join("a/b")).unwrap();
        std::fs::write(dir.path().join("file"), "").unwrap();
        assert!(may_make_files_in(&dir.path().join("file")).is_err());
        assert!(may_make_files_below(&dir.path().join("file/b")).is_err());
        assert!(may_make_files_in(&dir.path().join("absent")).is_err());
    }

    #[test]
    fn the_system_is_asked_and_not_the_mode() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o555)).unwrap();
        // Root may all the same; whoever may is told so, and nobody else.
        let told = may_make_files_in(dir.path()).is_ok();
        assert_eq!(told, std::fs::write(dir.path().join("file"), "").is_ok());
    }
}
