"""How the product is put on the air, read from its repository: nothing is built, installed or run."""
