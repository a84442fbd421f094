//! The rounds of a row: its contestants take turns, so that all of them meet the same machine.

use anyhow::{Context, Result, ensure};

use crate::bench::{Bench, Missing};
use crate::contestant::{Contestant, Program};
use crate::cores::Cores;
use crate::process::machine;
use crate::progress::Progress;
use crate::row::{Figure, Placement, Row, Trial};
use crate::statistics::Samples;

/// The outcome of a row for each program: the samples of its figures, in their order.
#[derive(Debug)]
pub enum Outcome {
    /// It was measured.
    Measured(Vec<Measured>),
    /// This machine lacks something.
    Missing(String),
    /// It failed.
    Failed(String),
}

/// The samples of one program.
#[derive(Debug)]
pub struct Measured {
    /// One for each figure of the row.
    pub figures: Vec<Samples>,
    /// The values that the figures come from, which no reference has been taken out of.
    pub raw: Vec<Samples>,
    /// The same of the reference, if the row has one.
    pub reference: Vec<Samples>,
}

/// Measures the programs in the same rounds.
pub fn measure(bench: &Bench, row: &Row, programs: &[Program], progress: &mut Progress) -> Outcome {
    match rounds(bench, row, programs, progress) {
        Ok(measured) => Outcome::Measured(measured),
        Err(error) => match error.downcast_ref::<Missing>() {
            Some(missing) => Outcome::Missing(missing.to_string()),
            None => Outcome::Failed(format!("{error:#}")),
        },
    }
}

fn rounds(bench: &Bench, row: &Row, programs: &[Program], progress: &mut Progress) -> Result<Vec<Measured>> {
    machine()?.move_to(match row.placement {
        Placement::Apart => Cores::Load,
        Placement::Anywhere => Cores::All,
    })?;
    let mut contestants: Vec<Contestant> = programs.iter().cloned().map(Contestant::Program).collect();
    let reference = row.against.zip(programs.first());
    contestants.extend(reference.map(|(reference, program)| reference.contestant(program)));
    let mut trials = Vec::new();
    for contestant in &contestants {
        progress.say("starts");
        trials.push((row.start)(bench, contestant)?);
    }
    let count = bench.pick(1, row.rounds);
    let warm_ups = usize::from(row.warm_up && !bench.is_short);
    let values = 1 + row.figures.iter().map(|figure| figure.value).max().unwrap_or(0);
    let mut samples = vec![vec![Samples::default(); values]; trials.len()];
    for round in 0..warm_ups + count {
        // Each begins as often as the others: the first of a round finds what the last of the round before has left.
        for turn in 0..trials.len() {
            let at = (round + turn) % trials.len();
            progress.say(&format!("round {} of {}", round + 1, warm_ups + count));
            let round_values = trials[at].round()?;
            ensure!(round_values.len() >= values || at >= programs.len(), "a round has too few values");
            if round >= warm_ups {
                samples[at].iter_mut().zip(round_values).for_each(|(all, one)| all.push(one));
            }
        }
    }
    end(trials);
    let reference = if row.against.is_some() { samples.pop().context("no reference")? } else { Vec::new() };
    Ok(samples.into_iter().map(|raw| measured(row.figures, raw, &reference)).collect())
}

/// The contestants end before anything else of the next row begins.
fn end(trials: Vec<Box<dyn Trial>>) {
    drop(trials);
}

fn measured(figures: &[Figure], raw: Vec<Samples>, reference: &[Samples]) -> Measured {
    let value = |figure: &Figure| match figure.is_relative {
        true => raw[figure.value].next_to(&reference[figure.value]),
        false => raw[figure.value].clone(),
    };
    Measured { figures: figures.iter().map(value).collect(), reference: reference.to_vec(), raw }
}
