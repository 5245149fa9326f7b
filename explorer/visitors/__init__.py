"""Who visits, what a server lets its visitors take, and how much they have sent."""
