"""What people ask for by button, command or reaction, and whether they may."""
