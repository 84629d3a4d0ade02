DROP INDEX pipeline_again;
