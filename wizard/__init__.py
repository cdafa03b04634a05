"""Launch Ready: shows whether an AI chatbot product is ready for a buyer's security review."""

__version__ = "0.1.0"
