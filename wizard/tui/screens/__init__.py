"""One screen a file. A screen asks the session and shows what comes; it computes no verdict."""
