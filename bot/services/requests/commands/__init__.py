"""What people type after ``/sla``: words in, an answer out. Each verb is in the table of ``verbs``."""
