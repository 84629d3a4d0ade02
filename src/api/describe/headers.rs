//! Headers that guards read: which there are. What they mean is in `parameters.rs`.

use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

use crate::api::condition::{IfMatch, IfNoneMatch};
use crate::api::hooks::Signed;
use crate::api::keys::RequestKey;
use crate::api::live::last_event::LastEventId;
use crate::api::tracks::logs::Range;

fn optional(name: &str, place: ParameterIn, of: Type) -> Vec<Parameter> {
    let schema = ObjectBuilder::new().schema_type(of).build();
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(Required::False)
        .schema(Some(schema));
    vec![parameter.build()]
}

impl IntoParams for RequestKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        optional("Idempotency-Key", ParameterIn::Header, Type::String)
    }
}

impl IntoParams for Signed {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let names = [
            "X-Trackyard-Timestamp",
            "X-Trackyard-Signature",
            "X-Hub-Signature-256",
            "X-GitHub-Delivery",
        ];
        let header = |name| optional(name, ParameterIn::Header, Type::String);
        names.into_iter().flat_map(header).collect()
    }
}

impl IntoParams for LastEventId<'_> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        optional("Last-Event-ID", ParameterIn::Header, Type::String)
    }
}

impl IntoParams for IfMatch<'_> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        optional("If-Match", ParameterIn::Header, Type::String)
    }
}

impl IntoParams for IfNoneMatch<'_> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        optional("If-None-Match", ParameterIn::Header, Type::String)
    }
}

impl IntoParams for Range {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        optional("Range", ParameterIn::Header, Type::String)
    }
}
