import type { z } from 'zod';
import { productionFaults } from './production-rules.js';

/** Nothing starts on a wrong configuration. One line per variable: its name and how to mend it, never its value. */
export class ConfigError extends Error {
  readonly #lines: readonly string[];

  constructor(lines: readonly string[]) {
    super(`The configuration is not complete:\n${lines.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'ConfigError';
    this.#lines = lines;
    // Whoever starts the process shall read the lines, not where in our code they were found.
    this.stack = this.message;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }
}

/**
 * Reads the variables that `schema` names from `env` into a frozen object. An empty variable counts as unset.
 * Throws ConfigError that names everything wrong at once.
 */
export function loadConfig<S extends z.ZodObject>(schema: S, env: NodeJS.ProcessEnv): Readonly<z.output<S>> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  );
  const parsed = schema.safeParse(given);
  const faults = new Map<string, string>();
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0]);
    const says = given[name] === undefined ? `is missing: ${issue.message}` : issue.message;
    if (!faults.has(name)) faults.set(name, says);
  }
  if (given['NODE_ENV'] === 'production')
    for (const [name, says] of productionFaults({ ...defaultsOf(schema), ...given }))
      if (!faults.has(name)) faults.set(name, says);
  if (faults.size > 0) throw new ConfigError([...faults].map(([name, says]) => `${name}: ${says}`));
  return Object.freeze(parsed.data as z.output<S>);
}

/** Of the variables that have one. */
function defaultsOf(schema: z.ZodObject): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema.shape).flatMap(([name, variable]) => {
      const unset = (variable as z.ZodType).safeParse(undefined);
      return unset.success ? [[name, unset.data]] : [];
    }),
  );
}
