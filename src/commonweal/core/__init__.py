"""What every room stands on: organisations, people, scope, events, jobs, mail, links, files, errors."""
