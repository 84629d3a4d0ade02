//! Workflows of GitHub Actions and the graphs that they become.

use super::{Found, Origin, Wish, import};
use crate::graph::text::{Format, parse, to_yaml};
use crate::graph::{Graph, Limits, Severity};

const BUILD: &str = r#"name: Build & ship
on:
  push: {branches: [main]}
  schedule:
    - cron: '30 5 * * 1'
  workflow_dispatch:
    inputs:
      target-host: {description: Where to, required: true}
      dry: {type: boolean, default: false}
      level: {type: choice, options: [info, debug], default: info}
env:
  MODE: release
  TOKEN: ${{ secrets.TOKEN }}
jobs:
  ship:
    needs: [build, lint]
    runs-on: ubuntu-latest
    env: {URL: "https://${{ secrets.USER }}@example.org"}
    steps:
      - uses: actions/checkout@v4
      - run: rsync out/ ${{ inputs.target-host }}:/srv
        timeout-minutes: 5
  build:
    runs-on: [self-hosted]
    defaults: {run: {shell: bash, working-directory: src}}
    steps:
      - uses: actions/setup-node@v4
      - name: Install all
        run: npm ci
      - run: |
          npm test
          echo "done=$x" >> "$GITHUB_OUTPUT"
        continue-on-error: true
      - name: Only on failure
        if: failure()
        run: echo sad
      - run: print("x")
        shell: python
  lint:
    runs-on: ubuntu-22.04
    strategy: {matrix: {os: [a, b]}}
    steps:
      - run: lint --os ${{ matrix.os }}
  none:
    if: github.ref == 'x'
    steps: [{run: echo}]
"#;

fn read(text: &str) -> Found {
    let wish = Wish {
        workdir: Some("/repo".to_owned()),
        ..Wish::default()
    };
    import(text, Origin::Github, &wish).expect("jobs")
}

fn script<'g>(graph: &'g Graph, name: &str) -> &'g str {
    let index = graph.vertex_index(name).expect("a vertex");
    &graph.vertices[index].script
}

#[test]
fn steps_become_vertices_in_the_order_of_the_jobs() {
    let found = read(BUILD);
    let graph = &found.graphs[0];
    assert_eq!(graph.name, "Build-ship");
    let names: Vec<&str> = graph.vertices.iter().map(|v| v.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "build.Install-all",
            "build.npm",
            "build.print",
            "lint",
            "ship"
        ]
    );
    let edges: Vec<(u32, u32)> = graph.edges.iter().map(|e| (e.tail, e.head)).collect();
    assert_eq!(edges, [(0, 1), (1, 2), (2, 4), (3, 4)]);
    let params: Vec<&str> = graph.input.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(params, ["target_host", "dry", "level"]);
    assert_eq!(
        script(graph, "build.Install-all"),
        "#!/bin/bash\nset -eo pipefail\nnpm ci\n"
    );
    assert_eq!(
        script(graph, "ship"),
        "#!/bin/bash -e\nexport URL=\"https://${USER}@example.org\"\nrsync out/ <target_host>:/srv\n"
    );
    let ship = &graph.vertices[4];
    assert_eq!(ship.secrets, ["TOKEN", "USER"]);
    assert_eq!(ship.env, [("MODE".to_owned(), "release".to_owned())]);
    assert_eq!(ship.timeout.map(|t| t.0), Some(300_000));
    assert_eq!(graph.vertices[0].workdir.as_deref(), Some("/repo/src"));
    assert!(graph.vertices[1].ignore_failure);
    assert!(
        script(graph, "lint").starts_with(
            "echo 'the script of `lint`: write `${{ matrix.os }}` anew' >&2\nexit 1\n"
        )
    );
}

#[test]
fn what_is_left_out_is_told_with_its_line() {
    let found = read(BUILD);
    let told: Vec<String> = found
        .left_out
        .iter()
        .map(|l| format!("{} {}", l.line, l.what))
        .collect();
    let expected = [
        "3 what starts it (push): start it with `trackyard start Build-ship`",
        "4 the schedule `30 5 * * 1`: use cron for it, with the line `30 5 * * 1 trackyard start Build-ship --wait` (its times were UTC)",
        "20 `actions/checkout@v4`: the files have to be in the directory where scripts start",
        "24 `runs-on:`: scripts run on this machine",
        "27 `actions/setup-node@v4`: what it does has to be there, or be a script",
        "30 `build.npm` uses variables of the runner, which are not set here",
        "34 step 4: it runs on a condition, `failure()`",
        "41 `strategy:`: the job is there once",
        "43 the script of `lint`: write `${{ matrix.os }}` anew; until then it fails",
        "44 the job `none`: it runs on a condition",
    ];
    assert_eq!(told, expected);
}

#[test]
fn the_graph_passes_its_check() {
    let found = read(BUILD);
    let graph = &found.graphs[0];
    let read = parse(&to_yaml(graph), Format::Yaml, &Limits::default());
    let errors = read
        .problems
        .iter()
        .filter(|p| p.severity == Severity::Error);
    assert_eq!(errors.count(), 0, "{:?}", read.problems);
    assert_eq!(read.graph.as_ref(), Some(graph));
}

#[test]
fn what_is_no_workflow_is_refused_with_its_line() {
    let refused = |text| import(text, Origin::Github, &Wish::default()).map_err(|l| l.why.line);
    assert_eq!(refused("name: x\n"), Err(0));
    assert_eq!(refused("jobs: [\n"), Err(2));
    assert_eq!(refused("jobs:\n  a:\n    steps: [{uses: x}]\n"), Err(0));
    let circle = "jobs:\n  a: {needs: b, steps: [{run: x}]}\n  b: {needs: a, steps: [{run: x}]}\n";
    assert_eq!(refused(circle), Err(2));
}
