"""People, groups, roles and absences."""
