//! The programs that are measured, each a process of its own.

use anyhow::{Context, Result, bail, ensure};
use std::fs::File;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A program that runs. Dropping it ends it at once, as a power cut would.
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `command`, whose words go into a file in `folder`.
    pub(crate) fn start(mut command: Command, folder: &Path) -> Result<Self> {
        let name = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let log = folder.join(format!("{name}.log"));
        let out = File::create(&log).with_context(|| log.display().to_string())?;
        // What we were told in the environment would be unknown settings to Regain.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("REGAIN_")) {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out);
        let child = command.spawn().with_context(|| format!("{command:?} cannot be started"))?;
        Ok(Self { child, log })
    }

    /// Waits until somebody listens on `address`.
    pub(crate) fn wait_until_listening(&mut self, address: SocketAddr) -> Result<()> {
        self.wait_until("listens", || TcpStream::connect(address).is_ok())
    }

    /// Looks every few milliseconds, until `it` is so.
    pub(crate) fn wait_until(&mut self, what: &str, mut it: impl FnMut() -> bool) -> Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        while !it() {
            if let Some(status) = self.child.try_wait()? {
                bail!("it ended with {status} before it {what}; it said:\n{}", self.said());
            }
            ensure!(
                Instant::now() < deadline,
                "after {READY_WITHIN:?} no sign that it {what}; it said:\n{}",
                self.said()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn terminate(mut self) -> Result<()> {
        output(Command::new("kill").args(["-TERM", &self.child.id().to_string()]))?;
        self.child.wait()?;
        Ok(())
    }

    /// Whether it has not ended.
    pub(crate) fn is_running(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }

    /// What it wrote so far.
    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Its proportional share of memory, in bytes.
    pub(crate) fn pss_bytes(&self) -> Result<u64> {
        let path = format!("/proc/{}/smaps_rollup", self.child.id());
        let text = std::fs::read_to_string(&path).with_context(|| path.clone())?;
        pss_bytes(&text).with_context(|| format!("{path} names no Pss"))
    }

    /// Processor time that it has used, in user and kernel mode.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let path = format!("/proc/{}/stat", self.child.id());
        cpu(&std::fs::read_to_string(&path)?).with_context(|| format!("{path} is not as proc(5) says"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port of the loopback that nobody listens on.
pub(crate) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Runs `command` to its end, which must be a good one, and hands back what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("{command:?} cannot be started"))?;
    let words = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?} ended with {}: {}", output.status, words.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn pss_bytes(smaps_rollup: &str) -> Option<u64> {
    let line = smaps_rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

/// Fields 14 and 15 of proc(5)'s `stat`. The second one is a name in parentheses, which may hold anything.
fn cpu(stat: &str) -> Option<Duration> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some(TICK * u32::try_from(ticks()? + ticks()?).ok()?)
}

/// USER_HZ, which is 100 on every Linux that we know.
const TICK: Duration = Duration::from_millis(10);

/// Applications on Node take their time.
const READY_WITHIN: Duration = Duration::from_secs(120);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_and_processor_time_are_read_as_the_kernel_writes_them() {
        assert_eq!(pss_bytes("5581-7ffe ---p 00 [rollup]\nRss:   9000 kB\nPss:   8 kB\nPss_Dirty: 1 kB\n"), Some(8192));
        let stat = "42 (a b) c) S 1 42 42 0 -1 4194560 950 0 0 0 120 30 0 0 20 0 3 0 100 1000 200";
        assert_eq!(cpu(stat), Some(Duration::from_millis(1500)));
    }

    #[test]
    fn a_process_has_memory_and_a_port_is_free() {
        let folder = std::env::temp_dir();
        let mut command = Command::new("sleep");
        let process = Process::start(
            {
                command.arg("60");
                command
            },
            &folder,
        )
        .unwrap();
        assert!(process.pss_bytes().unwrap() > 0);
        assert!(free_address().unwrap().port() > 0);
    }
}
