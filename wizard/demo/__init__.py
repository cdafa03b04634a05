"""The sample business, whole on loopback: site, API, DNS, TLS, mailbox, repository, logs. Imports nothing of ours but `model`."""
