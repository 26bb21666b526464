//! Whether anything tells if there is an account: one connection, one request at a time, addresses of several kinds in an
//! order that nothing could learn. The asking and the judging are those of `regain measure`; here are the settings.
//!
//! The kinds, each held against `unknown`: `known` (another account each time), `disabled` (not eligible), `throttled` (the
//! same few accounts over and over), and `unknown again`, the control, in which nothing may be found until a delay is
//! added to its measured times.

mod place;

use super::Stage;
use crate::load::requests::address;
use crate::report::{Bound, Report};
use anyhow::{Context, Result, bail, ensure};
use place::{AccountsOnPostgres, Place};
use regain::ambient::SystemEntropy;
use regain::measure::Times;
use regain::measure::series::{Bounds, Class, Series, collect};
use regain::measure::target::Target;
use regain::measure::verdict::{Control, Judged, control, judge};
use regain_core::statistics::{AUC_DISTANCE_MAX, T_MAX};
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

/// What is going on while somebody asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Couriers {
    /// Nothing but what the measured requests give them to do.
    Idle,
    /// Others ask as well, 200 times a second.
    Busy,
    /// The relay takes connections and says nothing.
    Hanging,
}

struct Setting {
    name: &'static str,
    couriers: Couriers,
    users_on_postgres: bool,
    ledger_on_disk: bool,
    /// How many times `--samples` each kind gets.
    times: usize,
}

const fn setting(name: &'static str, couriers: Couriers) -> Setting {
    Setting { name, couriers, users_on_postgres: false, ledger_on_disk: false, times: 1 }
}

const SETTINGS: [Setting; 8] = [
    setting("sqlite-idle", Couriers::Idle),
    setting("sqlite-busy", Couriers::Busy),
    setting("sqlite-hanging", Couriers::Hanging),
    Setting { users_on_postgres: true, ..setting("postgres-idle", Couriers::Idle) },
    Setting { users_on_postgres: true, ..setting("postgres-busy", Couriers::Busy) },
    Setting { users_on_postgres: true, ..setting("postgres-hanging", Couriers::Hanging) },
    Setting { ledger_on_disk: true, ..setting("disk", Couriers::Idle) },
    Setting { times: 5, ..setting("fine", Couriers::Idle) },
];

pub(super) fn run(stage: &Stage, report: &mut Report) -> Result<()> {
    let chosen = chosen(&stage.plan.settings)?;
    let accounts = stage.accounts(ACCOUNTS)?;
    let mut on_postgres = None;
    for setting in chosen {
        // What goes wrong in one is no reason to lose the others.
        if let Err(fault) = measure(stage, report, setting, &accounts, &mut on_postgres) {
            println!("{}: {fault:#}", setting.name);
            report.note(format!("{} was not measured: {fault:#}", setting.name));
            report.goal(format!("{}: measured (1: yes)", setting.name), Bound::AtLeast(1.0), vec![0.0]);
        }
    }
    report.note(format!(
        "Kinds are held against `unknown`; {} samples each, five times as many in `fine`; first byte, last byte and the \
         next request; half-widths are those of 99 %. A second run is made only if the first finds something, and the \
         better of the two counts. Ledgers are in memory (/dev/shm), but for `disk`. Raw times are in SETTING-RUN.csv.",
        stage.plan.samples
    ));
    Ok(())
}

/// Measures in one setting; the accounts on PostgreSQL are made for the first that wants them.
fn measure(
    stage: &Stage,
    report: &mut Report,
    setting: &Setting,
    accounts: &Path,
    on_postgres: &mut Option<AccountsOnPostgres>,
) -> Result<()> {
    if setting.users_on_postgres && on_postgres.is_none() {
        *on_postgres = Some(AccountsOnPostgres::make(&stage.postgres()?, ACCOUNTS)?);
        report.took_part(crate::postgres::version(&stage.postgres()?)?);
    }
    let users = on_postgres.as_ref().filter(|_| setting.users_on_postgres);
    let mut runs: Vec<Run> = Vec::new();
    // Chance finds something in one of some thirty runs: it has to be found twice.
    while runs.len() < RUNS_MAX && !runs.last().is_some_and(Run::is_alike) {
        println!("{}, run {}", setting.name, runs.len() + 1);
        let place = Place::make(stage, setting, accounts, users)?;
        let lasts = LASTS_MAX * u32::try_from(setting.times)?;
        let series = ask(&place, setting.times * stage.plan.samples, lasts)?;
        keep(&stage.folder.join(format!("{}-{}.csv", setting.name, runs.len() + 1)), &series)?;
        let run = Run::of(&series);
        run.note(report, setting.name);
        runs.push(run);
    }
    hold(report, setting.name, &runs);
    Ok(())
}

fn chosen(names: &[String]) -> Result<Vec<&'static Setting>> {
    static ALL: [Setting; 8] = SETTINGS;
    for name in names {
        let all: Vec<_> = ALL.iter().map(|setting| setting.name).collect();
        ensure!(all.contains(&name.as_str()), "there is no setting {name}; there are {}", all.join(", "));
    }
    Ok(ALL.iter().filter(|setting| names.is_empty() || names.iter().any(|name| name == setting.name)).collect())
}

/// Asks for `each` addresses of each kind, for so long at most.
fn ask(place: &Place, each: usize, lasts: Duration) -> Result<Series> {
    let target = Target::parse(&format!("http://{}", place.public()), None, None)?;
    let mut classes = [UNKNOWN, KNOWN, DISABLED, THROTTLED, CONTROL].map(|name| Class { name, next: addresses(name) });
    let bounds = Bounds { requests: each * classes.len(), lasts };
    let series = collect(&target, &mut classes, bounds, &SystemEntropy, &mut |_| ())?;
    if series.refused > 0 {
        bail!("{} requests were refused", series.refused);
    }
    Ok(series)
}

/// One kind's addresses, none twice but of those that are throttled.
fn addresses(kind: &'static str) -> Box<dyn FnMut() -> String> {
    let mut n = 0;
    Box::new(move || {
        n += 1;
        match kind {
            KNOWN => address(2 * n),
            DISABLED => address(2 * n + 1),
            THROTTLED => address(THROTTLED_FROM + 2 * (n % 20)),
            CONTROL => address(NOBODY + 2 * n),
            _ => address(NOBODY + 2 * n + 1),
        }
    })
}

/// What one run found: of each kind, and of the control.
struct Run {
    kinds: Vec<Judged>,
    control: Control,
}

impl Run {
    fn of(series: &Series) -> Self {
        let last = series.samples.len() - 1;
        Self {
            kinds: (1..last).map(|class| judge(series, class)).collect(),
            control: control(&series.samples[0], &series.samples[last]),
        }
    }

    fn is_alike(&self) -> bool {
        let is_alike = |judged: &Judged| judged.is_alike() && judged.comparison.auc.distance() <= AUC_DISTANCE_MAX;
        self.kinds.iter().all(is_alike) && self.control.tells.is_empty() && self.control.is_caught
    }

    fn note(&self, report: &mut Report, setting: &str) {
        let kinds = self.kinds.iter().map(|judged| (judged.names[0], &judged.comparison));
        for (kind, comparison) in kinds.chain([(CONTROL, &self.control.comparison)]) {
            let target = format!("{setting}: {kind}");
            report.add(&target, "samples", comparison.samples[1] as f64);
            report.add(&target, "|t|", greatest(comparison.durations.iter().map(|it| it.t.abs())));
            report.add(&target, "AUC", comparison.auc.value);
            for (compared, [difference, half_width]) in comparison.durations.iter().zip(MEASURES) {
                report.add(&target, difference, compared.medians.value);
                report.add(&target, half_width, compared.medians.half_width);
            }
            println!("  {target}: {}", if comparison.tells(1.0).is_empty() { "alike" } else { "not alike" });
        }
        let answers: Vec<_> = self.kinds.iter().flat_map(|judged| judged.answers.clone()).collect();
        for answer in answers {
            report.note(format!("{setting}: {answer}"));
        }
    }
}

/// The least of each kind's runs, and of those the greatest.
fn hold(report: &mut Report, setting: &str, runs: &[Run]) {
    let kinds = runs.first().map_or(0, |run| run.kinds.len());
    let of_better = |figure: &dyn Fn(&Judged) -> f64| {
        let of_kind = |kind: usize| runs.iter().map(|run| figure(&run.kinds[kind])).fold(f64::INFINITY, f64::min);
        greatest((0..kinds).map(of_kind))
    };
    let t = of_better(&|judged| greatest(judged.comparison.durations.iter().map(|it| it.t.abs())));
    let auc = of_better(&|judged| judged.comparison.auc.distance());
    let share = of_better(&|judged| {
        let share = |it: &regain_core::statistics::Compared| it.medians.value.abs() / it.medians.half_width.max(1.0);
        greatest(judged.comparison.durations.iter().map(share))
    });
    let octets = of_better(&|judged| judged.answers.len() as f64);
    report.goal(format!("{setting}: |t|"), Bound::AtMost(T_MAX), vec![t]);
    report.goal(format!("{setting}: AUC, distance from 0.5"), Bound::AtMost(AUC_DISTANCE_MAX), vec![auc]);
    report.goal(format!("{setting}: difference / max(1 µs, half-width)"), Bound::AtMost(1.0), vec![share]);
    report.goal(format!("{setting}: parts of answers that differ"), Bound::AtMost(0.0), vec![octets]);
    let quiet = runs.iter().any(|run| run.control.tells.is_empty());
    let caught = runs.iter().all(|run| run.control.is_caught);
    report.goal(format!("{setting}: control passes (1: yes)"), Bound::AtLeast(1.0), vec![f64::from(u8::from(quiet))]);
    let delay = runs.iter().map(|run| run.control.delay).fold(0.0, f64::max);
    let what = format!("{setting}: a delay of {delay:.0} µs is caught (1: yes)");
    report.goal(what, Bound::AtLeast(1.0), vec![f64::from(u8::from(caught))]);
}

fn greatest(figures: impl Iterator<Item = f64>) -> f64 {
    figures.fold(0.0, f64::max)
}

/// Every sample, for whoever wants to judge by other means.
fn keep(file: &Path, series: &Series) -> Result<()> {
    let mut text = String::from("kind,first_byte_us,last_byte_us,next_request_us\n");
    for (name, samples) in series.names.iter().zip(&series.samples) {
        for [first, last, next] in samples as &[Times] {
            writeln!(text, "{name},{first:.1},{last:.1},{next:.1}")?;
        }
    }
    std::fs::write(file, text).with_context(|| file.display().to_string())
}

const UNKNOWN: &str = "unknown";
const KNOWN: &str = "known";
const DISABLED: &str = "disabled";
const THROTTLED: &str = "throttled";
const CONTROL: &str = "unknown again";

const MEASURES: [[&str; 2]; 3] =
    [["first byte, µs", "± first, µs"], ["last byte, µs", "± last, µs"], ["next, µs", "± next, µs"]];

const RUNS_MAX: usize = 2;
/// Of one run, for each time `--samples`. On a disk that takes milliseconds for a commit, it ends before it has all of its
/// samples; `fine` has the time for its hundred thousand of each kind.
const LASTS_MAX: Duration = Duration::from_secs(200);
/// Those of even number are eligible.
const ACCOUNTS: u64 = 500_000;
/// Beyond what `known` comes to, as are [`place::OTHERS_FROM`].
const THROTTLED_FROM: u64 = 300_000;
/// The first number that no account has; see [`address`].
const NOBODY: u64 = 1_000_000_000;
