"""Who reads the blog by mail, what is sent to them each week, and reminders of the desk's own."""
