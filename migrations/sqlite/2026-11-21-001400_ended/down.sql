DROP INDEX pipeline_by_end;
