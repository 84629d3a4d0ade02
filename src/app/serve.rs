//! The web server around an [`App`].

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use figment::Figment;
use figment::providers::{Format, Toml};
use rocket::Shutdown;
use rocket::fairing::AdHoc;
use rocket::tokio::{pin, select};

use super::error::AppError;
use super::opened::{App, DATABASE};
use super::retention::Retaining;
use crate::access::Access;
use crate::config::{self, Config};
use crate::door::{Lines, Listener, Rates, Turns, capacity};
use crate::driver::Handle;
use crate::engine::Time;
use crate::spool::{LineLimits, LogLines};
use crate::{api, clock, web};

/// How long a server that ends lets answers be finished that have begun or wait for its last commit.
/// Mostly there are none: then it ends at once.
const GRACE: Duration = Duration::from_secs(5);

/// What is known once the server answers.
#[derive(Debug, Clone)]
pub struct Served {
    /// Where it answers, e.g. `http://127.0.0.1:8000`.
    pub url: String,
    /// A link that signs a browser in, once.
    pub link: String,
}

/// Finds out whether the server will be able to listen, before anything is opened or taken over.
pub fn can_listen(config: &Config) -> Result<(), AppError> {
    listen(config).map(drop)
}

fn listen(config: &Config) -> Result<Listener, AppError> {
    let address = SocketAddr::new(config.address, config.port);
    Listener::bind(address).map_err(|why| AppError::Listen {
        address,
        why: why.to_string(),
    })
}

/// Serves until SIGINT or SIGTERM. `ready` is called once, when the server answers.
///
/// Scripts that run then go on without it; the next server takes them over.
pub fn serve(app: App, ready: impl FnOnce(&Served) + Send + 'static) -> Result<(), AppError> {
    let listener = listen(&app.config)?;
    let door = app.config.door;
    let room = capacity(&door, app.handles);
    if room < door.max_connections {
        let (most, handles) = (door.max_connections, app.handles);
        tracing::warn!(
            room,
            handles,
            "{room} connections instead of {most}: this process may have {handles} open files"
        );
    }
    let lines = Arc::new(Lines::new(room, door.max_connections_per_address));
    let access = Arc::new(Access::new(
        app.desk.store.clone(),
        app.desk.handle.clone(),
        &app.token,
    ));
    let document = api::document();
    let http = api::HttpMeter::default();
    let most = api::MostBytes(app.config.max_file_bytes);
    let rocket = rocket::custom(figment(&app.config))
        .mount("/api/v1", api::routes())
        .register("/api", api::catchers())
        .mount("/ws", api::sockets())
        .register("/ws", api::catchers())
        .mount("/", api::probes())
        .mount("/", web::routes())
        .register("/", web::catchers())
        .manage(web::Clock(|| Time(clock::now())))
        .manage(app.desk.clone())
        .manage(app.spool.clone())
        .manage(Arc::new(LogLines::new(line_limits(&app.config.logs))))
        .manage(Arc::clone(&access))
        .manage(api::Description::of(&document))
        .manage(web::Installed::of(
            &app.config,
            app.config.data.join(DATABASE),
        ))
        .manage(web::Documented(Arc::new(document)))
        .manage(api::DatabaseFile(app.config.data.join(DATABASE)))
        .manage(http.clone())
        .attach(http)
        .attach(api::Replays)
        .manage(api::HookBounds {
            window: app.config.incoming.hook_window,
            most_bytes: app.config.incoming.max_hook_bytes,
        })
        .manage(api::Watching::new(&app.config))
        .manage(Rates::new(&door))
        .manage(most)
        .attach(Turns::new(Arc::clone(&lines), door.stall_time));
    let probes = api::PROBES.into_iter();
    let rocket = probes.fold(rocket, |rocket, path| {
        rocket.register(path, api::catchers())
    });
    let handle = app.desk.handle.clone();
    let retaining = Retaining::begin(&app);
    let app = Arc::new(Mutex::new(app));
    let ready = Mutex::new(Some((ready, listener, Arc::clone(&lines))));
    let (of_liftoff, of_shutdown) = (Arc::clone(&app), Arc::clone(&app));
    let rocket = rocket.attach(AdHoc::on_liftoff("ready", move |rocket| {
        let (app, access) = (Arc::clone(&of_liftoff), Arc::clone(&access));
        let once = ready.lock().unwrap_or_else(PoisonError::into_inner).take();
        let inner = SocketAddr::new(rocket.config().address, rocket.config().port);
        let shutdown = rocket.shutdown();
        end_when_drained(&handle, rocket.shutdown());
        Box::pin(async move {
            let Some((ready, listener, lines)) = once else {
                return;
            };
            // With brackets around an address of version 6.
            let url = format!("http://{}", listener.address());
            if let Err(why) = listener.open(lines, door, inner, shutdown.clone()) {
                tracing::error!(%why, "the server cannot listen and ends: {why}");
                return shutdown.notify();
            }
            lifted(&app, &access, &url, ready);
        })
    }));
    // Rocket would wait for a fixed time as soon as a single connection is open, and cut off who has
    // no answer by then.
    let launched = async {
        let rocket = rocket.ignite().await?;
        let shutdown = rocket.shutdown();
        let ended = async {
            shutdown.clone().await;
            // Requests that wait for the driver would hold the web server up.
            of_shutdown
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .leave();
            lines.end(GRACE).await;
        };
        pin!(ended);
        select! {
            biased;
            () = &mut ended => {}
            result = rocket.launch() => {
                result?;
                // Rocket is done with its answers, their clients may not be.
                shutdown.clone().notify();
                ended.await;
            }
        }
        Ok(())
    };
    let result =
        rocket::execute(launched).map_err(|why: rocket::Error| AppError::Web(why.to_string()));
    if let Some(retaining) = retaining {
        retaining.end();
    }
    let app =
        Arc::into_inner(app).map(|app| app.into_inner().unwrap_or_else(PoisonError::into_inner));
    if let Some(app) = app {
        app.stop();
    }
    result
}

/// How logs are read by their lines, as the settings say.
pub fn line_limits(logs: &config::Logs) -> LineLimits {
    LineLimits {
        index: logs.index_bytes,
        search: logs.search_bytes,
        line: logs.line_bytes,
        page: logs.page_bytes,
    }
}

/// Ends the server once it is drained.
fn end_when_drained(handle: &Handle, shutdown: Shutdown) {
    let drained = match handle.drained() {
        Ok(drained) => drained,
        Err(why) => {
            tracing::warn!(%why, "`trackyard drain` will not end this server: {why}");
            return;
        }
    };
    let wait = move || {
        // The driver ends with the server: then nobody is told.
        if drained.recv().is_ok() {
            tracing::info!("nothing runs any more: the server ends");
            shutdown.notify();
        }
    };
    let thread = std::thread::Builder::new().name("drained".to_owned());
    if let Err(why) = thread.spawn(wait) {
        tracing::warn!(%why, "`trackyard drain` will not end this server: {why}");
    }
}

fn lifted(app: &Mutex<App>, access: &Access, url: &str, ready: impl FnOnce(&Served)) {
    let mut app = app.lock().unwrap_or_else(PoisonError::into_inner);
    if let Err(why) = app.hold.answers_at(url) {
        tracing::warn!(%why, "the command line will not find this server: {why}");
    }
    let code = access.new_link(Time(clock::now()), None);
    let link = code.map(|(code, _)| format!("{url}/sign-in?code={}", code.text()));
    match link {
        Ok(link) => ready(&Served {
            url: url.to_owned(),
            link,
        }),
        Err(why) => tracing::error!(%why, "no sign-in link could be made: {why}"),
    }
}

fn figment(config: &Config) -> Figment {
    // Only who names a header in the file trusts what it says about an address.
    let mut figment = Figment::from(rocket::Config::default()).merge(("ip_header", false));
    if let Some(file) = &config.file {
        figment = figment.merge(Toml::file(Path::new(file)).nested());
    }
    figment
        .merge(("address", inner(config.address)))
        .merge(("port", 0))
        .merge(("ident", false))
        .merge(("log_level", "off"))
        .merge(("cli_colors", false))
        // Rocket cuts nobody off before `GRACE` is over, and nobody waits for it.
        .merge(("shutdown.grace", GRACE.as_secs() + 1))
        .merge(("shutdown.mercy", 1))
        .select(rocket::Config::DEFAULT_PROFILE)
}

/// Where Rocket listens, for the door alone.
fn inner(public: IpAddr) -> IpAddr {
    if public.is_loopback() {
        public
    } else {
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    }
}
