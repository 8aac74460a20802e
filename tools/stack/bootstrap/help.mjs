const texts = {
  start: `npm start [-- options]      Installs, builds, starts and seeds the whole system; Ctrl-C stops it.

  --port <n>       port of the front door (also: FRONT_DOOR_PORT or PORT; default 8080)
  --infra-only     only the servers, databases and topics; prints the variables to export
  --throwaway      on data that is removed at the end, beside a stack that may be running
  --debug          stack traces with errors

Environment, for servers that already run (else Docker, else programs on this machine):
  DATABASE_URL     postgres://… with the right to create databases and roles
  REDIS_URL        redis://…
  KAFKA_BROKERS    host:port, several with commas between
  NAMESPACE        prefix of all that is made on given servers (default octopus)
  LOG_LEVEL        of the services (default warn)

Also: npm run bench, npm stop, npm run stack:reset, npm run story, npm test`,
  stop: `npm stop      Stops the running stack of this clone, wherever it was started.`,
  reset: `npm run stack:reset      Stops the stack of this clone and removes its data; on given servers (environment, or those of
                         the last starts) only databases, roles, topics and keys of its own NAMESPACE.`,
  story: `npm run story      Runs the story of README.md against FRONT_DOOR_URL, or the running stack of this clone, or,
                   where none runs, one of its own that is gone afterwards.`,
};

/** The text for \`--help\`, for those commands that do not have their own. */
export function helpFor(command, rest) {
  return rest.includes('--help') || rest.includes('-h') ? texts[command] : undefined;
}
