//! Fields of forms from declared parameters, and what such a form sent.
//!
//! The start form and the form of a waiting track share this. Only declared parameters make
//! fields and are read back: the name of a vertex may have any characters.

use std::collections::BTreeMap;

use crate::graph::{FieldError, GivenOwned, Graph, Kind, Param, Value};
use crate::l10n::Words;
use crate::web::edge::posted::Posted;
use crate::web::parts::need::Need;
use crate::web::parts::{refused, words, wrong};

/// Up to so many choices are shown side by side.
const RADIO_MOST: usize = 5;

/// A parameter and whose it is.
#[derive(Debug, Clone, Copy)]
pub(in crate::web) struct Spec<'a> {
    /// The vertex that declares it; none: the graph, or the one vertex of a form.
    pub(in crate::web) vertex: Option<&'a str>,
    pub(in crate::web) param: &'a Param,
}

/// Fields under one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Group {
    /// The vertex; empty: all vertices.
    pub(in crate::web) title: String,
    pub(in crate::web) fields: Vec<Field>,
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Field {
    /// Of its HTML element: a fixed letter and a number.
    pub(in crate::web) id: String,
    /// Under which the form sends it.
    pub(in crate::web) name: String,
    pub(in crate::web) label: String,
    pub(in crate::web) desc: String,
    /// Whether it may be left empty.
    pub(in crate::web) need: Need,
    pub(in crate::web) widget: Widget,
    pub(in crate::web) value: String,
    /// The rules of the parameter in words.
    pub(in crate::web) hint: String,
    /// Why the value was not accepted.
    pub(in crate::web) errors: Vec<String>,
    /// What was typed is not in it any more, because it is a secret.
    pub(in crate::web) again: bool,
}

/// The element that takes the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) enum Widget {
    /// One line; the word tells which keys a phone shows.
    Line(&'static str),
    /// Several lines.
    Area,
    /// A day.
    Date,
    /// A secret: what was typed is never sent back.
    Password,
    /// A list that opens.
    Pick(Vec<Choice>),
    /// All choices side by side.
    Radio(Vec<Choice>),
}

/// One value to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Choice {
    pub(in crate::web) value: String,
    pub(in crate::web) text: String,
    pub(in crate::web) picked: bool,
}

impl Spec<'_> {
    /// `name` or `vertex.name`.
    pub(in crate::web) fn key(&self) -> String {
        let name = &self.param.name;
        self.vertex
            .map_or_else(|| name.clone(), |vertex| format!("{vertex}.{name}"))
    }

    fn default(&self) -> String {
        let default = self.param.default.as_ref();
        default.map(Value::to_string).unwrap_or_default()
    }
}

/// Every parameter of a graph: its own, then those of each vertex.
pub(in crate::web) fn of_graph(graph: &Graph) -> Vec<Spec<'_>> {
    let shared = graph.input.iter().map(|param| Spec {
        vertex: None,
        param,
    });
    let own = graph.vertices.iter().flat_map(|vertex| {
        vertex.input.iter().map(|param| Spec {
            vertex: Some(&vertex.name),
            param,
        })
    });
    shared.chain(own).collect()
}

/// The parameters of one vertex, as `name`.
pub(in crate::web) fn of_track(params: &[Param]) -> Vec<Spec<'_>> {
    let vertex = None;
    params.iter().map(|param| Spec { vertex, param }).collect()
}

/// The field under which a form sends the parameter `key`.
pub(in crate::web) fn field_name(key: &str) -> String {
    format!("p.{key}")
}

/// What a form gave, by `name` or `vertex.name`. An empty field is absent, but for a text that was
/// in the field before (`held`, or else the default) and that a person has emptied.
pub(in crate::web) fn given(
    specs: &[Spec<'_>],
    form: &Posted,
    held: impl Fn(&str) -> Option<String>,
) -> BTreeMap<String, GivenOwned> {
    let read = |spec: &Spec<'_>| {
        let key = spec.key();
        let value = form.get(&field_name(&key))?;
        let was_empty = held(&key).unwrap_or_else(|| spec.default()).is_empty();
        let emptied = spec.param.kind == Kind::Str && !spec.param.required && !was_empty;
        (!value.is_empty() || emptied).then(|| (key, GivenOwned::Text(value.to_owned())))
    };
    specs.iter().filter_map(read).collect()
}

/// The fields of a form. `value` gives what a field holds; none: the default.
pub(in crate::web) fn groups(
    specs: &[Spec<'_>],
    value: impl Fn(&str) -> Option<String>,
    errors: &[FieldError],
    t: Words,
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (number, spec) in specs.iter().enumerate() {
        let key = spec.key();
        let value = value(&key).unwrap_or_else(|| spec.default());
        let mut field = field(number, spec, value, t);
        let of_field = errors.iter().filter(|error| error.field == key);
        let told = |error| wrong::of_value(error, spec.param, t);
        field.errors = of_field.map(told).collect();
        let title = spec.vertex.unwrap_or_default();
        match groups.last_mut() {
            Some(group) if group.title == title => group.fields.push(field),
            Some(_) | None => groups.push(Group {
                title: title.to_owned(),
                fields: vec![field],
            }),
        }
    }
    groups
}

/// Says of each secret that is there (`held`) that an empty field leaves it as it is.
pub(in crate::web) fn keeping_secrets(groups: &mut [Group], held: impl Fn(&str) -> bool, t: Words) {
    for field in groups.iter_mut().flat_map(|group| &mut group.fields) {
        if field.widget == Widget::Password && held(&field.label) {
            field.need = Need::Nothing;
            field.hint = t.field_kept(&field.hint);
        }
    }
}

/// What is wrong with a value, with the name of what takes it.
pub(in crate::web) fn named(error: &FieldError, t: Words) -> String {
    t.words_detail(&error.field, refused::of_field(error, t))
}

/// Errors of things that are no field of these groups.
pub(in crate::web) fn elsewhere(
    specs: &[Spec<'_>],
    errors: &[FieldError],
    t: Words,
) -> Vec<String> {
    let keys: Vec<String> = specs.iter().map(Spec::key).collect();
    let unknown = errors.iter().filter(|error| !keys.contains(&error.field));
    unknown.map(|error| named(error, t)).collect()
}

fn field(number: usize, spec: &Spec<'_>, value: String, t: Words) -> Field {
    let param = spec.param;
    Field {
        id: format!("f{number}"),
        name: field_name(&spec.key()),
        label: param.name.clone(),
        desc: param.desc.clone(),
        need: Need::of(param),
        widget: widget(param, &value, t),
        value: match param.kind {
            Kind::Secret => String::new(),
            _ => value,
        },
        hint: words::rules(param, t),
        errors: Vec::new(),
        again: false,
    }
}

fn widget(param: &Param, value: &str, t: Words) -> Widget {
    let lines = |text: &str| text.contains('\n');
    let default = param.default.as_ref().map(Value::to_string);
    if !param.choices.is_empty() {
        let texts = param.choices.iter().map(|c| (c.to_string(), c.to_string()));
        let choices = choices(param, texts.collect(), value, t);
        return if param.choices.len() <= RADIO_MOST {
            Widget::Radio(choices)
        } else {
            Widget::Pick(choices)
        };
    }
    match param.kind {
        Kind::Str if lines(value) || default.is_some_and(|text| lines(&text)) => Widget::Area,
        Kind::Str | Kind::Choice => Widget::Line("text"),
        Kind::Int => Widget::Line("numeric"),
        Kind::Float => Widget::Line("decimal"),
        Kind::Date => Widget::Date,
        Kind::Secret => Widget::Password,
        Kind::Bool => {
            let known = |value: &str, text| (value.to_owned(), text);
            let words = vec![known("true", t.field_yes()), known("false", t.field_no())];
            Widget::Radio(choices(param, words, value, t))
        }
    }
}

/// The choices, with one more for "nothing" where there is no default.
fn choices(param: &Param, known: Vec<(String, String)>, value: &str, t: Words) -> Vec<Choice> {
    let nothing = param.default.is_none();
    let nothing = nothing.then(|| (String::new(), t.field_not_chosen()));
    (nothing.into_iter().chain(known))
        .map(|(known, text)| Choice {
            picked: known == value,
            value: known,
            text,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Field, Widget, elsewhere, given, groups, of_graph};
    use crate::graph::{FieldError, GivenOwned, Graph, Kind, Param, Value, Vertex};
    use crate::l10n::{L10n, Words};
    use crate::web::edge::posted::Posted;
    use crate::web::parts::need::{Need, type_again};
    use crate::web::tests::harness::param;

    fn text(text: &str) -> Option<Value> {
        Some(Value::Str(text.to_owned()))
    }

    fn graph() -> Graph {
        let mut required = param("host", Kind::Str);
        (required.required, required.default) = (true, text("localhost"));
        let defaulted = Param {
            default: text("one\ntwo"),
            ..param("notes", Kind::Str)
        };
        let mut few = param("few", Kind::Choice);
        few.choices = vec![Value::Str("a".to_owned()), Value::Str("b".to_owned())];
        let mut many = param("many", Kind::Int);
        many.choices = (0..6).map(Value::Int).collect();
        let vertex = Vertex {
            name: "日志 v.1\"<".to_owned(),
            input: vec![few, many, param("on", Kind::Bool), param("day", Kind::Date)],
            ..Vertex::default()
        };
        Graph {
            input: vec![
                required,
                defaulted,
                param("plain", Kind::Str),
                param("n", Kind::Int),
            ],
            vertices: vec![Vertex::default(), vertex],
            ..Graph::default()
        }
    }

    #[test]
    fn fields_follow_the_declarations() {
        let graph = graph();
        let specs = of_graph(&graph);
        let error = FieldError {
            field: "日志 v.1\"<.many".to_owned(),
            code: "not-a-choice",
            message: "no".to_owned(),
        };
        let other = FieldError {
            field: "gone".to_owned(),
            ..error.clone()
        };
        let errors = [error, other];
        let groups = groups(
            &specs,
            |key| (key == "n").then(|| "7x".to_owned()),
            &errors,
            Words::of(L10n::En),
        );
        let titles: Vec<_> = groups.iter().map(|g| g.title.as_str()).collect();
        assert_eq!(titles, ["", "日志 v.1\"<"]);
        let shared: Vec<_> = groups[0].fields.iter().map(|f| f.value.as_str()).collect();
        assert_eq!(shared, ["localhost", "one\ntwo", "", "7x"]);
        assert_eq!(groups[0].fields[1].widget, Widget::Area);
        assert_eq!(groups[0].fields[3].widget, Widget::Line("numeric"));
        let own = &groups[1].fields;
        assert!(matches!(&own[0].widget, Widget::Radio(choices) if choices.len() == 3));
        assert!(matches!(&own[1].widget, Widget::Pick(choices) if choices.len() == 7));
        assert!(matches!(&own[2].widget, Widget::Radio(choices) if choices[1].text == "yes"));
        assert_eq!(own[3].widget, Widget::Date);
        let choices = "This is not a choice of `many`; choose one of 0 · 1 · 2 · 3 · 4 · 5";
        assert_eq!(own[1].errors, [choices]);
        let needs = |fields: &[Field]| fields.iter().map(|f| f.need).collect::<Vec<_>>();
        use Need::{Answer, Nothing, Value};
        assert_eq!(needs(&groups[0].fields), [Answer, Nothing, Value, Value]);
        assert_eq!(
            elsewhere(&specs, &errors, Words::of(L10n::En)),
            ["gone: no"]
        );
    }

    #[test]
    fn only_declared_fields_are_read_and_an_emptied_text_is_a_value() {
        let graph = graph();
        let specs = of_graph(&graph);
        let body =
            "p.host=&p.notes=&p.plain=&p.n=&p.%E6%97%A5%E5%BF%97+v.1%22%3C.many=3&p.x=1&host=2";
        let form = Posted::parse(body).expect("UTF-8");
        let given_now = given(&specs, &form, |_| None);
        let expected = [("notes", ""), ("日志 v.1\"<.many", "3")];
        let expected = expected.map(|(k, v)| (k.to_owned(), GivenOwned::Text(v.to_owned())));
        assert_eq!(given_now, expected.into());
        // A text that was given earlier and is emptied now is the empty text.
        let held = given(&specs, &form, |key| {
            (key == "plain").then(|| "x".to_owned())
        });
        assert_eq!(held.get("plain"), Some(&GivenOwned::Text(String::new())));
    }

    #[test]
    fn a_text_whose_default_is_empty_may_be_left_empty() {
        let mut empty = param("empty", Kind::Str);
        empty.default = text("");
        assert_eq!(Need::of(&empty), Need::Nothing);
        empty.required = true;
        assert_eq!(Need::of(&empty), Need::Answer);
        empty.default = None;
        assert_eq!(Need::of(&empty), Need::Answer);
        empty.required = false;
        assert_eq!(Need::of(&empty), Need::Value);
        for language in L10n::iter() {
            let said =
                [Need::Nothing, Need::Answer, Need::Value].map(|n| n.said(&Words::of(*language)));
            assert!(said[0].is_empty() && said[1] != said[2]);
        }
    }

    #[test]
    fn only_a_secret_that_was_sent_has_to_be_typed_again() {
        let graph = Graph {
            input: vec![
                param("key", Kind::Secret),
                param("other", Kind::Secret),
                param("host", Kind::Str),
            ],
            ..Graph::default()
        };
        let form = Posted::parse("p.key=canary&p.other=&p.host=h").expect("UTF-8");
        let specs = of_graph(&graph);
        let sent = |key: &str| form.get(&super::field_name(key)).map(str::to_owned);
        let mut groups = groups(&specs, sent, &[], Words::of(L10n::En));
        type_again(&mut groups, &form);
        let fields: Vec<_> = groups[0]
            .fields
            .iter()
            .map(|f| (f.again, f.value.as_str()))
            .collect();
        assert_eq!(fields, [(true, ""), (false, ""), (false, "h")]);
    }
}
