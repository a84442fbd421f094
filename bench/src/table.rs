//! The report: one row a figure.

/// The figures so far.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    what: String,
    figure: String,
    target: String,
    verdict: &'static str,
    method: String,
}

impl Table {
    /// A figure with a target that it may not exceed.
    pub fn judge(&mut self, what: &str, figure: f64, unit: &str, target: f64, method: impl Into<String>) {
        self.compare(what, [figure, target], unit, "≤", figure <= target, method.into());
    }

    /// A figure with a target that it has to reach.
    pub fn judge_least(
        &mut self,
        what: &str,
        figure: f64,
        unit: &str,
        target: f64,
        method: impl Into<String>,
    ) {
        self.compare(what, [figure, target], unit, "≥", figure >= target, method.into());
    }

    fn compare(
        &mut self,
        what: &str,
        [figure, target]: [f64; 2],
        unit: &str,
        sign: &str,
        met: bool,
        method: String,
    ) {
        self.rows.push(Row {
            what: what.into(),
            figure: format!("{figure:.2} {unit}"),
            target: format!("{sign} {target} {unit}"),
            verdict: if met { "met" } else { "MISSED" },
            method,
        });
    }

    /// A figure to know, without a target.
    pub fn note(&mut self, what: &str, figure: impl Into<String>, method: impl Into<String>) {
        self.rows.push(Row {
            what: what.into(),
            figure: figure.into(),
            target: "–".into(),
            verdict: "–",
            method: method.into(),
        });
    }

    /// A target that could not be measured, and the reason.
    pub fn unmeasured(&mut self, what: &str, why: impl Into<String>) {
        self.rows.push(Row {
            what: what.into(),
            figure: "not measured".into(),
            target: "–".into(),
            verdict: "UNKNOWN",
            method: why.into(),
        });
    }

    /// Prints everything as a table that can go into a document.
    pub fn print(&self) {
        println!("\n| what | figure | target | verdict | method |\n|---|---|---|---|---|");
        for row in &self.rows {
            let Row { what, figure, target, verdict, method } = row;
            println!("| {what} | {figure} | {target} | {verdict} | {method} |");
        }
    }
}
