"""Pages of the room: the data of a partnership, contracts, links to send by, and by such a link."""
