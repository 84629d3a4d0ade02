//! `/metrics`: what the server counts and measures, as Prometheus reads it. docs/metrics.md explains
//! each; a test keeps the page and the answer equal.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use prometheus::proto::MetricFamily;
use prometheus::{
    HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};
use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{ContentType, Status};
use rocket::{Data, Request, Response, State, get};

use crate::api::body::blocking;
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::guard::Auth;
use crate::desk::Desk;
use crate::driver::Handle;

/// How long the driver may take to say what it counts.
pub(in crate::api) const PATIENCE: Duration = Duration::from_secs(2);
/// Upper bounds of the times of requests, in seconds.
const HTTP: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 10.0, 300.0,
];

/// Counts requests by the pattern of their route: never by the address, which anybody can invent.
#[derive(Clone)]
pub struct HttpMeter {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
}

/// When a request came.
struct Came(Instant);

impl Default for HttpMeter {
    fn default() -> Self {
        let requests = Opts::new(
            "trackyard_http_requests_total",
            "Requests, by method, pattern of the route (`none`: there is no such route) and status",
        );
        let seconds = HistogramOpts::new(
            "trackyard_http_seconds",
            "Time from the arrival of a request to the first byte of its answer",
        );
        let labels = ["method", "route", "status"];
        let requests = IntCounterVec::new(requests, &labels);
        let seconds = HistogramVec::new(seconds.buckets(HTTP.to_vec()), &labels[..2]);
        let meter = Self {
            registry: Registry::new(),
            requests: requests.expect("a well formed name"),
            seconds: seconds.expect("a well formed name"),
        };
        let (requests, seconds) = (meter.requests.clone(), meter.seconds.clone());
        let added = meter.registry.register(Box::new(requests));
        let added = added.and_then(|()| meter.registry.register(Box::new(seconds)));
        added.expect("two names");
        meter
    }
}

#[rocket::async_trait]
impl Fairing for HttpMeter {
    fn info(&self) -> Info {
        Info {
            name: "http meter",
            kind: Kind::Request | Kind::Response,
        }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        request.local_cache(|| Came(Instant::now()));
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let method = match request.route() {
            Some(_) => request.method().as_str(),
            // A method that nothing here takes is a word that anybody can invent, too.
            None => "any",
        };
        let route = request.route();
        let route = route.map_or("none".to_owned(), |r| r.uri.path().to_owned());
        let status = response.status().code.to_string();
        let labels = [method, &route, &status];
        self.requests.with_label_values(&labels).inc();
        let took = request.local_cache(|| Came(Instant::now())).0.elapsed();
        let seconds = self.seconds.with_label_values(&labels[..2]);
        seconds.observe(took.as_secs_f64());
    }
}

/// Where the database is, for its size.
pub struct DatabaseFile(pub PathBuf);

/// What the server counts and measures
///
/// In the text format of Prometheus; docs/metrics.md explains each name.
#[utoipa::path(
    tag = "server",
    operation_id = "getMetrics",
    responses(
        (status = 200, description = "The measures.", body = String, content_type = "text/plain"),
        describe::list,
    )
)]
#[get("/metrics")]
pub(in crate::api) async fn get(
    _caller: Auth,
    desk: &State<Desk>,
    http: &State<HttpMeter>,
    database: &State<DatabaseFile>,
) -> Result<(ContentType, String), ApiError> {
    let (desk, http) = (desk.inner().clone(), http.inner().clone());
    let database = database.0.clone();
    blocking(move || {
        let mut families = now(&desk.handle, &database).map_err(|why| failed(&why))?;
        families.extend(desk.handle.measures().gather());
        families.extend(http.registry.gather());
        let text = TextEncoder::new().encode_to_string(&families);
        let media = ContentType::new("text", "plain")
            .with_params([("version", "0.0.4"), ("charset", "utf-8")]);
        Ok((media, text.map_err(|why| failed(&why))?))
    })
    .await
}

fn failed(why: &prometheus::Error) -> ApiError {
    tracing::error!(%why, "the measures could not be written: {why}");
    let detail = "the measures could not be written".to_owned();
    ApiError::new(Status::InternalServerError, "internal", detail)
}

/// What is so at this moment. What the driver does not say is left out rather than told from an
/// earlier time.
fn now(handle: &Handle, database: &Path) -> prometheus::Result<Vec<MetricFamily>> {
    let registry = Registry::new();
    let by = |name: &str, help: &str, label: &str| {
        let gauges = IntGaugeVec::new(Opts::new(format!("trackyard_{name}"), help), &[label])?;
        registry.register(Box::new(gauges.clone()))?;
        Ok::<_, prometheus::Error>(gauges)
    };
    let one = |name: &str, help: &str, value: i64| {
        let gauge = IntGauge::new(format!("trackyard_{name}"), help)?;
        gauge.set(value);
        registry.register(Box::new(gauge))
    };
    let census = handle.census(PATIENCE);
    one("driver_up", "1: the driver answers", census.is_ok().into())?;
    let writable = handle.trouble().is_none();
    one(
        "database_writable",
        "1: the last commit went through",
        writable.into(),
    )?;
    one(
        "draining",
        "1: no script is started any more",
        handle.is_draining().into(),
    )?;
    one(
        "commands_waiting",
        "Requests that wait for the driver",
        handle.waiting() as i64,
    )?;
    if let Ok(census) = census {
        let pipelines = by(
            "pipelines",
            "Pipelines of which something can still move, by state",
            "state",
        )?;
        for (state, count) in census.pipelines {
            pipelines
                .with_label_values(&[state.word()])
                .set(count as i64);
        }
        let tracks = by("tracks", "Tracks of these pipelines, by state", "state")?;
        for (state, count) in census.tracks {
            tracks.with_label_values(&[state.word()]).set(count as i64);
        }
        one(
            "pipelines_queued",
            "Pipelines that wait until fewer of their graph run",
            census.queued as i64,
        )?;
        one(
            "tracks_ready",
            "Tracks that could run but for a slot, a pool or `max_parallel`",
            census.ready as i64,
        )?;
        one("slots_used", "Scripts that run", census.slots_used.into())?;
        one("slots", "Scripts that may run at once", census.slots.into())?;
    }
    let bytes = by(
        "database_bytes",
        "Size of the database and of its log of changes",
        "file",
    )?;
    for (file, end) in [("main", ""), ("wal", "-wal")] {
        let mut path = database.as_os_str().to_owned();
        path.push(end);
        // It has no log of changes before the first one.
        let len = std::fs::metadata(&path).map_or(0, |meta| meta.len());
        bytes.with_label_values(&[file]).set(len as i64);
    }
    let info = by(
        "version_info",
        "1, with the version of this server",
        "version",
    )?;
    info.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
    Ok(registry.gather())
}
