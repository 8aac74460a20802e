const installed = Symbol.for('octopus.kafkajs-warning-filter');

/**
 * kafkajs 2.2.4 sets its queue's timer with a negative delay, which Node 24 announces once per process. It means nothing;
 * every other warning, and this one from anybody else's timer, still comes through.
 */
export function silenceKafkajsTimerWarning(target: NodeJS.Process = process): void {
  const marked = target as NodeJS.Process & { [installed]?: true };
  if (marked[installed]) return;
  marked[installed] = true;
  const emit = target.emitWarning.bind(target) as (...args: unknown[]) => void;
  target.emitWarning = (...args: unknown[]): void => {
    if (args[1] === 'TimeoutNegativeWarning' && fromKafkajs(new Error().stack)) return;
    emit(...args);
  };
}

function fromKafkajs(stack: string | undefined): boolean {
  return /[\\/]node_modules[\\/]kafkajs[\\/]/.test(stack ?? '');
}
