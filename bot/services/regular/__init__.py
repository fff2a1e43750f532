"""Posts that come by the calendar: the week's figures, and what nobody has looked after."""
