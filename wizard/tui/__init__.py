"""The wizard on a full terminal screen (`app`) or line by line (`plain`). Importing this loads no toolkit."""
