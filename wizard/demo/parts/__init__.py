"""The parts a sample business is made of: a web server, a DNS server and a certificate authority. Tests build on them too."""
