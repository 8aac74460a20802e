/** What happens when the code comes by the point: the process ends at once, waits so many milliseconds, or throws. */
export type FailpointAction = 'exit' | 'throw' | { delayMs: number };

/** The environment that arms failpoints in a service process. */
export function failpointsEnv(points: Readonly<Record<string, FailpointAction>>): {
  OCTOPUS_FAILPOINTS: string;
} {
  const armed = Object.entries(points).map(([name, action]) => `${checked(name)}=${written(action)}`);
  return { OCTOPUS_FAILPOINTS: armed.join(',') };
}

function written(action: FailpointAction): string {
  return typeof action === 'string' ? action : `delay:${action.delayMs}`;
}

function checked(name: string): string {
  if (/[=,\s]/.test(name) || name === '') throw new RangeError(`not a failpoint's name: "${name}"`);
  return name;
}
