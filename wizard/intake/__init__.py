"""Reads what people paste or export: cURL, HAR, OpenAPI, Postman. Text in, routes and calls out; nothing is executed or fetched."""
