//! The list of graphs: the newest version of each name, with its tags and its newest pipeline.

use diesel::dsl::{exists, not};
use diesel::{
    EscapeExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl,
    QueryResult, RunQueryDsl, TextExpressionMethods,
};

use super::connection::Db;
use super::error::StoreError;
use super::graphs::{GraphHead, head_columns, tags};
use super::schema::{archived_graph, graph, graph_last, graph_tag, pipeline};
use crate::engine::PipelineState;

/// Which graphs are wanted. The default: all that are not archived.
#[derive(Debug, Clone, Default)]
pub struct GraphFilter {
    /// The page begins after this name.
    pub after: String,
    /// The name begins with this.
    pub name: String,
    /// The name has this in it, in capitals or not.
    pub contains: String,
    /// The newest version has this tag.
    pub tag: Option<String>,
    /// The newest pipeline is in one of these states; empty: in whichever it is, and there need be none.
    pub states: Vec<PipelineState>,
    /// Whether archived graphs are wanted; none: all.
    pub archived: Archived,
}

/// Whether archived graphs are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Archived {
    /// They are left out.
    #[default]
    No,
    /// They alone.
    Only,
    /// As all others.
    Too,
}

/// A graph of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The newest version.
    pub head: GraphHead,
    /// Its tags, sorted.
    pub tags: Vec<String>,
    /// The newest pipeline of any version.
    pub last: Option<LastRun>,
}

/// The newest pipeline of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastRun {
    /// Its number.
    pub pipeline: i64,
    /// The code of its state.
    pub state: i16,
    /// When it was started, in milliseconds since 1970.
    pub created_at: i64,
    /// When nothing of it could move any more.
    pub finished_at: Option<i64>,
}

/// The row of a pipeline that need not be there.
type Last = Option<(i64, i16, i64, Option<i64>)>;

/// The last name that begins with a text is before this much more.
const BEYOND: char = char::MAX;

/// A page of the list, by name: two statements, however long it is.
pub(super) fn list(
    db: &mut Db,
    filter: &GraphFilter,
    limit: i64,
) -> Result<Vec<Listed>, StoreError> {
    let rows = page(db, filter, limit)?;
    let ids: Vec<i64> = rows.iter().map(|(head, _)| head.id).collect();
    let mut tags = tags(db, &ids)?;
    let listed = |(head, last): (GraphHead, Last)| Listed {
        tags: tags.remove(&head.id).unwrap_or_default(),
        last: last.map(|(pipeline, state, created_at, finished_at)| LastRun {
            pipeline,
            state,
            created_at,
            finished_at,
        }),
        head,
    };
    Ok(rows.into_iter().map(listed).collect())
}

/// Declares the query once, for the page and for those who look at its plan.
macro_rules! query {
    ($filter:expr, $limit:expr) => {{
        let filter: &GraphFilter = $filter;
        let other = diesel::alias!(graph as other);
        let newer = other
            .filter(other.field(graph::name).eq(graph::name))
            .filter(other.field(graph::version).gt(graph::version))
            .select(other.field(graph::id));
        let shelved = || archived_graph::table.filter(archived_graph::name.eq(graph::name));
        let mut page = graph::table
            .inner_join(graph_last::table.on(graph_last::graph_id.eq(graph::id)))
            .left_join(pipeline::table.on(pipeline::id.nullable().eq(graph_last::pipeline_id)))
            .filter(graph::name.gt(filter.after.clone()))
            .filter(not(exists(newer)))
            .order(graph::name)
            .limit($limit)
            .select((
                head_columns!(),
                (
                    pipeline::id,
                    pipeline::state,
                    pipeline::created_at,
                    pipeline::finished_at,
                )
                    .nullable(),
            ))
            .into_boxed();
        if !filter.name.is_empty() {
            let end = format!("{}{BEYOND}", filter.name);
            page = page.filter(graph::name.ge(filter.name.clone()));
            page = page.filter(graph::name.lt(end));
        }
        if !filter.contains.is_empty() {
            page = page.filter(graph::name.like(anywhere(&filter.contains)).escape('\\'));
        }
        if let Some(tag) = filter.tag.clone() {
            let tagged = graph_tag::table.filter(graph_tag::tag.eq(tag));
            page = page.filter(graph::id.eq_any(tagged.select(graph_tag::graph_id)));
        }
        if !filter.states.is_empty() {
            let codes = filter.states.iter().map(|state| state.code());
            page = page.filter(pipeline::state.eq_any(codes.collect::<Vec<_>>()));
        }
        match filter.archived {
            Archived::No => page.filter(not(exists(shelved()))),
            Archived::Only => page.filter(exists(shelved())),
            Archived::Too => page,
        }
    }};
}

fn page(db: &mut Db, filter: &GraphFilter, limit: i64) -> QueryResult<Vec<(GraphHead, Last)>> {
    query!(filter, limit).load(db)
}

/// A pattern of `LIKE` for what has this text in it.
fn anywhere(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use diesel::dsl::{exists, not};
    use diesel::{
        EscapeExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl,
        TextExpressionMethods,
    };

    use super::{Archived, BEYOND, GraphFilter, anywhere};
    use crate::engine::PipelineState;
    use crate::store::graphs::head_columns;
    use crate::store::query_plan::{steps, written};
    use crate::store::schema::{archived_graph, graph, graph_last, graph_tag, pipeline};

    fn plan(filter: &GraphFilter) -> String {
        let query = query!(filter, 10);
        steps(&written(&query)).join("; ")
    }

    /// Names in their order, those of a tag by its index, and of the pipelines one for each version.
    #[test]
    fn a_page_is_found_by_indexes() {
        let by_name = "USING INDEX sqlite_autoindex_graph_1 (name>? AND name<?)";
        let all = plan(&GraphFilter::default());
        let named = plan(&GraphFilter {
            name: "a".to_owned(),
            contains: "b".to_owned(),
            states: vec![PipelineState::Failed, PipelineState::Stopped],
            archived: Archived::Only,
            ..GraphFilter::default()
        });
        let tagged = plan(&GraphFilter {
            tag: Some("t".to_owned()),
            archived: Archived::Too,
            ..GraphFilter::default()
        });
        assert!(
            all.contains("USING INDEX sqlite_autoindex_graph_1 (name>?)"),
            "{all}"
        );
        assert!(named.contains(by_name), "{named}");
        assert!(tagged.contains("graph_by_tag (tag=?)"), "{tagged}");
        for plan in [all, named, tagged] {
            assert!(plan.contains("pipeline_of_graph (graph_id=?)"), "{plan}");
            assert!(!plan.contains("SCAN"), "{plan}");
        }
    }

    #[test]
    fn what_is_looked_for_is_no_pattern() {
        assert_eq!(anywhere("50%_a\\"), "%50\\%\\_a\\\\%");
    }
}
