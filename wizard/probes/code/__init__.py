"""Probes of this family; each module holds one `PROBE`."""
