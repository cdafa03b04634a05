import * as Sentry from "@sentry/node";

Sentry.init({ dsn: process.env.SENTRY_DSN, release: process.env.RELEASE_COMMIT });

export function report(error, request) {
  Sentry.captureException(error, { tags: { request_id: request.headers["x-request-id"] } });
}
