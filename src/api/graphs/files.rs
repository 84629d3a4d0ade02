//! `/graphs/<id>.yaml` and the other forms of a definition as a file. What is given is named exactly and
//! never to be guessed from its content.

use rocket::http::ContentType;
use rocket::request::FromParam;
use rocket::{State, get};

use crate::api::condition::{IfNoneMatch, Tagged};
use crate::api::describe;
use crate::api::error::ApiError;
use crate::api::graphs::tagged;
use crate::api::guard::Auth;
use crate::desk::Desk;
use crate::engine::GraphId;
use crate::graph::drawing::{dot, mermaid, svg};
use crate::graph::{Graph, text};

/// A number and the end of a file's name.
macro_rules! files {
    ($($(#[doc = $doc:literal])+ $name:ident = $end:literal;)+) => {$(
        $(#[doc = $doc])+
        pub(in crate::api) struct $name(GraphId);

        impl FromParam<'_> for $name {
            type Error = ();

            fn from_param(param: &str) -> Result<Self, ()> {
                let id = param.strip_suffix($end).and_then(|id| id.parse().ok());
                id.map(|id| Self(GraphId(id))).ok_or(())
            }
        }
    )+};
}

files! {
    /// `12.yaml`
    Yaml = ".yaml";
    /// `12.json`
    Json = ".json";
    /// `12.dot`
    Dot = ".dot";
    /// `12.mmd`
    Mermaid = ".mmd";
    /// `12.svg`
    Svg = ".svg";
}

type File = Tagged<(ContentType, String)>;

/// A definition as it was saved when that was in this `format`, else what `printed` makes of it.
async fn file(
    desk: &Desk,
    (id, condition): (GraphId, IfNoneMatch<'_>),
    (media, format): ((&'static str, &'static str), Option<&'static str>),
    printed: fn(&Graph) -> String,
) -> Result<File, ApiError> {
    tagged(desk, id.0, &condition, move |desk| {
        let missing = || ApiError::not_found("graph", id.0);
        let (source, saved) = desk.store.source(id)?.ok_or_else(missing)?;
        let text = if format == Some(saved.as_str()) {
            source
        } else {
            printed(&*desk.store.definition(id)?.ok_or_else(missing)?)
        };
        let media = ContentType::new(media.0, media.1).with_params(("charset", "utf-8"));
        Ok((media, text))
    })
    .await
}

/// The definition as a file of YAML
#[utoipa::path(
    tag = "graphs",
    operation_id = "getGraphYaml",
    path = "/graphs/{id}.yaml",
    params(("id" = i64, Path), IfNoneMatch),
    responses(
        (status = 200, description = "As it was saved; what came as JSON is turned into YAML.", body = String, content_type = "application/yaml"),
        (status = 304, description = "It is as the `ETag` says."),
        describe::of_graph,
    )
)]
#[get("/graphs/<yaml>", rank = 2)]
pub(in crate::api) async fn yaml(
    _caller: Auth,
    desk: &State<Desk>,
    yaml: Yaml,
    condition: IfNoneMatch<'_>,
) -> Result<File, ApiError> {
    let form = (("application", "yaml"), Some("yaml"));
    file(desk, (yaml.0, condition), form, text::to_yaml).await
}

/// The definition as a file of JSON
#[utoipa::path(
    tag = "graphs",
    operation_id = "getGraphJson",
    path = "/graphs/{id}.json",
    params(("id" = i64, Path), IfNoneMatch),
    responses(
        (status = 200, description = "As it was saved; what came as YAML is turned into JSON.", body = Object, content_type = "application/json"),
        (status = 304, description = "It is as the `ETag` says."),
        describe::of_graph,
    )
)]
#[get("/graphs/<json>", rank = 3)]
pub(in crate::api) async fn json(
    _caller: Auth,
    desk: &State<Desk>,
    json: Json,
    condition: IfNoneMatch<'_>,
) -> Result<File, ApiError> {
    let form = (("application", "json"), Some("json"));
    file(desk, (json.0, condition), form, text::to_json).await
}

/// The graph as a drawing for Graphviz
#[utoipa::path(
    tag = "graphs",
    operation_id = "getGraphDot",
    path = "/graphs/{id}.dot",
    params(("id" = i64, Path), IfNoneMatch),
    responses(
        (status = 200, description = "In the language DOT.", body = String, content_type = "text/vnd.graphviz"),
        (status = 304, description = "It is as the `ETag` says."),
        describe::of_graph,
    )
)]
#[get("/graphs/<dot>", rank = 4)]
pub(in crate::api) async fn as_dot(
    _caller: Auth,
    desk: &State<Desk>,
    dot: Dot,
    condition: IfNoneMatch<'_>,
) -> Result<File, ApiError> {
    file(
        desk,
        (dot.0, condition),
        (("text", "vnd.graphviz"), None),
        self::dot,
    )
    .await
}

/// The graph as a flowchart for Mermaid
#[utoipa::path(
    tag = "graphs",
    operation_id = "getGraphMermaid",
    path = "/graphs/{id}.mmd",
    params(("id" = i64, Path), IfNoneMatch),
    responses(
        (status = 200, description = "In the language of Mermaid.", body = String, content_type = "text/vnd.mermaid"),
        (status = 304, description = "It is as the `ETag` says."),
        describe::of_graph,
    )
)]
#[get("/graphs/<mmd>", rank = 5)]
pub(in crate::api) async fn as_mermaid(
    _caller: Auth,
    desk: &State<Desk>,
    mmd: Mermaid,
    condition: IfNoneMatch<'_>,
) -> Result<File, ApiError> {
    file(
        desk,
        (mmd.0, condition),
        (("text", "vnd.mermaid"), None),
        mermaid,
    )
    .await
}

/// The graph as a picture
///
/// Without scripts, fonts or files of others; its colours follow those of the page it is on.
#[utoipa::path(
    tag = "graphs",
    operation_id = "getGraphSvg",
    path = "/graphs/{id}.svg",
    params(("id" = i64, Path), IfNoneMatch),
    responses(
        (status = 200, description = "In SVG.", body = String, content_type = "image/svg+xml"),
        (status = 304, description = "It is as the `ETag` says."),
        describe::of_graph,
    )
)]
#[get("/graphs/<svg>", rank = 6)]
pub(in crate::api) async fn as_svg(
    _caller: Auth,
    desk: &State<Desk>,
    svg: Svg,
    condition: IfNoneMatch<'_>,
) -> Result<File, ApiError> {
    let form = (("image", "svg+xml"), None);
    file(desk, (svg.0, condition), form, self::svg).await
}
