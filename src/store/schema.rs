//! The tables, as diesel sees them. `migrations/` is where they are made.

diesel::table! {
    graph (id) {
        id -> BigInt,
        name -> Text,
        version -> Integer,
        revision -> BigInt,
        description -> Text,
        source -> Text,
        format -> Text,
        digest -> Text,
        checked -> Bool,
        sealed -> Bool,
        input -> Text,
        policies -> Text,
        problems -> Text,
        vertices -> Integer,
        edges -> Integer,
        creator -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    vertex (id) {
        id -> BigInt,
        graph_id -> BigInt,
        place -> Integer,
        name -> Text,
        description -> Text,
        script -> Text,
        compiled -> Text,
        input -> Text,
        policies -> Text,
        outputs -> Text,
        refers -> Text,
        handler -> Nullable<SmallInt>,
    }
}

diesel::table! {
    edge (graph_id, head, tail) {
        graph_id -> BigInt,
        head -> BigInt,
        tail -> BigInt,
    }
}

diesel::table! {
    graph_tag (graph_id, tag) {
        graph_id -> BigInt,
        tag -> Text,
    }
}

diesel::table! {
    archived_graph (name) {
        name -> Text,
        who -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    graph_last (graph_id) {
        graph_id -> BigInt,
        pipeline_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    pipeline (id) {
        id -> BigInt,
        graph_id -> BigInt,
        name -> Text,
        description -> Text,
        state -> SmallInt,
        request_key -> Nullable<Text>,
        creator -> Text,
        trigger_kind -> Text,
        input -> Text,
        first_track -> BigInt,
        vertices -> Integer,
        created_at -> BigInt,
        finished_at -> Nullable<BigInt>,
        reason -> Nullable<SmallInt>,
        paused -> Bool,
        queued -> Bool,
        due_at -> Nullable<BigInt>,
        priority -> Integer,
        again_of -> Nullable<BigInt>,
        graph_name -> Text,
    }
}

diesel::table! {
    track (id) {
        id -> BigInt,
        pipeline_id -> BigInt,
        vertex_id -> BigInt,
        name -> Text,
        state -> SmallInt,
        pending_on -> Nullable<SmallInt>,
        due_at -> Nullable<BigInt>,
        reason -> Nullable<SmallInt>,
        detail -> Text,
        exit_code -> Nullable<Integer>,
        attempt -> Integer,
        retries -> Integer,
        missing -> Bool,
        input -> Text,
        script -> Text,
        output -> Binary,
        outputs -> Text,
        started_at -> Nullable<BigInt>,
        finished_at -> Nullable<BigInt>,
        mark -> Nullable<SmallInt>,
        ending -> Nullable<SmallInt>,
        lost -> Integer,
    }
}

diesel::table! {
    attempt (track_id, number) {
        track_id -> BigInt,
        number -> Integer,
        pipeline_id -> BigInt,
        boot -> Text,
        ordered_at -> BigInt,
        started_at -> Nullable<BigInt>,
        finished_at -> Nullable<BigInt>,
        reason -> Nullable<SmallInt>,
        exit_code -> Nullable<Integer>,
        signal -> Nullable<Integer>,
        detail -> Text,
        log_bytes -> BigInt,
        dropped_bytes -> BigInt,
        ending -> Nullable<SmallInt>,
    }
}

diesel::table! {
    journal (sequence) {
        sequence -> BigInt,
        at -> BigInt,
        pipeline_id -> BigInt,
        track_id -> Nullable<BigInt>,
        old_state -> Text,
        new_state -> Text,
        attempt -> Integer,
        who -> Text,
        why -> Text,
    }
}

diesel::table! {
    session (digest) {
        digest -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    secret (name) {
        name -> Text,
        sealed -> Binary,
        creator -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    given_secret (track_id, name) {
        track_id -> BigInt,
        name -> Text,
        sealed -> Binary,
    }
}

diesel::table! {
    removal (pipeline_id) {
        pipeline_id -> BigInt,
    }
}

diesel::table! {
    spent (kind) {
        kind -> Text,
        highest -> BigInt,
    }
}

diesel::table! {
    hook (id) {
        id -> BigInt,
        graph_name -> Text,
        sealed -> Binary,
        style -> Text,
        enabled -> Bool,
        input -> Text,
        creator -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    request (key) {
        key -> Text,
        digest -> Text,
        who -> Text,
        at -> BigInt,
        made -> BigInt,
    }
}

diesel::table! {
    deed (id) {
        id -> BigInt,
        at -> BigInt,
        who -> Text,
        verb -> Text,
        object -> Text,
        name -> Text,
        number -> Nullable<BigInt>,
        detail -> Text,
    }
}
diesel::allow_tables_to_appear_in_same_query!(
    given_secret,
    graph,
    vertex,
    edge,
    pipeline,
    track,
    attempt
);
diesel::allow_tables_to_appear_in_same_query!(graph, graph_tag);
diesel::allow_tables_to_appear_in_same_query!(graph, archived_graph);
diesel::allow_tables_to_appear_in_same_query!(graph, graph_last);
diesel::allow_tables_to_appear_in_same_query!(pipeline, graph_last);
diesel::allow_tables_to_appear_in_same_query!(pipeline, graph_tag);
diesel::allow_tables_to_appear_in_same_query!(pipeline, archived_graph);
diesel::allow_tables_to_appear_in_same_query!(graph_last, graph_tag);
diesel::allow_tables_to_appear_in_same_query!(graph_last, archived_graph);
diesel::allow_tables_to_appear_in_same_query!(journal, pipeline);
