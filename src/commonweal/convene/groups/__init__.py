"""Working groups of the table: a remit, a lead, members, a day on which they are looked at again."""
