"""The durable side of Placet: everything that speaks to Temporal."""
