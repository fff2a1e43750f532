"""What is due: who has to be told what, when, and how it is put."""
