"""The workspace on disk, the job queue and the worker process."""
